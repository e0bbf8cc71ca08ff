"""Contrast/Bolus Module, PS3.3 C.7.6.4: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
ContrastBolusAgent 2
ContrastBolusAgentSequence 3 @code
ContrastBolusAdministrationRouteSequence 3 @code
> AdditionalDrugSequence 3 @code
ContrastBolusRoute 3
ContrastBolusVolume 3
ContrastBolusStartTime 3
ContrastBolusStopTime 3
ContrastBolusTotalDose 3
ContrastFlowRate 3
ContrastFlowDuration 3
ContrastBolusIngredient 3
ContrastBolusIngredientConcentration 3
"""

MODULE = Module("Contrast/Bolus", "C.7.6.4", TABLE)
