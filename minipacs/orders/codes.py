"""Coded values as a person or a table writes them: `value^scheme^meaning`, a key of our tables, or a JSON object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minipacs.dicom.codes import tables
from minipacs.dicom.model import BreedRegistration, Code, OtherPatientId

SEPARATOR = ";"
"""Between several coded values in one text."""
ID_KINDS = ("TEXT", "RFID", "BARCODE")


def codes_from(given: object, known: Mapping[str, Code] | None = None) -> tuple[Code, ...]:
    """The codes of a text, a JSON object or a list of these.

    Args:
        known: a table of ours whose keys may stand for a code, such as `dog`.

    Raises:
        ValueError: with the reason, without the value.
    """
    return tuple(_code(one, known or {}) for one in _parts(given))


def code_to(code: Code) -> dict[str, str]:
    """A code as a JSON object with the keywords of PS3.3 8.8."""
    found = {
        "CodeValue": code.value,
        "CodingSchemeDesignator": code.scheme,
        "CodingSchemeVersion": code.version,
        "CodeMeaning": code.meaning,
    }
    return {key: value for key, value in found.items() if value}


def other_ids_from(given: object) -> tuple[OtherPatientId, ...]:
    """Further identifiers: `value^kind^issuer` with kind TEXT, RFID or BARCODE, or objects as in Other Patient IDs.

    Raises:
        ValueError: with the reason.
    """
    found = []
    for one in _parts(given):
        if isinstance(one, Mapping):
            keywords = ("PatientID", "TypeOfPatientID", "IssuerOfPatientID")
            value, kind, issuer = (str(one.get(key) or "") for key in keywords)
        else:
            value, kind, issuer = (*(part.strip() for part in str(one).split("^")), "", "", "")[:3]
        kind = kind.upper() or "TEXT"
        if not value or kind not in ID_KINDS:
            raise ValueError(f"must be IDENTIFIER^KIND^ISSUER with kind {', '.join(ID_KINDS)}")
        found.append(OtherPatientId(value, kind, issuer))
    return tuple(found)


def other_id_to(other: OtherPatientId) -> dict[str, str]:
    """The inverse of `other_ids_from`, as an object."""
    found = {
        "PatientID": other.identifier,
        "TypeOfPatientID": other.kind,
        "IssuerOfPatientID": other.issuer,
    }
    return {key: value for key, value in found.items() if value}


def registrations_from(given: object) -> tuple[BreedRegistration, ...]:
    """Entries in breeders' registers: `number^registry`, registry a key of our table or `value^scheme^meaning`.

    Raises:
        ValueError: with the reason.
    """
    found = []
    for one in _parts(given):
        if isinstance(one, Mapping):
            number = str(one.get("BreedRegistrationNumber") or "")
            registry: object = one.get("BreedRegistryCodeSequence") or ""
        else:
            number, _, registry = (part.strip() for part in str(one).partition("^"))
        codes = codes_from(registry, tables.registries())
        if not number or len(codes) != 1:
            raise ValueError("must be NUMBER^REGISTRY")
        found.append(BreedRegistration(number, codes[0]))
    return tuple(found)


def registration_to(entry: BreedRegistration) -> dict[str, Any]:
    """The inverse of `registrations_from`, as an object."""
    return {
        "BreedRegistrationNumber": entry.number,
        "BreedRegistryCodeSequence": [code_to(entry.registry)],
    }


def references_from(given: object) -> tuple[tuple[str, str], ...]:
    """References to studies: `SOP class^SOP instance`, or objects as in Referenced Study Sequence.

    Raises:
        ValueError: with the reason.
    """
    found = []
    for one in _parts(given):
        if isinstance(one, Mapping):
            keywords = ("ReferencedSOPClassUID", "ReferencedSOPInstanceUID")
            pair = tuple(str(one.get(key) or "") for key in keywords)
        else:
            pair = tuple(part.strip() for part in str(one).split("^"))
        if len(pair) != 2 or not all(pair):
            raise ValueError("must be SOPCLASS^SOPINSTANCE")
        found.append((pair[0], pair[1]))
    return tuple(found)


def reference_to(pair: tuple[str, str]) -> dict[str, str]:
    """The inverse of `references_from`, as an object."""
    return {"ReferencedSOPClassUID": pair[0], "ReferencedSOPInstanceUID": pair[1]}


def _code(one: object, known: Mapping[str, Code]) -> Code:
    if isinstance(one, Mapping):
        keywords = ("CodeValue", "CodingSchemeDesignator", "CodeMeaning", "CodingSchemeVersion")
        parts = [str(one.get(key) or "") for key in keywords]
    else:
        text = str(one).strip()
        if text.lower() in known:
            return known[text.lower()]
        parts = [part.strip() for part in text.split("^")]
    if len(parts) == 2:
        parts.append(parts[0])
    if not 3 <= len(parts) <= 4 or not all(parts[:3]):
        keys = f", or one of {', '.join(known)}" if 0 < len(known) <= 20 else ""
        raise ValueError(f"must be a code as VALUE^SCHEME^MEANING{keys}")
    if len(parts[0]) > 16 or len(parts[1]) > 16 or len(parts[2]) > 64:
        raise ValueError(
            "has a code value or scheme of over 16, or a meaning of over 64 characters"
        )
    return Code(*parts)


def _parts(given: object) -> list[object]:
    if given is None or given == "":
        return []
    if isinstance(given, str):
        return [part.strip() for part in given.split(SEPARATOR) if part.strip()]
    if isinstance(given, Mapping):
        return [given]
    if isinstance(given, list | tuple):
        return list(given)
    raise ValueError("must be a text, an object or a list of these")
