"""The exam: from an armed slot to an image that is safe, without a window and for any thread.

Lock rule: `_lock` guards the board and is held over short disk writes at most, never over building, storing,
reporting or a subscriber.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
from collections.abc import Callable, Iterable, Mapping

from kiosk.exam.board import Board
from kiosk.exam.building import object_of, orientation_of, request_of, shot_in
from kiosk.exam.errors import (
    DamagedEntry,
    ExamClosed,
    NothingStored,
    NotSaved,
    SpoolFailed,
    Unresolved,
)
from kiosk.exam.exposure import Exposure, from_entry
from kiosk.exam.identity import (
    expected_bytes,
    new_token,
    short_name,
    with_study,
)
from kiosk.exam.journal import Journal, Record
from kiosk.exam.ledger import Ledger
from kiosk.exam.looks import Recent, look, stored_frame, thumbnail_of
from kiosk.exam.machine import ExposureState, advance
from kiosk.exam.ports import ImageStore, StepReporter, Stored
from kiosk.exam.spool import Rejection, Spool, SpoolEntry
from kiosk.exam.templates import Template, Tile
from kiosk.exam.token import Token
from kiosk.exam.views import (
    EventKind,
    ExamEvent,
    ExposureView,
    Preview,
    SlotView,
    StoredImage,
    Subscriber,
    Summary,
)
from minipacs.clock import Clock
from minipacs.dicom.model import NO_DETAILS, Code, Details, Equipment, Frame, Order, Patient
from minipacs.dicom.uids import UidPolicy

log = logging.getLogger(__name__)

EquipmentFor = Equipment | Mapping[str, Equipment]
"""One device for all, or one for each kind."""

STRAY = "stray"
"""Stands for the exposure id of an unsaved frame that has no exposure."""


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
        self._spool, self._store = spool, store
        self._uids, self._clock, self._equipment = uids, clock, equipment
        now = clock()
        record = record or Record(
            exam_id=short_name(uids.instance()),
            patient=patient,
            order=with_study(order, uids, now),
            template=template,
            started_at=now,
            operator=operator,
        )
        self._ledger = Ledger(record, Journal(spool.exams, record.exam_id), steps, clock)
        self._board = Board(record.template)
        self._lock = threading.RLock()
        self._strays: list[tuple[Frame, Token | None, str]] = []
        self._recent = Recent()
        self._subscribers: list[Subscriber] = []
        self._closed = False

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
        return self._closed

    @property
    def armed(self) -> Token | None:
        """The token that waits for its exposure."""
        return self._board.armed

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Be told of each event, on the thread where it happens. Call the result to hear no more."""
        with self._lock:
            self._subscribers.append(callback)

        def unsubscribe() -> None:
            with self._lock, contextlib.suppress(ValueError):
                self._subscribers.remove(callback)

        return unsubscribe

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
            return self._board.neighbour(after, 1, self._ledger.record)

    def previous_slot(self, before: str = "") -> str:
        """The position without a picture before this one, in the order of acquisition and round again."""
        with self._lock:
            return self._board.neighbour(before, -1, self._ledger.record)

    # ---- arming -----------------------------------------------------------------------------------------

    def arm(self, slot: str) -> Token:
        """Make ready for an exposure in this position; another armed one is disarmed first.

        Everything that could lose the picture is asked before, while no X-ray was made.

        Raises:
            SlotBusy: a picture there is not decided yet, or stored (then `retake`).
            SpoolFull, SpoolFailed, or what the archive raises when it has no room.
            NotSaved: an earlier frame is only in memory.
            UnknownSlot, ExamClosed.
        """
        with self._lock:
            tile = self._open_tile(slot)
            self._check_room(slot)
            self._board.armed = token = self._token_for(tile)
        self._emit(EventKind.ARMED, slot, token.identifier)
        return token

    def disarm(self) -> None:
        """No exposure now. A frame that still comes for the old token goes into quarantine."""
        with self._lock:
            token, self._board.armed = self._board.armed, None
        if token is not None:
            self._emit(EventKind.DISARMED, token.slot, token.identifier)

    def retake(self, slot: str, reason: Code, operator: str = "") -> Token:
        """Take the picture of this position again, with a reason of CID 7011, and arm it.

        A picture under review is rejected and kept aside; a stored one stays in the archive, with the reason noted.
        """
        with self._lock:
            shown = self._board.shown(self._board.tile(slot).key)
            record = self._ledger.record
        if shown is not None and shown.state is not ExposureState.STORED:
            self.reject(shown.identifier, reason, operator)
        elif record.kept(slot) > record.retaken(slot):
            self._check_room(slot)  # before a reason is noted that no exposure would follow
            self._ledger.note_reject(slot, reason, operator or self.operator, stored=True)
        return self.arm(slot)

    # ---- frames -----------------------------------------------------------------------------------------

    def receive(self, frame: Frame, token: Token | None) -> str | None:
        """Take a frame from a source (on its thread): first make it safe, then anything else.

        Returns the exposure id, or None when the frame has no valid token and went into quarantine.
        """
        with self._lock:
            why = self._not_mine(token)
            if token is not None and not why:
                self._board.armed = None
                exposure = Exposure(
                    token=token,
                    state=advance(ExposureState.ARMED, ExposureState.EXPOSED),
                    slot=token.slot,
                    shot=token.shot,
                    details=token.details,
                    received_at=self._clock(),
                    light=dataclasses.replace(frame, pixels=None, jpeg=None),
                    shape=() if frame.pixels is None else frame.pixels.shape,
                    unsaved=frame,
                )
                self._board.add(exposure)
        if why:
            self._quarantine(frame, token, why)
            return None
        self._save(exposure, frame)
        return exposure.identifier

    def save_again(self, exposure_id: str) -> None:
        """Try once more to save a frame that the disk did not take.

        Raises:
            NotSaved: it still does not.
        """
        if exposure_id == STRAY:
            self._save_strays()
            return
        with self._lock:
            exposure = self._board.get(exposure_id)
            frame = exposure.unsaved
        if frame is not None:
            self._save(exposure, frame)
        if exposure.unsaved is not None:
            raise NotSaved(exposure_id, exposure.problem)

    def adopt(self, quarantine_id: str, slot: str) -> str:
        """A person says what a stray frame is: it becomes an exposure of this position, under a token of its own.

        Raises:
            SlotBusy, UnknownSlot, ExamClosed, NotSaved, SpoolFailed, DamagedEntry.
            KeyError: no such frame in quarantine.
        """
        if quarantine_id not in {entry.entry_id for entry in self._spool.quarantined()}:
            raise KeyError(quarantine_id)
        frame, _ = self._spool.load(quarantine_id)
        with self._lock:
            tile = self._open_tile(slot)
            if self._board.armed is not None and self._board.armed.slot == slot:
                self._board.armed = None
            token = self._token_for(tile)
            entry = self._spool.put(frame, token)
            exposure = from_entry(entry, token)
            self._board.add(exposure)
        self._spool.drop_quarantined(quarantine_id)
        self._saved(exposure, frame)
        return exposure.identifier

    def frame(self, exposure_id: str) -> Frame:
        """The picture as it was taken, from memory, spool or archive."""
        with self._lock:
            exposure = self._board.get(exposure_id)
            held = exposure.unsaved or self._recent.get(exposure_id)
            stored = exposure.state is ExposureState.STORED
        if held is not None:
            return held
        if stored:
            data = self._store.read(exposure.token.sop_instance_uid)
            frame = stored_frame(data, exposure.light)
        else:
            frame, _ = self._spool.load(exposure_id)
        self._recent.keep(exposure_id, frame)
        return frame

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
        with self._lock:
            exposure = self._board.get(exposure_id)
            if exposure.stored is not None:
                return exposure.stored
            exposure.go(ExposureState.ACCEPTED)
            exposure.problem = ""
        self._emit(EventKind.ACCEPTING, exposure.slot, exposure_id)
        try:
            stored = self._store.holds(exposure.token.sop_instance_uid)
            if stored is None:
                frame = self.frame(exposure_id)
                stored = self._store.ingest(object_of(request_of(exposure, frame, details)))
        except Exception as problem:
            with self._lock:
                exposure.go(ExposureState.PREVIEWED)
                exposure.problem = str(problem)
            self._emit(EventKind.NOT_STORED, exposure.slot, exposure_id, str(problem))
            raise
        self._keep_stored(exposure, stored)
        self._emit(EventKind.STORED, exposure.slot, exposure_id, stored.alert)
        return stored

    def reject(self, exposure_id: str, reason: Code, operator: str = "") -> None:
        """Do not keep this picture, for a reason of CID 7011; the frame stays in the rejects of the spool.

        Raises:
            ForbiddenMove: it is stored or on its way.
            SpoolFailed: the decision could not be written; nothing changed.
        """
        operator = operator or self.operator
        with self._lock:
            exposure = self._board.get(exposure_id)
            after = advance(exposure.state, ExposureState.REJECTED)
            rejection = Rejection(reason, operator, self._clock())
            self._spool.reject(exposure_id, rejection, exposure.note)
            exposure.state, exposure.reason = after, reason
            self._recent.drop(exposure_id)
            self._ledger.note_reject(exposure.slot, reason, operator)
        self._emit(EventKind.REJECTED, exposure.slot, exposure_id, reason.meaning)

    def move(self, exposure_id: str, slot: str) -> None:
        """Put a picture under review into another position of its kind; two pictures under review change places.

        The token stays as it was; the move is written beside it and in the log.

        Raises:
            SlotBusy: the position is of another kind, or its picture is decided.
        """
        with self._lock:
            exposure, tile = self._board.get(exposure_id), self._board.tile(slot)
            other = self._board.shown(slot)
            if other is exposure:
                return
            self._board.check_move(exposure, tile, other)
            former = self._board.tile(exposure.slot)
            self._place(exposure, tile)
            if other is not None:
                self._place(other, former)
        log.info("exposure %s moved from %s to %s", exposure_id, former.key, slot)
        self._emit(EventKind.MOVED, slot, exposure_id, former.key)

    # ---- the end ----------------------------------------------------------------------------------------

    def summary(self) -> Summary:
        """What the exam came to so far; says nothing that did not happen."""
        with self._lock:
            unresolved = self._board.undecided()
        return self._ledger.summary(
            closed=self._closed, unresolved=unresolved, queued=self._store.waiting()
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

    # ---- inside -----------------------------------------------------------------------------------------

    def _close(self, reason: Code | None) -> Summary:
        with self._lock:
            if self._closed:
                return self.summary()
            self._check_resolved()
            self._board.armed = None
            self._closed = True
        for step in self._ledger.close(reason):
            self._emit(EventKind.STEP, text=step.note)
        self._emit(EventKind.CLOSED)
        return self.summary()

    def _check_resolved(self) -> None:
        waiting = self._board.undecided()
        if waiting or self._strays:
            raise Unresolved(waiting or [STRAY])

    def _open_tile(self, slot: str) -> Tile:
        """The tile, if a picture may come into it now."""
        if self._closed:
            raise ExamClosed
        if self._strays:
            raise NotSaved(STRAY, "it came without a token")
        return self._board.check_free(slot, self._ledger.record)

    def _check_room(self, slot: str) -> None:
        self._spool.check_room(expected_bytes(self._board.tile(slot).kind))
        self._store.check_room()

    def _token_for(self, tile: Tile) -> Token:
        equipment = self._equipment_for(tile.kind)
        token, record = new_token(self._ledger.record, tile, equipment, self._uids, self._clock())
        self._ledger.begin(record)
        return token

    def _equipment_for(self, kind: str) -> Equipment:
        if isinstance(self._equipment, Equipment):
            return self._equipment
        return self._equipment.get(kind, Equipment())

    def _not_mine(self, token: Token | None) -> str:
        """Why a frame with this token does not belong to the armed slot; empty when it does."""
        if token is None:
            return "it came without a token"
        if self._closed:
            return "its exam was closed"
        return self._board.why_not_mine(token, self.exam_id)

    def _quarantine(self, frame: Frame, token: Token | None, why: str) -> None:
        try:
            entry = self._spool.put(frame, token, quarantine_reason=why)
        except SpoolFailed as problem:
            self._strays.append((frame, token, why))
            self._emit(EventKind.FRAME_NOT_SAVED, exposure_id=STRAY, text=str(problem))
            return
        self._ledger.remember(
            lambda record: dataclasses.replace(record, quarantined=record.quarantined + 1)
        )
        self._emit(EventKind.QUARANTINED, exposure_id=entry.entry_id, text=why)

    def _save_strays(self) -> None:
        with self._lock:
            strays, self._strays = self._strays, []
        for frame, token, why in strays:
            self._quarantine(frame, token, why)
        if self._strays:
            raise NotSaved(STRAY, "the disk still does not take it")

    def _save(self, exposure: Exposure, frame: Frame) -> None:
        try:
            self._spool.put(frame, exposure.token, received_at=exposure.received_at)
        except SpoolFailed as problem:
            with self._lock:
                exposure.problem = str(problem)
            text = str(problem)
            self._emit(EventKind.FRAME_NOT_SAVED, exposure.slot, exposure.identifier, text)
            return
        with self._lock:
            exposure.go(ExposureState.SPOOLED)
            exposure.unsaved, exposure.problem = None, ""
        self._saved(exposure, frame)

    def _saved(self, exposure: Exposure, frame: Frame) -> None:
        """The frame is safe: now it may be shown and reported."""
        self._recent.keep(exposure.identifier, frame)
        self._emit(EventKind.FRAME_SAVED, exposure.slot, exposure.identifier)
        self._show(exposure, frame)
        begun = self._ledger.begin_step(exposure.token.step.instance_uid)
        if begun is not None:
            self._emit(EventKind.STEP, text=begun.note)

    def _show(self, exposure: Exposure, frame: Frame) -> None:
        try:
            rotation = self._board.tile(exposure.slot).rotation
            thumbnail = thumbnail_of(frame, rotation)
        except (ValueError, OSError) as problem:
            with self._lock:
                exposure.problem = f"the picture cannot be shown: {problem}"
            return
        with self._lock:
            exposure.thumbnail = thumbnail
            if exposure.state is ExposureState.SPOOLED:
                exposure.go(ExposureState.PREVIEWED)
        self._emit(EventKind.PREVIEW, exposure.slot, exposure.identifier)

    def _keep_stored(self, exposure: Exposure, stored: Stored) -> None:
        image = StoredImage(
            exposure.identifier,
            exposure.slot,
            exposure.token.kind,
            stored.sop_class_uid,
            stored.sop_instance_uid,
            stored.series_instance_uid,
        )
        with self._lock:
            exposure.go(ExposureState.STORED)
            exposure.stored = stored
            written = self._ledger.write(lambda record: record.with_stored(image))
        if not written:
            return  # the spool keeps the frame, so that the next start still knows what was stored
        try:
            self._spool.release(exposure.identifier)
        except SpoolFailed as problem:
            log.warning("spool entry %s stays: %s", exposure.identifier, problem.reason)

    def _place(self, exposure: Exposure, tile: Tile) -> None:
        before = exposure.slot, exposure.shot, exposure.details
        exposure.slot, exposure.details = tile.key, tile.details
        exposure.shot = shot_in(tile, exposure.token)
        try:
            self._spool.write_note(exposure.identifier, exposure.note)
        except SpoolFailed:
            exposure.slot, exposure.shot, exposure.details = before
            raise

    def _emit(self, kind: EventKind, slot: str = "", exposure_id: str = "", text: str = "") -> None:
        with self._lock:
            subscribers = list(self._subscribers)
        event = ExamEvent(kind, self.exam_id, slot, exposure_id, text)
        for subscriber in subscribers:
            subscriber(event)

    def restore(self, entries: Iterable[SpoolEntry]) -> None:
        """Take up the frames that a killed run left; what the archive already has is only noted and released."""
        for entry in entries:
            if entry.token is None:
                continue
            exposure = from_entry(entry, entry.token)
            stored = self._store.holds(entry.token.sop_instance_uid)
            if stored is not None:
                self._board.add(exposure)
                exposure.state = ExposureState.ACCEPTED
                self._keep_stored(exposure, stored)
                continue
            try:
                frame, _ = self._spool.load(entry.entry_id)
            except (DamagedEntry, OSError):
                log.warning("spool entry %s cannot be taken up", entry.entry_id)
                continue
            self._board.add(exposure)
            self._show(exposure, frame)
