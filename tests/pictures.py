"""Real picture files as scanners, cameras and image programs write them, small and asymmetric, with known pixels."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROWS, COLUMNS = 60, 80
_RAMP = np.arange(ROWS * COLUMNS, dtype=np.uint16).reshape(ROWS, COLUMNS)
GREY8: NDArray[np.uint8] = (_RAMP % 251).astype(np.uint8)
GREY16: NDArray[np.uint16] = (_RAMP * 13).astype(np.uint16)
COLOUR: NDArray[np.uint8] = np.stack(
    [_RAMP % 251, (_RAMP // 3) % 256, (_RAMP // 7) % 256], axis=-1
).astype(np.uint8)


@dataclass(frozen=True)
class Pictures:
    """A folder with one file of each sort."""

    folder: Path

    def __call__(self, name: str) -> Path:
        return self.folder / name


def make_pictures(folder: Path) -> Pictures:
    """Write them all."""
    folder.mkdir(parents=True, exist_ok=True)
    grey8, grey16, colour = map(Image.fromarray, (GREY8, GREY16, COLOUR))
    for name in ("grey8.png", "grey8.bmp", "grey8.tif"):
        grey8.save(folder / name)
    for name in ("grey16.png", "grey16.tif"):
        grey16.save(folder / name)
    for name in ("colour.png", "colour.bmp", "colour.tif"):
        colour.save(folder / name)
    grey8.save(folder / "grey8.jpg", quality=90)
    colour.save(folder / "colour.jpg", quality=90, subsampling="4:2:2")
    second = Image.fromarray(GREY8[::-1].copy())
    grey8.save(folder / "pages.tif", save_all=True, append_images=[second])
    third = Image.fromarray(GREY16[::-1].copy())
    grey16.save(folder / "pages16.tif", save_all=True, append_images=[third])
    (folder / "sensor.raw").write_bytes(GREY16.astype("<u2").tobytes())
    (folder / "sensor.json").write_text(
        json.dumps({"columns": COLUMNS, "rows": ROWS, "bits_stored": 16, "spacing": 0.02})
    )
    colour.convert("CMYK").save(folder / "cmyk.tif")
    (folder / "zero.png").write_bytes(b"")
    (folder / "text.png").write_text("this is no picture\n" * 20)
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 65535, (ROWS, COLUMNS)).astype(np.uint16)
    Image.fromarray(noise).save(folder / "noise.png")
    whole = (folder / "noise.png").read_bytes()
    (folder / "truncated.png").write_bytes(whole[: len(whole) // 2])
    jpeg = (folder / "colour.jpg").read_bytes()
    (folder / "truncated.jpg").write_bytes(jpeg[: len(jpeg) // 2])
    (folder / "enormous.png").write_bytes(_enormous_png())
    return Pictures(folder)


def _enormous_png() -> bytes:
    """A head that promises 60000 x 60000 pixels, in a file of a few bytes."""
    import struct
    import zlib

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
