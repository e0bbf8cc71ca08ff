"""Windows bitmaps."""

from __future__ import annotations

from minipacs.dicom.model import Frame
from minipacs.dicom.pictures.format import Format, frame_of, opened, picture_format, pixels_of
from minipacs.dicom.pictures.sidecar import Sidecar


def _read(data: bytes, sidecar: Sidecar) -> list[Frame]:
    with opened(data, "BMP") as image:
        return [frame_of(pixels_of(image), sidecar)]


@picture_format("bmp")
def bmp() -> Format:
    """1 to 32 bits per pixel."""
    return Format("BMP", (".bmp", ".dib"), lambda head: head.startswith(b"BM"), _read)
