"""Storage commitment reports to peers that did not wait for theirs: over an association of our own, until they have it.

What is owed is in the archive and survives a restart; how often it was tried is not, so a restart tries again at once.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydicom.dataset import Dataset

from minipacs.archive.errors import ArchiveError, UnknownTransaction
from minipacs.archive.rows import Commitment
from minipacs.clock import Clock
from minipacs.net.association import Offer, associate
from minipacs.net.commands import N_EVENT_REPORT_RQ
from minipacs.net.errors import NetError
from minipacs.net.peers import PeerBook
from minipacs.net.scu.commitment import COMMITMENT, COMMITMENT_INSTANCE
from minipacs.net.status import is_done

if TYPE_CHECKING:
    from minipacs.archive import Archive

log = logging.getLogger(__name__)

ALL_SAFE = 1
"""Event Type ID: everything asked for is committed, PS3.4 table J.3-2."""
SOME_FAILED = 2

_WAITS_S = (5.0, 30.0, 120.0, 900.0)
_KEPT_DAYS = 7

Failed = tuple[str, str, int]


def report_dataset(
    transaction_uid: str,
    committed: Sequence[tuple[str, str]],
    failed: Sequence[Failed],
    retrieve_ae: str,
) -> Dataset:
    """The Event Information of a report. PS3.4 table J.3-2."""
    ds = Dataset()
    ds.TransactionUID = transaction_uid
    ds.RetrieveAETitle = retrieve_ae
    if committed:
        ds.ReferencedSOPSequence = [_reference(*one) for one in committed]
    if failed:
        ds.FailedSOPSequence = [_failure(*one) for one in failed]
    return ds


class Reporter:
    """Sends the reports that are owed.

    Args:
        archive: knows what is owed, and checks the objects anew for each report.
        peers: where the peers are; one that is not there cannot be reached.
        ae_title: our own.
        clock: for the age of what is owed.
    """

    def __init__(self, archive: Archive, peers: PeerBook, ae_title: str, clock: Clock) -> None:
        self._archive = archive
        self._peers = peers
        self._ae_title = ae_title
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: set[str] = set()
        self._tries: dict[str, tuple[int, float]] = {}

    def run_due(self) -> int:
        """Try each report that is owed and due; gives how many were delivered."""
        delivered = 0
        for owed in self._archive.commitment.pending("scp"):
            _, next_try = self._tries.get(owed.transaction_uid, (0, 0.0))
            if time.monotonic() >= next_try:
                delivered += self.report(owed)
        return delivered

    def hold(self, transaction_uid: str) -> bool:
        """Say that a report is being given in the peer's own association; False when it is under way elsewhere."""
        with self._lock:
            if transaction_uid in self._under_way:
                return False
            self._under_way.add(transaction_uid)
            return True

    def let_go(self, transaction_uid: str) -> None:
        """The end of `hold`."""
        with self._lock:
            self._under_way.discard(transaction_uid)

    def result_of(self, owed: Commitment) -> tuple[int, Dataset]:
        """(Event Type ID, Event Information) as the archive is now."""
        committed, failed = self._archive.commitment.check(owed.refs)
        ds = report_dataset(owed.transaction_uid, committed, failed, self._ae_title)
        return (SOME_FAILED if failed else ALL_SAFE), ds

    def delivered(self, transaction_uid: str) -> None:
        """The peer has its report."""
        self._tries.pop(transaction_uid, None)
        try:
            self._archive.commitment.resolve(transaction_uid, role="scp")
        except UnknownTransaction:
            log.debug("a report was given again, as the peer asked again")

    def report(self, owed: Commitment) -> bool:
        """Try to deliver one report over a new association; says whether the peer has it."""
        if not self.hold(owed.transaction_uid):
            return False
        try:
            return self._report(owed)
        except (NetError, ArchiveError, ValueError) as problem:
            log.warning("a commitment report to %s waits: %s", owed.peer, type(problem).__name__)
            self._later(owed)
            return False
        finally:
            self.let_go(owed.transaction_uid)

    def _report(self, owed: Commitment) -> bool:
        peer = self._peers.get(owed.peer)
        if peer is None:
            self._later(owed)
            return False
        event, ds = self.result_of(owed)
        # The SCP of the service calls, so it asks for that role. PS3.4 J.3.3, PS3.7 D.3.3.4.
        offer = Offer(COMMITMENT, as_scp=True)
        with associate(peer, [offer], calling_ae=self._ae_title) as conversation:
            context = conversation.need(COMMITMENT)
            answer = conversation.call(
                N_EVENT_REPORT_RQ,
                context,
                context.encode(ds),
                AffectedSOPClassUID=COMMITMENT,
                AffectedSOPInstanceUID=COMMITMENT_INSTANCE,
                EventTypeID=event,
            )
            status = getattr(answer, "Status", None)
        if status is None or not is_done(int(status)):
            log.warning("%s did not take a commitment report", owed.peer)
            self._later(owed)
            return False
        self.delivered(owed.transaction_uid)
        return True

    def _later(self, owed: Commitment) -> None:
        tries, _ = self._tries.get(owed.transaction_uid, (0, 0.0))
        wait = _WAITS_S[min(tries, len(_WAITS_S) - 1)]
        self._tries[owed.transaction_uid] = (tries + 1, time.monotonic() + wait)
        if self._is_stale(owed):
            self._archive.alerts.add(
                "commitment",
                f"{owed.peer} could not be told for {_KEPT_DAYS} days whether its objects are safe here; "
                "look at its entry in the peer list, then have it ask again",
                owed.transaction_uid,
            )
            self.delivered(owed.transaction_uid)

    def _is_stale(self, owed: Commitment) -> bool:
        try:
            asked = dt.datetime.fromisoformat(owed.created_at)
        except ValueError:
            return False
        now = self._clock()
        if asked.tzinfo is None:
            asked = asked.replace(tzinfo=now.tzinfo)
        return now - asked > dt.timedelta(days=_KEPT_DAYS)


def _reference(sop_class: str, sop_instance: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = sop_class
    item.ReferencedSOPInstanceUID = sop_instance
    return item


def _failure(sop_class: str, sop_instance: str, reason: int) -> Dataset:
    item = _reference(sop_class, sop_instance)
    item.FailureReason = reason
    return item
