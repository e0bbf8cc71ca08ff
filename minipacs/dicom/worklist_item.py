"""A modality worklist item, from and to our values. PS3.4 K.6.1.2.2, Table K.6-1.

Written are all return keys of Type 1 and 2 (empty when unknown), and of Type 3 those that have a value. An order
for any station has an empty Scheduled Station AE Title; who fills the worklist should name one.
"""

from __future__ import annotations

import re

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import (
    put,
    put_codes,
    put_given,
    put_given_codes,
    put_items,
    reference,
)
from minipacs.dicom.model import (
    BreedRegistration,
    Code,
    Order,
    OtherPatientId,
    Patient,
    PatientKind,
)
from minipacs.dicom.reading import codes_of, items_of, number_of, text_of
from minipacs.dicom.values import fault

HUMAN = "337915000"
"""Homo sapiens, SCT: a worklist that sends it speaks of a person."""

_LONGEST_SH, _LONGEST_LO = 16, 64


def to_dataset(patient: Patient, order: Order, *, character_set: str = "ISO_IR 192") -> Dataset:
    """The worklist item of one scheduled procedure step.

    Args:
        character_set: Specific Character Set of the answer, a defined term of PS3.3 C.12.1.1.2.

    Raises:
        BadRequest: a value is not valid for its VR.
    """
    ds = Dataset()
    put(ds, "SpecificCharacterSet", character_set)
    _write_patient(ds, patient)
    _write_request(ds, order)
    put_items(ds, "ScheduledProcedureStepSequence", [_step(order)])
    return ds


def _write_patient(ds: Dataset, patient: Patient) -> None:
    put(ds, "PatientName", patient.name)
    put(ds, "PatientID", patient.identifier)
    put_given(ds, "IssuerOfPatientID", patient.issuer)
    put(ds, "PatientBirthDate", patient.birth_date)
    put(ds, "PatientSex", patient.sex)
    if patient.other_ids:
        put_items(ds, "OtherPatientIDsSequence", [_other_id(other) for other in patient.other_ids])
    put_given(ds, "PatientAge", patient.age)
    put_given(ds, "PatientSize", patient.size_m)
    put(ds, "PatientWeight", patient.weight_kg)
    put_given(ds, "EthnicGroup", patient.ethnic_group)
    put_given(ds, "PatientComments", patient.comments)
    put_given(ds, "AdditionalPatientHistory", patient.history)
    put_given(ds, "AdmittingDiagnosesDescription", patient.admitting_diagnoses)
    put_given(ds, "ResponsiblePerson", patient.responsible_person)
    put_given(ds, "ResponsiblePersonRole", patient.responsible_person_role)
    put_given(ds, "ResponsibleOrganization", patient.responsible_organization)
    if patient.kind is PatientKind.ANIMAL:
        _write_animal(ds, patient)
    for keyword in (
        "AdmissionID",
        "CurrentPatientLocation",
        "ConfidentialityConstraintOnPatientDataDescription",
        "PatientState",
        "PregnancyStatus",
        "MedicalAlerts",
        "Allergies",
        "SpecialNeeds",
    ):
        put(ds, keyword, "")
    put_items(ds, "ReferencedPatientSequence", [])


def _write_animal(ds: Dataset, patient: Patient) -> None:
    """PS3.3 C.7.1.1: what a patient module of a non-human organism must be able to copy from here."""
    put(ds, "PatientSpeciesDescription", patient.species_description)
    put_codes(ds, "PatientSpeciesCodeSequence", [patient.species] if patient.species else [])
    put(ds, "PatientSexNeutered", patient.sex_neutered)
    put(ds, "PatientBreedDescription", patient.breed_description)
    put_codes(ds, "PatientBreedCodeSequence", patient.breeds)
    registrations = [_registration(entry) for entry in patient.breed_registrations]
    put_items(ds, "BreedRegistrationSequence", registrations)


def _other_id(other: OtherPatientId) -> Dataset:
    item = Dataset()
    put(item, "PatientID", other.identifier)
    put_given(item, "IssuerOfPatientID", other.issuer)
    put(item, "TypeOfPatientID", other.kind)
    return item


def _registration(entry: BreedRegistration) -> Dataset:
    item = Dataset()
    put(item, "BreedRegistrationNumber", entry.number)
    put_codes(item, "BreedRegistryCodeSequence", [entry.registry])
    return item


