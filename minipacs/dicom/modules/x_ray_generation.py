"""X-Ray Generation Module, PS3.3 C.8.7.9: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
KVP 3
GeneratorID 3
ExposureTime 3
XRayTubeCurrent 3
Exposure 3
ExposureInuAs 3
RectificationType 3
FocalSpots 3
AnodeTargetMaterial 3
ExposureControlMode 3
ExposureControlModeDescription 3
ExposureStatus 3
PhototimerSetting 3
ExposureTimeInuS 3
XRayTubeCurrentInuA 3
"""

MODULE = Module("X-Ray Generation", "C.8.7.9", TABLE)
