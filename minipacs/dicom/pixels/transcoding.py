"""A whole object from one transfer syntax into another, for a peer or a medium that can't take the first."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRBigEndian

from minipacs.dicom import part10 as files
from minipacs.dicom.pixels.errors import CannotDisplay, CannotTranscode
from minipacs.dicom.pixels.family import Family
from minipacs.dicom.pixels.registry import family_of, writable
from minipacs.dicom.pixels.render import stored_frame, syntax_of
from minipacs.dicom.pixels.shape import shape_of

MAX_TOTAL_BYTES = 1024 * 1024 * 1024
"""Of all decoded frames together."""
_BYTE_ORDERED = frozenset({"OW", "OF", "OD", "OL", "OV"})


def transcode(part10: bytes, to_syntax: str) -> bytes:
    """The same object as a Part 10 file in `to_syntax`; the given bytes when it is in it already.

    Attributes stay as they came, but for those of the pixel encoding. Decompressed colour is RGB. An object that was
    lossy compressed keeps, or gets, Lossy Image Compression 01, which is never taken back (PS3.3 C.7.6.1.1.5).

    Into JPEG Baseline only colour of 8 bits is coded, since that loses: the new object isn't the old one, so the
    caller gives it a new SOP Instance UID, and DERIVED in Image Type, when it becomes more than a transient copy
    (PS3.3 C.7.6.1.1.2 and C.12.4.1). All other conversions lose nothing and keep the UID.

    Raises:
        Unreadable: these bytes are no DICOM object.
        CannotTranscode: no way there, or the pixels can't be decoded.
    """
    ds = files.read(part10)
    from_syntax = syntax_of(ds)
    if from_syntax == to_syntax:
        return part10
    if to_syntax not in writable():
        raise CannotTranscode(from_syntax, to_syntax, "it is not a transfer syntax we write")
    source, target = family_of(from_syntax), family_of(to_syntax)
    if target is None or target.encode is None:
        raise CannotTranscode(from_syntax, to_syntax, "there is no encoder for it")
    big = from_syntax == ExplicitVRBigEndian
    if big and _has_swapped_bytes(ds):
        raise CannotTranscode(from_syntax, to_syntax, "it has binary values in big endian order")
    try:
        if "PixelData" in ds and (source is not target or big):
            _recode(ds, from_syntax, source, target)
        elif UID(from_syntax).is_encapsulated and "PixelData" not in ds:
            raise CannotTranscode(from_syntax, to_syntax, "it has no pixel data")
        return files.rewrite(ds, to_syntax)
    except CannotDisplay as error:
        raise CannotTranscode(from_syntax, to_syntax, error.why) from error
    except (ValueError, files.Unwritable) as error:
        raise CannotTranscode(from_syntax, to_syntax, str(error)) from error


def _recode(ds: Dataset, syntax: str, source: Family | None, target: Family) -> None:
    shape = shape_of(ds, syntax)
    if shape.frame_bytes * shape.frames > MAX_TOTAL_BYTES:
        raise CannotDisplay(syntax, "its frames are too large to be converted in memory")
    if shape.allocated == 1 and syntax != ExplicitVRBigEndian:
        raise CannotDisplay(syntax, "pixels of one bit are not converted")
    frames: list[NDArray[Any]] = [
        stored_frame(ds, shape, syntax, index) for index in range(shape.frames)
    ]
    if target.encode is not None:
        target.encode(ds, shape, frames)
    if shape.high_bit != shape.stored - 1:
        ds.HighBit = shape.stored - 1  # the values were moved down while decoding
    if source is not None and syntax in source.lossy:
        ds.LossyImageCompression = "01"


def _has_swapped_bytes(ds: Dataset) -> bool:
    return any(
        element.VR in _BYTE_ORDERED and element.keyword != "PixelData" for element in ds.iterall()
    )
