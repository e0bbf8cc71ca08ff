"""An exam from the armed slot to the finished step."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from kiosk.exam.errors import (
    ExamClosed,
    ForbiddenMove,
    InvalidImage,
    NothingStored,
    SlotBusy,
    SpoolFull,
    UnknownSlot,
    Unresolved,
)
from kiosk.exam.machine import ExposureState, StepState
from kiosk.exam.views import EventKind, SlotState, StepReport, WorklistClosing
from minipacs.dicom.codes import tables
from tests.builders import a_patient, grey_frame

POSITIONING = tables.reject_reasons()["positioning"]
CANCELLED = next(iter(tables.discontinuation_reasons().values()))
SLOT = "bw-premolar-right"


def test_an_accepted_picture_is_in_the_archive_with_its_patient_and_teeth(clinic):
    exam = clinic.exam()
    exposure = clinic.shoot(exam, SLOT)
    assert exam.slot(SLOT).state is SlotState.REVIEW
    stored = exam.accept(exposure)
    ds = clinic.store.dataset(stored.sop_instance_uid)
    assert ds.PatientID == "P-4711"
    assert [item.CodeValue for item in ds.PrimaryAnatomicStructureSequence] == [
        "36492000",
        "57826002",
        "8873007",
        "80140008",
    ]
    assert exam.slot(SLOT).state is SlotState.STORED
    assert clinic.spool.entries() == []


def test_the_spool_holds_the_frame_until_the_archive_has_it(clinic):
    exam = clinic.exam()
    exposure = clinic.shoot(exam, SLOT)
    (entry,) = clinic.spool.entries()
    assert entry.token.patient == exam.patient
    assert np.array_equal(clinic.spool.load(entry.entry_id)[0].pixels, grey_frame().pixels)
    clinic.store.full = OSError("disk full")
    with pytest.raises(OSError, match="disk full"):
        exam.accept(exposure)
    assert len(clinic.spool.entries()) == 1
    assert exam.exposure(exposure).state is ExposureState.PREVIEWED
    clinic.store.full = None
    exam.accept(exposure)
    assert clinic.spool.entries() == []


def test_an_invalid_object_is_refused_with_findings_and_the_frame_is_kept(clinic, monkeypatch):
    exam = clinic.exam()
    exposure = clinic.shoot(exam, SLOT)
    from kiosk.exam import building

    real = building.iods.build

    def broken(request):
        ds = real(request)
        del ds.Modality
        return ds

    monkeypatch.setattr(building.iods, "build", broken)
    with pytest.raises(InvalidImage) as refused:
        exam.accept(exposure)
    assert any(finding.keyword == "Modality" for finding in refused.value.findings)
    assert clinic.store.files == {}
    assert len(clinic.spool.entries()) == 1
    monkeypatch.undo()
    exam.accept(exposure)


def test_an_answer_of_the_archive_that_was_lost_makes_no_second_object(clinic, monkeypatch):
    """The archive stored it and failed after that; accepting again meets the object that is there."""
    exam = clinic.exam()
    exposure = clinic.shoot(exam, SLOT)
    real = clinic.store.ingest

    def stores_and_fails(data):
        real(data)
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(clinic.store, "ingest", stores_and_fails)
        with pytest.raises(TimeoutError):
            exam.accept(exposure)
    stored = exam.accept(exposure, details={"ImageComments": "another text now"})
    assert stored.already
    assert clinic.store.ingested == 1
    assert len(exam.finish().stored) == 1


def test_accepting_twice_gives_the_same_object(clinic):
    exam = clinic.exam()
    exposure = clinic.shoot(exam, SLOT)
    assert exam.accept(exposure) == exam.accept(exposure)
    assert clinic.store.ingested == 1


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("none", "without a token"),
        ("other exam", "another exam"),
        ("late", "no longer armed"),
        ("duplicate", "already has a picture"),
        ("changed", "was changed"),
        ("closed", "was closed"),
    ],
)
def test_a_frame_without_a_valid_token_goes_to_quarantine(clinic, wrong, why):
    exam = clinic.exam()
    token = exam.arm(SLOT)
    if wrong == "none":
        token = None
    elif wrong == "other exam":
        token = clinic.exam(patient=a_patient(identifier="P-2")).arm(SLOT)
    elif wrong == "late":
        exam.arm("bw-molar-left")
    elif wrong == "duplicate":
        exam.receive(grey_frame(), token)
    elif wrong == "changed":
        token = dataclasses.replace(token, patient=a_patient(identifier="P-2"))
    elif wrong == "closed":
        exam.finish()
    pending = len(clinic.spool.entries())
    assert exam.receive(grey_frame(rows=30), token) is None
    assert len(clinic.spool.entries()) == pending
    (stray,) = clinic.spool.quarantined()
    assert why in stray.reason
    assert exam.summary().quarantined == 1
    assert clinic.events[-1].kind is EventKind.QUARANTINED
    assert clinic.store.files == {}


def test_a_person_can_say_what_a_stray_frame_is(clinic):
    exam = clinic.exam()
    exam.receive(grey_frame(rows=44), None)
    (stray,) = clinic.spool.quarantined()
    exposure = exam.adopt(stray.entry_id, SLOT)
    assert clinic.spool.quarantined() == []
    stored = exam.accept(exposure)
    assert clinic.store.dataset(stored.sop_instance_uid).Rows == 44


def test_arming_another_slot_disarms_the_first(clinic):
    exam = clinic.exam()
    exam.arm(SLOT)
    exam.arm("bw-molar-right")
    assert exam.slot(SLOT).state is SlotState.EMPTY
    assert exam.slot("bw-molar-right").state is SlotState.ARMED


def test_a_slot_with_an_undecided_picture_cannot_be_armed(clinic):
    exam = clinic.exam()
    exposure = clinic.shoot(exam, SLOT)
    with pytest.raises(SlotBusy):
        exam.arm(SLOT)
    exam.accept(exposure)
    with pytest.raises(SlotBusy, match="retake"):
        exam.arm(SLOT)
    exam.retake(SLOT, POSITIONING)
    assert exam.slot(SLOT).state is SlotState.ARMED


def test_no_exposure_when_the_disk_is_nearly_full(clinic):
    exam = clinic.exam()
    clinic.free = 150_000_000
    with pytest.raises(SpoolFull) as refused:
        exam.arm(SLOT)
    assert refused.value.free_mb == 150
    assert exam.armed is None


def test_no_exposure_when_the_archive_has_no_room(clinic):
    exam = clinic.exam()
    clinic.store.full = OSError("archive full")
    with pytest.raises(OSError, match="archive full"):
        exam.arm(SLOT)
    assert exam.armed is None


def test_a_rejected_picture_is_kept_with_its_reason_and_counted(clinic):
    exam = clinic.exam()
    exposure = clinic.shoot(exam, SLOT)
    exam.reject(exposure, POSITIONING)
    (kept,) = clinic.spool.rejected()
    assert kept.note.rejection.reason == POSITIONING
    assert kept.note.rejection.operator == "CANARY^OPERATOR"
    summary = exam.summary()
    assert summary.rejected == 1
    assert summary.reject_reasons == {"Positioning": 1}
    assert summary.rejected_by == {"CANARY^OPERATOR": 1}
    with pytest.raises(ForbiddenMove):
        exam.accept(exposure)
    assert exam.slot(SLOT).state is SlotState.EMPTY
    assert exam.slot(SLOT).rejected == 1


def test_a_retake_rejects_the_old_picture_and_arms_the_slot(clinic):
    exam = clinic.exam()
    old = clinic.shoot(exam, SLOT)
    token = exam.retake(SLOT, POSITIONING)
    new = exam.receive(grey_frame(rows=31), token)
    stored = exam.accept(new)
    assert exam.exposure(old).state is ExposureState.REJECTED
    assert clinic.store.dataset(stored.sop_instance_uid).Rows == 31
    assert len(clinic.store.files) == 1


def test_a_stored_picture_that_is_taken_again_stays_stored(clinic):
    exam = clinic.exam()
    exam.accept(clinic.shoot(exam, SLOT))
    token = exam.retake(SLOT, POSITIONING)
    exam.accept(exam.receive(grey_frame(), token))
    with pytest.raises(SlotBusy):
        exam.arm(SLOT)
    assert len(clinic.store.files) == 2
    assert exam.summary().rejected == 0
    assert exam.summary().reject_reasons == {"Positioning": 1}


def test_auto_advance_follows_the_order_of_the_tiles(clinic):
    exam = clinic.exam()
    keys = [tile.key for tile in exam.template.tiles]
    assert exam.next_slot() == keys[0]
    exam.accept(clinic.shoot(exam, keys[0]))
    assert exam.next_slot(keys[0]) == keys[1]
    assert exam.next_slot(keys[-1]) == keys[1]
    for key in keys[1:]:
        exam.accept(clinic.shoot(exam, key))
    assert exam.next_slot() == ""


def test_a_picture_can_be_moved_before_it_is_accepted(clinic):
    exam = clinic.exam()
    exposure = clinic.shoot(exam, SLOT)
    exam.move(exposure, "bw-molar-left")
    assert exam.slot(SLOT).state is SlotState.EMPTY
    stored = exam.accept(exposure)
    ds = clinic.store.dataset(stored.sop_instance_uid)
    assert ds.ImageLaterality == "L"
    assert exam.summary().stored[0].slot == "bw-molar-left"
    with pytest.raises(SlotBusy):
        exam.move(exposure, SLOT)


def test_two_pictures_under_review_change_places(clinic):
    exam = clinic.exam()
    one = clinic.shoot(exam, SLOT)
    two = clinic.shoot(exam, "bw-molar-left")
    exam.move(one, "bw-molar-left")
    assert exam.slot(SLOT).exposure.exposure_id == two
    assert exam.slot("bw-molar-left").exposure.exposure_id == one


def test_a_moved_picture_is_upright_for_its_new_position(clinic):
    """The small picture was turned for the tile that was armed."""
    template = clinic.templates["fmx-18"]
    tiles = [dataclasses.replace(t, rotation=90 if t.key == SLOT else 0) for t in template.tiles]
    clinic.templates["turned"] = dataclasses.replace(template, tiles=tuple(tiles))
    exam = clinic.exam("turned")
    exposure = clinic.shoot(exam, SLOT)
    before = exam.preview(exposure)
    exam.move(exposure, "bw-molar-left")
    after = exam.preview(exposure)
    assert (before.rotation, after.rotation) == (90, 0)
    assert after.thumbnail.shape == before.thumbnail.shape[::-1]


def test_a_move_survives_a_crash(clinic):
    exam = clinic.exam()
    exposure = clinic.shoot(exam, SLOT)
    exam.move(exposure, "bw-molar-left")
    (again,) = clinic.recovered()
    assert again.slot("bw-molar-left").exposure.exposure_id == exposure


def test_an_unknown_slot_is_refused(clinic):
    with pytest.raises(UnknownSlot):
        clinic.exam().arm("nowhere")


def test_the_step_is_created_at_the_first_exposure_and_completed_with_what_was_stored(clinic):
    exam = clinic.exam()
    assert clinic.steps.names() == []
    first = clinic.shoot(exam, SLOT)
    assert clinic.steps.names() == ["create"]
    second = clinic.shoot(exam, "bw-molar-right")
    third = clinic.shoot(exam, "bw-molar-left")
    uids = {exam.accept(first).sop_instance_uid, exam.accept(third).sop_instance_uid}
    exam.reject(second, POSITIONING)
    summary = exam.finish()
    assert clinic.steps.names() == ["create", "complete"]
    (series,) = clinic.steps.told[-1][2]
    assert {uid for _, uid in series.images} == uids
    assert summary.mpps is StepReport.DELIVERED
    assert summary.worklist is WorklistClosing.CLOSED
    assert summary.left == ("bw-molar-right", "bw-premolar-left")
    assert summary.steps[0].state is StepState.COMPLETED
    with pytest.raises(ExamClosed):
        exam.arm(SLOT)


def test_the_step_of_the_image_is_the_step_that_is_reported(clinic):
    exam = clinic.exam()
    stored = exam.accept(clinic.shoot(exam, SLOT))
    ds = clinic.store.dataset(stored.sop_instance_uid)
    step = clinic.steps.told[0][1]
    assert (
        ds.ReferencedPerformedProcedureStepSequence[0].ReferencedSOPInstanceUID == step.instance_uid
    )
    assert ds.PerformedProcedureStepID == step.step_id
    assert ds.RequestAttributesSequence[0].ScheduledProcedureStepID == exam.order.step_id


def test_finishing_with_undecided_pictures_is_refused(clinic):
    exam = clinic.exam()
    exposure = clinic.shoot(exam, SLOT)
    with pytest.raises(Unresolved) as refused:
        exam.finish()
    assert refused.value.exposure_ids == (exposure,)
    assert not exam.closed


def test_an_exam_with_nothing_kept_is_discontinued_not_completed(clinic):
    exam = clinic.exam()
    exam.reject(clinic.shoot(exam, SLOT), POSITIONING)
    with pytest.raises(NothingStored):
        exam.finish()
    summary = exam.discontinue(CANCELLED)
    assert clinic.steps.names() == ["create", "discontinue"]
    (series,) = clinic.steps.told[-1][2]
    assert series.images == ()
    assert summary.steps[0].state is StepState.DISCONTINUED


def test_an_exam_without_exposures_reports_nothing_and_leaves_the_worklist_open(clinic):
    exam = clinic.exam()
    exam.arm(SLOT)
    summary = exam.finish()
    assert clinic.steps.told == []
    assert summary.mpps is StepReport.NONE
    assert summary.worklist is WorklistClosing.OPEN
    assert clinic.recovered() == []


def test_the_exam_goes_on_when_the_node_is_away(clinic):
    clinic.steps.away = True
    exam = clinic.exam()
    exam.accept(clinic.shoot(exam, SLOT))
    summary = exam.finish()
    assert summary.mpps is StepReport.WAITING
    assert summary.worklist is WorklistClosing.WAITING
    assert len(summary.stored) == 1


def test_a_reporter_that_breaks_costs_no_picture_and_the_exam_is_offered_again(clinic):
    clinic.steps.broken = True
    exam = clinic.exam()
    exam.accept(clinic.shoot(exam, SLOT))
    summary = exam.finish()
    assert len(summary.stored) == 1
    assert summary.mpps is StepReport.FAILED
    assert summary.worklist is WorklistClosing.OPEN
    clinic.steps.broken = False
    (again,) = clinic.recovered()
    assert again.finish().mpps is StepReport.DELIVERED
    assert clinic.steps.names() == ["create", "complete"]
    assert clinic.recovered() == []


def test_a_walk_in_has_a_study_of_its_own_and_no_step_id(clinic):
    exam = clinic.exam(order=None)
    stored = exam.accept(clinic.shoot(exam, SLOT))
    ds = clinic.store.dataset(stored.sop_instance_uid)
    assert ds.StudyInstanceUID == exam.order.study_instance_uid
    assert ds.StudyID
    assert "RequestAttributesSequence" not in ds
    assert exam.finish().worklist is WorklistClosing.WALK_IN


def test_mixed_kinds_get_a_series_and_a_step_for_each_modality(clinic):
    photos = clinic.templates["photos-8"]
    mixed = dataclasses.replace(
        clinic.templates["bwx-2"],
        key="mixed",
        tiles=(
            clinic.templates["bwx-2"].tiles[0],
            dataclasses.replace(photos.tiles[0], order=2),
            dataclasses.replace(photos.tiles[1], order=3),
        ),
    )
    clinic.templates["mixed"] = mixed
    exam = clinic.exam("mixed")
    sets = []
    for tile in mixed.tiles:
        stored = exam.accept(clinic.shoot(exam, tile.key))
        sets.append(clinic.store.dataset(stored.sop_instance_uid))
    assert [ds.Modality for ds in sets] == ["IO", "XC", "XC"]
    assert sets[0].SeriesInstanceUID != sets[1].SeriesInstanceUID == sets[2].SeriesInstanceUID
    assert [ds.InstanceNumber for ds in sets] == [1, 1, 2]
    assert {ds.StudyInstanceUID for ds in sets} == {exam.order.study_instance_uid}
    summary = exam.finish()
    assert [step.modality for step in summary.steps] == ["IO", "XC"]
    assert clinic.steps.names().count("complete") == 2


def test_events_come_without_the_lock_held(clinic):
    """A subscriber may ask the exam from another thread and wait for the answer."""
    import threading

    exam = clinic.exam()
    answers = []

    def ask(event):
        asker = threading.Thread(target=lambda: answers.append(len(exam.slots())))
        asker.start()
        asker.join(5)
        assert not asker.is_alive(), event.kind

    exam.subscribe(ask)
    exposure = clinic.shoot(exam, SLOT)
    exam.receive(grey_frame(), None)
    exam.move(exposure, "bw-molar-left")
    exam.accept(exposure)
    exam.reject(clinic.shoot(exam, SLOT), POSITIONING)
    exam.finish()
    assert len(answers) == len(clinic.events)


def test_the_preview_of_a_stored_picture_comes_from_the_archive(clinic):
    exam = clinic.exam()
    first = clinic.shoot(exam, SLOT)
    exam.accept(first)
    for slot in ("bw-molar-right", "bw-molar-left", "bw-premolar-left"):
        exam.accept(clinic.shoot(exam, slot))
    preview = exam.preview(first)
    assert np.array_equal(preview.pixels, grey_frame().pixels)
    assert preview.patient_orientation == ("A", "F")


def test_a_turned_tile_is_told_in_patient_orientation_and_its_pixels_are_untouched(clinic):
    tile = dataclasses.replace(clinic.templates["bwx-2"].tiles[0], rotation=90)
    clinic.templates["turned"] = dataclasses.replace(
        clinic.templates["bwx-2"], key="turned", tiles=(tile,)
    )
    exam = clinic.exam("turned")
    frame = grey_frame()
    stored = exam.accept(clinic.shoot(exam, tile.key, frame))
    ds = clinic.store.dataset(stored.sop_instance_uid)
    # Upright it is A\F; the picture is shown turned by 90 degrees clockwise, so its rows run to F, its columns to P.
    assert list(ds.PatientOrientation) == ["F", "P"]
    assert ds.PixelData == frame.pixels.tobytes()


def test_a_frame_that_the_disk_does_not_take_blocks_until_it_is_saved(clinic, monkeypatch):
    from kiosk.exam import disk
    from kiosk.exam.errors import NotSaved

    exam = clinic.exam()
    token = exam.arm(SLOT)

    def no_room(path, parts):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(disk, "write_durably", no_room)
        exposure = exam.receive(grey_frame(), token)
        assert exam.slot(SLOT).state is SlotState.UNSAVED
        assert clinic.events[-1].kind is EventKind.FRAME_NOT_SAVED
        with pytest.raises(NotSaved):
            exam.arm("bw-molar-left")
        with pytest.raises(NotSaved):
            exam.save_again(exposure)
        with pytest.raises(Unresolved):
            exam.finish()
    exam.save_again(exposure)
    assert exam.slot(SLOT).state is SlotState.REVIEW
    exam.accept(exposure)


def test_an_unsaved_stray_blocks_too(clinic, monkeypatch):
    from kiosk.exam import disk
    from kiosk.exam.errors import NotSaved

    exam = clinic.exam()

    def no_room(path, parts):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(disk, "write_durably", no_room)
        exam.receive(grey_frame(), None)
    with pytest.raises(NotSaved) as refused:
        exam.arm(SLOT)
    exam.save_again(refused.value.exposure_id)
    assert len(clinic.spool.quarantined()) == 1
    exam.arm(SLOT)


def test_a_frame_that_the_disk_never_took_can_be_given_up(clinic, monkeypatch):
    from kiosk.exam import disk

    def full(*args):
        raise OSError(28, "No space left on device")

    exam = clinic.exam("bwx-2")
    reason = tables.reject_reasons()["other-failure"]
    exam.accept(clinic.shoot(exam, "bw-right"))
    token = exam.arm("bw-left")
    with monkeypatch.context() as broken:
        broken.setattr(disk, "write_durably", full)
        lost = exam.receive(grey_frame(), token)
    assert exam.slot("bw-left").state is SlotState.UNSAVED
    exam.withdraw(lost, reason)
    assert exam.slot("bw-left").state is SlotState.EMPTY
    summary = exam.finish()
    assert summary.reject_reasons == {reason.meaning: 1}
    assert len(summary.stored) == 1


def test_a_frame_that_is_saved_is_not_given_up(clinic):
    exam = clinic.exam("bwx-2")
    exposure = clinic.shoot(exam, "bw-right")
    with pytest.raises(ForbiddenMove):
        exam.withdraw(exposure, tables.reject_reasons()["other-failure"])
    assert exam.slot("bw-right").state is SlotState.REVIEW
