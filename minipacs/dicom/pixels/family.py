"""What a family of transfer syntaxes is: what it decodes, what it encodes, and whether that loses anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder

from minipacs.dicom.pixels.errors import CannotDisplay
from minipacs.dicom.pixels.shape import Shape

MARK = "__pixel_family__"

_DESCRIPTION = (
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
)

DecodeFrame = Callable[[Dataset, Shape, str, int], NDArray[Any]]
"""(dataset, shape, transfer syntax, index) -> stored values (rows, columns), or RGB (rows, columns, 3)."""
Encode = Callable[[Dataset, Shape, list[NDArray[Any]]], None]
"""Replaces the pixel data and its attributes in the dataset; raises ValueError with a reason."""


@dataclass(frozen=True, slots=True)
class Family:
    """A family of transfer syntaxes.

    `decodes` and `encodes` are UIDs; a UID in `lossy` always loses, one in `maybe_lossy` may have.
    """

    name: str
    decodes: tuple[str, ...]
    decode_frame: DecodeFrame
    available: Callable[[str], bool]
    encodes: tuple[str, ...] = ()
    encode: Encode | None = None
    lossy: frozenset[str] = frozenset()


def pixel_family(name: str) -> Callable[[Callable[[], Family]], Callable[[], Family]]:
    """Mark a function as the maker of a family; the registry finds it."""

    def mark(make: Callable[[], Family]) -> Callable[[], Family]:
        setattr(make, MARK, name)
        return make

    return mark


def plugin_available(syntax: str) -> bool:
    """Whether pydicom has a working plugin that decodes `syntax`."""
    try:
        return bool(get_decoder(syntax).is_available)
    except Exception as error:  # noqa: BLE001 - a broken plugin counts as none
        del error
        return False


def by_pydicom(ds: Dataset, shape: Shape, syntax: str, index: int) -> NDArray[Any]:
    """One frame by whatever plugin pydicom has, colour as RGB. Raises CannotDisplay."""
    if not plugin_available(syntax):
        raise CannotDisplay(syntax, "no decoder for it is installed")
    options: dict[str, Any] = {"raw": False}
    try:
        array, _ = get_decoder(syntax).as_array(ds, index=index, **options)
    except Exception as error:
        why = f"its code can't be decoded ({type(error).__name__})"
        raise CannotDisplay(syntax, why) from error
    wanted = (shape.rows, shape.columns) + ((3,) if shape.samples == 3 else ())
    if array.shape != wanted:
        raise CannotDisplay(syntax, "its code decodes to another size than its attributes say")
    return np.asarray(array)


def code_by_pydicom(code: bytes, ds: Dataset, shape: Shape, syntax: str) -> NDArray[Any]:
    """One frame of which the code stream was taken out already. Raises CannotDisplay."""
    one = Dataset()
    for keyword in _DESCRIPTION:
        if keyword in ds:
            one[keyword] = ds[keyword]
    one.file_meta = ds.file_meta
    one.PixelData = encapsulate([code])
    one["PixelData"].is_undefined_length = True
    return by_pydicom(one, shape, syntax, 0)
