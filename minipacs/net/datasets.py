"""Data sets in messages: bounded reading of what a peer sent, and answers in the character set that it wants."""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.charset import convert_encodings
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from minipacs.dicom import part10
from minipacs.net.service import IMPLICIT_LITTLE, Request

UNICODE = "ISO_IR 192"
_TEXT_VRS = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})


def dataset_of(request: Request) -> Dataset:
    """The data set of a request, every element decoded; an empty one where there is none.

    Raises:
        Unreadable: it is no data set, or one beyond the bounds of minipacs.dicom.walker.
    """
    if not request.size:
        return Dataset()
    return part10.read(request.data(), transfer_syntax=request.context.transfer_syntax)


def encoded(ds: Dataset, transfer_syntax: str, character_set: str = "") -> bytes:
    """A data set for a message, in `character_set` (several values joined by a backslash) where all its texts fit.

    Where they don't, in ISO_IR 192: a name that the peer shows oddly is better than one with letters lost.
    """
    wanted = character_set.split("\\") if character_set else [UNICODE]
    if wanted != [UNICODE] or ds.get("SpecificCharacterSet", UNICODE) != UNICODE:
        # Elements not looked at yet are still bytes in the character set that they came in.
        if not _fits(ds, wanted):
            wanted = [UNICODE]
        ds.SpecificCharacterSet = wanted if len(wanted) > 1 else wanted[0]
    elif "SpecificCharacterSet" not in ds and any(True for _ in _texts(ds)):
        ds.SpecificCharacterSet = UNICODE
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, transfer_syntax == IMPLICIT_LITTLE
    write_dataset(out, ds)
    return bytes(out.getvalue())


def _fits(ds: Dataset, character_set: list[str]) -> bool:
    texts = list(_texts(ds))
    try:
        codecs = convert_encodings(character_set)
    except LookupError:
        return False
    return all(_encodable(text, codecs) for text in texts)


def _encodable(text: str, codecs: list[str]) -> bool:
    for codec in codecs:
        try:
            text.encode(codec)
        except (UnicodeEncodeError, LookupError):
            continue
        return True
    return text.isascii()


def _texts(ds: Dataset) -> Iterator[str]:
    for element in ds:
        if element.VR == "SQ":
            for item in element.value or ():
                yield from _texts(item)
        elif element.VR in _TEXT_VRS and element.value:
            yield str(element.value)
