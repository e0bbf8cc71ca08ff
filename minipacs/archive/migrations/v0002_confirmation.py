"""Schema 2: which deliveries are still to be confirmed by storage commitment, and counts that need no table scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minipacs.archive.database import Database, Session

_STATEMENTS = (
    # When the peer is to be asked (again) whether it keeps the object; "" where nobody wants to know. It is set in the
    # transaction that says SENT, so no crash in between can lose the request.
    "ALTER TABLE outbox ADD COLUMN commit_due TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE outbox ADD COLUMN commit_asked INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX outbox_by_commit_due ON outbox (commit_due, destination) WHERE commit_due <> ''",
    # Counting reads this index alone, and the newest of a state stand at its end.
    "CREATE INDEX outbox_by_state_kind ON outbox (state, kind, id)",
)


def apply(session: Session, database: Database) -> None:
    """Add the columns and the indexes."""
    for statement in _STATEMENTS:
        session.run(statement)
