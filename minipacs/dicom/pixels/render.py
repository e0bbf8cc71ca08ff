"""Decoded pixels, ready for a display: grey as its stored values, colour as RGB of 8 bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import ExplicitVRLittleEndian

from minipacs.dicom.pixels.errors import CannotDisplay
from minipacs.dicom.pixels.registry import family_of
from minipacs.dicom.pixels.shape import Shape, shape_of
from minipacs.dicom.reading import text_of


def syntax_of(ds: Dataset) -> str:
    """The transfer syntax of a dataset; native when it was built here and has none yet."""
    meta = getattr(ds, "file_meta", None)
    found = text_of(meta, "TransferSyntaxUID") if meta is not None else ""
    return found or str(ExplicitVRLittleEndian)


def frame_count(ds: Dataset) -> int:
    """How many frames can be asked of `decode`. Raises CannotDisplay."""
    return shape_of(ds, syntax_of(ds)).frames


def decode(ds: Dataset, frame: int = 0) -> NDArray[Any]:
    """One frame, ready for a display.

    Args:
        ds: with `file_meta` (see `part10.read`).
        frame: which one of a multi-frame object, from 0.

    Returns:
        (rows, columns) of stored values, unsigned or signed, without rescale or window, MONOCHROME1 not inverted;
        or (rows, columns, 3) uint8 RGB. Bits beyond Bits Stored are masked off.

    Raises:
        CannotDisplay: no codec, no pixels, a claim beyond the bounds, or damaged code.
    """
    syntax = syntax_of(ds)
    shape = shape_of(ds, syntax)
    if not 0 <= frame < shape.frames:
        raise CannotDisplay(syntax, f"it has no frame {frame + 1}, only {shape.frames}")
    array = stored_frame(ds, shape, syntax, frame)
    if shape.photometric == "PALETTE COLOR":
        array = _coloured(array, ds, syntax)
    if array.ndim == 3 and array.dtype != np.uint8:
        stored = 16 if shape.photometric == "PALETTE COLOR" else shape.stored
        array = (array >> max(0, stored - 8)).astype(np.uint8)
    return array


def stored_frame(ds: Dataset, shape: Shape, syntax: str, index: int) -> NDArray[Any]:
    """One frame as its stored values (colour as RGB), for display and transcoding. Raises CannotDisplay."""
    family = family_of(syntax)
    if family is None:
        raise CannotDisplay(syntax, "no decoder for it is known")
    try:
        return _masked(family.decode_frame(ds, shape, syntax, index), shape)
    except CannotDisplay:
        raise
    except Exception as error:
        # Damaged code brings out anything in a decoder.
        why = f"its code can't be decoded ({type(error).__name__})"
        raise CannotDisplay(syntax, why) from error


def _masked(array: NDArray[Any], shape: Shape) -> NDArray[Any]:
    """Only the stored bits: old devices kept overlays in the others (PS3.5 8.1.1)."""
    width = array.dtype.itemsize * 8
    shift = shape.high_bit + 1 - shape.stored
    if array.ndim == 3 or shape.allocated == 1 or width != shape.allocated:
        return array
    if shape.stored == width:
        return array
    if shape.signed:
        left = width - shape.high_bit - 1
        return np.asarray((array << left) >> (left + shift))
    return np.asarray((array >> shift) & array.dtype.type(2**shape.stored - 1))


def _coloured(array: NDArray[Any], ds: Dataset, syntax: str) -> NDArray[Any]:
    try:
        return np.asarray(apply_color_lut(array, ds))
    except Exception as error:
        raise CannotDisplay(syntax, "its colour palette is damaged") from error
