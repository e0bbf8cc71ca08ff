"""The outbox worker: what waits for other nodes goes there, as often as it takes; SENT is nothing but their word.

One thread looks what is due and gives each destination a thread of its own, so that a dead one holds up no other.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from minipacs.archive.errors import ArchiveError
from minipacs.archive.rows import DeliveryState, OutboxEntry
from minipacs.clock import Clock
from minipacs.dicom.uids import UidPolicy
from minipacs.net.association import DEFAULT_TIMEOUTS
from minipacs.net.errors import NetError
from minipacs.net.handover import Handover, Health, Tally
from minipacs.net.peers import Peer
from minipacs.net.scu import commitment
from minipacs.net.transcript import Transcript
from minipacs.net.wire import Timeouts
from minipacs.workers import start_thread

if TYPE_CHECKING:
    from minipacs.archive import Archive

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 2.0
"""Entries may come from another process, which cannot call notify()."""
_AT_ONCE = 256
_MOST_AT_ONCE = 1 << 16
_PASSES = 1000


class Delivery:
    """Works off the outbox of an archive.

    Args:
        archive: its outbox is served; it stays the caller's to close, after `stop`.
        resolve: AE title -> peer; raises a NetError for an unknown one.
        calling_ae: our AE title.
        clock: decides what is due.
        uids: names the commitment requests.
        commit_to: whether a destination is asked for storage commitment of what it got. A single request can be put
            into the outbox too, as a message of kind "commitment".
        timeouts: of the associations.
        transcript: is told each message.
    """

    def __init__(
        self,
        archive: Archive,
        resolve: Callable[[str], Peer],
        *,
        calling_ae: str,
        clock: Clock,
        uids: UidPolicy | None = None,
        commit_to: Callable[[str], bool] = lambda _: False,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        transcript: Transcript | None = None,
    ) -> None:
        self._archive = archive
        self._resolve = resolve
        self._calling_ae = calling_ae
        self._clock = clock
        self._uids = uids or UidPolicy()
        self._commit_to = commit_to
        self._timeouts = timeouts
        self._transcript = transcript
        self._lock = threading.Lock()
        self._health: dict[str, Health] = {}
        self._busy: dict[str, threading.Thread] = {}  # noqa: TID251 - only the type
        self._wake = threading.Event()
        self._cancel = threading.Event()
        self._worker: threading.Thread | None = None  # noqa: TID251 - only the type

    def run_due(self) -> Tally:
        """Deliver everything that is due now, in this thread; what fails is put off or given up, never raised.

        Raises:
            ArchiveError: the outbox itself cannot be read or written.
        """
        tally = Tally()
        for _ in range(_PASSES):
            done = Tally()
            for destination, entries in self._due().items():
                done += self._deliver(destination, entries)
            tally += done
            if not done.moved or self._cancel.is_set():
                break
        return tally

    def start(self) -> None:
        """Deliver from now on, in threads of its own."""
        with self._lock:
            if self._worker is not None:
                return
            self._cancel.clear()
            self._worker = start_thread("delivery", self._run)

    def stop(self, seconds: float = 5.0) -> None:
        """Stop within seconds; what was under way goes back into the queue."""
        self._cancel.set()
        self._wake.set()
        with self._lock:
            worker, self._worker = self._worker, None
            threads = list(self._busy.values())
        for thread in (worker, *threads):
            if thread is not None and thread is not threading.current_thread():
                thread.join(seconds)

    def notify(self) -> None:
        """There is something new in the outbox."""
        self._wake.set()

    def _run(self) -> None:
        while not self._cancel.is_set():
            self._wake.clear()
            try:
                for destination, entries in self._due().items():
                    self._begin(destination, entries)
            except ArchiveError as problem:
                log.error("the outbox cannot be worked off: %s", type(problem).__name__)
            self._wake.wait(_LOOK_EVERY_S)

    def _begin(self, destination: str, entries: list[OutboxEntry]) -> None:
        def run() -> None:
            try:
                done = self._deliver(destination, entries)
            finally:
                with self._lock:
                    self._busy.pop(destination, None)
            if done.moved:
                self._wake.set()

        with self._lock:
            if destination not in self._busy and not self._cancel.is_set():
                self._busy[destination] = start_thread(f"delivery-{destination}", run)

    def _deliver(self, destination: str, entries: list[OutboxEntry]) -> Tally:
        with self._lock:
            health = self._health.setdefault(destination, Health())
        handover = Handover(
            self._archive,
            destination,
            health,
            calling_ae=self._calling_ae,
            commit=self._commit_to(destination),
            timeouts=self._timeouts,
            cancel=self._cancel,
            transcript=self._transcript,
        )
        try:
            peer = self._resolve(destination)
        except NetError as problem:
            handover.put_off(entries[0], problem)
        else:
            handover.run(peer, entries)
        return handover.tally

    def _due(self) -> dict[str, list[OutboxEntry]]:
        """What is due, by destination, without those that are busy or known to be down for now."""
        self._ask_to_confirm()
        limit = _AT_ONCE
        while True:
            found = self._archive.outbox.due(self._clock(), limit)
            groups: dict[str, list[OutboxEntry]] = {}
            for entry in found:
                groups.setdefault(entry.destination, []).append(entry)
            open_groups = {
                destination: entries
                for destination, entries in groups.items()
                if not self._waits(destination, entries)
            }
            # A long queue for a dead peer must not hide what there is for the others.
            if open_groups or len(found) < limit or limit >= _MOST_AT_ONCE:
                return open_groups
            limit *= 4

    def _ask_to_confirm(self) -> None:
        """Queue the commitment requests for what was sent, also before a crash, and for what nobody has answered."""
        now, outbox = self._clock(), self._archive.outbox
        for destination in outbox.unconfirmed(now):
            with self._lock:
                busy = destination in self._busy
            # While a batch is on its way more of it becomes due: one request for all is made after it.
            while not busy and not self._cancel.is_set():
                uid = self._uids.transaction()
                if not outbox.ask_commitment(destination, uid, commitment.request_dataset, now):
                    break

    def _waits(self, destination: str, entries: Iterable[OutboxEntry]) -> bool:
        with self._lock:
            if destination in self._busy:
                return True
            health = self._health.get(destination)
            probe = health.probe if health is not None else None
        if health is None or probe is None or any(entry.id == probe for entry in entries):
            return False
        try:
            still = self._archive.outbox.get(probe)
        except ArchiveError:
            return False
        return still.state is DeliveryState.QUEUED
