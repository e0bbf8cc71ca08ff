"""The directory keys of a Part 10 file, read straight from its bytes.

A file-set of thousands of files needs some twenty elements of each. They are taken as raw value bytes (so that a
name in any script arrives in the DICOMDIR exactly as it stands in the image) by one bounded pass over the top
level, without building datasets. Files in other encodings than little endian go through the kernel's reader.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydicom.charset import convert_encodings
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element

from minipacs.dicom import part10

EXPLICIT_LE = "1.2.840.10008.1.2.1"
IMPLICIT_LE = "1.2.840.10008.1.2"
_OTHER_ENCODINGS = frozenset(
    {"1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.95"}
)
LONG_VRS = frozenset(
    {
        b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV",
    }
)  # fmt: skip
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
MAX_DEPTH = 64
_HEAD_BYTES = 1 << 16
_META_LIMIT = 1 << 20

_short = struct.Struct("<HH2sH").unpack_from
_long = struct.Struct("<HHI").unpack_from
length_at = struct.Struct("<I").unpack_from

Raw = tuple[bytes, bytes]
"""(VR, value bytes in explicit little endian)."""


class NotDicom(Exception):
    """Bytes that are no readable Part 10 file; says why."""


class _Short(Exception):
    """The bytes at hand end before the keys do."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says of itself: identity, transfer syntax and its directory keys."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    values: Mapping[int, Raw]

    def raw(self, tag: int) -> bytes:
        """The value without its padding; empty when absent."""
        found = self.values.get(tag)
        return found[1].strip(b" \0") if found else b""

    def text(self, tag: int) -> str:
        """A value of the default repertoire (UI, CS, DA, TM, IS)."""
        return self.raw(tag).decode("ascii", "replace")

    def number(self, tag: int) -> int | None:
        """A US value."""
        found = self.values.get(tag)
        if not found or len(found[1]) < 2:
            return None
        return int.from_bytes(found[1][:2], "little")


def scan_bytes(data: bytes, wanted: Mapping[int, bytes]) -> Head:
    """The keys of a whole Part 10 file in memory.

    Args:
        wanted: tag -> VR; the VR is used for implicit files and where a file says UN.

    Raises:
        NotDicom: no Part 10 file, or one that cannot be parsed.
    """
    try:
        return _scan(data, wanted)
    except _Short:
        raise NotDicom("the file ends in the middle of its header") from None


