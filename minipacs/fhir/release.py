"""What differs between releases of FHIR, as the writer of an ImagingStudy asks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from minipacs.fhir.elements import Json
from minipacs.fhir.facts import SeriesFacts
from minipacs.fhir.resources import Contained


class Dialect(Protocol):
    """The elements that change from release to release."""

    def sop_class(self, uid: str) -> Json | str:
        """`series.instance.sopClass`."""

    def procedures(self, concepts: list[Json], contained: Contained) -> list[Json]:
        """`procedure`."""

    def body_site(self, series: SeriesFacts, contained: Contained) -> Json:
        """The elements of a series that say what was imaged: `bodySite` and, if there is one, `laterality`."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release of FHIR that can be written."""

    name: str
    version: str
    """The published version that this follows."""
    dialect: Dialect
