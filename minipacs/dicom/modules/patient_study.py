"""Patient Study Module, PS3.3 C.7.2.2: the patient at the time of the study."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import put, put_given
from minipacs.dicom.model import ImageRequest, PatientKind
from minipacs.dicom.modules.base import Module, When
from minipacs.dicom.modules.patient import is_animal

TABLE = """
AdmittingDiagnosesDescription 3
AdmittingDiagnosesCodeSequence 3 @code
PatientAge 3
PatientSize 3
PatientSizeCodeSequence 3 @code
PatientBodyMassIndex 3
MeasuredAPDimension 3
MeasuredLateralDimension 3
PatientWeight 3
MedicalAlerts 3
Allergies 3
Occupation 3
SmokingStatus 3 =YES|NO|UNKNOWN
AdditionalPatientHistory 3
PregnancyStatus 3 =1|2|3|4
LastMenstrualDate 3
PatientSexNeutered 2C =ALTERED|UNALTERED
ReasonForVisit 3
ReasonForVisitCodeSequence 3 @code
AdmissionID 3
IssuerOfAdmissionIDSequence 3 [0-1] @hl7
ServiceEpisodeID 3
ServiceEpisodeDescription 3
IssuerOfServiceEpisodeIDSequence 3 @hl7
PatientState 3
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write age, size, weight, history; for an animal also whether it is neutered."""
    patient = request.patient
    put_given(ds, "PatientAge", patient.age)
    put_given(ds, "PatientSize", patient.size_m)
    put_given(ds, "PatientWeight", patient.weight_kg)
    put_given(ds, "AdditionalPatientHistory", patient.history)
    put_given(ds, "AdmittingDiagnosesDescription", patient.admitting_diagnoses)
    if patient.kind is PatientKind.ANIMAL:
        put(ds, "PatientSexNeutered", patient.sex_neutered)


MODULE = Module(
    "Patient Study",
    "C.7.2.2",
    TABLE,
    write,
    {
        "PatientSexNeutered": When(
            "the patient is a non-human organism", lambda ds, _: is_animal(ds)
        )
    },
)
