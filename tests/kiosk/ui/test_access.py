"""Everything is reached by keyboard, large enough for a finger, and nothing is cut."""

from __future__ import annotations

import tkinter as tk

from kiosk.ui.focus import ring
from kiosk.ui.widgets.button import Button
from kiosk.ui.widgets.segments import Segments

SMALLEST_TARGET = 48


def test_tab_reaches_every_control_and_comes_back(each_screen):
    room = each_screen
    controls = ring(room.root)
    first = room.root.focus_get()
    if first not in controls:
        room.press("Tab")
        first = room.root.focus_get()
    seen = [first]
    for _ in controls:
        room.press("Tab")
        seen.append(room.root.focus_get())
    assert set(seen) == set(controls)
    assert seen[-1] is first


def test_shift_tab_goes_back(each_screen):
    room = each_screen
    room.press("Tab")
    here = room.root.focus_get()
    room.press("Tab")
    room.root.focus_get().event_generate("<Shift-Tab>")
    room.pump()
    assert room.root.focus_get() is here


def test_every_enabled_button_is_in_the_ring(each_screen, all_of):
    room = each_screen
    controls = ring(room.root)
    for button in all_of(room.root, Button):
        assert (button in controls) == button.enabled, button.words


def test_the_focus_can_be_seen(each_screen, all_of):
    room = each_screen
    for button in [b for b in all_of(room.root, Button) if b.enabled][:6]:
        room.root.focus_set()
        room.pump(0.02)
        before = button._held[0]
        button.focus_set()
        room.pump(0.02)
        assert button._held[0] is not before, button.words


def test_controls_are_large_enough_for_a_finger(each_screen, all_of):
    room = each_screen
    for control in all_of(room.root, Button) + all_of(room.root, Segments):
        assert control.winfo_height() >= SMALLEST_TARGET, getattr(control, "words", control)
        assert control.winfo_width() >= SMALLEST_TARGET - 1, getattr(control, "words", control)


def test_no_word_on_a_button_is_cut(each_screen, all_of):
    room = each_screen
    for button in all_of(room.root, Button):
        drawn = [button.itemcget(item, "text") for item in button.find_all()
                 if button.type(item) == "text"]  # fmt: skip
        assert not button.words or button.words in drawn, (button.words, drawn)


def test_no_segment_is_cut(each_screen, all_of):
    for segments in all_of(each_screen.root, Segments):
        drawn = {segments.itemcget(item, "text") for item in segments.find_all()
                 if segments.type(item) == "text"}  # fmt: skip
        assert drawn == {segment.words for segment in segments._segments}


def test_nothing_lies_outside_the_window(each_screen, all_of):
    root = each_screen.root
    right, bottom = (
        root.winfo_rootx() + root.winfo_width(),
        root.winfo_rooty() + root.winfo_height(),
    )
    for widget in all_of(root, tk.Widget):
        assert widget.winfo_rootx() + widget.winfo_width() <= right, widget
        assert widget.winfo_rooty() + widget.winfo_height() <= bottom, widget


def test_a_dialog_keeps_the_focus_inside(room):
    room.desk.export(["1.1"])
    room.pump()
    sheet = room.window.sheets.opened[0]
    for _ in range(len(ring(sheet.cover)) + 2):
        room.press("Tab")
        assert str(room.root.focus_get()).startswith(str(sheet.cover))
    before = sheet._before
    room.press("Escape")
    room.pump()
    assert room.root.focus_get() is before


def test_a_tap_on_a_button_does_not_take_the_keys_from_the_screen(room):
    room.go("exam")
    focus = room.root.focus_get()
    room.tap(room.window.exam._next)
    assert room.root.focus_get() is focus
