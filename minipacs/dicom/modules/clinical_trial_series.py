"""Clinical Trial Series Module, PS3.3 C.7.3.2: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
ClinicalTrialCoordinatingCenterName 2
ClinicalTrialSeriesID 3
ClinicalTrialSeriesDescription 3
IssuerOfClinicalTrialSeriesID 3
"""

MODULE = Module("Clinical Trial Series", "C.7.3.2", TABLE)
