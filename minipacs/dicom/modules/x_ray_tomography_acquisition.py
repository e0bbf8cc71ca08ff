"""X-Ray Tomography Acquisition Module, PS3.3 C.8.7.7: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
TomoLayerHeight 1
TomoAngle 3
TomoTime 3
TomoType 3
TomoClass 3
NumberOfTomosynthesisSourceImages 3
"""

MODULE = Module("X-Ray Tomography Acquisition", "C.8.7.7", TABLE)
