"""The form for someone who is not on the list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from kiosk.i18n import Text
from kiosk.presenters.walk_in import WalkInPresenter, birth_date
from minipacs.dicom.model import PatientKind
from tests.kiosk.presenters.fakes import (
    DOG,
    FakeArchive,
    FakeExam,
    FakeExams,
    FakeStudy,
    InlineTasks,
    Recorder,
    clock,
)

TODAY = dt.date(2026, 11, 20)


class Room:
    def __init__(self) -> None:
        self.view, self.exams = Recorder(), FakeExams()
        self.archive = FakeArchive()
        self.opened: list[FakeExam] = []
        self.presenter = WalkInPresenter(
            self.view,
            self.exams,
            self.archive,
            InlineTasks(),
            clock,
            open_exam=self.opened.append,
            back=lambda: None,
        )
        self.presenter.enter()

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.presenter.on_change(name, value)

    @property
    def faults(self) -> Mapping[str, Text]:
        return self.view.last("show_faults")[0]


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_person_begins_an_exam(room: Room) -> None:
    room.fill(family="CANARY", given="PATIENT", identifier="P-1", birth_date="2.3.1984", sex="F")
    room.presenter.on_start()
    patient = room.opened[0].patient
    assert (patient.name, patient.birth_date, patient.sex) == ("CANARY^PATIENT", "19840302", "F")


def test_a_single_name_is_written_in_the_form_that_is_not_retired(room: Room) -> None:
    room.fill(family="CANARY", identifier="P-1")
    room.presenter.on_start()
    assert room.opened[0].patient.name == "CANARY^"


def test_what_is_missing_is_said_at_its_field(room: Room) -> None:
    room.presenter.on_start()
    assert set(room.faults) == {"family", "identifier"}
    assert room.opened == []


def test_no_fault_is_shown_before_the_first_try(room: Room) -> None:
    room.fill(birth_date="nonsense")
    assert room.faults == {}


def test_a_fault_goes_as_soon_as_it_is_mended(room: Room) -> None:
    room.presenter.on_start()
    room.fill(family="CANARY")
    assert set(room.faults) == {"identifier"}


def test_a_number_can_be_made(room: Room) -> None:
    room.presenter.on_make_identifier()
    assert room.view.last("show_form")[0].identifier == "W-20261120-1"


def test_an_animal_needs_species_and_owner(room: Room) -> None:
    room.fill(kind="animal", family="CANARY", identifier="D-1")
    room.presenter.on_start()
    assert set(room.faults) == {"species", "owner"}


def test_an_animal_keeps_owner_species_and_breed(room: Room) -> None:
    room.fill(
        kind="animal",
        family="CANARY",
        identifier="D-1",
        species=DOG.value,
        breed="Beagle",
        owner="CANARY, OWNER",
        neutered="ALTERED",
    )
    room.presenter.on_start()
    patient = room.opened[0].patient
    assert patient.kind is PatientKind.ANIMAL
    assert patient.species == DOG
    assert patient.responsible_person == "CANARY^OWNER"
    assert patient.responsible_person_role == "OWNER"


def test_a_component_needs_a_name_and_a_serial_number(room: Room) -> None:
    room.fill(kind="component", family="WELD 7", identifier="SN-1")
    room.presenter.on_start()
    assert room.opened[0].patient.kind is PatientKind.COMPONENT


@pytest.mark.parametrize("name", ["A^B", "A=B", "A\\B", "X" * 65])
def test_a_name_that_dicom_cannot_hold_is_refused(room: Room, name: str) -> None:
    room.fill(family=name, identifier="P-1")
    room.presenter.on_start()
    assert set(room.faults) == {"family"}


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        ("", ""),
        ("1984-03-02", "19840302"),
        ("19840302", "19840302"),
        ("1984/3/2", "19840302"),
        ("2.3.1984", "19840302"),
        (" 2024-02-29 ", "20240229"),
        ("2026-11-20", "20261120"),
    ],
)
def test_birth_dates_that_are_understood(typed: str, date: str) -> None:
    assert birth_date(typed, TODAY) == (date, Text(""))


@pytest.mark.parametrize(
    "typed",
    ["03/02/1984", "2023-02-29", "2026-11-21", "1884-01-01", "yesterday", "84-3-2", "1984-13-01"],
)
def test_birth_dates_that_are_refused_with_a_sentence(typed: str) -> None:
    date, fault = birth_date(typed, TODAY)
    assert date == ""
    assert fault.msgid.endswith(".")


KNOWN = FakeStudy("1.1", "CANARY^PATIENT", "P-1", patient_birth_date="19840302")


@pytest.mark.parametrize(
    "changes",
    [{"given": "OTHER"}, {"family": "Müller"}, {"birth_date": "1984-03-03"}],
)
def test_a_number_of_somebody_else_is_asked_about(room: Room, changes: dict[str, str]) -> None:
    room.archive.list = [KNOWN]
    room.fill(family="CANARY", given="PATIENT", identifier="P-1", birth_date="1984-03-02")
    room.fill(**changes)
    room.presenter.on_start()
    assert room.opened == []
    _, note, _, do = room.view.last("ask")
    assert "1984-03-02" in note.values["known"]
    assert room.view.last("show_opening") == (False,)
    do()
    assert room.opened[0].patient.identifier == "P-1"


@pytest.mark.parametrize(
    "typed",
    [
        {"family": "Canary", "given": "patient", "birth_date": "1984-03-02"},
        {"family": "CANARY", "given": "PATIENT"},
    ],
)
def test_the_same_patient_again_is_not_asked_about(room: Room, typed: dict[str, str]) -> None:
    room.archive.list = [KNOWN]
    room.fill(identifier="P-1", **typed)
    room.presenter.on_start()
    assert "ask" not in room.view.names()
    assert len(room.opened) == 1


def test_an_archive_that_cannot_be_asked_is_a_problem(room: Room) -> None:
    room.archive.fail = OSError("no disk")
    room.fill(family="CANARY", identifier="P-1")
    room.presenter.on_start()
    assert room.opened == []
    assert room.view.last("show_problem")
