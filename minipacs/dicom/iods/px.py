"""Panoramic x-ray: a Digital X-Ray Image (PS3.3 A.26) with its own modality and positioner."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import put
from minipacs.dicom.iod import Iod, iod
from minipacs.dicom.iods.dx import MODALITIES, SOP_CLASS, USES
from minipacs.dicom.model import ImageRequest


@iod("px")
def panoramic() -> Iod:
    """The jaws unrolled, taken by a panoramic unit."""
    return Iod(
        kind="px",
        title="Digital X-Ray Image",
        clause="PS3.3 A.26",
        sop_class_uid=SOP_CLASS,
        modality="PX",
        uses=USES,
        finish=_finish,
        default_view="panoramic",
        modalities=MODALITIES,
        grey=True,
    )


def _finish(ds: Dataset, request: ImageRequest) -> None:
    put(ds, "PositionerType", "PANORAMIC")
