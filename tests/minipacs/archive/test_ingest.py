"""The one entrance: what is kept, what is refused, and that nothing half-kept remains."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from minipacs.archive import (
    Archive,
    Damaged,
    DeliveryState,
    Ingested,
    Missing,
    Origin,
    Outcome,
    Refused,
    StorageFull,
)
from minipacs.dicom import part10
from tests.builders import CANARY
from tests.minipacs.archive.rig import HERE
from tests.objects import an_object

Keep = Callable[..., Ingested]
UID = "2.25.1001"


def files_in(folder: Path) -> list[Path]:
    return sorted(
        path
        for place in ("incoming", "blobs", "quarantine")
        for path in (folder / place).rglob("*")
        if path.is_file()
    )


def test_an_object_is_kept_byte_for_byte(archive: Archive, keep: Keep) -> None:
    data = an_object(uid=UID)
    answer = keep(data)
    assert answer.outcome is Outcome.STORED
    assert answer.sop_instance_uid == UID
    assert archive.read(UID) == data
    assert answer.path.read_bytes() == data
    assert answer.sha256 == hashlib.sha256(data).hexdigest()


def test_parts_are_written_one_after_another(archive: Archive, keep: Keep) -> None:
    data = an_object(uid=UID, rows=400, columns=400)
    keep([data[:100], b"", memoryview(data)[100:5000], bytearray(data[5000:])])
    assert archive.read(UID) == data


def test_the_row_tells_what_was_stored(archive: Archive, keep: Keep) -> None:
    keep(an_object(uid=UID))
    row = archive.instance(UID)
    assert row is not None
    assert (row.patient_id, row.patient_name, row.modality) == ("P-4711", CANARY, "IO")
    assert row.origin == HERE
    assert archive.instances(study=row.study_instance_uid) == [row]
    assert archive.instances(series=row.series_instance_uid) == [row]
    assert archive.instances(patient="P-4711") == [row]
    assert archive.instance("2.25.9") is None


def test_file_names_are_our_own_and_for_the_owner_alone(folder: Path, keep: Keep) -> None:
    path = keep(an_object(uid=UID)).path
    assert UID not in str(path)
    assert path.parent.name == path.stem[0]
    for place in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(place.stat().st_mode)
        if place.is_dir():
            assert mode == 0o700 or place == folder, place
        else:
            assert mode == 0o600, place


def test_the_same_object_again_is_a_success_that_writes_nothing(
    archive: Archive, folder: Path, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = an_object(uid=UID)
    first = keep(data)
    monkeypatch.setattr(archive._blobs, "put", lambda parts: pytest.fail("it was written again"))
    before = [(path, path.stat().st_mtime_ns) for path in files_in(folder)]
    for _ in range(3):
        assert keep(data).outcome is Outcome.ALREADY
    assert [(path, path.stat().st_mtime_ns) for path in files_in(folder)] == before
    assert archive.read(UID) == data
    assert keep(data).path == first.path
    assert archive.counts().instances == 1


def test_the_same_data_set_from_another_sender_is_the_same_object(keep: Keep) -> None:
    ds = part10.read(an_object(uid=UID))
    keep(part10.write(ds, source_ae="FIRST"))
    assert keep(part10.write(ds, source_ae="SECOND")).outcome is Outcome.ALREADY


def test_the_same_data_set_in_another_syntax_is_another_object(keep: Keep) -> None:
    ds = part10.read(an_object(uid=UID))
    keep(part10.write(ds))
    again = keep(part10.write(ds, transfer_syntax="1.2.840.10008.1.2"))
    assert again.outcome is Outcome.CONFLICT


def test_another_object_of_the_same_uid_is_kept_aside_with_an_alert(
    archive: Archive, folder: Path, keep: Keep
) -> None:
    first, second = an_object(uid=UID), an_object(uid=UID, Rows=16, StudyDescription="other")
    keep(first)
    answer = keep(second)
    assert answer.outcome is Outcome.CONFLICT
    assert archive.read(UID) == first
    assert answer.path.parent == folder / "quarantine"
    assert answer.path.read_bytes() == second
    (alert,) = archive.alerts.list()
    assert (alert.kind, alert.uid) == ("conflict", UID)
    assert archive.check().quarantined == (UID,)


def test_a_conflict_sent_fifty_times_is_kept_once(
    archive: Archive, folder: Path, keep: Keep
) -> None:
    keep(an_object(uid=UID))
    other = an_object(uid=UID, StudyDescription="other")
    assert {keep(other).outcome for _ in range(50)} == {Outcome.CONFLICT}
    assert len(files_in(folder)) == 2
    assert len(archive.alerts.list()) == 1


def test_the_same_object_on_many_threads_is_stored_once(archive: Archive, folder: Path) -> None:
    data = an_object(uid=UID)
    start, outcomes = threading.Barrier(8), []

    def store() -> None:
        start.wait()
        outcomes.extend(archive.ingest(data, HERE).outcome for _ in range(6))

    _all_together(store, 8)
    assert len(outcomes) == 48
    assert outcomes.count(Outcome.STORED) == 1
    assert set(outcomes) == {Outcome.STORED, Outcome.ALREADY}
    assert len(files_in(folder)) == 1


def test_different_objects_of_one_uid_on_many_threads_are_all_kept(
    archive: Archive, folder: Path
) -> None:
    numbers = iter(range(8))
    start, outcomes = threading.Barrier(8), []

    def store() -> None:
        data = an_object(uid=UID, StudyDescription=f"version {next(numbers)}")
        start.wait()
        outcomes.append(archive.ingest(data, HERE).outcome)

    _all_together(store, 8)
    assert sorted(o.value for o in outcomes) == ["conflict"] * 7 + ["stored"]
    assert len(files_in(folder)) == 8
    assert len(archive.check().quarantined) == 7


def test_many_objects_on_many_threads_are_all_there(archive: Archive) -> None:
    uids = [f"2.25.{number}" for number in range(1, 81)]
    todo = iter(uids)
    lock = threading.Lock()

    def store() -> None:
        while True:
            with lock:
                uid = next(todo, "")
            if not uid:
                return
            archive.ingest(an_object(uid=uid), HERE, destinations=["PACS"])

    _all_together(store, 8)
    assert {row.sop_instance_uid for row in archive.instances()} == set(uids)
    assert archive.outbox.counts()[DeliveryState.QUEUED] == 80
    assert archive.check().is_good


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\0" * 200, ""),
        (b"\0" * 128 + b"DICM", ""),
        (an_object(uid=UID)[:-10], "shorter"),
        (an_object(uid=UID)[:400], ""),
        (an_object(uid=UID).replace(b"2.25.1001\0", b"2.25.10../"), "valid UID"),
        (an_object(uid=UID).replace(b"2.25.11\0", b"2.25.01\0"), "StudyInstanceUID"),
    ],
)
def test_a_malformed_object_is_refused_and_nothing_remains(
    archive: Archive, folder: Path, keep: Keep, data: bytes, reason: str
) -> None:
    with pytest.raises(Refused, match=reason or "refused"):
        keep(data)
    assert files_in(folder) == []
    assert archive.counts().instances == 0


def test_meta_information_of_another_instance_is_refused(keep: Keep) -> None:
    data = an_object(uid=UID)
    with pytest.raises(Refused, match="MediaStorageSOPInstanceUID") as caught:
        keep(data.replace(b"2.25.1001", b"2.25.1002", 1))
    assert caught.value.mismatch


@pytest.mark.parametrize(
    "uid", ["../../../../tmp/evil", "/etc/cron.d/x", "..", "1.2\x003", "a" * 70]
)
def test_a_hostile_uid_never_becomes_a_path(
    tmp_path: Path, folder: Path, keep: Keep, uid: str
) -> None:
    template = an_object(uid="2.25." + "1" * 40)
    old = b"2.25." + b"1" * 40 + b"\0"
    with pytest.raises(Refused):
        keep(template.replace(old, uid.encode().ljust(len(old), b"\0")[: len(old)]))
    assert files_in(folder) == []
    assert {path.name for path in tmp_path.iterdir()} == {"archive"}


def test_refused_when_the_disk_is_full(opened: Callable[..., Archive], folder: Path) -> None:
    free = [10_000_000]
    archive = opened(reserve_bytes=1_000_000, free_bytes=lambda _: free[0])
    data = an_object(uid=UID)
    archive.ingest(data, HERE)
    free[0] = 1_000_000
    with pytest.raises(StorageFull) as caught:
        archive.ingest(an_object(uid="2.25.2"), HERE)
    assert caught.value.needed_mb > caught.value.free_mb
    assert archive.read(UID) == data
    assert len(files_in(folder)) == 1
    assert archive.ingest(data, HERE).outcome is Outcome.ALREADY
    free[0] = 10_000_000
    assert archive.ingest(an_object(uid="2.25.2"), HERE).outcome is Outcome.STORED


class FailingDisk:
    """Makes the n-th call of an os function fail, once or for good."""

    def __init__(self, patch: pytest.MonkeyPatch, name: str, code: int, at: int, *, for_good: bool):
        self._real: Any = getattr(os, name)
        self._left, self._code, self._for_good = at, code, for_good
        self.failed = 0
        patch.setattr(os, name, self._call)

    def _call(self, *args: Any) -> Any:
        self._left -= 1
        if self._left == 0 or (self._for_good and self._left < 0):
            self.failed += 1
            raise OSError(self._code, os.strerror(self._code))
        return self._real(*args)


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_no_space_while_writing_leaves_nothing(
    archive: Archive, folder: Path, keep: Keep, monkeypatch: pytest.MonkeyPatch, code: int, at: int
) -> None:
    with monkeypatch.context() as patch:
        disk = FailingDisk(patch, "fsync", code, at, for_good=False)
        with pytest.raises(StorageFull):
            keep(an_object(uid=UID))
        assert disk.failed == 1
    assert files_in(folder) == []
    assert keep(an_object(uid=UID)).outcome is Outcome.STORED


@pytest.mark.parametrize("name", ["fsync", "write"])
def test_after_a_failed_fsync_the_object_is_written_once_more_to_a_new_file(
    folder: Path, keep: Keep, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    keys = []
    opening = os.open

    def noting(path: Any, *args: Any) -> int:
        if Path(path).parent.name == "incoming":
            keys.append(Path(path).name)
        return opening(path, *args)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", noting)
        FailingDisk(patch, name, errno.EIO, 1, for_good=False)
        assert keep(an_object(uid=UID)).outcome is Outcome.STORED
    assert len(set(keys)) == 2
    assert [path.stem for path in files_in(folder)] == keys[1:]


def test_a_disk_that_keeps_failing_is_told_and_nothing_remains(
    archive: Archive, folder: Path, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        FailingDisk(patch, "fsync", errno.EIO, 1, for_good=True)
        with pytest.raises(Damaged):
            keep(an_object(uid=UID))
    assert files_in(folder) == []
    assert archive.counts().instances == 0


def test_a_damaged_file_is_mended_when_its_object_comes_again(archive: Archive, keep: Keep) -> None:
    data = an_object(uid=UID)
    path = keep(data).path
    path.write_bytes(data[:-1] + b"!")
    with pytest.raises(Damaged):
        archive.read(UID)
    assert keep(data).outcome is Outcome.STORED
    assert archive.read(UID) == data
    assert [alert.kind for alert in archive.alerts.list()] == ["damaged", "mended"]


def test_an_unknown_instance_is_missing(archive: Archive) -> None:
    for ask in (archive.read, archive.path_of, archive.header):
        with pytest.raises(Missing):
            ask("2.25.404")


def test_destinations_are_queued_with_the_rows(archive: Archive, keep: Keep) -> None:
    keep(an_object(uid=UID), destinations=["PACS", "BACKUP"])
    assert [(e.uid, e.destination) for e in archive.outbox.list()] == [
        (UID, "PACS"),
        (UID, "BACKUP"),
    ]
    keep(an_object(uid=UID), destinations=["PACS"])
    assert len(archive.outbox.list()) == 2


def test_differences_are_kept_with_the_instance_and_told(archive: Archive, keep: Keep) -> None:
    keep(an_object(uid="2.25.1", StudyDescription="first", PatientSex="F"))
    answer = keep(an_object(uid="2.25.2", StudyDescription="second", PatientSex="M"))
    assert answer.outcome is Outcome.STORED
    (study,) = archive.studies()
    assert (study.study_description, study.sex) == ("first", "F")
    assert archive.header("2.25.2").StudyDescription == "second"
    texts = " ".join(alert.text for alert in archive.alerts.list())
    assert "StudyDescription" in texts
    assert "PatientSex" in texts
    assert "second" not in texts


def test_a_study_never_moves_to_another_patient(archive: Archive, keep: Keep) -> None:
    keep(an_object(uid="2.25.1", PatientID="P-1"))
    keep(an_object(uid="2.25.2", PatientID="P-2"))
    first, second = archive.instance("2.25.1"), archive.instance("2.25.2")
    assert first is not None
    assert second is not None
    assert (first.patient_id, second.patient_id) == ("P-1", "P-2")
    assert first.study_instance_uid == second.study_instance_uid
    assert len(archive.studies()) == 2
    assert "another patient" in archive.alerts.list()[0].text


def test_patients_without_an_id_are_told_apart_by_name_and_birth_date(
    archive: Archive, keep: Keep
) -> None:
    keep(an_object(uid="2.25.1", study="2.25.21", series="2.25.31", PatientID=""))
    keep(
        an_object(uid="2.25.2", study="2.25.22", series="2.25.32", PatientID="", PatientName="X^Y")
    )
    assert archive.counts().patients == 2
    assert archive.alerts.list() == []


def test_the_issuer_is_part_of_the_identity(archive: Archive, keep: Keep) -> None:
    keep(an_object(uid="2.25.1", study="2.25.21", series="2.25.31", IssuerOfPatientID="A"))
    keep(an_object(uid="2.25.2", study="2.25.22", series="2.25.32", IssuerOfPatientID="B"))
    assert archive.counts().patients == 2


@pytest.mark.parametrize(
    "syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99"]
)
def test_the_header_is_given_in_any_syntax(archive: Archive, keep: Keep, syntax: str) -> None:
    keep(an_object(uid=UID, syntax=syntax, PatientName="Müller^Jürgen"))
    assert str(archive.header(UID).PatientName) == "Müller^Jürgen"
    row = archive.instance(UID)
    assert row is not None
    assert (row.patient_name, row.transfer_syntax) == ("Müller^Jürgen", syntax)


def test_a_name_in_an_old_character_set_is_read_right(archive: Archive, keep: Keep) -> None:
    keep(an_object(uid="2.25.1", SpecificCharacterSet="ISO_IR 100", PatientName="Müller"))
    ds = part10.read(an_object(uid="2.25.2", study="2.25.7", series="2.25.8", PatientID="J"))
    ds.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    ds.PatientName = "Yamada^Tarou=山田^太郎"
    archive.ingest(part10.write(ds), Origin("store"))
    names = {row.patient_name for row in archive.instances()}
    assert names == {"Müller", "Yamada^Tarou=山田^太郎"}


def _all_together(run: Callable[[], None], count: int) -> None:
    problems: list[BaseException] = []

    def guarded() -> None:
        try:
            run()
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=guarded) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not problems, problems[0]
