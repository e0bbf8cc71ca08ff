"""One order through the image, as PS3.17 J.2 has it: what the worklist said stands where readers look for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from minipacs.dicom.iods import build, kinds
from minipacs.dicom.model import Code, Order, PerformedStep, Series
from minipacs.dicom.modules.general_series import PERFORMED_STEP
from tests.builders import NOW, an_image_request
from tests.minipacs.dicom.judges import complaints, findings

PROCEDURE = Code("22891007", "SCT", "Full mouth radiograph")
PROTOCOL = Code("427961007", "SCT", "Intra-oral radiography")
REASON = Code("80967001", "SCT", "Dental caries")


def the_order() -> Order:
    return Order(
        study_instance_uid="2.25.100",
        study_id="",
        accession_number="A-1001",
        referring_physician="CANARY^REFERRER",
        requested_procedure_id="RP1",
        requested_procedure_description="Full mouth series",
        requested_procedure_codes=(PROCEDURE,),
        reason="Pain, lower left",
        reason_codes=(REASON,),
        referenced_studies=(("1.2.840.10008.3.1.2.3.1", "2.25.99"),),
        step_id="S1",
        step_description="FMX 18",
        protocol_codes=(PROTOCOL,),
        performing_physician="CANARY^DENTIST",
    )


def the_step() -> PerformedStep:
    return PerformedStep("2.25.200", "PPS1", NOW - dt.timedelta(minutes=3), "Full mouth series")


@pytest.mark.parametrize("kind", kinds())
def test_what_the_worklist_said_stands_in_the_image(kind: str, tmp_path: Path) -> None:
    ds = build(an_image_request(kind, order=the_order(), step=the_step(), operator="CANARY^NURSE"))

    assert ds.StudyInstanceUID == "2.25.100"
    assert ds.AccessionNumber == "A-1001"
    assert ds.StudyID == "RP1"
    assert ds.StudyDescription == "Full mouth series"
    assert str(ds.ReferringPhysicianName) == "CANARY^REFERRER"
    assert str(ds.PerformingPhysicianName) == "CANARY^DENTIST"
    assert str(ds.OperatorsName) == "CANARY^NURSE"
    assert ds.ProcedureCodeSequence[0].CodeValue == PROCEDURE.value
    assert ds.PerformedProtocolCodeSequence[0].CodeValue == PROTOCOL.value
    assert ds.ReasonForPerformedProcedureCodeSequence[0].CodeValue == REASON.value
    assert ds.ReferencedStudySequence[0].ReferencedSOPInstanceUID == "2.25.99"

    request = ds.RequestAttributesSequence[0]
    assert request.AccessionNumber == "A-1001"
    assert request.StudyInstanceUID == "2.25.100"
    assert request.RequestedProcedureID == "RP1"
    assert request.RequestedProcedureDescription == "Full mouth series"
    assert request.RequestedProcedureCodeSequence[0].CodeValue == PROCEDURE.value
    assert request.ScheduledProcedureStepID == "S1"
    assert request.ScheduledProcedureStepDescription == "FMX 18"
    assert request.ScheduledProtocolCodeSequence[0].CodeValue == PROTOCOL.value
    assert request.ReasonForTheRequestedProcedure == "Pain, lower left"
    assert request.ReasonForRequestedProcedureCodeSequence[0].CodeValue == REASON.value

    assert len(ds.ReferencedPerformedProcedureStepSequence) == 1
    step = ds.ReferencedPerformedProcedureStepSequence[0]
    assert (step.ReferencedSOPClassUID, step.ReferencedSOPInstanceUID) == (
        PERFORMED_STEP,
        "2.25.200",
    )
    assert ds.PerformedProcedureStepID == "PPS1"
    assert ds.PerformedProcedureStepDescription == "Full mouth series"
    assert (ds.PerformedProcedureStepStartDate, ds.PerformedProcedureStepStartTime) == (
        "20261120",
        "102715.250000",
    )
    assert complaints(ds, tmp_path) == []
    assert findings(ds) == []


def test_a_walk_in_was_not_requested_but_may_have_been_performed() -> None:
    order = Order(study_instance_uid="2.25.100")
    ds = build(an_image_request("io", order=order, step=the_step()))
    assert "RequestAttributesSequence" not in ds
    assert "ReferencedPerformedProcedureStepSequence" in ds
    assert ds.AccessionNumber == ""
    assert ds.StudyID == "20261120103015"


def test_date_and_time_come_from_one_instant_near_midnight() -> None:
    zone = dt.timezone(dt.timedelta(hours=-5))
    instant = dt.datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=zone)
    ds = build(
        an_image_request(
            "io",
            taken_at=instant,
            study_started_at=instant,
            series=Series("2.25.5", 2, started_at=instant),
        )
    )
    for what in ("Content", "Acquisition", "Study", "Series", "InstanceCreation"):
        assert (ds[f"{what}Date"].value, ds[f"{what}Time"].value) == ("20261231", "235959.999999")
    assert ds.TimezoneOffsetFromUTC == "-0500"


def test_all_images_of_a_series_began_at_the_same_time() -> None:
    later = NOW + dt.timedelta(minutes=4)
    series = Series("2.25.5", 2)
    first, second = (
        build(an_image_request("io", series=series, taken_at=taken)) for taken in (NOW, later)
    )
    assert first.SeriesTime == second.SeriesTime
    assert first.ContentTime != second.ContentTime


def test_the_device_s_own_time_is_the_acquisition_s_in_the_zone_of_the_object() -> None:
    import dataclasses

    from tests.builders import grey_frame

    taken = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
    frame = dataclasses.replace(grey_frame(), taken_at=taken)
    ds = build(an_image_request("io", frame=frame))
    assert (ds.AcquisitionTime, ds.ContentTime) == ("100000.000000", "103015.250000")
    naive = dataclasses.replace(frame, taken_at=taken.replace(tzinfo=None))
    assert build(an_image_request("io", frame=naive)).AcquisitionTime == "090000.000000"


def test_an_hour_without_zone_writes_no_offset() -> None:
    ds = build(an_image_request("io", taken_at=NOW.replace(tzinfo=None)))
    assert "TimezoneOffsetFromUTC" not in ds
