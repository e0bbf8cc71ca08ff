"""What a killed run left comes back with its patient, slot and identity."""

from __future__ import annotations

import pytest

from kiosk.exam.machine import ExposureState
from kiosk.exam.views import SlotState, StepReport
from minipacs.dicom.codes import tables
from tests.builders import a_patient, grey_frame

SLOT = "bw-premolar-right"
POSITIONING = tables.reject_reasons()["positioning"]


def test_frames_of_a_killed_run_are_exposures_again(clinic):
    exam = clinic.exam(patient=a_patient(identifier="P-77"))
    exposure = clinic.shoot(exam, SLOT, grey_frame(rows=33))
    before = exam.exposure(exposure)
    (again,) = clinic.recovered()
    assert again.patient == exam.patient
    assert again.order == exam.order
    assert again.exam_id == exam.exam_id
    after = again.exposure(exposure)
    assert after == before
    assert again.slot(SLOT).state is SlotState.REVIEW
    stored = again.accept(exposure)
    assert stored.sop_instance_uid == before.sop_instance_uid
    assert clinic.store.dataset(stored.sop_instance_uid).Rows == 33


def test_killed_between_archive_and_release_makes_no_second_object(clinic, monkeypatch):
    exam = clinic.exam()
    exposure = clinic.shoot(exam, SLOT)
    with monkeypatch.context() as killed:
        killed.setattr(
            type(exam._decisions), "note_stored", lambda *a: (_ for _ in ()).throw(SystemExit)
        )
        with pytest.raises(SystemExit):
            exam.accept(exposure)
    assert len(clinic.store.files) == 1
    (again,) = clinic.recovered()
    assert again.exposure(exposure).state is ExposureState.STORED
    assert clinic.spool.entries() == []
    assert clinic.store.ingested == 1
    assert len(again.finish().stored) == 1
    (series,) = clinic.steps.told[-1][2]
    assert len(series.images) == 1


def test_what_was_stored_before_the_kill_is_reported_after_it(clinic):
    exam = clinic.exam()
    exam.accept(clinic.shoot(exam, SLOT))
    exam.reject(clinic.shoot(exam, "bw-molar-left"), POSITIONING)
    late = clinic.shoot(exam, "bw-molar-right")
    (again,) = clinic.recovered()
    assert again.slot(SLOT).state is SlotState.STORED
    again.accept(late)
    summary = again.finish()
    assert len(summary.stored) == 2
    assert summary.rejected == 1
    (series,) = clinic.steps.told[-1][2]
    assert len(series.images) == 2
    assert clinic.steps.names() == ["create", "complete"]


def test_an_exam_whose_pictures_are_all_stored_is_still_offered_to_be_finished(clinic):
    exam = clinic.exam()
    exam.accept(clinic.shoot(exam, SLOT))
    (again,) = clinic.recovered()
    assert again.finish().mpps is StepReport.DELIVERED
    assert clinic.recovered() == []


def test_an_exam_that_was_only_armed_leaves_nothing(clinic):
    clinic.exam().arm(SLOT)
    assert clinic.recovered() == []
    assert list(clinic.spool.exams.iterdir()) == []


@pytest.mark.parametrize("damage", ["gone", "torn"])
def test_frames_outlive_their_journal(clinic, damage):
    exam = clinic.exam()
    one = clinic.shoot(exam, SLOT)
    two = clinic.shoot(exam, "bw-molar-left")
    (journal,) = clinic.spool.exams.iterdir()
    journal.unlink() if damage == "gone" else journal.write_text('{"exam_id": ')
    (again,) = clinic.recovered()
    assert again.patient == exam.patient
    assert {slot.key for slot in again.slots()} == {SLOT, "bw-molar-left"}
    assert again.accept(one).sop_instance_uid != again.accept(two).sop_instance_uid
    assert len(again.finish().stored) == 2


def test_a_frame_that_was_damaged_on_the_disk_does_not_stop_the_others(clinic):
    exam = clinic.exam()
    bad, good = clinic.shoot(exam, SLOT), clinic.shoot(exam, "bw-molar-left")
    path = clinic.folder / "pending" / f"{bad}.frame"
    data = bytearray(path.read_bytes())
    data[-50] ^= 255
    path.write_bytes(data)
    (again,) = clinic.recovered()
    assert [item.exposure_id for item in again.exposures()] == [good]
    assert [torn.entry_id for torn in clinic.spool.torn()] == [bad]


@pytest.mark.parametrize("kept", [True, False])
def test_killed_before_the_step_was_reported_it_is_reported_at_the_end(clinic, kept, monkeypatch):
    exam = clinic.exam()
    with monkeypatch.context() as killed:
        killed.setattr(type(exam._ledger), "begin_step", lambda *a: None)
        exposure = clinic.shoot(exam, SLOT)
    (again,) = clinic.recovered()
    if kept:
        again.accept(exposure)
        again.finish()
    else:
        again.reject(exposure, POSITIONING)
        again.discontinue(next(iter(tables.discontinuation_reasons().values())))
    assert clinic.steps.names() == ["create", "complete" if kept else "discontinue"]


def test_instance_numbers_go_on_after_a_kill(clinic):
    exam = clinic.exam()
    exam.accept(clinic.shoot(exam, SLOT))
    (again,) = clinic.recovered()
    stored = again.accept(clinic.shoot(again, "bw-molar-left"))
    assert clinic.store.dataset(stored.sop_instance_uid).InstanceNumber == 2


def test_two_patients_never_mix(clinic):
    one = clinic.exam(patient=a_patient(identifier="P-1"))
    two = clinic.exam(patient=a_patient(identifier="P-2"))
    a = clinic.shoot(one, SLOT)
    b = clinic.shoot(two, SLOT)
    exams = {exam.patient.identifier: exam for exam in clinic.recovered()}
    assert [item.exposure_id for item in exams["P-1"].exposures()] == [a]
    assert [item.exposure_id for item in exams["P-2"].exposures()] == [b]


def test_a_frame_of_the_killed_run_that_comes_late_is_quarantined(clinic):
    exam = clinic.exam()
    token = exam.arm(SLOT)
    exam.receive(grey_frame(), token)
    (again,) = clinic.recovered()
    assert again.receive(grey_frame(), token) is None
    assert len(clinic.spool.quarantined()) == 1
