"""What is still to be delivered: per instance and destination, and messages; it survives power loss.

Nothing is SENT but by the peer's own status. Messages about one performed step go out in the order they were put in.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from pydicom.dataset import Dataset

from minipacs.archive.alerts import raise_alert
from minipacs.archive.database import Database, Session
from minipacs.archive.encoding import encode
from minipacs.archive.errors import BadMove
from minipacs.archive.outbox_lists import COLUMNS, KINDS, OutboxLists, entry_of, get_entry
from minipacs.archive.rows import DeliveryState, OutboxEntry
from minipacs.clock import Clock

QUEUED, SENDING, SENT, COMMITTED, FAILED = DeliveryState

MOVES: Mapping[DeliveryState, frozenset[DeliveryState]] = MappingProxyType(
    {
        QUEUED: frozenset({SENDING, FAILED}),
        SENDING: frozenset({SENT, QUEUED, FAILED}),
        SENT: frozenset({COMMITTED, QUEUED, FAILED}),
        COMMITTED: frozenset(),
        FAILED: frozenset({QUEUED}),
    }
)
"""Which state may follow which. SENT to QUEUED: storage commitment failed and it is sent again."""

FIRST_WAIT_S = 5
LONGEST_WAIT_S = 15 * 60
STUCK_AFTER_S = 60 * 60
"""An entry that is SENDING for longer belongs to a process that died while others kept the archive open."""
ANSWER_WITHIN_S = 24 * 60 * 60
"""How long a peer may think about a commitment request before a person is told and it is asked again. Archives that
write to their long-term storage at night answer the next morning."""
MOST_REFS = 500
"""Objects of one commitment request; an association holds one."""

_OPEN = (QUEUED.value, SENDING.value, FAILED.value)


def queue_instance(
    session: Session, uid: str, destination: str, now: str, *, resend: bool = True
) -> int:
    """Queue one instance within a transaction; one that is on its way is not queued twice.

    Args:
        resend: whether one that was sent before is queued again.
    """
    row = session.one(
        "SELECT id, state FROM outbox WHERE kind = 'store' AND uid = ? AND destination = ? "
        "ORDER BY id DESC LIMIT 1",
        uid,
        destination,
    )
    if row and (row[1] in _OPEN or not resend):
        if row[1] == FAILED.value:
            session.run(
                "UPDATE outbox SET state = 'QUEUED', attempts = 0, next_try_at = ?, changed_at = ? "
                "WHERE id = ?",
                now,
                now,
                row[0],
            )
        return int(row[0])
    return _insert(session, "store", uid, destination, b"", now)


def _insert(session: Session, kind: str, uid: str, destination: str, data: bytes, now: str) -> int:
    return int(
        session.value(
            "INSERT INTO outbox (kind, uid, destination, data, state, reason, status, attempts, "
            "created_at, changed_at, next_try_at) "
            "VALUES (?, ?, ?, ?, 'QUEUED', '', NULL, 0, ?, ?, ?) RETURNING id",
            *(kind, uid, destination, data, now, now, now),
        )
    )


def wait_after(attempts: int) -> dt.timedelta:
    """How long to wait after so many tries: 5 s, doubled each time, 15 minutes at most."""
    return dt.timedelta(seconds=min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(attempts - 1, 20)))


def instant(moment: dt.datetime) -> str:
    """An instant as text that sorts by time: UTC, ISO 8601 with microseconds."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


