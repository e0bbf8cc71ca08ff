"""Frame of Reference Module, PS3.3 C.7.4.1: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
FrameOfReferenceUID 1
PositionReferenceIndicator 2
"""

MODULE = Module("Frame of Reference", "C.7.4.1", TABLE)
