"""Intra-oral Image Module, PS3.3 C.8.11.9: the teeth, or the region where no tooth is meant."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building import anatomy
from minipacs.dicom.building.writing import put
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module, When
from minipacs.dicom.modules.conditions import present

TABLE = """
AnatomicRegionSequence 1 [1] @code
> AnatomicRegionModifierSequence 1C [1] @code
PrimaryAnatomicStructureSequence 1C @code
PositionerType 1 =NONE|CEPHALOSTAT|RIGID
ImageLaterality 1 =R|L|B
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write side and teeth; a view without teeth has an anatomic region modifier instead."""
    put(ds, "PositionerType", "NONE")
    put(ds, "ImageLaterality", anatomy.laterality(request, unpaired_is="B"))
    anatomy.write_intra_oral(ds, request)


MODULE = Module(
    "Intra-oral Image",
    "C.8.11.9",
    TABLE,
    write,
    {
        "AnatomicRegionSequence.AnatomicRegionModifierSequence": When(
            "there is no Primary Anatomic Structure Sequence",
            lambda _, root: not present(root, "PrimaryAnatomicStructureSequence"),
            forbidden_otherwise=True,
        ),
        "PrimaryAnatomicStructureSequence": When(
            "there is no Anatomic Region Modifier Sequence",
            lambda ds, _: (
                not any(
                    present(region, "AnatomicRegionModifierSequence")
                    for region in ds.get("AnatomicRegionSequence") or ()
                )
            ),
            forbidden_otherwise=True,
        ),
    },
)