class Outbox(OutboxLists):
    """The outbox of an archive."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database)
        self._clock = clock

    # ------------------------------------------------------------------------------------ putting in

    def enqueue(self, uids: Iterable[str], destination: str) -> list[int]:
        """Queue instances for a destination (an AE title); gives the numbers of the entries."""
        now = instant(self._clock())
        wanted = list(uids)
        return self._database.write(
            lambda s: [queue_instance(s, uid, destination, now) for uid in wanted]
        )

    def enqueue_message(self, kind: str, uid: str, dataset: Dataset, destination: str) -> int:
        """Queue a message: kind "mpps-create", "mpps-set" or "commitment"."""
        if kind not in KINDS or kind == "store":
            raise ValueError(f"no such kind of message: one of {', '.join(KINDS[1:])}")
        data, now = encode(dataset), instant(self._clock())
        return self._database.write(lambda s: _insert(s, kind, uid, destination, data, now))

    # ------------------------------------------------------------------------------------ sending

    def due(self, now: dt.datetime, limit: int = 100) -> list[OutboxEntry]:
        """Entries to try at `now`, those that waited longest first; a message waits for the one before it."""
        moment = instant(now)
        stuck = instant(now - dt.timedelta(seconds=STUCK_AFTER_S))
        with self._database.reading() as session:
            if session.one(
                "SELECT 1 FROM outbox WHERE state = 'SENDING' AND changed_at < ? LIMIT 1", stuck
            ):
                self._database.write(lambda s: _unstick(s, moment, stuck))
            rows = session.all(
                f"SELECT {COLUMNS} FROM outbox o WHERE state = 'QUEUED' AND next_try_at <= ? "  # noqa: S608
                "AND NOT (kind LIKE 'mpps%' AND EXISTS (SELECT 1 FROM outbox b WHERE b.uid = o.uid "
                "AND b.destination = o.destination AND b.kind LIKE 'mpps%' AND b.id < o.id "
                "AND b.state IN ('QUEUED', 'SENDING', 'FAILED'))) "
                "ORDER BY next_try_at, id LIMIT ?",
                moment,
                limit,
            )
        return [entry_of(row) for row in rows]

    def mark(
        self,
        entry_id: int,
        state: DeliveryState,
        reason: str = "",
        status: int | None = None,
        *,
        confirm: bool = False,
    ) -> OutboxEntry:
        """Write down how far an entry is.

        Args:
            state: SENDING before the try; then SENT with the peer's status, QUEUED to try again later (the wait
                doubles, up to 15 minutes), or FAILED for good. COMMITTED comes with the commitment result.
            reason: why, without names.
            status: what the peer answered; SENT needs one.
            confirm: of an instance that is SENT: the peer is to be asked whether it keeps it. Written in the same
                transaction, so a crash cannot lose the request.

        Raises:
            BadMove: the present state doesn't allow it, another process was faster, or SENT without a status.
        """
        moment = self._clock()
        return self._database.write(
            lambda s: self._marked(s, entry_id, state, reason, status, moment, confirm)
        )

    def _marked(
        self,
        session: Session,
        entry_id: int,
        state: DeliveryState,
        reason: str,
        status: int | None,
        moment: dt.datetime,
        confirm: bool,
    ) -> OutboxEntry:
        before = get_entry(session, entry_id)
        if state not in MOVES[before.state]:
            raise BadMove(entry_id, f"{state.value} can't follow {before.state.value}")
        if state is SENT and (status is None or not _is_accepted(before.kind, status)):
            raise BadMove(entry_id, "it is SENT only when the peer's own status says so")
        attempts = before.attempts + (state is SENDING)
        if before.state is FAILED:
            attempts = 0
        next_try = before.next_try_at
        if state is QUEUED:
            wait = wait_after(attempts) if attempts else dt.timedelta()
            next_try = instant(moment + wait)
        session.run(
            "UPDATE outbox SET state = ?, reason = ?, status = ?, attempts = ?, changed_at = ?, "
            "next_try_at = ? WHERE id = ?",
            state.value,
            reason,
            status if status is not None else before.status,
            attempts,
            instant(moment),
            next_try,
            entry_id,
        )
        if state is SENT and before.kind == "commitment":
            _wait_for_answer(session, before, moment)
        elif before.kind == "store":
            # Any other state has nothing to confirm (any more).
            due = instant(moment) if state is SENT and confirm else ""
            session.run(
                "UPDATE outbox SET commit_due = ?, commit_asked = 0 WHERE id = ?", due, entry_id
            )
        return get_entry(session, entry_id)

    # ------------------------------------------------------------------------------------ to be confirmed

    def unconfirmed(self, now: dt.datetime) -> list[str]:
        """Destinations that are to be asked (again) at `now` whether they keep what was sent to them."""
        with self._database.reading() as session:
            rows = session.all(
                "SELECT DISTINCT destination FROM outbox WHERE commit_due <> '' AND commit_due <= ?",
                instant(now),
            )
        return [row[0] for row in rows]

    def ask_commitment(
        self,
        destination: str,
        transaction_uid: str,
        build: Callable[[str, Sequence[tuple[str, str]]], Dataset],
        now: dt.datetime,
    ) -> int:
        """Queue one commitment request for what is SENT there and to be confirmed; gives for how many objects.

        Args:
            transaction_uid: of the request, a new one.
            build: (Transaction UID, [(SOP class, SOP instance)]) -> the dataset of the request.
        """
        moment = instant(now)

        def job(session: Session) -> int:
            rows = session.all(
                "SELECT o.id, i.sop_class, o.uid, o.commit_asked FROM outbox o "
                "LEFT JOIN instance i ON i.sop_uid = o.uid "
                "WHERE o.commit_due <> '' AND o.commit_due <= ? AND o.destination = ? "
                "AND o.state = 'SENT' ORDER BY o.commit_due, o.id LIMIT ?",
                *(moment, destination, MOST_REFS),
            )
            refs = [(row[1], row[2]) for row in rows if row[1]]
            for row in rows:
                session.run("UPDATE outbox SET commit_due = '' WHERE id = ?", row[0])
            if not refs:
                return 0
            if any(row[3] for row in rows):
                raise_alert(session, "commitment", _UNANSWERED.format(destination), "", moment)
            data = encode(build(transaction_uid, refs))
            _insert(session, "commitment", transaction_uid, destination, data, moment)
            return len(refs)

        return self._database.write(job)

    # ------------------------------------------------------------------------------------ looking after it

    def retry(self, entry_id: int | None = None) -> int:
        """Try again at once: one entry, or all that FAILED or wait; gives how many."""
        now = instant(self._clock())
        one = "" if entry_id is None else " AND id = ?"
        values = () if entry_id is None else (entry_id,)
        return self._database.write(
            lambda s: int(
                s.run(
                    "UPDATE outbox SET state = 'QUEUED', attempts = 0, next_try_at = ?, "  # noqa: S608
                    f"changed_at = ? WHERE state IN ('FAILED', 'QUEUED'){one}",
                    now,
                    now,
                    *values,
                ).rowcount
            )
        )

    def drop(self, entry_id: int) -> None:
        """Give an entry up; the instance itself stays in the archive."""
        self._database.write(lambda s: s.run("DELETE FROM outbox WHERE id = ?", entry_id))

    def recover(self) -> int:
        """What was SENDING when the process died may or may not have arrived: it is queued again."""
        now = instant(self._clock())
        with self._database.reading() as session:
            if not session.one("SELECT 1 FROM outbox WHERE state = 'SENDING' LIMIT 1"):
                return 0
        return self._database.write(lambda s: _unstick(s, now, "~"))


_UNANSWERED = (
    f"{{}} has not said within {ANSWER_WITHIN_S // 3600} hours whether it keeps what was sent to it; it is asked "
    "again. Look whether it offers storage commitment and knows our AE title and port"
)


def _wait_for_answer(session: Session, request: OutboxEntry, moment: dt.datetime) -> None:
    """The peer has the request: what it asks for and is still unanswered then is asked for again."""
    refs = session.value(
        "SELECT refs FROM commitment WHERE transaction_uid = ? AND role = 'scu' AND resolved_at = ''",
        request.uid,
    )
    due = instant(moment + dt.timedelta(seconds=ANSWER_WITHIN_S))
    for _, uid in json.loads(refs or "[]"):
        session.run(
            "UPDATE outbox SET commit_due = ?, commit_asked = commit_asked + 1 "
            "WHERE uid = ? AND destination = ? AND kind = 'store' AND state = 'SENT'",
            *(due, uid, request.destination),
        )


def _unstick(session: Session, now: str, before: str) -> int:
    return int(
        session.run(
            "UPDATE outbox SET state = 'QUEUED', next_try_at = ?, changed_at = ?, "
            "reason = 'interrupted' WHERE state = 'SENDING' AND changed_at < ?",
            now,
            now,
            before,
        ).rowcount
    )


def _is_accepted(kind: str, status: int) -> bool:
    # PS3.7 Annex C: success, and the warnings, which say that the peer did it.
    if status in (0x0000, 0x0001, 0x0107, 0x0116) or 0xB000 <= status <= 0xBFFF:
        return True
    # "Duplicate SOP Instance": it has the step, from a try whose answer was lost.
    return kind == "mpps-create" and status == 0x0111
