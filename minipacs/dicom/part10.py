"""Bytes to datasets and back: a strict writer, a tolerant but bounded reader. PS3.10 7.1, PS3.5 7 and Annex A.

What is written is right or is not written (`Unwritable`). What is read may miss its preamble or its meta
information, may stand in any of the four plain encodings or be deflated; whatever else is odd is `Unreadable`
and never another exception, never a hang.
"""

from __future__ import annotations

import mmap
import os
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydicom.charset import convert_encodings
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.tag import BaseTag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from minipacs.dicom.part10_writing import (
    IMPLEMENTATION_CLASS_UID,
    IMPLEMENTATION_VERSION_NAME,
    file_head,
    rewrite,
    write,
)
from minipacs.dicom.reading import text_of
from minipacs.dicom.strictness import Unwritable
from minipacs.dicom.values import BINARY_VRS
from minipacs.dicom.walker import KNOWN_VRS, Encoding, Found, Unreadable, Walker

__all__ = [
    "IMPLEMENTATION_CLASS_UID",
    "IMPLEMENTATION_VERSION_NAME",
    "MAX_INFLATED_BYTES",
    "Scan",
    "Unreadable",
    "Unwritable",
    "file_head",
    "header",
    "read",
    "rewrite",
    "scan",
    "text_of",
    "write",
]

MAX_INFLATED_BYTES = 48 * 1024 * 1024
"""What a deflated dataset may grow to: a zip bomb stops here."""
MAX_FILE_BYTES = 2**31 - 1

_META_LIMIT = 64 * 1024
_UN = "UN"


@dataclass(frozen=True, slots=True)
class Scan:
    """What one look at the head of an object tells, without decoding or copying the pixels."""

    dataset: Dataset
    """With `file_meta`; values are decoded when asked for (see `text_of`), bulk values are left out."""
    transfer_syntax: str
    dataset_offset: int
    """Where the dataset begins, after preamble and meta information."""
    pixel_offset: int | None
    """Where the pixel data element begins; None without one, or when the dataset is deflated."""
    truncated: bool
    """Whether the pixel data element claims more bytes than are there."""


# ---------------------------------------------------------------------------------------------- reading


def header(data: Any, transfer_syntax: str = "") -> Dataset:
    """The elements before the pixel data, fast: for each received or stored object. See `scan`."""
    return scan(data, transfer_syntax).dataset


def scan(data: Any, transfer_syntax: str = "") -> Scan:
    """One bounded look at an object up to its pixel data, which is neither decoded nor copied.

    Args:
        data: a Part 10 file, or one without preamble or meta information: bytes, bytearray, memoryview, mmap.
        transfer_syntax: of a dataset without meta information, when it is known (from the association).

    Raises:
        Unreadable: no DICOM object, or one beyond the bounds of `minipacs.dicom.walker`.
    """
    with _only_unreadable():
        syntax, offset, meta = _meta_of(data, transfer_syntax)
        body, start, plain = _inflated(data, offset, syntax, headers_only=True)
        encoding = _encoding(body, start, syntax)
        walker = Walker(body, little=encoding.little, keep_bulk=False)
        found = walker.top(start, len(body), encoding.explicit)
        ds = _dataset(found, encoding, meta)
        pixel_offset = found.pixel_offset if plain else None
        return Scan(ds, syntax, offset, pixel_offset, found.pixel_truncated and plain)


def read(source: Any, *, with_pixels: bool = True, transfer_syntax: str = "") -> Dataset:
    """A whole dataset, every element decoded; one whose value can't be decoded keeps its bytes with VR UN.

    Args:
        source: bytes-like, or the Path of a regular file.
        with_pixels: False ends before the pixel data and leaves out bulk values.
        transfer_syntax: as in `scan`.

    Raises:
        Unreadable: no DICOM object, a truncated one, one beyond the bounds, or a file that can't be opened.
    """
    if isinstance(source, Path):
        with _only_unreadable(), _mapped(source) as data:
            return read(data, with_pixels=with_pixels, transfer_syntax=transfer_syntax)
    if not with_pixels:
        ds = scan(source, transfer_syntax).dataset
        with _only_unreadable():
            return _resolved(ds)
    with _only_unreadable():
        syntax, offset, meta = _meta_of(source, transfer_syntax)
        body, start, _ = _inflated(source, offset, syntax, headers_only=False)
        encoding = _encoding(body, start, syntax)
        walker = Walker(body, little=encoding.little, keep_bulk=True)
        found = walker.top(start, len(body), encoding.explicit)
        return _resolved(_dataset(found, encoding, meta))


@contextmanager
def _only_unreadable() -> Iterator[None]:
    # pydicom raises some ten types on damaged input, and the list grows with each release: so all of them.
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"its decoding fails ({type(error).__name__})") from error


