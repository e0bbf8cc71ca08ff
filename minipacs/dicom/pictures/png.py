"""PNG, ISO 15948."""

from __future__ import annotations

import struct

from minipacs.dicom.model import Frame
from minipacs.dicom.pictures.errors import SEND_AGAIN, PictureRefused
from minipacs.dicom.pictures.format import (
    Format,
    check_size,
    exif_taken_at,
    frame_of,
    opened,
    picture_format,
    pixels_of,
)
from minipacs.dicom.pictures.sidecar import Sidecar

_MAGIC = b"\x89PNG\r\n\x1a\n"
_GREY = 0


def _read(data: bytes, sidecar: Sidecar) -> list[Frame]:
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise PictureRefused("the picture is cut off", SEND_AGAIN)
    columns, rows, depth, colour = struct.unpack_from(">LLBB", data, 16)
    check_size(rows, columns)
    if depth == 16 and colour != _GREY:
        # Pillow would quietly give 8 of the 16 bits.
        raise PictureRefused(
            "the picture has colours or transparency of 16 bits",
            "save it with 8 bits per colour, or in 16-bit grey without transparency",
        )
    with opened(data, "PNG") as image:
        pixels = pixels_of(image)
        return [frame_of(pixels, sidecar, taken_at=exif_taken_at(image))]


@picture_format("png")
def png() -> Format:
    """Grey of 1 to 16 bits, RGB of 8, palettes."""
    return Format("PNG", (".png",), lambda head: head.startswith(_MAGIC), _read)
