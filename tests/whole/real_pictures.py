"""Picture files as a clinic's other programs export them: several formats and depths, and names as people give them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def _tooth(columns: int, rows: int, seed: int) -> NDArray[np.float64]:
    """Something asymmetric that looks like more than noise: 0 to 1."""
    y, x = np.mgrid[0:rows, 0:columns] / max(rows, columns)
    wave = 0.5 + 0.25 * np.sin(9 * x + seed) + 0.25 * np.cos(13 * y * (1 + x))
    noise = np.random.default_rng(seed).normal(0, 0.01, (rows, columns))
    return np.clip(wave * (0.35 + 0.65 * x) + noise, 0, 1)


def make(folder: Path) -> list[Path]:
    """Nine pictures, in the order in which they are dropped."""
    folder.mkdir(parents=True, exist_ok=True)

    def grey(seed: int, top: int, kind: type[np.unsignedinteger]) -> Image.Image:  # type: ignore[type-arg]
        return Image.fromarray((_tooth(520, 400, seed) * top).astype(kind))

    colour = Image.fromarray(
        np.dstack([_tooth(480, 360, seed) * 255 for seed in (7, 8, 9)]).astype(np.uint8)
    )
    made = {
        "sensor 8 bit.png": lambda path: grey(1, 255, np.uint8).save(path),
        "sensor 16 bit.png": lambda path: grey(2, 65535, np.uint16).save(path),
        "Zahn 36 – Jürgen Weiß.tif": lambda path: grey(3, 4095, np.uint16).save(path),
        "bild.bmp": lambda path: grey(4, 255, np.uint8).save(path),
        "PLATE (1).TIFF": lambda path: grey(5, 255, np.uint8).save(path, format="TIFF"),
        "röntgen'aufnahme & co.jpg": lambda path: grey(6, 255, np.uint8).save(path, quality=92),
        "camera upright.JPG": lambda path: colour.save(path, format="JPEG", quality=90),
        "口腔.png": lambda path: colour.save(path),
        "last one.png": lambda path: grey(10, 255, np.uint8).save(path),
    }
    for name, save in made.items():
        save(folder / name)
    return [folder / name for name in made]


def turned_jpeg(path: Path) -> Path:
    """A colour JPEG whose EXIF says that it must be turned (orientation 6)."""
    pixels = np.dstack([_tooth(480, 360, seed) * 255 for seed in (1, 2, 3)]).astype(np.uint8)
    image = Image.fromarray(pixels)
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(path, quality=90, exif=exif)
    return path
