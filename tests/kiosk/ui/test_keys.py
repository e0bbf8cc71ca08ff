"""Keys and who gets them."""

from __future__ import annotations

import tkinter as tk

import pytest

from kiosk.ui.keys import DEFAULT_KEYS, Binding, Keys


@pytest.fixture
def pad(room):
    top = tk.Toplevel(room.root)
    top.focus_force()
    yield top
    top.destroy()
    room.root.focus_force()


def press(widget: tk.Misc, keysym: str, state: int = 0) -> None:
    widget.update()
    widget.event_generate("<KeyPress>", keysym=keysym, state=state)
    widget.update()


def test_a_key_reaches_the_screen_in_front(pad):
    keys, done = Keys(pad), []
    keys.use({"invert": lambda: done.append("invert"), "capture": lambda: done.append("capture")})
    for keysym in ("i", "I", "space", "F5", "x"):
        press(pad, keysym)
    assert done == ["invert", "invert", "capture", "capture"]


def test_while_a_person_types_only_escape_and_function_keys_pass(pad):
    entry = tk.Entry(pad)
    entry.pack()
    keys, done = Keys(pad), []
    keys.use({name: lambda name=name: done.append(name) for name in DEFAULT_KEYS})
    entry.focus_force()
    for keysym in ("i", "space", "BackSpace", "Return", "Left", "0", "Escape", "F10"):
        press(entry, keysym)
    assert done == ["back", "finish"]


def test_a_chord_is_not_a_key(pad):
    keys, done = Keys(pad), []
    keys.use({"invert": lambda: done.append(1)})
    press(pad, "i", state=0x4)
    assert done == []


def test_a_dialog_takes_the_keys_until_it_is_gone(pad):
    keys, done = Keys(pad), []
    keys.use({"invert": lambda: done.append("screen")})
    keys.push({"back": lambda: done.append("dialog")})
    press(pad, "i")
    press(pad, "Escape")
    keys.pop()
    keys.pop()
    press(pad, "i")
    assert done == ["dialog", "screen"]


def test_a_pedal_can_be_bound(pad):
    keys, done = Keys(pad, {"capture": Binding(("Pause",), "pedal")}), []
    keys.use({"capture": lambda: done.append(1)})
    press(pad, "Pause")
    assert done == [1]
    assert keys.shown("capture") == "pedal"
    assert keys.shown("accept") == ""
