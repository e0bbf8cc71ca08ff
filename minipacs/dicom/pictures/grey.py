"""Colour pictures that have no colour: a screenshot of a radiograph, for one."""

from __future__ import annotations

import dataclasses

import numpy as np

from minipacs.dicom.model import Frame


def as_grey(frame: Frame) -> Frame | None:
    """The same frame in grey when nothing is lost by it: its three channels are equal everywhere. Else None.

    A grey frame comes back as it is. A colour JPEG stream would have to be decoded first: None.
    """
    if frame.samples == 1:
        return frame
    if frame.pixels is None:
        return None
    red, green, blue = (frame.pixels[..., channel] for channel in range(3))
    if not (np.array_equal(red, green) and np.array_equal(red, blue)):
        return None
    return dataclasses.replace(frame, pixels=np.ascontiguousarray(red), samples=1, bits_stored=8)
