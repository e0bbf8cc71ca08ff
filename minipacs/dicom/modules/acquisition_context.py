"""Acquisition Context Module, PS3.3 C.7.6.14: circumstances as content items, given by `details`."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import put
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module

TABLE = """
AcquisitionContextSequence 2 @content_item
AcquisitionContextDescription 3
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the sequence empty, as Type 2 has it."""
    put(ds, "AcquisitionContextSequence", [])


MODULE = Module("Acquisition Context", "C.7.6.14", TABLE, write)
