"""Draws the program's icon: a tooth in a viewfinder. Drawn by code, so that it is sharp at every size."""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw

SIZES = [(16, 16), (24, 24), (32, 32), (48, 48), (64, 64), (128, 128), (256, 256)]
NIGHT, BLUE, ENAMEL = (18, 24, 33, 255), (64, 150, 255, 255), (242, 246, 250, 255)


def draw(side: int) -> Image.Image:
    """The icon, `side` pixels square, drawn four times as large and then reduced."""
    s = side * 4
    image = Image.new("RGBA", (s, s), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, s - 1, s - 1), radius=s * 0.2, fill=NIGHT)
    corner, arm, width = s * 0.14, s * 0.16, max(2, round(s * 0.05))
    for x, dx in ((corner, arm), (s - corner, -arm)):
        for y, dy in ((corner, arm), (s - corner, -arm)):
            pen.line([(x, y + dy), (x, y), (x + dx, y)], fill=BLUE, width=width, joint="curve")
    pen.polygon(_tooth(s), fill=ENAMEL)
    return image.resize((side, side), Image.Resampling.LANCZOS)


def _tooth(s: int) -> list[tuple[float, float]]:
    """A molar's outline: a broad crown with two cusps above two roots."""
    points = []
    for step in range(181):
        t = math.pi * step / 180
        crown = 0.055 * abs(math.cos(t * 1.0)) * (1 if step != 90 else 0)
        points.append(
            (s * (0.5 - 0.235 * math.cos(t)), s * (0.36 - 0.10 * math.sin(t) ** 0.5 + crown * 0.35))
        )
    right = [(0.735, 0.44), (0.70, 0.54), (0.665, 0.66), (0.63, 0.78), (0.60, 0.80), (0.575, 0.76)]
    notch = [(0.555, 0.66), (0.53, 0.60), (0.5, 0.58), (0.47, 0.60), (0.445, 0.66)]
    left = [(1 - x, y) for x, y in reversed(right)]
    return points + [(s * x, s * y) for x, y in right + notch + left]


def write(ico: Path, png: Path) -> None:
    """The icon for Windows (all sizes in one file) and for desktops (256 pixels)."""
    large = draw(256)
    large.save(ico, sizes=SIZES)
    large.save(png)
