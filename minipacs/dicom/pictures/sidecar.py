"""What a small file beside a picture tells of it: the only way to read raw pixels, and of use for all others.

Keys (JSON or TOML, or a mapping): columns, rows, bits_stored, bits_allocated (8 or 16), endianness ("little" or
"big"), header_bytes, spacing (mm: a number, or [between rows, between columns]), inverted, taken_at (ISO 8601 with
a zone).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minipacs.dicom.pictures.errors import PictureRefused

_MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The checked sidecar; every field has a value that means "not told"."""

    columns: int = 0
    rows: int = 0
    bits_stored: int = 0
    bits_allocated: int = 16
    endianness: str = "little"
    header_bytes: int = 0
    spacing: tuple[float, float] | None = None
    inverted: bool | None = None
    taken_at: dt.datetime | None = None

    @property
    def has_size(self) -> bool:
        """Whether it is enough to read raw pixels."""
        return self.columns > 0 and self.rows > 0


NO_SIDECAR = Sidecar()


def sidecar_of(given: Mapping[str, Any] | None) -> Sidecar:
    """The sidecar of a mapping. Raises PictureRefused, naming the key."""
    fields: dict[str, Any] = {}
    for key, value in (given or {}).items():
        reader = _READERS.get(key)
        if reader is None:
            known = ", ".join(_READERS)
            raise PictureRefused(f"the sidecar has an unknown key {key!r}", f"known are {known}")
        try:
            fields[key] = reader(value)
        except (TypeError, ValueError) as error:
            raise PictureRefused(f"{key} in the sidecar {error}", "correct the sidecar") from error
    return Sidecar(**fields)


def sidecar_beside(path: Path) -> Mapping[str, Any] | None:
    """The mapping in `<picture file>.json`, if there is such a file. Raises PictureRefused."""
    beside = path.with_name(path.name + ".json")
    if not beside.is_file():
        return None
    try:
        if beside.stat().st_size > _MAX_BYTES:
            raise ValueError("too large")
        found = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PictureRefused("its sidecar is no readable JSON", "correct the sidecar") from error
    if not isinstance(found, dict):
        raise PictureRefused("its sidecar is no JSON object", "correct the sidecar")
    return found


def _between(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return value

    return read


def _spacing(value: Any) -> tuple[float, float]:
    pair = value if isinstance(value, (list, tuple)) else (value, value)
    if len(pair) != 2 or any(
        isinstance(part, bool) or not isinstance(part, (int, float)) for part in pair
    ):
        raise ValueError("must be a number of mm, or two: between rows, between columns")
    rows, columns = float(pair[0]), float(pair[1])
    if not (0.0001 <= rows <= 100 and 0.0001 <= columns <= 100):
        raise ValueError("must lie between 0.0001 and 100 mm")
    return rows, columns


def _endianness(value: Any) -> str:
    if value not in ("little", "big"):
        raise ValueError('must be "little" or "big"')
    return str(value)


def _allocated(value: Any) -> int:
    if isinstance(value, bool) or value not in (8, 16):
        raise ValueError("must be 8 or 16")
    return int(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _instant(value: Any) -> dt.datetime:
    found = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise ValueError("must have a zone, as 2026-11-20T10:30:00+01:00")
    return found


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "columns": _between(1, 65535),
    "rows": _between(1, 65535),
    "bits_stored": _between(6, 16),
    "bits_allocated": _allocated,
    "endianness": _endianness,
    "header_bytes": _between(0, 2**30),
    "spacing": _spacing,
    "inverted": _flag,
    "taken_at": _instant,
}
