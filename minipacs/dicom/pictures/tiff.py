"""TIFF 6.0, also of several pages: one frame each."""

from __future__ import annotations

from typing import Any

from PIL import Image

from minipacs.dicom.jpeg_head import LOSSY_METHOD
from minipacs.dicom.model import Frame
from minipacs.dicom.pictures.errors import SAVE_AS_PNG, PictureRefused
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

MAX_PAGES = 200

_SUBFILE, _BITS, _COMPRESSION, _PHOTOMETRIC, _STRIP_BYTES, _TILE_BYTES, _FORMAT = (
    254, 258, 259, 262, 279, 325, 339,
)  # fmt: skip
_WHITE_IS_ZERO = 0
_JPEGS = (6, 7)
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3
_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def _read(data: bytes, sidecar: Sidecar) -> list[Frame]:
    with opened(data, "TIFF") as image:
        frames = []
        pages = int(getattr(image, "n_frames", 1))
        if pages > MAX_PAGES:
            raise PictureRefused(
                f"the picture has {pages} pages, more than {MAX_PAGES} are not taken", "split it up"
            )
        for page in range(pages):
            image.seek(page)
            # Bit 0: a smaller copy of another page, kept by scanners as a preview.
            if not (pages > 1 and _tag(image, _SUBFILE, 0) & 1):
                frames.append(_page(image, sidecar))
        if not frames:
            raise PictureRefused("the picture has only previews", SAVE_AS_PNG)
        return frames


def _page(image: Image.Image, sidecar: Sidecar) -> Frame:
    check_size(image.height, image.width)
    bits = _bits(image)
    _check_kind(image, bits)
    white_is_zero = _tag(image, _PHOTOMETRIC, 1) == _WHITE_IS_ZERO
    compression = _tag(image, _COMPRESSION, 1)
    encoded = _encoded_bytes(image)
    taken_at = exif_taken_at(image)
    pixels = pixels_of(image)
    lossy = None
    if compression in _JPEGS:
        lossy = (max(0.01, round(pixels.nbytes / max(1, encoded), 2)), LOSSY_METHOD)
    if white_is_zero and pixels.ndim == 2 and image.mode == "L":
        # Pillow has turned 8 bits over to black-is-zero: back to what is stored, which `inverted` then explains.
        pixels = 255 - pixels
    inverted = white_is_zero and pixels.ndim == 2 and image.mode != "1"
    return frame_of(pixels, sidecar, inverted=inverted, taken_at=taken_at, lossy_before=lossy)


def _check_kind(image: Image.Image, bits: tuple[int, ...]) -> None:
    sample_format = _tag(image, _FORMAT, _UNSIGNED)
    if sample_format == _FLOAT or image.mode == "F":
        raise PictureRefused(
            "the picture has floating point values", "save it with 8 or 16 bits per pixel"
        )
    if sample_format == _SIGNED or max(bits) > 16 or image.mode.startswith("I;32"):
        raise PictureRefused(
            "the picture has signed values or more than 16 bits",
            "save it with 8 or 16 bits without sign",
        )
    if len(bits) > 1 and max(bits) > 8:
        raise PictureRefused(
            "the picture has colours of 16 bits",
            "save it with 8 bits per colour, or in 16-bit grey",
        )


def _tag(image: Image.Image, number: int, default: int) -> int:
    value: Any = getattr(image, "tag_v2", {}).get(number, default)
    if isinstance(value, tuple):
        value = value[0] if value else default
    return int(value)


def _bits(image: Image.Image) -> tuple[int, ...]:
    value: Any = getattr(image, "tag_v2", {}).get(_BITS, (1,))
    return tuple(int(one) for one in value) if isinstance(value, tuple) else (int(value),)


def _encoded_bytes(image: Image.Image) -> int:
    tags = getattr(image, "tag_v2", {})
    counts: Any = tags.get(_STRIP_BYTES) or tags.get(_TILE_BYTES) or (0,)
    return sum(counts) if isinstance(counts, tuple) else int(counts)


def _recognises(head: bytes) -> bool:
    return head[:4] in _MAGIC


@picture_format("tiff")
def tiff() -> Format:
    """Grey of 1 to 16 bits, RGB of 8, white-is-zero, several pages."""
    return Format("TIFF", (".tif", ".tiff"), _recognises, _read)
