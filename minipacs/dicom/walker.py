"""A bounded walk over the encoded bytes of a dataset: where the elements are, before anybody decodes them.

A received dataset is hostile until proven otherwise: 800 kB of empty items would cost pydicom 67 MB, some hundred
levels of sequences its stack. So the structure is walked first, by counting and adding only, and pydicom is given
nothing but single element values whose inside has been counted. PS3.5 7.1, 7.5 and A.4.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydicom._dicom_dict import DicomDictionary
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.tag import BaseTag

from minipacs.dicom.errors import DicomError

MAX_DEPTH = 64
MAX_ITEMS = 50_000
MAX_ELEMENTS = 200_000
BULK_BYTES = 64 * 1024
"""A header leaves out a value that is longer than this."""

UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PIXEL_GROUP = 0x7FE00000
_LONG = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
_SHORT = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split(),
)
KNOWN_VRS = _LONG | _SHORT
_VR_TEXT = {vr: vr.decode("ascii") for vr in KNOWN_VRS}


class Unreadable(DicomError):
    """These bytes are not a DICOM object that we read. The reason names tags and sizes, never a value.

    Args:
        reason: what is odd, as the end of the sentence "this object is unreadable: ...".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a readable DICOM object: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a dataset is encoded: with or without VR, in which byte order."""

    explicit: bool
    little: bool = True


@dataclass(slots=True)
class Found:
    """What a walk found at the top level."""

    elements: dict[BaseTag, DataElement | RawDataElement]
    pixel_offset: int | None = None
    """Where the first element of group 7FE0 begins; None when there is none."""
    pixel_truncated: bool = False
    """Whether that element says it is longer than what is there."""
    end: int = 0


@cache
def _sequence_tags() -> frozenset[int]:
    return frozenset(tag for tag, entry in DicomDictionary.items() if entry[0] == "SQ")


def name_of(tag: int) -> str:
    """`(gggg,eeee)`."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


