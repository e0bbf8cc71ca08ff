"""The source of pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kiosk.exam.token import Token


class SourceState:
    """Where a source stands, as the screen knows it."""

    OFF, STARTING, READY, ARMED, READING, ERROR = (
        "off",
        "starting",
        "ready",
        "armed",
        "reading",
        "error",
    )


@dataclass(frozen=True)
class SourceLine:
    """The capture source now."""

    name: str
    state: str = SourceState.OFF
    note: str = ""
    can_expose: bool = False
    """The program itself can make the picture (the simulator); else the person exposes at the device."""
    can_pick: bool = False
    """The picture is chosen from files."""


class SourcePort(Protocol):
    """The chosen source of pictures."""

    def line(self) -> SourceLine:
        """How it stands. At once."""

    def subscribe(self, callback: Callable[[SourceLine], None]) -> object:
        """Be told when that changes, on any thread."""

    def arm(self, token: Token) -> None:
        """Wait for the exposure of this token."""

    def disarm(self) -> None:
        """Wait no longer."""

    def expose(self) -> None:
        """Make the picture (simulator only)."""

    def take_files(self, paths: Sequence[Path]) -> None:
        """Use these files as the picture (file source only)."""
