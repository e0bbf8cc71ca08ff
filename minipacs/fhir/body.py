"""What was imaged, as far as all objects of a series agree on it."""

from __future__ import annotations

from minipacs.dicom.part10 import text_of
from minipacs.fhir.elements import SNOMED, Json, agreed, concept, items
from minipacs.fhir.facts import SeriesFacts

_SIDES = {
    "R": {"system": SNOMED, "code": "24028007", "display": "Right"},
    "L": {"system": SNOMED, "code": "7771000", "display": "Left"},
    "B": {"system": SNOMED, "code": "51440002", "display": "Right and left"},
}


def region(series: SeriesFacts) -> Json:
    """The anatomic region as CodeableConcept; empty when the objects differ or say none."""
    found = []
    for ds in series.objects:
        regions = [concept(item) for item in items(ds, "AnatomicRegionSequence")]
        part = text_of(ds, "BodyPartExamined")
        found.append(regions[0] if regions else ({"text": part} if part else {}))
    return found[0] if all(one == found[0] for one in found) else {}


def side(series: SeriesFacts) -> Json:
    """The laterality as CodeableConcept; empty when the objects differ or are of no side."""
    letter = agreed(
        text_of(ds, "Laterality") or text_of(ds, "ImageLaterality") for ds in series.objects
    )
    return {"coding": [_SIDES[letter]]} if letter in _SIDES else {}
