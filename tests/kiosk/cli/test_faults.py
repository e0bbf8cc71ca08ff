"""What fails in the middle of `acquire`: nothing half done stays, or it says exactly what was stored."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.office.store import ArchiveStore
from minipacs.archive import Archive
from minipacs.archive.errors import StorageFull
from minipacs.clock import system_clock
from tests.kiosk.cli.conftest import NOTHING, WHO, Cli, left_behind, sentence_of
from tests.pictures import Pictures

STEP = (
    "--patient-id",
    "P-4711",
    "--patient-name",
    "CANARY^PATIENT",
    "--modality",
    "IO",
    "--step-id",
    "S1",
)


def fail_at(monkeypatch: pytest.MonkeyPatch, number: int, problem: BaseException) -> None:
    """The archive fails at the n-th object."""
    store, asked = ArchiveStore.ingest, []

    def ingest(self: ArchiveStore, data: bytes) -> object:
        asked.append(1)
        if len(asked) == number:
            raise problem
        return store(self, data)

    monkeypatch.setattr(ArchiveStore, "ingest", ingest)


def status_of(cli: Cli) -> str:
    (row,) = cli("minipacs", "worklist", "list", "--json").value
    return str(row["ScheduledProcedureStepStatus"])


@pytest.mark.parametrize(
    "problem", [StorageFull(3, 200), OSError(28, "No space left on device"), PermissionError(13, "Permission denied")]
)  # fmt: skip
def test_the_first_picture_fails_and_nothing_is_left(
    cli: Cli, pictures: Pictures, data: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    cli("minipacs", "worklist", "add", *STEP)
    fail_at(monkeypatch, 1, problem)
    told = sentence_of(
        cli("acquire", "--kind", "io", pictures("grey8.png"), "--step", "S1", "--json")
    )
    assert "nothing was stored" in told
    assert left_behind(data) == NOTHING
    assert status_of(cli) == "SCHEDULED"
    monkeypatch.undo()
    assert cli("acquire", "--kind", "io", pictures("grey8.png"), "--step", "S1").status == 0
    assert status_of(cli) == "COMPLETED"


def test_the_third_picture_fails_and_it_says_which_two_are_stored(
    cli: Cli, pictures: Pictures, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("minipacs", "worklist", "add", *STEP)
    fail_at(monkeypatch, 3, StorageFull(3, 200))
    files = [pictures(name) for name in ("grey8.png", "grey16.png", "grey8.bmp", "grey8.tif")]
    told = sentence_of(cli("acquire", "--kind", "io", *files, "--step", "S1", "--json"))
    assert "the first 2 of 4 pictures were stored" in told
    assert "picture 3 was not" in told
    with Archive.open(data / "archive", clock=system_clock) as archive:
        stored = [row.sop_instance_uid for row in archive.instances(patient="P-4711")]
        (performed,) = {e.uid for e in archive.outbox.list() if e.kind == "mpps-create"}
        step = archive.steps.get(performed)
    assert len(stored) == 2
    assert all(uid in told for uid in stored)
    assert step.PerformedProcedureStepStatus == "DISCONTINUED"
    (series,) = step.PerformedSeriesSequence
    listed = [str(ref.ReferencedSOPInstanceUID) for ref in series.ReferencedImageSequence]
    assert sorted(listed) == sorted(stored)
    assert status_of(cli) == "DISCONTINUED"
    left = left_behind(data)
    assert left["instances"] == 2
    assert not list((data / "spool" / "pending").iterdir())
    assert not list((data / "spool" / "exams").iterdir())


def test_an_interrupted_call_leaves_nothing_open(
    cli: Cli, pictures: Pictures, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(monkeypatch, 1, KeyboardInterrupt())
    said = cli("acquire", "--kind", "io", pictures("grey8.png"), *WHO, "--json")
    assert (said.status, said.out) == (1, "")
    assert "interrupted" in said.err
    assert left_behind(data) == NOTHING


def test_less_than_the_reserve_is_refused_before_anything(
    cli: Cli, pictures: Pictures, data: Path
) -> None:
    data.mkdir()
    (data / "chairside.toml").write_text("[capture]\nreserve_mb = 99000000\n")
    told = sentence_of(cli("acquire", "--kind", "io", pictures("grey8.png"), *WHO, "--json"))
    assert "MB" in told
    assert "nothing was stored" in told
    assert left_behind(data) == NOTHING


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], check=False, timeout=20
    )
    if mounted.returncode:
        pytest.skip("a tmpfs can't be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, timeout=20)


def test_a_full_disk_is_said_and_what_was_stored_stays(
    cli: Cli, pictures: Pictures, small_disk: Path
) -> None:
    data = small_disk / "data"
    data.mkdir()
    (data / "chairside.toml").write_text("[capture]\nreserve_mb = 0\n")
    assert cli("acquire", "--kind", "io", pictures("grey8.png"), *WHO, at=data).status == 0
    before = left_behind(data)
    hog = small_disk / "hog"
    with hog.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    said = cli("acquire", "--kind", "io", pictures("grey16.png"), *WHO, "--json", at=data)
    assert said.status == 1
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    hog.unlink()
    after = left_behind(data)
    assert (after["instances"], after["spool"]) == (before["instances"], 0)
