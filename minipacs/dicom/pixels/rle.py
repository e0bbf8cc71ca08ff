"""RLE Lossless, PS3.5 Annex G."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import RLELossless

from minipacs.dicom.pixels import native
from minipacs.dicom.pixels.family import Family, code_by_pydicom, pixel_family, plugin_available
from minipacs.dicom.pixels.shape import Shape, check_ratio, code_of

_MOST = 64  # two bytes of code make at most 128 of image


def _frame(ds: Dataset, shape: Shape, syntax: str, index: int) -> NDArray[Any]:
    code = code_of(ds, shape, index, syntax)
    check_ratio(shape, len(code), syntax, most=_MOST)
    return code_by_pydicom(code, ds, shape, syntax)


def _encode(ds: Dataset, shape: Shape, frames: list[NDArray[Any]]) -> None:
    native.encode(ds, shape, frames)
    encoder = get_encoder(RLELossless)
    description: dict[str, Any] = {
        "rows": shape.rows,
        "columns": shape.columns,
        "samples_per_pixel": shape.samples,
        "number_of_frames": 1,
        "bits_allocated": int(ds.BitsAllocated),
        "bits_stored": shape.stored,
        "pixel_representation": int(shape.signed),
        "photometric_interpretation": str(ds.PhotometricInterpretation),
        "planar_configuration": 0,
    }
    codes = [encoder.encode(frame, **description) for frame in frames]
    ds.PixelData = encapsulate(codes)
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    if shape.samples == 3:
        ds.PlanarConfiguration = 1  # PS3.5 8.2.2


@pixel_family("rle")
def rle() -> Family:
    """Run lengths of bytes, lossless."""
    return Family(
        name="rle",
        decodes=(str(RLELossless),),
        decode_frame=_frame,
        available=plugin_available,
        encodes=(str(RLELossless),),
        encode=_encode,
    )
