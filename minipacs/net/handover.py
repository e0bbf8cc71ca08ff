"""One destination's turn: messages, objects, then the request to keep them; each entry ends by the peer's own word.

What an answer means for an entry:

- done, or done with a warning: SENT
- the object itself is wrong (A9xx, SOP class, UID): FAILED at once, a person must look
- the peer has no room (A7xx): QUEUED, and the destination rests
- another refusal (Cxxx, 0110 ...): QUEUED, FAILED after five tries
- no connection: QUEUED, and the destination rests. One entry, the probe, bears the back-off for all of them
- the connection broke: this entry is QUEUED, the others go on. FAILED after five times that others got through
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minipacs.archive.errors import ArchiveError, BadMove, UnknownTransaction
from minipacs.archive.rows import DeliveryState, OutboxEntry
from minipacs.net import status as statuses
from minipacs.net.association import Cancelled, Conversation, NothingAccepted, associate
from minipacs.net.errors import NetError, PeerRefused, PeerRejected, PeerUnreachable
from minipacs.net.peers import Peer
from minipacs.net.scu import commitment, mpps
from minipacs.net.scu.store import StoreResult, StoreSession
from minipacs.net.transcript import Transcript
from minipacs.net.wire import Timeouts

if TYPE_CHECKING:
    from minipacs.archive import Archive
    from minipacs.archive.outbox import Outbox

log = logging.getLogger(__name__)

QUEUED, SENDING, SENT, COMMITTED, FAILED = DeliveryState

MOST_TRIES = 5
_MOST_BREAKS = 3
"""Connections that may break in one turn before the destination rests."""
_REPORT_WAIT_S = 3.0
_INTERRUPTED = "interrupted"
_STEP_OVER = "may no longer be updated"
"""PS3.4 F.7.2.2.3: the Error Comment of an N-SET to a step that has ended."""
_OBJECT_IS_WRONG = frozenset(
    {
        statuses.INVALID_INSTANCE,
        statuses.NO_SUCH_SOP_CLASS,
        statuses.CLASS_INSTANCE_CONFLICT,
        statuses.SOP_CLASS_NOT_SUPPORTED,
        statuses.NOT_AUTHORISED,
    }
)


@dataclass
class Tally:
    """What a pass did. `put_off` are entries that will be tried again."""

    sent: int = 0
    failed: int = 0
    put_off: int = 0

    @property
    def moved(self) -> bool:
        """Whether another pass may find more that is due."""
        return bool(self.sent or self.failed)

    def __iadd__(self, other: Tally) -> Tally:
        self.sent += other.sent
        self.failed += other.failed
        self.put_off += other.put_off
        return self


@dataclass
class Health:
    """What is known of a destination while the process runs."""

    probe: int | None = None
    """The entry whose next try decides whether the destination is back; None while it is up."""
    delivered: int = 0
    breaks: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Entry -> (broken connections that were its own fault, `delivered` at the last one)."""


class _Rest(Exception):
    """The destination is left alone for now."""