def _write_request(ds: Dataset, order: Order) -> None:
    put(ds, "StudyInstanceUID", order.study_instance_uid)
    put_given(ds, "StudyID", order.study_id)
    put_given(ds, "StudyDescription", order.study_description)
    put(ds, "AccessionNumber", order.accession_number)
    put(ds, "ReferringPhysicianName", order.referring_physician)
    put(ds, "RequestingPhysician", order.requesting_physician)
    put(ds, "RequestedProcedureID", order.requested_procedure_id)
    put(ds, "RequestedProcedureDescription", order.requested_procedure_description)
    put_given_codes(ds, "RequestedProcedureCodeSequence", order.requested_procedure_codes)
    put_given(ds, "ReasonForTheRequestedProcedure", order.reason)
    put_given_codes(ds, "ReasonForRequestedProcedureCodeSequence", order.reason_codes)
    put(ds, "RequestedProcedurePriority", "")
    put(ds, "PatientTransportArrangements", "")
    studies = [reference(*study) for study in order.referenced_studies]
    put_items(ds, "ReferencedStudySequence", studies)


def _step(order: Order) -> Dataset:
    item = Dataset()
    put(item, "Modality", order.modality)
    put(item, "ScheduledStationAETitle", order.station_ae)
    put(item, "ScheduledProcedureStepStartDate", order.start_date)
    put(item, "ScheduledProcedureStepStartTime", order.start_time)
    put(item, "ScheduledPerformingPhysicianName", order.performing_physician)
    put(item, "ScheduledProcedureStepDescription", order.step_description)
    put_given_codes(item, "ScheduledProtocolCodeSequence", order.protocol_codes)
    put(item, "ScheduledProcedureStepID", order.step_id)
    put(item, "ScheduledStationName", order.station_name)
    put(item, "ScheduledProcedureStepLocation", order.step_location)
    return item


# ---------------------------------------------------------------------------------------------- reading


def from_dataset(ds: Dataset) -> tuple[Patient, Order]:
    """What a worklist answered, as our values; tolerant of what foreign servers leave out or spell their way.

    Missing is "" or (). Dates and times with separators are put right, codes of sex and the like that are none are
    dropped, descriptions are cut to what an image can hold. Identifiers are never changed. Study ID falls back to
    the Requested Procedure ID, Study Description to the Requested Procedure Description.
    Without a Study Instance UID (a fault of the server) `study_instance_uid` is "": the exam then gives one.
    """
    return _read_patient(ds), _read_order(ds)


def _read_patient(ds: Dataset) -> Patient:
    species = codes_of(ds, "PatientSpeciesCodeSequence")
    description = _long(ds, "PatientSpeciesDescription")
    breeds = codes_of(ds, "PatientBreedCodeSequence")
    breed_description = _long(ds, "PatientBreedDescription")
    neutered = _term(ds, "PatientSexNeutered", ("ALTERED", "UNALTERED"))
    human = bool(species) and species[0].value == HUMAN
    animal = not human and bool(species or description or breeds or breed_description or neutered)
    return Patient(
        name=text_of(ds, "PatientName"),
        identifier=text_of(ds, "PatientID"),
        issuer=text_of(ds, "IssuerOfPatientID"),
        birth_date=_date(ds, "PatientBirthDate"),
        sex=_term(ds, "PatientSex", ("M", "F", "O")),
        kind=PatientKind.ANIMAL if animal else PatientKind.PERSON,
        other_ids=_other_ids(ds),
        ethnic_group=_short(ds, "EthnicGroup"),
        comments=text_of(ds, "PatientComments"),
        species=species[0] if species else None,
        species_description=description,
        breeds=breeds,
        breed_description=breed_description,
        breed_registrations=_registrations(ds),
        responsible_person=text_of(ds, "ResponsiblePerson"),
        responsible_person_role=_valid(ds, "ResponsiblePersonRole", "CS"),
        responsible_organization=_long(ds, "ResponsibleOrganization"),
        sex_neutered=neutered,
        age=_valid(ds, "PatientAge", "AS"),
        size_m=number_of(ds, "PatientSize"),
        weight_kg=number_of(ds, "PatientWeight"),
        history=text_of(ds, "AdditionalPatientHistory"),
        admitting_diagnoses=_long(ds, "AdmittingDiagnosesDescription"),
    )


