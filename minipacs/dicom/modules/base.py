"""How a module of PS3.3 is told: a table of its attributes as the standard prints it, and what writes it.

One line of a table is `Keyword Type`, then what may follow in any order: `=A|B` enumerated values (`~` is a
space), `[1]`, `[0-1]`, `[1-n]` how many items a sequence has, `@name` a macro of `macros`. A line that starts with
`>` stands inside the sequence above it. Tables are parsed on first use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import MappingProxyType

from pydicom.dataset import Dataset

from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules import macros

TYPES = ("1", "1C", "2", "2C", "3")
"""PS3.5 7.4, strongest first."""

_LINE = re.compile(r"(?P<depth>>*)\s*(?P<keyword>\w+) (?P<type>1C?|2C?|3)(?P<rest>.*)\Z")
_ITEMS = re.compile(r"\[(\d)(?:-(\d|n))?\]")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One row of a module table."""

    keyword: str
    type: str
    values: frozenset[str] = frozenset()
    """Enumerated values; empty when the standard leaves them open."""
    items: tuple[int, int | None] = (0, None)
    """Least and most items of a sequence; None is no limit."""
    inside: Attributes = field(default_factory=lambda: _NOTHING)
    """The attributes of an item."""


Attributes = Mapping[str, Attribute]
_NOTHING: Attributes = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class When:
    """The condition of a Type 1C or 2C attribute, as far as the object itself can tell."""

    text: str
    holds: Callable[[Dataset, Dataset], bool]
    """Gets the dataset or item that the attribute belongs to, and the whole object."""
    forbidden_otherwise: bool = False
    severity: str = "error"
    """warning: the object alone can't tell for sure, so its absence is only worth a look."""


def _write_nothing(ds: Dataset, request: ImageRequest) -> None:
    """A module that only `details` fill."""


@dataclass(frozen=True)
class Module:
    """A module of PS3.3 Annex C: what it holds, and what puts it into an object."""

    title: str
    clause: str
    table: str
    write: Callable[[Dataset, ImageRequest], None] = _write_nothing
    conditions: Mapping[str, When] = field(default_factory=lambda: MappingProxyType({}))
    """By keyword; inside a sequence by `Sequence.Keyword`."""

    @cached_property
    def attributes(self) -> Attributes:
        """The parsed table."""
        return parse(self.table)


def parse(table: str) -> Attributes:
    """A table as attributes. Raises ValueError with the line that can't be read."""
    rows = [_row(line) for line in table.strip().splitlines() if line.strip()]
    attributes, rest = _level(rows, 0)
    if rest:
        raise ValueError(f"no sequence stands above {rest[0][1].keyword}")
    return attributes


def merged(first: Attributes, second: Attributes) -> Attributes:
    """Two tables as one; where both know an attribute the stronger type and the narrower values hold."""
    union = dict(first)
    for keyword, other in second.items():
        mine = union.get(keyword)
        union[keyword] = other if mine is None else _stronger(mine, other)
    return MappingProxyType(union)


def _stronger(mine: Attribute, other: Attribute) -> Attribute:
    least = max(mine.items[0], other.items[0])
    limits = [most for most in (mine.items[1], other.items[1]) if most is not None]
    values = mine.values & other.values if mine.values and other.values else None
    return replace(
        mine,
        type=min(mine.type, other.type, key=TYPES.index),
        values=values if values is not None else mine.values or other.values,
        items=(least, min(limits) if limits else None),
        inside=merged(mine.inside, other.inside),
    )


def _row(line: str) -> tuple[int, Attribute, tuple[str, ...]]:
    found = _LINE.match(line.strip())
    if found is None:
        raise ValueError(f"not a line of a module table: {line!r}")
    kind, rest = found["type"], found["rest"].split(" ")
    values = next((part[1:] for part in rest if part.startswith("=")), "")
    enumerated = frozenset(part.replace("~", " ") for part in values.split("|") if part)
    items = _items(found["rest"], kind)
    attribute = Attribute(found["keyword"], kind, enumerated, items)
    return len(found["depth"]), attribute, tuple(p[1:] for p in rest if p.startswith("@"))


def _items(rest: str, kind: str) -> tuple[int, int | None]:
    found = _ITEMS.search(rest)
    if found is None:
        return (1 if kind in ("1", "1C") else 0), None
    least = int(found[1])
    if found[2] is None:
        return least, least
    return least, None if found[2] == "n" else int(found[2])


Rows = list[tuple[int, Attribute, tuple[str, ...]]]


def _level(rows: Rows, depth: int) -> tuple[Attributes, Rows]:
    attributes: dict[str, Attribute] = {}
    while rows and rows[0][0] == depth:
        _, attribute, macro_names = rows[0]
        inside, rows = _level(rows[1:], depth + 1)
        for name in macro_names:
            inside = merged(_macro(name), inside)
        attributes[attribute.keyword] = replace(attribute, inside=inside)
    return MappingProxyType(attributes), rows


@lru_cache(maxsize=64)
def _macro(name: str) -> Attributes:
    return parse(macros.TABLES[name])
