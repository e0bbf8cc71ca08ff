"""Device Module, PS3.3 C.7.6.12: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
DeviceSequence 1 @code
> Manufacturer 3
> ManufacturerModelName 3
> DeviceSerialNumber 3
> DeviceID 3
> DateOfManufacture 3
> DeviceLength 3
> DeviceDiameter 3
> DeviceDiameterUnits 2C
> DeviceVolume 3
> InterMarkerDistance 3
> DeviceDescription 3
"""

MODULE = Module("Device", "C.7.6.12", TABLE)
