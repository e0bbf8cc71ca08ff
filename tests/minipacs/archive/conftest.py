"""An archive in a temporary folder, closed after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from minipacs.archive import Archive, Ingested
from tests.minipacs.archive.rig import HERE, HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def opened(folder: Path, clock: HandClock) -> Iterator[Callable[..., Archive]]:
    """Opens the archive, as often as the test wants."""
    archives: list[Archive] = []

    def open_(**options: Any) -> Archive:
        options.setdefault("reserve_bytes", 0)
        archives.append(Archive.open(folder, clock=clock, **options))
        return archives[-1]

    yield open_
    for archive in archives:
        archive.close()


@pytest.fixture
def archive(opened: Callable[..., Archive]) -> Archive:
    return opened()


@pytest.fixture
def keep(archive: Archive) -> Callable[..., Ingested]:
    def keep_(data: Any, **options: Any) -> Ingested:
        return archive.ingest(data, HERE, **options)

    return keep_
