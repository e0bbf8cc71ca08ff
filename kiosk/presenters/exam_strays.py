"""Frames without a position: shown below the mount, adopted after a question."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.exam.views import SlotState, SlotView
from kiosk.i18n import plain, text
from kiosk.presenters.exam_view import ExamView, StrayView
from kiosk.presenters.ports import ExamsPort, LiveExam, Stray
from kiosk.presenters.work import OneAtATime
from kiosk.tasks import Tasks


class ExamStrays:
    """The strip of unmounted pictures."""

    def __init__(self, view: ExamView, exams: ExamsPort, tasks: Tasks, work: OneAtATime) -> None:
        self._view, self._exams, self._tasks, self._work = view, exams, tasks, work

    def ask(self) -> None:
        """Look for them anew."""
        self._tasks.submit(self._exams.strays, self._show)

    def offer(self, exam: LiveExam, entry_id: str, slot: SlotView | None, position: str) -> None:
        """One was tapped: it may be put into the position in hand."""
        if slot is None or slot.state not in (SlotState.EMPTY, SlotState.ARMED):
            self._view.show_note(text("Choose an empty position for it first."))
            return
        self._view.ask(
            text("Put this picture into {position}?", position=position),
            text(
                "It came without a position. Do this only when you know that it shows this "
                "patient and this position; you will still accept or reject it."
            ),
            text("Put it there"),
            lambda: self._work.run(lambda: exam.adopt(entry_id, slot.key), lambda _: self.ask()),
        )

    def _show(self, strays: Sequence[Stray]) -> None:
        self._view.show_strays(
            [
                StrayView(one.entry_id, f"{one.came_at:%H:%M}", plain(one.reason), one.thumbnail)
                for one in strays
            ]
        )
