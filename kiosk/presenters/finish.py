"""What an exam came to: only what is true, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kiosk.exam.views import StepReport, Summary, WorklistClosing
from kiosk.i18n import NO_TEXT, Text, plain, text
from kiosk.presenters.ports import DeliveryPort, LiveExam, StudyKey
from kiosk.presenters.requests import Requests
from kiosk.presenters.words import Identity, identity
from kiosk.tasks import Tasks
from minipacs.clock import Clock


@dataclass(frozen=True)
class Line:
    """One fact. `tone` good, warn, bad or muted; `icon` gives it a shape too."""

    icon: str
    words: Text
    note: Text
    tone: str


class FinishView(Protocol):
    """What the finish screen can show."""

    def show_summary(
        self, who: Identity, exam: str, lines: Sequence[Line], has_images: bool
    ) -> None:
        """The facts of the exam."""

    def show_delivery(self, line: Line) -> None:
        """How far the sending is; comes again when that changes."""


class FinishPresenter:
    """Logic of the finish screen."""

    def __init__(
        self,
        view: FinishView,
        delivery: DeliveryPort,
        tasks: Tasks,
        clock: Clock,
        *,
        next_patient: Callable[[], None],
        send: Callable[[StudyKey], None],
        export: Callable[[Sequence[StudyKey]], None],
        look: Callable[[StudyKey], None],
    ) -> None:
        self._view, self._delivery, self._tasks, self._clock = view, delivery, tasks, clock
        self._next_patient, self._send, self._export = next_patient, send, export
        self._look = look
        self._study: StudyKey | None = None
        self._requests = Requests()

    def open(self, exam: LiveExam, summary: Summary) -> None:
        """The exam just ended."""
        patient = exam.patient
        self._study = StudyKey(summary.study_instance_uid, patient.issuer, patient.identifier)
        self._view.show_summary(
            identity(exam.patient, self._clock().date()),
            exam.template.title,
            summary_lines(summary),
            bool(summary.stored),
        )
        self.tick()

    def tick(self) -> None:
        """Now and then: how far is the sending?"""
        if self._study:
            study = self._study
            self._tasks.submit(
                lambda: self._delivery.study_states(study),
                self._requests.ask(lambda states: self._view.show_delivery(delivery_line(states))),
            )

    def leave(self) -> None:
        """Another screen is in front."""
        self._requests.drop()
        self._study = None

    def on_next(self) -> None:
        """To the list."""
        self._next_patient()

    def on_send(self) -> None:
        """Choose where to send."""
        if self._study:
            self._send(self._study)

    def on_export(self) -> None:
        """Write a medium."""
        if self._study:
            self._export([self._study])

    def on_look(self) -> None:
        """See the study in the archive."""
        if self._study:
            self._look(self._study)


def summary_lines(summary: Summary) -> list[Line]:
    """The facts of a summary, the weightiest first."""
    lines = [_stored(summary)]
    if summary.unresolved:
        lines.append(
            Line(
                "judge",
                text("{n} pictures are not decided", n=len(summary.unresolved)),
                text("They are safe; go on with the exam from the worklist."),
                "warn",
            )
        )
    if summary.rejected:
        reasons = ", ".join(
            f"{count} × {meaning}" for meaning, count in summary.reject_reasons.items()
        )
        lines.append(
            Line("rejected", text("{n} rejected", n=summary.rejected), plain(reasons), "muted")
        )
    if summary.quarantined:
        lines.append(
            Line(
                "alert",
                text("{n} pictures came without a position", n=summary.quarantined),
                text("They are kept aside and belong to no patient yet."),
                "warn",
            )
        )
    lines.append(_reported(summary))
    lines.append(_worklist(summary))
    return lines


def _stored(summary: Summary) -> Line:
    count = len(summary.stored)
    if not count:
        return Line("empty", text("No picture was stored"), NO_TEXT, "muted")
    words = text("1 picture stored") if count == 1 else text("{n} pictures stored", n=count)
    left = len(summary.left)
    note = (
        text("{n} positions of the mount stayed empty.", n=left)
        if left
        else text("The mount is complete.")
    )
    return Line("stored", words, note, "good")


def _reported(summary: Summary) -> Line:
    notes = " ".join(step.note for step in summary.steps if step.note)
    if summary.mpps is StepReport.DELIVERED:
        return Line(
            "stored", text("Reported to the node"), text("The performed step is closed."), "good"
        )
    if summary.mpps is StepReport.WAITING:
        return Line(
            "working",
            text("The report waits in the outbox"),
            plain(notes) or text("The node did not answer; it is tried again by itself."),
            "warn",
        )
    if summary.mpps is StepReport.FAILED:
        return Line(
            "alert",
            text("The report could not be sent"),
            plain(notes) or text("The pictures are safe; tell whoever keeps the worklist."),
            "bad",
        )
    return Line("empty", text("Nothing to report"), text("No exposure was made."), "muted")


def _worklist(summary: Summary) -> Line:
    if summary.worklist is WorklistClosing.CLOSED:
        return Line("stored", text("Worklist entry closed"), NO_TEXT, "good")
    if summary.worklist is WorklistClosing.WAITING:
        return Line(
            "working",
            text("Worklist entry still open"),
            text("It closes when the report arrives."),
            "warn",
        )
    if summary.worklist is WorklistClosing.OPEN:
        return Line("empty", text("Worklist entry stays open"), NO_TEXT, "muted")
    return Line("info", text("Walk-in: there was no worklist entry"), NO_TEXT, "muted")


def delivery_line(states: Mapping[str, int]) -> Line:
    """How far the sending is, by the peers' own answers."""
    total = sum(states.values())
    failed = states.get("FAILED", 0)
    waiting = states.get("QUEUED", 0) + states.get("SENDING", 0)
    sent, committed = states.get("SENT", 0), states.get("COMMITTED", 0)
    if not total:
        return Line("info", text("Not sent anywhere"), text("No destination is set."), "muted")
    if failed:
        return Line(
            "alert",
            text("{n} of {total} were refused", n=failed, total=total),
            text("The outbox has the reasons."),
            "bad",
        )
    if waiting:
        return Line(
            "queued",
            text("{n} of {total} wait to be sent", n=waiting, total=total),
            text("{n} sent, {m} confirmed.", n=sent + committed, m=committed),
            "warn",
        )
    if committed == total:
        return Line(
            "stored",
            text("All {n} sent and confirmed", n=total),
            text("Storage commitment."),
            "good",
        )
    return Line(
        "sent",
        text("All {n} sent", n=total),
        text("{m} confirmed by storage commitment so far.", m=committed),
        "good",
    )
