"""General Equipment Module, PS3.3 C.7.5.1: what made the image, and where it stands."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import put, put_given
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module, When
from minipacs.dicom.modules.conditions import present

TABLE = """
Manufacturer 2
InstitutionName 3
InstitutionAddress 3
StationName 3
InstitutionalDepartmentName 3
InstitutionalDepartmentTypeCodeSequence 3 [0-1] @code
ManufacturerModelName 3
DeviceSerialNumber 3
DeviceUID 3
GantryID 3
UDISequence 3 @udi
ManufacturerDeviceClassUID 3
SoftwareVersions 3
SpatialResolution 3
DateOfLastCalibration 3
TimeOfLastCalibration 3
DateOfManufacture 3
DateOfInstallation 3
PixelPaddingValue 1C
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write what the settings tell of office and device."""
    equipment = request.equipment
    put(ds, "Manufacturer", equipment.manufacturer)
    put_given(ds, "InstitutionName", equipment.institution_name)
    put_given(ds, "InstitutionAddress", equipment.institution_address)
    put_given(ds, "StationName", equipment.station_name)
    put_given(ds, "InstitutionalDepartmentName", equipment.department_name)
    put_given(ds, "ManufacturerModelName", equipment.model_name)
    put_given(ds, "DeviceSerialNumber", equipment.serial_number)
    put_given(ds, "SoftwareVersions", list(equipment.software_versions))
    put_given(ds, "SpatialResolution", equipment.spatial_resolution_mm)


MODULE = Module(
    "General Equipment",
    "C.7.5.1",
    TABLE,
    write,
    {
        "PixelPaddingValue": When(
            "Pixel Padding Range Limit is present",
            lambda ds, _: present(ds, "PixelPaddingRangeLimit"),
        )
    },
)
