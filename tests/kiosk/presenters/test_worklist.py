"""The list of the day."""

from __future__ import annotations

import datetime as dt

import pytest

from kiosk.presenters.ports import RecoveredExam
from kiosk.presenters.worklist import Chosen, WorklistPresenter, WorklistRow
from tests.builders import NOW, a_dog, a_patient, an_order
from tests.kiosk.presenters.fakes import (
    FakeEntry,
    FakeExam,
    FakeExams,
    FakeWorklist,
    InlineTasks,
    Recorder,
    clock,
)


def entry(step: str, time: str, name: str = "CANARY^PATIENT", **changes: str) -> FakeEntry:
    status = changes.pop("status", "SCHEDULED")
    return FakeEntry(
        a_patient(name=name, identifier=f"P-{step}"),
        an_order(step_id=step, start_time=time, **changes),
        status,
    )


class Room:
    def __init__(self, *entries: FakeEntry, held: bool = False) -> None:
        self.view, self.worklist = Recorder(), FakeWorklist(entries)
        self.exams, self.tasks = FakeExams(), InlineTasks(held)
        self.opened: list[FakeExam] = []
        self.walk_ins = 0
        self.presenter = WorklistPresenter(
            self.view,
            self.worklist,
            self.exams,
            self.tasks,
            clock,
            open_exam=self.opened.append,
            walk_in=self._walk_in,
        )

    def _walk_in(self) -> None:
        self.walk_ins += 1

    @property
    def rows(self) -> list[WorklistRow]:
        return list(self.view.last("show_rows")[0])

    @property
    def chosen(self) -> Chosen | None:
        return self.view.last("show_chosen")[0]

    def keys(self) -> list[str]:
        return [row.key.split("/")[0] for row in self.rows]


@pytest.fixture
def room() -> Room:
    room = Room(entry("S2", "1100", "CANARY^BÉLA"), entry("S1", "0900"), entry("S3", "1300"))
    room.presenter.enter()
    return room


def test_the_list_stands_in_the_order_of_time(room: Room) -> None:
    assert room.keys() == ["S1", "S2", "S3"]
    assert [row.time for row in room.rows] == ["09:00", "11:00", "13:00"]
    assert room.rows[0].identity.name == "CANARY, PATIENT"


def test_search_finds_as_one_types_without_case_and_accents(room: Room) -> None:
    room.presenter.on_search("bela")
    assert room.keys() == ["S2"]
    room.presenter.on_search("p-s3")
    assert room.keys() == ["S3"]
    room.presenter.on_search("nobody")
    assert room.keys() == []


def test_an_owner_finds_the_animal() -> None:
    room = Room(FakeEntry(a_dog(), an_order()))
    room.presenter.enter()
    room.presenter.on_search("owner")
    assert len(room.rows) == 1


def test_nothing_moves_under_the_finger_when_the_node_has_news(room: Room) -> None:
    room.worklist.list.insert(0, entry("S0", "0800"))
    room.presenter.tick()
    assert room.keys() == ["S1", "S2", "S3"]
    assert room.view.last("show_news") == (1,)
    room.presenter.on_news()
    assert room.keys() == ["S0", "S1", "S2", "S3"]
    assert room.view.last("show_news") == (0,)


def test_a_state_changes_in_its_place(room: Room) -> None:
    room.worklist.list[0] = entry("S2", "1100", status="COMPLETED")
    room.presenter.tick()
    assert [row.state for row in room.rows] == ["open", "done", "open"]


def test_a_refresh_by_the_person_puts_new_entries_in_their_places(room: Room) -> None:
    room.worklist.list.append(entry("S0", "0800"))
    room.presenter.on_refresh()
    assert room.keys() == ["S0", "S1", "S2", "S3"]


def test_an_unreachable_node_keeps_the_list_and_says_from_when_it_is(room: Room) -> None:
    room.worklist.fail = ConnectionError("refused")
    room.presenter.on_refresh()
    words, tone = room.view.last("show_state")
    assert room.keys() == ["S1", "S2", "S3"]
    assert tone == "warn"
    assert words.values["time"] == "10:30"
    assert room.view.last("show_waiting") == (False,)


def test_an_unreachable_node_without_a_list_names_the_walk_in() -> None:
    room = Room()
    room.worklist.fail = ConnectionError("refused")
    room.presenter.enter()
    assert "Walk-in" in room.view.last("show_state")[0].msgid


def test_a_late_answer_of_another_day_is_dropped() -> None:
    room = Room(entry("S1", "0900"), held=True)
    room.presenter.enter()
    room.presenter.on_day(1)
    room.worklist.list = []
    room.tasks.run_all()
    assert room.keys() == []
    assert room.worklist.asked == [NOW.date(), NOW.date() + dt.timedelta(days=1)]


def test_an_answer_after_leaving_is_dropped() -> None:
    room = Room(entry("S1", "0900"), held=True)
    room.presenter.enter()
    room.presenter.leave()
    room.tasks.run_all()
    assert room.rows == []


def test_a_tap_shows_who_it_is_and_opens_nothing(room: Room) -> None:
    room.presenter.on_select(room.rows[1].key)
    assert room.chosen is not None
    assert room.chosen.row.identity.identifier == "P-S2"
    assert room.opened == []


def test_begin_opens_the_exam_of_the_entry_in_hand(room: Room) -> None:
    room.presenter.on_select(room.rows[1].key)
    room.presenter.on_start()
    assert room.opened[0].patient.identifier == "P-S2"
    assert room.opened[0].order.step_id == "S2"


def test_begin_without_an_entry_in_hand_does_nothing(room: Room) -> None:
    room.presenter.on_start()
    assert room.opened == []


def test_an_entry_out_of_sight_is_no_longer_in_hand(room: Room) -> None:
    room.presenter.on_select(room.rows[0].key)
    room.presenter.on_search("p-s3")
    room.presenter.on_start()
    assert room.chosen is None
    assert room.opened == []


def test_an_exam_that_cannot_open_is_a_problem_card(room: Room) -> None:
    room.exams.fail = OSError("no")
    room.presenter.on_select(room.rows[0].key)
    room.presenter.on_start()
    assert room.view.last("show_problem")[0].code == "FILES"
    assert room.view.last("show_opening") == (False,)


def test_an_exam_opened_after_leaving_does_not_come_to_the_front() -> None:
    room = Room(entry("S1", "0900"))
    room.presenter.enter()
    room.presenter.on_select(room.rows[0].key)
    room.tasks.held = True
    room.presenter.on_start()
    room.presenter.leave()
    room.tasks.run_all()
    assert room.opened == []


def test_exams_that_were_broken_off_are_offered() -> None:
    room = Room()
    room.exams.waiting = [RecoveredExam("x", a_patient(), "FMX", 3, NOW)]
    room.presenter.enter()
    assert room.view.last("show_recovered")[0] == room.exams.waiting
    room.presenter.on_resume("x")
    assert len(room.opened) == 1


def test_a_walk_in_can_begin(room: Room) -> None:
    room.presenter.on_walk_in()
    assert room.walk_ins == 1
