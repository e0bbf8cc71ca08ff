"""The screens, driven by keys and fingers, with small fakes behind them."""

from __future__ import annotations

import time
import tkinter as tk

import pytest

from kiosk.exam.templates import load_templates
from kiosk.exam.views import SlotState
from kiosk.i18n import text
from kiosk.presenters.exam_view import MountTile
from kiosk.presenters.ports import RecoveredExam, Stray
from kiosk.problems import Problem
from kiosk.ui.widgets.button import Button
from kiosk.ui.widgets.label import Words
from kiosk.ui.widgets.rowlist import SETTLED_S, RowList
from tests.builders import NOW, a_patient


def words_on(widget: tk.Misc, all_of) -> str:
    labels = [str(label.cget("text")) for label in all_of(widget, tk.Label)]
    return " | ".join(labels + [button.words for button in all_of(widget, Button)])


def test_a_whole_exam_with_the_keyboard_alone(room):
    room.press("Down", "Return")
    room.until(lambda: room.desk.in_front == "exam")
    exam = room.office.exams.opened[0]
    assert exam.patient.identifier == "P-8"
    for place in range(3):
        if exam.armed is None:
            room.press("space")
            room.until(lambda: exam.armed is not None and not room.desk.exam.busy)
        room.press("space")
        room.until(lambda place=place: exam.slots()[place].state is SlotState.REVIEW)
        room.until(lambda: not room.desk.exam.busy)
        room.press("Return")
        room.until(lambda place=place: exam.slots()[place].state is SlotState.STORED)
        room.until(lambda: not room.desk.exam.busy)
    room.press("F10")
    room.until(lambda: room.desk.in_front == "finish")
    room.press("Return")
    room.until(lambda: room.desk.in_front == "worklist")


def test_search_as_one_types(room):
    room.press("F3")
    room.type("p-12")
    assert len(room.window.worklist.list.rows) == 1
    room.press("Escape")
    assert len(room.window.worklist.list.rows) == 7


def test_letters_typed_into_the_search_do_nothing_else(room):
    room.go("archive")
    room.type("irf0")
    assert room.window.archive._search.value == "irf0"


def test_a_tap_on_a_row_shows_the_patient(room, all_of):
    listed = room.window.worklist.list
    room.tap(listed.canvas, 200, listed._head + listed._row + 10)
    assert listed.selected == listed.rows[1].key
    assert "P-9" in words_on(room.window.worklist, all_of)
    assert room.desk.in_front == "worklist"


def test_a_drag_scrolls_and_selects_nothing(room):
    listed = room.window.worklist.list
    listed.canvas.event_generate("<ButtonPress-1>", x=200, y=300)
    listed.canvas.event_generate("<B1-Motion>", x=200, y=240)
    listed.canvas.event_generate("<ButtonRelease-1>", x=200, y=240)
    room.pump()
    assert listed.selected == ""


def test_the_recovered_exam_is_offered_above_the_list(room, all_of):
    room.office.exams.waiting = [RecoveredExam("x", a_patient(), "FMX", 3, NOW)]
    room.desk.to_worklist()
    room.until(lambda: "not finished" in words_on(room.window.worklist, all_of))
    button = next(b for b in all_of(room.window.worklist, Button) if b.words == "Go on with it")
    room.tap(button)
    room.until(lambda: room.desk.in_front == "exam")


def test_the_offline_node_is_said_under_the_list(room, all_of):
    room.office.worklist.fail = ConnectionError()
    room.press("F5")
    room.until(lambda: "does not answer" in words_on(room.window.worklist, all_of))
    assert room.window.worklist.list.rows


def test_a_walk_in_typed_by_hand(room):
    room.press("F2")
    room.until(lambda: room.desk.in_front == "walk_in")
    room.type("canary")
    room.press("Tab", "Tab")
    room.type("77")
    room.press("Return")
    room.until(lambda: room.desk.in_front == "exam")
    assert room.office.exams.opened[0].patient.identifier == "77"


def test_faults_stand_below_their_fields(room, all_of):
    room.go("walk_in")
    room.press("Return")
    said = words_on(room.window.walk_in, all_of)
    assert "Give a last name" in said
    assert "Make one" in said


@pytest.mark.parametrize("kind", ["person", "animal", "component"])
def test_each_kind_of_patient_has_its_fields(room, all_of, kind):
    room.go("walk_in")
    room.desk.walk_in.on_change("kind", kind)
    room.pump()
    said = words_on(room.window.walk_in, all_of)
    assert ("Owner" in said) == (kind == "animal")
    assert ("First name" in said) == (kind == "person")
    assert ("Serial number" in said) == (kind == "component")


