"""The archive."""

from __future__ import annotations

import pytest

from kiosk.presenters.archive import ArchivePresenter
from kiosk.presenters.ports import StudyKey
from tests.kiosk.presenters.fakes import FakeArchive, FakeStudy, InlineTasks, Recorder, clock

STUDY_1, STUDY_2 = StudyKey("1.1", "CLINIC", "P-4711"), StudyKey("1.2", "CLINIC", "P-4711")
KEY_1, KEY_2 = str(STUDY_1), str(STUDY_2)


class Room:
    def __init__(self, held: bool = False) -> None:
        self.view, self.tasks = Recorder(), InlineTasks(held)
        self.archive = FakeArchive(
            [FakeStudy("1.1"), FakeStudy("1.2", patient_name="CANARY^OTHER")]
        )
        self.sent: list[StudyKey] = []
        self.exported: list[list[StudyKey]] = []
        self.presenter = ArchivePresenter(
            self.view,
            self.archive,
            self.tasks,
            clock,
            send=self.sent.append,
            export=lambda studies: self.exported.append(list(studies)),
        )


@pytest.fixture
def room() -> Room:
    room = Room()
    room.presenter.enter()
    return room


def test_all_studies_are_shown_first(room: Room) -> None:
    rows = room.view.last("show_rows")[0]
    assert [row.key for row in rows] == [KEY_1, KEY_2]
    assert rows[0].age.values == {"n": 42}


def test_only_the_answer_to_the_last_letter_counts() -> None:
    room = Room(held=True)
    room.presenter.on_search("o")
    room.presenter.on_search("other")
    room.tasks.run_all()
    assert [name for name in room.view.names() if name == "show_rows"] == ["show_rows"]
    assert [row.key for row in room.view.last("show_rows")[0]] == [KEY_2]


def test_a_period_becomes_a_first_day(room: Room) -> None:
    room.presenter.on_period("week")
    room.presenter.on_modality("IO")
    assert room.archive.asked[-1] == ("", "20261114", "IO")


def test_a_study_shows_its_pictures(room: Room) -> None:
    room.presenter.on_select(KEY_1)
    assert len(room.view.last("show_thumbs")[0]) == 3


def test_a_study_can_be_entered_directly() -> None:
    room = Room()
    room.presenter.on_search("nobody")
    room.presenter.enter(STUDY_2)
    assert room.view.last("show_study")[0].key == KEY_2


def test_pictures_open_and_go_round(room: Room) -> None:
    room.presenter.on_select(KEY_1)
    room.presenter.on_open("1.1.3")
    room.presenter.on_step(1)
    assert room.view.last("show_picture")[1].values == {"n": 1, "total": 3}
    room.presenter.on_close_picture()
    assert room.view.last("show_picture")[0] is None


def test_a_picture_that_cannot_be_shown_is_a_line_and_the_list_comes_back(room: Room) -> None:
    class CannotDisplay(Exception):
        pass

    room.presenter.on_select(KEY_1)
    room.archive.fail = CannotDisplay()
    room.presenter.on_open("1.1.1")
    assert room.view.last("show_problem")[0].code == "NOT-DISPLAYABLE"
    assert not room.view.last("show_problem")[0].serious


def test_the_check_says_what_it_found(room: Room) -> None:
    room.presenter.on_select(KEY_1)
    room.presenter.on_verify()
    assert room.view.last("show_verified")[1] == "good"
    room.archive.bad = ["1.1.2"]
    room.presenter.on_verify()
    assert room.view.last("show_verified")[1] == "bad"


def test_send_and_export_need_a_study(room: Room) -> None:
    room.presenter.on_send()
    room.presenter.on_export()
    assert (room.sent, room.exported) == ([], [])
    room.presenter.on_select(KEY_2)
    room.presenter.on_send()
    room.presenter.on_export()
    assert (room.sent, room.exported) == ([STUDY_2], [[STUDY_2]])


def test_two_patients_of_one_study_are_two_rows(room: Room) -> None:
    """Objects of two patients came with one Study Instance UID: what is done is done to the chosen one's alone."""
    room.archive.list = [FakeStudy("1.1"), FakeStudy("1.1", "CANARY^OTHER", "P-1")]
    asked: list[StudyKey] = []
    room.archive.pictures = lambda study: asked.append(study) or []
    room.presenter.on_refresh()
    first, second = room.view.last("show_rows")[0]
    assert first.key != second.key
    room.presenter.on_select(second.key)
    room.presenter.on_send()
    assert asked == room.sent == [StudyKey("1.1", "CLINIC", "P-1")]
