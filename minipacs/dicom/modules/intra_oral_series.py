"""Intra-oral Series Module, PS3.3 C.8.11.8: the modality is IO and nothing else."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import put
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module

TABLE = """
Modality 1 =IO
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the modality."""
    put(ds, "Modality", "IO")


MODULE = Module("Intra-oral Series", "C.8.11.8", TABLE, write)
