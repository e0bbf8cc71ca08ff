"""The exam at the chair."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kiosk.exam.errors import SpoolFailed
from kiosk.exam.templates import load_templates
from kiosk.presenters.exam import ExamPresenter
from kiosk.presenters.exam_view import Actions, MountTile
from kiosk.presenters.ports import LiveExam, Stray
from tests.builders import NOW, an_order
from tests.kiosk.presenters.fakes import (
    MOVED,
    FakeExam,
    FakeExams,
    FakeSource,
    InlineTasks,
    Recorder,
    clock,
    tiny_template,
)


class Room:
    def __init__(
        self, *, held: bool = False, can_expose: bool = True, exam: FakeExam | None = None
    ) -> None:
        self.view, self.exams = Recorder(), FakeExams()
        self.source, self.tasks = FakeSource(can_expose), InlineTasks(held)
        self.exam = exam or FakeExam()
        self.source.deliver = lambda token: self.exam.receive(token)
        self.finished: list[tuple[LiveExam, object]] = []
        self.left = 0
        self.hold_posts = False
        self.posted: list[Callable[[], None]] = []
        self.presenter = ExamPresenter(
            self.view,
            self.exams,
            self.source,
            self.tasks,
            self._post,
            clock,
            finished=lambda exam, summary: self.finished.append((exam, summary)),
            leave=self._leave,
        )
        self.presenter.open(self.exam)

    def _post(self, call: Callable[[], None]) -> None:
        self.posted.append(call) if self.hold_posts else call()

    def _leave(self) -> None:
        self.left += 1

    @property
    def actions(self) -> Actions:
        return self.view.last("show_actions")[0]

    @property
    def selected(self) -> str:
        return self.view.last("show_mount")[2]

    def states(self) -> list[str]:
        tiles: list[MountTile] = self.view.last("show_mount")[0]
        return [tile.state for tile in tiles]

    def expose(self) -> None:
        if self.exam.armed is None:
            self.presenter.on_capture()
        self.presenter.on_capture()

    def take(self, count: int = 1) -> None:
        for _ in range(count):
            self.expose()
            self.presenter.on_accept()


@pytest.fixture
def room() -> Room:
    return Room()


def test_the_banner_has_two_identifiers(room: Room) -> None:
    who = room.view.last("show_patient")[0]
    assert (who.identifier, who.born) == ("P-4711", "1984-03-02")
    assert who.age.values == {"n": 42}


def test_the_first_position_is_in_hand_and_nothing_is_armed(room: Room) -> None:
    assert room.selected == "t1"
    assert room.states() == ["empty", "empty", "empty"]
    assert room.actions.lead == "capture"
    assert room.exam.armed is None


def test_capture_arms_then_exposes(room: Room) -> None:
    room.presenter.on_capture()
    assert room.states()[0] == "armed"
    assert room.source.token is room.exam.armed
    assert room.actions.capture.msgid == "Expose"
    room.presenter.on_capture()
    assert room.states()[0] == "judge"
    assert room.actions.lead == "accept"


def test_the_picture_is_shown_when_it_comes(room: Room) -> None:
    room.expose()
    picture = room.view.last("show_picture")[0]
    assert picture.pixels.shape == (120, 90)
    exposure_id, pixels = room.view.last("show_thumbnail")
    assert exposure_id == "e1"
    assert pixels.dtype == np.uint8


def test_accept_stores_and_arms_the_next_position(room: Room) -> None:
    room.take()
    assert room.states() == ["stored", "armed", "empty"]
    assert room.selected == "t2"


def test_after_the_last_position_finish_is_next(room: Room) -> None:
    room.take(3)
    assert room.states() == ["stored"] * 3
    assert room.selected == "t3"
    assert (room.actions.lead, room.actions.can_next) == ("finish", False)
    room.presenter.on_finish()
    assert room.finished
    assert "ask" not in room.view.names()


def test_retake_asks_why_with_one_tap_and_arms_the_same_position(room: Room) -> None:
    room.expose()
    room.presenter.on_retake()
    _, _, reasons, chosen = room.view.last("ask_reason")
    assert [reason.words for reason in reasons] == ["Image artifact(s)", "Motion blur"]
    chosen(MOVED.value)
    assert room.exam.calls[-2:] == [f"retake t1 {MOVED.value}", "arm t1"]
    tiles: list[MountTile] = room.view.last("show_mount")[0]
    assert (tiles[0].state, tiles[0].rejected) == ("armed", 1)


def test_nothing_can_be_exposed_while_a_picture_waits_for_a_decision(room: Room) -> None:
    room.expose()
    room.presenter.on_capture()
    assert room.exam.calls == ["arm t1"]
    assert "Accept" in room.view.last("show_note")[0].msgid


def test_choosing_an_empty_position_moves_the_arming(room: Room) -> None:
    room.presenter.on_capture()
    room.presenter.on_tile("t3")
    assert room.states() == ["empty", "empty", "armed"]
    assert room.source.token is not None
    assert room.source.token.slot == "t3"


def test_looking_at_a_stored_picture_leaves_the_arming_where_it_is(room: Room) -> None:
    room.take()
    room.presenter.on_tile("t1")
    assert room.states() == ["stored", "armed", "empty"]


def test_the_arrows_go_round(room: Room) -> None:
    room.presenter.on_step(-1)
    assert room.selected == "t3"
    room.presenter.on_step(1)
    assert room.selected == "t1"


def test_a_source_that_cannot_arm_leaves_nothing_armed(room: Room) -> None:
    room.source.fail = OSError("gone")
    room.presenter.on_capture()
    assert room.exam.armed is None
    assert room.view.last("show_problem")[0].code == "FILES"
    assert room.actions.can_capture


def test_a_device_that_exposes_itself_says_so() -> None:
    room = Room(can_expose=False)
    room.presenter.on_capture()
    assert not room.actions.can_capture
    assert "Expose at the device" in room.actions.hint.msgid


def test_an_archive_that_refuses_keeps_the_picture_for_another_try(room: Room) -> None:
    class StorageFull(Exception):
        free_mb, needed_mb = 3, 200

    room.expose()
    room.exam.fail = StorageFull()
    room.presenter.on_accept()
    assert room.view.last("show_problem")[0].code == "DISK-FULL"
    assert room.states()[0] == "judge"
    room.exam.fail = None
    room.presenter.on_accept()
    assert room.states()[0] == "stored"


def test_a_frame_that_is_not_saved_can_be_saved_again(room: Room) -> None:
    room.exam.tell_unsaved("t1")
    problem, again, try_again = room.view.last("show_problem")
    assert problem.code == "NOT-SAVED"
    assert again.msgid == "Save again"
    try_again()
    assert room.exam.calls == ["save_again e1"]


def test_the_buttons_rest_while_work_runs() -> None:
    room = Room()
    room.expose()
    room.tasks.held = True
    room.presenter.on_accept()
    assert not room.actions.can_accept
    assert not room.actions.can_finish
    room.presenter.on_accept()
    room.presenter.on_retake()
    room.tasks.run_all()
    room.tasks.run_all()
    assert room.exam.calls.count("accept e1") == 1


def test_finish_with_empty_positions_asks_first(room: Room) -> None:
    room.take()
    room.presenter.on_finish()
    title, _, _, do = room.view.last("ask")
    assert title.values == {"n": 2}
    assert not room.finished
    do()
    assert room.finished
    assert room.source.token is None


def test_finish_with_an_undecided_picture_goes_to_it(room: Room) -> None:
    room.expose()
    room.presenter.on_tile("t3")
    room.presenter.on_finish()
    assert room.selected == "t1"
    assert not room.finished


def test_an_exam_without_a_kept_picture_ends_with_a_reason(room: Room) -> None:
    room.expose()
    room.presenter.on_retake()
    room.view.last("ask_reason")[3](MOVED.value)
    room.presenter.on_disarm()
    room.presenter.on_finish()
    room.view.last("ask_reason")[3]("110500")
    assert room.exam.calls[-1] == "discontinue 110500"
    assert room.finished


def test_leaving_an_untouched_exam_asks_nothing(room: Room) -> None:
    room.presenter.on_capture()
    room.presenter.on_back()
    assert room.left == 1
    assert room.exam.armed is None


def test_leaving_with_pictures_offers_to_pause(room: Room) -> None:
    room.take()
    room.presenter.on_back()
    leaving = room.view.last("ask_leaving")[0]
    assert leaving.pictures == 1
    leaving.pause()
    assert room.left == 1
    assert not room.exam.closed


def test_a_late_picture_of_an_exam_that_was_left_is_not_shown() -> None:
    room = Room()
    room.tasks.held = True
    room.exam.receive(room.exam.arm("t1"))
    room.presenter.open(FakeExam())
    before = len(room.view.calls)
    room.tasks.run_all()
    later = [name for name, _ in room.view.calls[before:]]
    assert later == ["show_strays"] * later.count("show_strays")


def test_events_of_an_exam_that_was_left_are_dropped() -> None:
    room = Room()
    first, posted = room.exam, room.posted
    room.hold_posts = True
    first.receive(first.arm("t1"))
    room.presenter.open(FakeExam())
    first.arm("t2")
    before = len(room.view.calls)
    for call in posted:
        call()
    assert posted
    assert room.view.calls[before:] == []


def test_a_tap_while_a_picture_is_stored_wins_over_the_late_answer() -> None:
    room = Room()
    room.expose()
    room.tasks.held = True
    room.presenter.on_accept()
    room.presenter.on_disarm()
    room.presenter.on_tile("t3")
    room.tasks.run_all()
    room.tasks.run_all()
    assert room.states()[0] == "stored"
    assert room.selected == "t3"
    assert room.exam.armed is None


def test_a_stray_is_put_into_a_position_only_after_a_question(room: Room) -> None:
    room.exams.stray_list = [Stray("q1", NOW, "late")]
    room.presenter.open(room.exam)
    assert room.view.last("show_strays")[0][0].entry_id == "q1"
    room.presenter.on_stray("q1")
    assert not room.exam.calls
    room.view.last("ask")[3]()
    assert room.exam.calls[0] == "adopt q1 t1"


def test_a_stray_needs_an_empty_position(room: Room) -> None:
    room.expose()
    room.presenter.on_stray("q1")
    assert "empty position" in room.view.last("show_note")[0].msgid


def test_the_source_is_told_on_the_screen(room: Room) -> None:
    room.source.become("error", "The cable is out.")
    assert room.view.last("show_source")[0].note == "The cable is out."
    assert room.actions.tone == "bad"


# ---- positions whose teeth the mount leaves open


def an_open_room(words: str = "Periapical") -> Room:
    template = tiny_template(tiles=load_templates()["pa-1"].tiles)
    return Room(exam=FakeExam(order=an_order(step_description=words), template=template))


def test_the_teeth_are_asked_for_before_arming() -> None:
    room = an_open_room()
    room.presenter.on_capture()
    assert room.exam.armed is None
    (question,) = room.view.last("ask_teeth")
    assert question.proposed == ()
    upper, lower = question.permanent
    assert [tooth.key for tooth in upper] == [
        *(f"1{n}" for n in range(8, 0, -1)),
        *(f"2{n}" for n in range(1, 9)),
    ]
    assert (lower[0].key, lower[-1].key) == ("48", "38")
    upper, lower = question.deciduous
    assert (upper[0].key, upper[-1].key, lower[0].key, lower[-1].key) == ("55", "65", "85", "75")
    question.chosen(["45", "46"])
    assert room.exam.calls == ["name pa 46 45", "arm pa"]
    assert room.exam.armed.shot.teeth == ("46", "45")
    assert room.view.last("show_mount")[0][0].label == "46 45"


def test_the_tooth_of_the_order_is_proposed_and_still_asked_for() -> None:
    room = an_open_room("Periapical 36")
    room.presenter.on_capture()
    (question,) = room.view.last("ask_teeth")
    assert question.proposed == ("36",)
    assert room.exam.armed is None


def test_leaving_the_chart_arms_nothing() -> None:
    room = an_open_room()
    room.presenter.on_capture()
    (question,) = room.view.last("ask_teeth")
    question.chosen([])
    assert room.exam.armed is None
    assert room.exam.calls == []


def test_the_chart_proposes_what_was_said_before() -> None:
    room = an_open_room()
    room.presenter.on_capture()
    room.view.last("ask_teeth")[0].chosen(["46"])
    room.presenter.on_disarm()
    room.presenter.on_capture()
    (question,) = room.view.last("ask_teeth")
    assert question.proposed == ("46",)
    question.chosen(["46"])
    assert room.exam.calls == ["name pa 46", "arm pa", "arm pa"]


def test_a_retake_keeps_the_teeth_without_asking_again() -> None:
    room = an_open_room()
    room.presenter.on_capture()
    room.view.last("ask_teeth")[0].chosen(["46"])
    room.presenter.on_capture()
    room.presenter.on_retake()
    _, _, reasons, chosen = room.view.last("ask_reason")
    chosen(reasons[0].key)
    assert room.view.names().count("ask_teeth") == 1
    assert room.exam.armed.shot.teeth == ("46",)


def test_teeth_that_could_not_be_written_arm_nothing() -> None:
    room = an_open_room()
    room.presenter.on_capture()
    room.exam.fail = SpoolFailed("No space left on device")
    room.view.last("ask_teeth")[0].chosen(["46"])
    assert room.exam.armed is None
    assert room.view.last("show_problem")


def test_a_stray_waits_for_the_teeth_too() -> None:
    room = an_open_room()
    room.presenter.on_stray("q1")
    assert "ask" not in room.view.names()
    room.view.last("ask_teeth")[0].chosen(["46"])
    room.view.last("ask")[3]()
    assert "adopt q1 pa" in room.exam.calls
