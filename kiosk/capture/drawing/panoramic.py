"""A panoramic picture: both jaws rolled out, 290 x 150 mm, the patient's right on the left."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kiosk.capture.drawing.plate import Map, Plate, band, expose, line, noise, trabeculae
from kiosk.capture.drawing.shapes import Points, area, both_sides, stroke
from kiosk.capture.drawing.tooth import LOWER, UPPER, Place, build_of, draw_tooth, work_on

PIXEL_MM = 0.1
COLUMNS, ROWS = 2900, 1500
_COARSE = 0.25
_SCALE = 1.22


def draw_panoramic(seed: int, rng: np.random.Generator) -> NDArray[np.uint16]:
    """The picture, (1500, 2900) uint16 with 16 bits."""
    plate = Plate(COLUMNS * PIXEL_MM, ROWS * PIXEL_MM, _COARSE)
    middle = plate.width / 2
    away = np.abs(plate.x - middle)
    texture = trabeculae(rng, plate.shape, 1.5 / plate.step)
    _mandible(plate, away, texture)
    _maxilla(plate, away, texture)
    _teeth(plate, middle, seed)
    _ghosts(plate, away, rng)
    return expose(plate.density(), ROWS, COLUMNS, rng, contrast=1.0, grain=0.012, bits=16)


_MANDIBLE: Points = [
    (0, 132), (30, 131), (60, 125), (84, 114), (99, 100), (106, 82), (112, 58), (118, 42), (127, 31), (126, 24),
    (119, 22), (114, 28), (110, 39), (104, 43), (99, 39), (95, 30), (91, 31), (89, 46), (88, 60), (83, 74), (74, 79),
    (50, 84), (25, 87), (0, 88),
]  # fmt: skip
_MAXILLA: Points = [
    (0, 66), (25, 65), (50, 61), (74, 57), (83, 52), (86, 40), (84, 26), (74, 18), (50, 14), (20, 13), (0, 13),
]  # fmt: skip


def _mandible(plate: Plate, away: Map, texture: Map) -> None:
    y, middle = plate.y, plate.width / 2
    outline = both_sides(_MANDIBLE, middle)
    solid = area(plate, outline, 1.3)
    thick = 0.36 + 0.10 * np.exp(-((away / 26) ** 2)) - 0.10 * band(away - 92, 20)
    plate.bone += solid * (thick + 0.36 * texture)
    plate.bone += stroke(plate, outline, 1.5, 0.8, closed=True) * 0.20
    border = [(x, y - 1.6) for x, y in _MANDIBLE[:6]]
    edge = both_sides(border[::-1], middle)
    half = len(border)
    plate.bone += (
        stroke(plate, edge[:half], 3.2, 1.0) * 0.30 + stroke(plate, edge[half:], 3.2, 1.0) * 0.30
    )
    for side in (-1, 1):
        path = [
            (middle + side * x, h)
            for x, h in ((36, 110), (52, 113), (68, 109), (82, 97), (92, 80), (98, 66))
        ]
        plate.bone *= 1 - 0.30 * stroke(plate, path, 3.6, 1.0)
        wall = stroke(plate, path, 5.4, 0.5) - stroke(plate, path, 4.0, 0.5)
        plate.bone += 0.12 * np.clip(wall, 0, 1)
        oblique = [(middle + side * x, h) for x, h in ((90, 62), (84, 78), (70, 90), (58, 96))]
        plate.bone += stroke(plate, oblique, 2.2, 1.2) * 0.16
    plate.bone *= 1 - 0.35 * band(2.0 - np.hypot(away - 35, y - 109), 1.6)


def _maxilla(plate: Plate, away: Map, texture: Map) -> None:
    y, middle = plate.y, plate.width / 2
    solid = area(plate, both_sides(_MAXILLA, middle), 3.0)
    plate.bone += solid * (0.24 + 0.28 * texture)
    sinus = 1 - np.hypot((away - 45) / 27.0, (y - 36 + 0.05 * (away - 45)) / 17.0)
    floor = 3.0 * np.sin((away - 20) / 9.0)
    sinus = np.minimum(sinus, (53 + floor * 0.6 - y) / 17)
    plate.bone *= 1 - 0.46 * band(sinus, 0.12)
    plate.bone += line((sinus - 0.02) * 17, 0.7) * 0.20
    nose = 1 - np.hypot((away - 8.5) / 8.5, (y - 33) / 18.0)
    plate.bone *= 1 - 0.52 * band(nose, 0.18)
    plate.bone += line(away, 1.0) * band(51 - y, 3) * band(y - 16, 4) * 0.26
    conch = 1 - np.hypot((away - 9.5) / 4.4, (y - 39) / 8.0)
    plate.bone += band(conch, 0.4) * 0.12
    palate = 52.0 - 0.0010 * away**2
    plate.bone += line(y - palate, 1.0) * band(74 - away, 8) * 0.26
    plate.bone += line(y - palate - 5.0 + 0.02 * away, 0.8) * band(70 - away, 8) * 0.08
    orbit = np.hypot((away - 47) / 28, (y + 3) / 17) - 1
    plate.bone += line(orbit * 14, 1.0) * 0.22
    for side in (-1, 1):
        arch = [
            (middle + side * x, h) for x, h in ((72, 30), (84, 33), (98, 31), (114, 26), (128, 22))
        ]
        plate.bone += stroke(plate, arch, 3.6, 1.4) * 0.20
        socket = [
            (middle + side * x, h)
            for x, h in ((107, 27), (110, 19), (121, 14), (131, 19), (134, 27))
        ]
        plate.bone += stroke(plate, socket, 1.8, 1.0) * 0.26
        process = [(middle + side * x, h) for x, h in ((136, 30), (137, 44), (134, 58))]
        plate.bone += stroke(plate, process, 6.0, 2.2) * 0.16


def _teeth(plate: Plate, middle: float, seed: int) -> None:
    for chart, up in ((UPPER, True), (LOWER, False)):
        widths = [build_of(fdi).width * _SCALE * _stretch(fdi) for fdi in chart]
        ends = np.cumsum([0.0, *widths])
        for i, fdi in enumerate(chart):
            x = middle + float((ends[i] + ends[i + 1]) / 2 - ends[-1] / 2)
            away = abs(x - middle)
            bite = 76.0 - 9.0 * (away / 75.0) ** 2
            build = build_of(fdi)
            sign = -1.0 if up else 1.0
            y = bite + sign * (build.crown * _SCALE * 0.90 + 0.4)
            own = np.random.default_rng([seed, int(fdi)])
            out = (x - middle) / 75.0
            tilt = out * (0.10 if up else 0.24) * (1 if up else -1) * -1 + math.radians(
                float(own.normal(0, 2.0))
            )
            place = Place(
                x, y, up, tilt, _SCALE * (1.0 if _stretch(fdi) < 1.06 else 1.04), fdi[0] in "14"
            )
            draw_tooth(plate, fdi, place, work_on(fdi, seed), ligament=0.32, metal=2.4)


def _stretch(fdi: str) -> float:
    return 0.97 if fdi[1] in "123" else 1.0


def _ghosts(plate: Plate, away: Map, rng: np.random.Generator) -> None:
    """Spine, tongue, air and the blur of the other side."""
    y = plate.y
    plate.soft += 0.20 * np.exp(-((away / 20.0) ** 2)) * band(y - 40, 60) + 0.12
    plate.soft += (
        0.30 * band(away - 131 + 0.02 * (y - 75), 8) * (0.8 + 0.2 * np.sin(y / 15.0 * np.pi))
    )
    air = band(9 - np.abs(y - 62 - 0.10 * away), 10) * band(118 - away, 20) * band(away - 12, 12)
    plate.soft -= 0.05 * air
    throat = (
        band(9.0 - np.abs(away - 84 - (y - 60) * 0.12), 8) * band(y - 34, 12) * band(120 - y, 20)
    )
    plate.soft -= 0.07 * throat
    hyoid = (
        line(y - 139 + 0.0012 * (away - 40) ** 2, 1.6) * band(away - 22, 10) * band(78 - away, 10)
    )
    plate.soft += 0.24 * hyoid
    cheek = band(140 - away, 30) * 0.10
    cloud = noise(rng, plate.shape, (plate.shape[0] / 3, plate.shape[1] / 5))
    plate.soft += cheek + 0.03 * cloud
