"""Small 8-bit pictures for mounts and lists."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from kiosk.imaging.orientation import Symmetry
from kiosk.imaging.window import Window, lut


def thumbnail(
    pixels: NDArray[Any],
    window: Window,
    longest: int,
    *,
    rotation: int = 0,
    flip: bool = False,
    inverted: bool = False,
) -> NDArray[np.uint8]:
    """The picture at most `longest` pixels a side, windowed and laid: (h, w) grey or (h, w, 3) colour, uint8."""
    rows, columns = pixels.shape[:2]
    scale = min(1.0, longest / max(rows, columns))
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    step = max(1, int(1 / scale / 2))  # leave out what averaging would not see anyway
    thinned = pixels[::step, ::step]
    if pixels.ndim == 3:
        small = np.asarray(
            Image.fromarray(np.ascontiguousarray(thinned, dtype=np.uint8)).resize(
                size, Image.Resampling.BOX
            )
        )
        small = 255 - small if inverted else small
    else:
        grey = Image.fromarray(np.ascontiguousarray(thinned, dtype=np.float32))
        values = np.rint(np.asarray(grey.resize(size, Image.Resampling.BOX))).astype(np.uint16)
        small = np.take(lut(*window, invert=inverted), values)
    return np.ascontiguousarray(Symmetry(rotation, flip).apply(small))


def decode_jpeg(data: bytes) -> NDArray[np.uint8]:
    """The pixels of a baseline JPEG, for looking at: grey or RGB.

    Raises:
        ValueError: it cannot be decoded.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
            grey = picture.mode == "L"
            return np.asarray(picture.convert("L" if grey else "RGB"))
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as problem:
        raise ValueError(f"the JPEG cannot be decoded: {type(problem).__name__}") from None
