"""A picture in the wrong position is moved: by a drag, by a button and a tap, by keys."""

from __future__ import annotations

import dataclasses

import pytest

from kiosk.exam.views import SlotState
from tests.kiosk.presenters.fakes import FakeExam, tiny_template
from tests.kiosk.presenters.test_exam import Room


@pytest.fixture
def room() -> Room:
    """A picture under review in the first of three positions."""
    room = Room()
    room.expose()
    return room


def test_a_drag_moves_it_and_the_position_in_hand_follows(room: Room) -> None:
    room.presenter.on_drop("t1", "t3")
    assert room.exam.calls[-1] == "move e1 t3"
    assert room.states() == ["empty", "empty", "judge"]
    assert room.selected == "t3"


def test_the_title_is_that_of_the_new_position_and_a_note_says_so(room: Room) -> None:
    room.presenter.on_drop("t1", "t3")
    assert room.view.last("show_picture")[0].title.values["position"] == "26"
    note = room.view.last("show_note")[0]
    assert note.values["position"] == "26"
    assert "orientation follow" in note.msgid


def test_the_picture_is_fetched_anew_since_it_may_lie_otherwise() -> None:
    room = Room()
    first, *others = tiny_template().tiles
    turned = dataclasses.replace(others[0], rotation=90)
    room.exam = FakeExam(template=tiny_template(tiles=(first, turned, others[1])))
    room.presenter.open(room.exam)
    room.expose()
    assert room.view.last("show_picture")[0].rotation == 0
    room.presenter.on_drop("t1", "t2")
    assert room.view.last("show_picture")[0].rotation == 90
    assert room.view.last("show_thumbnail")[1].shape == (90, 120)


def test_by_keys_the_arrows_choose_and_enter_puts_it_there(room: Room) -> None:
    room.presenter.on_move()
    assert (room.actions.moving, room.actions.lead) == (True, "move")
    tiles = room.view.last("show_mount")[0]
    assert [tile.offered for tile in tiles] == [False, True, True]
    assert [tile.target for tile in tiles] == [False, True, False]
    room.presenter.on_step(1)
    assert room.actions.hint.values["position"] == "26"
    room.presenter.on_accept()
    assert room.states() == ["empty", "empty", "judge"]
    assert not room.actions.moving


def test_the_next_tap_puts_it_there(room: Room) -> None:
    room.presenter.on_move()
    room.presenter.on_tile("t2")
    assert room.states() == ["empty", "judge", "empty"]


def test_escape_leaves_it_where_it_is_and_does_not_leave_the_exam(room: Room) -> None:
    room.presenter.on_move()
    room.presenter.on_back()
    assert room.states()[0] == "judge"
    assert not room.actions.moving
    assert "ask_leaving" not in room.view.names()


def test_a_tap_on_its_own_position_leaves_it_there(room: Room) -> None:
    room.presenter.on_move()
    room.presenter.on_tile("t1")
    assert room.states()[0] == "judge"
    assert "move e1 t1" not in room.exam.calls


def test_a_stored_picture_and_an_empty_position_cannot_be_moved() -> None:
    room = Room()
    room.take()
    for key in ("t1", "t3"):
        assert not room.presenter.places_for(key)
        room.presenter.on_drop(key, "t2")
    assert not any(call.startswith("move") for call in room.exam.calls)


def test_not_onto_a_stored_picture() -> None:
    room = Room()
    room.take()
    room.presenter.on_capture()
    assert room.states() == ["stored", "judge", "empty"]
    assert room.presenter.places_for("t2") == ("t3",)
    room.presenter.on_drop("t2", "t1")
    assert "cannot take" in room.view.last("show_note")[0].msgid
    assert room.states() == ["stored", "judge", "empty"]


def test_not_onto_a_position_of_another_kind() -> None:
    room = Room()
    first, second, third = tiny_template().tiles
    photo = dataclasses.replace(third, kind="photo")
    room.exam = FakeExam(template=tiny_template(tiles=(first, second, photo)))
    room.presenter.open(room.exam)
    room.expose()
    assert room.presenter.places_for("t1") == ("t2",)


def test_two_pictures_under_review_change_places(room: Room) -> None:
    room.exam.receive(room.exam.arm("t2"))
    room.presenter.on_drop("t2", "t1")
    assert [slot.exposure.exposure_id for slot in room.exam.slots()[:2] if slot.exposure] == [
        "e2",
        "e1",
    ]


def test_an_armed_position_is_disarmed_before_the_picture_comes_there(room: Room) -> None:
    room.exam.arm("t2")
    room.presenter.on_drop("t1", "t2")
    assert room.exam.armed is None
    assert room.exam.slots()[1].state is SlotState.REVIEW


def test_where_all_is_decided_a_sentence_says_that_it_cannot_move() -> None:
    room = Room()
    room.take(2)
    room.presenter.on_capture()
    assert not room.actions.can_move
    room.presenter.on_move()
    assert "no position" in room.view.last("show_note")[0].msgid
    assert not room.actions.moving


def test_capture_rests_while_a_picture_is_in_hand(room: Room) -> None:
    room.presenter.on_move()
    room.presenter.on_capture()
    assert room.exam.armed is None


def test_a_refused_move_is_told_and_nothing_moved(room: Room) -> None:
    room.exam.fail = OSError("full")
    room.presenter.on_drop("t1", "t3")
    assert "show_problem" in room.view.names()
    assert room.states()[0] == "judge"
