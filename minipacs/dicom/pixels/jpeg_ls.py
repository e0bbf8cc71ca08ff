"""JPEG-LS, ISO 14495-1, PS3.5 A.4.3: read with pyjpegls (the codecs extra)."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import JPEGLSLossless, JPEGLSNearLossless

from minipacs.dicom.jpeg_head import read_head
from minipacs.dicom.pixels.errors import CannotDisplay
from minipacs.dicom.pixels.family import Family, code_by_pydicom, pixel_family, plugin_available
from minipacs.dicom.pixels.shape import Shape, check_head, check_ratio, code_of

# pyjpegls 1.5.1 may read on for seconds behind the end of a stream that is cut off; with zeros there it stops.
_RUN_OUT = bytes(64)


def _frame(ds: Dataset, shape: Shape, syntax: str, index: int) -> NDArray[Any]:
    code = code_of(ds, shape, index, syntax)
    check_ratio(shape, len(code), syntax)
    try:
        head = read_head(code)
    except ValueError as error:
        raise CannotDisplay(syntax, "its code is no JPEG-LS") from error
    check_head(shape, syntax, head.rows, head.columns, head.samples)
    return code_by_pydicom(code + _RUN_OUT, ds, shape, syntax)


@pixel_family("jpeg-ls")
def jpeg_ls() -> Family:
    """Lossless and near-lossless."""
    return Family(
        name="jpeg-ls",
        decodes=(str(JPEGLSLossless), str(JPEGLSNearLossless)),
        decode_frame=_frame,
        available=plugin_available,
        lossy=frozenset({str(JPEGLSNearLossless)}),
    )
