"""Reads a DICOMDIR of anyone: bounded, in both little endian encodings, and never trusting its offsets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydicom.charset import convert_encodings, decode_bytes

from minipacs.media.errors import DamagedDirectory
from minipacs.media.names import FileId
from minipacs.media.record_types import tag_of, vr_of
from minipacs.media.scan import (
    IMPLICIT_LE,
    ITEM,
    SEQUENCE_END,
    UNDEFINED,
    NotDicom,
    Raw,
    length_at,
    looks_like_dicom,
    read_meta,
    scan_elements,
    skip_item,
    truncated,
)

MAX_DIRECTORY_BYTES = 256 << 20
MAX_RECORDS = 500_000

_RECORDS = 0x00041220
_TOP = {0x00041130: b"CS", 0x00041141: b"CS", 0x00041200: b"UL", 0x00041212: b"US", _RECORDS: b"SQ"}
_KEYWORDS = (
    "SpecificCharacterSet",
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyDescription",
    "StudyInstanceUID",
    "StudyID",
    "AccessionNumber",
    "Modality",
    "SeriesInstanceUID",
    "SeriesNumber",
    "InstanceNumber",
    "Rows",
)
_WANTED: Mapping[int, bytes] = {
    0x00041400: b"UL",
    0x00041410: b"US",
    0x00041420: b"UL",
    0x00041430: b"CS",
    0x00041500: b"CS",
    0x00041510: b"UI",
    0x00041511: b"UI",
    0x00041512: b"UI",
    **{tag_of(keyword): vr_of(tag_of(keyword)) for keyword in _KEYWORDS},
}


@dataclass(frozen=True, slots=True)
class Record:
    """One directory record as it stands in the file."""

    offset: int
    following: int
    lower: int
    in_use: bool
    kind: str
    file_id: FileId
    """Empty when it references no file."""
    values: Mapping[int, Raw]

    def text(self, keyword: str) -> str:
        """A key as text, decoded by the record's own character set."""
        raw = self.values.get(tag_of(keyword), (b"", b""))[1].strip(b" \0")
        if raw.isascii() and b"\x1b" not in raw:
            return raw.decode("ascii")
        named = self.values.get(0x00080005, (b"", b""))[1].strip(b" \0").decode("ascii", "replace")
        try:
            encodings = convert_encodings(named.split("\\"))
            return str(decode_bytes(raw, encodings, {0x5C, 0x3D, 0x5E, 0x0A, 0x0D, 0x09, 0x0C}))
        except (LookupError, ValueError):
            return raw.decode("utf-8", "replace")

    def uid(self, tag: int) -> str:
        """A UI value."""
        return self.values.get(tag, (b"", b""))[1].strip(b" \0").decode("ascii", "replace")


@dataclass(frozen=True, slots=True)
class DirectoryFile:
    """A whole DICOMDIR."""

    uid: str
    file_set_id: str
    first_offset: int
    descriptor: FileId
    records: tuple[Record, ...]

    def references(self) -> Iterator[Record]:
        """The records in use that name a file, in file order; needs no offset to be right."""
        return (record for record in self.records if record.in_use and record.file_id)

    def children(
        self, offset: int, seen: set[int], by_offset: Mapping[int, Record]
    ) -> list[Record]:
        """The records in use of one directory entity.

        Raises:
            DamagedDirectory: the offsets run in a circle or point nowhere.
        """
        found = []
        while offset:
            record = by_offset.get(offset)
            if record is None:
                raise DamagedDirectory("one of its offsets points to no record")
            if offset in seen:
                raise DamagedDirectory("its offsets run in a circle")
            seen.add(offset)
            if record.in_use:
                found.append(record)
            offset = record.following
        return found


def read_directory(path: Path) -> DirectoryFile:
    """Read a DICOMDIR.

    Raises:
        DamagedDirectory: it cannot be read, or is larger than any real one.
    """
    if path.stat().st_size > MAX_DIRECTORY_BYTES:
        raise DamagedDirectory(f"it is larger than {MAX_DIRECTORY_BYTES >> 20} MB")
    return parse_directory(path.read_bytes())


def parse_directory(data: bytes) -> DirectoryFile:
    """As `read_directory`, from bytes."""
    with truncated(lambda: DamagedDirectory("it ends too early")):
        try:
            return _parse(data)
        except NotDicom as problem:
            raise DamagedDirectory(str(problem)) from problem


def _parse(data: bytes) -> DirectoryFile:
    if not looks_like_dicom(data):
        raise NotDicom("it is not a DICOM file")
    meta, start = read_meta(data)
    uid = meta.get(0x00020003, (b"", b""))[1].strip(b" \0").decode("ascii", "replace")
    syntax = meta.get(0x00020010, (b"", b""))[1].strip(b" \0").decode("ascii", "replace")
    explicit = syntax != IMPLICIT_LE
    spans: dict[int, tuple[int, int]] = {}
    top = scan_elements(data, start, len(data), _TOP, explicit=explicit, spans=spans)
    first = int.from_bytes(top.get(0x00041200, (b"", b""))[1][:4], "little")
    descriptor = _components(top.get(0x00041141, (b"", b""))[1])
    records = tuple(_records(data, *spans.get(_RECORDS, (0, 0)), explicit=explicit))
    label = top.get(0x00041130, (b"", b""))[1].strip(b" \0").decode("ascii", "replace")
    return DirectoryFile(uid, label, first, descriptor, records)


def _records(data: bytes, at: int, end: int, *, explicit: bool) -> Iterator[Record]:
    count = 0
    while at + 8 <= end:
        tag = int.from_bytes(data[at : at + 2], "little") << 16
        tag |= int.from_bytes(data[at + 2 : at + 4], "little")
        if tag == SEQUENCE_END:
            return
        if tag != ITEM:
            raise NotDicom("its list of records is damaged")
        count += 1
        if count > MAX_RECORDS:
            raise NotDicom(f"it has more than {MAX_RECORDS} records")
        (length,) = length_at(data, at + 4)
        start = at + 8
        if length == UNDEFINED:
            after = skip_item(data, start, end, explicit=explicit)
            stop = after - 8
        else:
            after = stop = start + length
        if stop > end:
            raise NotDicom("it ends too early")
        yield _record(at, scan_elements(data, start, stop, _WANTED, explicit=explicit))
        at = after


def _record(offset: int, values: dict[int, Raw]) -> Record:
    def number(tag: int) -> int:
        return int.from_bytes(values.get(tag, (b"", b""))[1][:4], "little")

    kind = values.get(0x00041430, (b"", b""))[1].strip(b" \0").decode("ascii", "replace")
    in_use = number(0x00041410) != 0 or 0x00041410 not in values
    file_id = _components(values.get(0x00041500, (b"", b""))[1])
    return Record(offset, number(0x00041400), number(0x00041420), in_use, kind, file_id, values)


def _components(raw: bytes) -> FileId:
    # Latin-1 keeps every byte, so that an odd name can still be looked for on the medium.
    text = raw.strip(b" \0").decode("latin-1")
    return tuple(part.strip() for part in text.split("\\")) if text else ()
