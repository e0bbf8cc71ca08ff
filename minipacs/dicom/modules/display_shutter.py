"""Display Shutter Module, PS3.3 C.7.6.11: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
ShutterShape 1
ShutterLeftVerticalEdge 1C
ShutterRightVerticalEdge 1C
ShutterUpperHorizontalEdge 1C
ShutterLowerHorizontalEdge 1C
CenterOfCircularShutter 1C
RadiusOfCircularShutter 1C
VerticesOfThePolygonalShutter 1C
ShutterPresentationValue 3
ShutterPresentationColorCIELabValue 3
"""

MODULE = Module("Display Shutter", "C.7.6.11", TABLE)
