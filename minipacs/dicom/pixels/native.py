"""Uncompressed pixels: Implicit and Explicit VR Little Endian, Deflated, and (read only) Explicit VR Big Endian."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from minipacs.dicom.pixels.errors import CannotDisplay
from minipacs.dicom.pixels.family import Family, by_pydicom, pixel_family
from minipacs.dicom.pixels.shape import Shape


def _frame(ds: Dataset, shape: Shape, syntax: str, index: int) -> NDArray[Any]:
    bits = shape.rows * shape.columns * shape.samples * shape.allocated
    if shape.photometric == "YBR_FULL_422":
        bits = bits * 2 // 3  # PS3.3 C.7.6.3.1.2: every second pixel has no colour of its own
    needed = (bits * shape.frames + 7) // 8
    if len(ds.PixelData) < needed:
        raise CannotDisplay(
            syntax, f"it has {len(ds.PixelData)} bytes of pixel data instead of {needed}"
        )
    return by_pydicom(ds, shape, syntax, index)


def encode(ds: Dataset, shape: Shape, frames: list[NDArray[Any]]) -> None:
    """Write decoded frames as native pixel data: grey as stored, colour as RGB, pixel by pixel."""
    first = frames[0]
    size = first.dtype.itemsize
    data = b"".join(frame.astype(frame.dtype.newbyteorder("<")).tobytes() for frame in frames)
    ds.PixelData = data + b"\0" * (len(data) % 2)
    ds["PixelData"].VR = "OW" if size > 1 else "OB"
    ds["PixelData"].is_undefined_length = False
    ds.BitsAllocated = size * 8
    if shape.samples == 3:
        ds.PhotometricInterpretation = "RGB"
        ds.PlanarConfiguration = 0
    for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if keyword in ds:
            delattr(ds, keyword)


@pixel_family("native")
def native() -> Family:
    """No compression at all."""
    little = (
        str(ExplicitVRLittleEndian),
        str(ImplicitVRLittleEndian),
        str(DeflatedExplicitVRLittleEndian),
    )
    return Family(
        name="native",
        decodes=(*little, str(ExplicitVRBigEndian)),
        decode_frame=_frame,
        available=lambda syntax: True,
        encodes=little,
        encode=encode,
    )
