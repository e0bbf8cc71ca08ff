"""The head of a JPEG or JPEG-LS stream, read without decoding a pixel. ISO 10918-1 Annex B, ISO 14495-1 Annex C."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

LOSSY_METHOD = "ISO_10918_1"
"""Lossy Image Compression Method of JPEG, PS3.3 C.7.6.1.1.5.1."""

_FRAMES = {
    0xC0: "baseline",
    0xC1: "extended",
    0xC2: "progressive",
    0xC3: "lossless",
    0xC5: "hierarchical",
    0xC6: "hierarchical",
    0xC7: "hierarchical",
    0xC9: "arithmetic",
    0xCA: "arithmetic",
    0xCB: "arithmetic",
    0xCD: "arithmetic",
    0xCE: "arithmetic",
    0xCF: "arithmetic",
    0xF7: "jpeg-ls",
}
_NO_LENGTH = frozenset({0x01, 0xD8, *range(0xD0, 0xD8)})
_MAX_SEGMENTS = 2000


@dataclass(frozen=True, slots=True)
class JpegHead:
    """What the frame header says."""

    process: str
    """baseline, extended, progressive, lossless, hierarchical, arithmetic or jpeg-ls."""
    precision: int
    rows: int
    columns: int
    samples: int
    jfif: bool
    adobe_transform: int | None
    sampling: tuple[tuple[int, int], ...]
    """(horizontal, vertical) of each component."""
    component_ids: bytes

    @property
    def says_ybr(self) -> bool:
        """Whether a marker of its own says that three components are luminance and colour differences."""
        if self.adobe_transform is not None:
            return self.adobe_transform == 1
        return self.jfif

    @property
    def is_rgb(self) -> bool:
        """Whether the components are RGB and not YCbCr, as decoders agree to tell them apart."""
        if self.samples != 3 or self.says_ybr:
            return False
        return self.adobe_transform == 0 or (
            self.adobe_transform is None and self.component_ids == b"RGB"
        )


def read_head(data: bytes) -> JpegHead:
    """The frame header of a stream.

    Raises:
        ValueError: it doesn't begin with SOI, or has no whole frame header before its first scan.
    """
    if data[:2] != b"\xff\xd8":
        raise ValueError("it doesn't begin like a JPEG")
    at, jfif, adobe = 2, False, None
    for _ in range(_MAX_SEGMENTS):
        while at + 1 < len(data) and data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1
        if at + 4 > len(data) or data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker in _NO_LENGTH:
            at += 2
            continue
        if marker in (0xD9, 0xDA):
            break
        (length,) = struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if length < 2 or len(body) != length - 2:
            break
        if marker in _FRAMES:
            return _frame(marker, body, jfif, adobe)
        if marker == 0xE0 and body.startswith(b"JFIF\0"):
            jfif = True
        if marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            adobe = body[11]
        at += 2 + length
    raise ValueError("it has no frame header")


def _frame(marker: int, body: bytes, jfif: bool, adobe: int | None) -> JpegHead:
    if len(body) < 6:
        raise ValueError("its frame header is too short")
    precision, rows, columns, samples = struct.unpack_from(">BHHB", body)
    components = body[6 : 6 + 3 * samples]
    if len(components) != 3 * samples:
        raise ValueError("its frame header is too short")
    return JpegHead(
        process=_FRAMES[marker],
        precision=precision,
        rows=rows,
        columns=columns,
        samples=samples,
        jfif=jfif,
        adobe_transform=adobe,
        sampling=tuple((byte >> 4, byte & 15) for byte in components[1::3]),
        component_ids=bytes(components[0::3]),
    )


# A marker inside entropy coded data: not a stuffed zero, not a restart, not a fill byte.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def whole_stream(data: bytes) -> bytes:
    """The stream from SOI to its own EOI, without what some cameras append (a second picture, a preview).

    Raises:
        ValueError: it ends before its EOI.
    """
    read_head(data)
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xD9:
            return data[: at + 2]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _NO_LENGTH:
            at += 2
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            found = _MARKER.search(data, at)
            if found is None:
                break
            at = found.start()
    if data[at : at + 2] == b"\xff\xd9":
        return data[: at + 2]
    raise ValueError("it ends before its end marker")
