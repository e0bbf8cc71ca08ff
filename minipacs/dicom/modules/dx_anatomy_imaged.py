"""DX Anatomy Imaged Module, PS3.3 C.8.11.2: which side, which region, which teeth."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building import anatomy
from minipacs.dicom.building.writing import put
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module

TABLE = """
AnatomicRegionSequence 2 [0-1] @code
> AnatomicRegionModifierSequence 3 @code
PrimaryAnatomicStructureSequence 3 @code
> PrimaryAnatomicStructureModifierSequence 3 @code
ImageLaterality 1 =R|L|U|B
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the region; Type 2 here, so that a component or an unknown region is an empty sequence."""
    put(ds, "ImageLaterality", anatomy.laterality(request))
    anatomy.write_region(ds, request, required=True)


MODULE = Module("DX Anatomy Imaged", "C.8.11.2", TABLE, write)
