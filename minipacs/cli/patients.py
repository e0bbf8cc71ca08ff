"""Options that describe a patient and what is asked for, shared by all commands that need them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minipacs.orders.errors import BadOrder

Option = tuple[str, str, str]
"""(option, DICOM keyword, what it is)."""

PATIENT: tuple[Option, ...] = (
    ("--patient-id", "PatientID", "identifier of the patient"),
    ("--patient-name", "PatientName", "Family^Given, ideographic and phonetic groups after ="),
    ("--issuer", "IssuerOfPatientID", "who gave the identifier"),
    ("--other-id", "OtherPatientIDsSequence", "ID^KIND^ISSUER, kind TEXT, RFID (microchip) or BARCODE"),
    ("--birth-date", "PatientBirthDate", "YYYYMMDD or YYYY-MM-DD"),
    ("--sex", "PatientSex", "M, F or O"),
    ("--age", "PatientAge", "for example 034Y"),
    ("--size", "PatientSize", "height in metres"),
    ("--weight", "PatientWeight", "in kilograms"),
    ("--ethnic-group", "EthnicGroup", ""),
    ("--comments", "PatientComments", "about the patient"),
    ("--history", "AdditionalPatientHistory", ""),
    ("--diagnoses", "AdmittingDiagnosesDescription", ""),
    ("--species", "PatientSpeciesCodeSequence", "dog, cat, horse ... or VALUE^SCHEME^MEANING"),
    ("--species-description", "PatientSpeciesDescription", "in words"),
    ("--breed", "PatientBreedCodeSequence", "beagle ... or VALUE^SCHEME^MEANING; several with ;"),
    ("--breed-description", "PatientBreedDescription", "in words"),
    ("--breed-registration", "BreedRegistrationSequence", "NUMBER^REGISTRY"),
    ("--neutered", "PatientSexNeutered", "ALTERED or UNALTERED"),
    ("--owner", "ResponsiblePerson", "responsible person, Family^Given"),
    ("--owner-role", "ResponsiblePersonRole", "OWNER, PARENT, GUARDIAN, VETERINARIAN ..."),
    ("--owner-organization", "ResponsibleOrganization", ""),
)  # fmt: skip
ORDER: tuple[Option, ...] = (
    ("--accession-number", "AccessionNumber", ""),
    ("--study-uid", "StudyInstanceUID", "a new one by default"),
    ("--study-id", "StudyID", ""),
    ("--study-description", "StudyDescription", ""),
    ("--referenced-study", "ReferencedStudySequence", "SOPCLASS^SOPINSTANCE"),
    ("--referring-physician", "ReferringPhysicianName", ""),
    ("--requesting-physician", "RequestingPhysician", ""),
    ("--procedure-id", "RequestedProcedureID", "the step ID by default"),
    ("--procedure", "RequestedProcedureDescription", "what is asked for, in words"),
    ("--procedure-code", "RequestedProcedureCodeSequence", "VALUE^SCHEME^MEANING"),
    ("--reason", "ReasonForTheRequestedProcedure", "in words"),
    ("--reason-code", "ReasonForRequestedProcedureCodeSequence", "VALUE^SCHEME^MEANING"),
)  # fmt: skip


def add_options(
    parser: argparse.ArgumentParser, options: Sequence[Option], *, required: Sequence[str] = ()
) -> None:
    """Add options; each value is found in the namespace under its keyword."""
    for option, keyword, meaning in options:
        parser.add_argument(
            option,
            dest=keyword,
            metavar="TEXT",
            required=keyword in required,
            help=meaning or keyword,
        )


def given(args: argparse.Namespace, options: Sequence[Option]) -> dict[str, str]:
    """What a person gave, by keyword: the flat object of minipacs.orders.flat."""
    found = {keyword: getattr(args, keyword, None) for _, keyword, _ in options}
    return {keyword: value for keyword, value in found.items() if value is not None}


def in_words(problem: BadOrder, options: Sequence[Option]) -> str:
    """The mistakes as a sentence that names the options a person typed, not the keywords."""
    names = {keyword: option for option, keyword, _ in options}
    found = []
    for mistake in problem.mistakes:
        keyword, _, rest = mistake.partition(" ")
        found.append(f"{names.get(keyword, keyword)} {rest}")
    return "; ".join(found)
