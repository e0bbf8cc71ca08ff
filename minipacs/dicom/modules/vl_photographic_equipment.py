"""VL Photographic Equipment Module, PS3.3 C.8.12.14: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
CameraOwnerName 3
LensSpecification 3
LensMake 3
LensModel 3
LensSerialNumber 3
"""

MODULE = Module("VL Photographic Equipment", "C.8.12.14", TABLE)
