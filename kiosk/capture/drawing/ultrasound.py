"""Ultrasound stills: a curved sector with speckle, layers, a gland and a vessel; grey uint8."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

ROWS, COLUMNS = 768, 1024
PIXEL_MM = 0.075


def draw_ultrasound(region: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The picture, (768, 1024) uint8, of some region of mouth or neck."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    apex_y, inner, outer = -330.0, 372.0, 1060.0
    radius = np.hypot(x - COLUMNS / 2, y - apex_y)
    angle = np.arctan2(x - COLUMNS / 2, y - apex_y)
    inside = (radius > inner) & (radius < outer) & (np.abs(angle) < 0.60)
    depth = (radius - inner) / (outer - inner)
    tissue = 0.42 + 0.10 * np.sin(depth * 9 + angle * 2)
    for place, strength in ((0.03, 0.5), (0.09, 0.35), (0.19, 0.4), (0.62, 0.25)):
        wave = place + 0.012 * np.sin(angle * 7 + place * 40)
        tissue += strength * np.exp(-(((depth - wave) / 0.008) ** 2))
    kind = sum(map(ord, region)) % 3
    gland = ((angle - 0.08) / 0.30) ** 2 + ((depth - 0.42) / 0.17) ** 2
    tissue = np.where(gland < 1, 0.58 + 0.05 * np.sin(angle * 30), tissue)
    tissue += 0.30 * np.exp(-(((gland - 1) / 0.05) ** 2))
    cx, cy, size = ((-0.24, 0.46, 0.055), (0.26, 0.70, 0.065), (-0.10, 0.66, 0.05))[kind]
    vessel = np.hypot((angle - cx) * 1.0, (depth - cy) * 0.75) / size
    tissue = np.where(vessel < 1, 0.05, tissue)
    behind = (np.abs(angle - cx) < size * 0.8) & (depth > cy + size)
    tissue = np.where(behind, tissue * 1.25, tissue)  # echoes are stronger behind fluid
    speckle = _speckle(rng, 2.2) * 0.7 + _speckle(rng, 5.0) * 0.3
    fade = np.exp(-depth * 1.1)
    echo = np.clip(tissue * speckle * fade * 1.5, 0, 1) ** 0.72
    picture = np.where(inside, echo * 235, 0)
    scale = (np.abs(x - 990) < np.where((y % 67) < 2, 8, 0)) & (y > 40)
    picture = np.where(scale, 200, picture)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _speckle(rng: np.random.Generator, blur: float) -> NDArray[np.float32]:
    """Rayleigh-like grain, stretched sideways as that of a beam is."""
    raw = rng.rayleigh(1.0, (ROWS, COLUMNS // 2)).astype(np.float32)
    wide = Image.fromarray((np.clip(raw / 4, 0, 1) * 255).astype(np.uint8)).resize((COLUMNS, ROWS))
    soft = wide.filter(ImageFilter.GaussianBlur(blur))
    values = np.asarray(soft, np.float32)
    values = (values - values.mean()) / max(1e-3, float(values.std()))
    return np.asarray(np.clip(1 + 0.42 * values, 0, 3), np.float32)
