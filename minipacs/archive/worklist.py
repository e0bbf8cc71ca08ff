"""The modality worklist: scheduled steps in, C-FIND answers out. PS3.4 Annex K.

Each entry keeps its whole item as bytes, so that an answer costs no building; what is searched stands in columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from pydicom.dataset import Dataset

from minipacs.archive.database import Database, Session
from minipacs.archive.errors import BadStatus, UnknownEntry
from minipacs.archive.find import tag_of
from minipacs.archive.matching.compare import asks, matches
from minipacs.archive.matching.conditions import (
    ALWAYS,
    Condition,
    all_of,
    any_of,
    date_time_between,
    on_column,
)
from minipacs.archive.matching.keys import Key, keys_of
from minipacs.archive.rows import WorklistEntry
from minipacs.archive.texts import fold
from minipacs.archive.worklist_rows import (
    STEPS,
    TakenMeanwhile,
    answer_of,
    entry_of,
    exists,
    lazily,
    put_all,
    values_of,
)
from minipacs.dicom.model import Order, Patient

STATUSES = ("SCHEDULED", "STARTED", "COMPLETED", "DISCONTINUED", "CLOSED")
"""CLOSED is by hand; the others follow the performed steps."""

_ROOT = {
    "PatientID": "patient_id",
    "IssuerOfPatientID": "issuer",
    "PatientName": "name",
    "AccessionNumber": "accession",
    "StudyInstanceUID": "study_uid",
    "RequestedProcedureID": "procedure_id",
}
_ITEM = {
    "ScheduledStationAETitle": "station_ae",
    "ScheduledProcedureStepStartDate": "start_date",
    "ScheduledProcedureStepStartTime": "start_time",
    "Modality": "modality",
    "ScheduledPerformingPhysicianName": "performer",
    "ScheduledProcedureStepID": "step_id",
    "ScheduledProcedureStepStatus": "status",
}
_PAGE = 100


_TRIES = 3


class Worklist:
    """The worklist of an archive."""

    def __init__(self, database: Database, now: Callable[[], str]) -> None:
        self._database = database
        self._now = now

    # ------------------------------------------------------------------------------------ filling

    def add(
        self, patient: Patient, order: Order, *, status: str = "SCHEDULED", replace: bool = False
    ) -> str:
        """Put a step on the worklist; gives its Scheduled Procedure Step ID, a new one when the order has none.

        Args:
            replace: whether an entry of this ID is written anew (an order was changed) instead of refused.

        Raises:
            DuplicateEntry: there is one of this ID.
            BadStatus, BadRequest: a value that can't stand in a worklist item.
        """
        return self.add_all([(patient, order)], status=status, replace=replace)[0]

    def add_all(
        self,
        entries: Iterable[tuple[Patient, Order]],
        *,
        status: str = "SCHEDULED",
        replace: bool = False,
    ) -> list[str]:
        """Put many on the worklist, all or none."""
        _check_status(status)
        pairs, now = list(entries), self._now()
        for attempt in range(_TRIES):
            ids = self._ids_for([order.step_id for _, order in pairs])
            # Building an item takes longer than writing it, and nobody else can write meanwhile: so it comes first.
            rows = [
                (step_id, step_id != order.step_id, values_of(patient, order, step_id, status, now))
                for step_id, (patient, order) in zip(ids, pairs, strict=True)
            ]
            try:
                self._database.write(lambda s, r=rows: put_all(s, r, replace, now))  # type: ignore[misc]
            except TakenMeanwhile:
                if attempt == _TRIES - 1:
                    raise
            else:
                break
        return ids

    def _ids_for(self, asked: Sequence[str]) -> list[str]:
        """The same step IDs, and free ones in the place of the empty ones."""
        with self._database.reading() as session:
            number = int(session.value("SELECT coalesce(max(id), 0) FROM worklist"))
            taken = set(asked)
            ids = []
            for step_id in asked:
                while not step_id:
                    number += 1
                    if f"S{number}" not in taken and not exists(session, f"S{number}"):
                        step_id = f"S{number}"
                        taken.add(step_id)
                ids.append(step_id)
        return ids

    def set_status(self, step_id: str, status: str) -> None:
        """Write down how far a step is; raises UnknownEntry, BadStatus."""
        _check_status(status)
        now = self._now()

        def job(session: Session) -> None:
            changed = session.run(
                "UPDATE worklist SET status = ?, changed_at = ? WHERE step_id = ?",
                *(status, now, step_id),
            )
            if not changed.rowcount:
                raise UnknownEntry(step_id)

        self._database.write(job)

    def close(self, step_id: str) -> None:
        """Close a step by hand: it is no longer offered."""
        self.set_status(step_id, "CLOSED")

    def remove(self, step_id: str) -> None:
        """Take a step off the worklist; raises UnknownEntry."""

        def job(session: Session) -> None:
            if not session.run("DELETE FROM worklist WHERE step_id = ?", step_id).rowcount:
                raise UnknownEntry(step_id)

        self._database.write(job)

    # ------------------------------------------------------------------------------------ reading

    def get(self, step_id: str) -> WorklistEntry:
        """One entry; raises UnknownEntry."""
        with self._database.reading() as session:
            row = session.one("SELECT data, status FROM worklist WHERE step_id = ?", step_id)
        if row is None:
            raise UnknownEntry(step_id)
        return entry_of(*row)

    def entries(
        self, *, date: str = "", text: str = "", status: str = "", limit: int = 1000
    ) -> list[WorklistEntry]:
        """Entries for people to choose from, by date and time.

        Args:
            date: YYYYMMDD or a range `20261120-20261127`; empty is any.
            text: the begin of a name or of one of its parts, a patient ID or an accession number; empty is any.
            status: one status; empty is any.
        """
        conditions = []
        if date:
            key = Key(tag_of("ScheduledProcedureStepStartDate"), "Date", "DA", (date,))
            conditions.append(on_column(key, "start_date", self._database.like))
        if status:
            _check_status(status)
            conditions.append(Condition("status = ?", (status,)))
        if text.strip():
            conditions.append(_search(text.strip(), self._database))
        where = all_of(conditions)
        with self._database.reading() as session:
            rows = session.all(
                f"SELECT data, status FROM worklist WHERE {where.sql} "  # noqa: S608
                "ORDER BY start_date, start_time, id LIMIT ?",
                *where.values,
                limit,
            )
        return [entry_of(*row) for row in rows]

    def find(self, identifier: Dataset, *, station: str = "") -> Iterator[Dataset]:
        """Answer a worklist C-FIND. PS3.4 K.6.

        Without a value for Scheduled Procedure Step Status only SCHEDULED steps are answered, since a modality takes
        what it gets for what is still to do. A step without station fits every station: it is answered as a step of
        the station that was asked for, else of `station`.

        Args:
            identifier: the keys; it stays as it is.
            station: AE title of who asks.

        Raises:
            BadQuery: before the first answer.
        """
        keys = keys_of(identifier)
        item_key = keys.get(STEPS)
        inner = {
            key.keyword: key for key in (item_key.items[0] if item_key and item_key.items else ())
        }
        where, compared = self._conditions(keys, inner)
        return self._answers(list(keys.values()), inner, where, compared, station)

    def explain(self, identifier: Dataset) -> list[str]:
        """How SQLite goes about a query: tests hold that it uses an index."""
        keys = keys_of(identifier)
        item = keys.get(STEPS)
        inner = {key.keyword: key for key in (item.items[0] if item and item.items else ())}
        where, _ = self._conditions(keys, inner)
        with self._database.reading() as session:
            rows = session.all(
                f"EXPLAIN QUERY PLAN SELECT id FROM worklist WHERE {where.sql}",  # noqa: S608
                *where.values,
            )
        return [row[3] for row in rows]

    # ------------------------------------------------------------------------------------ matching

    def _conditions(
        self, keys: dict[str, Key], inner: dict[str, Key]
    ) -> tuple[Condition, list[Key]]:
        conditions, compared = [], []
        period = _period(inner)
        for names, columns in ((keys, _ROOT), (inner, _ITEM)):
            for keyword, key in names.items():
                if keyword == STEPS or (
                    period and keyword.startswith("ScheduledProcedureStepStart")
                ):
                    continue
                if keyword in columns:
                    conditions.append(self._on_column(key, columns[keyword]))
                elif asks(key):
                    compared.append(
                        key if columns is _ROOT else Key(tag_of(STEPS), STEPS, "SQ", (), ((key,),))
                    )
        if period:
            conditions.append(period)
        status = inner.get("ScheduledProcedureStepStatus")
        if status is None or not status.values:
            conditions.append(Condition("status = ?", ("SCHEDULED",)))
        return all_of([c for c in conditions if c is not ALWAYS]), compared

    def _on_column(self, key: Key, column: str) -> Condition:
        if not key.values:
            return ALWAYS
        condition = on_column(key, column, self._database.like)
        if column == "station_ae" and condition is not ALWAYS:
            return any_of([condition, Condition("station_ae = ?", ("",))])
        return condition

    def _answers(
        self,
        keys: Sequence[Key],
        inner: dict[str, Key],
        where: Condition,
        compared: Sequence[Key],
        station: str,
    ) -> Iterator[Dataset]:
        with self._database.reading() as session:
            rows = session.all(
                f"SELECT start_date, start_time, id FROM worklist WHERE {where.sql}",  # noqa: S608
                *where.values,
            )
        ids = [row[2] for row in sorted(rows)]
        for start in range(0, len(ids), _PAGE):
            page = ids[start : start + _PAGE]
            marks = ", ".join("?" * len(page))
            with self._database.reading() as session:
                found = {
                    row[0]: row[1:]
                    for row in session.all(
                        f"SELECT id, data, status, wide FROM worklist WHERE id IN ({marks})",  # noqa: S608
                        *page,
                    )
                }
            for number in page:
                if number in found:
                    data, status, wide = found[number]
                    item = lazily(data)
                    if matches(item, compared):
                        yield answer_of(item, keys, inner, status, wide=bool(wide), station=station)


def _period(inner: dict[str, Key]) -> Condition | None:
    date = inner.get("ScheduledProcedureStepStartDate")
    time = inner.get("ScheduledProcedureStepStartTime")
    if not (date and time and len(date.values) == len(time.values) == 1):
        return None
    if date.values == ("*",) or time.values == ("*",):
        return None
    if "-" not in date.values[0] or "-" not in time.values[0]:
        return None
    return date_time_between(date, time, "start_date", "start_time")


def _search(text: str, database: Database) -> Condition:
    folded = fold(text)
    conditions = []
    for column in ("name_a", "name_i", "name_p"):
        for pattern in (f"{folded}*", f"*[ ^]{folded}*" if database.is_sqlite else f"*^{folded}*"):
            if pattern.startswith("*["):
                conditions.append(Condition(f"{column} GLOB ?", (pattern,)))
            else:
                conditions.append(Condition(*_like(database, column, pattern)))
    for column in ("patient_id", "accession", "step_id"):
        conditions.append(Condition(*_like(database, column, f"{text}*")))
    return any_of(conditions)


def _like(database: Database, column: str, pattern: str) -> tuple[str, tuple[str, ...]]:
    sql, value = database.like(column, pattern)
    return sql, (value,)


def _check_status(status: str) -> None:
    if status not in STATUSES:
        raise BadStatus(status, STATUSES)
