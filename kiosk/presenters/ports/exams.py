"""Exams: opening, running, taking up again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.exam.templates import Template
from kiosk.exam.token import Token
from kiosk.exam.views import ExamEvent, ExposureView, Preview, SlotView, Summary
from minipacs.dicom.model import Code, Order, Patient


@dataclass(frozen=True)
class RecoveredExam:
    """An exam that a crash or a power cut broke off; its frames are safe in the spool."""

    exam_id: str
    patient: Patient
    template_title: str
    pictures: int
    last_at: dt.datetime


class LiveExam(Protocol):
    """A running exam, as its screen needs it; kiosk.exam.Exam is one."""

    @property
    def exam_id(self) -> str:
        """Of this exam."""

    @property
    def patient(self) -> Patient:
        """Who; fixed."""

    @property
    def order(self) -> Order:
        """What was asked; fixed."""

    @property
    def template(self) -> Template:
        """The mount."""

    @property
    def closed(self) -> bool:
        """Finished or discontinued. At once."""

    @property
    def armed(self) -> Token | None:
        """What waits for its exposure. At once."""

    def slots(self) -> Sequence[SlotView]:
        """All positions as they stand. At once."""

    def exposures(self) -> Sequence[ExposureView]:
        """All exposures, rejected ones too. At once."""

    def next_slot(self, after: str = "") -> str:
        """The next position without a picture, in the order of acquisition; empty when full. At once."""

    def name_teeth(self, slot: str, teeth: Sequence[str]) -> None:
        """Say which teeth (FDI) a position shows whose mount leaves that open."""

    def arm(self, slot: str) -> Token:
        """Make the token of the next exposure of this position."""

    def disarm(self) -> None:
        """Take the token back."""

    def retake(self, slot: str, reason: Code, operator: str = "") -> Token:
        """Do not keep the picture of this position, for a reason, and arm it again."""

    def preview(self, exposure_id: str) -> Preview:
        """The picture of an exposure, for the eye."""

    def accept(self, exposure_id: str) -> object:
        """Keep it: on return it is safe in the archive."""

    def save_again(self, exposure_id: str) -> None:
        """Try again to save a frame that the disk did not take."""

    def adopt(self, quarantine_id: str, slot: str) -> str:
        """A person says where a stray frame belongs."""

    def move(self, exposure_id: str, slot: str) -> None:
        """Put a picture under review into another position."""

    def subscribe(self, callback: Callable[[ExamEvent], None]) -> Callable[[], None]:
        """Be told what happens, on any thread; call the result to hear no more."""

    def finish(self) -> Summary:
        """End it; raises Unresolved or NothingStored."""

    def discontinue(self, reason: Code) -> Summary:
        """Break it off with a reason of CID 9300."""


@dataclass(frozen=True)
class Stray:
    """A frame without a place: it came without a valid token."""

    entry_id: str
    came_at: dt.datetime
    reason: str
    thumbnail: NDArray[np.uint8] | None = None


class ExamsPort(Protocol):
    """Opens exams."""

    def templates(self) -> Sequence[Template]:
        """The mounts to choose from, in their order. At once."""

    def suggest(self, order: Order) -> str:
        """The key of the mount that fits an order. At once."""

    def open(self, patient: Patient, order: Order | None, template: str) -> LiveExam:
        """Begin an exam; without an order it is a walk-in and gets a study of its own."""

    def recovered(self) -> Sequence[RecoveredExam]:
        """Exams that were broken off or paused, and can go on."""

    def resume(self, exam_id: str) -> LiveExam:
        """Go on with one of them."""

    def leave(self) -> None:
        """No exam is in front of the person any more: a frame that comes now is nobody's."""

    def strays(self) -> Sequence[Stray]:
        """Frames in quarantine."""

    def new_identifier(self) -> str:
        """An identifier for a patient who has none, unlike any other. At once."""

    def reject_reasons(self) -> Sequence[Code]:
        """CID 7011. At once."""

    def discontinue_reasons(self) -> Sequence[Code]:
        """CID 9300. At once."""

    def species(self) -> Sequence[Code]:
        """CID 7454, for animals. At once."""

    def show_tooth(self, tooth: str) -> str:
        """An FDI number in the notation of the settings. At once."""

    def teeth_of(self, order: Order) -> Sequence[str]:
        """The teeth (FDI) that an order's words name; none when they name none. At once."""
