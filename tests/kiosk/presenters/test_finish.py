"""What an exam came to."""

from __future__ import annotations

import dataclasses

import pytest

from kiosk.exam.views import StepReport, Summary, WorklistClosing
from kiosk.presenters.finish import delivery_line, summary_lines
from tests.kiosk.presenters.fakes import FakeExam


def a_summary(**changes: object) -> Summary:
    exam = FakeExam()
    exam.receive(exam.arm("t1"))
    exam.accept("e1")
    return dataclasses.replace(exam.finish(), **changes)  # type: ignore[arg-type]


def said(summary: Summary) -> str:
    return " | ".join(f"{line.words.msgid} {line.note.msgid}" for line in summary_lines(summary))


def test_a_delivered_report_and_a_closed_entry_are_said() -> None:
    words = said(a_summary())
    assert "Reported to the node" in words
    assert "Worklist entry closed" in words


def test_a_waiting_report_is_never_called_done() -> None:
    words = said(a_summary(mpps=StepReport.WAITING, worklist=WorklistClosing.WAITING))
    assert "waits in the outbox" in words
    assert "still open" in words
    assert "Reported to the node" not in words


def test_a_walk_in_has_no_entry() -> None:
    assert "Walk-in" in said(a_summary(worklist=WorklistClosing.WALK_IN))


def test_empty_positions_are_counted() -> None:
    line = summary_lines(a_summary())[0]
    assert line.words.msgid == "1 picture stored"
    assert line.note.values == {"n": 2}


@pytest.mark.parametrize(
    ("states", "icon", "tone"),
    [
        ({}, "info", "muted"),
        ({"QUEUED": 3}, "queued", "warn"),
        ({"SENT": 2, "FAILED": 1}, "alert", "bad"),
        ({"SENT": 3}, "sent", "good"),
        ({"SENT": 1, "COMMITTED": 2}, "sent", "good"),
        ({"COMMITTED": 3}, "stored", "good"),
        ({"SENDING": 1, "COMMITTED": 2}, "queued", "warn"),
    ],
)
def test_the_sending_is_said_as_the_peers_answered(
    states: dict[str, int], icon: str, tone: str
) -> None:
    line = delivery_line(states)
    assert (line.icon, line.tone) == (icon, tone)


def test_sent_is_not_confirmed() -> None:
    assert "confirmed" not in delivery_line({"SENT": 3}).words.msgid
