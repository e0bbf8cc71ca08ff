"""CR Image Module, PS3.3 C.8.1.2: a phosphor plate's picture and its exposure."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building import anatomy
from minipacs.dicom.building.exposure import write_exposure
from minipacs.dicom.building.picture import picture_of
from minipacs.dicom.building.writing import put
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module
from minipacs.dicom.modules.conditions import CALIBRATION

TABLE = """
AnatomicRegionSequence 3 [0-1] @code
> AnatomicRegionModifierSequence 3 @code
PrimaryAnatomicStructureSequence 3 @code
> PrimaryAnatomicStructureModifierSequence 3 @code
KVP 3
PlateID 3
DistanceSourceToDetector 3
DistanceSourceToPatient 3
ExposureTime 3
XRayTubeCurrent 3
Exposure 3
ExposureInuAs 3
ImagerPixelSpacing 3
GeneratorPower 3
AcquisitionDeviceProcessingDescription 3
AcquisitionDeviceProcessingCode 3
CassetteOrientation 3
CassetteSize 3
ExposuresOnPlate 3
RelativeXRayExposure 3
ExposureIndex 3
TargetExposureIndex 3
DeviationIndex 3
Sensitivity 3
PhotometricInterpretation 1 =MONOCHROME1|MONOCHROME2
PixelSpacing 1C
PixelSpacingCalibrationType 3
PixelSpacingCalibrationDescription 1C
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write exposure, spacing and region. Raises BadRequest for a colour picture."""
    if picture_of(request.frame).samples != 1:
        raise BadRequest(
            "PhotometricInterpretation",
            "a radiograph is grey and this picture has colour; convert it to grey, or keep it as kind photo or sc",
        )
    write_exposure(ds, request.frame.exposure)
    if request.frame.pixel_spacing_mm is not None:
        put(ds, "ImagerPixelSpacing", list(request.frame.pixel_spacing_mm))
    if request.frame.simulated:
        put(ds, "AcquisitionDeviceProcessingDescription", "SIMULATED")
    anatomy.write_region(ds, request)


MODULE = Module("CR Image", "C.8.1.2", TABLE, write, CALIBRATION)
