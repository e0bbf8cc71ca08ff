"""The outbox and the alerts for the screen, in the peer's own words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from kiosk.i18n import Text, text
from kiosk.office.pictures import rows_of
from kiosk.presenters.ports import AlertLine, Destination, OutboxLine, StudyKey
from minipacs.archive import Archive
from minipacs.archive.rows import DeliveryState, OutboxEntry

SHOWN_OPEN, SHOWN_DONE = 1000, 200
"""The screen is asked every few seconds: what it shows is bounded, however much there is."""
_OPEN = (DeliveryState.FAILED, DeliveryState.SENDING, DeliveryState.QUEUED)
_DONE = (DeliveryState.SENT, DeliveryState.COMMITTED)
_WHAT = {
    "store": "Image {uid}",
    "mpps-create": "Report: exam begun",
    "mpps-set": "Report: exam ended",
    "commitment": "Request to confirm storage",
}


class DeliveryDesk:
    """kiosk.presenters.ports.DeliveryPort.

    Args:
        destinations: where images can be sent, as AETITLE or AETITLE@HOST:PORT with the words a person reads.
        wake: tells the delivery that there is work.
    """

    def __init__(
        self,
        archive: Archive,
        destinations: Callable[[], Sequence[Destination]],
        wake: Callable[[], None],
    ) -> None:
        self._archive, self._destinations, self._wake = archive, destinations, wake

    def destinations(self) -> Sequence[Destination]:
        """Where images can be sent."""
        return self._destinations()

    def send(self, study: StudyKey, ae_title: str) -> int:
        """Put the images of a study into the outbox; how many."""
        uids = [row.sop_instance_uid for row in rows_of(self._archive, study)]
        self._archive.outbox.enqueue(uids, ae_title)
        self._wake()
        return len(uids)

    def outbox(self) -> Sequence[OutboxLine]:
        """What is not done, newest first, and the last ones done."""
        found = self._archive.outbox
        entries = [*found.latest(_OPEN, SHOWN_OPEN), *found.latest(_DONE, SHOWN_DONE)]
        return [_line(entry) for entry in entries]

    def study_states(self, study: StudyKey) -> dict[str, int]:
        """State -> how many deliveries of this study."""
        uids = [row.sop_instance_uid for row in rows_of(self._archive, study)]
        counts = self._archive.outbox.counts_of(uids)
        return {state.value: count for state, count in counts.items()}

    def retry(self, entry_id: str) -> None:
        """Try a failed one again now; empty tries all."""
        self._archive.outbox.retry(int(entry_id) if entry_id else None)
        self._wake()

    def drop(self, entry_id: str) -> None:
        """Give one up."""
        self._archive.outbox.drop(int(entry_id))

    def alerts(self) -> Sequence[AlertLine]:
        """The open ones."""
        return [
            AlertLine(str(alert.id), alert.text, dt.datetime.fromisoformat(alert.raised_at))
            for alert in self._archive.alerts.list()
        ]

    def acknowledge(self, alert_id: str) -> None:
        """A person has read it."""
        self._archive.alerts.acknowledge(int(alert_id))


def _line(entry: OutboxEntry) -> OutboxLine:
    return OutboxLine(
        str(entry.id),
        _what(entry),
        entry.destination,
        entry.state.value,
        entry.attempts,
        entry.reason,
        dt.datetime.fromisoformat(entry.next_try_at) if entry.next_try_at else None,
    )


def _what(entry: OutboxEntry) -> Text:
    return text(_WHAT.get(entry.kind, "{kind}"), uid=f"…{entry.uid[-8:]}", kind=entry.kind)
