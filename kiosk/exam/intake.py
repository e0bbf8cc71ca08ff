"""From an armed position to a frame that is safe in the spool: first saved, then shown and reported."""

from __future__ import annotations

import dataclasses
import threading

from kiosk.exam.bench import Bench
from kiosk.exam.building import rehearse
from kiosk.exam.errors import ExamClosed, NeedsTooth, NotSaved, OtherPatient, SpoolFailed
from kiosk.exam.exposure import Exposure, from_entry
from kiosk.exam.identity import expected_bytes, new_token, same_patient
from kiosk.exam.looks import thumbnail_of
from kiosk.exam.machine import ExposureState, advance
from kiosk.exam.templates import Tile
from kiosk.exam.token import Token
from kiosk.exam.views import EventKind
from minipacs.dicom.codes.teeth import tooth_code
from minipacs.dicom.model import Frame

STRAY = "stray"
"""Stands for the exposure id of an unsaved frame that has no exposure."""


class Intake:
    """Arms positions and takes the frames of one exam; kiosk.exam.exam.Exam says what each verb promises."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._strays: list[tuple[Frame, Token | None, str]] = []
        self._saving = threading.Lock()

    @property
    def has_strays(self) -> bool:
        """Whether a frame without an exposure is only in memory."""
        return bool(self._strays)

    # ---- arming -----------------------------------------------------------------------------------------

    def arm(self, slot: str) -> Token:
        """Make ready for an exposure, after all that could lose the picture was asked."""
        bench = self._bench
        with bench.lock:
            tile = self._open_tile(slot)
            self.check_room(slot)
            bench.board.armed = token = self._token_for(tile)
        bench.news.tell(EventKind.ARMED, slot, token.identifier)
        return token

    def name_teeth(self, slot: str, teeth: tuple[str, ...]) -> None:
        """Write into the journal, then on the board, which teeth a position shows."""
        bench = self._bench
        if not teeth:
            raise NeedsTooth(slot)
        for tooth in teeth:
            tooth_code(tooth)
        with bench.lock:
            record = bench.ledger.record
            bench.board.check_naming(slot, record)
            template = record.template.with_teeth(slot, teeth)
            bench.ledger.begin(dataclasses.replace(record, template=template))
            bench.board.template = template
        bench.news.tell(EventKind.TEETH, slot)

    def disarm(self) -> None:
        """No exposure now."""
        board = self._bench.board
        with self._bench.lock:
            token, board.armed = board.armed, None
        if token is not None:
            self._bench.news.tell(EventKind.DISARMED, token.slot, token.identifier)

    def check_room(self, slot: str) -> None:
        """Raises what spool or archive raise when they could not take a picture of this position."""
        bench = self._bench
        bench.spool.check_room(expected_bytes(bench.board.tile(slot).kind))
        bench.store.check_room()

    # ---- frames -----------------------------------------------------------------------------------------

    def receive(self, frame: Frame, token: Token | None) -> str | None:
        """Save the frame of the armed token; any other goes into quarantine."""
        bench = self._bench
        with bench.lock:
            why = bench.board.why_not_mine(token)
            if token is not None and not why:
                bench.board.armed = None
                exposure = Exposure(
                    token=token,
                    state=advance(ExposureState.ARMED, ExposureState.EXPOSED),
                    slot=token.slot,
                    shot=token.shot,
                    details=token.details,
                    received_at=bench.clock(),
                    light=dataclasses.replace(frame, pixels=None, jpeg=None),
                    shape=() if frame.pixels is None else frame.pixels.shape,
                    unsaved=frame,
                )
                bench.board.add(exposure)
        if why:
            self._quarantine(frame, token, why)
            return None
        self._save(exposure, frame)
        return exposure.identifier

    def save_again(self, exposure_id: str) -> None:
        """Try once more to save a frame that the disk did not take."""
        if exposure_id == STRAY:
            self._save_strays()
            return
        with self._bench.lock:
            exposure = self._bench.board.get(exposure_id)
            frame = exposure.unsaved
        if frame is not None:
            self._save(exposure, frame)
        if exposure.unsaved is not None:
            raise NotSaved(exposure_id, exposure.problem)

    def adopt(self, quarantine_id: str, slot: str) -> str:
        """A stray frame becomes an exposure of this position, under a token of its own."""
        bench = self._bench
        if quarantine_id not in {entry.entry_id for entry in bench.spool.quarantined()}:
            raise KeyError(quarantine_id)
        frame, former = bench.spool.load(quarantine_id)
        if former is not None and not same_patient(former.patient, bench.ledger.record.patient):
            raise OtherPatient(quarantine_id)
        with bench.lock:
            tile = self._open_tile(slot)
            if bench.board.armed is not None and bench.board.armed.slot == slot:
                bench.board.armed = None
            token = self._token_for(tile)
            entry = bench.spool.put(frame, token)
            exposure = from_entry(entry, token)
            bench.board.add(exposure)
        bench.spool.drop_quarantined(quarantine_id)
        self._saved(exposure, frame)
        return exposure.identifier

    def show(self, exposure: Exposure, frame: Frame) -> None:
        """Make the small picture; one that cannot be decoded stays without."""
        bench = self._bench
        try:
            thumbnail = thumbnail_of(frame, bench.board.tile(exposure.slot).rotation)
        except Exception as problem:  # noqa: BLE001 - whatever drawing meets, the frame is safe and goes on
            thumbnail, why = None, f"the picture cannot be shown: {type(problem).__name__}"
        else:
            why = ""
        with bench.lock:
            exposure.thumbnail, exposure.problem = thumbnail, why
            if exposure.state is ExposureState.SPOOLED:
                # Also without a picture: a person may still keep it, the object needs no thumbnail.
                exposure.go(ExposureState.PREVIEWED)
        bench.news.tell(EventKind.PREVIEW, exposure.slot, exposure.identifier)

    # ---- inside -----------------------------------------------------------------------------------------

    def _open_tile(self, slot: str) -> Tile:
        """The tile, if a picture may come into it now."""
        board = self._bench.board
        if board.closed:
            raise ExamClosed
        if self._strays:
            raise NotSaved(STRAY, "it came without a token")
        return board.check_free(slot, self._bench.ledger.record)

    def _token_for(self, tile: Tile) -> Token:
        bench = self._bench
        equipment = bench.equipment_for(tile.kind)
        token, record = new_token(bench.ledger.record, tile, equipment, bench.uids, bench.clock())
        rehearse(token)  # what no image can carry is found before the exposure, not after
        bench.ledger.begin(record)
        return token

    def _quarantine(self, frame: Frame, token: Token | None, why: str) -> None:
        bench = self._bench
        try:
            entry = bench.spool.put(frame, token, quarantine_reason=why)
        except SpoolFailed as problem:
            self._strays.append((frame, token, why))
            bench.news.tell(EventKind.FRAME_NOT_SAVED, exposure_id=STRAY, text=str(problem))
            return
        bench.ledger.remember(
            lambda record: dataclasses.replace(record, quarantined=record.quarantined + 1)
        )
        bench.news.tell(EventKind.QUARANTINED, exposure_id=entry.entry_id, text=why)

    def _save_strays(self) -> None:
        with self._bench.lock:
            strays, self._strays = self._strays, []
        for frame, token, why in strays:
            self._quarantine(frame, token, why)
        if self._strays:
            raise NotSaved(STRAY, "the disk still does not take it")

    def _save(self, exposure: Exposure, frame: Frame) -> None:
        bench = self._bench
        with self._saving:  # a second "save again" must not write into the file of the first
            if exposure.unsaved is None:
                return
            try:
                bench.spool.put(frame, exposure.token, received_at=exposure.received_at)
            except SpoolFailed as problem:
                text = str(problem)
            else:
                text = ""
            with bench.lock:
                exposure.problem = text
                if not text:
                    exposure.go(ExposureState.SPOOLED)
                    exposure.unsaved = None
        if text:
            bench.news.tell(EventKind.FRAME_NOT_SAVED, exposure.slot, exposure.identifier, text)
        else:
            self._saved(exposure, frame)

    def _saved(self, exposure: Exposure, frame: Frame) -> None:
        """The frame is safe: now it may be shown and reported."""
        bench = self._bench
        bench.recent.keep(exposure.identifier, frame)
        bench.news.tell(EventKind.FRAME_SAVED, exposure.slot, exposure.identifier)
        self.show(exposure, frame)
        begun = bench.ledger.begin_step(exposure.token.step.instance_uid)
        if begun is not None:
            bench.news.tell(EventKind.STEP, text=begun.note)
