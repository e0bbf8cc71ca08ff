"""Enhanced Patient Orientation Module, PS3.3 C.7.6.30: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
PatientOrientationCodeSequence 1 @code
> PatientOrientationModifierCodeSequence 1C @code
PatientEquipmentRelationshipCodeSequence 1 @code
"""

MODULE = Module("Enhanced Patient Orientation", "C.7.6.30", TABLE)
