"""ICC Profile Module, PS3.3 C.11.15: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
ICCProfile 1
ColorSpace 3
"""

MODULE = Module("ICC Profile", "C.11.15", TABLE)
