"""Intervention Module, PS3.3 C.7.6.13: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
InterventionSequence 3 @code
> InterventionDrugStopTime 3
> InterventionDrugCodeSequence 3 @code
> InterventionDrugStartTime 3
> InterventionStatus 2
> InterventionDescription 3
> AdministrationRouteCodeSequence 3 @code
"""

MODULE = Module("Intervention", "C.7.6.13", TABLE)