def scan_file(path: Path, wanted: Mapping[int, bytes]) -> Head:
    """As `scan_bytes` for a file, reading no more than the header needs."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
        try:
            return _scan(head, wanted)
        except _Short:
            rest = stream.read()
    if not rest:
        raise NotDicom("the file ends in the middle of its header")
    return scan_bytes(head + rest, wanted)


@contextmanager
def truncated(problem: Callable[[], Exception]) -> Iterator[None]:
    """Raise `problem` where the bytes end too early."""
    try:
        yield
    except _Short:
        raise problem() from None


def looks_like_dicom(head: bytes) -> bool:
    """Whether bytes start as a Part 10 file does."""
    return head[128:132] == b"DICM"


def _scan(data: bytes, wanted: Mapping[int, bytes]) -> Head:
    if not looks_like_dicom(data):
        raise NotDicom("it is not a DICOM file")
    meta, at = read_meta(data)
    syntax = _uid(meta, 0x00020010)
    if not syntax:
        raise NotDicom("its header names no transfer syntax")
    if syntax in _OTHER_ENCODINGS:
        return _scan_by_kernel(data, wanted, syntax)
    values = scan_elements(data, at, len(data), wanted, explicit=syntax != IMPLICIT_LE)
    own_class, own_uid = _uid(values, 0x00080016), _uid(values, 0x00080018)
    return Head(
        own_class or _uid(meta, 0x00020002), own_uid or _uid(meta, 0x00020003), syntax, values
    )


def read_meta(data: bytes) -> tuple[dict[int, Raw], int]:
    """(file meta elements, where the dataset starts), PS3.10 7.1."""
    found: dict[int, Raw] = {}
    at = 132
    while at < _META_LIMIT:
        if at + 8 > len(data):
            if at == len(data):
                break
            raise _Short
        group, element, vr, length = _short(data, at)
        if group != 2:
            break
        start = at + 8
        if vr in LONG_VRS:
            if at + 12 > len(data):
                raise _Short
            (length,) = length_at(data, at + 8)
            start = at + 12
        if length > _META_LIMIT:
            raise NotDicom("its file meta information is damaged")
        if start + length > len(data):
            raise _Short
        found[group << 16 | element] = (vr, data[start : start + length])
        at = start + length
    return found, at


def scan_elements(
    data: bytes,
    at: int,
    end: int,
    wanted: Mapping[int, bytes],
    *,
    explicit: bool,
    spans: dict[int, tuple[int, int]] | None = None,
) -> dict[int, Raw]:
    """The wanted elements of one level; stops behind the highest of them.

    Args:
        spans: gets (start, end) of each sequence instead of a copy of its bytes.
    """
    found: dict[int, Raw] = {}
    last = max(wanted)
    while at < end:
        if at + 8 > end:
            raise _Short
        if explicit:
            group, element, vr, length = _short(data, at)
            start = at + 8
            if vr in LONG_VRS:
                if at + 12 > end:
                    raise _Short
                (length,) = length_at(data, at + 8)
                start = at + 12
        else:
            group, element, length = _long(data, at)
            vr, start = b"UN", at + 8
        tag = group << 16 | element
        if tag > last:
            break
        if length == UNDEFINED:
            stop, at = skip_undefined(data, start, end, explicit=explicit and vr != b"UN")
        else:
            stop = at = start + length
        if tag in wanted:
            if stop > end:
                raise _Short
            if spans is not None and wanted[tag] == b"SQ":
                spans[tag] = (start, stop)
                continue
            found[tag] = (wanted[tag] if vr == b"UN" else vr, data[start:stop])
    if not explicit:
        _drop_sequences(found)
    return found


def _drop_sequences(found: dict[int, Raw]) -> None:
    # The items of an implicit file cannot be copied as they stand into an explicit DICOMDIR; the
    # only sequences that the fast way copies are optional keys of images.
    for tag in [tag for tag, (vr, _) in found.items() if vr == b"SQ"]:
        del found[tag]


def skip_undefined(
    data: bytes, at: int, end: int, *, explicit: bool, depth: int = 0
) -> tuple[int, int]:
    """(end of the items, position behind the delimiter) of a sequence of undefined length."""
    if depth > MAX_DEPTH:
        raise NotDicom(f"its sequences are nested deeper than {MAX_DEPTH}")
    while True:
        if at + 8 > end:
            raise _Short
        group, element, length = _long(data, at)
        tag = group << 16 | element
        if tag == SEQUENCE_END:
            return at, at + 8
        if tag != ITEM:
            raise NotDicom("one of its sequences is damaged")
        at += 8
        if length != UNDEFINED:
            at += length
        else:
            at = skip_item(data, at, end, explicit=explicit, depth=depth + 1)


def skip_item(data: bytes, at: int, end: int, *, explicit: bool, depth: int = 0) -> int:
    """The position behind an item of undefined length."""
    while True:
        if at + 8 > end:
            raise _Short
        group, element, length = _long(data, at)
        if group << 16 | element == ITEM_END:
            return at + 8
        vr, start = b"UN", at + 8
        if explicit:
            _, _, vr, length = _short(data, at)
            if vr in LONG_VRS:
                if at + 12 > end:
                    raise _Short
                (length,) = length_at(data, at + 8)
                start = at + 12
        if length == UNDEFINED:
            inner = explicit and vr != b"UN"
            _, at = skip_undefined(data, start, end, explicit=inner, depth=depth)
        else:
            at = start + length


def _scan_by_kernel(data: bytes, wanted: Mapping[int, bytes], syntax: str) -> Head:
    ds = header_of(data)
    values = encode(ds, wanted)
    return Head(_uid(values, 0x00080016), _uid(values, 0x00080018), syntax, values)


def header_of(data: bytes) -> Dataset:
    """The header by the kernel's bounded reader.

    Raises:
        NotDicom: it cannot be read.
    """
    try:
        return part10.header(data)
    except part10.Unreadable as problem:
        raise NotDicom(str(problem)) from problem


def encode(ds: Dataset, tags: Iterable[int]) -> dict[int, Raw]:
    """Elements of a dataset as raw explicit little endian values."""
    encodings = convert_encodings(ds.get("SpecificCharacterSet") or "ISO_IR 6")
    found: dict[int, Raw] = {}
    for tag in tags:
        if tag not in ds:
            continue
        buffer = DicomBytesIO()
        buffer.is_little_endian, buffer.is_implicit_VR = True, False
        write_data_element(buffer, ds[tag], encodings)
        raw = buffer.getvalue()
        vr = raw[4:6]
        found[tag] = (vr, raw[12 if vr in LONG_VRS else 8 :])
    return found


def _uid(values: Mapping[int, Raw], tag: int) -> str:
    found = values.get(tag)
    return found[1].strip(b" \0").decode("ascii", "replace") if found else ""
