"""The outbox and the alerts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kiosk.i18n import Text
from kiosk.presenters.ports.archive import StudyKey


@dataclass(frozen=True)
class Destination:
    """A node that images can be sent to."""

    ae_title: str
    title: str


@dataclass(frozen=True)
class OutboxLine:
    """One delivery. `state` is QUEUED, SENDING, SENT, COMMITTED or FAILED, by the peer's own answer."""

    entry_id: str
    what: Text
    destination: str
    state: str
    tries: int = 0
    reason: str = ""
    next_try_at: dt.datetime | None = None


@dataclass(frozen=True)
class AlertLine:
    """Something that a person should know of; without names."""

    alert_id: str
    words: str
    at: dt.datetime | None = None


class DeliveryPort(Protocol):
    """The outbox and the alerts."""

    def destinations(self) -> Sequence[Destination]:
        """Where images can be sent. At once."""

    def send(self, study: StudyKey, ae_title: str) -> int:
        """Put the images of a study into the outbox; how many."""

    def outbox(self) -> Sequence[OutboxLine]:
        """All that is not done, newest first, and the last ones done."""

    def study_states(self, study: StudyKey) -> dict[str, int]:
        """State -> how many deliveries of this study."""

    def retry(self, entry_id: str) -> None:
        """Try a failed one again now; empty tries all."""

    def drop(self, entry_id: str) -> None:
        """Give one up."""

    def alerts(self) -> Sequence[AlertLine]:
        """The open ones."""

    def acknowledge(self, alert_id: str) -> None:
        """A person has read it."""
