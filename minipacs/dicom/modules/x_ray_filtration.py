"""X-Ray Filtration Module, PS3.3 C.8.7.10: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
FilterType 3
FilterMaterial 3
FilterThicknessMinimum 3
FilterThicknessMaximum 3
FilterBeamPathLengthMinimum 3
FilterBeamPathLengthMaximum 3
"""

MODULE = Module("X-Ray Filtration", "C.8.7.10", TABLE)
