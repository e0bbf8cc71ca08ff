"""Colour pictures that have no colour: a radiograph that a sensor's program exported as RGB, for one."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
from PIL import Image

from minipacs.dicom.jpeg_head import LOSSY_METHOD
from minipacs.dicom.model import Frame


def as_grey(frame: Frame) -> Frame | None:
    """The same frame in grey when nothing is lost by it: its three channels are equal everywhere. Else None.

    A grey frame comes back as it is. A colour JPEG stream has no grey one inside it, so its pixels are taken and said
    to be lossy compressed before (PS3.3 C.7.6.1.1.5).
    """
    if frame.samples == 1 and (frame.pixels is None or frame.pixels.ndim == 2):
        return frame
    pixels, lossy = frame.pixels, frame.lossy_before
    if pixels is None and frame.jpeg is not None:
        try:
            with Image.open(io.BytesIO(frame.jpeg), formats=("JPEG",)) as picture:
                pixels = np.asarray(picture.convert("RGB"))
        except (OSError, ValueError, Image.DecompressionBombError):
            return None
        lossy = (max(round(pixels.size / len(frame.jpeg), 2), 0.01), LOSSY_METHOD)
    if pixels is None or pixels.shape[2:] != (3,) or pixels.dtype != np.uint8:
        return None
    if frame.rows and (frame.rows, frame.columns) != pixels.shape[:2]:
        return None
    red = pixels[..., 0]
    if not all(np.array_equal(red, pixels[..., channel]) for channel in (1, 2)):
        return None
    return dataclasses.replace(
        frame,
        pixels=np.ascontiguousarray(red),
        jpeg=None,
        rows=red.shape[0],
        columns=red.shape[1],
        samples=1,
        bits_stored=8,
        lossy_before=lossy,
    )
