"""Clinical Trial Subject Module, PS3.3 C.7.1.3: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
ClinicalTrialSponsorName 1
ClinicalTrialProtocolID 1
ClinicalTrialProtocolName 2
IssuerOfClinicalTrialProtocolID 3
OtherClinicalTrialProtocolIDsSequence 3
> ClinicalTrialProtocolID 1
> IssuerOfClinicalTrialProtocolID 1
ClinicalTrialSiteID 2
ClinicalTrialSiteName 2
IssuerOfClinicalTrialSiteID 3
ClinicalTrialSubjectID 1C
IssuerOfClinicalTrialSubjectID 3
ClinicalTrialSubjectReadingID 1C
IssuerOfClinicalTrialSubjectReadingID 3
ClinicalTrialProtocolEthicsCommitteeName 1C
ClinicalTrialProtocolEthicsCommitteeApprovalNumber 3
"""

MODULE = Module("Clinical Trial Subject", "C.7.1.3", TABLE)
