"""FHIR R6, as of its third ballot (6.0.0-ballot3): not final, and written by hand from its pages.

Against R5: `sopClass` is an oid, `procedure` references a Procedure, `partOf` and `series.laterality` are gone (the
side stands in a BodyStructure).
"""

from __future__ import annotations

from minipacs.fhir import body
from minipacs.fhir.elements import Json, compact
from minipacs.fhir.facts import SeriesFacts
from minipacs.fhir.release import Release
from minipacs.fhir.resources import Contained

_SUBJECT = {"reference": "#subject"}


class _R6:
    def sop_class(self, uid: str) -> str:
        return f"urn:oid:{uid}"

    def procedures(self, concepts: list[Json], contained: Contained) -> list[Json]:
        return [
            contained.add(
                "procedure",
                {
                    "resourceType": "Procedure",
                    # What became of the procedure is not known from its images.
                    "status": "unknown",
                    "code": concept,
                    "subject": _SUBJECT,
                },
            )
            for concept in concepts
        ]

    def body_site(self, series: SeriesFacts, contained: Contained) -> Json:
        region, side = body.region(series), body.side(series)
        if not region:
            return {}
        site: Json = {"concept": region}
        is_patient = contained.resources[0]["resourceType"] == "Patient"
        if side and is_patient:  # a BodyStructure is a patient's
            structure = {
                "resourceType": "BodyStructure",
                "includedStructure": [compact({"structure": region, "laterality": side})],
                "patient": _SUBJECT,
            }
            site["reference"] = contained.add("structure", structure)
        return {"bodySite": site}


def release() -> Release:
    """The pinned ballot."""
    return Release("R6", "6.0.0-ballot3", _R6())
