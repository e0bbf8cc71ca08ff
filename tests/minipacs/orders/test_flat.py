"""Orders as flat objects: what goes in comes out, and every mistake is named."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from pydicom.datadict import tag_for_keyword

from minipacs.dicom import worklist_item
from minipacs.dicom.model import BreedRegistration, Code, Order, OtherPatientId, Patient
from minipacs.dicom.uids import CountedUids
from minipacs.orders.errors import BadOrder, BadOrderFile
from minipacs.orders.flat import KEYWORDS, from_flat, to_flat
from minipacs.orders.formats import Record, order_format, order_formats, read_records
from minipacs.orders.intake import complete, take_in
from tests.builders import CANARY, a_dog, a_patient, an_order

TODAY = dt.date(2026, 11, 20)
MINIMAL = {"PatientID": "P1", "PatientName": CANARY, "Modality": "IO"}


def everything() -> tuple[Patient, Order]:
    patient = a_dog(
        issuer="PRACTICE",
        other_ids=(OtherPatientId("276098100123456", "RFID", "ISO"),),
        ethnic_group="-",
        comments="bites",
        species_description="Dog",
        breeds=(Code("44696006", "SCT", "Beagle"), Code("1", "99X", "Other", "2")),
        breed_registrations=(
            BreedRegistration("R1", Code("109200", "DCM", "America Kennel Club")),
        ),
        responsible_organization="Kennel",
        age="007Y",
        size_m=0.5,
        weight_kg=12.5,
        history="none",
        admitting_diagnoses="tooth",
    )
    order = an_order(
        requesting_physician="CANARY^ASKER",
        requested_procedure_codes=(Code("RP", "99X", "Series"),),
        reason="pain",
        reason_codes=(Code("R", "99X", "Pain"),),
        study_description="Full mouth",
        referenced_studies=(("1.2.840.10008.3.1.2.3.1", "2.25.3"),),
        protocol_codes=(Code("FMX", "99X", "Full mouth"),),
        performing_physician="CANARY^DOER",
        station_name="CHAIR1",
        step_location="Room 1",
    )
    return patient, order


def test_everything_survives_the_round_trip() -> None:
    patient, order = everything()
    assert from_flat(to_flat(patient, order, "SCHEDULED")) == (patient, order)


def test_every_field_of_patient_and_order_is_covered() -> None:
    patient, order = everything()
    empty = [
        field.name
        for value in (patient, order)
        for field in dataclasses.fields(value)
        if getattr(value, field.name) in ("", None, ())
    ]
    assert empty == []
    assert set(to_flat(patient, order)) == set(KEYWORDS)


def test_the_keywords_are_those_of_the_standard() -> None:
    assert all(tag_for_keyword(keyword) for keyword in KEYWORDS)


def test_what_is_taken_can_be_a_worklist_item() -> None:
    patient, order = everything()
    again = worklist_item.from_dataset(worklist_item.to_dataset(patient, order))
    assert again == (patient, order)


def test_a_person_stays_a_person() -> None:
    patient, _ = from_flat(to_flat(a_patient(), an_order()))
    assert patient == a_patient()


def test_all_mistakes_are_named_without_the_values(raises_without_names: object) -> None:
    flat = {
        "PatientName": CANARY,
        "PatientBirthDate": "20261340",
        "PatientSex": "CANARY",
        "Modality": "IO",
        "StudyInstanceUID": "CANARY",
        "ScheduledStationAETitle": "CANARY IS A VERY LONG TITLE",
        "Stuff": "CANARY",
    }
    with raises_without_names(BadOrder) as caught:  # type: ignore[operator]
        from_flat(flat)
    named = [mistake.split()[0] for mistake in caught.value.mistakes]
    assert set(named) == {
        "PatientBirthDate",
        "PatientID",
        "PatientSex",
        "ScheduledStationAETitle",
        "Stuff",
        "StudyInstanceUID",
    }


@pytest.mark.parametrize(
    "given",
    ["dog", "448771007^SCT^Canis lupus familiaris", [{"CodeValue": "448771007",
      "CodingSchemeDesignator": "SCT", "CodeMeaning": "Canis lupus familiaris"}]],
    ids=["key", "text", "object"],
)  # fmt: skip
def test_a_code_can_be_written_in_three_ways(given: object) -> None:
    patient, _ = from_flat({**MINIMAL, "PatientSpeciesCodeSequence": given})
    assert patient.species == Code("448771007", "SCT", "Canis lupus familiaris")


@pytest.mark.parametrize("given", ["x", "a^b^c^d^e", "^SCT^x", 5, [5], [{"CodeValue": "x"}]])
def test_what_is_no_code_is_refused(given: object) -> None:
    with pytest.raises(BadOrder, match="ScheduledProtocolCodeSequence"):
        from_flat({**MINIMAL, "ScheduledProtocolCodeSequence": given})


# ---- completing


def test_what_is_left_open_is_filled_in() -> None:
    patient, order = from_flat(MINIMAL)
    step = complete(patient, order, today=TODAY, uids=CountedUids(), known=lambda _: None)
    assert step.is_new
    assert step.order.start_date == "20261120"
    assert step.order.study_instance_uid.startswith("2.25.")
    assert len(step.order.step_id) == 16
    assert step.order.requested_procedure_id == step.order.step_id


def test_the_same_order_gets_the_same_id_and_another_one_another() -> None:
    patient, order = from_flat(MINIMAL)
    other = dataclasses.replace(order, start_time="1100")

    def id_of(one: Order) -> str:
        made = complete(patient, one, today=TODAY, uids=CountedUids(), known=lambda _: None)
        return made.order.step_id

    assert id_of(order) == id_of(order)
    assert id_of(order) != id_of(other)


def test_an_order_that_is_there_keeps_its_study() -> None:
    patient, order = from_flat({**MINIMAL, "ScheduledProcedureStepID": "S1"})
    before = an_order(study_instance_uid="2.25.99")
    step = complete(patient, order, today=TODAY, uids=CountedUids(), known=lambda _: before)
    assert (step.is_new, step.order.study_instance_uid) == (False, "2.25.99")


def test_a_mistake_names_its_place() -> None:
    records = [Record("line 2", MINIMAL), Record("line 3", {**MINIMAL, "Modality": ""})]
    with pytest.raises(BadOrderFile) as caught:
        take_in(records, "f.csv", today=TODAY, uids=CountedUids(), known=lambda _: None)
    assert caught.value.mistakes == ("line 3: Modality is missing",)


# ---- formats


def test_the_formats_are_found() -> None:
    assert list(order_formats()) == ["csv", "json"]


def test_two_formats_of_one_name_are_refused() -> None:
    order_formats()
    with pytest.raises(ValueError, match="two modules"):
        order_format("csv", ".x")(lambda text, name: [])


def test_the_format_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "orders.dat"
    path.write_text("PatientID\tPatientName\nP1\tX\n")
    (record,) = read_records(path, "csv")
    assert record == Record("line 2", {"PatientID": "P1", "PatientName": "X"})
    with pytest.raises(BadOrderFile, match="no format xml"):
        read_records(path, "xml")


def test_a_byte_order_mark_and_quoted_line_breaks_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_bytes(b'\xef\xbb\xbfPatientID,PatientComments\nP1,"one\ntwo"\nP2,x\n')
    first, second = read_records(path)
    assert first.flat == {"PatientID": "P1", "PatientComments": "one\ntwo"}
    assert second.place == "line 4"
