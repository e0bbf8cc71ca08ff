"""Performed procedure steps: the state machine, and the worklist entries it moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydicom.dataset import Dataset

from minipacs.archive import Archive, BadStep, DuplicateStep, StepClosed, UnknownStep
from tests.builders import a_patient, an_order

UID = "2.25.500"
ORDER = an_order()


def a_step(*scheduled: tuple[str, str], **changes: Any) -> Dataset:
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 100"
    items = []
    for step_id, study in scheduled or ((ORDER.step_id, ORDER.study_instance_uid),):
        item = Dataset()
        item.ScheduledProcedureStepID, item.StudyInstanceUID = step_id, study
        items.append(item)
    ds.ScheduledStepAttributesSequence = items
    ds.PatientName, ds.PatientID = "Müller^Jürgen", "P-4711"
    ds.PerformedProcedureStepID, ds.PerformedStationAETitle = "PPS1", "KIOSK"
    ds.PerformedProcedureStepStartDate, ds.PerformedProcedureStepStartTime = "20261120", "103000"
    ds.PerformedProcedureStepStatus, ds.Modality = "IN PROGRESS", "IO"
    ds.PerformedProcedureStepEndDate = ds.PerformedProcedureStepEndTime = ""
    ds.PerformedSeriesSequence = []
    ds.PerformedProcedureStepDiscontinuationReasonCodeSequence = []
    for keyword, value in changes.items():
        if value is None:
            del ds[keyword]
        else:
            setattr(ds, keyword, value)
    return ds


def an_end(status: str = "COMPLETED", **changes: Any) -> Dataset:
    series = Dataset()
    series.SeriesInstanceUID, series.ProtocolName = "2.25.9", "FMX"
    ds = Dataset()
    ds.PerformedProcedureStepStatus = status
    ds.PerformedProcedureStepEndDate, ds.PerformedProcedureStepEndTime = "20261120", "110000"
    ds.PerformedSeriesSequence = [series]
    for keyword, value in changes.items():
        setattr(ds, keyword, value)
    return ds


@pytest.fixture
def status(archive: Archive) -> Callable[[str], str]:
    archive.worklist.add(a_patient(), ORDER)
    return lambda step_id: archive.worklist.get(step_id).status


@pytest.mark.parametrize("final", ["COMPLETED", "DISCONTINUED"])
def test_a_step_goes_its_way_and_takes_the_worklist_along(
    archive: Archive, status: Callable[[str], str], final: str
) -> None:
    archive.steps.create(UID, a_step())
    assert status("S1") == "STARTED"
    assert archive.steps.status(UID) == "IN PROGRESS"
    archive.steps.update(UID, an_end("IN PROGRESS"))
    assert status("S1") == "STARTED"
    assert archive.steps.update(UID, an_end(final)) == final
    assert status("S1") == final
    step = archive.steps.get(UID)
    assert step.PerformedProcedureStepStatus == final
    assert str(step.PatientName) == "Müller^Jürgen"
    assert step.PerformedSeriesSequence[0].ProtocolName == "FMX"
    assert archive.steps.uids(final) == [UID]


def test_every_scheduled_step_of_the_message_moves(archive: Archive) -> None:
    study = ORDER.study_instance_uid
    for step_id in ("S1", "S2", "S3"):
        archive.worklist.add(a_patient(), an_order(step_id=step_id))
    archive.steps.create(UID, a_step(("S1", study), ("S2", study), ("S3", "2.25.404")))
    archive.steps.update(UID, an_end())
    found = {e.order.step_id: e.status for e in archive.worklist.entries()}
    assert found == {"S1": "COMPLETED", "S2": "COMPLETED", "S3": "SCHEDULED"}


def test_what_was_closed_by_hand_stays_closed(
    archive: Archive, status: Callable[[str], str]
) -> None:
    archive.worklist.close("S1")
    archive.steps.create(UID, a_step())
    assert status("S1") == "CLOSED"


def test_a_second_step_after_a_discontinued_one_starts_the_entry_again(
    archive: Archive, status: Callable[[str], str]
) -> None:
    archive.steps.create(UID, a_step())
    archive.steps.update(UID, an_end("DISCONTINUED"))
    archive.steps.create("2.25.501", a_step())
    assert status("S1") == "STARTED"


def test_a_completed_entry_is_not_opened_again(
    archive: Archive, status: Callable[[str], str]
) -> None:
    archive.steps.create(UID, a_step())
    archive.steps.update(UID, an_end())
    archive.steps.create("2.25.501", a_step())
    assert status("S1") == "COMPLETED"


def test_a_walk_in_has_no_entry_to_move(archive: Archive) -> None:
    archive.steps.create(UID, a_step(("", "2.25.8")))
    archive.steps.update(UID, an_end())
    assert archive.steps.status(UID) == "COMPLETED"


def test_the_same_step_twice_is_a_duplicate(archive: Archive) -> None:
    archive.steps.create(UID, a_step())
    with pytest.raises(DuplicateStep):
        archive.steps.create(UID, a_step())


def test_an_unknown_step_is_unknown(archive: Archive) -> None:
    with pytest.raises(UnknownStep):
        archive.steps.update(UID, an_end())
    with pytest.raises(UnknownStep):
        archive.steps.get(UID)
    with pytest.raises(UnknownStep):
        archive.steps.status(UID)


@pytest.mark.parametrize("final", ["COMPLETED", "DISCONTINUED"])
@pytest.mark.parametrize("again", ["IN PROGRESS", "COMPLETED", "DISCONTINUED"])
def test_an_ended_step_may_no_longer_be_set(archive: Archive, final: str, again: str) -> None:
    archive.steps.create(UID, a_step())
    archive.steps.update(UID, an_end(final))
    with pytest.raises(StepClosed):
        archive.steps.update(UID, an_end(again))
    assert archive.steps.status(UID) == final


@pytest.mark.parametrize(
    ("changes", "keyword"),
    [
        ({"PerformedProcedureStepStatus": "COMPLETED"}, "PerformedProcedureStepStatus"),
        ({"PerformedProcedureStepStatus": "SCHEDULED"}, "PerformedProcedureStepStatus"),
        ({"PerformedProcedureStepStatus": None}, "PerformedProcedureStepStatus"),
        ({"PerformedProcedureStepID": ""}, "PerformedProcedureStepID"),
        ({"Modality": None}, "Modality"),
        ({"PerformedStationAETitle": None}, "PerformedStationAETitle"),
        ({"ScheduledStepAttributesSequence": []}, "ScheduledStepAttributesSequence"),
        ({"ScheduledStepAttributesSequence": None}, "ScheduledStepAttributesSequence"),
        ({"ScheduledStepAttributesSequence": [Dataset()]}, "StudyInstanceUID"),
    ],
)
def test_a_bad_creation_is_refused(archive: Archive, changes: dict[str, Any], keyword: str) -> None:
    with pytest.raises(BadStep) as caught:
        archive.steps.create(UID, a_step(**changes))
    assert caught.value.keyword == keyword
    assert archive.steps.uids() == []


@pytest.mark.parametrize(
    ("changes", "keyword", "kind"),
    [
        ({"PerformedProcedureStepStatus": "DONE"}, "PerformedProcedureStepStatus", "value"),
        ({"PerformedSeriesSequence": []}, "PerformedSeriesSequence", "missing"),
        ({"PerformedSeriesSequence": [Dataset()]}, "SeriesInstanceUID", "missing"),
        ({"PerformedProcedureStepEndDate": ""}, "PerformedProcedureStepEndDate", "missing"),
        (
            {"CommentsOnThePerformedProcedureStep": "x"},
            "CommentsOnThePerformedProcedureStep",
            "attribute",
        ),
        ({"PatientID": "P-9"}, "PatientID", "attribute"),
        ({"Modality": "PX"}, "Modality", "attribute"),
    ],
)
def test_a_bad_change_is_refused_and_changes_nothing(
    archive: Archive, status: Callable[[str], str], changes: dict[str, Any], keyword: str, kind: str
) -> None:
    archive.steps.create(UID, a_step())
    before = archive.steps.get(UID)
    with pytest.raises(BadStep) as caught:
        archive.steps.update(UID, an_end(**changes))
    assert (caught.value.keyword, caught.value.kind) == (keyword, kind)
    assert archive.steps.get(UID) == before
    assert status("S1") == "STARTED"


def test_a_fixed_attribute_may_be_repeated_as_it_is(archive: Archive) -> None:
    archive.steps.create(UID, a_step())
    archive.steps.update(
        UID, an_end(PatientID="P-4711", Modality="IO", SpecificCharacterSet="ISO_IR 192")
    )
    assert archive.steps.status(UID) == "COMPLETED"


@pytest.mark.parametrize("uid", ["", "../x", "1.2.3\x00", "2.25.01"])
def test_a_hostile_uid_is_refused(archive: Archive, uid: str) -> None:
    with pytest.raises(BadStep):
        archive.steps.create(uid, a_step())
