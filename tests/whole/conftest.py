"""A chair: a screen, a data folder, and what both say afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole.chair import Chair
from tests.whole.hands import room


@pytest.fixture
def chair(tmp_path: Path) -> Iterator[Chair]:
    """A fresh data folder before a screen of 1280x800; at the end nothing may have leaked or crashed."""
    with room(tmp_path / "screen") as made:
        place = Chair(made, tmp_path)
        yield place
        place.room.end()
    place.has_leaked_nothing()
