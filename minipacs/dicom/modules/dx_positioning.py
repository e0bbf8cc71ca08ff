"""DX Positioning Module, PS3.3 C.8.11.5: how patient, tube and detector stood, and the view."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building import anatomy
from minipacs.dicom.building.writing import put
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module

TABLE = """
DistanceSourceToDetector 3
DistanceSourceToPatient 3
EstimatedRadiographicMagnificationFactor 3
TableAngle 3
TableType 3
BodyPartThickness 3
CompressionForce 3
CompressionPressure 3
PaddleDescription 3
CompressionContactArea 3
ColumnAngulation 3
PositionerType 2
PositionerPrimaryAngle 3
PositionerSecondaryAngle 3
DetectorPrimaryAngle 3
DetectorSecondaryAngle 3
PatientPosition 3
ViewPosition 3
ProjectionEponymousNameCodeSequence 3 @code
ViewCodeSequence 3 [0-1] @code
> ViewModifierCodeSequence 3 @code
PatientOrientationCodeSequence 3 @code
> PatientOrientationModifierCodeSequence 3 @code
PatientGantryRelationshipCodeSequence 3 @code
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the view; the IOD's file says what positioner its kind has."""
    put(ds, "PositionerType", "")
    anatomy.write_view(ds, request)


MODULE = Module("DX Positioning", "C.8.11.5", TABLE, write)