@contextmanager
def _mapped(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("it is not a regular file")
        if status.st_size > MAX_FILE_BYTES:
            raise Unreadable(f"the file has more than {MAX_FILE_BYTES} bytes")
        if status.st_size == 0:
            raise Unreadable("the file is empty")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            yield view


def _meta_of(data: Any, transfer_syntax: str) -> tuple[str, int, FileMetaDataset]:
    """(transfer syntax, where the dataset begins, meta information as far as there is one)."""
    size = len(data)
    if size < 8:
        raise Unreadable("it has fewer than 8 bytes")
    start = 0
    if bytes(data[128:132]) == b"DICM":
        start = 132
    elif bytes(data[:4]) == b"DICM":
        start = 4
    meta_end = min(size, start + _META_LIMIT)
    if bytes(data[start : start + 2]) != b"\x02\x00":
        syntax = transfer_syntax or _guessed_syntax(bytes(data[start : start + 8]))
        return syntax, start, FileMetaDataset()
    explicit = bytes(data[start + 4 : start + 6]) in KNOWN_VRS
    walker = Walker(data, little=True, keep_bulk=True)
    found = walker.top(start, meta_end, explicit, only_group=2)
    meta = FileMetaDataset(found.elements)
    meta.set_original_encoding(not explicit, True)
    syntax = text_of(meta, "TransferSyntaxUID") or transfer_syntax
    if found.end >= size:
        raise Unreadable("it has no dataset after its meta information")
    if not syntax:
        syntax = _guessed_syntax(bytes(data[found.end : found.end + 8]), marked=True)
    return syntax, found.end, meta


def _guessed_syntax(head: bytes, *, marked: bool = False) -> str:
    """The encoding that the first element of a dataset shows; `marked` when meta information said it is DICOM."""
    if len(head) < 8:
        raise Unreadable("it has no dataset")
    explicit = head[4:6] in KNOWN_VRS
    little_group, big_group = struct.unpack_from("<H", head)[0], struct.unpack_from(">H", head)[0]
    if explicit and big_group < little_group:
        return str(ExplicitVRBigEndian)
    if not marked and not 0x0004 <= little_group <= 0x0028:
        # Not the first group of any composite object, and no preamble said that this is DICOM.
        raise Unreadable("it has no DICM mark and doesn't begin like a dataset")
    return str(ExplicitVRLittleEndian if explicit else ImplicitVRLittleEndian)


def _inflated(data: Any, offset: int, syntax: str, *, headers_only: bool) -> tuple[Any, int, bool]:
    """(bytes to walk, where to begin, whether these are the given bytes themselves)."""
    if syntax != DeflatedExplicitVRLittleEndian:
        return data, offset, True
    limit = MAX_INFLATED_BYTES
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    out = bytearray()
    chunk = 64 * 1024
    view = memoryview(data)[offset:]
    with view:
        for at in range(0, len(view), chunk):
            piece: Any = view[at : at + chunk]
            while len(piece) and not machine.eof:
                out += machine.decompress(piece, 1024 * 1024)
                if len(out) > limit:
                    raise Unreadable(f"it inflates to more than {limit} bytes")
                piece = machine.unconsumed_tail
            if machine.eof:
                break
    if not machine.eof:
        out += machine.flush(1024)
    if not machine.eof and not headers_only:
        raise Unreadable("its deflated dataset ends too early")
    return out, 0, False


def _encoding(data: Any, start: int, syntax: str) -> Encoding:
    """From the transfer syntax, corrected by the first element: the two implicit/explicit mix-ups are common."""
    if syntax == ExplicitVRBigEndian:
        return Encoding(explicit=True, little=False)
    explicit = syntax != ImplicitVRLittleEndian
    shown = bytes(data[start + 4 : start + 6])
    if len(shown) == 2 and explicit != (shown in KNOWN_VRS):
        explicit = not explicit
    return Encoding(explicit=explicit)


def _dataset(found: Found, encoding: Encoding, meta: FileMetaDataset) -> Dataset:
    ds = Dataset(found.elements)
    raw = found.elements.get(BaseTag(0x00080005))
    charset = raw.value if isinstance(raw, RawDataElement) and raw.value else b""
    ds.set_original_encoding(not encoding.explicit, encoding.little, list(_codecs(charset)))
    ds.file_meta = meta
    return ds


@lru_cache(maxsize=64)
def _codecs(charset: bytes) -> tuple[str, ...]:
    """Python codec names for the bytes of Specific Character Set; the default repertoire for what is unknown."""
    names = [
        part.strip() for part in charset[:256].decode("ascii", "replace").strip(" \0").split("\\")
    ]
    try:
        return tuple(convert_encodings(names))
    except Exception as error:  # noqa: BLE001 - an unknown character set costs its letters, not the object
        del error
        return ("iso8859",)


def _resolved(ds: Dataset) -> Dataset:
    """The same dataset with every element decoded now, so that no later access can raise."""
    for tag in list(ds.keys()):
        raw = ds.get_item(tag)
        try:
            element = ds[tag]
        except Exception as error:  # noqa: BLE001 - handled just below
            del error
            value = raw.value if isinstance(raw, RawDataElement) else b""
            ds[tag] = element = DataElement(tag, _UN, value, already_converted=True)
        if isinstance(element.value, bytes) and element.VR not in BINARY_VRS:
            # Kept as it came (PS3.5 6.2.2), under a VR that promises nothing; pydicom would put the usual one.
            element.VR = _UN
        if element.VR == "SQ":
            for item in element.value:
                _resolved(item)
    return ds
