"""Grey windows: which stored values are black, which white. Display only; pixels never change."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVELS = 65_536
Window = tuple[float, float]
"""(center, width) in stored values."""


def lut(center: float, width: float, *, invert: bool = False) -> NDArray[np.uint8]:
    """A table of 65,536 entries: stored value -> 8-bit grey, by the LINEAR function.

    PS3.3 C.11.2.1.2: values up to c - 0.5 - (w-1)/2 are black, above c - 0.5 + (w-1)/2 white.
    A width below 1 is taken as 1.
    """
    width = max(1.0, width)
    values = np.arange(LEVELS, dtype=np.float32)
    if width == 1.0:
        grey = np.where(values <= center - 0.5, 0.0, 255.0).astype(np.float32)
    else:
        grey = ((values - np.float32(center - 0.5)) / np.float32(width - 1.0) + 0.5) * 255.0
    table = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return 255 - table if invert else table


def auto_window(pixels: NDArray[Any], low: float = 0.5, high: float = 99.5) -> Window:
    """The window between two percentiles of the picture: a first look that leaves out the dead edges.

    A sample of at most about 250,000 pixels is looked at, so that a panoramic takes no longer than a small picture.
    """
    if pixels.size == 0 or pixels.ndim == 3:
        return 128.0, 256.0
    step = max(1, int((pixels.size / 250_000) ** 0.5))
    sample = pixels[::step, ::step]
    bottom, top = (float(value) for value in np.percentile(sample, (low, high)))
    return window_between(bottom, top)


def window_between(bottom: float, top: float) -> Window:
    """The window that shows `bottom` black and `top` white."""
    width = max(1.0, top - bottom + 1.0)
    return bottom + width / 2.0, width


def drag(window: Window, dx: float, dy: float, *, span: float) -> Window:
    """The window after a drag of (dx, dy) screen pixels: right is wider, down is brighter.

    `span` is the range of values of the picture; a drag over 1000 pixels goes through all of it.
    """
    center, width = window
    scale = span / 1000.0
    return center - dy * scale, max(1.0, width + dx * scale)
