"""SC Image Module, PS3.3 C.8.6.2: when it was captured, and how large a pixel is."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import put
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module
from minipacs.dicom.modules.conditions import CALIBRATION
from minipacs.dicom.moments import date_time

TABLE = """
DateOfSecondaryCapture 3
TimeOfSecondaryCapture 3
NominalScannedPixelSpacing 3
PixelSpacing 1C
PixelSpacingCalibrationType 3
PixelSpacingCalibrationDescription 1C
DocumentClassCodeSequence 3 @code
ViewCodeSequence 3 [0-1] @code
> ViewModifierCodeSequence 3 @code
SliceProgressionDirection 3
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the instant of capture, and the nominal spacing of a scan."""
    put(ds, "DateOfSecondaryCapture", date_time(request.taken_at)[0])
    put(ds, "TimeOfSecondaryCapture", date_time(request.taken_at)[1])
    if request.frame.pixel_spacing_mm is not None:
        put(ds, "NominalScannedPixelSpacing", list(request.frame.pixel_spacing_mm))


MODULE = Module("SC Image", "C.8.6.2", TABLE, write, CALIBRATION)
