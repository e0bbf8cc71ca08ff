"""JPEG 2000 and its High-Throughput form, PS3.5 A.4.4 and A.4.11: read with pylibjpeg-openjpeg, or Pillow."""

from __future__ import annotations

import struct
from typing import Any

from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
)

from minipacs.dicom.pixels.errors import CannotDisplay
from minipacs.dicom.pixels.family import Family, code_by_pydicom, pixel_family, plugin_available
from minipacs.dicom.pixels.shape import Shape, check_head, check_ratio, code_of

_SIZ = struct.Struct(">HHHLLLLLLLLH")


def _frame(ds: Dataset, shape: Shape, syntax: str, index: int) -> NDArray[Any]:
    code = code_of(ds, shape, index, syntax)
    check_ratio(shape, len(code), syntax)
    check_head(shape, syntax, *_size(code, syntax))
    return code_by_pydicom(code, ds, shape, syntax)


def _size(code: bytes, syntax: str) -> tuple[int, int, int]:
    """(rows, columns, samples) of the SIZ marker, ISO 15444-1 A.5.1, also inside a JP2 box."""
    start = code.find(b"\xff\x4f\xff\x51", 0, 4096)
    if start < 0 or len(code) < start + 2 + _SIZ.size:
        raise CannotDisplay(syntax, "its code is no JPEG 2000")
    fields = _SIZ.unpack_from(code, start + 2)
    right, bottom, left, top, samples = fields[3], fields[4], fields[5], fields[6], fields[11]
    return bottom - top, right - left, samples


@pixel_family("jpeg-2000")
def jpeg_2000() -> Family:
    """Wavelets; with the general UIDs the loss is told by the attributes alone."""
    return Family(
        name="jpeg-2000",
        decodes=tuple(
            str(uid)
            for uid in (JPEG2000Lossless, JPEG2000, HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K)
        ),
        decode_frame=_frame,
        available=plugin_available,
    )
