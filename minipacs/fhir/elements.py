"""FHIR data types out of DICOM values. Nothing here is ever empty: what has no value is left out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydicom.dataset import Dataset

from minipacs.dicom.part10 import text_of

Json = dict[str, Any]

DICOM_UID = "urn:dicom:uid"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
SNOMED = "http://snomed.info/sct"
_SYSTEMS: Mapping[str, str] = {
    "DCM": DCM,
    "SCT": SNOMED,
    "LN": "http://loinc.org",
    "UCUM": "http://unitsofmeasure.org",
    "RADLEX": "http://www.radlex.org",
    "I10": "http://hl7.org/fhir/sid/icd-10",
    "CDT": "http://www.ada.org/cdt",
}
_REPRESENTATION = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation"
_MODALITIES: Mapping[str, str] = {
    "IO": "Intra-oral Radiography",
    "DX": "Digital Radiography",
    "PX": "Panoramic X-Ray",
    "CR": "Computed Radiography",
    "XC": "External-camera Photography",
    "ES": "Endoscopy",
    "US": "Ultrasound",
    "OT": "Other",
    "PR": "Presentation State",
    "SR": "Structured Report Document",
    "KO": "Key Object Selection",
    "DOC": "Document",
}
_TIME = re.compile(r"(\d{2})(\d{2})?(\d{2})?(?:\.(\d{1,6}))?\Z")
_OFFSET = re.compile(r"([+-]\d{2})(\d{2})\Z")


def compact(value: Json) -> Json:
    """The same object without the members that are empty, at this level."""
    return {key: item for key, item in value.items() if item not in ("", None, [], {})}


def date(text: str) -> str:
    """DA as FHIR date; empty when it is none."""
    try:
        return dt.datetime.strptime(text, "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return ""


def date_time(day: str, time: str, offset: str) -> str:
    """DA, TM and Timezone Offset From UTC as FHIR dateTime.

    A FHIR time must have a zone. Where the object names none, only the date is true.
    """
    on = date(day)
    clock, zone = _TIME.match(time), _OFFSET.match(offset)
    if not on or clock is None or zone is None:
        return on
    hour, minute, second, fraction = (clock[n] or "" for n in (1, 2, 3, 4))
    if int(hour) > 23 or int(minute or 0) > 59 or int(second or 0) > 59:
        return on
    decimals = f".{fraction.rstrip('0')}" if fraction.rstrip("0") else ""
    return f"{on}T{hour}:{minute or '00'}:{second or '00'}{decimals}{zone[1]}:{zone[2]}"


def unsigned(text: str) -> int | None:
    """IS as unsignedInt; None when it is none or negative."""
    try:
        number = int(text)
    except ValueError:
        return None
    return number if 0 <= number < 2**31 else None


def coding(code: str, scheme: str, meaning: str, version: str = "") -> Json:
    """A Coding; a scheme that FHIR has no URI for gives none."""
    return compact(
        {
            "system": _SYSTEMS.get(scheme, ""),
            "version": version if scheme in _SYSTEMS else "",
            "code": code,
            "display": meaning,
        }
    )


def concepts(ds: Dataset, keyword: str) -> list[Json]:
    """The items of a code sequence as CodeableConcepts."""
    return [found for item in items(ds, keyword) if (found := concept(item))]


def concept(item: Dataset) -> Json:
    """One code item as CodeableConcept; empty when it has no code and no meaning."""
    code = next(
        (text for key in ("CodeValue", "LongCodeValue", "URNCodeValue") if (text := text_of(item, key))),
        "",
    )  # fmt: skip
    meaning = text_of(item, "CodeMeaning")
    version = text_of(item, "CodingSchemeVersion")
    made = coding(code, text_of(item, "CodingSchemeDesignator"), meaning, version) if code else {}
    return compact({"coding": [made] if made else [], "text": meaning})


def items(ds: Dataset, keyword: str) -> list[Dataset]:
    """The items of a sequence; none when it is absent or is no sequence."""
    value = ds.get(keyword)
    if value is None or isinstance(value, str | bytes):
        return []
    return [item for item in value if isinstance(item, Dataset)]


def modality(code: str) -> Json:
    """Modality (0008,0060) as CodeableConcept."""
    return {"coding": [coding(code, "DCM", _MODALITIES.get(code, ""))]}


def human_names(text: str) -> list[Json]:
    """PN as HumanNames, one for each of its groups (alphabetic, ideographic, phonetic). PS3.5 6.2.1."""
    found = []
    for group, representation in zip(text.split("=")[:3], ("ABC", "IDE", "SYL"), strict=False):
        family, given, middle, prefix, suffix = [*group.split("^"), "", "", "", "", ""][:5]
        whole = " ".join(part for part in (prefix, given, middle, family, suffix) if part.strip())
        if not whole:
            continue
        name = compact(
            {
                "text": whole,
                "family": family.strip(),
                "given": [part.strip() for part in (given, middle) if part.strip()],
                "prefix": _list(prefix),
                "suffix": _list(suffix),
            }
        )
        if "=" in text:
            name = {"extension": [{"url": _REPRESENTATION, "valueCode": representation}], **name}
        found.append(name)
    return found


def people(text: str) -> list[str]:
    """The names of a PN with several values."""
    return [name for name in text.split("\\") if name.strip(" ^=")]


def _list(text: str) -> list[str]:
    return [text.strip()] if text.strip() else []


def agreed(values: Iterable[str]) -> str:
    """The one value that all have; empty when they differ."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else ""
