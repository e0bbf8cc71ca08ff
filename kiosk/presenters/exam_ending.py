"""The ways out of an exam: finish it, discontinue it with a reason, or pause it for the worklist."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.exam.machine import ExposureState
from kiosk.exam.views import SlotState
from kiosk.i18n import text
from kiosk.presenters.exam_view import ExamView, Leaving, Reason
from kiosk.presenters.ports import ExamsPort, LiveExam, SourcePort
from kiosk.presenters.work import OneAtATime
from minipacs.dicom.model import Code


class ExamEnding:
    """Asks what has to be asked and does it.

    Args:
        done: the exam is finished or discontinued, with its summary.
        paused: the exam was left as it stands.
    """

    def __init__(
        self,
        view: ExamView,
        exams: ExamsPort,
        source: SourcePort,
        work: OneAtATime,
        *,
        done: Callable[[LiveExam, object], None],
        paused: Callable[[], None],
    ) -> None:
        self._view, self._exams, self._source, self._work = view, exams, source, work
        self._done, self._paused = done, paused

    def finish(self, exam: LiveExam) -> None:
        """After a question when positions are empty; without any picture kept, after a reason."""
        slots = exam.slots()
        # A stored picture stays stored while its retake is armed.
        stored = sum(slot.state is SlotState.STORED or slot.kept > 0 for slot in slots)
        if not stored:
            self._ask_discontinue(exam)
            return
        left = len(slots) - stored
        if not left:
            self.finish_now(exam)
            return
        self._view.ask(
            text("Finish with {n} empty positions?", n=left),
            text("{stored} pictures are stored. The report says what was taken.", stored=stored),
            text("Finish"),
            lambda: self.finish_now(exam),
        )

    def finish_now(self, exam: LiveExam) -> None:
        """Without any question."""

        def work() -> object:
            self._rest(exam)
            return exam.finish()

        self._work.run(work, lambda summary: self._done(exam, summary))

    def leave(self, exam: LiveExam, finish: Callable[[], None]) -> None:
        """For the worklist, after a question when there are pictures; one of the answers is to finish."""
        if any(slot.state is SlotState.UNSAVED for slot in exam.slots()):
            self._view.show_note(
                text("A picture is only in memory. Save it again before you leave this exam.")
            )
            return
        exposures = exam.exposures()
        if not exposures:
            self.pause(exam)
            return
        self._view.ask_leaving(
            Leaving(
                pictures=sum(one.state is ExposureState.STORED for one in exposures),
                pause=lambda: self.pause(exam),
                finish=finish,
            )
        )

    def pause(self, exam: LiveExam) -> None:
        """Without any question; what was taken stays and can go on."""
        self._work.run(lambda: self._rest(exam), lambda _: self._paused())

    def _ask_discontinue(self, exam: LiveExam) -> None:
        if not exam.exposures() and not any(slot.rejected for slot in exam.slots()):
            # Nothing was begun, so there is nothing to report: finishing is only leaving.
            self.finish_now(exam)
            return
        reasons = {code.value: code for code in self._exams.discontinue_reasons()}

        def work(reason: Code) -> object:
            self._rest(exam)
            return exam.discontinue(reason)

        self._view.ask_reason(
            text("No picture is kept. Why does the exam end?"),
            text("The node is told that the exam was discontinued."),
            [Reason(code.value, code.meaning) for code in reasons.values()],
            lambda value: self._work.run(
                lambda: work(reasons[value]), lambda summary: self._done(exam, summary)
            ),
        )

    def _rest(self, exam: LiveExam) -> None:
        self._source.disarm()
        exam.disarm()