class Handover:
    """Delivers the due entries of one destination."""

    def __init__(
        self,
        archive: Archive,
        destination: str,
        health: Health,
        *,
        calling_ae: str,
        commit: bool,
        timeouts: Timeouts,
        cancel: threading.Event,
        transcript: Transcript | None = None,
    ) -> None:
        self._archive = archive
        self._outbox: Outbox = archive.outbox
        self._destination = destination
        self._health = health
        self._calling_ae = calling_ae
        self._commit = commit
        self._timeouts = timeouts
        self._cancel = cancel
        self._transcript = transcript
        self.tally = Tally()

    def run(self, peer: Peer, entries: Sequence[OutboxEntry]) -> None:
        """Deliver `entries` to `peer`: what is done with each stands in the outbox and the tally."""
        try:
            self._messages(peer, [one for one in entries if one.kind.startswith("mpps")])
            self._objects(peer, [one for one in entries if one.kind == "store"])
            for entry in entries:
                if entry.kind == "commitment":
                    self._commitment(peer, entry)
        except _Rest:
            return

    def put_off(self, entry: OutboxEntry, problem: NetError) -> None:
        """The destination cannot be had: it rests until this entry is due again."""
        taken = entry if entry.state is SENDING else self._take(entry)
        if taken is not None:
            self._requeue(taken, str(problem))
        self._health.probe = entry.id

    # ---- messages about performed steps

    def _messages(self, peer: Peer, entries: Sequence[OutboxEntry]) -> None:
        if not entries:
            return
        at_hand = entries[0]
        try:
            with associate(
                peer,
                [mpps.PERFORMED_STEP],
                calling_ae=self._calling_ae,
                timeouts=self._timeouts,
                cancel=self._cancel,
                transcript=self._transcript,
            ) as conversation:
                for entry in entries:
                    taken = self._take(entry)
                    if taken is not None:
                        at_hand = taken
                        self._message(conversation, taken)
        except Cancelled:
            self._interrupt(at_hand)
        except NothingAccepted:
            for entry in entries:
                self._fail(entry, "the peer takes no messages about performed steps (MPPS)")
        except (PeerUnreachable, PeerRejected) as problem:
            self.put_off(at_hand, problem)
            raise _Rest from None

    def _message(self, conversation: Conversation, entry: OutboxEntry) -> None:
        kind = entry.kind.removeprefix("mpps-")
        again = entry.attempts > 1
        try:
            dataset = self._outbox.message(entry)
            answer = mpps.send(conversation, mpps.Message(kind, entry.uid, dataset))
        except PeerRefused as problem:
            if again and kind == "create" and problem.status == statuses.DUPLICATE_INSTANCE:
                self._sent(entry, problem.status, "it had arrived before")
            elif again and kind == "set" and _STEP_OVER in problem.comment.lower():
                self._sent(entry, statuses.SUCCESS, "it had arrived before")
            else:
                self._refused(entry, problem.status, str(problem))
        except ValueError as problem:
            self._fail(entry, str(problem))
        else:
            self._sent(entry, answer.status, answer.comment)

    # ---- objects

    def _objects(self, peer: Peer, entries: Sequence[OutboxEntry]) -> None:
        if not entries:
            return
        try:
            with StoreSession(
                peer,
                calling_ae=self._calling_ae,
                timeouts=self._timeouts,
                cancel=self._cancel,
                transcript=self._transcript,
            ) as session:
                rows = [self._archive.instance(entry.uid) for entry in entries]
                session.expect((row.sop_class_uid, row.transfer_syntax) for row in rows if row)
                self._send_all(session, entries)
        except Cancelled:
            log.debug("the delivery was stopped")

    def _send_all(self, session: StoreSession, entries: Sequence[OutboxEntry]) -> None:
        breaks = 0
        for entry in entries:
            if self._cancel.is_set():
                return
            try:
                data = self._archive.read(entry.uid)
            except ArchiveError as problem:
                self._fail(entry, str(problem))
                continue
            taken = self._take(entry)
            if taken is None:
                continue
            try:
                result = session.send(data)
            except Cancelled:
                self._interrupt(taken)
                return
            except PeerUnreachable as problem:
                breaks += 1
                if not session.is_associated or breaks >= _MOST_BREAKS:
                    self.put_off(taken, problem)
                    raise _Rest from None
                self._broke(taken, problem)
            except PeerRejected as problem:
                self.put_off(taken, problem)
                raise _Rest from None
            else:
                self._stored(taken, result)

    def _stored(self, entry: OutboxEntry, result: StoreResult) -> None:
        if result.ok:
            self._sent(entry, result.status, result.comment)
            return
        said = f": {result.comment}" if result.comment else ""
        reason = f"0x{result.status:04X} {result.meaning}{said}"
        if not result.sent:
            self._fail(entry, result.comment, result.status)
        else:
            self._refused(entry, result.status, reason)

    def _broke(self, entry: OutboxEntry, problem: PeerUnreachable) -> None:
        """The connection broke at this object. Its own fault only if others got through since it last happened."""
        count, delivered_then = self._health.breaks.get(entry.id, (0, -1))
        if self._health.delivered > delivered_then:
            count += 1
        self._health.breaks[entry.id] = (count, self._health.delivered)
        if count >= MOST_TRIES:
            why = f"the connection broke {count} times at this object, while others got through"
            self._fail(entry, why)
        else:
            self._requeue(entry, str(problem))

    # ---- storage commitment

    def _commitment(self, peer: Peer, entry: OutboxEntry) -> None:
        asked = commitment.report_of(self._outbox.message(entry)).committed
        states = self._states(asked)
        if any(state in (QUEUED, SENDING) for state in states.values()):
            return  # its turn comes when all of them have ended
        refs = [ref for ref in asked if states.get(ref[1]) is SENT]
        if not refs:
            self._fail(entry, "none of its objects was sent")
            return
        self._archive.commitment.remember(entry.uid, self._destination, refs)
        taken = self._take(entry)
        if taken is None:
            return
        try:
            report = commitment.request(
                peer,
                entry.uid,
                refs,
                calling_ae=self._calling_ae,
                wait=_REPORT_WAIT_S,
                timeouts=self._timeouts,
                cancel=self._cancel,
                transcript=self._transcript,
            )
        except Cancelled:
            self._interrupt(taken)
        except PeerRefused as problem:
            if taken.attempts > 1 and problem.status == statuses.DUPLICATE_INVOCATION:
                self._sent(taken, statuses.SUCCESS, "it had arrived before")
            else:
                self._refused(taken, problem.status, str(problem))
        except NothingAccepted:
            self._fail(taken, "the peer does not offer storage commitment; switch it off for it")
        except (PeerUnreachable, PeerRejected) as problem:
            self.put_off(taken, problem)
            raise _Rest from None
        else:
            self._sent(taken, statuses.SUCCESS, "")
            if report is not None:
                self._resolve(report)

    def _states(self, refs: Sequence[commitment.Reference]) -> dict[str, DeliveryState]:
        """The latest state here of each object; one that was never queued for this peer counts as SENT."""
        uids = [uid for _, uid in refs]
        return dict.fromkeys(uids, SENT) | self._outbox.states_of(uids, self._destination)

    def _resolve(self, report: commitment.Report) -> None:
        try:
            self._archive.commitment.resolve(
                report.transaction_uid, report.committed, report.failed
            )
        except UnknownTransaction:
            log.debug("the commitment report had come by another association already")

    # ---- the ends of an entry

    def _take(self, entry: OutboxEntry) -> OutboxEntry | None:
        """Mark an entry as under way; None when someone else has it."""
        try:
            return self._outbox.mark(entry.id, SENDING)
        except BadMove:
            return None

    def _sent(self, entry: OutboxEntry, status: int, reason: str) -> None:
        self._outbox.mark(entry.id, SENT, reason, status, confirm=self._commit)
        self._health.probe = None
        self._health.delivered += 1
        self._health.breaks.pop(entry.id, None)
        self.tally.sent += 1

    def _refused(self, entry: OutboxEntry, status: int, reason: str) -> None:
        self._health.probe = None
        if status in _OBJECT_IS_WRONG or status & 0xFF00 == statuses.DOES_NOT_MATCH_CLASS:
            self._fail(entry, reason, status)
        elif status & 0xFF00 == statuses.OUT_OF_RESOURCES:
            self._requeue(entry, reason, status)
            self._health.probe = entry.id
            raise _Rest
        elif entry.attempts >= MOST_TRIES:
            self._fail(entry, reason, status)
        else:
            self._requeue(entry, reason, status)

    def _requeue(self, entry: OutboxEntry, reason: str, status: int | None = None) -> None:
        self._outbox.mark(entry.id, QUEUED, reason, status)
        self.tally.put_off += 1
        log.info("outbox entry %d for %s waits", entry.id, self._destination)

    def _interrupt(self, entry: OutboxEntry) -> None:
        if entry.state is SENDING:
            self._outbox.mark(entry.id, QUEUED, _INTERRUPTED)

    def _fail(self, entry: OutboxEntry, reason: str, status: int | None = None) -> None:
        try:
            self._outbox.mark(entry.id, FAILED, reason, status)
        except BadMove:
            return
        self._health.breaks.pop(entry.id, None)
        self.tally.failed += 1
        log.warning("outbox entry %d for %s failed for good", entry.id, self._destination)
        self._alert(entry.uid, f"{self._destination} did not get it: {reason}")

    def _alert(self, uid: str, text: str) -> None:
        self._archive.alerts.add("delivery", text, uid)
