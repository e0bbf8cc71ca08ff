"""Storage commitment: what this archive can vouch for, and what others have vouched for. PS3.4 Annex J."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from minipacs.archive.alerts import raise_alert
from minipacs.archive.blobs import Blobs
from minipacs.archive.database import Database, Session
from minipacs.archive.errors import UnknownTransaction
from minipacs.archive.rows import Commitment

NO_SUCH_OBJECT = 0x0112
CLASS_CONFLICT = 0x0119
PROCESSING_FAILURE = 0x0110
"""Failure Reason (0008,1197), PS3.3 C.14.1.1."""

Ref = tuple[str, str]
"""(SOP Class UID, SOP Instance UID)."""
FailedRef = tuple[str, str, int]
"""The same with the Failure Reason."""

_COLUMNS = "transaction_uid, peer, role, refs, created_at"


class Commitments:
    """The storage commitment of an archive."""

    def __init__(self, database: Database, blobs: Blobs, now: Callable[[], str]) -> None:
        self._database = database
        self._blobs = blobs
        self._now = now

    def check(self, refs: Iterable[Ref]) -> tuple[list[Ref], list[FailedRef]]:
        """Which of these are safe here: the whole file is read and compared with its hash.

        Returns:
            (committed, failed with Failure Reason)
        """
        committed: list[Ref] = []
        failed: list[FailedRef] = []
        for sop_class, uid in refs:
            with self._database.reading() as session:
                row = session.one(
                    "SELECT sop_class, key, sha256 FROM instance WHERE sop_uid = ?", uid
                )
            if row is None:
                failed.append((sop_class, uid, NO_SUCH_OBJECT))
            elif row[0] != sop_class:
                failed.append((sop_class, uid, CLASS_CONFLICT))
            elif not self._blobs.verify(self._blobs.path_of(row[1]), bytes(row[2])):
                failed.append((sop_class, uid, PROCESSING_FAILURE))
            else:
                committed.append((sop_class, uid))
        return committed, failed

    def remember(
        self, transaction_uid: str, peer: str, refs: Sequence[Ref], role: str = "scu"
    ) -> None:
        """Write a transaction down before it is asked ("scu") or answered ("scp"); doing so twice changes nothing."""
        if role not in ("scu", "scp"):
            raise ValueError("role is scu or scp")
        text, now = json.dumps([list(ref) for ref in refs]), self._now()
        self._database.write(
            lambda s: s.run(
                f"INSERT INTO commitment ({_COLUMNS}, resolved_at) VALUES (?, ?, ?, ?, ?, '') "  # noqa: S608
                "ON CONFLICT (transaction_uid, role) DO NOTHING",
                *(transaction_uid, peer, role, text, now),
            )
        )

    def resolve(
        self,
        transaction_uid: str,
        committed: Iterable[Ref] = (),
        failed: Iterable[FailedRef] = (),
        *,
        role: str = "scu",
    ) -> Commitment:
        """A transaction has its result. As SCU, the outbox entries of that peer that were SENT become COMMITTED or
        FAILED by it, the latter with an alert; a UID that the peer was not asked about changes nothing, and one that it
        does not mention stays SENT and is asked for again.

        Raises:
            UnknownTransaction: it was never remembered, or has its result already.
        """
        good, bad = list(committed), list(failed)
        now = self._now()
        return self._database.write(lambda s: _resolved(s, transaction_uid, role, good, bad, now))

    def get(self, transaction_uid: str, role: str = "scu") -> Commitment | None:
        """A transaction, open or resolved."""
        with self._database.reading() as session:
            row = session.one(
                f"SELECT {_COLUMNS} FROM commitment WHERE transaction_uid = ? AND role = ?",  # noqa: S608
                transaction_uid,
                role,
            )
        return _commitment(row) if row else None

    def pending(self, role: str = "scu") -> list[Commitment]:
        """Transactions without a result, the oldest first."""
        with self._database.reading() as session:
            rows = session.all(
                f"SELECT {_COLUMNS} FROM commitment WHERE resolved_at = '' AND role = ? "  # noqa: S608
                "ORDER BY created_at, transaction_uid",
                role,
            )
        return [_commitment(row) for row in rows]


def _resolved(
    session: Session,
    transaction_uid: str,
    role: str,
    committed: Sequence[Ref],
    failed: Sequence[FailedRef],
    now: str,
) -> Commitment:
    row = session.one(
        f"SELECT {_COLUMNS} FROM commitment WHERE transaction_uid = ? AND role = ? "  # noqa: S608
        "AND resolved_at = ''",
        transaction_uid,
        role,
    )
    if row is None:
        raise UnknownTransaction(transaction_uid)
    found = _commitment(row)
    session.run(
        "UPDATE commitment SET resolved_at = ? WHERE transaction_uid = ? AND role = ?",
        now,
        transaction_uid,
        role,
    )
    if role == "scu":
        asked = {uid for _, uid in found.refs}
        for _, uid in committed:
            if uid in asked:
                _move(session, uid, found.peer, "COMMITTED", "", now)
        for _, uid, reason in failed:
            if uid in asked:
                why = f"the peer did not commit it (reason {reason:04X}H)"
                _move(session, uid, found.peer, "FAILED", why, now)
                text = f"{found.peer} does not keep it (reason {reason:04X}H): send it again"
                raise_alert(session, "delivery", text, uid, now)
    return found


def _move(session: Session, uid: str, peer: str, state: str, reason: str, now: str) -> None:
    session.run(
        "UPDATE outbox SET state = ?, reason = ?, changed_at = ?, commit_due = '' "
        "WHERE kind = 'store' AND uid = ? AND destination = ? AND state = 'SENT'",
        *(state, reason, now, uid, peer),
    )


def _commitment(row: tuple[str, ...]) -> Commitment:
    transaction_uid, peer, role, refs, created_at = row
    return Commitment(
        transaction_uid, peer, role, tuple((a, b) for a, b in json.loads(refs)), created_at
    )
