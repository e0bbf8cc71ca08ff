"""What the media room needs of an archive; `minipacs.archive.Archive` is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from minipacs.archive.rows import Ingested, InstanceRow, Origin

Progress = Callable[[int, int], None]
"""Told (steps done, steps in all), often."""
Cancel = Callable[[], bool]
"""Asked before each file whether to stop; `threading.Event().is_set` is one."""


class Images(Protocol):
    """Gives stored instances."""

    def instances(self, *, study: str = "") -> Sequence[InstanceRow]:
        """The instances of a study, or all."""

    def read(self, sop_instance_uid: str) -> bytes:
        """A whole Part 10 file whose hash was verified."""

    def path_of(self, sop_instance_uid: str) -> Path:
        """Where the file is, for a look at its header."""


class Store(Protocol):
    """Takes instances."""

    def ingest(self, data: bytes, origin: Origin) -> Ingested:
        """Keep a whole Part 10 file."""
