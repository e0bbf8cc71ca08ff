"""A drag of the window/level on a large 16-bit image: what one step costs without Tk's own drawing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from kiosk.imaging.view import Renderer, ViewTransform
from tests.benchmarks.table import Row, seconds

STEPS = 60


def measure(_scratch: Path) -> Iterator[Row]:
    """Frames a second at both sizes of screen, canvas full of picture."""
    pixels = np.random.default_rng(3).integers(0, 65535, (1500, 2900), dtype=np.uint16)
    for title, size in (("1280x800", (760, 640)), ("3840x2160", (2300, 1750))):
        renderer, view = Renderer(pixels, size), ViewTransform()
        renderer.render(view, (30000.0, 60000.0))

        def drag(renderer: Renderer = renderer, view: ViewTransform = view) -> None:
            for step in range(STEPS):
                Image.fromarray(
                    renderer.render(view, (20000.0 + 300 * step, 40000.0 + 200 * step)).pixels
                )

        rate = STEPS / seconds(drag, times=3)
        yield Row(
            f"window/level drag, 2900x1500 16 bit, screen {title}",
            f"{rate:.0f} frames/s",
            "wanted 30 frames/s",
            rate / 30,
            1.0,
        )
