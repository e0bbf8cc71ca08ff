"""What a person should look at. Texts hold UIDs and keywords, never a name."""

from __future__ import annotations

from collections.abc import Callable

from minipacs.archive.database import Database, Session
from minipacs.archive.rows import Alert


def raise_alert(session: Session, kind: str, text: str, uid: str, now: str) -> int:
    """Raise one within a transaction; the same one that is still open is not raised twice."""
    found = session.value(
        "SELECT id FROM alert WHERE acknowledged_at = '' AND kind = ? AND uid = ? AND text = ?",
        kind,
        uid,
        text,
    )
    if found is not None:
        return int(found)
    return int(
        session.value(
            "INSERT INTO alert (kind, text, uid, raised_at, acknowledged_at) "
            "VALUES (?, ?, ?, ?, '') RETURNING id",
            kind,
            text,
            uid,
            now,
        )
    )


class Alerts:
    """The alerts of an archive."""

    def __init__(self, database: Database, now: Callable[[], str]) -> None:
        self._database = database
        self._now = now

    def add(self, kind: str, text: str, uid: str = "") -> int:
        """Raise an alert; gives its number.

        Args:
            kind: one word, `conflict` for one.
            text: what happened and what to do, without names or patient IDs.
            uid: of the object it is about.
        """
        return self._database.write(lambda s: raise_alert(s, kind, text, uid, self._now()))

    def list(self, open_only: bool = True) -> list[Alert]:
        """Alerts, the oldest first."""
        where = "WHERE acknowledged_at = ''" if open_only else ""
        with self._database.reading() as session:
            rows = session.all(
                f"SELECT id, kind, text, uid, raised_at, acknowledged_at FROM alert {where} ORDER BY id"  # noqa: S608
            )
        return [Alert(*row) for row in rows]

    def count(self) -> int:
        """How many are open."""
        with self._database.reading() as session:
            return int(session.value("SELECT count(*) FROM alert WHERE acknowledged_at = ''"))

    def acknowledge(self, number: int) -> None:
        """A person has seen it."""
        now = self._now()
        self._database.write(
            lambda s: s.run(
                "UPDATE alert SET acknowledged_at = ? WHERE id = ? AND acknowledged_at = ''",
                now,
                number,
            )
        )
