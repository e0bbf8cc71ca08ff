"""What a picture format is, and what all of them need: the bounds and the way from Pillow to a frame."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from minipacs.dicom.model import Frame
from minipacs.dicom.pictures.errors import SAVE_AS_PNG, SEND_AGAIN, PictureRefused
from minipacs.dicom.pictures.sidecar import Sidecar

MARK = "__picture_format__"
MAX_PIXELS = 100_000_000


@dataclass(frozen=True, slots=True)
class Format:
    """A picture format.

    `recognises` looks at the first bytes; `read` gets the whole file and raises PictureRefused.
    """

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    read: Callable[[bytes, Sidecar], list[Frame]]


def picture_format(name: str) -> Callable[[Callable[[], Format]], Callable[[], Format]]:
    """Mark a function as the maker of a format; the reader finds it."""

    def mark(make: Callable[[], Format]) -> Callable[[], Format]:
        setattr(make, MARK, name)
        return make

    return mark


def check_size(rows: int, columns: int) -> None:
    """Refuse what is too large before anything is decoded. Raises PictureRefused."""
    if rows * columns > MAX_PIXELS or rows > 65535 or columns > 65535:
        raise PictureRefused(
            f"the picture has {rows * columns // 1_000_000} megapixels"
            f" ({columns} x {rows}), more than {MAX_PIXELS // 1_000_000} are not taken",
            "make it smaller first",
        )
    if rows < 1 or columns < 1:
        raise PictureRefused("the picture has no pixels", SEND_AGAIN)


@contextmanager
def opened(data: bytes, pillow_format: str) -> Iterator[Image.Image]:
    """A picture whose head was read and whose size was judged, not decoded yet. Raises PictureRefused."""
    try:
        with warnings.catch_warnings():
            # Pillow warns from 89 megapixels on; our own bound comes right after.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=(pillow_format,))
    except Image.DecompressionBombError as error:
        raise PictureRefused(
            f"the picture has more than {MAX_PIXELS // 1_000_000} megapixels",
            "make it smaller first",
        ) from error
    with image:
        check_size(image.height, image.width)
        yield image


def loaded(image: Image.Image) -> None:
    """Decode now, so that damage shows here. Raises PictureRefused."""
    try:
        image.load()
    except Exception as error:
        raise PictureRefused("the picture is damaged or cut off", SEND_AGAIN) from error


def pixels_of(image: Image.Image) -> NDArray[Any]:
    """(rows, columns) uint8 or uint16 grey, or (rows, columns, 3) uint8 RGB, by Pillow's mode.

    Raises:
        PictureRefused: a mode that would lose or guess.
    """
    loaded(image)
    mode = image.mode
    if mode == "1":
        return np.array(image.convert("L"))
    if mode in ("L", "RGB") and "transparency" not in image.info:
        return np.array(image)
    if mode in ("I;16", "I;16L", "I;16B", "I;16N") and "transparency" not in image.info:
        return np.array(image).astype(np.uint16)
    if mode == "P" and "transparency" not in image.info:
        return _grey_if_grey(np.array(image.convert("RGB")))
    if mode in ("LA", "RGBA", "P", "L", "RGB", "PA"):
        return _without_alpha(image)
    if mode == "CMYK":
        raise PictureRefused("the picture has the four colours of printing (CMYK)", SAVE_AS_PNG)
    if mode == "F":
        raise PictureRefused(
            "the picture has floating point values", "save it with 8 or 16 bits per pixel"
        )
    raise PictureRefused(
        f"the picture has pixels of a kind that is not taken ({mode})", SAVE_AS_PNG
    )


def _without_alpha(image: Image.Image) -> NDArray[Any]:
    pixels = np.array(image.convert("RGBA"))
    if int(pixels[..., 3].min()) != 255:
        raise PictureRefused(
            "the picture is partly transparent, and what is behind it nobody can know",
            "save it without transparency, on a background",
        )
    colour = np.ascontiguousarray(pixels[..., :3])
    grey = image.mode in ("L", "LA")
    return (
        np.ascontiguousarray(colour[..., 0])
        if grey
        else (_grey_if_grey(colour) if image.mode in ("P", "PA") else colour)
    )


def _grey_if_grey(colour: NDArray[Any]) -> NDArray[Any]:
    red, green, blue = colour[..., 0], colour[..., 1], colour[..., 2]
    if np.array_equal(red, green) and np.array_equal(red, blue):
        return np.ascontiguousarray(red)
    return colour


def stored_bits(pixels: NDArray[Any], sidecar: Sidecar) -> int:
    """Bits Stored: what the sidecar says; else 8 for 8 bits, and the least of 10, 12, 14, 16 that holds the maximum.

    Raises:
        PictureRefused: a value is larger than the sidecar allows.
    """
    most = int(pixels.max())
    if sidecar.bits_stored:
        if most >> sidecar.bits_stored:
            raise PictureRefused(
                f"there are values above {sidecar.bits_stored} bits, which the sidecar rules out",
                "put the right bits_stored into the sidecar",
            )
        return sidecar.bits_stored
    if pixels.dtype == np.uint8:
        return 8
    return next(bits for bits in (10, 12, 14, 16) if most >> bits == 0)


def frame_of(
    pixels: NDArray[Any],
    sidecar: Sidecar,
    *,
    inverted: bool = False,
    taken_at: dt.datetime | None = None,
    lossy_before: tuple[float, str] | None = None,
) -> Frame:
    """A frame of decoded pixels with what the sidecar adds. Raises PictureRefused."""
    grey = pixels.ndim == 2
    return Frame(
        pixels=np.ascontiguousarray(pixels),
        rows=int(pixels.shape[0]),
        columns=int(pixels.shape[1]),
        samples=1 if grey else 3,
        bits_stored=stored_bits(pixels, sidecar) if grey else 8,
        inverted=grey and (inverted if sidecar.inverted is None else sidecar.inverted),
        pixel_spacing_mm=sidecar.spacing,
        taken_at=sidecar.taken_at or taken_at,
        lossy_before=lossy_before,
    )


def exif_taken_at(image: Image.Image) -> dt.datetime | None:
    """EXIF DateTimeOriginal, only when its zone is told too: without one it is no instant."""
    try:
        exif = image.getexif().get_ifd(ExifTags.IFD.Exif)
        text = str(exif.get(ExifTags.Base.DateTimeOriginal, "")).strip("\0 ")
        zone = str(exif.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\0 ")
        return dt.datetime.strptime(text + zone, "%Y:%m:%d %H:%M:%S%z")
    except Exception as error:  # noqa: BLE001 - damaged metadata costs the time, not the picture
        del error
        return None