class Walker:
    """Walks one dataset within bounds; every way out but success is `Unreadable`.

    Args:
        data: the whole buffer: bytes, bytearray, memoryview or mmap.
        little: byte order of the dataset.
        keep_bulk: whether values beyond `BULK_BYTES` and the pixel data are kept (a full read) or left out.
    """

    def __init__(self, data: Any, *, little: bool, keep_bulk: bool) -> None:
        order = "<" if little else ">"
        self._data = data
        self._little = little
        self._keep_bulk = keep_bulk
        self._implicit_head = struct.Struct(order + "HHL").unpack_from
        self._explicit_head = struct.Struct(order + "HH2sH").unpack_from
        self._long_length = struct.Struct(order + "L").unpack_from
        self._items = 0
        self._elements = 0

    def top(
        self, position: int, end: int, explicit: bool, *, only_group: int | None = None
    ) -> Found:
        """The elements of a dataset from `position` to `end`, sequences and pixel data as their bytes.

        Without `keep_bulk` the walk ends before the first element of group 7FE0; with `only_group` before any other.
        """
        found: dict[BaseTag, DataElement | RawDataElement] = {}
        data, little, keep_bulk = self._data, self._little, self._keep_bulk
        result = Found(found)
        while position + 8 <= end:
            if only_group is not None and self._implicit_head(data, position)[0] != only_group:
                break
            tag, vr, length, value_at = self._head(position, end, explicit)
            if tag >= _PIXEL_GROUP:
                if tag >> 16 == 0x7FE0 and result.pixel_offset is None:
                    result.pixel_offset = position
                    if not keep_bulk:
                        result.pixel_truncated = length != UNDEFINED and value_at + length > end
                        break
                if tag >> 16 == 0xFFFE:
                    raise Unreadable(f"a stray delimiter {name_of(tag)} at byte {position}")
            if tag < 0x00080000 and self._is_padding(position, end):
                position = end
                break
            value_end, position = self._value_end(tag, vr, length, value_at, end, explicit, 0)
            size = value_end - value_at
            if size > BULK_BYTES and not keep_bulk:
                continue
            implicit = not explicit
            text_vr = None if implicit else _VR_TEXT[vr]
            if length == UNDEFINED and tag >> 16 != 0x7FE0 and (implicit or vr == b"UN"):
                # PS3.5 6.2.2: UN of undefined length is a sequence in Implicit VR Little Endian.
                text_vr, implicit = "SQ", True
            base = BaseTag(tag)
            found[base] = RawDataElement(
                base,
                text_vr,
                length,
                bytes(data[value_at:value_end]),
                value_at,
                implicit,
                little,
            )
        result.end = position
        return result

    def _head(self, position: int, end: int, explicit: bool) -> tuple[int, bytes, int, int]:
        """(tag, VR or b"", length, where the value begins) of the element at `position`."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise Unreadable(f"more than {MAX_ELEMENTS} elements")
        if not explicit:
            group, number, length = self._implicit_head(self._data, position)
            return group << 16 | number, b"", length, position + 8
        group, number, vr, length = self._explicit_head(self._data, position)
        tag = group << 16 | number
        if vr in _SHORT:
            return tag, vr, length, position + 8
        if vr in _LONG:
            if position + 12 > end:
                raise Unreadable(f"it ends inside the head of {name_of(tag)}")
            return tag, vr, self._long_length(self._data, position + 8)[0], position + 12
        if group == 0xFFFE:
            return tag, b"", self._long_length(self._data, position + 4)[0], position + 8
        if vr in (b"\0\0", b"  ", b"??", b"--"):
            # Seen in the field for an unknown VR: treated like UN with a 16-bit length.
            return tag, b"UN", length, position + 8
        raise Unreadable(f"{name_of(tag)} at byte {position} has no known value representation")

    def _value_end(
        self, tag: int, vr: bytes, length: int, value_at: int, end: int, explicit: bool, depth: int
    ) -> tuple[int, int]:
        """(end of the value, position of the next element); walks into sequences."""
        if length == UNDEFINED:
            if tag == 0x7FE00010 or vr in (b"OB", b"OW"):
                return self._fragments(tag, value_at, end)
            if not explicit or vr in (b"SQ", b"UN"):
                inner_explicit = explicit and vr == b"SQ"
                return self._sequence(tag, value_at, end, inner_explicit, depth + 1, open_end=True)
            raise Unreadable(f"{name_of(tag)} has an undefined length, which its VR forbids")
        value_end = value_at + length
        if value_end > end:
            raise Unreadable(
                f"{name_of(tag)} says it has {length} bytes, but only {end - value_at} are there"
            )
        if vr == b"SQ" or (not explicit and tag in _sequence_tags()):
            self._sequence(tag, value_at, value_end, explicit, depth + 1, open_end=False)
        elif length >= 8 and (vr == b"UN" or (not explicit and tag & 0x10000)):
            self._maybe_sequence(tag, value_at, value_end, depth + 1)
        return value_end, value_end

    def _maybe_sequence(self, tag: int, position: int, end: int, depth: int) -> None:
        # pydicom may find in its dictionary of private elements that this is a sequence and decode it as one:
        # so it is counted as one. That it isn't one is no fault.
        group, number, _ = self._implicit_head(self._data, position)
        if (group << 16 | number) != _ITEM:
            return
        elements = self._elements
        try:
            self._sequence(tag, position, end, False, depth, open_end=False)
        except Unreadable:
            if self._items > MAX_ITEMS or self._elements > MAX_ELEMENTS or depth >= MAX_DEPTH:
                raise
            self._elements = elements

    def _sequence(
        self, tag: int, position: int, end: int, explicit: bool, depth: int, *, open_end: bool
    ) -> tuple[int, int]:
        if depth > MAX_DEPTH:
            raise Unreadable(f"sequences nested deeper than {MAX_DEPTH} levels")
        head, data = self._implicit_head, self._data
        while position + 8 <= end:
            group, number, length = head(data, position)
            mark = group << 16 | number
            if mark == _SEQUENCE_END and open_end:
                return position, position + 8
            if mark != _ITEM:
                if mark == _SEQUENCE_END and position + 8 == end:
                    return end, end
                raise Unreadable(f"{name_of(mark)} where an item of {name_of(tag)} should begin")
            self._items += 1
            if self._items > MAX_ITEMS:
                raise Unreadable(f"more than {MAX_ITEMS} sequence items")
            position += 8
            if length == UNDEFINED:
                position = self._item(tag, position, end, explicit, depth, open_end=True)
            elif position + length > end:
                raise Unreadable(f"an item of {name_of(tag)} is longer than what is there")
            else:
                if length:
                    self._item(tag, position, position + length, explicit, depth, open_end=False)
                position += length
        if open_end or position != end:
            raise Unreadable(f"it ends inside {name_of(tag)}")
        return position, position

    def _item(
        self, tag: int, position: int, end: int, explicit: bool, depth: int, *, open_end: bool
    ) -> int:
        # Some devices write implicit items into an explicit dataset; pydicom looks at the first VR, so do we.
        if explicit and position + 8 <= end:
            group, _, vr, _ = self._explicit_head(self._data, position)
            explicit = vr in KNOWN_VRS or group == 0xFFFE
        while position + 8 <= end:
            inner, vr, length, value_at = self._head(position, end, explicit)
            if inner == _ITEM_END and open_end:
                return value_at
            if inner >> 16 == 0xFFFE:
                raise Unreadable(f"a stray delimiter {name_of(inner)} in {name_of(tag)}")
            _, position = self._value_end(inner, vr, length, value_at, end, explicit, depth)
        if open_end or position != end:
            raise Unreadable(f"it ends inside an item of {name_of(tag)}")
        return position

    def _fragments(self, tag: int, position: int, end: int) -> tuple[int, int]:
        """Encapsulated pixel data, PS3.5 A.4: items of defined length up to the delimiter."""
        head, data = self._implicit_head, self._data
        while position + 8 <= end:
            group, number, length = head(data, position)
            mark = group << 16 | number
            if mark == _SEQUENCE_END:
                return position, position + 8
            if mark != _ITEM or length == UNDEFINED:
                raise Unreadable(f"{name_of(mark)} where a fragment of {name_of(tag)} should begin")
            self._items += 1
            if self._items > MAX_ITEMS:
                raise Unreadable(f"more than {MAX_ITEMS} fragments or items")
            position += 8 + length
        raise Unreadable(f"it ends inside the fragments of {name_of(tag)}")

    def _is_padding(self, position: int, end: int) -> bool:
        """Whether only zero bytes follow: some writers fill the last block of a file."""
        if end - position > 1 << 20:
            return False
        return not any(bytes(self._data[position:end]))
