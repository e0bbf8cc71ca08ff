"""The contained resources of an ImagingStudy: who and what it speaks of."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.part10 import text_of
from minipacs.fhir.elements import (
    Json,
    compact,
    concept,
    date,
    human_names,
    items,
)

_ANIMAL = "http://hl7.org/fhir/StructureDefinition/patient-animal"
_GENDER_STATUS = "http://hl7.org/fhir/animal-genderstatus"
_IDENTIFIER_TYPE = "http://terminology.hl7.org/CodeSystem/v2-0203"
_SEX = {"M": "male", "F": "female", "O": "other"}
_NEUTERED = {"ALTERED": "neutered", "UNALTERED": "intact"}


class Contained:
    """Collects contained resources; the same one is kept once."""

    def __init__(self) -> None:
        self.resources: list[Json] = []

    def add(self, prefix: str, resource: Json) -> Json:
        """A Reference to a resource, which gets an id of `prefix` and a number."""
        for known in self.resources:
            if {**known, "id": ""} == {**resource, "id": ""}:
                return {"reference": f"#{known['id']}"}
        number = 1 + sum(known["id"].startswith(prefix) for known in self.resources)
        identifier = prefix if prefix == "subject" else f"{prefix}-{number}"
        kind = {"resourceType": resource["resourceType"], "id": identifier}
        self.resources.append({**kind, **resource})
        return {"reference": f"#{identifier}"}

    def person(self, prefix: str, name: str) -> Json:
        """A Reference to a Practitioner of a name."""
        return self.add(prefix, {"resourceType": "Practitioner", "name": human_names(name)})


def subject(ds: Dataset) -> Json:
    """Who or what was imaged: Patient for a person or an animal, Device for a component under inspection."""
    if is_component(ds):
        return compact(
            {
                "resourceType": "Device",
                "identifier": _identifiers(ds),
                "displayName": text_of(ds, "PatientName").replace("^", " ").strip(),
                "manufacturer": text_of(ds, "ComponentManufacturer"),
                "manufactureDate": date(text_of(ds, "PatientBirthDate")),
            }
        )
    return compact(
        {
            "resourceType": "Patient",
            "extension": _animal(ds),
            "identifier": _identifiers(ds),
            "name": human_names(text_of(ds, "PatientName")),
            "gender": _SEX.get(text_of(ds, "PatientSex"), ""),
            "birthDate": date(text_of(ds, "PatientBirthDate")),
            "contact": _contacts(ds),
        }
    )


def is_component(ds: Dataset) -> bool:
    """Whether the object is of a thing under inspection.

    Group 0014 holds the DICONDE attributes (ASTM E2339); a phantom says YES to Quality Control Subject.
    """
    has_diconde = any(tag.group == 0x0014 for tag in ds.keys())  # noqa: SIM118 - no value is decoded
    return has_diconde or text_of(ds, "QualityControlSubject") == "YES"


def _identifiers(ds: Dataset) -> list[Json]:
    found = [_identifier(ds, "MR")]
    found += [_identifier(item, "") for item in items(ds, "OtherPatientIDsSequence")]
    return [identifier for identifier in found if identifier.get("value")]


def _identifier(ds: Dataset, kind: str) -> Json:
    issuer = text_of(ds, "IssuerOfPatientID")
    system = ""
    for item in items(ds, "IssuerOfPatientIDQualifiersSequence"):
        if text_of(item, "UniversalEntityIDType") == "ISO" and text_of(item, "UniversalEntityID"):
            system = f"urn:oid:{text_of(item, 'UniversalEntityID')}"
    type_ = {"coding": [{"system": _IDENTIFIER_TYPE, "code": kind}]} if kind else {}
    if not kind:
        type_ = compact({"text": text_of(ds, "TypeOfPatientID")})
    return compact(
        {
            "type": type_,
            "system": system,
            "value": text_of(ds, "PatientID"),
            "assigner": compact({"display": issuer}),
        }
    )


def _animal(ds: Dataset) -> list[Json]:
    species = _concept_of(ds, "PatientSpeciesCodeSequence", "PatientSpeciesDescription")
    if not species:
        return []
    parts = [{"url": "species", "valueCodeableConcept": species}]
    breeds = [concept(item) for item in items(ds, "PatientBreedCodeSequence")]
    if (
        len(breeds) > 1
    ):  # several items are a mix of these, and the extension has room for one concept
        breed = {
            "coding": [code for one in breeds for code in one.get("coding", [])],
            "text": ", ".join(one.get("text", "") for one in breeds),
        }
    else:
        breed = _concept_of(ds, "PatientBreedCodeSequence", "PatientBreedDescription")
    if breed:
        parts.append({"url": "breed", "valueCodeableConcept": breed})
    status = _NEUTERED.get(text_of(ds, "PatientSexNeutered"), "")
    if status:
        code = {"system": _GENDER_STATUS, "code": status, "display": status.capitalize()}
        parts.append({"url": "genderStatus", "valueCodeableConcept": {"coding": [code]}})
    return [{"url": _ANIMAL, "extension": parts}]


def _concept_of(ds: Dataset, sequence: str, description: str) -> Json:
    for item in items(ds, sequence):
        if found := concept(item):
            return found
    return compact({"text": text_of(ds, description)})


def _contacts(ds: Dataset) -> list[Json]:
    person = human_names(text_of(ds, "ResponsiblePerson"))
    role = text_of(ds, "ResponsiblePersonRole").capitalize()
    organization = text_of(ds, "ResponsibleOrganization")
    contact = compact(
        {
            "relationship": [{"text": role}] if role else [],
            "name": person[0] if person else {},
            "organization": compact({"display": organization}),
        }
    )
    return [contact] if person or organization else []


def accession(ds: Dataset) -> Json:
    """A Reference by identifier to the order that the Accession Number stands for; empty without one."""
    number = text_of(ds, "AccessionNumber")
    if not number:
        return {}
    system = ""
    for item in items(ds, "IssuerOfAccessionNumberSequence"):
        if text_of(item, "UniversalEntityIDType") == "ISO" and text_of(item, "UniversalEntityID"):
            system = f"urn:oid:{text_of(item, 'UniversalEntityID')}"
    identifier = {
        "type": {"coding": [{"system": _IDENTIFIER_TYPE, "code": "ACSN"}]},
        "system": system,
        "value": number,
    }
    return {"type": "ServiceRequest", "identifier": compact(identifier)}
