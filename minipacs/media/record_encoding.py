"""Directory records as bytes, with their offsets: PS3.10 8.6, PS3.3 F.3.2.2. Two passes, both linear."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from minipacs.dicom import part10
from minipacs.media.scan import EXPLICIT_LE, LONG_VRS, Head, Raw

MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10"

_IN_USE = 0xFFFF
_ITEM_HEAD = struct.Struct("<HHI")
# (0004,1400) UL next, (0004,1410) US in use, (0004,1420) UL lower: the same 34 bytes in each record.
_LINKS = struct.Struct("<HH2sHI HH2sHH HH2sHI")


@dataclass(frozen=True, slots=True)
class Entry:
    """One instance of the file-set."""

    file_id: tuple[str, ...]
    """Folder and file names from the root of the medium."""
    head: Head
    extra: Mapping[int, Raw] = field(default_factory=dict)
    """The keys of a record that is not an image."""


@dataclass(slots=True)
class Record:
    """A directory record with those below it."""

    kind: str
    keys: dict[int, Raw]
    reference: Entry | None = None
    children: list[Record] = field(default_factory=list)


def encode_directory(
    roots: Sequence[Record], uid: str, file_set_id: str, descriptor: Sequence[str]
) -> bytes:
    """The whole DICOMDIR of a tree of records."""
    records = _flat(roots)
    start, head = _directory_head(uid, file_set_id, descriptor)
    bodies = [_body(record) for record in records]
    offset_of: dict[int, int] = {}
    at = start
    for record, body in zip(records, bodies, strict=True):
        offset_of[id(record)] = at
        at += _ITEM_HEAD.size + _LINKS.size + len(body)
    following = _followers(roots, records, offset_of)
    out = [
        head,
        struct.pack("<HH2sHI", 4, 0x1200, b"UL", 4, offset_of[id(roots[0])] if roots else 0),
        struct.pack("<HH2sHI", 4, 0x1202, b"UL", 4, offset_of[id(roots[-1])] if roots else 0),
        struct.pack("<HH2sHH", 4, 0x1212, b"US", 2, 0),
        struct.pack("<HH2sHI", 4, 0x1220, b"SQ", 0, at - start),
    ]
    for record, body in zip(records, bodies, strict=True):
        lower = offset_of[id(record.children[0])] if record.children else 0
        out.append(_ITEM_HEAD.pack(0xFFFE, 0xE000, _LINKS.size + len(body)))
        out.append(
            _LINKS.pack(
                4, 0x1400, b"UL", 4, following.get(id(record), 0),
                4, 0x1410, b"US", 2, _IN_USE,
                4, 0x1420, b"UL", 4, lower,
            )
        )  # fmt: skip
        out.append(body)
    return b"".join(out)


def _flat(roots: Sequence[Record]) -> list[Record]:
    order: list[Record] = []
    waiting = list(reversed(roots))
    while waiting:
        record = waiting.pop()
        order.append(record)
        waiting.extend(reversed(record.children))
    return order


def _directory_head(uid: str, file_set_id: str, descriptor: Sequence[str]) -> tuple[int, bytes]:
    """(position of the first record, everything before it but for three values to fill in)."""
    parts = [
        part10.file_head(MEDIA_STORAGE_DIRECTORY, uid, EXPLICIT_LE),
        _element(0x00041130, b"CS", file_set_id.encode("ascii")),
    ]
    if descriptor:
        parts.append(_element(0x00041141, b"CS", "\\".join(descriptor).encode("ascii")))
    head = b"".join(parts)
    # (0004,1200), (0004,1202) and (0004,1212) follow, then the head of (0004,1220).
    return len(head) + 12 + 12 + 10 + 12, head


def _followers(
    roots: Sequence[Record], records: Sequence[Record], offset_of: Mapping[int, int]
) -> dict[int, int]:
    following: dict[int, int] = {}
    for siblings in (roots, *(record.children for record in records)):
        for one, after in itertools.pairwise(siblings):
            following[id(one)] = offset_of[id(after)]
    return following


def _body(record: Record) -> bytes:
    parts = [_element(0x00041430, b"CS", record.kind.encode("ascii"))]
    if record.reference is not None:
        head = record.reference.head
        parts += [
            _element(0x00041500, b"CS", "\\".join(record.reference.file_id).encode("ascii")),
            _element(0x00041510, b"UI", head.sop_class_uid.encode("ascii")),
            _element(0x00041511, b"UI", head.sop_instance_uid.encode("ascii")),
            _element(0x00041512, b"UI", head.transfer_syntax_uid.encode("ascii")),
        ]
    parts += [_element(tag, vr, raw) for tag, (vr, raw) in sorted(record.keys.items())]
    return b"".join(parts)


def _element(tag: int, vr: bytes, raw: bytes) -> bytes:
    if len(raw) % 2:
        raw += b"\0" if vr in (b"UI", b"OB", b"UN") else b" "
    if vr in LONG_VRS:
        return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr, 0, len(raw)) + raw
    if len(raw) > 0xFFFF:
        raw = raw[:0xFFFE]
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, len(raw)) + raw
