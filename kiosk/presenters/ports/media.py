"""File-sets on sticks and discs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kiosk.presenters.ports.archive import StudyKey
from kiosk.tasks import Job


@dataclass(frozen=True)
class Place:
    """A folder that a medium can be written to."""

    path: Path
    title: str
    free_bytes: int
    removable: bool = False


@dataclass(frozen=True)
class ProfileChoice:
    """A media profile, PS3.11."""

    name: str
    title: str


@dataclass(frozen=True)
class Written:
    """What was written and read back."""

    folder: Path
    instances: int
    bytes_written: int
    verified: bool
    """Every file was read back and has the right hash."""


class MediaPort(Protocol):
    """Writes file-sets."""

    def places(self) -> Sequence[Place]:
        """Sticks and folders, sticks first."""

    def profiles(self) -> Sequence[ProfileChoice]:
        """The profiles, the usual one first. At once."""

    def write(self, studies: Sequence[StudyKey], folder: Path, profile: str, job: Job) -> Written:
        """Write and read back; `job` hears the progress and stops it. Raises MediaError."""
