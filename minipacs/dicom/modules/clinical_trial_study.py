"""Clinical Trial Study Module, PS3.3 C.7.2.3: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
ClinicalTrialTimePointID 2
ClinicalTrialTimePointDescription 3
LongitudinalTemporalOffsetFromEvent 3
LongitudinalTemporalEventType 1C
ClinicalTrialTimePointTypeCodeSequence 3 @code
IssuerOfClinicalTrialTimePointID 3
ConsentForClinicalTrialUseSequence 3
> ClinicalTrialProtocolID 1C
> IssuerOfClinicalTrialProtocolID 3
> DistributionType 1C
> ConsentForDistributionFlag 1
"""

MODULE = Module("Clinical Trial Study", "C.7.2.3", TABLE)
