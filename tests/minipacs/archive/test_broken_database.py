"""A database that the disk has spoilt: said in a sentence, never written to again, and a backup brings all back."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from minipacs.archive import Archive, Damaged, Ingested, Outcome, restore
from tests.minipacs.archive.rig import HERE, HandClock
from tests.objects import an_object

Keep = Callable[..., Ingested]


def fail_commit(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]
) -> list[str]:
    """The next COMMIT fails like a disk; gives the PRAGMAs that ran after it."""
    session = archive._database.session_of_thread
    original = session.run
    after: list[str] = []
    failed = []

    def run(sql: str, *values: Any) -> Any:
        if sql == "COMMIT" and not failed:
            failed.append(sql)
            meanwhile()
            raise sqlite3.OperationalError("disk I/O error")
        if failed and sql.startswith("PRAGMA"):
            after.append(sql)
        return original(sql, *values)

    monkeypatch.setattr(session, "run", run)
    return after


def test_after_a_failed_commit_the_structure_is_looked_at_and_work_goes_on(
    archive: Archive, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(an_object(uid="2.25.1"))
    looked = fail_commit(archive, monkeypatch, lambda: None)
    with pytest.raises(Damaged):
        keep(an_object(uid="2.25.2"))
    assert keep(an_object(uid="2.25.3")).outcome is Outcome.STORED
    assert looked == ["PRAGMA quick_check(1)"]
    assert keep(an_object(uid="2.25.4")).outcome is Outcome.STORED
    assert looked == ["PRAGMA quick_check(1)"], "once is enough"
    assert archive.read("2.25.1")


@pytest.mark.logs_errors
def test_nothing_is_stored_into_a_database_that_a_failed_commit_has_broken(
    archive: Archive, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(an_object(uid="2.25.1"))
    monkeypatch.setattr(type(archive._database), "quick_check", lambda self: "row 7 missing")
    fail_commit(archive, monkeypatch, lambda: None)
    with pytest.raises(Damaged):
        keep(an_object(uid="2.25.2"))
    with pytest.raises(Damaged, match="restore the last backup"):
        keep(an_object(uid="2.25.3"))
    with pytest.raises(Damaged, match="restore the last backup"):
        archive.alerts.add("x", "y")
    assert archive.read("2.25.1"), "what is there can still be read"


def spoil_header(path: Path) -> None:
    path.write_bytes(b"\xff" * 100 + path.read_bytes()[100:])


def spoil_schema(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[100:2000] = random.Random(1).randbytes(1900)
    path.write_bytes(data)


def spoil_the_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for page in range(4, len(data) // 4096):
        data[page * 4096 : page * 4096 + 64] = random.Random(page).randbytes(64)
    path.write_bytes(data)


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("spoil", [spoil_header, spoil_schema, spoil_the_middle, cut_in_half])
def test_a_spoilt_database_is_said_and_a_backup_brings_everything_back(
    opened: Callable[..., Archive],
    folder: Path,
    tmp_path: Path,
    clock: HandClock,
    spoil: Callable[[Path], None],
) -> None:
    objects = {f"2.25.{n}": an_object(uid=f"2.25.{n}") for n in range(1, 60)}
    archive = opened()
    for data in objects.values():
        archive.ingest(data, HERE)
    archive.backup(tmp_path / "backup")
    archive.close()
    spoil(folder / "archive.db")
    with (
        pytest.raises(Damaged, match="is damaged") as caught,
        Archive.open(folder, clock=clock, reserve_bytes=0) as broken,
    ):
        broken.check()
    assert "backup" in str(caught.value)
    restore(tmp_path / "backup", tmp_path / "new")
    with Archive.open(tmp_path / "new", clock=clock, reserve_bytes=0) as again:
        assert again.check().is_good
        for uid, data in objects.items():
            assert again.read(uid) == data


def test_a_database_that_is_gone_is_made_again_from_the_files(
    opened: Callable[..., Archive], folder: Path
) -> None:
    archive = opened()
    for n in range(1, 20):
        archive.ingest(an_object(uid=f"2.25.{n}"), HERE)
    archive.close()
    (folder / "archive.db").unlink()
    with_files = opened()
    assert with_files.counts().instances == 19
    assert with_files.recovered["adopted"] == 19
    assert with_files.check().is_good
    assert [alert.kind for alert in with_files.alerts.list()] == ["database"]
    assert opened().alerts.count() == 1
