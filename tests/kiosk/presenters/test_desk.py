"""From screen to screen."""

from __future__ import annotations

import pytest

from kiosk.presenters.desk import Desk
from kiosk.presenters.ports import StudyKey
from tests.builders import a_patient, an_order
from tests.kiosk.presenters.fakes import (
    FakeEntry,
    FakeStudy,
    InlineTasks,
    Office,
    Recorder,
    an_outbox,
    clock,
)


class Views(Recorder):
    def __init__(self) -> None:
        super().__init__()
        self.front: list[str] = []
        for name in (
            "worklist", "walk_in", "exam", "finish", "archive", "activity", "media", "status",
        ):  # fmt: skip
            setattr(self, name, Recorder())

    def bring(self, screen: str) -> None:
        self.front.append(screen)


class Room:
    def __init__(self) -> None:
        self.views, self.office = Views(), Office()
        self.office.worklist.list = [FakeEntry(a_patient(), an_order())]
        self.office.archive.list = [FakeStudy("1.1")]
        self.desk = Desk(self.views, self.office.ports, InlineTasks(), lambda call: call(), clock)
        self.desk.start()

    def begin(self) -> None:
        row = self.views.worklist.last("show_rows")[0][0]
        self.desk.worklist.on_select(row.key)
        self.desk.worklist.on_start()


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_whole_exam_from_list_to_list(room: Room) -> None:
    room.begin()
    for _ in range(3):
        if room.office.exams.opened[0].armed is None:
            room.desk.exam.on_capture()
        room.desk.exam.on_capture()
        room.desk.exam.on_accept()
    room.desk.exam.on_finish()
    who, _, lines, has_images = room.views.finish.last("show_summary")
    assert who.identifier == "P-4711"
    assert has_images
    assert lines[0].words.values == {"n": 3}
    room.desk.finish.on_next()
    assert room.views.front == ["worklist", "exam", "finish", "worklist"]


def test_a_walk_in_goes_to_its_exam(room: Room) -> None:
    room.desk.to_walk_in()
    for name, value in (("family", "CANARY"), ("identifier", "P-9")):
        room.desk.walk_in.on_change(name, value)
    room.desk.walk_in.on_start()
    assert room.views.front[-1] == "exam"
    assert room.office.exams.opened[0].patient.identifier == "P-9"


def test_an_exam_is_not_left_by_the_status_line(room: Room) -> None:
    room.begin()
    room.desk.to_activity()
    assert room.desk.in_front == "exam"
    assert "show_note" in room.views.names()


def test_an_exam_without_an_exposure_ends_in_the_list(room: Room) -> None:
    room.begin()
    room.desk.exam.on_finish()
    assert room.desk.in_front == "worklist"


def test_sending_asks_where_to_and_goes_to_the_outbox(room: Room) -> None:
    room.desk.to_archive()
    room.desk.archive.on_select(next(iter(room.desk.archive._rows)))
    room.desk.archive.on_send()
    _, chosen = room.views.last("ask_destination")
    chosen("CLINIC")
    assert room.office.delivery.calls == ["send CLINIC"]


def test_sending_without_a_destination_says_what_to_do(room: Room) -> None:
    room.office.delivery.nodes = []
    room.desk.send(StudyKey("1.1", "CLINIC", "P-4711"))
    assert room.views.last("show_problem")[0].code == "NO-DESTINATION"


def test_exporting_opens_the_dialog(room: Room) -> None:
    room.desk.export([StudyKey("1.1", "CLINIC", "P-4711")])
    assert room.views.media.last("show_open")[0] == 1


def test_each_screen_has_its_own_rhythm(room: Room) -> None:
    asked = len(room.office.worklist.asked)
    for count in range(1, 31):
        room.desk.tick(count)
    assert len(room.office.worklist.asked) == asked + 1


def test_the_outbox_can_be_tried_again_and_given_up(room: Room) -> None:
    room.office.delivery.lines = an_outbox()
    room.desk.to_activity()
    room.desk.activity.on_retry()
    assert room.office.delivery.calls == []
    room.desk.activity.on_select("1")
    room.desk.activity.on_retry()
    room.desk.activity.on_drop()
    room.desk.activity.on_retry_all()
    assert room.office.delivery.calls == ["retry 1", "drop 1", "retry "]
