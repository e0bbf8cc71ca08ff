"""Studies of the archive as FHIR ImagingStudy, in several releases of FHIR."""

from minipacs.fhir.study import UnknownRelease, UnknownStudy, imaging_study, releases

__all__ = ["UnknownRelease", "UnknownStudy", "imaging_study", "releases"]
