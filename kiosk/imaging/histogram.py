"""How often each grey occurs: to see at once whether a picture is under- or overexposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Histogram:
    """Counts over equal bins between `lowest` and `highest` (both inclusive)."""

    counts: NDArray[np.int64]
    lowest: int
    highest: int
    clipped_low: float
    """Share of pixels at the lowest value that the bits allow."""
    clipped_high: float
    """Share of pixels at the highest value that the bits allow."""


def histogram(pixels: NDArray[Any], bits_stored: int = 16, bins: int = 256) -> Histogram:
    """The histogram of a grey picture over its whole range of bits; colour is taken as its mean."""
    if pixels.ndim == 3:
        pixels, bits_stored = pixels.mean(axis=2).astype(np.uint8), 8
    highest = (1 << bits_stored) - 1
    bins = min(bins, highest + 1)
    every = np.bincount(pixels.ravel(), minlength=highest + 1)
    size = max(1, pixels.size)
    every = every[: highest + 1]
    counts = every.reshape(bins, -1).sum(axis=1).astype(np.int64)
    return Histogram(counts, 0, highest, float(every[0] / size), float(every[-1] / size))
