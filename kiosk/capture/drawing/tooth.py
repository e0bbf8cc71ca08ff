"""One tooth as it looks in X-rays: crown with enamel, roots with canals, the dark rim of its ligament."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from kiosk.capture.drawing.plate import Map, Plate, band, line

UPPER = tuple(f"1{n}" for n in range(8, 0, -1)) + tuple(f"2{n}" for n in range(1, 9))
LOWER = tuple(f"4{n}" for n in range(8, 0, -1)) + tuple(f"3{n}" for n in range(1, 9))


@dataclass(frozen=True)
class Build:
    """Measures of a tooth (mm)."""

    width: float
    crown: float
    root: float
    roots: int = 1
    cusps: int = 0


_UPPER = (
    Build(8.5, 10.2, 13.0), Build(6.6, 9.0, 13.0), Build(7.6, 10.0, 16.5, 1, 1), Build(7.0, 8.2, 13.5, 1, 2),
    Build(6.8, 7.8, 13.8, 1, 2), Build(10.2, 7.3, 12.8, 3, 2), Build(9.7, 7.0, 11.8, 3, 2), Build(8.8, 6.4, 10.4, 1, 2),
)  # fmt: skip
_LOWER = (
    Build(5.3, 8.8, 12.3), Build(5.8, 9.2, 13.5), Build(6.9, 10.6, 15.6, 1, 1), Build(7.0, 8.4, 14.0, 1, 1),
    Build(7.2, 8.0, 14.2, 1, 2), Build(11.2, 7.4, 13.6, 2, 3),
    Build(10.6, 7.0, 12.8, 2, 2), Build(10.0, 6.8, 10.8, 2, 2),
)  # fmt: skip


@dataclass(frozen=True)
class Work:
    """What a dentist did to a tooth."""

    filling: str = ""
    """"", mo, od (towards the front or the back), o or crown."""
    canals_filled: bool = False


def build_of(fdi: str) -> Build:
    """The measures of a tooth; a deciduous one is a small one with short roots."""
    quadrant, place = int(fdi[0]), int(fdi[1])
    deciduous = quadrant > 4
    table = _UPPER if quadrant in (1, 2, 5, 6) else _LOWER
    if not deciduous:
        return table[place - 1]
    base = table[place - 1 if place < 4 else place + 1]
    return Build(base.width * 0.84, base.crown * 0.72, base.root * 0.66, base.roots, base.cusps)


def is_upper(fdi: str) -> bool:
    """Whether it is of the upper jaw."""
    return fdi[0] in "1256"


def work_on(fdi: str, seed: int) -> Work:
    """What this mouth's tooth had done, the same in each picture of the same mouth."""
    rng = np.random.default_rng([seed, int(fdi), 77])
    place = int(fdi[1])
    if place < 4:
        return Work()
    draw = float(rng.random())
    if draw < 0.10:
        return Work("crown", canals_filled=True)
    if draw < 0.36:
        return Work(("mo", "od", "o")[int(rng.integers(3))])
    return Work()


@dataclass(frozen=True)
class Place:
    """Where a tooth stands: `x`, `y` of the middle of its neck, `tilt` in radians (the root leans to the right)."""

    x: float
    y: float
    up: bool
    """The root points up (upper jaw)."""
    tilt: float = 0.0
    scale: float = 1.0
    mirrored: bool = False
    """Its front side is on the right of the picture (teeth of the patient's right)."""


def draw_tooth(
    plate: Plate, fdi: str, place: Place, work: Work, *, ligament: float = 0.24, metal: float = 3.2
) -> None:
    """Add a tooth to a plate."""
    build, s = build_of(fdi), place.scale
    reach = (build.root + build.crown + 3) * s
    found = plate.part(place.x - reach, place.y - reach, place.x + reach, place.y + reach)
    if found is None:
        return
    rows, columns = found
    dx = (plate.x[:, columns] - place.x) / s
    dy = (plate.y[rows] - place.y) / s * (-1 if place.up else 1)
    lean = -place.tilt if place.up else place.tilt
    cos, sin = math.cos(lean), math.sin(lean)
    side = -1.0 if place.mirrored else 1.0
    u = np.asarray((dx * cos - dy * sin) * side, np.float32)
    v = np.asarray(dx * sin + dy * cos, np.float32)

    crown, enamel = _crown(build, u, v)
    roots, canals = _roots(build, u, v)
    body = np.maximum(crown, roots)
    inside = band(body, 0.22)
    _ligament(plate, found, roots, v, ligament)
    dentine = inside * (0.55 + 0.42 * np.sqrt(np.clip(body / (0.3 * build.width), 0, 1)))
    pulp = _pulp(build, u, v) + canals
    shade = dentine + 0.74 * enamel * band(crown, 0.15)
    shade = shade - 0.22 * np.clip(pulp, 0, 1) * inside
    if work.canals_filled:
        shade = shade + 1.5 * np.clip(canals * 1.4 - 0.25, 0, 1) * inside
    shade = shade + metal * 0.6 * _metal(build, u, v, crown, work.filling)
    hard = plate.hard[found]
    np.maximum(hard, shade, out=hard)
    cover = plate.cover[found]
    np.maximum(cover, inside, out=cover)


