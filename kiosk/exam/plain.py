"""Frozen dataclasses to plain JSON values and back, led by their type hints.

A spool file outlives the program that wrote it: an unknown key is ignored, a missing one takes its default.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """The JSON form of a value; what JSON does not know is kept as its text, never refused."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_plain(item) for item in value]
    return str(value)


def from_plain(kind: type[T], data: Any) -> T:
    """A dataclass of `kind` out of its JSON form.

    Raises:
        ValueError: the form does not fit the class.
    """
    try:
        value: T = _read(kind, data)
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"not a {kind.__name__}: {type(problem).__name__}") from None
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(hint: Any, data: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        if data is None:
            return None
        return _read(next(arg for arg in get_args(hint) if arg is not type(None)), data)
    if origin is tuple:
        args = get_args(hint)
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(_read(args[0], item) for item in data)
        return tuple(_read(arg, item) for arg, item in zip(args, data, strict=True))
    if origin is not None or hint is Any:
        return data
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        hints = _hints(hint)
        make: Any = hint
        return make(**{key: _read(hints[key], item) for key, item in data.items() if key in hints})
    if issubclass(hint, Enum):
        return hint(data)
    if issubclass(hint, dt.datetime):
        return dt.datetime.fromisoformat(data)
    if hint is float and isinstance(data, int):
        return float(data)
    if not isinstance(data, hint):
        raise TypeError(hint.__name__)
    return data
