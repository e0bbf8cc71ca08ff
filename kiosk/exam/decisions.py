"""What a person decides on a picture: keep it, do not keep it, or it belongs elsewhere."""

from __future__ import annotations

import logging

from kiosk.exam.bench import Bench
from kiosk.exam.building import object_of, request_of, shot_in
from kiosk.exam.errors import ForbiddenMove, SpoolFailed
from kiosk.exam.exposure import Exposure
from kiosk.exam.machine import ExposureState, advance
from kiosk.exam.ports import Stored
from kiosk.exam.spool import Rejection
from kiosk.exam.templates import Tile
from kiosk.exam.views import EventKind, StoredImage
from minipacs.dicom.model import Code, Details

log = logging.getLogger(__name__)


class Decisions:
    """Carries out the decisions of one exam; kiosk.exam.exam.Exam says what each verb promises."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def accept(self, exposure_id: str, details: Details) -> Stored:
        """Make the object, check it, store it, and only then let the spool go."""
        bench = self._bench
        with bench.lock:
            exposure = bench.board.get(exposure_id)
            if exposure.stored is not None:
                return exposure.stored
            exposure.go(ExposureState.ACCEPTED)
            exposure.problem = ""
        bench.news.tell(EventKind.ACCEPTING, exposure.slot, exposure_id)
        try:
            stored = bench.store.holds(exposure.token.sop_instance_uid)
            if stored is None:
                frame = bench.frame(exposure_id)
                stored = bench.store.ingest(object_of(request_of(exposure, frame, details)))
        except Exception as problem:
            with bench.lock:
                exposure.go(ExposureState.PREVIEWED)
                exposure.problem = str(problem)
            bench.news.tell(EventKind.NOT_STORED, exposure.slot, exposure_id, str(problem))
            raise
        self.note_stored(exposure, stored)
        bench.news.tell(EventKind.STORED, exposure.slot, exposure_id, stored.alert)
        return stored

    def note_stored(self, exposure: Exposure, stored: Stored) -> None:
        """The archive has it: write that down, then let the spool go."""
        bench = self._bench
        image = StoredImage(
            exposure.identifier,
            exposure.slot,
            exposure.token.kind,
            stored.sop_class_uid,
            stored.sop_instance_uid,
            stored.series_instance_uid,
        )
        with bench.lock:
            exposure.go(ExposureState.STORED)
            exposure.stored = stored
            written = bench.ledger.write(lambda record: record.with_stored(image))
        if not written:
            return  # the spool keeps the frame, so that the next start still knows what was stored
        try:
            bench.spool.release(exposure.identifier)
        except SpoolFailed as problem:
            log.warning("spool entry %s stays: %s", exposure.identifier, problem.reason)

    def reject(self, exposure_id: str, reason: Code, operator: str) -> None:
        """Keep it aside, with the reason."""
        bench = self._bench
        with bench.lock:
            exposure = bench.board.get(exposure_id)
            after = advance(exposure.state, ExposureState.REJECTED)
            rejection = Rejection(reason, operator, bench.clock())
            bench.spool.reject(exposure_id, rejection, exposure.note)
            exposure.state, exposure.reason = after, reason
            bench.recent.drop(exposure_id)
            bench.ledger.note_reject(exposure.slot, reason, operator)
        bench.news.tell(EventKind.REJECTED, exposure.slot, exposure_id, reason.meaning)

    def withdraw(self, exposure_id: str, reason: Code, operator: str) -> None:
        """Give up a frame that the disk never took; the books say that it was exposed and why it is not kept."""
        bench = self._bench
        with bench.lock:
            exposure = bench.board.get(exposure_id)
            if exposure.unsaved is None:
                raise ForbiddenMove("a frame that is saved", exposure.state.value, "withdrawn")
            exposure.unsaved = None
            del bench.board.exposures[exposure_id]
            bench.ledger.note_reject(exposure.slot, reason, operator)
        bench.news.tell(EventKind.REJECTED, exposure.slot, exposure_id, reason.meaning)

    def move(self, exposure_id: str, slot: str) -> None:
        """Into another position; what lies there under review comes into the place it leaves."""
        bench = self._bench
        with bench.lock:
            exposure, tile = bench.board.get(exposure_id), bench.board.tile(slot)
            other = bench.board.shown(slot)
            if other is exposure:
                return
            bench.board.check_move(exposure, tile, other, bench.ledger.record)
            former = bench.board.tile(exposure.slot)
            self._place(exposure, tile)
            if other is not None:
                try:
                    self._place(other, former)
                except SpoolFailed:
                    self._place(exposure, former)
                    raise
            if former.rotation != tile.rotation:
                # The small pictures are upright for the position they were taken in.
                exposure.thumbnail = None
                if other is not None:
                    other.thumbnail = None
        log.info("exposure %s moved from %s to %s", exposure_id, former.key, slot)
        bench.news.tell(EventKind.MOVED, slot, exposure_id, former.key)

    def _place(self, exposure: Exposure, tile: Tile) -> None:
        before = exposure.slot, exposure.shot, exposure.details
        exposure.slot, exposure.details = tile.key, tile.details
        exposure.shot = shot_in(tile, exposure.token)
        try:
            self._bench.spool.write_note(exposure.identifier, exposure.note)
        except SpoolFailed:
            exposure.slot, exposure.shot, exposure.details = before
            raise
