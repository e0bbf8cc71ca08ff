from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from minipacs.dicom.uids import CountedUids
from minipacs.media import fileset
from minipacs.media.report import MediaReport
from tests.builders import frozen_clock
from tests.minipacs.media.objects import SmallArchive, a_mouth


@pytest.fixture
def uids() -> CountedUids:
    return CountedUids()


@pytest.fixture
def archive(tmp_path: Path, uids: CountedUids) -> SmallArchive:
    """Two studies of one patient, five images."""
    files = a_mouth(uids) + a_mouth(
        uids, 2, StudyInstanceUID="2.25.112", SeriesInstanceUID="2.25.223", StudyID="ST2"
    )
    return SmallArchive(tmp_path / "archive", files)


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    return tmp_path / "medium"


@pytest.fixture
def create(archive: SmallArchive, medium: Path, uids: CountedUids) -> Callable[..., MediaReport]:
    def run(source: Any = archive, target: Path = medium, **options: Any) -> MediaReport:
        if not {"studies", "all_", "empty"} & options.keys():
            options["all_"] = True
        return fileset.create(source, target, clock=frozen_clock, uids=uids, **options)

    return run


@pytest.fixture
def add(archive: SmallArchive, medium: Path, uids: CountedUids) -> Callable[..., MediaReport]:
    def run(source: Any = archive, target: Path = medium, **options: Any) -> MediaReport:
        if not {"studies", "all_"} & options.keys():
            options["all_"] = True
        return fileset.add(source, target, clock=frozen_clock, uids=uids, **options)

    return run
