"""A really full disk: a small file system of its own. Needs root; elsewhere the injected ENOSPC stands for it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from minipacs.archive import Archive, Outcome, StorageFull
from minipacs.clock import system_clock
from tests.minipacs.archive.rig import HERE
from tests.objects import an_object


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=20)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount a file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True, timeout=20)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)


def test_what_was_stored_stays_readable_and_work_goes_on_when_there_is_room(
    small_disk: Path,
) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(b"\0" * 1_500_000)
    stored: dict[str, bytes] = {}
    with Archive.open(small_disk / "archive", clock=system_clock, reserve_bytes=0) as archive:
        refused = 0
        for number in range(1, 2000):
            # Ever smaller objects, so that in the end it is the database that finds no room.
            side = 200 if not refused else 16
            data = an_object(uid=f"2.25.{number}", rows=side, columns=side)
            try:
                archive.ingest(data, HERE, destinations=["PACS"])
                stored[f"2.25.{number}"] = data
            except StorageFull:
                refused += 1
                if refused > 20:
                    break
        assert refused > 20
        assert len(stored) > 10
        for uid, data in stored.items():
            assert archive.read(uid) == data
        filler.unlink()
        last = an_object(uid="2.25.99999")
        assert archive.ingest(last, HERE).outcome is Outcome.STORED
        report = archive.check()
        assert report.is_good
        # One whose commit failed half way may come back: it was refused, and nobody could know more then.
        assert report.instances == len(stored) + 1 + len(report.repaired)
        assert len(report.repaired) <= 1
        assert len(archive.outbox.list()) == len(stored)
    with Archive.open(small_disk / "archive", clock=system_clock, reserve_bytes=0) as again:
        assert again.check().is_good
        assert not list((small_disk / "archive" / "incoming").iterdir())


def test_an_archive_on_a_full_disk_can_be_opened_and_read(small_disk: Path) -> None:
    data = an_object(uid="2.25.1")
    with Archive.open(small_disk / "archive", clock=system_clock, reserve_bytes=0) as archive:
        archive.ingest(data, HERE)
        filler = small_disk / "filler"
        with pytest.raises(OSError, match="space"):
            fill(filler)
        with Archive.open(small_disk / "archive", clock=system_clock, reserve_bytes=0) as second:
            assert second.read("2.25.1") == data
            with pytest.raises(StorageFull):
                second.ingest(an_object(uid="2.25.2"), HERE)
