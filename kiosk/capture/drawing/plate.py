"""A plate that radiation falls on: the density along each ray, and how it becomes a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Map = NDArray[np.float32]


class Plate:
    """Density over a field of `width` x `height` mm, on a grid of `step` mm. Origin at the top left."""

    def __init__(self, width: float, height: float, step: float) -> None:
        self.width, self.height, self.step = width, height, step
        columns, rows = round(width / step), round(height / step)
        self.x: Map = ((np.arange(columns) + 0.5) * step).astype(np.float32)[None, :]
        self.y: Map = ((np.arange(rows) + 0.5) * step).astype(np.float32)[:, None]
        self.bone: Map = np.zeros((rows, columns), np.float32)
        self.hard: Map = np.zeros((rows, columns), np.float32)
        """Teeth and metal; where it is, little bone is in front of it."""
        self.cover: Map = np.zeros((rows, columns), np.float32)
        """0 to 1: how far a tooth takes the place of bone."""
        self.soft: Map = np.zeros((rows, columns), np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) of the grid."""
        return self.bone.shape[0], self.bone.shape[1]

    def part(self, x0: float, y0: float, x1: float, y1: float) -> tuple[slice, slice] | None:
        """The rows and columns of a rectangle; None when it lies outside."""
        rows, columns = self.shape
        left, right = max(0, int(x0 / self.step)), min(columns, int(x1 / self.step) + 1)
        top, bottom = max(0, int(y0 / self.step)), min(rows, int(y1 / self.step) + 1)
        if left >= right or top >= bottom:
            return None
        return slice(top, bottom), slice(left, right)

    def density(self) -> Map:
        """All of it along each ray."""
        return np.asarray(self.soft + self.bone * (1 - 0.72 * self.cover) + self.hard, np.float32)


def band(distance: Any, softness: float) -> Map:
    """1 inside (distance > 0), 0 outside, with a soft edge."""
    t = np.clip(np.asarray(distance, np.float32) / softness + 0.5, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def line(distance: Any, thickness: float) -> Map:
    """A soft line where the distance is near 0."""
    return np.asarray(np.exp(-((np.asarray(distance, np.float32) / thickness) ** 2)), np.float32)


def noise(rng: np.random.Generator, shape: tuple[int, int], cell: tuple[float, float]) -> Map:
    """Smooth noise of about -1 to 1 with cells of (rows, columns) grid points."""
    rows = max(2, int(shape[0] / cell[0]) + 2)
    columns = max(2, int(shape[1] / cell[1]) + 2)
    coarse = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    fine = Image.fromarray(coarse).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(fine, np.float32)


def trabeculae(rng: np.random.Generator, shape: tuple[int, int], cell: float) -> Map:
    """The net of spongy bone, about 0 to 1: ridges of noise in two sizes, stretched along the jaw."""
    one = 1 - np.abs(noise(rng, shape, (cell, cell * 1.5)))
    two = 1 - np.abs(noise(rng, shape, (cell * 0.5, cell * 0.6)))
    clouds = noise(rng, shape, (cell * 7, cell * 9))
    return np.asarray(0.42 * one**3 + 0.3 * two**3 + 0.22 * clouds + 0.2, np.float32)


def expose(
    density: Map,
    rows: int,
    columns: int,
    rng: np.random.Generator,
    *,
    contrast: float = 1.0,
    grain: float = 0.010,
    bits: int = 12,
) -> NDArray[np.uint16]:
    """The picture that a density makes: dense is bright, as dental pictures are shown; full size, with grain."""
    grey = 1 - np.exp(-contrast * density)
    large = Image.fromarray(grey.astype(np.float32)).resize(
        (columns, rows), Image.Resampling.BICUBIC
    )
    picture = np.asarray(large, np.float32)
    speckle = rng.standard_normal((rows, columns), dtype=np.float32)
    # Fewer photons arrive behind dense matter, so it is grainier there.
    picture = picture + speckle * (grain * (0.6 + 0.9 * np.clip(picture, 0, 1)))
    top = (1 << bits) - 1
    grey = np.clip(picture * top * 0.93 + top * 0.03, 0, top)
    return np.asarray(grey, np.uint16)
