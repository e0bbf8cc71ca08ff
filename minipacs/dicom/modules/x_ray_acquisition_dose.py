"""X-Ray Acquisition Dose Module, PS3.3 C.8.7.8: the exposure, as far as the device tells."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.exposure import write_exposure
from minipacs.dicom.building.writing import put_given
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module

TABLE = """
KVP 3
DistanceSourceToDetector 3
DistanceSourceToPatient 3
ExposureTime 3
XRayTubeCurrent 3
Exposure 3
ExposureInuAs 3
RectificationType 3
ImageAndFluoroscopyAreaDoseProduct 3
FilterType 3
AnodeTargetMaterial 3
BodyPartThickness 3
RelativeXRayExposure 3
ExposureIndex 3
TargetExposureIndex 3
DeviationIndex 3
FilterMaterial 3
FilterThicknessMinimum 3
FilterThicknessMaximum 3
FilterBeamPathLengthMinimum 3
FilterBeamPathLengthMaximum 3
ExposureTimeInuS 3
XRayTubeCurrentInuA 3
EntranceDose 3
ExposedArea 3
DistanceSourceToEntrance 3
CommentsOnRadiationDose 3
XRayOutput 3
HalfValueLayer 3
OrganDose 3
OrganExposed 3
EntranceDoseInmGy 3
EntranceDoseDerivation 3
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write tube voltage, current, time, charge and dose area product."""
    write_exposure(ds, request.frame.exposure)
    if request.frame.exposure is not None:
        put_given(
            ds,
            "ImageAndFluoroscopyAreaDoseProduct",
            request.frame.exposure.dose_area_product_dgy_cm2,
        )


MODULE = Module("X-Ray Acquisition Dose", "C.8.7.8", TABLE, write)
