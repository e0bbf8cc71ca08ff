"""The exam screen arms, accepts, shows or says something else than the person meant or than is so."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from kiosk.exam.spool import Spool
from kiosk.exam.views import SlotState, StepReport
from kiosk.office.exams import Exams
from kiosk.presenters.exam import ExamPresenter
from kiosk.presenters.finish import summary_lines
from minipacs.dicom.codes import tables
from tests.builders import grey_frame
from tests.kiosk.exam.conftest import Clinic
from tests.kiosk.presenters.fakes import (
    FakeExam,
    FakeExams,
    FakeSource,
    InlineTasks,
    Recorder,
    clock,
)


class Room:
    def __init__(self, exam=None, tasks=None) -> None:
        self.view, self.source = Recorder(), FakeSource()
        self.tasks = tasks or InlineTasks()
        self.exam = exam or FakeExam()
        self.source.deliver = lambda token: self.exam.receive(token)
        self.left = []
        self.presenter = ExamPresenter(
            self.view,
            FakeExams(),
            self.source,
            self.tasks,
            lambda call: call(),
            clock,
            finished=lambda exam, summary: None,
            leave=lambda: self.left.append(1),
        )
        self.presenter.open(self.exam)

    @property
    def selected(self) -> str:
        return self.view.last("show_mount")[2]


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path / "spool")


def test_accepting_an_earlier_picture_leaves_the_armed_position_armed():
    room = Room()
    room.presenter.on_capture()
    room.presenter.on_capture()  # t1 is exposed and waits for a decision
    room.presenter.on_tile("t3")
    room.presenter.on_capture()  # the sensor lies at t3
    room.presenter.on_tile("t1")
    room.presenter.on_accept()
    assert room.exam.armed.slot == "t3"


def test_a_position_tapped_while_a_picture_is_stored_stays_chosen():
    room = Room()
    room.presenter.on_capture()
    room.presenter.on_capture()
    room.tasks.held = True
    room.presenter.on_accept()
    room.presenter.on_tile("t3")
    room.tasks.held = False
    room.tasks.run_all()
    assert room.selected == "t3"
    assert room.exam.armed is None or room.exam.armed.slot == "t3"


def test_a_retake_that_the_source_refuses_is_not_shown_as_armed():
    room = Room()
    room.presenter.on_capture()
    room.presenter.on_capture()
    room.source.fail = OSError("the sensor is gone")
    room.presenter.on_retake()
    _, _, reasons, chosen = room.view.last("ask_reason")
    chosen(reasons[0].key)
    assert room.exam.armed is None


def test_a_picture_is_not_accepted_before_it_was_shown():
    class Slow(InlineTasks):
        """Previews come later than everything else."""

        def submit(self, work, done, failed=None):
            self.held = (
                "preview" in getattr(work, "__qualname__", "") or "load" in work.__qualname__
            )
            super().submit(work, done, failed)

    room = Room(tasks=Slow())
    room.presenter.on_capture()
    room.presenter.on_capture()
    assert room.view.last("show_picture")[0] is None
    room.presenter.on_accept()
    assert "accept e1" not in room.exam.calls


def test_a_moved_picture_is_shown_with_the_orientation_of_its_new_position():
    class Turned(FakeExam):
        """Says by the orientation for which position the preview was made."""

        def preview(self, exposure_id):
            made = super().preview(exposure_id)
            slot = self._exposures[exposure_id].slot
            letters = {"t1": ("A", "F"), "t3": ("P", "F")}[slot]
            return dataclasses.replace(made, patient_orientation=letters)

    class Answers(InlineTasks):
        """Works at once; the answers to questions for previews wait."""

        def __init__(self):
            super().__init__()
            self.answers = []

        def submit(self, work, done, failed=None):
            if "load" not in work.__qualname__:
                super().submit(work, done, failed)
                return
            result = work()
            self.answers.append(lambda: done(result))

    room = Room(exam=Turned(), tasks=Answers())
    room.presenter.on_capture()
    room.presenter.on_capture()
    room.presenter.on_drop("t1", "t3")
    for answer in room.tasks.answers:
        answer()
    picture = room.view.last("show_picture")[0]
    assert picture.orientation == ("P", "F")


def test_finishing_with_an_armed_retake_does_not_say_that_nothing_is_kept(clinic):
    exam = clinic.exam("pa-1")
    exam.name_teeth("pa", ("36",))
    exam.accept(clinic.shoot(exam, "pa"))
    room = Room(exam=exam)
    exam.retake("pa", tables.reject_reasons()["other-failure"])
    room.presenter.on_finish()
    assert "ask_reason" not in room.view.names()


def test_an_exam_with_an_unsaved_frame_is_not_paused_without_a_word(clinic, monkeypatch):
    exam = clinic.exam("bwx-2")
    token = exam.arm("bw-right")
    from kiosk.exam import disk

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "write_durably", full)
    exam.receive(grey_frame(), token)
    assert exam.slot("bw-right").state is SlotState.UNSAVED
    room = Room(exam=exam)
    room.presenter.on_back()
    if "ask_leaving" in room.view.names():
        room.view.last("ask_leaving")[0].pause()
    assert not room.left


def test_a_step_that_could_not_be_reported_is_not_called_nothing(clinic):
    clinic.steps.broken = True
    exam = clinic.exam("bwx-2")
    exam.accept(clinic.shoot(exam, "bw-right"))
    summary = exam.finish()
    assert summary.mpps is StepReport.FAILED
    words = [str(part) for line in summary_lines(summary) for part in (line.words, line.note)]
    assert not any("No exposure was made" in one or "Nothing to report" in one for one in words)


@pytest.mark.logs_errors
def test_a_stray_that_the_disk_does_not_take_is_kept_or_told(clinic, monkeypatch):
    spool: Spool = clinic.spool
    exams = Exams(
        clinic.templates,
        {},
        spool=spool,
        store=clinic.store,
        steps=clinic.steps,
        uids=clinic.uids,
        clock=clinic.clock,
        operator="",
        notation="fdi",
    )
    from kiosk.exam import disk

    real = disk.write_durably

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "write_durably", full)
    exams.take(grey_frame(), None)
    monkeypatch.setattr(disk, "write_durably", real)
    exams.take(grey_frame(), None)
    assert len(exams.strays()) == 2
