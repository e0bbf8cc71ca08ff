"""X-Ray Grid Module, PS3.3 C.8.7.11: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
GridID 3
Grid 3
GridAbsorbingMaterial 3
GridSpacingMaterial 3
GridThickness 3
GridPitch 3
GridAspectRatio 3
GridPeriod 3
GridFocalDistance 3
"""

MODULE = Module("X-Ray Grid", "C.8.7.11", TABLE)