def _other_ids(ds: Dataset) -> tuple[OtherPatientId, ...]:
    return tuple(
        OtherPatientId(
            text_of(item, "PatientID"),
            _term(item, "TypeOfPatientID", ("TEXT", "RFID", "BARCODE")) or "TEXT",
            text_of(item, "IssuerOfPatientID"),
        )
        for item in items_of(ds, "OtherPatientIDsSequence")
        if text_of(item, "PatientID")
    )


def _registrations(ds: Dataset) -> tuple[BreedRegistration, ...]:
    found = []
    for item in items_of(ds, "BreedRegistrationSequence"):
        registry = codes_of(item, "BreedRegistryCodeSequence")
        number = text_of(item, "BreedRegistrationNumber")
        if number and registry:
            found.append(BreedRegistration(number, registry[0]))
    return tuple(found)


def _read_order(ds: Dataset) -> Order:
    step = (*items_of(ds, "ScheduledProcedureStepSequence"), Dataset())[0]
    procedure_id = text_of(ds, "RequestedProcedureID")
    procedure = _long(ds, "RequestedProcedureDescription")
    procedure_codes = _complete(codes_of(ds, "RequestedProcedureCodeSequence"))
    if not procedure and procedure_codes:
        procedure = procedure_codes[0].meaning
    return Order(
        study_instance_uid=_valid(ds, "StudyInstanceUID", "UI"),
        study_id=text_of(ds, "StudyID") or procedure_id,
        accession_number=text_of(ds, "AccessionNumber"),
        referring_physician=text_of(ds, "ReferringPhysicianName"),
        requesting_physician=text_of(ds, "RequestingPhysician"),
        requested_procedure_id=procedure_id,
        requested_procedure_description=procedure,
        requested_procedure_codes=procedure_codes,
        reason=_long(ds, "ReasonForTheRequestedProcedure"),
        reason_codes=_complete(codes_of(ds, "ReasonForRequestedProcedureCodeSequence")),
        study_description=_long(ds, "StudyDescription") or procedure,
        referenced_studies=_referenced_studies(ds),
        step_id=text_of(step, "ScheduledProcedureStepID"),
        step_description=_long(step, "ScheduledProcedureStepDescription"),
        protocol_codes=_complete(codes_of(step, "ScheduledProtocolCodeSequence")),
        performing_physician=text_of(step, "ScheduledPerformingPhysicianName"),
        modality=_valid(step, "Modality", "CS"),
        station_ae=text_of(step, "ScheduledStationAETitle").split("\\")[0],
        station_name=_short(step, "ScheduledStationName").split("\\")[0],
        step_location=_short(step, "ScheduledProcedureStepLocation"),
        start_date=_date(step, "ScheduledProcedureStepStartDate"),
        start_time=_time(step, "ScheduledProcedureStepStartTime"),
    )


def _referenced_studies(ds: Dataset) -> tuple[tuple[str, str], ...]:
    pairs = (
        (
            _valid(item, "ReferencedSOPClassUID", "UI"),
            _valid(item, "ReferencedSOPInstanceUID", "UI"),
        )
        for item in items_of(ds, "ReferencedStudySequence")
    )
    return tuple(pair for pair in pairs if all(pair))


def _complete(codes: tuple[Code, ...]) -> tuple[Code, ...]:
    # A code without its scheme says nothing; one without a meaning gets its value, since an image needs one.
    return tuple(
        Code(code.value, code.scheme, code.meaning or code.value, code.version)
        for code in codes
        if code.scheme
    )


def _valid(ds: Dataset, keyword: str, vr: str) -> str:
    text = text_of(ds, keyword).split("\\")[0]
    return "" if fault(vr, text) else text


def _term(ds: Dataset, keyword: str, terms: tuple[str, ...]) -> str:
    text = text_of(ds, keyword).upper()
    return text if text in terms else ""


def _short(ds: Dataset, keyword: str) -> str:
    return text_of(ds, keyword)[:_LONGEST_SH].rstrip()


def _long(ds: Dataset, keyword: str) -> str:
    return text_of(ds, keyword)[:_LONGEST_LO].rstrip()


def _date(ds: Dataset, keyword: str) -> str:
    text = re.sub(r"[.\-/]", "", text_of(ds, keyword))
    return "" if fault("DA", text) else text


def _time(ds: Dataset, keyword: str) -> str:
    text = text_of(ds, keyword).replace(":", "")
    return "" if fault("TM", text) else text
