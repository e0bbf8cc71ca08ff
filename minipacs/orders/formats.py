"""The formats of files with orders: each module of this package may register one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import minipacs.orders
from minipacs.orders.errors import BadOrderFile
from minipacs.orders.flat import Flat

MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class Record:
    """One order of a file, not checked yet."""

    place: str
    """Where it stands, such as `line 3`."""
    flat: Flat


Reader = Callable[[str, str], list[Record]]
"""(the file's text, its name for messages) -> records. Raises BadOrderFile."""


@dataclass(frozen=True)
class OrderFormat:
    """A file format."""

    name: str
    suffixes: tuple[str, ...]
    read: Reader


_found: dict[str, OrderFormat] = {}


def order_format(name: str, *suffixes: str) -> Callable[[Reader], Reader]:
    """Register the reader of a format; a name that is taken is refused."""

    def register(read: Reader) -> Reader:
        if name in _found:
            raise ValueError(f"two modules want to read {name}")
        _found[name] = OrderFormat(name, suffixes, read)
        return read

    return register


@cache
def order_formats() -> Mapping[str, OrderFormat]:
    """All formats by name."""
    for module in pkgutil.iter_modules(minipacs.orders.__path__):
        importlib.import_module(f"{minipacs.orders.__name__}.{module.name}")
    return MappingProxyType(dict(sorted(_found.items())))


def read_records(path: Path, format_name: str = "") -> list[Record]:
    """The orders in a file, in the named format or the one that its suffix tells.

    Raises:
        BadOrderFile: not readable, no known format, or not of that format.
    """
    chosen = _chosen(path, format_name)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadOrderFile(path.name, [f"it has more than {MOST_BYTES >> 20} MB"])
        text = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise BadOrderFile(path.name, [f"it cannot be read: {problem.strerror}"]) from None
    except UnicodeDecodeError as problem:
        why = f"byte {problem.start} is not UTF-8; save it as UTF-8"
        raise BadOrderFile(path.name, [why]) from None
    return chosen.read(text, path.name)


def _chosen(path: Path, format_name: str) -> OrderFormat:
    formats = order_formats()
    if format_name:
        if format_name not in formats:
            why = f"there is no format {format_name}, only {', '.join(formats)}"
            raise BadOrderFile(path.name, [why])
        return formats[format_name]
    for one in formats.values():
        if path.suffix.lower() in one.suffixes:
            return one
    suffixes = ", ".join(suffix for one in formats.values() for suffix in one.suffixes)
    raise BadOrderFile(path.name, [f"its name must end in one of {suffixes}"])
