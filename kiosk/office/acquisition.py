"""Pictures that exist already, as files: made into images in one go, all of them or a true word on what was stored."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.exam.errors import ExamError
from kiosk.exam.exam import Exam
from kiosk.exam.ports import Stored
from kiosk.exam.templates import Template, Tile
from kiosk.exam.views import StepReport
from kiosk.office.exams import Exams
from kiosk.office.steps import DicomSteps, HeldSteps
from minipacs.dicom.model import Details, Frame, Order, Patient

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Acquired:
    """What a call stored."""

    study_instance_uid: str
    stored: tuple[Stored, ...]
    report: StepReport
    """How far the node knows of the performed step."""
    note: str = ""
    """Why it does not know, in the node's words."""


class NotAllStored(Exception):
    """Some pictures were stored before one failed; it says which, and that the step is ended."""

    def __init__(self, stored: Sequence[Stored], count: int, why: str, *, closed: bool) -> None:
        uids = ", ".join(one.sop_instance_uid for one in stored)
        end = (
            "their step was reported as discontinued"
            if closed
            else "their exam waits in the window as broken off"
        )
        super().__init__(
            f"only the first {len(stored)} of {count} pictures were stored ({uids}); {end}; "
            f"picture {len(stored) + 1} was not: {why}"
        )
        self.stored, self.count, self.why = tuple(stored), count, why


class PictureNotTaken(Exception):
    """A picture did not get into the spool."""

    def __init__(self, why: str) -> None:
        super().__init__(why or "it was set aside; look at the window's unmounted pictures")


def acquire(
    exams: Exams,
    steps: DicomSteps,
    patient: Patient,
    order: Order | None,
    template: Template,
    frames: Sequence[Frame],
    *,
    details: Details,
    operator: str,
) -> Acquired:
    """Store one frame in each tile of a mount and report the performed step.

    The node hears of the step only when something is stored. `Exams.rehearse` beforehand finds the mistakes that
    are in the values.

    Raises:
        BadRequest, InvalidImage, SpoolFull, StorageFull and others: nothing was stored or reported.
        NotAllStored: a part was.
    """
    held = HeldSteps(steps)
    exam = exams.open_with(patient, order, template, operator=operator, steps=held)
    stored: list[Stored] = []
    try:
        for tile, frame in zip(template.tiles, frames, strict=True):
            stored.append(_take(exam, tile, frame, details))
    except BaseException as problem:
        held.let_go()
        closed = _clean_up(exams, exam, anything=bool(stored))
        if stored and isinstance(problem, Exception):
            raise NotAllStored(stored, len(frames), str(problem), closed=closed) from None
        raise
    held.let_go()
    try:
        done = exam.finish()
    except (ExamError, OSError) as problem:
        log.warning("an exam could not be closed: %s", type(problem).__name__)
        note = "its exam waits in the window as broken off"
        return Acquired(exam.order.study_instance_uid, tuple(stored), exam.summary().mpps, note)
    note = next((step.note for step in done.steps if step.note), "")
    return Acquired(exam.order.study_instance_uid, tuple(stored), done.mpps, note)


def _take(exam: Exam, tile: Tile, frame: Frame, details: Details) -> Stored:
    exposure_id = exam.receive(frame, exam.arm(tile.key))
    if exposure_id is None:
        raise PictureNotTaken("")
    problem = exam.exposure(exposure_id).problem
    if problem:
        raise PictureNotTaken(problem)
    return exam.accept(exposure_id, details=details)


def _clean_up(exams: Exams, exam: Exam, *, anything: bool) -> bool:
    """Leave nothing open behind; whether that worked. Where not, the window offers the exam as broken off."""
    try:
        if anything:
            exams.break_off(exam)
        else:
            exams.forget(exam)
    except (ExamError, OSError) as problem:
        log.warning("an exam that failed stays open: %s", type(problem).__name__)
        return False
    return True
