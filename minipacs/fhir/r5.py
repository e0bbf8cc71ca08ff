"""FHIR R5 (5.0.0)."""

from __future__ import annotations

from pydicom.uid import UID

from minipacs.fhir import body
from minipacs.fhir.elements import Json, compact
from minipacs.fhir.facts import SeriesFacts
from minipacs.fhir.release import Release
from minipacs.fhir.resources import Contained


class _R5:
    def sop_class(self, uid: str) -> Json:
        known = UID(uid)
        name = known.name if known.name != uid else ""
        return compact({"system": "urn:ietf:rfc:3986", "code": f"urn:oid:{uid}", "display": name})

    def procedures(self, concepts: list[Json], contained: Contained) -> list[Json]:
        return [{"concept": concept} for concept in concepts]

    def body_site(self, series: SeriesFacts, contained: Contained) -> Json:
        region = body.region(series)
        site = {"concept": region} if region else {}
        return {"bodySite": site, "laterality": body.side(series)}


def release() -> Release:
    """The published release."""
    return Release("R5", "5.0.0", _R5())
