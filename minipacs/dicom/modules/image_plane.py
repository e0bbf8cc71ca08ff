"""Image Plane Module, PS3.3 C.7.6.2: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
SliceThickness 2
SpacingBetweenSlices 3
ImagePositionPatient 1
ImageOrientationPatient 1
SliceLocation 3
PixelSpacing 1
"""

MODULE = Module("Image Plane", "C.7.6.2", TABLE)
