"""Cephalometric pictures: a head from the side, looking to the right, and from behind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kiosk.capture.drawing.plate import Plate, band, expose, line, noise
from kiosk.capture.drawing.shapes import Points, area, both_sides, stroke

PIXEL_MM = 0.1
COLUMNS, ROWS = 1800, 2100
_COARSE = 0.3


def draw_cephalometric(view: str, rng: np.random.Generator) -> NDArray[np.uint16]:
    """The picture, (2100, 1800) uint16 with 16 bits."""
    plate = Plate(COLUMNS * PIXEL_MM, ROWS * PIXEL_MM, _COARSE)
    if view in ("ceph-pa", "ceph-ap"):
        _from_behind(plate, rng)
    else:
        _from_the_side(plate, rng)
    _ruler(plate)
    return expose(plate.density(), ROWS, COLUMNS, rng, contrast=0.95, grain=0.011, bits=16)


_FACE: Points = [
    (20, 95), (24, 55), (50, 25), (90, 16), (125, 26), (146, 48), (153, 72), (151, 84), (158, 98), (167, 113),
    (164, 118), (157, 120), (160, 127), (162, 132), (157, 136), (161, 141), (158, 147), (154, 150), (157, 158),
    (152, 168), (140, 172), (118, 172), (104, 180), (98, 205), (98, 230), (30, 230), (34, 190), (26, 140),
]  # fmt: skip
_SKULL: Points = [
    (27, 95), (31, 60), (54, 32), (90, 23), (122, 32), (141, 52), (147, 74), (143, 84), (132, 90), (118, 96),
    (104, 104), (92, 112), (78, 122), (60, 130), (40, 124),
]  # fmt: skip
_MANDIBLE: Points = [
    (86, 112), (92, 109), (97, 118), (103, 113), (106, 122), (108, 138), (122, 141), (146, 140), (149, 147),
    (147, 158), (150, 165), (143, 168), (128, 166), (106, 160), (94, 152), (88, 132),
]  # fmt: skip
_MAXILLA: Points = [
    (110, 98), (128, 96), (144, 100), (147, 116), (152, 119), (149, 128), (146, 133), (120, 133), (108, 130),
    (106, 114),
]  # fmt: skip


def _from_the_side(plate: Plate, rng: np.random.Generator) -> None:
    x, y = plate.x, plate.y
    soft = area(plate, _FACE, 1.2)
    plate.soft += 0.10 + 0.34 * soft
    skull = area(plate, _SKULL, 1.0)
    vault = stroke(plate, _SKULL, 4.2, 0.9, closed=True)
    cloud = noise(rng, plate.shape, (60, 60)) * 0.05 + noise(rng, plate.shape, (12, 12)) * 0.025
    plate.bone += skull * (0.30 + cloud) + vault * 0.50
    _base(plate)
    texture = noise(rng, plate.shape, (4, 4)) * 0.06
    plate.bone += area(plate, _MAXILLA, 0.9) * (0.32 + texture)
    jaw = area(plate, _MANDIBLE, 0.8)
    plate.bone += jaw * (0.40 + texture) + stroke(plate, _MANDIBLE, 1.6, 0.6, closed=True) * 0.30
    plate.bone += stroke(plate, [(106, 117), (125, 116), (147, 116)], 1.6) * 0.34
    orbit = stroke(plate, [(134, 76), (126, 82), (124, 92), (130, 99), (140, 98)], 1.5)
    plate.bone += orbit * 0.30
    plate.bone += stroke(plate, [(147, 80), (153, 91), (157, 99)], 2.4) * 0.28
    sinus = area(
        plate, [(116, 100), (132, 99), (140, 106), (138, 115), (120, 115), (113, 108)], 1.2
    )
    frontal = area(plate, [(139, 66), (145, 72), (145, 82), (140, 80), (138, 72)], 0.8)
    plate.bone *= 1 - 0.50 * sinus - 0.55 * frontal
    _profile_teeth(plate)
    _spine(plate)
    airway = area(
        plate, [(96, 122), (104, 126), (106, 150), (100, 178), (94, 176), (98, 150), (92, 130)], 1.5
    )
    plate.soft -= 0.20 * airway
    rod = np.hypot(x - 84, y - 116)
    plate.hard += 1.1 * band(1.1 - np.abs(rod - 3.0), 0.6)


def _base(plate: Plate) -> None:
    """Base of the skull with the sella."""
    curve: Points = [
        (143, 84),
        (128, 88),
        (114, 90),
        (106, 92),
        (104, 97),
        (99, 99),
        (94, 96),
        (92, 91),
        (86, 104),
        (78, 120),
    ]
    plate.bone += stroke(plate, curve, 2.6, 0.8) * 0.42
    petrous = area(plate, [(60, 104), (78, 98), (92, 106), (88, 118), (72, 124), (58, 120)], 3.0)
    plate.bone += petrous * 0.40
    cells = np.hypot((plate.x - 66) / 8, (plate.y - 118) / 9)
    plate.bone *= 1 - 0.3 * band(1 - cells, 0.4)


def _profile_teeth(plate: Plate) -> None:
    for up in (True, False):
        for i, (x, width) in enumerate(
            ((144.0, 6.5), (136.5, 7.0), (129.5, 7.0), (121.5, 9.5), (112.0, 9.5))
        ):
            bite = 136.0 - 0.6 * i
            lean = (3.2 if i == 0 else 0.8 - 0.4 * i) * (1 if up else -0.7)
            sign = -1 if up else 1
            crown = area(plate, _incisor(x, bite, sign, width, lean), 0.5)
            top = band(6.5 - np.abs(plate.y - bite - sign * 3.0), 3)
            plate.hard += crown * (0.34 + 0.36 * top)


def _incisor(x: float, bite: float, sign: int, width: float, lean: float) -> Points:
    """The outline of a tooth seen from the side: its edge at `bite`, its tip leaning back by `lean`."""
    return [
        (x - width * 0.46, bite + sign * 1.0),
        (x + width * 0.46, bite + sign * 1.0),
        (x + width * 0.48, bite + sign * 5.5),
        (x + width * 0.30 - lean, bite + sign * 13),
        (x - lean, bite + sign * 19),
        (x - width * 0.34 - lean, bite + sign * 13),
        (x - width * 0.48, bite + sign * 5.5),
    ]


def _spine(plate: Plate) -> None:
    for i in range(4):
        top = 138 + i * 19.0
        left = 68.0 - i * 2.2
        body: Points = [
            (left, top),
            (left + 15, top + 1.5),
            (left + 15.5, top + 13),
            (left + 0.5, top + 14),
        ]
        plate.bone += (
            area(plate, body, 0.9) * 0.36 + stroke(plate, body, 1.1, 0.5, closed=True) * 0.18
        )
        back: Points = [
            (left - 12, top + 6),
            (left - 24, top + 9),
            (left - 26, top + 14),
            (left - 11, top + 12),
        ]
        plate.bone += area(plate, back, 1.2) * 0.30


_JAW_BEHIND: Points = [
    (0, 187), (16, 187), (32, 181), (47, 169), (55, 154), (58, 134), (58, 114), (53, 109), (48, 114), (48, 134),
    (44, 151), (36, 161), (18, 165), (0, 166),
]  # fmt: skip


def _from_behind(plate: Plate, rng: np.random.Generator) -> None:
    middle = plate.width / 2
    away = np.abs(plate.x - middle)
    y = plate.y
    head = 1 - np.hypot(away / 74, (y - 88) / 78)
    plate.soft += 0.12 + 0.34 * band(np.maximum(head, np.minimum(46 - away, y - 90) / 70), 0.06)
    skull = 1 - np.hypot(away / 69, (y - 82) / 68)
    cloud = noise(rng, plate.shape, (50, 50)) * 0.05
    plate.bone += band(skull, 0.03) * (0.26 + cloud) + line((skull - 0.045) * 70, 2.4) * 0.44
    orbit = np.hypot((away - 32) / 18, (y - 92) / 15)
    plate.bone *= 1 - 0.45 * band(1 - orbit, 0.2)
    plate.bone += line((orbit - 1) * 16, 1.3) * 0.36
    nose = np.hypot((away - 6.5) / 8, (y - 117) / 19)
    plate.bone *= 1 - 0.45 * band(1 - nose, 0.25)
    plate.bone += line(away, 1.0) * band(y - 98, 4) * band(134 - y, 4) * 0.30
    sinus = np.hypot((away - 32) / 14, (y - 124) / 13)
    plate.bone *= 1 - 0.30 * band(1 - sinus, 0.25)
    plate.bone += line((sinus - 1) * 13, 0.8) * 0.16
    jaw = both_sides(_JAW_BEHIND, middle)
    texture = noise(rng, plate.shape, (4, 4)) * 0.05
    plate.bone += area(plate, jaw, 1.2) * (0.34 + texture)
    plate.bone += stroke(plate, jaw, 2.0, 0.9, closed=True) * 0.26
    for side in (-1, 1):
        for i in range(7):
            x = middle + side * (4.2 + i * 6.6)
            for up in (True, False):
                center = 147.5 if up else 156.5
                one = 1 - np.hypot((plate.x - x) / 3.4, (y - center) / 8.5)
                plate.hard += band(one, 0.25) * (0.55 - 0.04 * i)
    for i in range(3):
        body = np.minimum(13 - away, 7 - np.abs(y - 172 - i * 18))
        plate.bone += band(body, 4.0) * 0.14


def _ruler(plate: Plate) -> None:
    """A metal ruler, as cephalostats have one, for calibration by the eye."""
    x, y = plate.x, plate.y
    ticks = band(0.35 - np.abs((y % 10) - 5), 0.3) * band(x - 172, 0.5) * band(177 - x, 0.5)
    bar = band(0.4 - np.abs(x - 177), 0.4)
    where = band(y - 25, 0.5) * band(126 - y, 0.5)
    plate.hard += 1.2 * np.maximum(ticks, bar) * where
