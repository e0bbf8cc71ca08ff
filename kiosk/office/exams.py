"""Opens exams, takes up broken-off ones again, and brings each frame to the exam whose token it carries."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence

from kiosk.exam.building import object_of
from kiosk.exam.errors import ExamError
from kiosk.exam.exam import Exam
from kiosk.exam.identity import with_study
from kiosk.exam.journal import Journal
from kiosk.exam.looks import thumbnail_of
from kiosk.exam.machine import ExposureState
from kiosk.exam.ports import ImageStore, StepReporter
from kiosk.exam.recovery import recover
from kiosk.exam.spool import Spool
from kiosk.exam.templates import Template, Tile
from kiosk.exam.token import Token
from kiosk.presenters.ports import RecoveredExam, Stray
from minipacs.clock import Clock
from minipacs.dicom.codes import tables, teeth
from minipacs.dicom.model import (
    Code,
    Details,
    Equipment,
    Frame,
    ImageRequest,
    Order,
    Patient,
    PatientKind,
    Series,
)
from minipacs.dicom.uids import UidPolicy

log = logging.getLogger(__name__)

_BY_MODALITY = {
    "IO": "pa-1", "PX": "panoramic", "DX": "cephalometric", "XC": "photos-8", "US": "ultrasound-6", "OT": "document-4",
}  # fmt: skip
_NOBODY = "it came while no exam was open"


class Exams:
    """kiosk.presenters.ports.ExamsPort, and the door through which a source's frames come in."""

    def __init__(
        self,
        templates: Mapping[str, Template],
        equipment: Mapping[str, Equipment],
        *,
        spool: Spool,
        store: ImageStore,
        steps: StepReporter,
        uids: UidPolicy,
        clock: Clock,
        operator: str,
        notation: str,
    ) -> None:
        self._templates, self._equipment = templates, equipment
        self._spool, self._store, self._steps = spool, store, steps
        self._uids, self._clock = uids, clock
        self._operator, self._notation = operator, notation
        self._lock = threading.Lock()
        self._live: dict[str, Exam] = {}
        self._current = ""
        self._unsaved: list[tuple[Frame, Token | None]] = []

    # ---- opening ----------------------------------------------------------------------------------------

    def recover(self) -> int:
        """Take up what a killed run left; gives how many exams."""
        found = recover(
            self._spool,
            store=self._store,
            steps=self._steps,
            uids=self._uids,
            clock=self._clock,
            equipment=self._equipment,
        )
        with self._lock:
            self._live.update({exam.exam_id: exam for exam in found})
        return len(found)

    def open(self, patient: Patient, order: Order | None, template: str) -> Exam:
        """Begin an exam; without an order it is a walk-in and gets a study of its own."""
        return self.open_with(patient, order, self._templates[template])

    def open_with(
        self,
        patient: Patient,
        order: Order | None,
        template: Template,
        *,
        operator: str = "",
        steps: StepReporter | None = None,
    ) -> Exam:
        """Begin an exam in a mount that is not one of the templates, reported in a way of its own if given."""
        exam = Exam(
            patient,
            order,
            template,
            spool=self._spool,
            store=self._store,
            steps=steps or self._steps,
            uids=self._uids,
            clock=self._clock,
            equipment=self._equipment,
            operator=operator or self._operator,
        )
        self._make_current(exam)
        return exam

    def rehearse(
        self, patient: Patient, order: Order | None, tile: Tile, frame: Frame, details: Details
    ) -> None:
        """Build the object that a picture would become, and throw it away.

        Raises:
            BadRequest, InvalidImage: it would not be valid; nothing was exposed or stored.
        """
        now = self._clock()
        object_of(
            ImageRequest(
                kind=tile.kind,
                patient=patient,
                order=with_study(order, self._uids, now),
                frame=frame,
                series=Series(self._uids.series(), 1),
                sop_instance_uid=self._uids.instance(),
                instance_number=1,
                taken_at=now,
                study_started_at=now,
                equipment=self._equipment[tile.kind],
                shot=tile.shot,
                details={**tile.details, **details},
            )
        )

    def forget(self, exam: Exam) -> None:
        """Drop an exam of which nothing was stored, frames and journal too: whoever gave them still has the pictures.

        Raises:
            SpoolFailed: the disk did not let go of it; it is offered again as broken off.
        """
        self._drop_frames(exam)
        Journal(self._spool.exams, exam.exam_id).remove()
        with self._lock:
            self._live.pop(exam.exam_id, None)

    def break_off(self, exam: Exam) -> None:
        """Close an exam of which only a part could be stored: DISCONTINUED, with what was stored.

        Raises:
            ExamError: the disk did not take the decision; the exam is offered again as broken off.
        """
        reason = tables.reject_reasons()["other-failure"]
        for view in exam.exposures():
            if view.state is ExposureState.EXPOSED:
                exam.withdraw(view.exposure_id, reason)
        for exposure_id in self._drop_frames(exam):
            exam.reject(exposure_id, reason)
        exam.discontinue(tables.discontinuation_reasons()["equipment-failure"])

    def _drop_frames(self, exam: Exam) -> list[str]:
        undecided = [
            view.exposure_id for view in exam.exposures() if view.state is not ExposureState.STORED
        ]
        for exposure_id in undecided:
            self._spool.release(exposure_id)
        return undecided

    def resume(self, exam_id: str) -> Exam:
        """Go on with an exam that was broken off or paused."""
        with self._lock:
            exam = self._live[exam_id]
        self._make_current(exam)
        return exam

    def recovered(self) -> Sequence[RecoveredExam]:
        """Exams that are not closed and not the present one."""
        with self._lock:
            waiting = [
                exam for key, exam in self._live.items() if not exam.closed and key != self._current
            ]
        rows = []
        for exam in waiting:
            exposures = exam.exposures()
            so_far = exam.summary()
            # A killed run may have left nothing but rejects: its step is still to be ended.
            if exposures or so_far.stored or so_far.rejected:
                last = max((view.taken_at for view in exposures), default=self._clock())
                count = max(len(exposures), len(so_far.stored))
                rows.append(
                    RecoveredExam(exam.exam_id, exam.patient, exam.template.title, count, last)
                )
        return rows

    def leave(self) -> None:
        """No exam is in front of the person; a frame that comes now is a stray."""
        with self._lock:
            self._current = ""

    # ---- frames -----------------------------------------------------------------------------------------

    def take(self, frame: Frame, token: Token | None) -> None:
        """A frame from a source, on its thread: to the exam of its token, else into quarantine."""
        with self._lock:
            exam = self._live.get(token.exam_id if token else self._current)
        if exam is not None:
            exam.receive(frame, token)
            return
        with self._lock:
            self._unsaved.append((frame, token))
        self._save_unsaved()

    def _save_unsaved(self) -> None:
        """Strays that the disk did not take stay in memory, and are tried again whenever someone looks for strays."""
        with self._lock:
            waiting, self._unsaved = self._unsaved, []
        for frame, token in waiting:
            try:
                self._spool.put(frame, token, quarantine_reason=_NOBODY)
            except (ExamError, OSError) as problem:
                log.error("a stray frame could not be kept: %s", problem)
                with self._lock:
                    self._unsaved.append((frame, token))

    def strays(self) -> Sequence[Stray]:
        """Frames in quarantine, the newest first."""
        self._save_unsaved()
        rows = []
        for entry in self._spool.quarantined():
            try:
                frame, _ = self._spool.load(entry.entry_id)
                look = thumbnail_of(frame, 0)
            except (ExamError, OSError, ValueError):
                look = None
            rows.append(Stray(entry.entry_id, entry.spooled_at, entry.reason, look))
        return sorted(rows, key=lambda row: row.came_at, reverse=True)

    # ---- choices ----------------------------------------------------------------------------------------

    def templates(self) -> Sequence[Template]:
        """The mounts in their order."""
        return tuple(self._templates.values())

    def suggest(self, order: Order) -> str:
        """The mount that an order's words or modality ask for."""
        words = _squeezed(f"{order.step_description} {order.requested_procedure_description}")
        named = [
            (len(name), key)
            for key, template in self._templates.items()
            for name in (_squeezed(key), _squeezed(template.title))
            if name in words
        ]
        if named:
            return max(named)[1]
        wanted = _BY_MODALITY.get(order.modality, "")
        return wanted if wanted in self._templates else next(iter(self._templates))

    def suggest_for(self, patient: Patient, order: Order) -> str:
        """As `suggest`, with the animal's own mount where the words name none."""
        key = self.suggest(order)
        if patient.kind is PatientKind.ANIMAL and key == "pa-1" and "dog-fmx" in self._templates:
            return "dog-fmx"
        return key

    def new_identifier(self) -> str:
        """An identifier for a patient who has none: W, the day, and part of a fresh UUID."""
        unique = int(self._uids.instance().rpartition(".")[2]) % 36**5
        return self._clock().strftime("W%y%m%d-") + _base36(unique)

    def reject_reasons(self) -> Sequence[Code]:
        """CID 7011."""
        return tuple(tables.reject_reasons().values())

    def discontinue_reasons(self) -> Sequence[Code]:
        """CID 9300."""
        return tuple(tables.discontinuation_reasons().values())

    def species(self) -> Sequence[Code]:
        """CID 7454."""
        return tuple(tables.species().values())

    def show_tooth(self, tooth: str) -> str:
        """An FDI number in the notation of the settings."""
        return teeth.show_tooth(tooth, self._notation)

    def teeth_of(self, order: Order) -> Sequence[str]:
        """The teeth (FDI) that an order's words name, read in the notation of the settings."""
        words = f"{order.step_description}; {order.requested_procedure_description}"
        return teeth.teeth_in(words, self._notation)

    def _make_current(self, exam: Exam) -> None:
        with self._lock:
            self._live = {key: item for key, item in self._live.items() if not item.closed}
            self._live[exam.exam_id] = exam
            self._current = exam.exam_id


def _squeezed(words: str) -> str:
    return "".join(letter for letter in words.casefold() if letter.isalnum())


def _base36(number: int) -> str:
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    text = ""
    for _ in range(5):
        number, digit = divmod(number, 36)
        text = digits[digit] + text
    return text
