"""One exposure of a running exam: its unchanging token, and where it stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kiosk.exam.machine import DECIDED, ExposureState, advance
from kiosk.exam.ports import Stored
from kiosk.exam.spool import Note, SpoolEntry
from kiosk.exam.token import Token
from kiosk.exam.views import ExposureView
from minipacs.dicom.model import Code, Details, Frame, Shot

_CLOCKS_MAY_DIFFER = dt.timedelta(minutes=2)
_LIVE_KINDS = frozenset({"io", "px", "ceph", "dx", "cr"})


@dataclass
class Exposure:
    """Mutable, only ever touched under the lock of its exam."""

    token: Token
    state: ExposureState
    slot: str
    shot: Shot
    received_at: dt.datetime
    light: Frame
    """The frame without its pixels."""
    details: Details = field(default_factory=dict)
    shape: tuple[int, ...] = ()
    unsaved: Frame | None = None
    """The whole frame, only as long as the spool did not take it."""
    thumbnail: NDArray[np.uint8] | None = None
    reason: Code | None = None
    stored: Stored | None = None
    problem: str = ""

    @property
    def identifier(self) -> str:
        """Of the exposure; the same as of its token and its spool entry."""
        return self.token.identifier

    @property
    def is_open(self) -> bool:
        """Someone has to decide on it still."""
        return self.state not in DECIDED

    @property
    def note(self) -> Note:
        """What the spool remembers of decisions about it."""
        if self.slot == self.token.slot:
            return Note()
        return Note(slot=self.slot, shot=self.shot, details=self.details)

    def go(self, after: ExposureState) -> None:
        """Move on, by the table."""
        self.state = advance(self.state, after)

    def view(self) -> ExposureView:
        """It as a plain value."""
        rows, columns = (self.shape or (self.light.rows, self.light.columns))[:2]
        return ExposureView(
            exposure_id=self.identifier,
            slot=self.slot,
            kind=self.token.kind,
            shot=self.shot,
            state=self.state,
            sop_instance_uid=self.token.sop_instance_uid,
            operator=self.token.operator,
            armed_at=self.token.armed_at,
            taken_at=taken_at(self.token, self.light, self.received_at),
            rows=rows,
            columns=columns,
            bits_stored=self.light.bits_stored,
            pixel_spacing_mm=self.light.pixel_spacing_mm,
            exposure=self.light.exposure,
            simulated=self.light.simulated,
            reject_reason=self.reason,
            problem=self.problem,
        )


def from_entry(entry: SpoolEntry, token: Token) -> Exposure:
    """The exposure of a frame that a killed run left in the spool."""
    return Exposure(
        token=token,
        state=ExposureState.SPOOLED,
        slot=entry.note.slot or token.slot,
        shot=entry.note.shot or token.shot,
        details=entry.note.details if entry.note.slot else token.details,
        received_at=entry.spooled_at,
        light=entry.frame,
        shape=entry.shape,
    )


def taken_at(token: Token, frame: Frame, received_at: dt.datetime) -> dt.datetime:
    """When the picture was taken: as the device says, unless its clock is plainly wrong.

    A live X-ray lies between arming and arrival; a photograph or a document may be older, but not of the future.
    """
    said = frame.taken_at
    if said is None or said.tzinfo is None or said > received_at + _CLOCKS_MAY_DIFFER:
        return received_at
    if token.kind in _LIVE_KINDS and said < token.armed_at - _CLOCKS_MAY_DIFFER:
        return received_at
    return min(said, received_at)
