"""An ImagingStudy of a study of the archive. The mapping is that of FHIR's own DICOM page, its typos mended."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pydicom.dataset import Dataset

import minipacs.fhir
from minipacs.dicom.part10 import text_of
from minipacs.fhir.elements import (
    DICOM_UID,
    Json,
    compact,
    concepts,
    date_time,
    items,
    modality,
    people,
    unsigned,
)
from minipacs.fhir.facts import Images, SeriesFacts, StudyFacts, gather
from minipacs.fhir.release import Release
from minipacs.fhir.resources import Contained, accession, subject

_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_FUNCTIONS = {"PRF": "performer", "SPRF": "secondary performer"}
_MODULE = re.compile(r"r\d+\Z")


class UnknownStudy(LookupError):
    """The archive has no such study."""

    def __init__(self, study_uid: str) -> None:
        super().__init__(f"the archive has no study {study_uid[:64]}")
        self.study_uid = study_uid


class MixedStudy(LookupError):
    """Objects of two patients came with this Study Instance UID; one resource has one subject."""

    def __init__(self, study_uid: str) -> None:
        super().__init__(
            f"study {study_uid[:64]} has images of more than one patient; correct it in the archive first"
        )
        self.study_uid = study_uid


class UnknownRelease(LookupError):
    """No such release of FHIR can be written."""

    def __init__(self, release: str) -> None:
        super().__init__(
            f"FHIR {release[:16]!r} cannot be written; choose one of {', '.join(releases())}"
        )
        self.release = release


@cache
def releases() -> Mapping[str, Release]:
    """The releases that can be written, by name; each is one module of this package.

    Raises:
        ValueError: two modules give the same name.
    """
    found: dict[str, Release] = {}
    for module in sorted(pkgutil.iter_modules(minipacs.fhir.__path__), key=lambda info: info.name):
        if not _MODULE.match(module.name):
            continue
        release: Release = importlib.import_module(f"minipacs.fhir.{module.name}").release()
        if release.name in found:
            raise ValueError(f"two releases are called {release.name}")
        found[release.name] = release
    return MappingProxyType(found)


def imaging_study(archive: Images, study_uid: str, *, release: str = "R5") -> Json:
    """The study as an ImagingStudy resource: the same bytes for the same study each time, nothing empty in it.

    Raises:
        UnknownStudy, UnknownRelease: there is no such thing.
        Unreadable: a stored object cannot be read.
    """
    chosen = releases().get(release.strip().upper())
    if chosen is None:
        raise UnknownRelease(release)
    if (
        len(
            {
                (row.patient_id, row.issuer, row.patient_name)
                for row in archive.instances(study=study_uid)
            }
        )
        > 1
    ):
        raise MixedStudy(study_uid)
    facts = gather(archive, study_uid)
    if facts is None:
        raise UnknownStudy(study_uid)
    return _Writer(facts, chosen).write()


class _Writer:
    def __init__(self, facts: StudyFacts, release: Release) -> None:
        self._facts = facts
        self._dialect = release.dialect
        self._contained = Contained()

    def write(self) -> Json:
        facts, ds, contained = self._facts, self._facts.first, self._contained
        who = contained.add("subject", subject(ds))
        order = accession(ds)
        procedures = self._dialect.procedures(concepts(ds, "ProcedureCodeSequence"), contained)
        referrers = people(text_of(ds, "ReferringPhysicianName"))
        department = text_of(ds, "InstitutionalDepartmentName")
        body = {
            "identifier": self._identifiers(),
            "status": "available",
            "modality": [modality(code) for code in self._modalities()],
            "subject": who,
            "started": _started(ds, "Study"),
            "basedOn": [order] if order else [],
            "referrer": contained.person("referrer", referrers[0]) if referrers else {},
            "numberOfSeries": len(facts.series),
            "numberOfInstances": sum(len(series.objects) for series in facts.series),
            "procedure": procedures,
            "location": contained.add("location", {"resourceType": "Location", "name": department})
            if department
            else {},
            "reason": self._reasons(),
            "description": text_of(ds, "StudyDescription"),
            "series": [self._series(series) for series in facts.series],
        }
        head = {"resourceType": "ImagingStudy", "id": facts.uid, "contained": contained.resources}
        return compact({**head, **body})

    def _identifiers(self) -> list[Json]:
        study_id = text_of(self._facts.first, "StudyID")
        found = [{"system": DICOM_UID, "value": f"urn:oid:{self._facts.uid}"}]
        if study_id:
            found.append({"type": {"text": "Study ID"}, "value": study_id})  # type: ignore[dict-item]
        return found

    def _modalities(self) -> list[str]:
        return sorted({text_of(series.first, "Modality") or "OT" for series in self._facts.series})

    def _reasons(self) -> list[Json]:
        found: list[Json] = []
        for series in self._facts.series:
            for ds in (*items(series.first, "RequestAttributesSequence"), series.first):
                for concept in concepts(ds, "ReasonForRequestedProcedureCodeSequence"):
                    if {"concept": concept} not in found:
                        found.append({"concept": concept})
                text = text_of(ds, "ReasonForTheRequestedProcedure")
                if text and {"concept": {"text": text}} not in found:
                    found.append({"concept": {"text": text}})
        return found

    def _series(self, series: SeriesFacts) -> Json:
        ds = series.first
        return compact(
            {
                "uid": series.uid,
                "number": unsigned(text_of(ds, "SeriesNumber")),
                "modality": modality(text_of(ds, "Modality") or "OT"),
                "description": text_of(ds, "SeriesDescription"),
                "numberOfInstances": len(series.objects),
                **self._dialect.body_site(series, self._contained),
                "started": _started(ds, "Series"),
                "performer": self._performers(ds),
                "instance": [self._instance(instance) for instance in series.objects],
            }
        )

    def _instance(self, ds: Dataset) -> Json:
        title = text_of(ds, "DocumentTitle") or text_of(ds, "ImageType").rstrip("\\")
        return compact(
            {
                "uid": text_of(ds, "SOPInstanceUID"),
                "sopClass": self._dialect.sop_class(text_of(ds, "SOPClassUID")),
                "number": unsigned(text_of(ds, "InstanceNumber")),
                "title": title,
            }
        )

    def _performers(self, ds: Dataset) -> list[Json]:
        contained = self._contained
        physicians = people(text_of(ds, "PerformingPhysicianName"))
        operators = people(text_of(ds, "OperatorsName"))
        found = [("PRF", contained.person("practitioner", name)) for name in physicians]
        helping = "SPRF" if physicians else "PRF"
        found += [(helping, contained.person("practitioner", name)) for name in operators]
        device = compact(
            {
                "resourceType": "Device",
                "manufacturer": text_of(ds, "Manufacturer"),
                "serialNumber": text_of(ds, "DeviceSerialNumber"),
                "modelNumber": text_of(ds, "ManufacturerModelName"),
            }
        )
        if len(device) > 1:
            found.append(("PRF", contained.add("device", device)))
        institution = text_of(ds, "InstitutionName")
        if institution:
            named = {"resourceType": "Organization", "name": institution}
            found.append(("PRF", contained.add("organization", named)))
        return [
            {
                "function": {
                    "coding": [
                        {"system": _PARTICIPATION, "code": code, "display": _FUNCTIONS[code]}
                    ]
                },
                "actor": actor,
            }
            for code, actor in found
        ]


def _started(ds: Dataset, level: str) -> str:
    day, time = text_of(ds, f"{level}Date"), text_of(ds, f"{level}Time")
    return date_time(day, time, text_of(ds, "TimezoneOffsetFromUTC"))
