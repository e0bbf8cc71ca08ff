"""One key on one column, as a condition and its values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from minipacs.archive.errors import BadQuery
from minipacs.archive.matching.keys import Key
from minipacs.archive.matching.patterns import (
    LAST,
    RANGE_VRS,
    bounds,
    has_wildcard,
    is_everything,
    literal_prefix,
    name_groups,
    simplified,
)
from minipacs.archive.texts import number_key

Like = Callable[[str, str], tuple[str, str]]
"""(column, pattern) to (condition, value), in the words of the database."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of a WHERE clause; its text is ours alone, every value of the peer is a parameter."""

    sql: str
    values: tuple[Any, ...] = ()


ALWAYS = Condition("1 = 1")


def any_of(conditions: list[Condition]) -> Condition:
    """One of them."""
    if len(conditions) == 1:
        return conditions[0]
    sql = " OR ".join(f"({condition.sql})" for condition in conditions)
    return Condition(f"({sql})", tuple(v for condition in conditions for v in condition.values))


def all_of(conditions: list[Condition]) -> Condition:
    """Each of them."""
    if not conditions:
        return ALWAYS
    sql = " AND ".join(condition.sql for condition in conditions)
    return Condition(sql, tuple(v for condition in conditions for v in condition.values))


def on_column(key: Key, column: str, like: Like) -> Condition:
    """The condition of a key with values; several values are alternatives.

    Raises:
        BadQuery: a value that its VR doesn't allow.
    """
    if any(is_everything(key.vr, value) for value in key.values):
        return ALWAYS
    if key.vr == "PN":
        return any_of([_name(value, column, like) for value in key.values])
    if key.vr in RANGE_VRS:
        return any_of([_between(key, value, column) for value in key.values])
    plain = [value for value in key.values if not has_wildcard(key.vr, value)]
    conditions = [
        _pattern(value, column, like) for value in key.values if has_wildcard(key.vr, value)
    ]
    if key.vr == "IS":
        plain = [_number(key, value) for value in plain]
    if plain:
        conditions.append(_one_of(column, plain))
    return any_of(conditions)


def _one_of(column: str, values: list[str]) -> Condition:
    if len(values) == 1:
        return Condition(f"{column} = ?", (values[0],))
    return Condition(f"{column} IN ({', '.join('?' * len(values))})", tuple(values))


def _number(key: Key, value: str) -> str:
    number = number_key(value)
    if not number:
        raise BadQuery(key.keyword, "it is no integer")
    return number


def _pattern(pattern: str, column: str, like: Like) -> Condition:
    pattern = simplified(pattern)
    sql, value = like(column, pattern)
    prefix = literal_prefix(pattern)
    if not prefix:
        return Condition(sql, (value,))
    # The range is what an index answers; the pattern then decides.
    in_range = f"{column} >= ? AND {column} < ?"
    if pattern == prefix + "*":
        return Condition(f"({in_range})", (prefix, prefix + LAST))
    return Condition(f"({in_range} AND {sql})", (prefix, prefix + LAST, value))


def _name(text: str, column: str, like: Like) -> Condition:
    groups = name_groups(text)
    columns = (f"{column}_a", f"{column}_i", f"{column}_p")
    if len(groups) == 1:
        return any_of([_name_group(groups[0], name, like) for name in columns])
    return all_of(
        [
            _name_group(group, name, like)
            for group, name in zip(groups, columns, strict=False)
            if group and group.strip("*")
        ]
    )


def _name_group(group: str, column: str, like: Like) -> Condition:
    if group.endswith("^*") and "*" not in group[:-2] and "?" not in group:
        # PS3.5 6.2.1.1: trailing empty components may be left out, so SMITH^* is also SMITH.
        return any_of([Condition(f"{column} = ?", (group[:-2],)), _pattern(group, column, like)])
    if "*" in group or "?" in group:
        return _pattern(group, column, like)
    return Condition(f"{column} = ?", (group,))


def _between(key: Key, value: str, column: str) -> Condition:
    first, last = bounds(key.keyword, key.vr, value)
    if first and first == last:
        return Condition(f"{column} = ?", (first,))
    parts = []
    if first:
        parts.append(Condition(f"{column} >= ?", (first,)))
    if last:
        parts.append(_up_to(column, last, open_start=not first))
    return all_of(parts)


def _up_to(column: str, last: str, *, open_start: bool) -> Condition:
    # An absent value is "", which sorts before every date but is none.
    start = f"{column} > '' AND " if open_start else ""
    return Condition(f"{start}{column} <= ?", (last,))


def date_time_between(date: Key, time: Key, date_column: str, time_column: str) -> Condition:
    """Date and time ranges as one period, from the first date's first time to the last date's last time.

    PS3.4 C.2.2.2.5 (combined datetime matching) and Table K.6-1 (worklist start date and time).
    """
    first_day, last_day = bounds(date.keyword, "DA", date.values[0])
    first, last = bounds(time.keyword, "TM", time.values[0])
    parts = []
    if first_day:
        parts.append(Condition(f"{date_column} >= ?", (first_day,)))
    if last_day:
        parts.append(_up_to(date_column, last_day, open_start=not first_day))
    if first_day and first:
        parts.append(Condition(f"({date_column} > ? OR {time_column} >= ?)", (first_day, first)))
    if last_day and last:
        parts.append(Condition(f"({date_column} < ? OR {time_column} <= ?)", (last_day, last)))
    return all_of(parts)
