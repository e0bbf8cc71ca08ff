"""SC Equipment Module, PS3.3 C.8.6.1: how something that is no acquisition became an image."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import put, put_given
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module

TABLE = """
Modality 3
ConversionType 1
SecondaryCaptureDeviceID 3
SecondaryCaptureDeviceManufacturer 3
SecondaryCaptureDeviceManufacturerModelName 3
SecondaryCaptureDeviceSoftwareVersions 3
VideoImageFormatAcquired 3
DigitalImageFormatAcquired 3
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the device; a picture that comes as a file is a digital interface (DI)."""
    equipment = request.equipment
    put(ds, "ConversionType", "SYN" if request.frame.simulated else "DI")
    put_given(ds, "SecondaryCaptureDeviceManufacturer", equipment.manufacturer)
    put_given(ds, "SecondaryCaptureDeviceManufacturerModelName", equipment.model_name)
    put_given(ds, "SecondaryCaptureDeviceSoftwareVersions", list(equipment.software_versions))


MODULE = Module("SC Equipment", "C.8.6.1", TABLE, write)
