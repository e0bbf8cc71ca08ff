"""An office on a folder of its own, with a simulated sensor and its node on a free port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kiosk.office.office import Choices, Office
from kiosk.office.places import Places
from kiosk.settings import CaptureSection, NodeSection, Settings
from tests.pictures import Pictures, make_pictures

OpenOffice = Callable[..., Office]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Pictures:
    return make_pictures(tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def open_office(tmp_path: Path) -> Iterator[OpenOffice]:
    """Opens as many as wanted, on one data folder by default; all are closed at the end."""
    with ExitStack() as stack:

        def opened(
            data: Path | None = None, choices: Choices | None = None, **sections: Any
        ) -> Office:
            values: dict[str, Any] = {
                "node": NodeSection(port=0),
                "capture": CaptureSection(reserve_mb=10),
            }
            settings = Settings(**{**values, **sections})
            choices = choices or Choices(source={"delay": 0.0, "seed": 1})
            return stack.enter_context(
                Office(Places(data or tmp_path / "data"), settings, choices=choices)
            )

        yield opened


@pytest.fixture
def office(open_office: OpenOffice) -> Office:
    return open_office()
