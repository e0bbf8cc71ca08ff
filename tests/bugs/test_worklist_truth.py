"""What the worklist screen shows against what the exam will use."""

from __future__ import annotations

import dataclasses

from kiosk.presenters.worklist import WorklistPresenter
from tests.builders import a_patient, an_order
from tests.kiosk.presenters.fakes import (
    FakeEntry,
    FakeExams,
    FakeWorklist,
    InlineTasks,
    Recorder,
    clock,
)


def test_the_chosen_entry_shows_the_identifiers_that_the_exam_will_have():
    old = FakeEntry(a_patient(birth_date="19840302"), an_order(), "SCHEDULED")
    view, node = Recorder(), FakeWorklist([old])
    exams = FakeExams()
    presenter = WorklistPresenter(
        view, node, exams, InlineTasks(), clock, open_exam=lambda exam: None, walk_in=lambda: None
    )
    presenter.enter()
    presenter.on_select(view.last("show_rows")[0][0].key)
    shown = view.last("show_chosen")[0].row.identity
    node.list = [dataclasses.replace(old, patient=a_patient(birth_date="20010101"))]
    presenter.tick()
    assert view.last("show_chosen")[0].row.identity != shown
