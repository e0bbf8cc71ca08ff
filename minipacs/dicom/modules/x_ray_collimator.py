"""X-Ray Collimator Module, PS3.3 C.8.7.3: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
CollimatorShape 1
CollimatorLeftVerticalEdge 1C
CollimatorRightVerticalEdge 1C
CollimatorUpperHorizontalEdge 1C
CollimatorLowerHorizontalEdge 1C
CenterOfCircularCollimator 1C
RadiusOfCircularCollimator 1C
VerticesOfThePolygonalCollimator 1C
"""

MODULE = Module("X-Ray Collimator", "C.8.7.3", TABLE)
