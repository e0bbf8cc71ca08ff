"""The audit trail: each record carries a hash over itself and the one before, so that a change shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator

from minipacs.archive.database import Database, Session
from minipacs.archive.rows import AuditRecord

_COLUMNS = "number, at, event, outcome, who, detail"


class Audit:
    """The audit trail of an archive. What is removed from its end can't be seen from the trail alone."""

    def __init__(self, database: Database, now: Callable[[], str]) -> None:
        self._database = database
        self._now = now

    def record(self, event: str, outcome: str, user: str = "", detail: str = "") -> int:
        """Write down what was done; gives the number of the record.

        Args:
            event: what, in the words of PS3.15 A.5 where they fit ("DICOM Instances Accessed").
            outcome: "success" or what went wrong; it must be true.
            user: who: a login or an AE title.
            detail: UIDs and counts, never names.
        """
        now = self._now()

        def job(session: Session) -> int:
            last = session.one("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")
            number, before = (last[0] + 1, last[1]) if last else (1, "")
            record = AuditRecord(number, now, event, outcome, user, detail)
            session.run(
                f"INSERT INTO audit ({_COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                *(number, now, event, outcome, user, detail, _chained(before, record)),
            )
            return int(number)

        return self._database.write(job)

    def records(self, since: int = 0) -> Iterator[AuditRecord]:
        """Records after the number `since`, in their order."""
        while True:
            with self._database.reading() as session:
                rows = session.all(
                    f"SELECT {_COLUMNS} FROM audit WHERE number > ? ORDER BY number LIMIT 500",  # noqa: S608
                    since,
                )
            if not rows:
                return
            for row in rows:
                yield AuditRecord(*row)
            since = rows[-1][0]

    def verify(self) -> int | None:
        """The number of the first record that was changed, or whose predecessor is gone; None when all is well."""
        before, expected = "", 1
        with self._database.reading() as session:
            for row in session.run(f"SELECT {_COLUMNS}, hash FROM audit ORDER BY number"):  # noqa: S608
                record = AuditRecord(*row[:-1])
                if record.number != expected or row[-1] != _chained(before, record):
                    return expected
                before, expected = row[-1], expected + 1
        return None


def _chained(before: str, record: AuditRecord) -> str:
    fields = [
        before,
        record.number,
        record.at,
        record.event,
        record.outcome,
        record.user,
        record.detail,
    ]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()
