"""What the outbox shows: bounded lists, counts and single entries, none of which reads what it need not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pydicom.dataset import Dataset

from minipacs.archive.database import Database, Session
from minipacs.archive.encoding import decode
from minipacs.archive.errors import BadMove
from minipacs.archive.rows import DeliveryState, OutboxEntry

KINDS = ("store", "mpps-create", "mpps-set", "commitment")

COLUMNS = (
    "id, kind, uid, destination, state, reason, status, attempts, created_at, next_try_at, data"
)
_SHOWN = COLUMNS.removesuffix(", data")
_PER_QUERY = 500


class OutboxLists:
    """The reading half of the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, state: DeliveryState | None = None, destination: str = "") -> list[OutboxEntry]:
        """All entries, the oldest first, without what a message holds (`message` fetches it); to show, see `latest`."""
        where, values = [], []
        if state is not None:
            where.append("state = ?")
            values.append(state.value)
        if destination:
            where.append("destination = ?")
            values.append(destination)
        condition = f"WHERE {' AND '.join(where)}" if where else ""
        with self._database.reading() as session:
            rows = session.all(f"SELECT {_SHOWN} FROM outbox {condition} ORDER BY id", *values)  # noqa: S608
        return [entry_of((*row, b"")) for row in rows]

    def messages(self, kind: str, uid: str, destination: str) -> Sequence[OutboxEntry]:
        """The messages of a kind about one object or step for a destination, oldest first."""
        with self._database.reading() as session:
            rows = session.all(
                f"SELECT {COLUMNS} FROM outbox WHERE uid = ? AND destination = ? AND kind = ? ORDER BY id",  # noqa: S608
                uid,
                destination,
                kind,
            )
        return [entry_of(row) for row in rows]

    def latest(self, states: Iterable[DeliveryState], limit: int) -> Sequence[OutboxEntry]:
        """The newest entries in these states, newest first, without what a message holds: a bounded list to show."""
        wanted = [state.value for state in states]
        # Each (state, kind) is read backwards in its index and ends at the limit, however many there are.
        one = (
            f"SELECT * FROM (SELECT {_SHOWN} FROM outbox WHERE state = ? AND kind = ? "  # noqa: S608
            "ORDER BY id DESC LIMIT ?) AS newest"
        )
        pairs = [(state, kind) for state in wanted for kind in KINDS]
        if not pairs:
            return []
        with self._database.reading() as session:
            rows = session.all(
                f"{' UNION ALL '.join([one] * len(pairs))} ORDER BY 1 DESC LIMIT ?",
                *(value for pair in pairs for value in (*pair, limit)),
                limit,
            )
        return [entry_of((*row, b"")) for row in rows]

    def recent(self, limit: int = 100) -> Sequence[OutboxEntry]:
        """The newest entries in any state, newest first, without what a message holds."""
        with self._database.reading() as session:
            rows = session.all(f"SELECT {_SHOWN} FROM outbox ORDER BY id DESC LIMIT ?", limit)  # noqa: S608
        return [entry_of((*row, b"")) for row in rows]

    def states_of(self, uids: Iterable[str], destination: str) -> dict[str, DeliveryState]:
        """SOP Instance UID -> state of its latest delivery there; those that were never queued are left out."""
        found: dict[str, DeliveryState] = {}
        wanted = [*uids]
        with self._database.reading() as session:
            for first in range(0, len(wanted), _PER_QUERY):
                some = wanted[first : first + _PER_QUERY]
                marks = ", ".join("?" * len(some))
                rows = session.all(
                    f"SELECT uid, state FROM outbox WHERE uid IN ({marks}) AND destination = ? "  # noqa: S608
                    "AND kind = 'store' ORDER BY id",
                    *some,
                    destination,
                )
                found.update((uid, DeliveryState(state)) for uid, state in rows)
        return found

    def counts_of(self, uids: Iterable[str]) -> dict[DeliveryState, int]:
        """State -> how many deliveries of these instances; states without any are left out."""
        found: Counter[str] = Counter()
        wanted = [*uids]
        with self._database.reading() as session:
            for first in range(0, len(wanted), _PER_QUERY):
                some = wanted[first : first + _PER_QUERY]
                marks = ", ".join("?" * len(some))
                found.update(
                    dict(
                        session.all(
                            f"SELECT state, count(*) FROM outbox WHERE uid IN ({marks}) "  # noqa: S608
                            "AND kind = 'store' GROUP BY state",
                            *some,
                        )
                    )
                )
        return {DeliveryState(state): count for state, count in found.items()}

    def get(self, entry_id: int) -> OutboxEntry:
        """One entry; raises BadMove when there is none."""
        with self._database.reading() as session:
            return get_entry(session, entry_id)

    def counts(
        self, kind: str = "", states: Iterable[DeliveryState] = DeliveryState
    ) -> dict[DeliveryState, int]:
        """How many entries are in each state.

        Args:
            kind: only of that kind: "store" counts images alone; "messages" counts all others; empty counts all.
            states: only these; the fewer entries they have, the quicker it is.
        """
        if kind and kind not in (*KINDS, "messages"):
            raise ValueError(f"no such kind: one of {', '.join(KINDS)}, messages")
        states = tuple(states)
        kinds = KINDS[1:] if kind == "messages" else (kind,) if kind else KINDS
        pairs = [(state.value, one) for state in states for one in kinds]
        one = "SELECT count(*) FROM outbox WHERE state = ? AND kind = ?"
        found: Counter[str] = Counter()
        with self._database.reading() as session:
            for state, of in pairs:
                found[state] += int(session.value(one, state, of))
        return {state: found[state.value] for state in states}

    def message(self, entry: OutboxEntry) -> Dataset:
        """The dataset of a message; also of an entry that a list gave."""
        return decode(entry.dataset or self.get(entry.id).dataset)


def get_entry(session: Session, entry_id: int) -> OutboxEntry:
    row = session.one(f"SELECT {COLUMNS} FROM outbox WHERE id = ?", entry_id)  # noqa: S608
    if row is None:
        raise BadMove(entry_id, "there is no such entry")
    return entry_of(row)


def entry_of(row: tuple[Any, ...]) -> OutboxEntry:
    return OutboxEntry(*row[:4], DeliveryState(row[4]), *row[5:-1], bytes(row[-1]))  # type: ignore[call-arg]
