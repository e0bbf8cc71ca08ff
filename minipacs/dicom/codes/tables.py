"""The small code tables: views, regions, species, breeds, registries, reasons.

Each table is a CSV file of this folder, loaded when first asked for. A key is our plain word for a concept, used in
templates and settings; what goes into an object is the `Code`. The context groups (CID) are those of PS3.16.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

from minipacs.dicom.errors import DicomError
from minipacs.dicom.model import Code

T = TypeVar("T")


class UnknownKey(DicomError):
    """A key that stands in no row of its table; the text names those that do."""

    def __init__(self, table: str, key: str, known: Mapping[str, object]) -> None:
        super().__init__(f"{key!r} is not in the table {table}; it has: {', '.join(known)}")
        self.table = table
        self.key = key


@dataclass(frozen=True, slots=True)
class View:
    """How a picture looks at its subject."""

    key: str
    title: str
    code: Code | None
    """CID 4010 (for animals CID 7484), where that group has the view."""
    orientation: tuple[str, str] | None
    """(direction of the rows, of the columns) when the view alone tells it; see `teeth.orientation_of`."""
    arch: str
    """upper, lower or empty."""
    kinds: tuple[str, ...]
    """The kinds of image it makes sense for."""
    region: str
    """The key in anatomy.csv when no teeth are given."""


@cache
def rows_of(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a CSV file of this folder, as text by column name."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return tuple(MappingProxyType(row) for row in csv.DictReader(text.splitlines()))


def code_of(row: Mapping[str, str]) -> Code:
    """The Code of a row with the columns code, scheme and meaning."""
    return Code(row["code"], row["scheme"], row["meaning"])


@cache
def _codes(name: str) -> Mapping[str, Code]:
    return MappingProxyType({row["key"]: code_of(row) for row in rows_of(name)})


@cache
def views() -> Mapping[str, View]:
    """Every view by its key."""
    return MappingProxyType({row["key"]: _view(row) for row in rows_of("views.csv")})


def _view(row: Mapping[str, str]) -> View:
    return View(
        key=row["key"],
        title=row["title"],
        code=code_of(row) if row["code"] else None,
        orientation=(row["row"], row["column"]) if row["row"] else None,
        arch=row["arch"],
        kinds=tuple(row["kinds"].split()),
        region=row["region"],
    )


def view(key: str) -> View:
    """The view of that key. Raises UnknownKey."""
    return _one("views.csv", key, views())


def regions(cid: int | None = None) -> Mapping[str, Code]:
    """Anatomic regions and modifiers by key; with `cid` only those of that context group (4009, 4016, 4017 ...)."""
    if cid is None:
        return _codes("anatomy.csv")
    return MappingProxyType(
        {
            row["key"]: code_of(row)
            for row in rows_of("anatomy.csv")
            if str(cid) in row["cids"].split()
        }
    )


def region(key: str) -> Code:
    """The anatomic region of that key. Raises UnknownKey."""
    return _one("anatomy.csv", key, regions())


def species() -> Mapping[str, Code]:
    """Species by key (dog, cat, horse ...), CID 7454."""
    return _codes("species.csv")


def breeds(species_key: str = "") -> Mapping[str, Code]:
    """Breeds by key, those of CID 7480 that a practice meets; with `species_key` only that species'."""
    if not species_key:
        return _codes("breeds.csv")
    return MappingProxyType(
        {row["key"]: code_of(row) for row in rows_of("breeds.csv") if row["species"] == species_key}
    )


def registries() -> Mapping[str, Code]:
    """Breed registries by key, CID 7481."""
    return _codes("registries.csv")


def reject_reasons() -> Mapping[str, Code]:
    """Why an image is rejected, CID 7011."""
    return _codes("reject_reasons.csv")


def discontinuation_reasons() -> Mapping[str, Code]:
    """Why a performed procedure step is discontinued, CID 9301 (the part of CID 9300 for a modality)."""
    return _codes("discontinuation_reasons.csv")


def _one(table: str, key: str, known: Mapping[str, T]) -> T:
    try:
        return known[key]
    except KeyError:
        raise UnknownKey(table, key, known) from None
