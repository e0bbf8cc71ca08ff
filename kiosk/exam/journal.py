"""What an exam has done so far, on the disk: so that a killed run still reports truly what it stored.

The journal of an exam is written before its first exposure. When the exam is closed and its reports are delivered
or wait in the outbox it is removed; one that has the reason of a retake of a stored picture goes to the rejects.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
from dataclasses import dataclass
from pathlib import Path

from kiosk.exam import disk
from kiosk.exam.errors import SpoolFailed
from kiosk.exam.machine import StepState
from kiosk.exam.plain import from_plain, to_plain
from kiosk.exam.templates import Template
from kiosk.exam.views import StepReport, StoredImage
from minipacs.dicom.model import Equipment, Order, Patient, PerformedStep, Series

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SeriesRecord:
    """A series of the exam: pictures of one kind from one device."""

    kind: str
    equipment: Equipment
    series: Series
    operator: str = ""
    numbers: int = 0
    """How many instance numbers are used up."""


@dataclass(frozen=True)
class StepRecord:
    """A performed step of the exam: one for each modality (PS3.3 7.3.1.9)."""

    modality: str
    step: PerformedStep
    state: StepState = StepState.SCHEDULED
    report: StepReport = StepReport.NONE
    note: str = ""


@dataclass(frozen=True)
class RejectRecord:
    """A picture that was not kept, or (with `stored`) one that is kept though it was taken again."""

    slot: str
    meaning: str
    operator: str
    stored: bool = False


@dataclass(frozen=True)
class Record:
    """All of an exam that must outlive the program, but for the frames."""

    exam_id: str
    patient: Patient
    order: Order
    template: Template
    started_at: dt.datetime
    operator: str = ""
    series: tuple[SeriesRecord, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    stored: tuple[StoredImage, ...] = ()
    rejects: tuple[RejectRecord, ...] = ()
    quarantined: int = 0

    @property
    def is_blank(self) -> bool:
        """Nothing was exposed, so there is nothing to recover."""
        begun = any(step.state is not StepState.SCHEDULED for step in self.steps)
        return not (self.stored or self.rejects or begun)

    def kept(self, slot: str) -> int:
        """How many pictures of a position are stored."""
        return sum(1 for image in self.stored if image.slot == slot)

    def retaken(self, slot: str) -> int:
        """How many stored pictures of a position have a reason to be taken again."""
        return sum(1 for item in self.rejects if item.stored and item.slot == slot)

    def with_step(self, changed: StepRecord) -> Record:
        """The record with one step changed or added."""
        others = tuple(
            item for item in self.steps if item.step.instance_uid != changed.step.instance_uid
        )
        return dataclasses.replace(self, steps=(*others, changed))

    def with_series(self, changed: SeriesRecord) -> Record:
        """The record with one series changed or added."""
        kept = {item.series.instance_uid: item for item in self.series}
        kept[changed.series.instance_uid] = changed
        return dataclasses.replace(self, series=tuple(kept.values()))

    def with_stored(self, image: StoredImage) -> Record:
        """The record with one more stored image; the same one twice is one."""
        kept = {item.sop_instance_uid: item for item in self.stored}
        kept[image.sop_instance_uid] = image
        return dataclasses.replace(self, stored=tuple(kept.values()))


class Journal:
    """The file of one exam's record."""

    def __init__(self, folder: Path, exam_id: str) -> None:
        self._path = folder / f"{exam_id}.json"

    def file_away(self, folder: Path) -> None:
        """The exam is closed, and its record is the only one that says why a stored picture was taken again.

        Raises:
            SpoolFailed: it is still where it was.
        """
        try:
            disk.move_durably(self._path, folder / self._path.name)
        except OSError as problem:
            raise SpoolFailed(problem.strerror or type(problem).__name__) from problem

    def write(self, record: Record) -> None:
        """Replace the record durably.

        Raises:
            SpoolFailed: the old one is still in place.
        """
        text = json.dumps(to_plain(record), ensure_ascii=False).encode("utf-8", "surrogatepass")
        try:
            disk.write_durably(self._path, [text])
        except OSError as problem:
            raise SpoolFailed(problem.strerror or type(problem).__name__) from problem

    def remove(self) -> None:
        """The exam is closed."""
        try:
            disk.remove_durably(self._path)
        except OSError as problem:
            raise SpoolFailed(problem.strerror or type(problem).__name__) from problem


def read_journals(folder: Path) -> list[Record]:
    """The records of exams that are not closed, oldest first. One that cannot be read is left in place and
    logged: its frames still carry their tokens."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(from_plain(Record, json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError) as problem:
            log.warning("exam journal %s cannot be read: %s", path.stem, type(problem).__name__)
    return sorted(found, key=lambda record: record.started_at)
