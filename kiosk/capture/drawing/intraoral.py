"""Periapical, bitewing and occlusal pictures of the teeth that are asked for, on a sensor of 26 x 34 mm."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kiosk.capture.drawing.plate import Map, Plate, band, expose, line, noise, trabeculae
from kiosk.capture.drawing.tooth import (
    LOWER,
    UPPER,
    Place,
    build_of,
    draw_tooth,
    is_upper,
    work_on,
)

PIXEL_MM = 0.02
LONG, SHORT = 1700, 1300
_COARSE = 0.06


def draw_intraoral(
    teeth: Sequence[str], view: str, seed: int, rng: np.random.Generator
) -> NDArray[np.uint16]:
    """The picture, (rows, columns) uint16 with 12 bits: upright for front teeth, lying for back teeth."""
    teeth = [human_tooth(tooth) for tooth in teeth] or ["36"]
    bitewing = view.startswith("bitewing")
    front = all(tooth[1] in "123" for tooth in teeth) and not bitewing
    rows, columns = (LONG, SHORT) if front else (SHORT, LONG)
    plate = Plate(columns * PIXEL_MM, rows * PIXEL_MM, _COARSE)
    if bitewing:
        upper = [tooth for tooth in teeth if is_upper(tooth)]
        lower = [tooth for tooth in teeth if not is_upper(tooth)]
        middle = plate.height * 0.5
        _jaw(plate, upper or _facing(lower), seed, rng, middle - 0.5, bitewing=True)
        _jaw(plate, lower or _facing(upper), seed, rng, middle + 0.5, bitewing=True)
    else:
        edge = plate.height - 3.2 if is_upper(teeth[0]) else 3.2
        _jaw(plate, teeth, seed, rng, edge, bitewing=False)
    _haze(plate, rng)
    return expose(plate.density(), rows, columns, rng, contrast=0.95)


def human_tooth(tooth: str) -> str:
    """A Triadan number as the human tooth that is drawn for it; an FDI number as it is."""
    if len(tooth) == 3 and tooth.isdigit():
        return f"{(int(tooth[0]) - 1) % 4 + 1}{min(8, max(1, int(tooth[1:])))}"
    return tooth[:2]


def _facing(teeth: Sequence[str]) -> list[str]:
    """The teeth of the other jaw that bite on these."""
    other = {"1": "4", "4": "1", "2": "3", "3": "2", "5": "8", "8": "5", "6": "7", "7": "6"}
    return [other[tooth[0]] + tooth[1] for tooth in teeth]


def _chart(tooth: str) -> tuple[str, ...]:
    permanent = UPPER if is_upper(tooth) else LOWER
    if tooth[0] in "1234":
        return permanent
    child = {"1": "5", "2": "6", "3": "7", "4": "8"}
    return tuple(
        child[fdi[0]] + fdi[1] if fdi[1] in "12345" else fdi
        for fdi in permanent
        if fdi[1] not in "78"
    )


def _jaw(
    plate: Plate,
    teeth: Sequence[str],
    seed: int,
    rng: np.random.Generator,
    edge: float,
    *,
    bitewing: bool,
) -> None:
    """One jaw with its teeth; `edge` is where the biting edges are (mm from the top)."""
    up = is_upper(teeth[0])
    chart = _chart(teeth[0])
    widths = [build_of(fdi).width * 0.985 for fdi in chart]
    ends = np.cumsum([0.0, *widths])
    middles = {fdi: float((ends[i] + ends[i + 1]) / 2) for i, fdi in enumerate(chart)}
    shown = [middles[fdi] for fdi in teeth if fdi in middles] or [float(ends[-1] / 2)]
    shift = plate.width / 2 - (min(shown) + max(shown)) / 2
    sign = -1.0 if up else 1.0
    places: list[tuple[str, Place]] = []
    for fdi in chart:
        x = middles[fdi] + shift
        if -12 < x < plate.width + 12:
            y = edge + sign * build_of(fdi).crown * 0.93
            own = np.random.default_rng([seed, int(fdi)])
            lean = math.radians(float(own.normal(0, 2.2))) + (x / plate.width - 0.5) * 0.10 * -sign
            places.append((fdi, Place(x, y, up, lean, 1.0, fdi[0] in "1458")))
    _bone(plate, [place for _, place in places], up, rng)
    _landmarks(plate, teeth, up, edge, bitewing=bitewing)
    for fdi, place in places:
        draw_tooth(plate, fdi, place, work_on(fdi, seed))


def _bone(plate: Plate, places: Sequence[Place], up: bool, rng: np.random.Generator) -> None:
    """Spongy bone from its crest on, highest between the teeth, with a bright crest."""
    necks = sorted((place.x, place.y) for place in places)
    xs = np.array([x for x, _ in necks], np.float32)
    ys = np.array([y for _, y in necks], np.float32)
    level = np.interp(plate.x[0], xs, ys).astype(np.float32)[None, :]
    scallop = np.zeros_like(level)
    for one, two in itertools.pairwise(necks):
        middle, half = (one[0] + two[0]) / 2, max(1.0, (two[0] - one[0]) / 2)
        scallop += 0.5 * np.exp(-(((plate.x - middle) / (half * 0.5)) ** 2))
    sign = -1.0 if up else 1.0
    wave = noise(rng, plate.shape, (400, 60))[:1] * 0.3
    depth = (plate.y - level) * sign - 1.7 + scallop + wave
    texture = trabeculae(rng, plate.shape, 0.62 / plate.step)
    solid = band(depth, 0.5)
    thick = 0.30 + 0.026 * np.clip(depth, 0, 14)
    bone = solid * (thick + 0.42 * texture * (0.6 + 0.02 * np.clip(depth, 0, 12)))
    crest = line(depth - 0.15, 0.28) * 0.22
    gum = band(depth + 2.6, 2.0) * 0.10
    plate.bone += np.asarray(bone + crest, np.float32)
    plate.soft += np.asarray(gum, np.float32)


def _landmarks(
    plate: Plate, teeth: Sequence[str], up: bool, edge: float, *, bitewing: bool
) -> None:
    """What lies behind the roots: sinus and nose above, nerve canal and lower border below."""
    if bitewing:
        return
    back = any(tooth[1] in "45678" for tooth in teeth)
    x, y, w = plate.x, plate.y, plate.width
    right = teeth[0][0] in "1458"
    toward_back = (w - x) if right else x  # grows towards the front
    if up and back:
        floor = edge - 17.5 + 2.2 * np.cos((toward_back - 0.18 * w) / w * 5.2)
        inside = band(floor - y, 0.8) * band(0.93 * w - toward_back * -1 - w * 0.02, 2.0)
        plate.bone *= 1 - 0.55 * inside
        plate.bone += line(y - floor, 0.26) * 0.34
        zygoma = np.hypot((toward_back - 0.80 * w) / 6, (y - 1.0) / 6)
        plate.bone += band(1 - zygoma, 0.9) * 0.30
    elif up:
        _nose(plate, teeth)
    elif back:
        canal = edge + 24.0 - 0.10 * toward_back
        plate.bone *= 1 - 0.30 * band(1.35 - np.abs(y - canal), 0.9)
        plate.bone += line(np.abs(y - canal) - 1.6, 0.22) * 0.13
        ridge = edge + 11.5 - 0.16 * toward_back
        plate.bone += line(y - ridge, 0.9) * 0.12 * band(0.55 * w - toward_back * 0.6, 6)
    else:
        border = plate.height - 2.6 + 0.004 * (x - w / 2) ** 2
        plate.bone *= band(border + 1.2 - y, 1.2)
        plate.bone += band(1.5 - np.abs(y - border), 0.8) * 0.55
        plate.bone += line(np.hypot(x - w / 2, y - border + 5.5) - 0.8, 0.4) * 0.25


def _nose(plate: Plate, teeth: Sequence[str]) -> None:
    """Floor of the nose with its septum, and the suture of the two halves, where the midline is in the picture."""
    x, y, w = plate.x, plate.y, plate.width
    if not any(tooth[1] in "12" for tooth in teeth):
        side = 1.0 if teeth[0][0] in "1458" else -1.0
        line_y = 4.0 + side * 0.18 * (x - w / 2)
        plate.bone += line(y - line_y, 0.3) * 0.3
        plate.bone *= 1 - 0.4 * band(line_y - y, 0.8)
        return
    right = sum(1 for tooth in teeth if tooth[0] in "15")
    left = sum(1 for tooth in teeth if tooth[0] in "26")
    middle = w / 2 + 6.5 * (right - left) / max(1, right + left)
    away = np.abs(x - middle)
    hole = np.hypot((away - 5.6) / 4.8, (y - 0.5) / 4.2)
    plate.bone *= 1 - 0.62 * band(1 - hole, 0.25)
    plate.bone += line((hole - 1) * 4.2, 0.32) * 0.28
    plate.bone += line(away, 0.7) * band(6 - y, 2) * 0.26
    suture = line(x - middle, 0.14) * band(plate.height - 14.5 - y, 3) * band(y - 6, 2)
    plate.bone *= 1 - 0.45 * suture
    foramen = np.hypot((x - middle) / 1.3, (y - plate.height + 19.5) / 2.1)
    plate.bone *= 1 - 0.38 * band(1 - foramen, 0.6)


def _haze(plate: Plate, rng: np.random.Generator) -> None:
    """Cheek and lips, and the beam that is a little uneven."""
    cloud: Map = noise(rng, plate.shape, (plate.shape[0] / 2.5, plate.shape[1] / 2.5))
    away = ((plate.x / plate.width - 0.5) ** 2 + (plate.y / plate.height - 0.5) ** 2) * 0.12
    plate.soft += np.asarray(0.06 + 0.03 * cloud + away, np.float32)
