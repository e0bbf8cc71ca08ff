"""What an exam needs from outside, as Protocols. The app adapts archive, node and outbox to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from minipacs.dicom.model import Code, Order, Patient, PerformedStep

if TYPE_CHECKING:
    from minipacs.dicom.performed_step import PerformedSeries


@dataclass(frozen=True, slots=True)
class Stored:
    """An object that is safe in the archive: file and row survive pulling the plug."""

    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str
    path: str = ""
    sha256: str = ""
    already: bool = False
    """It was there before with the same bytes (accepted again after a crash)."""
    alert: str = ""


class ImageStore(Protocol):
    """The archive, as the exam sees it."""

    def ingest(self, data: bytes) -> Stored:
        """Store one Part 10 file for good; raises whatever the archive raises, and then nothing was stored."""

    def holds(self, sop_instance_uid: str) -> Stored | None:
        """The stored object of this UID, if there is one: what a crash between archive and release left."""

    def read(self, sop_instance_uid: str) -> bytes:
        """The Part 10 file of a stored object, to look at it again."""

    def check_room(self) -> None:
        """Raises when the archive could not take another picture; asked before each exposure."""

    def waiting(self) -> int:
        """Deliveries that wait in the outbox, for the summary."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a message about a performed step."""

    delivered: bool
    """The node itself answered Success; False means that the message waits in the outbox."""
    note: str = ""
    """A sentence for the person when it was not delivered."""
    refused: bool = False
    """The node said no for good: nothing waits, a person must look."""


class StepReporter(Protocol):
    """Tells the node what is done (MPPS). Never blocks an exam: what cannot be sent waits in the outbox.

    None instead of an answer: it was neither sent nor queued, and the exam asks again at its end.

    Each message stands by itself; repeating one after a crash must be harmless (same step UID).
    """

    def create(
        self,
        patient: Patient,
        order: Order,
        step: PerformedStep,
        *,
        modality: str,
        operator: str,
    ) -> Reported | None:
        """N-CREATE, IN PROGRESS. PS3.4 F.7.2.1."""

    def complete(
        self, step: PerformedStep, ended_at: dt.datetime, series: Sequence[PerformedSeries]
    ) -> Reported | None:
        """N-SET to COMPLETED with what was really stored. PS3.4 F.7.2.2."""

    def discontinue(
        self,
        step: PerformedStep,
        ended_at: dt.datetime,
        series: Sequence[PerformedSeries],
        reason: Code,
    ) -> Reported | None:
        """N-SET to DISCONTINUED with a reason of CID 9300."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the worklist."""

    patient: Patient
    order: Order
    status: str = "SCHEDULED"
