"""Films and sheets: how large the places are, and one picture with its letters and lines in such a place.

Pure pixels: nothing here knows a printer or a patient's record. White is the largest value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kiosk.imaging.lettering import text_image, text_width, wrapped
from kiosk.imaging.orientation import Labels

MM_PER_INCH = 25.4
_PAPER_MM = {"A4": (210.0, 297.0), "A3": (297.0, 420.0), "LETTER": (215.9, 279.4)}
_FILM_ID = re.compile(r"(\d+(?:_\d+)?)(IN|CM)X(\d+(?:_\d+)?)(IN|CM)\Z")
_LAYOUT = re.compile(r"(\d{1,2})[xX](\d{1,2})\Z")
_LETTER_MM = 2.6
"""Height of a printed line; reads well at arm's length."""
_SMALLEST_MM = 1.6
_MOST_TEXT = 0.4
"""The part of a place that text may take before its letters get smaller."""
_SMALLEST_SIDE, _LARGEST_SIDE = 700, 4096
"""Pixels of the longer side of a place: enough for letters, and not more than printers take."""

Pixels = NDArray[Any]


@dataclass(frozen=True)
class Layout:
    """Places in columns and rows."""

    columns: int
    rows: int

    @property
    def places(self) -> int:
        """How many."""
        return self.columns * self.rows


@dataclass(frozen=True)
class Picture:
    """A picture as it is to be seen: windowed, laid as it hangs."""

    pixels: Pixels
    """(h, w) uint8 or uint16 of 12 bits, or (h, w, 3) uint8 RGB."""
    labels: Labels = Labels()  # noqa: RUF009 - frozen
    aspect: float = 1.0
    """Height of a pixel to its width."""


def parse_layout(text: str) -> Layout:
    """COLUMNSxROWS, for example 2x3.

    Raises:
        ValueError: it is something else, or has no or too many places.
    """
    found = _LAYOUT.match(text.strip())
    layout = Layout(int(found[1]), int(found[2])) if found else Layout(0, 0)
    if not 1 <= layout.places <= 64:
        raise ValueError(f"{text!r} is no layout; write COLUMNSxROWS, for example 2x3")
    return layout


def film_mm(film_size: str, *, landscape: bool = False) -> tuple[float, float]:
    """(width, height) of a film by its Film Size ID (2010,0050): 8INX10IN, 24CMX30CM, A4 ...

    Raises:
        ValueError: it is no such ID.
    """
    name = film_size.strip().upper()
    size = _PAPER_MM.get(name)
    found = _FILM_ID.match(name)
    if found:
        size = (_millimetres(found[1], found[2]), _millimetres(found[3], found[4]))
    if size is None or min(size) < 20:
        raise ValueError(
            f"{film_size!r} is no film size; write it as DICOM does, for example 8INX10IN, 24CMX30CM or A4"
        )
    return (max(size), min(size)) if landscape else (min(size), max(size))


def _millimetres(number: str, unit: str) -> float:
    return float(number.replace("_", ".")) * (MM_PER_INCH if unit == "IN" else 10.0)


def best_layout(aspects: Sequence[float], width: float, height: float, most: int = 12) -> Layout:
    """The layout in which pictures of these shapes (width to height) come out largest on a page."""
    count = max(1, min(len(aspects), most))
    choices = [
        Layout(columns, math.ceil(count / columns))
        for columns in range(1, count + 1)
        # no empty column
        if math.ceil(count / math.ceil(count / columns)) == columns
    ]

    def area(layout: Layout) -> float:
        cell = width / layout.columns, height / layout.rows
        return sum(min(cell[0], cell[1] * one) ** 2 / one for one in aspects)

    return max(choices, key=area)


def grey_of(
    values: Pixels, window: tuple[float, float], *, inverted: bool = False, bits: int = 8
) -> Pixels:
    """Grey values through a window: uint8, or uint16 of 12 bits. LINEAR, PS3.3 C.11.2.1.2.1."""
    center, width = window[0], max(1.0, window[1])
    top = 2**bits - 1
    with np.errstate(over="ignore"):
        spread = np.float32(max(width - 1.0, 1e-6))
        grey = ((values.astype(np.float32) - np.float32(center - 0.5)) / spread + 0.5) * top
    grey = np.clip(np.rint(grey), 0, top)
    grey = top - grey if inverted else grey
    return np.asarray(grey, dtype=np.uint8 if bits == 8 else np.uint16)


def square(picture: Picture) -> Picture:
    """The picture with square pixels."""
    if abs(picture.aspect - 1.0) < 1e-3:
        return picture
    rows, columns = picture.pixels.shape[:2]
    return Picture(
        _resized(picture.pixels, columns, max(1, round(rows * picture.aspect))), picture.labels
    )


