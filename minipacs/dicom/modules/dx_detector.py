"""DX Detector Module, PS3.3 C.8.11.4: the sensor or plate, and the size of its pixels."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import put, put_given
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module
from minipacs.dicom.modules.conditions import CALIBRATION, together

_FIELD_OF_VIEW = ("FieldOfViewOrigin", "FieldOfViewRotation", "FieldOfViewHorizontalFlip")

TABLE = """
PlateID 3
CassetteID 3
FieldOfViewShape 3
FieldOfViewDimensions 3
ImagerPixelSpacing 1
ExposureIndex 3
TargetExposureIndex 3
DeviationIndex 3
Sensitivity 3
DetectorConditionsNominalFlag 3 =YES|NO
DetectorTemperature 3
DetectorType 2 =DIRECT|SCINTILLATOR|STORAGE|FILM
DetectorConfiguration 3
DetectorDescription 3
DetectorMode 3
DetectorID 3
DateOfLastDetectorCalibration 3
TimeOfLastDetectorCalibration 3
ExposuresOnDetectorSinceLastCalibration 3
ExposuresOnDetectorSinceManufactured 3
DetectorTimeSinceLastExposure 3
DetectorActiveTime 3
DetectorActivationOffsetFromExposure 3
DetectorBinning 3
DetectorElementPhysicalSize 3
DetectorElementSpacing 3
DetectorActiveShape 3
DetectorActiveDimensions 3
DetectorActiveOrigin 3
DetectorManufacturerName 3
DetectorManufacturerModelName 3
FieldOfViewOrigin 1C
FieldOfViewRotation 1C =0|90|180|270
FieldOfViewHorizontalFlip 1C =YES|NO
XRayDetectorID 3
PixelSpacing 1C
PixelSpacingCalibrationType 3
PixelSpacingCalibrationDescription 1C
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the detector. Imager Pixel Spacing is at the detector and never calibrated.

    It is Type 1; where nobody tells it, the builder writes a nominal one and says so in the object.
    """
    equipment = request.equipment
    put(ds, "DetectorType", equipment.detector_type)
    put_given(ds, "DetectorID", equipment.detector_id)
    put_given(ds, "DetectorManufacturerName", equipment.detector_manufacturer)
    put_given(ds, "DetectorManufacturerModelName", equipment.detector_model_name)
    spacing = request.frame.pixel_spacing_mm
    if spacing is not None:
        if min(spacing) <= 0:
            raise BadRequest("ImagerPixelSpacing", "must be greater than 0 mm")
        put(ds, "ImagerPixelSpacing", list(spacing))


MODULE = Module(
    "DX Detector",
    "C.8.11.4",
    TABLE,
    write,
    {**CALIBRATION, **together(_FIELD_OF_VIEW)},
)
