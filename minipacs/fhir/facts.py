"""What a study of the archive says, gathered from its objects: plain values, still in DICOM's terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydicom.dataset import Dataset

from minipacs.archive.rows import InstanceRow
from minipacs.dicom import part10
from minipacs.dicom.part10 import text_of


class Images(Protocol):
    """What is needed of an archive."""

    def instances(self, *, study: str = "") -> Sequence[InstanceRow]:
        """The instances of a study."""

    def path_of(self, sop_instance_uid: str) -> Path:
        """Where an object is."""


@dataclass(slots=True)
class SeriesFacts:
    """A series and the headers of its objects, in the order of their numbers."""

    uid: str
    objects: list[Dataset] = field(default_factory=list)

    @property
    def first(self) -> Dataset:
        """The object that speaks for the series."""
        return self.objects[0]


@dataclass(slots=True)
class StudyFacts:
    """A study and its series, in the order of their numbers."""

    uid: str
    series: list[SeriesFacts]

    @property
    def first(self) -> Dataset:
        """The object that speaks for the study."""
        return self.series[0].first


def gather(archive: Images, study_uid: str) -> StudyFacts | None:
    """The headers of a study; None when the archive has none."""
    series: dict[str, SeriesFacts] = {}
    for row in archive.instances(study=study_uid):
        ds = part10.read(archive.path_of(row.sop_instance_uid), with_pixels=False)
        uid = row.series_instance_uid
        series.setdefault(uid, SeriesFacts(uid)).objects.append(ds)
    if not series:
        return None
    for one in series.values():
        one.objects.sort(key=lambda ds: _order(ds, "InstanceNumber", "SOPInstanceUID"))
    ordered = sorted(
        series.values(), key=lambda s: _order(s.first, "SeriesNumber", "SeriesInstanceUID")
    )
    return StudyFacts(study_uid, ordered)


def _order(ds: Dataset, number: str, uid: str) -> tuple[int, str]:
    # Those without a number come last; the UID makes the order the same each time.
    text = text_of(ds, number)
    return (int(text) if text.lstrip("-").isdigit() else 1 << 62, text_of(ds, uid))
