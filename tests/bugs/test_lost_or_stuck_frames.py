"""Frames that are stuck, forgotten or half-moved when the disk or the program fails at a bad moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.exam import disk
from kiosk.exam.errors import SpoolFailed, SpoolFull
from kiosk.exam.machine import ExposureState
from minipacs.dicom.codes import tables
from tests.builders import grey_frame
from tests.kiosk.exam.conftest import Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path / "spool")


BAD = tables.reject_reasons()["other-failure"]


def test_save_again_works_after_the_folder_could_not_be_synced(clinic, monkeypatch):
    exam = clinic.exam("bwx-2")
    token = exam.arm("bw-right")
    synced = disk.sync_folder

    def fail_once(path):
        monkeypatch.setattr(disk, "sync_folder", synced)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(disk, "sync_folder", fail_once)
    exposure = exam.receive(grey_frame(), token)
    exam.save_again(exposure)
    assert exam.accept(exposure).sop_instance_uid


def test_recovery_survives_a_moved_frame_whose_journal_is_lost(clinic):
    exam = clinic.exam("bwx-4")
    exposure = clinic.shoot(exam, "bw-molar-right")
    exam.move(exposure, "bw-molar-left")
    other = clinic.exam("bwx-2")
    clinic.shoot(other, "bw-right")
    (clinic.folder / "exams" / f"{exam.exam_id}.json").unlink()
    assert {one.exam_id for one in clinic.recovered()} == {exam.exam_id, other.exam_id}


def test_a_swap_that_fails_half_way_leaves_both_pictures_where_they_were(clinic, monkeypatch):
    exam = clinic.exam("bwx-2")
    right, left = clinic.shoot(exam, "bw-right"), clinic.shoot(exam, "bw-left")
    write, count = clinic.spool.write_note, []

    def second_fails(*args):
        count.append(args)
        if len(count) == 2:
            raise SpoolFailed("Input/output error")
        write(*args)

    monkeypatch.setattr(clinic.spool, "write_note", second_fails)
    with pytest.raises(SpoolFailed):
        exam.move(right, "bw-left")
    assert exam.exposure(right).slot != exam.exposure(left).slot


def test_a_retake_without_room_keeps_the_picture_under_review(clinic):
    exam = clinic.exam("bwx-2")
    exposure = clinic.shoot(exam, "bw-right")
    clinic.free = 0
    with pytest.raises(SpoolFull):
        exam.retake("bw-right", BAD)
    assert exam.exposure(exposure).state is ExposureState.PREVIEWED


def test_a_frame_whose_preview_fails_can_still_be_accepted(clinic, monkeypatch):
    from kiosk.exam import intake

    def cannot(*args):
        raise ValueError("no decoder")

    monkeypatch.setattr(intake, "thumbnail_of", cannot)
    exam = clinic.exam("bwx-2")
    exposure = clinic.shoot(exam, "bw-right")
    assert exam.accept(exposure).sop_instance_uid


def test_an_exam_says_that_one_of_its_frames_was_damaged(clinic):
    exam = clinic.exam("bwx-2")
    exam.accept(clinic.shoot(exam, "bw-right"))
    exposure = clinic.shoot(exam, "bw-left")
    path = clinic.folder / "pending" / f"{exposure}.frame"
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    path.write_bytes(bytes(data))
    (again,) = clinic.recovered()
    summary = again.finish()
    assert summary.unresolved or summary.quarantined
