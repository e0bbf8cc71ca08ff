"""C-FIND on the archive: the identifier becomes one SQL query, its answers a stream of datasets. PS3.4 C.4.1.

The matching rows are fixed by number in one statement; their values are then read page by page, so that an answer
never holds a connection or a lock, and objects that arrive meanwhile disturb nothing.

An attribute without a column is answered from the header of an instance (at study and series level the first one),
and compared there when it is asked for by value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from minipacs.archive.database import Database, Session
from minipacs.archive.encoding import UTF_8, is_ascii_element
from minipacs.archive.errors import BadQuery
from minipacs.archive.matching.compare import asks, matches
from minipacs.archive.matching.conditions import (
    ALWAYS,
    Condition,
    all_of,
    date_time_between,
    on_column,
)
from minipacs.archive.matching.keys import Key, keys_of
from minipacs.archive.matching.levels import GATHERED, LEVELS, ORDER, level_of, tables
from minipacs.archive.matching.patterns import literal_prefix

_PAGE = 200
_ROOTS = {"PATIENT": ORDER, "STUDY": ORDER[1:]}
_FROM_SERVICE = frozenset({"RetrieveAETitle", "InstanceAvailability"})


@dataclass(frozen=True, slots=True)
class _Plan:
    """One query, understood."""

    level: str
    condition: Condition
    columns: tuple[tuple[Key, str], ...]
    """Keys answered by a column or sub-select, with their SQL."""
    others: tuple[Key, ...]
    """Keys answered from a header."""
    compared: tuple[Key, ...]
    """Those of `others` that restrict."""


class Finder:
    """Answers queries.

    Args:
        header_of: gives the header of an instance by its row number, or None when it can't be read.
    """

    def __init__(self, database: Database, header_of: Callable[[int], Dataset | None]) -> None:
        self._database = database
        self._header_of = header_of

    def find(
        self,
        root: str,
        level: str,
        identifier: Dataset,
        *,
        relational: bool = False,
        combined_datetime: bool = False,
    ) -> Iterator[Dataset]:
        """See `Archive.find`."""
        plan = self._plan(root, level, identifier, relational, combined_datetime)
        return self._answers(plan)

    def explain(self, root: str, level: str, identifier: Dataset) -> list[str]:
        """How SQLite goes about a query, a line a step: tests hold that it uses an index."""
        plan = self._plan(root, level, identifier, True, False)
        with self._database.reading() as session:
            sql, values = _ids_query(plan)
            return [row[3] for row in session.all(f"EXPLAIN QUERY PLAN {sql}", *values)]

    # ------------------------------------------------------------------------------------ understanding

    def _plan(
        self, root: str, level: str, identifier: Dataset, relational: bool, combined: bool
    ) -> _Plan:
        if root not in _ROOTS:
            raise ValueError("root is PATIENT or STUDY")
        if level not in _ROOTS[root]:
            raise BadQuery("QueryRetrieveLevel", f"it is one of {', '.join(_ROOTS[root])}")
        keys = keys_of(identifier)
        if not relational:
            _check_hierarchy(root, level, keys)
        depth = ORDER.index(level)
        conditions, columns, others = [], [], []
        named = _narrows_the_patient(keys) and not _is_one_day(keys.get("StudyDate"))
        for keyword, key in keys.items():
            if keyword in _FROM_SERVICE:
                continue
            of = level_of(keyword)
            if not of:
                others.append(key)
                continue
            if ORDER.index(of) > depth and not relational:
                columns.append((key, "''"))
                continue
            if ORDER.index(of) <= depth:
                columns.append((key, self._sql_of(keyword, of)))
            conditions.append(self._condition(key, keyword, of, level, named))
        columns += [
            (
                Key(tag_of(unique), unique, "UI" if name != "PATIENT" else "LO"),
                self._sql_of(unique, name),
            )
            for name, unique in ((name, LEVELS[name].unique) for name in ORDER[: depth + 1])
            if unique not in keys
        ]
        if combined:
            conditions += _combined(keys)
        return _Plan(
            level,
            all_of([condition for condition in conditions if condition is not ALWAYS]),
            tuple(columns),
            tuple(others),
            tuple(key for key in others if asks(key)),
        )

    def _condition(self, key: Key, keyword: str, of: str, level: str, named: bool) -> Condition:
        like = self._database.like
        if not key.values or keyword in LEVELS[of].counted:
            return ALWAYS
        if keyword in GATHERED:
            column, rows = GATHERED[keyword]
            inner = on_column(key, column, like)
            if inner is ALWAYS:
                return ALWAYS
            return Condition(f"EXISTS (SELECT 1 FROM {rows} AND {inner.sql})", inner.values)  # noqa: S608
        column = LEVELS[of].columns[keyword]
        if keyword == "StudyDate" and named and self._database.is_sqlite:
            # SQLite can't know which of two ranges is the narrower one; a person's name is. "+" hides the other index.
            column = f"+{column}"
        condition = on_column(key, column, like)
        if ORDER.index(of) > ORDER.index(level) and condition is not ALWAYS:
            return _below(of, level, condition)
        return condition

    def _sql_of(self, keyword: str, level: str) -> str:
        if keyword in GATHERED:
            column, rows = GATHERED[keyword]
            distinct = f"SELECT DISTINCT {column} v FROM {rows} AND {column} <> ''"  # noqa: S608
            return f"(SELECT {self._database.joined('v')} FROM ({distinct} ORDER BY 1) g)"  # noqa: S608
        counted = LEVELS[level].counted.get(keyword)
        return f"({counted})" if counted else LEVELS[level].columns[keyword]

    # ------------------------------------------------------------------------------------ answering

    def _answers(self, plan: _Plan) -> Iterator[Dataset]:
        sql, values = _ids_query(plan)
        with self._database.reading() as session:
            ids = sorted(row[0] for row in session.all(sql, *values))
        for start in range(0, len(ids), _PAGE):
            with self._database.reading() as session:
                page = self._page(session, plan, ids[start : start + _PAGE])
            yield from page

    def _page(self, session: Session, plan: _Plan, ids: Sequence[int]) -> list[Dataset]:
        alias = LEVELS[plan.level].alias
        wanted = ", ".join(sql for _, sql in plan.columns)
        marks = ", ".join("?" * len(ids))
        rows = session.all(
            f"SELECT {alias}.id, {wanted} FROM {tables(plan.level)} "  # noqa: S608 - names from our tables
            f"WHERE {alias}.id IN ({marks}) ORDER BY {alias}.id",
            *ids,
        )
        answers = []
        for row in rows:
            header = None
            if plan.others:
                first = _first_instance(session, plan.level, row[0])
                header = self._header_of(first) if first is not None else None
                if plan.compared and (header is None or not matches(header, plan.compared)):
                    continue
            answers.append(_answer(plan, row[1:], header))
        return answers


def tag_of(keyword: str) -> BaseTag:
    """The tag of a keyword that is in the dictionary."""
    return BaseTag(tag_for_keyword(keyword) or 0)


def _check_hierarchy(root: str, level: str, keys: dict[str, Key]) -> None:
    # PS3.4 C.4.1.2.2.1: the unique key of each level above has one value.
    roots = _ROOTS[root]
    for above in roots[: roots.index(level)]:
        unique = LEVELS[above].unique
        values = keys[unique].values if unique in keys else ()
        if len(values) != 1 or "*" in values[0]:
            raise BadQuery(unique, f"a query at level {level} gives one {unique}")


def _below(of: str, level: str, condition: Condition) -> Condition:
    """A condition on a lower level: some row below fits (relational queries, PS3.4 C.4.1.2.2.2)."""
    upper, names = LEVELS[level], ORDER[ORDER.index(level) + 1 : ORDER.index(of) + 1]
    parents = {"study": "patient", "series": "study", "instance": "series"}
    rows, links = [], []
    above = upper.alias
    for name in names:
        step = LEVELS[name]
        rows.append(f"{step.table} {step.alias}")
        links.append(f"{step.alias}.{parents[step.table]} = {above}.id")
        above = step.alias
    sql = (
        f"EXISTS (SELECT 1 FROM {', '.join(rows)} WHERE {' AND '.join(links)} AND {condition.sql})"  # noqa: S608
    )
    return Condition(sql, condition.values)


def _narrows_the_patient(keys: dict[str, Key]) -> bool:
    values = [v for k in ("PatientID", "PatientName") if k in keys for v in keys[k].values]
    return any(len(literal_prefix(value)) > 1 for value in values)


def _is_one_day(date: Key | None) -> bool:
    return date is not None and len(date.values) == 1 and "-" not in date.values[0]


def _combined(keys: dict[str, Key]) -> list[Condition]:
    date, time = keys.get("StudyDate"), keys.get("StudyTime")
    if date and time and len(date.values) == len(time.values) == 1:
        return [date_time_between(date, time, "s.study_date", "s.study_time")]
    return []


def _ids_query(plan: _Plan) -> tuple[str, tuple[Any, ...]]:
    alias = LEVELS[plan.level].alias
    sql = f"SELECT {alias}.id FROM {tables(plan.level)} WHERE {plan.condition.sql}"  # noqa: S608
    return sql, plan.condition.values


def _first_instance(session: Session, level: str, row_id: int) -> int | None:
    if level == "IMAGE":
        return row_id
    queries = {
        "SERIES": "SELECT min(i.id) FROM instance i WHERE i.series = ?",
        "STUDY": "SELECT min(i.id) FROM instance i JOIN series e ON e.id = i.series WHERE e.study = ?",
        "PATIENT": "SELECT min(i.id) FROM instance i JOIN series e ON e.id = i.series "
        "JOIN study s ON s.id = e.study WHERE s.patient = ?",
    }
    found = session.value(queries[level], row_id)
    return None if found is None else int(found)


def _answer(plan: _Plan, values: Sequence[Any], header: Dataset | None) -> Dataset:
    ds = Dataset()
    ascii_only = True
    for (key, _), value in zip(plan.columns, values, strict=True):
        text = "" if value is None else str(value)
        ascii_only = ascii_only and text.isascii()
        ds.add(element(key, text))
    for key in plan.others:
        found = _from_header(header, key)
        ds.add(found)
        ascii_only = ascii_only and is_ascii_element(found)
    ds.QueryRetrieveLevel = plan.level
    if not ascii_only:
        ds.SpecificCharacterSet = UTF_8
    return ds


def element(key: Key, text: str) -> DataElement:
    """An element as text; several values are joined by a backslash."""
    many = "\\" in text and key.vr not in ("LT", "ST", "UT", "PN", "LO", "SH")
    return DataElement(key.tag, key.vr, text.split("\\") if many else text)


def _from_header(header: Dataset | None, key: Key) -> DataElement:
    empty = DataElement(key.tag, key.vr, [] if key.vr == "SQ" else "")
    if header is None or key.tag not in header:
        return empty
    try:
        found = header[key.tag]
        return DataElement(found.tag, found.VR, found.value)
    except Exception as error:  # noqa: BLE001 - pydicom finds out at access that a value is damaged
        del error
        return empty
