"""The part of a picture that a window shows, resampled to the screen: zoom, pan, turn, mirror, invert.

Display only. The picture is resampled in its full depth (float32) for the visible part alone; as long as only the
window changes, the resampled part is used again and a frame is one table look-up, into the same buffer.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kiosk.imaging.orientation import Labels, Symmetry
from kiosk.imaging.window import Window, lut

SMALLEST_ZOOM, LARGEST_ZOOM = 0.05, 32.0


@dataclass(frozen=True)
class ViewTransform:
    """How a picture lies in its view.

    `zoom` 1 fits the whole picture into the view; `center` is the point of the picture (fractions of its width and
    height, in its own directions) that lies in the middle of the view.
    """

    zoom: float = 1.0
    center: tuple[float, float] = (0.5, 0.5)
    rotation: int = 0
    flip: bool = False
    invert: bool = False

    @property
    def symmetry(self) -> Symmetry:
        """How the picture is laid."""
        return Symmetry(self.rotation, self.flip)

    def turned(self, degrees: int = 90) -> ViewTransform:
        """Turned clockwise on the screen."""
        return self._laid(self.symmetry.turned(degrees))

    def mirrored(self) -> ViewTransform:
        """Mirrored left to right on the screen."""
        return self._laid(self.symmetry.mirrored())

    def inverted(self) -> ViewTransform:
        """Black for white."""
        return dataclasses.replace(self, invert=not self.invert)

    def fitted(self) -> ViewTransform:
        """The whole picture again, laid as it is."""
        return dataclasses.replace(self, zoom=1.0, center=(0.5, 0.5))

    def _laid(self, symmetry: Symmetry) -> ViewTransform:
        return dataclasses.replace(self, rotation=symmetry.rotation, flip=symmetry.flip)


@dataclass(frozen=True)
class Drawn:
    """The part of a picture that a view shows, and where in the view it lies; around it is nothing."""

    pixels: NDArray[np.uint8]
    """(height, width), or (height, width, 3) for colour; empty when the picture lies outside of the view."""
    left: int = 0
    top: int = 0


NOTHING = Drawn(np.zeros((0, 0), dtype=np.uint8))
STRIP = 1 << 18
"""Pixels looked up at once: numpy widens the indices of a look-up to 8 bytes; so many of them stay in the cache."""


class Renderer:
    """Draws one picture into a view of one size. Not for several threads at once.

    Args:
        pixels: (rows, columns) uint8/uint16 grey or (rows, columns, 3) uint8 colour; never written to.
        size: (width, height) of the view in screen pixels.
        aspect: height of a pixel to its width, where they are not square.
    """

    def __init__(self, pixels: NDArray[Any], size: tuple[int, int], *, aspect: float = 1.0) -> None:
        self._rows, self._columns = pixels.shape[:2]
        self._colour = pixels.ndim == 3
        self._aspect = aspect
        if self._colour:
            self._source = Image.fromarray(np.ascontiguousarray(pixels, dtype=np.uint8))
        else:
            self._source = Image.fromarray(np.ascontiguousarray(pixels, dtype=np.float32))
        self._size = size
        self._key: tuple[object, ...] = ()
        self._part: NDArray[Any] | None = None
        self._at = (0, 0)
        self._lut_key: tuple[object, ...] = ()
        self._lut = lut(128, 256)
        self._out = np.zeros((1, 1), dtype=np.uint8)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the view."""
        return self._size

    def resize(self, size: tuple[int, int]) -> None:
        """The view has another size now."""
        self._size = (max(1, size[0]), max(1, size[1]))
        self._key = ()

    def scale(self, transform: ViewTransform) -> float:
        """Screen pixels for each column of the picture."""
        width, height = self._laid_size(transform.symmetry)
        return min(self._size[0] / width, self._size[1] / height) * transform.zoom

    def render(self, transform: ViewTransform, window: Window | None = None) -> Drawn:
        """What the view shows of the picture.

        The array is used again by the next call: draw it, do not keep it and do not write to it.
        """
        key = (transform.zoom, transform.center, transform.rotation, transform.flip, self._size)
        if key != self._key:
            self._resample(transform)
            self._key = key
        part = self._part
        if part is None:
            return NOTHING
        if self._colour and not transform.invert:
            return Drawn(part, *self._at)
        if self._out.shape != part.shape:
            self._out = np.empty(part.shape, dtype=np.uint8)
        if self._colour:
            np.subtract(255, part, out=self._out)
        else:
            table = self._table(window or (128.0, 256.0), transform.invert)
            rows = max(1, STRIP // part.shape[1])
            for row in range(0, part.shape[0], rows):
                strip = slice(row, row + rows)
                np.take(table, part[strip], out=self._out[strip], mode="clip")
        return Drawn(self._out, *self._at)

    def to_image(self, transform: ViewTransform, x: float, y: float) -> tuple[float, float]:
        """The (column, row) of the picture under a point of the view; may lie outside of it."""
        laid = transform.symmetry
        width, height = self._laid_size(laid)
        left, top, scale = self._origin(transform)
        column, row = laid.from_screen(
            (x - left) / scale, (y - top) / scale, *self._unlaid(width, height, laid)
        )
        return column, row / self._aspect

    def to_view(self, transform: ViewTransform, column: float, row: float) -> tuple[float, float]:
        """The point of the view where a (column, row) of the picture lies."""
        laid = transform.symmetry
        left, top, scale = self._origin(transform)
        x, y = laid.to_screen(column, row * self._aspect, self._columns, self._rows * self._aspect)
        return left + x * scale, top + y * scale

    def zoomed(self, transform: ViewTransform, factor: float, x: float, y: float) -> ViewTransform:
        """Zoomed by a factor, with the point under (x, y) staying there."""
        column, row = self.to_image(transform, x, y)
        zoom = min(LARGEST_ZOOM, max(SMALLEST_ZOOM, transform.zoom * factor))
        nearer = dataclasses.replace(transform, zoom=zoom)
        now_x, now_y = self.to_view(nearer, column, row)
        return self.panned(nearer, x - now_x, y - now_y)

    def panned(self, transform: ViewTransform, dx: float, dy: float) -> ViewTransform:
        """Moved by (dx, dy) screen pixels; the middle of the view stays on the picture."""
        middle = self._size[0] / 2, self._size[1] / 2
        column, row = self.to_image(transform, middle[0] - dx, middle[1] - dy)
        center = (
            min(1.0, max(0.0, column / self._columns)),
            min(1.0, max(0.0, row / self._rows)),
        )
        return dataclasses.replace(transform, center=center)

    def actual_size(self, transform: ViewTransform) -> ViewTransform:
        """One screen pixel for each column of the picture."""
        return dataclasses.replace(transform, zoom=transform.zoom / self.scale(transform))

    def labels(
        self,
        transform: ViewTransform,
        patient_orientation: tuple[str, str] | None,
        *,
        quadruped: bool = False,
    ) -> Labels:
        """The letters at the edges of the view."""
        return transform.symmetry.labels(patient_orientation, quadruped=quadruped)

    def value_at(self, transform: ViewTransform, x: float, y: float) -> float | None:
        """The stored grey under a point of the view; None outside the picture and for colour."""
        column, row = (int(np.floor(number)) for number in self.to_image(transform, x, y))
        if self._colour or not (0 <= column < self._columns and 0 <= row < self._rows):
            return None
        value = self._source.getpixel((column, row))
        return float(value) if isinstance(value, int | float) else None

    def _laid_size(self, laid: Symmetry) -> tuple[float, float]:
        width, height = float(self._columns), self._rows * self._aspect
        return (height, width) if laid.swaps_sides else (width, height)

    @staticmethod
    def _unlaid(width: float, height: float, laid: Symmetry) -> tuple[float, float]:
        return (height, width) if laid.swaps_sides else (width, height)

    def _origin(self, transform: ViewTransform) -> tuple[float, float, float]:
        """(x, y) in the view of the picture's laid top left corner, and the scale."""
        scale = self.scale(transform)
        height = self._rows * self._aspect
        x, y = transform.symmetry.to_screen(
            transform.center[0] * self._columns, transform.center[1] * height, self._columns, height
        )
        return self._size[0] / 2 - x * scale, self._size[1] / 2 - y * scale, scale

    def _resample(self, transform: ViewTransform) -> None:
        """Resample what is visible; the turn comes after it, on the small result."""
        left, top, scale = self._origin(transform)
        width, height = self._laid_size(transform.symmetry)
        x0, y0 = max(0, round(left)), max(0, round(top))
        x1 = min(self._size[0], round(left + width * scale))
        y1 = min(self._size[1], round(top + height * scale))
        if x1 <= x0 or y1 <= y0:
            self._part = None
            return
        one = self.to_image(transform, x0, y0)
        two = self.to_image(transform, x1, y1)
        box = (
            max(0.0, min(one[0], two[0])),
            max(0.0, min(one[1], two[1])),
            min(float(self._columns), max(one[0], two[0])),
            min(float(self._rows), max(one[1], two[1])),
        )
        size = (x1 - x0, y1 - y0)
        if transform.symmetry.swaps_sides:
            size = (size[1], size[0])
        if box[2] - box[0] < 1e-6 or box[3] - box[1] < 1e-6:
            self._part = None
            return
        # A picture much larger than the view is averaged, a magnified one stays smooth.
        part = self._source.resize(size, Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)
        values = np.asarray(part)
        if not self._colour:
            values = np.rint(values).astype(np.uint16)
        self._part = np.ascontiguousarray(transform.symmetry.apply(values))
        self._at = (x0, y0)

    def _table(self, window: Window, invert: bool) -> NDArray[np.uint8]:
        key = (window, invert)
        if key != self._lut_key:
            self._lut, self._lut_key = lut(*window, invert=invert), key
        return self._lut
