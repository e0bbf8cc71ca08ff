"""The tooth chart, by keys and by finger."""

from __future__ import annotations

import dataclasses

import pytest

from kiosk.exam.templates import load_templates
from kiosk.ui.widgets.segments import Segments
from kiosk.ui.widgets.tooth_chart import ToothChart
from tests.kiosk.presenters.fakes import FakeEntry


@pytest.fixture
def exam(room):
    """An exam of one periapical picture, whose order names tooth 36; its chart is open."""
    room.office.exams._templates = [load_templates()["pa-1"]]
    first = room.office.worklist.list[0]
    order = dataclasses.replace(first.order, step_description="Periapical 36")
    room.office.worklist.list = [FakeEntry(first.patient, order)]
    room.desk.worklist.on_refresh()
    room.until(lambda: len(room.window.worklist.list.rows) == 1)
    room.begin()
    room.press("space")
    room.until(lambda: room.window.sheets.opened)
    return room.office.exams.opened[-1]


@pytest.fixture
def chart(room, exam, all_of) -> ToothChart:
    (found,) = all_of(room.window.sheets.opened[-1].cover, ToothChart)
    return found


def test_the_proposed_tooth_is_confirmed_by_enter(room, exam, chart):
    assert [tooth.key for tooth in chart.chosen] == ["36"]
    assert exam.armed is None
    room.press("Return")
    room.until(lambda: exam.armed is not None)
    assert exam.armed.shot.teeth == ("36",)
    assert not room.window.sheets.opened


def test_escape_arms_nothing(room, exam, chart):
    room.press("Escape")
    assert not room.window.sheets.opened
    assert exam.armed is None
    assert room.desk.in_front == "exam"


def test_another_tooth_by_arrows_and_space(room, exam, chart):
    room.press("space", "Right", "space", "Right", "space", "Return")
    room.until(lambda: exam.armed is not None)
    assert exam.armed.shot.teeth == ("37", "38")


def test_nothing_is_confirmed_without_a_tooth(room, exam, chart):
    room.press("space", "Return")
    assert room.window.sheets.opened
    assert exam.armed is None


def test_milk_teeth_by_finger(room, exam, chart, all_of):
    room.press("space")
    (segments,) = all_of(room.window.sheets.opened[-1].cover, Segments)
    room.tap(segments, segments.winfo_width() - 20)
    left, top, right, bottom = chart.box(0, 0)
    room.tap(chart, (left + right) // 2, (top + bottom) // 2)
    assert [tooth.key for tooth in chart.chosen] == ["55"]
    room.press("Return")
    room.until(lambda: exam.armed is not None)
    assert exam.armed.shot.teeth == ("55",)


def test_each_tooth_is_a_target_of_48_at_least_and_on_the_card(room, chart):
    px = room.window.kit.theme.px
    for row in range(2):
        for place in range(16):
            left, top, right, bottom = chart.box(row, place)
            assert min(right - left, bottom - top) >= px(48)
            assert 0 <= left < right <= chart.winfo_width()
            assert 0 <= top < bottom <= chart.winfo_height()


def test_the_patients_right_is_on_the_left(chart):
    assert chart.box(0, 0)[0] < chart.box(0, 15)[0]
    assert chart._jaws[0][0].key == "18"
    assert chart._jaws[1][0].key == "48"
