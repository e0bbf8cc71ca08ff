"""Where things lie in a data folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from kiosk.settings import FILE_NAME

VARIABLE = "CHAIRSIDE_DATA"


@dataclass(frozen=True, slots=True)
class Places:
    """The rooms of one data folder; they are made when first used."""

    data: Path

    @property
    def archive(self) -> Path:
        """Objects and database."""
        return self.data / "archive"

    @property
    def spool(self) -> Path:
        """Frames on their way into the archive."""
        return self.data / "spool"

    @property
    def settings(self) -> Path:
        """What the office decided."""
        return self.data / FILE_NAME

    @property
    def peers(self) -> Path:
        """Who may come in."""
        return self.data / "peers.toml"

    @property
    def templates(self) -> Path:
        """Mounts of the office's own."""
        return self.data / "templates"

    @property
    def logs(self) -> Path:
        """What happened, without names."""
        return self.data / "logs"


def places(chosen: Path | None = None) -> Places:
    """The data folder: the one chosen, else CHAIRSIDE_DATA, else the platform's user data folder."""
    if chosen is None:
        named = os.environ.get(VARIABLE, "")
        chosen = Path(named) if named else platformdirs.user_data_path("chairside", appauthor=False)
    return Places(chosen.expanduser().absolute())
