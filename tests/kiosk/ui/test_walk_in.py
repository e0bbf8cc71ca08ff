"""The question before a walk-in under a number that somebody else has."""

from __future__ import annotations

import pytest

from kiosk.ui.widgets.button import Button


@pytest.fixture
def asked(room):
    """The archive has this number under another name; the exam was begun by Enter."""
    room.go("walk_in")
    presenter = room.window.walk_in.presenter
    for name, value in {"family": "CANARY", "given": "OTHER", "identifier": "P-4711"}.items():
        presenter.on_change(name, value)
    presenter.on_start()
    room.until(lambda: room.window.sheets.opened)
    return room


def test_enter_once_too_often_goes_back(asked):
    asked.press("Return")
    assert not asked.window.sheets.opened
    assert asked.desk.in_front == "walk_in"
    assert asked.office.exams.opened == []


def test_a_tap_says_that_it_is_the_same_patient(asked, all_of):
    buttons = all_of(asked.window.sheets.opened[-1].cover, Button)
    asked.tap(next(one for one in buttons if "same patient" in one.words))
    asked.until(lambda: asked.desk.in_front == "exam")
    assert asked.office.exams.opened[0].patient.identifier == "P-4711"