def test_a_tile_is_chosen_by_a_tap(room):
    room.go("exam")
    mount = room.window.exam.mount
    room.until(lambda: mount._boxes)
    left, top, right, bottom = mount.box_of("t3")
    room.tap(mount, (left + right) // 2, (top + bottom) // 2)
    assert mount.selected == "t3"


def test_patient_right_is_on_the_left(room):
    room.go("exam")
    mount = room.window.exam.mount
    room.until(lambda: mount._boxes)
    assert mount.box_of("t1")[0] < mount.box_of("t3")[0]


def test_a_mount_of_many_positions_gets_more_of_the_screen(room):
    """Each position of a full mouth can be hit by a finger at 1280 by 800, and the picture keeps its room."""
    room.go("exam")
    screen = room.window.exam
    few = screen._mount_card.winfo_width()
    tiles = load_templates()["fmx-18"].tiles
    shown = [
        MountTile(t.key, (t.x, t.y, t.width, t.height), t.label, t.order, "empty") for t in tiles
    ]
    screen.show_mount(shown, 2.27, tiles[0].key)
    room.until(lambda: len(screen.mount._boxes) == 18)
    room.pump()
    boxes = [screen.mount.box_of(tile.key) for tile in tiles]
    assert min(right - left for left, _, right, _ in boxes) >= 52
    assert min(bottom - top for _, top, _, bottom in boxes) >= 90
    assert screen._mount_card.winfo_width() > few
    assert screen.viewer.winfo_width() >= 450


def a_picture_under_review(room):
    room.go("exam")
    exam = room.office.exams.opened[0]
    exam.receive(exam.arm("t1"))
    mount = room.window.exam.mount
    room.until(lambda: mount._boxes and mount._pixels and not room.desk.exam.busy)
    return exam, mount


def middle(box):
    return (box[0] + box[2]) // 2, (box[1] + box[3]) // 2


def test_a_picture_is_dragged_to_another_position(room):
    exam, mount = a_picture_under_review(room)
    (x, y), (to_x, to_y) = middle(mount.box_of("t1")), middle(mount.box_of("t3"))
    mount.event_generate("<ButtonPress-1>", x=x, y=y)
    for part in (0.3, 0.7, 1.0):
        at = int(x + part * (to_x - x)), int(y + part * (to_y - y))
        mount.event_generate("<B1-Motion>", x=at[0], y=at[1])
        room.pump()
    mount.event_generate("<ButtonRelease-1>", x=to_x, y=to_y)
    room.until(lambda: exam.slots()[2].state is SlotState.REVIEW)
    room.until(lambda: mount.selected == "t3")


def test_a_trembling_tap_and_a_drag_beside_the_mount_move_nothing(room):
    exam, mount = a_picture_under_review(room)
    x, y = middle(mount.box_of("t1"))
    for path in (((x + 4, y + 4),), ((x + 40, y + 40), (2, 2))):
        mount.event_generate("<ButtonPress-1>", x=x, y=y)
        for at in path:
            mount.event_generate("<B1-Motion>", x=at[0], y=at[1])
            room.pump()
        mount.event_generate("<ButtonRelease-1>", x=path[-1][0], y=path[-1][1])
        room.pump()
    assert exam.slots()[0].state is SlotState.REVIEW


def test_a_picture_is_moved_by_keys(room):
    exam, _ = a_picture_under_review(room)
    room.press("m", "Right", "Return")
    room.until(lambda: exam.slots()[2].state is SlotState.REVIEW)
    room.press("m", "Escape")
    assert room.desk.in_front == "exam"
    assert exam.slots()[2].state is SlotState.REVIEW


def test_retake_by_keys(room):
    room.go("exam")
    exam = room.office.exams.opened[0]
    room.press("space")
    room.until(lambda: exam.armed is not None and not room.desk.exam.busy)
    room.press("space")
    room.until(lambda: exam.slots()[0].state is SlotState.REVIEW and not room.desk.exam.busy)
    room.press("BackSpace")
    assert len(room.window.sheets.opened) == 1
    room.press("Tab", "Return")
    room.until(lambda: exam.slots()[0].rejected == 1)
    assert not room.window.sheets.opened


def test_escape_leaves_a_dialog_and_not_the_exam(room):
    room.finish_one = None
    room.go("exam")
    exam = room.office.exams.opened[0]
    exam.receive(exam.arm("t1"))
    room.pump()
    room.press("BackSpace")
    assert room.window.sheets.opened
    room.press("Escape")
    assert not room.window.sheets.opened
    assert room.desk.in_front == "exam"
    assert exam.slots()[0].state is SlotState.REVIEW


def test_the_picture_keys_work_on_the_exam_screen(room):
    room.go("exam")
    exam = room.office.exams.opened[0]
    exam.receive(exam.arm("t1"))
    viewer = room.window.exam.viewer.presenter
    room.until(lambda: viewer.has_picture)
    room.press("r", "i", "f", "plus")
    transform = viewer.transform
    assert transform.invert
    assert transform.flip
    assert transform.zoom > 1
    room.press("0")
    assert viewer.transform.zoom == 1


def test_a_window_drag_keeps_the_one_photo_image(room):
    room.go("exam")
    exam = room.office.exams.opened[0]
    exam.receive(exam.arm("t1"))
    canvas = room.window.exam.viewer.canvas
    room.until(lambda: canvas.presenter.has_picture)
    photo, window = canvas._photo, canvas.presenter.window
    canvas.event_generate("<ButtonPress-1>", x=100, y=100)
    for step in range(1, 6):
        canvas.event_generate("<B1-Motion>", x=100 + 10 * step, y=100 - 4 * step)
    room.pump()
    assert canvas.presenter.window != window
    assert canvas._photo is photo


def test_the_large_picture_comes_and_goes(room):
    room.go("exam")
    exam = room.office.exams.opened[0]
    exam.receive(exam.arm("t1"))
    room.until(lambda: room.window.exam.viewer.presenter.has_picture)
    before = room.window.exam.viewer.winfo_width()
    room.press("v")
    assert room.window.exam.viewer.winfo_width() > before
    room.press("Escape")
    room.pump()
    assert room.window.exam.viewer.winfo_width() == before
    assert room.desk.in_front == "exam"


def test_strays_stand_in_a_strip(room, all_of):
    room.office.exams.stray_list = [Stray("q1", NOW, "late")]
    room.go("exam")
    room.until(lambda: "Not in the mount" in words_on(room.window.exam, all_of))


def test_the_archive_opens_a_picture_and_closes_it(room):
    room.go("archive")
    archive = room.window.archive
    room.until(lambda: archive.list.rows)
    room.press("Return")
    room.until(lambda: archive.gallery.thumbs)
    archive.gallery.canvas.focus_set()
    room.press("Right", "Return")
    room.until(lambda: archive._viewer is not None and archive._viewer.presenter.has_picture)
    room.press("Escape")
    assert archive._viewer is None
    assert room.desk.in_front == "archive"


def test_the_medium_dialog_to_its_end(room, all_of):
    room.go("finish")
    room.press("F9")
    room.until(lambda: room.window.media._write.enabled)
    room.press("Return")
    room.until(lambda: "read back. Every file" in words_on(room.root, all_of))
    room.press("Return")
    assert not room.window.sheets.opened


def test_outbox_and_alerts_say_why(room, all_of):
    room.go("activity")
    room.until(lambda: room.window.activity.outbox.rows)
    room.press("Down")
    assert "A700H" in words_on(room.window.activity, all_of)
    room.desk.to_activity("alerts")
    room.pump()
    room.press("Down")
    assert "came twice" in words_on(room.window.activity, all_of)


def test_a_problem_card_has_three_parts_and_no_traceback(room, all_of):
    room.window.show_problem(Problem("X-1", text("It broke."), text("Mend it.")))
    room.pump()
    said = words_on(room.root, all_of)
    assert all(part in said for part in ("It broke.", "Mend it.", "X-1"))
    assert "Traceback" not in said
    room.press("Return")
    assert not room.window.sheets.opened


def test_a_lesser_problem_is_a_note(room, all_of):
    room.window.show_problem(Problem("X-1", text("It broke."), text("Mend it."), serious=False))
    room.pump()
    assert not room.window.sheets.opened
    assert "It broke. Mend it." in words_on(room.root, all_of)


def test_the_window_is_not_closed_during_an_exam(room):
    room.go("exam")
    room.window.close()
    # As the way back: it asks, or where nothing was taken it only leads to the list.
    room.until(lambda: room.window.sheets.opened or room.desk.in_front == "worklist")
    assert room.root.winfo_exists()


def test_the_status_line_is_on_every_screen(each_screen, all_of):
    each_screen.until(lambda: "listening" in words_on(each_screen.window.status, all_of))


def test_five_thousand_rows_are_drawn_where_they_are_seen(room):
    listed: RowList = room.window.worklist.list
    rows = list(listed.rows) * 800
    listed.show(rows)
    room.pump()
    assert len(listed.canvas.find_all()) < 400


def test_words_wrap_where_they_are_narrow(room):
    words = room.window.worklist._name_words
    assert isinstance(words, Words)


def test_a_tap_on_rows_that_just_moved_chooses_nobody(room, monkeypatch):
    """Who was aimed at is gone from under the finger; the next in line would be another patient."""
    listed: RowList = room.window.worklist.list
    room.until(lambda: len(listed.rows) > 3)
    listed.select("")
    chosen = []
    monkeypatch.setattr(listed, "_on_select", chosen.append)
    listed.show(listed.rows[1:])
    room.tap(listed.canvas, 200, 120)
    assert (chosen, listed.selected) == ([], "")
    room.until(lambda: time.monotonic() - listed._moved_at > SETTLED_S)
    room.tap(listed.canvas, 200, 120)
    assert chosen == [listed.selected] != [""]
