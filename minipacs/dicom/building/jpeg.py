"""What the header of a JPEG stream says, without decoding it (ISO 10918-1 B.2)."""

from __future__ import annotations

from dataclasses import dataclass

from minipacs.dicom.errors import BadRequest

_SOI = b"\xff\xd8"
_STARTS_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """The frame header of a stream."""

    process: int
    """The second byte of the start-of-frame marker: 0xC0 is baseline."""
    precision: int
    rows: int
    columns: int
    components: tuple[int, ...]
    """Component identifiers."""
    adobe_transform: int | None
    """0 is RGB, 1 is YCbCr; None without an Adobe marker."""

    @property
    def is_rgb(self) -> bool:
        """Whether the components are RGB and not YCbCr, as decoders agree to tell them apart."""
        if len(self.components) != 3:
            return False
        if self.adobe_transform is not None:
            return self.adobe_transform == 0
        return self.components == (0x52, 0x47, 0x42)


def read_header(stream: bytes) -> JpegHeader:
    """The header of a JPEG stream. Raises BadRequest when it has none."""
    if not stream.startswith(_SOI):
        raise BadRequest("PixelData", "the stream is not a JPEG")
    adobe: int | None = None
    at = 2
    while at + 4 <= len(stream):
        if stream[at] != 0xFF:
            break
        marker = stream[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(stream[at + 2 : at + 4], "big")
        body = stream[at + 4 : at + 2 + length]
        if marker in _STARTS_OF_FRAME and len(body) >= 6:
            return _frame_header(marker, body, adobe)
        if marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            adobe = body[11]
        if marker == 0xDA or length < 2:
            break
        at += 2 + length
    raise BadRequest("PixelData", "the JPEG stream has no frame header; it is damaged")


def _frame_header(marker: int, body: bytes, adobe: int | None) -> JpegHeader:
    return JpegHeader(
        process=marker,
        precision=body[0],
        rows=int.from_bytes(body[1:3], "big"),
        columns=int.from_bytes(body[3:5], "big"),
        components=tuple(body[6 : 6 + 3 * body[5] : 3]),
        adobe_transform=adobe,
    )
