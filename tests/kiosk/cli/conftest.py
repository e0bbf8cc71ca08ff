"""`chairside` as a person uses it: in this process, with what it says caught, on a data folder of its own."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kiosk.cli.start import main
from tests.builders import CANARY
from tests.pictures import Pictures, make_pictures


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """The JSON value on stdout."""
        return json.loads(self.out)


Cli = Callable[..., Said]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Pictures:
    return make_pictures(tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def cli(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cli]:
    """Runs a command line; checks what holds for every one of them."""
    monkeypatch.chdir(tmp_path)
    handlers = list(logging.getLogger().handlers)

    def run(*words: object, at: Path | None = None) -> Said:
        capsys.readouterr()
        try:
            status = main([*map(str, words), "--data", str(at or data)])
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert CANARY.split("^")[0] not in err, "a patient's name stands on stderr"
        return Said(status, out, err)

    yield run
    for handler in list(logging.getLogger().handlers):
        if handler not in handlers:
            logging.getLogger().removeHandler(handler)


WHO = ("--patient-id", "P-4711", "--patient-name", CANARY)


def sentence_of(said: Said) -> str:
    """The one sentence of a refusal: exit status 1, a line on stderr, nothing on stdout."""
    assert said.status == 1, said
    assert said.out == ""
    lines = said.err.strip().splitlines()
    assert len(lines) == 1, said.err
    assert lines[0].startswith("chairside")
    return lines[0]


def left_behind(data: Path) -> dict[str, int]:
    """What is in the archive, spool, outbox and among the performed steps of a data folder."""
    from minipacs.archive import Archive
    from minipacs.clock import system_clock

    with Archive.open(data / "archive", clock=system_clock) as archive:
        assert archive.check().is_good
        counts = archive.counts()
        found = {
            "instances": counts.instances,
            "quarantined": counts.quarantined,
            "outbox": len(archive.outbox.list()),
        }
    spools = [path for path in data.glob("spool*") if path.is_dir()]
    files = [path for spool in spools for path in spool.rglob("*") if path.is_file()]
    found["spool"] = sum(1 for path in files if path.name != "lock")
    return found


NOTHING = {"instances": 0, "quarantined": 0, "outbox": 0, "spool": 0}
