"""A worklist entry as one flat object of DICOM keywords, which is how files, command line and `--json` speak of it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydicom.datadict import dictionary_VR

from minipacs.dicom.codes import tables
from minipacs.dicom.model import Order, Patient, PatientKind
from minipacs.dicom.values import fault
from minipacs.orders import codes
from minipacs.orders.errors import BadOrder

Flat = Mapping[str, Any]
"""DICOM keyword -> text; a sequence is a list of objects, or a text as in minipacs.orders.codes."""

_PATIENT: Mapping[str, str] = MappingProxyType(
    {
        "PatientID": "identifier",
        "PatientName": "name",
        "IssuerOfPatientID": "issuer",
        "PatientBirthDate": "birth_date",
        "PatientSex": "sex",
        "PatientAge": "age",
        "PatientSize": "size_m",
        "PatientWeight": "weight_kg",
        "EthnicGroup": "ethnic_group",
        "PatientComments": "comments",
        "AdditionalPatientHistory": "history",
        "AdmittingDiagnosesDescription": "admitting_diagnoses",
        "PatientSpeciesDescription": "species_description",
        "PatientBreedDescription": "breed_description",
        "PatientSexNeutered": "sex_neutered",
        "ResponsiblePerson": "responsible_person",
        "ResponsiblePersonRole": "responsible_person_role",
        "ResponsibleOrganization": "responsible_organization",
    }
)
_ORDER: Mapping[str, str] = MappingProxyType(
    {
        "StudyInstanceUID": "study_instance_uid",
        "StudyID": "study_id",
        "StudyDescription": "study_description",
        "AccessionNumber": "accession_number",
        "ReferringPhysicianName": "referring_physician",
        "RequestingPhysician": "requesting_physician",
        "RequestedProcedureID": "requested_procedure_id",
        "RequestedProcedureDescription": "requested_procedure_description",
        "ReasonForTheRequestedProcedure": "reason",
        "Modality": "modality",
        "ScheduledStationAETitle": "station_ae",
        "ScheduledStationName": "station_name",
        "ScheduledProcedureStepLocation": "step_location",
        "ScheduledProcedureStepStartDate": "start_date",
        "ScheduledProcedureStepStartTime": "start_time",
        "ScheduledProcedureStepID": "step_id",
        "ScheduledProcedureStepDescription": "step_description",
        "ScheduledPerformingPhysicianName": "performing_physician",
    }
)
STATUS = "ScheduledProcedureStepStatus"
"""Told in a list, passed over in what is read: the worklist itself keeps it."""
REQUIRED = ("PatientID", "PatientName", "Modality")
_ALWAYS_SHOWN = (
    *("PatientID", "PatientName", "PatientBirthDate", "PatientSex"),
    *("StudyInstanceUID", "AccessionNumber", "RequestedProcedureID"),
    *("RequestedProcedureDescription", "Modality", "ScheduledStationAETitle"),
    *("ScheduledProcedureStepStartDate", "ScheduledProcedureStepStartTime"),
    *("ScheduledProcedureStepID", "ScheduledProcedureStepDescription"),
)
_TERMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "PatientSex": ("M", "F", "O"),
        "PatientSexNeutered": ("ALTERED", "UNALTERED"),
        "ResponsiblePersonRole": (
            *("OWNER", "PARENT", "CHILD", "SPOUSE", "SIBLING", "RELATIVE", "GUARDIAN"),
            *("CUSTODIAN", "AGENT", "INVESTIGATOR", "VETERINARIAN"),
        ),
    }
)
"""Enumerated and defined terms, PS3.3 C.7.1.1."""
_NUMBERS = ("PatientSize", "PatientWeight")


@dataclass(frozen=True)
class _Listed:
    """An attribute that is a sequence in DICOM."""

    of_patient: bool
    attribute: str
    read: Callable[[object], tuple[Any, ...]]
    show: Callable[[Any], Any]
    most: int = 0
    """How many there may be; 0 is any number."""


def _coded(of_patient: bool, attribute: str) -> _Listed:
    return _Listed(of_patient, attribute, codes.codes_from, codes.code_to)


_SEQUENCES: Mapping[str, _Listed] = MappingProxyType(
    {
        "OtherPatientIDsSequence": _Listed(
            True, "other_ids", codes.other_ids_from, codes.other_id_to
        ),
        "PatientSpeciesCodeSequence": _Listed(
            True,
            "species",
            lambda given: codes.codes_from(given, tables.species()),
            codes.code_to,
            most=1,
        ),
        "PatientBreedCodeSequence": _Listed(
            True,
            "breeds",
            lambda given: codes.codes_from(given, tables.breeds()),
            codes.code_to,
        ),
        "BreedRegistrationSequence": _Listed(
            True, "breed_registrations", codes.registrations_from, codes.registration_to
        ),
        "RequestedProcedureCodeSequence": _coded(False, "requested_procedure_codes"),
        "ReasonForRequestedProcedureCodeSequence": _coded(False, "reason_codes"),
        "ScheduledProtocolCodeSequence": _coded(False, "protocol_codes"),
        "ReferencedStudySequence": _Listed(
            False, "referenced_studies", codes.references_from, codes.reference_to
        ),
    }
)
KEYWORDS: tuple[str, ...] = (*_PATIENT, *_ORDER, *_SEQUENCES)
"""Everything that an order may say."""


def from_flat(flat: Flat) -> tuple[Patient, Order]:
    """The patient and order that a flat object says, all values checked.

    Dates may be written 2026-11-20 and times 10:30. What has a default (IDs, date) may be missing.

    Raises:
        BadOrder: with every mistake, each beginning with its keyword and without the value.
    """
    mistakes = _unknown(flat)
    patient: dict[str, Any] = {"name": "", "identifier": ""}
    order: dict[str, Any] = {"study_instance_uid": ""}
    for keywords, found in ((_PATIENT, patient), (_ORDER, order)):
        for keyword, attribute in keywords.items():
            value, why = _plain(keyword, flat.get(keyword))
            if why:
                mistakes.append(f"{keyword} {why}")
            elif value != "":
                found[attribute] = value
    for keyword, listed in _SEQUENCES.items():
        try:
            values = listed.read(flat.get(keyword))
        except ValueError as problem:
            mistakes.append(f"{keyword} {problem}")
            continue
        if listed.most and len(values) > listed.most:
            mistakes.append(f"{keyword} can be one code only")
        elif values:
            found = patient if listed.of_patient else order
            found[listed.attribute] = values[0] if listed.most else values
    mistakes += [f"{keyword} is missing" for keyword in REQUIRED if not flat.get(keyword)]
    if mistakes:
        raise BadOrder(mistakes)
    if _is_animal(patient):
        patient["kind"] = PatientKind.ANIMAL
    return Patient(**patient), Order(**order)


def to_flat(patient: Patient, order: Order, status: str = "") -> dict[str, Any]:
    """The inverse of `from_flat`: all that has a value, and the usual keywords also when empty."""
    flat: dict[str, Any] = {}
    for keywords, source in ((_PATIENT, patient), (_ORDER, order)):
        for keyword, attribute in keywords.items():
            value = getattr(source, attribute)
            if keyword in _ALWAYS_SHOWN or value not in ("", None):
                flat[keyword] = value
    for keyword, listed in _SEQUENCES.items():
        value = getattr(patient if listed.of_patient else order, listed.attribute)
        values = (value,) if listed.most and value is not None else value or ()
        if values:
            flat[keyword] = [listed.show(one) for one in values]
    if status:
        flat[STATUS] = status
    return flat


def _unknown(flat: Flat) -> list[str]:
    mistakes = []
    for keyword in flat:
        if keyword in KEYWORDS or keyword == STATUS:
            continue
        near = difflib.get_close_matches(str(keyword), KEYWORDS, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        mistakes.append(f"{str(keyword)[:64]} is not a keyword of a worklist entry{hint}")
    return mistakes


def _plain(keyword: str, given: object) -> tuple[Any, str]:
    """(the value as it is kept, what is wrong with it)."""
    if given is None:
        return "", ""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return "", "must be a text"
    text = _spelled(keyword, str(given).strip())
    if not text:
        return "", ""
    why = fault(dictionary_VR(keyword), text)
    if not why and "\x1b" in text:
        # DICOM allows ESC to switch character sets; here all text is Unicode, so it can only be an attack.
        why = "must have no control characters"
    terms = _TERMS.get(keyword)
    if not why and terms is not None and text not in terms:
        why = f"must be one of {', '.join(terms)}"
    if why:
        return "", why
    return (float(text) if keyword in _NUMBERS else text), ""


def _spelled(keyword: str, text: str) -> str:
    vr = dictionary_VR(keyword)
    if vr == "DA":
        match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
        return "".join(match.groups()) if match else text
    if vr == "TM":
        return text.replace(":", "") if re.fullmatch(r"\d{2}(:\d{2}){1,2}", text) else text
    return text.upper() if vr == "CS" else text


def _is_animal(patient: Mapping[str, Any]) -> bool:
    return any(
        patient.get(attribute)
        for attribute in (
            *("species", "species_description", "breeds", "breed_description"),
            *("breed_registrations", "sex_neutered"),
        )
    )