def place(picture: Picture, lines: Sequence[str], place_mm: tuple[float, float]) -> Pixels:
    """A place of a film: the picture as large as it fits, its orientation letters, and a strip with words below.

    The place gets about as many pixels as the picture has, within what printers take; 700 on the longer side at least,
    so that the words can be read.

    Args:
        lines: parts of the strip, such as name, ID and date; none is ever cut.
        place_mm: printed width and height of the place.

    Returns:
        Of the kind of the picture's pixels, black around it; its shape is that of the place.
    """
    picture = square(picture)
    rows, columns = picture.pixels.shape[:2]
    # First guess: what the place measures in pixels when the picture fills its share of it.
    scale = max(columns / place_mm[0], rows / (place_mm[1] * (1 - _MOST_TEXT / 2)))
    longer = max(place_mm) * scale
    scale *= (
        min(1.0, _LARGEST_SIDE / longer) if longer > _SMALLEST_SIDE else _SMALLEST_SIDE / longer
    )
    width, height = (max(16, round(side * scale)) for side in place_mm)
    strip = _strip(lines, width, height, scale)
    # Words are never cut and the picture never vanishes: then the printer makes all of it smaller.
    height = max(height, strip.shape[0] + round(0.3 * height))
    free = height - strip.shape[0]
    drawn = _fitted(picture.pixels, width, free)
    top = _white(drawn)
    canvas = np.zeros((height, width, *drawn.shape[2:]), dtype=drawn.dtype)
    x, y = (width - drawn.shape[1]) // 2, (free - drawn.shape[0]) // 2
    canvas[y : y + drawn.shape[0], x : x + drawn.shape[1]] = drawn
    _letter_edges(
        canvas, picture.labels, (x, y, drawn.shape[1], drawn.shape[0]), _LETTER_MM * scale
    )
    words = (strip.astype(np.uint32) * top // 255).astype(canvas.dtype)
    canvas[free:] = words if canvas.ndim == 2 else words[:, :, None]
    return canvas


def _white(pixels: Pixels) -> int:
    return 4095 if pixels.dtype == np.uint16 else 255


def _fitted(pixels: Pixels, width: int, height: int) -> Pixels:
    """As large as it fits; untouched where it does so already within a tenth."""
    rows, columns = pixels.shape[:2]
    factor = min(width / columns, height / rows)
    if 1.0 <= factor < 1.1:
        return pixels
    return _resized(pixels, max(1, int(columns * factor)), max(1, int(rows * factor)))


def _resized(pixels: Pixels, columns: int, rows: int) -> Pixels:
    method = Image.Resampling.BICUBIC if columns > pixels.shape[1] else Image.Resampling.BOX
    if pixels.dtype == np.uint8:
        picture = Image.fromarray(np.ascontiguousarray(pixels))
        return np.asarray(picture.resize((columns, rows), method))
    deep = Image.fromarray(np.ascontiguousarray(pixels, dtype=np.float32))
    values = np.asarray(deep.resize((columns, rows), method))
    return np.asarray(np.clip(np.rint(values), 0, _white(pixels)), dtype=pixels.dtype)


def _strip(lines: Sequence[str], width: int, height: int, scale: float) -> NDArray[np.uint8]:
    """The words, white on black, over the whole width; smaller letters before too much of the place is words."""
    size = _LETTER_MM * scale
    laid = _laid(lines, size, width)
    while len(laid) * size * 1.3 > _MOST_TEXT * height and size > _SMALLEST_MM * scale:
        size *= 0.9
        laid = _laid(lines, size, width)
    if not laid:
        return np.zeros((0, width), dtype=np.uint8)
    images = [text_image(line, size)[:, :width] for line in laid]
    margin = round(size * 0.3)
    strip = np.zeros((sum(one.shape[0] for one in images) + 2 * margin, width), dtype=np.uint8)
    y = margin
    for one in images:
        x = (width - one.shape[1]) // 2
        strip[y : y + one.shape[0], x : x + one.shape[1]] = one
        y += one.shape[0]
    return strip


def _laid(lines: Sequence[str], size: float, width: int) -> tuple[str, ...]:
    return wrapped(lines, max(8, round(width - size)), lambda line: text_width(line, size))


def _letter_edges(
    canvas: Pixels, labels: Labels, box: tuple[int, int, int, int], size: float
) -> None:
    """Draw the letters at the middle of each edge of the picture, white on a ground made dark for them."""
    x, y, width, height = box
    size = min(size, min(width, height) / 8)
    if size < 6:
        return
    gap = round(size * 0.25)
    for word, across, down in (
        (labels.left, 0.0, 0.5),
        (labels.right, 1.0, 0.5),
        (labels.top, 0.5, 0.0),
        (labels.bottom, 0.5, 1.0),
    ):
        if not word:
            continue
        letters = text_image(word, size)
        rows, columns = letters.shape
        left = x + gap + round(across * (width - columns - 2 * gap))
        above = y + gap + round(down * (height - rows - 2 * gap))
        target = canvas[above : above + rows, left : left + columns]
        ink = letters[: target.shape[0], : target.shape[1]].astype(np.float32) / 255
        ink = ink if canvas.ndim == 2 else ink[:, :, None]
        ground = target.astype(np.float32) * 0.25
        target[...] = np.rint(ground * (1 - ink) + _white(canvas) * ink).astype(canvas.dtype)
