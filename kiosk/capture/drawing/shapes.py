"""Smooth shapes and lines on a plate, by their outline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from kiosk.capture.drawing.plate import Map, Plate

Points = Sequence[tuple[float, float]]


def area(plate: Plate, points: Points, blur: float = 1.0) -> Map:
    """A smooth closed shape through these points (mm), 0 to 1."""
    dense = smooth(points)
    rows, columns = plate.shape
    picture = Image.new("L", (columns, rows), 0)
    ImageDraw.Draw(picture).polygon([(x / plate.step, y / plate.step) for x, y in dense], fill=255)
    soft = picture.filter(ImageFilter.GaussianBlur(blur / plate.step))
    return np.asarray(soft, np.float32) / np.float32(255)


def stroke(
    plate: Plate, points: Points, width: float, blur: float = 0.6, *, closed: bool = False
) -> Map:
    """A smooth line through these points (mm), 0 to 1."""
    dense = smooth(points, closed=closed)
    rows, columns = plate.shape
    picture = Image.new("L", (columns, rows), 0)
    path = [(x / plate.step, y / plate.step) for x, y in (*dense, *dense[: 2 if closed else 0])]
    ImageDraw.Draw(picture).line(
        path, fill=255, width=max(1, round(width / plate.step)), joint="curve"
    )
    soft = picture.filter(ImageFilter.GaussianBlur(blur / plate.step))
    return np.asarray(soft, np.float32) / np.float32(255)


def smooth(points: Points, *, closed: bool = True) -> Points:
    """Points of a Catmull-Rom curve through the given ones."""
    count = len(points)
    out: list[tuple[float, float]] = []
    last = count if closed else count - 1
    for i in range(last):
        if closed:
            p0, p1, p2, p3 = (np.array(points[(i + k) % count]) for k in (-1, 0, 1, 2))
        else:
            p0, p1, p2, p3 = (
                np.array(points[min(count - 1, max(0, i + k))]) for k in (-1, 0, 1, 2)
            )
        for t in np.linspace(0, 1, 12, endpoint=False):
            a = 2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
            b = (3 * p1 - p0 - 3 * p2 + p3) * t**3
            x, y = (a + b) / 2
            out.append((float(x), float(y)))
    if not closed:
        out.append(points[-1])
    return out


def both_sides(half: Points, middle: float) -> Points:
    """A shape of its right half, as (distance from the middle line, y), from its bottom to its top."""
    return [(middle + x, y) for x, y in half] + [(middle - x, y) for x, y in reversed(half)]
