"""CR Series Module, PS3.3 C.8.1.1: body part and view, known or empty."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import put
from minipacs.dicom.model import ImageRequest, PatientKind
from minipacs.dicom.modules.base import Module

TABLE = """
BodyPartExamined 2
FilterType 3
CollimatorGridName 3
FocalSpots 3
PlateType 3
PhosphorType 3
ViewPosition 2
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the body part where teeth tell it; both attributes are Type 2."""
    shows_teeth = bool(request.shot.teeth) and request.patient.kind is not PatientKind.COMPONENT
    put(ds, "BodyPartExamined", "JAW" if shows_teeth else "")
    put(ds, "ViewPosition", "")


MODULE = Module("CR Series", "C.8.1.1", TABLE, write)
