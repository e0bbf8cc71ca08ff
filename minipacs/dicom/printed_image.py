"""A rendered picture as an image box of a film takes it: PS3.3 C.13.5, PS3.4 H.4.3."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

Pixels = NDArray[Any]


def image_item(pixels: Pixels) -> Dataset:
    """The item of Basic Grayscale or Basic Color Image Sequence (PS3.3 C.13.5) of a rendered image.

    Args:
        pixels: (rows, columns) uint8, or uint16 of 12 bits, or (rows, columns, 3) uint8; windowed already.

    Raises:
        ValueError: they are something else.
    """
    check_printable(pixels)
    ds = Dataset()
    colour = pixels.ndim == 3
    ds.SamplesPerPixel = 3 if colour else 1
    ds.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        ds.PlanarConfiguration = 1
    ds.Rows, ds.Columns = int(pixels.shape[0]), int(pixels.shape[1])
    ds.PixelAspectRatio = ["1", "1"]
    deep = pixels.dtype == np.uint16
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = (16, 12, 11) if deep else (8, 8, 7)
    ds.PixelRepresentation = 0
    planes = np.moveaxis(pixels, -1, 0) if colour else pixels
    raw = np.ascontiguousarray(planes, dtype="<u2" if deep else np.uint8).tobytes()
    ds.PixelData = raw + b"\0" * (len(raw) % 2)
    ds["PixelData"].VR = "OW" if deep else "OB"
    return ds


def check_printable(pixels: Pixels) -> None:
    """Raises ValueError for pixels that no image box takes."""
    grey = pixels.ndim == 2 and pixels.dtype in (np.uint8, np.uint16)
    colour = pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.dtype == np.uint8
    if not (grey or colour) or not pixels.size:
        raise ValueError(f"an image of shape {pixels.shape} and {pixels.dtype} cannot be printed")
    if pixels.dtype == np.uint16 and int(pixels.max()) > 4095:
        raise ValueError("an image to print has more than 12 bits")


def in_colour(pixels: Pixels) -> Pixels:
    """The same picture as (rows, columns, 3) uint8; 12 bit grey loses its lowest four."""
    if pixels.ndim == 3:
        return pixels
    grey = (pixels >> 4).astype(np.uint8) if pixels.dtype == np.uint16 else pixels
    return np.repeat(grey[:, :, None], 3, axis=2)


def in_grey(pixels: Pixels) -> Pixels:
    """The same picture as (rows, columns): colours by their brightness."""
    if pixels.ndim == 2:
        return pixels
    # ITU-R BT.601, the weights of YBR_FULL (PS3.3 C.7.6.3.1.2).
    weighted = pixels.astype(np.uint32) @ np.array([299, 587, 114], dtype=np.uint32)
    return ((weighted + 500) // 1000).astype(np.uint8)
