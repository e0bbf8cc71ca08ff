"""A data folder with the programs on it, and pictures to give them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pictures import Pictures, make_pictures
from tests.programs import Programs


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    return Programs(tmp_path / "data")


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Pictures:
    return make_pictures(tmp_path_factory.mktemp("pictures"))
