"""The exam: from an armed slot to an image that is safe, without a window and for any thread.

The verbs are carried out by kiosk.exam.intake (arming, frames) and kiosk.exam.decisions; kiosk.exam.bench has the lock
rule.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterable, Sequence

from kiosk.exam.bench import Bench, EquipmentFor
from kiosk.exam.board import Board
from kiosk.exam.building import orientation_of
from kiosk.exam.decisions import Decisions
from kiosk.exam.errors import DamagedEntry, NothingStored, Unresolved
from kiosk.exam.exposure import from_entry
from kiosk.exam.identity import short_name, with_study
from kiosk.exam.intake import STRAY, Intake
from kiosk.exam.journal import Journal, Record
from kiosk.exam.ledger import Ledger
from kiosk.exam.looks import look
from kiosk.exam.machine import ExposureState
from kiosk.exam.news import News
from kiosk.exam.ports import ImageStore, StepReporter, Stored
from kiosk.exam.spool import Spool, SpoolEntry
from kiosk.exam.templates import Template
from kiosk.exam.token import Token
from kiosk.exam.views import EventKind, ExposureView, Preview, SlotView, Subscriber, Summary
from minipacs.clock import Clock
from minipacs.dicom.model import NO_DETAILS, Code, Details, Frame, Order, Patient
from minipacs.dicom.uids import UidPolicy

log = logging.getLogger(__name__)

__all__ = ["STRAY", "EquipmentFor", "Exam"]


class Exam:
    """Pictures of one patient for one order in one mount. The patient cannot change.

    Args:
        order: None for a walk-in, who gets a study of its own.
        store: the archive.
        steps: reports the performed steps; may be slow or fail, the exam goes on.
        equipment: what made the pictures, for all kinds or by kind.
    """

    def __init__(
        self,
        patient: Patient,
        order: Order | None,
        template: Template,
        *,
        spool: Spool,
        store: ImageStore,
        steps: StepReporter,
        uids: UidPolicy,
        clock: Clock,
        equipment: EquipmentFor,
        operator: str = "",
        record: Record | None = None,
    ) -> None:
        now = clock()
        record = record or Record(
            exam_id=short_name(uids.instance()),
            patient=patient,
            order=with_study(order, uids, now),
            template=template,
            started_at=now,
            operator=operator,
        )
        journal = Journal(spool.exams, record.exam_id)
        self._ledger = Ledger(record, journal, spool.rejects, steps, clock)
        self._board = Board(record.template, record.exam_id)
        self._news = News(record.exam_id)
        self._bench = bench = Bench(
            spool, store, uids, clock, equipment, self._ledger, self._board, self._news
        )
        self._lock = bench.lock
        self._intake = Intake(bench)
        self._decisions = Decisions(bench)

    # ---- what it is -------------------------------------------------------------------------------------

    @property
    def exam_id(self) -> str:
        """Names the exam in spool and journal; no part of any DICOM object."""
        return self._ledger.record.exam_id

    @property
    def patient(self) -> Patient:
        """Whose exam it is, from beginning to end."""
        return self._ledger.record.patient

    @property
    def order(self) -> Order:
        """The order, or the walk-in's own study."""
        return self._ledger.record.order

    @property
    def template(self) -> Template:
        """The mount."""
        return self._ledger.record.template

    @property
    def operator(self) -> str:
        """Who takes the pictures from now on."""
        return self._ledger.record.operator

    @operator.setter
    def operator(self, name: str) -> None:
        with self._lock:
            self._ledger.remember(lambda record: dataclasses.replace(record, operator=name))

    @property
    def closed(self) -> bool:
        """Finished or discontinued."""
        return self._board.closed

    @property
    def armed(self) -> Token | None:
        """The token that waits for its exposure."""
        return self._board.armed

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Be told of each event, on the thread where it happens. Call the result to hear no more."""
        return self._news.subscribe(callback)

    def slots(self) -> tuple[SlotView, ...]:
        """All positions of the mount, in the order of acquisition."""
        with self._lock:
            record = self._ledger.record
            return tuple(self._board.slot_view(tile, record) for tile in record.template.tiles)

    def slot(self, key: str) -> SlotView:
        """One position of the mount."""
        with self._lock:
            return self._board.slot_view(self._board.tile(key), self._ledger.record)

    def exposures(self) -> tuple[ExposureView, ...]:
        """All exposures of this exam that this run knows, rejected ones included."""
        with self._lock:
            return tuple(exposure.view() for exposure in self._board.exposures.values())

    def exposure(self, exposure_id: str) -> ExposureView:
        """One of them."""
        with self._lock:
            return self._board.get(exposure_id).view()

    def next_slot(self, after: str = "") -> str:
        """The next position without a picture, in the order of acquisition and round again; empty when full."""
        with self._lock:
            return self._board.next_free(after, self._ledger.record)

    # ---- arming -----------------------------------------------------------------------------------------

    def name_teeth(self, slot: str, teeth: Sequence[str]) -> None:
        """Say which teeth (FDI) a position shows whose mount leaves that open; it outlives a restart.

        Raises:
            SlotBusy: it has a picture or is armed, or its mount says the teeth.
            NeedsTooth: none was given.
            SpoolFailed: it could not be written; nothing changed.
            UnknownTooth, UnknownSlot, ExamClosed.
        """
        self._intake.name_teeth(slot, tuple(teeth))

    def arm(self, slot: str) -> Token:
        """Make ready for an exposure in this position; another armed one is disarmed first.

        Everything that could lose the picture is asked before, while no X-ray was made.

        Raises:
            SlotBusy: a picture there is not decided yet, or stored (then `retake`).
            NeedsTooth: the mount leaves its teeth open; `name_teeth` first.
            SpoolFull, SpoolFailed, or what the archive raises when it has no room.
            NotSaved: an earlier frame is only in memory.
            UnknownSlot, ExamClosed.
        """
        return self._intake.arm(slot)

    def disarm(self) -> None:
        """No exposure now. A frame that still comes for the old token goes into quarantine."""
        self._intake.disarm()

    def retake(self, slot: str, reason: Code, operator: str = "") -> Token:
        """Take the picture of this position again, with a reason of CID 7011, and arm it.

        A picture under review is rejected and kept aside; a stored one stays in the archive, with the reason noted.
        """
        with self._lock:
            shown = self._board.shown(self._board.tile(slot).key)
            record = self._ledger.record
        # Before a picture is given up or a reason noted that no exposure would follow.
        self._intake.check_room(slot)
        if shown is not None and shown.state is not ExposureState.STORED:
            self.reject(shown.identifier, reason, operator)
        elif record.kept(slot) > record.retaken(slot):
            self._ledger.note_reject(slot, reason, operator or self.operator, stored=True)
        return self.arm(slot)

    # ---- frames -----------------------------------------------------------------------------------------

    def receive(self, frame: Frame, token: Token | None) -> str | None:
        """Take a frame from a source (on its thread): first make it safe, then anything else.

        Returns the exposure id, or None when the frame has no valid token and went into quarantine.
        """
        return self._intake.receive(frame, token)

    def save_again(self, exposure_id: str) -> None:
        """Try once more to save a frame that the disk did not take.

        Raises:
            NotSaved: it still does not.
        """
        self._intake.save_again(exposure_id)

    def adopt(self, quarantine_id: str, slot: str) -> str:
        """A person says what a stray frame is: it becomes an exposure of this position, under a token of its own.

        Raises:
            SlotBusy, NeedsTooth, UnknownSlot, ExamClosed, NotSaved, SpoolFailed, DamagedEntry.
            OtherPatient: it was armed for somebody else.
            KeyError: no such frame in quarantine.
        """
        return self._intake.adopt(quarantine_id, slot)

    def frame(self, exposure_id: str) -> Frame:
        """The picture as it was taken, from memory, spool or archive."""
        return self._bench.frame(exposure_id)

    def preview(self, exposure_id: str) -> Preview:
        """The picture to look at (on a worker thread: it may be read from the disk)."""
        frame = self.frame(exposure_id)
        with self._lock:
            exposure = self._board.get(exposure_id)
            rotation = self._board.tile(exposure.slot).rotation
            orientation = orientation_of(exposure.token, exposure.shot)
            thumbnail = exposure.thumbnail
        return look(frame, orientation, rotation, thumbnail)

    # ---- decisions --------------------------------------------------------------------------------------

    def accept(self, exposure_id: str, *, details: Details = NO_DETAILS) -> Stored:
        """Make the object, check it and store it; only then the spool lets go (on a worker thread).

        Accepting again what is stored, even by a killed run, gives the same answer and no second object.

        Raises:
            InvalidImage, BadRequest, or what the archive raises: the frame is kept and can be accepted again.
            ForbiddenMove: it is rejected, or another thread is storing it just now.
        """
        return self._decisions.accept(exposure_id, details)

    def reject(self, exposure_id: str, reason: Code, operator: str = "") -> None:
        """Do not keep this picture, for a reason of CID 7011; the frame stays in the rejects of the spool.

        Raises:
            ForbiddenMove: it is stored or on its way.
            SpoolFailed: the decision could not be written; nothing changed.
        """
        self._decisions.reject(exposure_id, reason, operator or self.operator)

    def withdraw(self, exposure_id: str, reason: Code) -> None:
        """Give up a frame that is only in memory since the disk never took it, for a reason of CID 7011: it is gone.

        Raises:
            ForbiddenMove: it is saved; `reject` keeps it aside.
        """
        self._decisions.withdraw(exposure_id, reason, self.operator)

    def move(self, exposure_id: str, slot: str) -> None:
        """Put a picture under review into another position of its kind; two pictures under review change places.

        The token stays as it was; the move is written beside it and in the log.

        Raises:
            SlotBusy: the position is of another kind, or its picture is decided.
            NeedsTooth: the teeth of that position are not said yet.
        """
        self._decisions.move(exposure_id, slot)

    # ---- the end ----------------------------------------------------------------------------------------

    def summary(self) -> Summary:
        """What the exam came to so far; says nothing that did not happen."""
        with self._lock:
            unresolved = self._board.undecided()
        return self._ledger.summary(
            closed=self.closed, unresolved=unresolved, queued=self._bench.store.waiting()
        )

    def finish(self) -> Summary:
        """End the exam: the steps are COMPLETED with what was really stored (on a worker thread).

        Raises:
            Unresolved: pictures wait for a decision.
            NothingStored: exposures were made, none was kept; `discontinue` tells that truly.
        """
        with self._lock:
            record = self._ledger.record
            if record.rejects and not record.stored:
                self._check_resolved()
                raise NothingStored
        return self._close(None)

    def discontinue(self, reason: Code) -> Summary:
        """End the exam before it is complete, for a reason of CID 9300; what was stored stays and is reported.

        Raises:
            Unresolved: pictures wait for a decision.
        """
        return self._close(reason)

    def restore(self, entries: Iterable[SpoolEntry]) -> None:
        """Take up the frames that a killed run left; what the archive already has is only noted and released."""
        bench = self._bench
        for entry in entries:
            if entry.token is None:
                continue
            exposure = from_entry(entry, entry.token)
            stored = bench.store.holds(entry.token.sop_instance_uid)
            if stored is not None:
                self._board.add(exposure)
                exposure.state = ExposureState.ACCEPTED
                self._decisions.note_stored(exposure, stored)
                continue
            try:
                frame, _ = bench.spool.load(entry.entry_id)
            except (DamagedEntry, OSError):
                log.warning("spool entry %s cannot be taken up", entry.entry_id)
                self._ledger.remember(
                    lambda record: dataclasses.replace(record, quarantined=record.quarantined + 1)
                )
                continue
            self._board.add(exposure)
            self._intake.show(exposure, frame)

    # ---- inside -----------------------------------------------------------------------------------------

    def _close(self, reason: Code | None) -> Summary:
        with self._lock:
            if self.closed:
                return self.summary()
            self._check_resolved()
            self._board.armed = None
            self._board.closed = True
        for step in self._ledger.close(reason):
            self._news.tell(EventKind.STEP, text=step.note)
        self._news.tell(EventKind.CLOSED)
        return self.summary()

    def _check_resolved(self) -> None:
        waiting = self._board.undecided()
        if waiting or self._intake.has_strays:
            raise Unresolved(waiting or [STRAY])