def _crown(build: Build, u: Map, v: Map) -> tuple[Map, Map]:
    """(distance inside the crown, enamel 0 to 1)."""
    half, height = build.width / 2, build.crown
    neck = half * 0.74
    t = np.clip(-v / height, 0, 1.1)
    bulge = np.sin(np.clip(t / 0.62, 0, 1) * np.pi / 2)
    wide = neck + (half - neck) * bulge
    if build.cusps:
        ripple = np.cos(u / half * np.pi * build.cusps + (0 if build.cusps % 2 else np.pi))
        top = height * (0.92 + 0.07 * ripple - 0.10 * (u / half) ** 4)
        if build.cusps == 1:
            top = height * (1.0 - 0.42 * np.abs(u / half) ** 1.3)
    else:
        top = height * (1.0 - 0.09 * np.abs(u / half) ** 3)
    aside = wide - np.abs(u)
    above = top + v  # v is negative in the crown
    below = -v + 0.6
    distance = np.minimum(np.minimum(aside, above), below).astype(np.float32)
    thick = 1.35 * np.clip(t * 1.7, 0, 1) + 0.04
    depth = np.minimum(aside, above * 0.72)
    shell = band(thick - depth, 0.35) * band(-v + 0.1, 0.5)
    return distance, np.asarray(shell, np.float32)


def _roots(build: Build, u: Map, v: Map) -> tuple[Map, Map]:
    """(distance inside the roots, canals 0 to 1)."""
    length, half = build.root, build.width / 2
    t = v / length
    inside = np.clip(t, 0, 1)
    distance: Map | None = None
    canals = np.zeros_like(u)
    for offset, spread, thick, long, bend in _root_axes(build):
        end = long * length
        s = np.clip(v / end, 0, 1)
        axis = offset * half * (1 + spread * s) + bend * s**2
        wide = thick * half * np.sqrt(np.clip(1 - s**3.2, 0, 1)) * (1 - 0.30 * s)
        away = np.abs(u - axis)
        past = np.hypot(u - axis, v - end)
        one = np.where(v > end, -past, wide - away).astype(np.float32)
        distance = one if distance is None else np.maximum(distance, one)
        canal = 0.10 * half * (1 - 0.75 * s) + 0.10
        canals = np.maximum(canals, band(canal - away, 0.3) * band(end * 0.97 - v, 0.4))
    trunk = half * 0.74 * (1 - 0.10 * inside)
    until = 0.24 if build.roots > 1 else 0.0
    solid = np.minimum(trunk - np.abs(u), until * length - v)
    roots = solid if distance is None else np.maximum(distance, solid)
    below = np.minimum(roots, v + 0.5)
    canals = canals * 0.85
    return np.asarray(below, np.float32), np.asarray(
        canals * band(v - 0.05 * length, 0.8), np.float32
    )


def _root_axes(build: Build) -> tuple[tuple[float, float, float, float, float], ...]:
    """(offset, spread, thickness, length, bend) of each root, in shares of the half width and the root length."""
    if build.roots == 2:
        return ((-0.42, 0.28, 0.34, 1.0, 0.9), (0.42, 0.26, 0.32, 0.96, 0.7))
    if build.roots == 3:
        return (
            (-0.44, 0.32, 0.27, 0.95, 0.5),
            (0.46, 0.34, 0.25, 0.92, -0.4),
            (0.04, 0.1, 0.36, 1.0, 0.0),
        )
    return ((0.0, 0.0, 0.72, 1.0, 0.9),)


def _pulp(build: Build, u: Map, v: Map) -> Map:
    """The chamber in the crown, narrowing into the canals."""
    half, height = build.width / 2, build.crown
    many = build.roots > 1
    wide = half * (0.44 if many else 0.21)
    horns = 0.9 * np.cos(np.clip(u / wide, -1, 1) * np.pi) if many else 0.0
    roof = height * (0.34 if many else 0.42)
    floor = build.root * (0.13 if many else 0.45)
    down = np.clip((v + roof) / (roof + floor), 0, 1)
    here = wide * (1 - (0.10 if many else 0.65) * down) * np.sqrt(np.clip(down * 5, 0, 1))
    return band(_least(_least(here - np.abs(u), roof - horns * 0.6 + v), floor - v), 0.9)


def _least(one: Any, other: Any) -> Map:
    """The smaller of two distances, with a rounded corner where they meet."""
    sharpness = 2.4
    return np.asarray(-np.logaddexp(-sharpness * one, -sharpness * other) / sharpness, np.float32)


def _ligament(plate: Plate, found: tuple[slice, slice], roots: Map, v: Map, thick: float) -> None:
    """The dark rim of the ligament and the bright line of bone around it, where there is bone."""
    bone = plate.bone[found]
    deep = band(v - 1.2, 1.0)
    rim = line(roots + thick * 0.6, thick * 0.62) * deep
    hard_line = line(roots + thick * 2.1, thick * 0.75) * deep
    bone *= 1 - 0.66 * rim
    bone *= 1 + 0.40 * hard_line


def _metal(build: Build, u: Map, v: Map, crown: Map, filling: str) -> Map:
    """Fillings and crowns, 0 to 1."""
    if not filling:
        return np.zeros_like(u)
    half, height = build.width / 2, build.crown
    if filling == "crown":
        return np.asarray(band(crown, 0.2) * band(-v - 0.2, 0.5), np.float32)
    box = _least(half * 0.46 - np.abs(u), -v - height * 0.48)
    if filling in ("mo", "od"):
        toward = u if filling == "od" else -u
        slot = _least(toward - half * 0.08, -v - height * 0.22)
        box = np.maximum(box, _least(slot, half * 1.02 - toward))
    return band(np.minimum(box, crown - 0.05), 0.25)
