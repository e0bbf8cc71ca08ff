"""The worklist: what is put on it, what a modality gets, and how it closes."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from pydicom.dataset import Dataset

from minipacs.archive import Archive, BadQuery, BadStatus, DuplicateEntry, UnknownEntry
from minipacs.archive.encoding import decode, encode
from minipacs.dicom.model import Code
from tests.builders import a_dog, a_patient, an_order


def fill(archive: Archive) -> None:
    rows = [
        ("S1", "P-1", "Smith^John", "IO", "KIOSK", "20261120", "083000"),
        ("S2", "P-2", "Müller^Jürgen", "PX", "KIOSK", "20261120", "140000"),
        ("S3", "P-3", "Smythe^Ann", "IO", "OTHER", "20261121", "0900"),
        ("S4", "P-4", "山田^太郎", "IO", "", "20261122", "100000"),
    ]
    archive.worklist.add_all(
        (
            a_patient(identifier=patient, name=name),
            an_order(
                step_id=step,
                modality=modality,
                station_ae=station,
                start_date=date,
                start_time=time,
                accession_number=f"A-{step}",
                study_instance_uid=f"2.25.{patient[2:]}",
                performing_physician="House^Gregory",
                protocol_codes=(Code("FMX", "99X", "Full mouth"),),
            ),
        )
        for step, patient, name, modality, station, date, time in rows
    )


def query(step: dict[str, Any] | None = None, **root: Any) -> Dataset:
    ds = Dataset()
    for keyword, value in {"PatientID": "", **root}.items():
        setattr(ds, keyword, value)
    item = Dataset()
    for keyword, value in {"ScheduledProcedureStepID": "", **(step or {})}.items():
        setattr(item, keyword, value)
    ds.ScheduledProcedureStepSequence = [item]
    return ds


def steps(archive: Archive, identifier: Dataset) -> list[str]:
    return [
        ds.ScheduledProcedureStepSequence[0].ScheduledProcedureStepID
        for ds in archive.worklist.find(identifier)
    ]


@pytest.mark.parametrize(
    ("root", "step", "found"),
    [
        ({}, {}, ["S1", "S2", "S3", "S4"]),
        ({"PatientID": "P-2"}, {}, ["S2"]),
        ({"PatientName": "sm*"}, {}, ["S1", "S3"]),
        ({"PatientName": "muller*"}, {}, ["S2"]),
        ({"PatientName": "山田*"}, {}, ["S4"]),
        ({"AccessionNumber": "A-S3"}, {}, ["S3"]),
        ({"StudyInstanceUID": "2.25.1"}, {}, ["S1"]),
        ({"RequestedProcedureID": "RP1"}, {}, ["S1", "S2", "S3", "S4"]),
        ({"ReferringPhysicianName": "canary*"}, {}, ["S1", "S2", "S3", "S4"]),
        ({"ReferringPhysicianName": "house*"}, {}, []),
        ({}, {"Modality": "IO"}, ["S1", "S3", "S4"]),
        ({}, {"Modality": ["PX", "DX"]}, ["S2"]),
        ({}, {"ScheduledProcedureStepStartDate": "20261120"}, ["S1", "S2"]),
        ({}, {"ScheduledProcedureStepStartDate": "20261121-"}, ["S3", "S4"]),
        ({}, {"ScheduledProcedureStepStartTime": "0800-1000"}, ["S1", "S3", "S4"]),
        (
            {},
            {
                "ScheduledProcedureStepStartDate": "20261120-20261121",
                "ScheduledProcedureStepStartTime": "1200-1000",
            },
            ["S2", "S3"],
        ),
        ({}, {"ScheduledStationAETitle": "KIOSK"}, ["S1", "S2", "S4"]),
        ({}, {"ScheduledStationAETitle": "K*"}, ["S1", "S2", "S4"]),
        ({}, {"ScheduledPerformingPhysicianName": "house^*"}, ["S1", "S2", "S3", "S4"]),
        ({}, {"ScheduledPerformingPhysicianName": "wilson"}, []),
        ({}, {"ScheduledProcedureStepDescription": "FMX*"}, ["S1", "S2", "S3", "S4"]),
        ({}, {"ScheduledProcedureStepDescription": "BWX*"}, []),
    ],
)
def test_matching(
    archive: Archive, root: dict[str, Any], step: dict[str, Any], found: list[str]
) -> None:
    fill(archive)
    assert steps(archive, query(step, **root)) == found


def test_only_what_is_scheduled_is_answered_unless_asked(archive: Archive) -> None:
    fill(archive)
    archive.worklist.set_status("S1", "STARTED")
    archive.worklist.close("S2")
    assert steps(archive, query()) == ["S3", "S4"]
    assert steps(archive, query({"ScheduledProcedureStepStatus": "STARTED"})) == ["S1"]
    assert steps(archive, query({"ScheduledProcedureStepStatus": ""})) == ["S3", "S4"]
    (answer,) = archive.worklist.find(
        query({"ScheduledProcedureStepStatus": ["STARTED", "CLOSED"]}, PatientID="P-1")
    )
    assert answer.ScheduledProcedureStepSequence[0].ScheduledProcedureStepStatus == "STARTED"


def test_an_answer_has_the_keys_that_were_asked_and_no_others(archive: Archive) -> None:
    fill(archive)
    asked = query(
        {
            "Modality": "",
            "ScheduledProtocolCodeSequence": [],
            "CommentsOnTheScheduledProcedureStep": "",
        },
        PatientName="smith*",
        MedicalAlerts="",
    )
    (answer,) = archive.worklist.find(asked)
    assert [e.keyword for e in answer] == [
        "PatientName",
        "PatientID",
        "MedicalAlerts",
        "ScheduledProcedureStepSequence",
    ]
    (item,) = answer.ScheduledProcedureStepSequence
    assert item.ScheduledProtocolCodeSequence[0].CodeValue == "FMX"
    assert item.CommentsOnTheScheduledProcedureStep == ""
    assert str(answer.PatientName) == "Smith^John"


def test_an_empty_sequence_asks_for_the_whole_item(archive: Archive) -> None:
    fill(archive)
    ds = Dataset()
    ds.PatientID = "P-1"
    ds.ScheduledProcedureStepSequence = []
    (answer,) = archive.worklist.find(ds)
    assert answer.ScheduledProcedureStepSequence[0].Modality == "IO"


def test_a_step_for_any_station_is_answered_as_that_of_who_asks(archive: Archive) -> None:
    fill(archive)
    (answer,) = archive.worklist.find(query({"ScheduledStationAETitle": "KIOSK"}, PatientID="P-4"))
    assert answer.ScheduledProcedureStepSequence[0].ScheduledStationAETitle == "KIOSK"


@pytest.mark.parametrize("asked", ["", "*", "K*"])
def test_a_step_for_any_station_is_never_answered_without_station(
    archive: Archive, asked: str
) -> None:
    """Scheduled Station AE Title has type 1 in answers."""
    fill(archive)
    (answer,) = archive.worklist.find(
        query({"ScheduledStationAETitle": asked}, PatientID="P-4"), station="CHAIR2"
    )
    assert answer.ScheduledProcedureStepSequence[0].ScheduledStationAETitle == "CHAIR2"
    whole = Dataset()
    whole.PatientID = "P-4"
    whole.ScheduledProcedureStepSequence = []
    (answer,) = archive.worklist.find(whole, station="CHAIR2")
    assert answer.ScheduledProcedureStepSequence[0].ScheduledStationAETitle == "CHAIR2"


def test_names_in_other_scripts_name_their_character_set(archive: Archive) -> None:
    fill(archive)
    (answer,) = archive.worklist.find(query(PatientID="P-4", PatientName=""))
    assert answer.SpecificCharacterSet == "ISO_IR 192"
    assert str(decode(encode(answer)).PatientName) == "山田^太郎"
    (plain,) = archive.worklist.find(query(PatientID="P-1", PatientName=""))
    assert "SpecificCharacterSet" not in plain


def test_an_entry_comes_back_as_it_was_put(archive: Archive) -> None:
    patient, order = a_dog(), an_order()
    assert archive.worklist.add(patient, order) == "S1"
    entry = archive.worklist.get("S1")
    assert (entry.patient.name, entry.patient.species) == (patient.name, patient.species)
    # An order says what is to be done; of a study it has no word of its own.
    assert dataclasses.replace(entry.order, study_description="") == order
    assert entry.status == "SCHEDULED"


def test_a_step_without_id_gets_one(archive: Archive) -> None:
    first = archive.worklist.add(a_patient(), an_order(step_id=""))
    second = archive.worklist.add(a_patient(), an_order(step_id=""))
    assert first != second
    assert archive.worklist.get(second).order.step_id == second


def test_the_same_step_twice_is_refused_or_replaced(archive: Archive) -> None:
    archive.worklist.add(a_patient(), an_order())
    with pytest.raises(DuplicateEntry):
        archive.worklist.add(a_patient(), an_order())
    archive.worklist.add(a_patient(), an_order(modality="PX"), replace=True)
    (entry,) = archive.worklist.entries()
    assert entry.order.modality == "PX"


def test_many_are_added_all_or_none(archive: Archive) -> None:
    orders = [(a_patient(), an_order(step_id=step)) for step in ("S1", "S2", "S1")]
    with pytest.raises(DuplicateEntry):
        archive.worklist.add_all(orders)
    assert archive.worklist.entries() == []


def test_people_search_it(archive: Archive) -> None:
    fill(archive)

    def found(**by: str) -> list[str]:
        return [entry.order.step_id for entry in archive.worklist.entries(**by)]  # type: ignore[arg-type]

    assert found() == ["S1", "S2", "S3", "S4"]
    assert found(date="20261120") == ["S1", "S2"]
    assert found(date="20261121-20261122") == ["S3", "S4"]
    assert found(text="smi") == ["S1"]
    assert found(text="john") == ["S1"]
    assert found(text="P-3") == ["S3"]
    assert found(text="A-S2") == ["S2"]
    assert found(text="太郎") == ["S4"]
    archive.worklist.close("S1")
    assert found(status="SCHEDULED") == ["S2", "S3", "S4"]
    assert found(status="CLOSED") == ["S1"]


def test_unknown_steps_and_statuses_are_named(archive: Archive) -> None:
    for ask in (archive.worklist.get, archive.worklist.close, archive.worklist.remove):
        with pytest.raises(UnknownEntry):
            ask("S9")
    archive.worklist.add(a_patient(), an_order())
    with pytest.raises(BadStatus):
        archive.worklist.set_status("S1", "LOST")
    archive.worklist.remove("S1")
    assert archive.worklist.entries() == []


@pytest.mark.parametrize(
    "step",
    [
        {
            "ScheduledProcedureStepStartDate": "20261120",
            "Modality": "IO",
            "ScheduledStationAETitle": "KIOSK",
        },
        {"ScheduledProcedureStepStartDate": "20261120"},
        {"ScheduledProcedureStepStartDate": "20261120-20261121", "Modality": "IO"},
        {
            "ScheduledProcedureStepStartDate": "20261120-20261121",
            "ScheduledProcedureStepStartTime": "08-10",
        },
        {"ScheduledProcedureStepID": "S1"},
    ],
)
def test_a_query_uses_an_index(archive: Archive, step: dict[str, Any]) -> None:
    fill(archive)
    told = archive.worklist.explain(query(step))
    assert not [line for line in told if line.startswith("SCAN")], told


@pytest.mark.parametrize(
    "root", [{"PatientID": "P-1"}, {"PatientName": "smi*"}, {"AccessionNumber": "A-1"}]
)
def test_a_query_by_patient_uses_an_index(archive: Archive, root: dict[str, Any]) -> None:
    fill(archive)
    told = archive.worklist.explain(query(**root))
    assert not [line for line in told if line.startswith("SCAN")], told


def test_a_bad_key_is_refused_before_the_first_answer(archive: Archive) -> None:
    ds = query({"ScheduledProcedureStepStartDate": "20261120"})
    ds.ScheduledProcedureStepSequence[0]["ScheduledProcedureStepStartDate"].value = None
    assert steps(archive, ds) == []
    two = query()
    two.ScheduledProcedureStepSequence.append(Dataset())
    with pytest.raises(BadQuery):
        archive.worklist.find(two)
