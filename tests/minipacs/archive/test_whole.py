"""Check, backup, restore, recovery, alerts and the audit trail."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from minipacs.archive import (
    Archive,
    BackupRefused,
    Damaged,
    Ingested,
    NewerArchive,
    Outcome,
    restore,
)
from tests.minipacs.archive.rig import HERE, HandClock
from tests.objects import an_object

Keep = Callable[..., Ingested]
Open = Callable[..., Archive]


# ------------------------------------------------------------------------------------------ check


def test_a_sound_archive_is_good(archive: Archive, keep: Keep) -> None:
    for number in range(1, 4):
        keep(an_object(uid=f"2.25.{number}"))
    report = archive.check()
    assert report.is_good
    assert report.instances == 3


def test_every_flipped_byte_is_found_and_never_read_as_good(archive: Archive, keep: Keep) -> None:
    uids = [f"2.25.{number}" for number in range(1, 21)]
    for place, uid in enumerate(uids):
        path = keep(an_object(uid=uid)).path
        data = bytearray(path.read_bytes())
        data[(place * 37) % len(data)] ^= 1
        path.write_bytes(data)
    report = archive.check()
    assert report.damaged == tuple(uids)
    assert not report.is_good
    for uid in uids:
        with pytest.raises(Damaged):
            archive.read(uid)
    assert len([a for a in archive.alerts.list() if a.kind == "damaged"]) >= 20


def test_a_missing_file_is_named(archive: Archive, keep: Keep) -> None:
    keep(an_object(uid="2.25.1")).path.unlink()
    report = archive.check()
    assert (report.missing, report.damaged) == (("2.25.1",), ())
    with pytest.raises(Damaged, match="gone"):
        archive.read("2.25.1")


def test_a_whole_file_without_row_is_indexed(archive: Archive, folder: Path) -> None:
    data = an_object(uid="2.25.1")
    (folder / "blobs" / "a" / f"{'ab' * 16}.dcm").write_bytes(data)
    assert archive.check(repair=False).orphans == (f"{'ab' * 16}.dcm",)
    report = archive.check()
    assert report.is_good
    assert report.repaired == (f"{'ab' * 16}.dcm",)
    assert archive.read("2.25.1") == data


def test_what_is_no_object_is_put_aside(archive: Archive, folder: Path) -> None:
    (folder / "blobs" / "a" / f"{'ab' * 16}.dcm").write_bytes(b"rubbish")
    (folder / "blobs" / "a" / "notes.txt").write_bytes(b"a stranger")
    report = archive.check()
    assert report.is_good
    assert len(report.quarantined) == 2
    assert sorted(p.read_bytes() for p in (folder / "quarantine").iterdir()) == [
        b"a stranger",
        b"rubbish",
    ]
    assert {alert.kind for alert in archive.alerts.list()} == {"orphan"}
    assert archive.check().is_good


def test_a_second_file_of_a_stored_object_goes(archive: Archive, folder: Path, keep: Keep) -> None:
    data = an_object(uid="2.25.1")
    keep(data)
    (folder / "blobs" / "a" / f"{'ab' * 16}.dcm").write_bytes(data)
    assert archive.check().is_good
    assert archive.counts().instances == 1
    assert not (folder / "blobs" / "a" / f"{'ab' * 16}.dcm").exists()


def test_a_damaged_file_is_mended_from_quarantine(
    archive: Archive, folder: Path, keep: Keep
) -> None:
    data = an_object(uid="2.25.1")
    path = keep(data).path
    # A copy that somebody put aside by hand.
    (folder / "quarantine" / f"{'cd' * 16}.dcm").write_bytes(data)
    path.write_bytes(b"rotten")
    report = archive.check()
    assert report.is_good
    assert "2.25.1" in report.repaired
    assert archive.read("2.25.1") == data


def test_a_check_while_objects_arrive_takes_nothing_away(archive: Archive) -> None:
    stop, stored = threading.Event(), []

    def storing() -> None:
        while not stop.is_set():
            uid = f"2.25.{len(stored) + 1}"
            archive.ingest(an_object(uid=uid), HERE)
            stored.append(uid)

    thread = threading.Thread(target=storing)
    thread.start()
    try:
        reports = [archive.check() for _ in range(40)]
    finally:
        stop.set()
        thread.join(30)
    assert all(report.is_good for report in reports)
    assert archive.check().quarantined == ()
    assert {row.sop_instance_uid for row in archive.instances()} == set(stored)
    for uid in stored:
        archive.read(uid)


def test_a_file_that_a_check_has_indexed_first_stays(
    archive: Archive, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    putting = archive._blobs.put

    def put(parts: object) -> object:
        blob = putting(parts)  # type: ignore[arg-type]
        assert archive.check().repaired == (blob.path.name,)
        return blob

    monkeypatch.setattr(archive._blobs, "put", put)
    data = an_object(uid="2.25.1")
    assert keep(data, destinations=["PACS"]).outcome is Outcome.STORED
    assert archive.read("2.25.1") == data
    assert [entry.uid for entry in archive.outbox.list()] == ["2.25.1"]


# ------------------------------------------------------------------------------------------ backup


def test_a_backup_comes_back_as_it_was(
    archive: Archive, tmp_path: Path, keep: Keep, clock: HandClock
) -> None:
    for number in range(1, 6):
        keep(an_object(uid=f"2.25.{number}"), destinations=["PACS"])
    keep(an_object(uid="2.25.1", StudyDescription="other"))
    assert archive.backup(tmp_path / "copy") == 5
    assert restore(tmp_path / "copy", tmp_path / "back") == 5
    with Archive.open(tmp_path / "back", clock=clock, reserve_bytes=0) as back:
        assert [r.sha256 for r in back.instances()] == [r.sha256 for r in archive.instances()]
        assert back.check().is_good
        assert back.check().quarantined == ("2.25.1",)
        assert len(back.outbox.list()) == 5
        assert back.ingest(an_object(uid="2.25.9"), HERE).outcome is Outcome.STORED
    for path in (tmp_path / "back").rglob("*"):
        if path.is_file():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_backup_is_made_while_objects_arrive(
    archive: Archive, tmp_path: Path, clock: HandClock
) -> None:
    stop, stored = threading.Event(), []

    def storing() -> None:
        while not stop.is_set():
            uid = f"2.25.{len(stored) + 1}"
            archive.ingest(an_object(uid=uid), HERE)
            stored.append(uid)

    thread = threading.Thread(target=storing)
    thread.start()
    try:
        counts = [archive.backup(tmp_path / f"copy{number}") for number in range(3)]
    finally:
        stop.set()
        thread.join(30)
    assert counts == sorted(counts)
    for number, count in enumerate(counts):
        restore(tmp_path / f"copy{number}", tmp_path / f"back{number}")
        with Archive.open(tmp_path / f"back{number}", clock=clock, reserve_bytes=0) as back:
            report = back.check()
            assert report.is_good
            assert report.instances == count
    assert archive.counts().instances == len(stored)


def test_a_backup_needs_an_empty_place(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "photo.jpg").write_bytes(b"x")
    with pytest.raises(BackupRefused, match="not empty"):
        archive.backup(tmp_path / "full")
    archive.backup(tmp_path / "copy")
    with pytest.raises(BackupRefused, match="not empty"):
        restore(tmp_path / "copy", tmp_path / "full")


def test_a_damaged_object_is_not_backed_up_as_good(
    archive: Archive, tmp_path: Path, keep: Keep
) -> None:
    keep(an_object(uid="2.25.1")).path.write_bytes(b"rotten")
    with pytest.raises(BackupRefused, match="check"):
        archive.backup(tmp_path / "copy")
    with pytest.raises(BackupRefused, match="not finished"):
        restore(tmp_path / "copy", tmp_path / "back")


@pytest.mark.parametrize("what", ["archive.db", "blob", "backup.json"])
def test_a_damaged_backup_is_refused_and_nothing_appears(
    archive: Archive, tmp_path: Path, keep: Keep, what: str
) -> None:
    keep(an_object(uid="2.25.1"))
    archive.backup(tmp_path / "copy")
    path = tmp_path / "copy" / what
    if what == "blob":
        (path,) = (tmp_path / "copy" / "blobs").rglob("*.dcm")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data)
    with pytest.raises(BackupRefused):
        restore(tmp_path / "copy", tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_no_backup_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="no backup"):
        restore(tmp_path / "nowhere", tmp_path / "back")


# ------------------------------------------------------------------------------------------ recovery


def test_the_first_opener_tidies_up_after_a_killed_run(
    opened: Open, folder: Path, clock: HandClock
) -> None:
    first = opened()
    first.ingest(an_object(uid="2.25.1"), HERE)
    first.close()
    whole = an_object(uid="2.25.2")
    (folder / "incoming" / ("ef" * 16)).write_bytes(whole[:300])
    (folder / "blobs" / "a" / f"{'ab' * 16}.dcm").write_bytes(whole)
    (folder / "blobs" / "c" / f"{'cd' * 16}.dcm").write_bytes(whole[:-5])
    (folder / "quarantine" / f"{'01' * 16}.dcm").write_bytes(whole)
    again = opened()
    assert again.recovered == {"swept": 1, "adopted": 1, "aside": 2, "left": 0, "requeued": 0}
    assert list((folder / "incoming").iterdir()) == []
    assert again.read("2.25.2") == whole
    assert again.check().is_good
    assert again.counts().quarantined == 2


def test_a_second_opener_leaves_the_work_of_the_first_alone(opened: Open, folder: Path) -> None:
    opened()
    (folder / "incoming" / ("ef" * 16)).write_bytes(b"being written")
    second = opened()
    assert second.recovered == {}
    assert (folder / "incoming" / ("ef" * 16)).exists()


def test_two_openers_store_side_by_side(opened: Open) -> None:
    first, second = opened(), opened()
    first.ingest(an_object(uid="2.25.1"), HERE)
    second.ingest(an_object(uid="2.25.2"), HERE)
    assert second.ingest(an_object(uid="2.25.1"), HERE).outcome is Outcome.ALREADY
    assert len(first.instances()) == len(second.instances()) == 2


def test_recovery_reads_no_file_that_has_a_row(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened()
    for number in range(1, 30):
        first.ingest(an_object(uid=f"2.25.{number}"), HERE)
    first.close()
    read = []
    reading = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or reading(path))
    assert opened().counts().instances == 29
    assert read == []


def test_a_full_disk_does_not_keep_it_from_opening(opened: Open, folder: Path) -> None:
    first = opened()
    first.ingest(an_object(uid="2.25.1"), HERE)
    first.close()
    again = opened(reserve_bytes=1_000_000, free_bytes=lambda _: 0)
    assert again.read("2.25.1")
    assert again.instances()


def test_closing_twice_does_nothing(archive: Archive) -> None:
    archive.close()
    archive.close()


# ------------------------------------------------------------------------------------------ schema


def test_the_database_is_private_and_durable(archive: Archive, folder: Path) -> None:
    with archive._database.reading() as session:
        assert session.value("PRAGMA journal_mode") == "wal"
        assert session.value("PRAGMA synchronous") == 2
        assert session.value("PRAGMA foreign_keys") == 1
        assert session.value("PRAGMA busy_timeout") == 5000
        assert session.all("SELECT number, name FROM migration") == [
            (1, "first"),
            (2, "confirmation"),
        ]
    for path in folder.glob("archive.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_connection_is_durable(archive: Archive) -> None:
    found: list[object] = []
    start = threading.Barrier(6)

    def look() -> None:
        with archive._database.reading() as session:
            start.wait()
            found.append(session.value("PRAGMA synchronous"))

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == [2] * 6


def test_an_archive_of_a_later_release_is_refused_untouched(opened: Open, folder: Path) -> None:
    opened().close()
    with sqlite3.connect(folder / "archive.db") as db:
        db.execute("INSERT INTO migration VALUES (99, 'later', '')")
    db.close()
    with pytest.raises(NewerArchive) as caught:
        opened()
    assert (caught.value.found, caught.value.known) == (99, 2)


def test_a_migration_is_made_once_and_with_its_record(archive: Archive) -> None:
    from minipacs.archive.migrations import MIGRATIONS, migrate

    def second(session: object, database: object) -> None:
        session.run("CREATE TABLE later (id INTEGER)")  # type: ignore[attr-defined]

    def broken(session: object, database: object) -> None:
        session.run("CREATE TABLE half (id INTEGER)")  # type: ignore[attr-defined]
        raise RuntimeError("killed")

    database = archive._database
    more = (*MIGRATIONS, (3, "later", second))
    assert migrate(database, lambda: "now", more) == 3  # type: ignore[arg-type]
    assert migrate(database, lambda: "now", more) == 3  # type: ignore[arg-type]
    with pytest.raises(RuntimeError):
        migrate(database, lambda: "now", (*more, (4, "broken", broken)))  # type: ignore[arg-type]
    with database.reading() as session:
        assert session.all("SELECT number FROM migration ORDER BY 1") == [(1,), (2,), (3,)]
        assert session.one("SELECT 1 FROM sqlite_master WHERE name = 'half'") is None


def test_a_damaged_database_is_told(folder: Path, clock: HandClock) -> None:
    folder.mkdir()
    (folder / "archive.db").write_bytes(os.urandom(8192))
    with pytest.raises(Damaged):
        Archive.open(folder, clock=clock)


def test_a_database_named_by_url(tmp_path: Path, folder: Path, clock: HandClock) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    with Archive.open(folder, clock=clock, database_url=url, reserve_bytes=0) as archive:
        archive.ingest(an_object(uid="2.25.1"), HERE)
        assert archive.counts().instances == 1
    assert (tmp_path / "elsewhere.db").exists()
    assert not (folder / "archive.db").exists()


def test_a_job_that_fails_takes_no_other_with_it(archive: Archive) -> None:
    database = archive._database
    entered, go = threading.Event(), threading.Event()
    results: list[object] = []

    def holding(session: object) -> None:
        entered.set()
        go.wait(20)

    def good(number: int) -> None:
        results.append(database.write(lambda s: s.value("SELECT ?", number)))

    def bad() -> None:
        def job(session: object) -> None:
            session.run("INSERT INTO alert VALUES (7, 'x', '', '', '', '')")  # type: ignore[attr-defined]
            raise Damaged(Path("x"), "made up")

        try:
            database.write(job)
        except Damaged:
            results.append("refused")

    threads = [threading.Thread(target=lambda: database.write(holding))]
    threads[0].start()
    entered.wait(20)
    threads += [threading.Thread(target=good, args=(number,)) for number in range(3)]
    threads.insert(2, threading.Thread(target=bad))
    for thread in threads[1:]:
        thread.start()
    go.set()
    for thread in threads:
        thread.join(20)
    assert sorted(map(str, results)) == ["0", "1", "2", "refused"]
    assert archive.alerts.list(open_only=False) == []


# ------------------------------------------------------------------------------------------ alerts, audit


def test_an_alert_is_open_until_somebody_has_seen_it(archive: Archive) -> None:
    number = archive.alerts.add("disk", "nearly full")
    assert archive.alerts.add("disk", "nearly full") == number
    archive.alerts.acknowledge(number)
    assert archive.alerts.list() == []
    (seen,) = archive.alerts.list(open_only=False)
    assert seen.acknowledged_at
    assert archive.alerts.add("disk", "nearly full") != number


def test_the_audit_trail_shows_a_change(archive: Archive, folder: Path) -> None:
    for number in range(5):
        archive.audit.record("Query", "success", "MODALITY", json.dumps({"answers": number}))
    assert archive.audit.verify() is None
    assert [r.number for r in archive.audit.records(since=2)] == [3, 4, 5]

    def change(sql: str) -> None:
        archive._database.write(lambda s: s.run(sql))

    change("UPDATE audit SET outcome = 'failure' WHERE number = 3")
    assert archive.audit.verify() == 3
    change("UPDATE audit SET outcome = 'success' WHERE number = 3")
    assert archive.audit.verify() is None
    change("DELETE FROM audit WHERE number = 2")
    assert archive.audit.verify() == 2


def test_audit_records_of_many_threads_make_one_chain(archive: Archive) -> None:
    def record() -> None:
        for _ in range(10):
            archive.audit.record("Query", "success")

    threads = [threading.Thread(target=record) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert archive.audit.verify() is None
    assert len(list(archive.audit.records())) == 40
