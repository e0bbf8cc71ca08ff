"""The desk: makes the presenters out of views and ports, and goes from one screen to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from kiosk.exam.views import Summary
from kiosk.i18n import Text, text
from kiosk.presenters.activity import ActivityPresenter, ActivityView
from kiosk.presenters.archive import ArchivePresenter, ArchiveView
from kiosk.presenters.exam import ExamPresenter
from kiosk.presenters.exam_view import ExamView
from kiosk.presenters.finish import FinishPresenter, FinishView
from kiosk.presenters.media import MediaPresenter, MediaView
from kiosk.presenters.ports import Destination, LiveExam, Ports, StudyKey
from kiosk.presenters.status import StatusPresenter, StatusView
from kiosk.presenters.walk_in import WalkInPresenter, WalkInView
from kiosk.presenters.worklist import WorklistPresenter, WorklistView
from kiosk.problems import Problem, problem_of
from kiosk.tasks import Post, Tasks
from minipacs.clock import Clock

WORKLIST, WALK_IN, EXAM, FINISH, ARCHIVE, ACTIVITY = (
    "worklist",
    "walk_in",
    "exam",
    "finish",
    "archive",
    "activity",
)


class Views(Protocol):
    """The window: all views, and which is in front."""

    @property
    def worklist(self) -> WorklistView:
        """The list."""

    @property
    def walk_in(self) -> WalkInView:
        """The form."""

    @property
    def exam(self) -> ExamView:
        """The exam."""

    @property
    def finish(self) -> FinishView:
        """The summary."""

    @property
    def archive(self) -> ArchiveView:
        """The archive."""

    @property
    def activity(self) -> ActivityView:
        """Outbox and alerts."""

    @property
    def media(self) -> MediaView:
        """The medium dialog."""

    @property
    def status(self) -> StatusView:
        """The status line."""

    def bring(self, screen: str) -> None:
        """This screen in front."""

    def show_note(self, words: Text, tone: str = "muted") -> None:
        """A line that goes away by itself."""

    def show_problem(self, problem: Problem) -> None:
        """A failure."""

    def ask_destination(
        self, destinations: Sequence[Destination], chosen: Callable[[str], None]
    ) -> None:
        """Where to send."""


class Desk:
    """All presenters. The window gives each view its presenter from here."""

    def __init__(self, views: Views, ports: Ports, tasks: Tasks, post: Post, clock: Clock) -> None:
        self._views, self._ports, self._tasks = views, ports, tasks
        self._in_front = ""
        self._exam: LiveExam | None = None
        self.worklist = WorklistPresenter(
            views.worklist,
            ports.worklist,
            ports.exams,
            tasks,
            clock,
            open_exam=self.open_exam,
            walk_in=self.to_walk_in,
        )
        self.walk_in = WalkInPresenter(
            views.walk_in,
            ports.exams,
            ports.archive,
            tasks,
            clock,
            open_exam=self.open_exam,
            back=self.to_worklist,
        )
        self.exam = ExamPresenter(
            views.exam,
            ports.exams,
            ports.source,
            tasks,
            post,
            clock,
            finished=self._finished,
            leave=self.to_worklist,
        )
        self.finish = FinishPresenter(
            views.finish,
            ports.delivery,
            tasks,
            clock,
            next_patient=self.to_worklist,
            send=self.send,
            export=self.export,
            look=self.to_archive,
        )
        self.archive = ArchivePresenter(
            views.archive, ports.archive, tasks, clock, send=self.send, export=self.export
        )
        self.activity = ActivityPresenter(views.activity, ports.delivery, tasks)
        self.media = MediaPresenter(views.media, ports.media, tasks)
        self.status = StatusPresenter(
            views.status, ports.status, ports.source, tasks, post, activity=self.to_activity
        )

    @property
    def in_front(self) -> str:
        """The screen in front."""
        return self._in_front

    def start(self) -> None:
        """The first screen."""
        self.status.tick()
        self.to_worklist()

    def tick(self, count: int) -> None:
        """Once a second; each screen looks for news in its own rhythm."""
        if count % 3 == 0:
            self.status.tick()
        if self._in_front == WORKLIST and count % 30 == 0:
            self.worklist.tick()
        if self._in_front == FINISH and count % 2 == 0:
            self.finish.tick()
        if self._in_front == ACTIVITY and count % 3 == 0:
            self.activity.tick()

    # ---- from screen to screen

    def to_worklist(self) -> None:
        """The list of the day."""
        self._bring(WORKLIST)
        self.worklist.enter()

    def to_walk_in(self) -> None:
        """The form."""
        self._bring(WALK_IN)
        self.walk_in.enter()

    def to_archive(self, study: StudyKey | None = None) -> None:
        """The archive, perhaps at a study."""
        self._bring(ARCHIVE)
        self.archive.enter(study)

    def to_activity(self, tab: str = "outbox") -> None:
        """Outbox or alerts. An exam that runs is not left for it: it has a reason to be finished first."""
        if self._in_front == EXAM:
            self._views.show_note(text("Finish or pause the exam first; then look at this."))
            return
        self._bring(ACTIVITY)
        self.activity.enter(tab)

    def open_exam(self, exam: LiveExam) -> None:
        """An exam begins or goes on."""
        self._bring(EXAM)
        self.exam.open(exam)

    def _finished(self, exam: LiveExam, summary: object) -> None:
        if not isinstance(summary, Summary):
            self.to_worklist()
            return
        if not (exam.exposures() or summary.stored or summary.rejected):
            self.to_worklist()
            self._views.show_note(text("Exam closed; no exposure was made."))
            return
        self._bring(FINISH)
        self.finish.open(exam, summary)

    def _bring(self, screen: str) -> None:
        leaving = {
            WORKLIST: self.worklist.leave,
            WALK_IN: self.walk_in.leave,
            EXAM: self._ports.exams.leave,
            FINISH: self.finish.leave,
            ARCHIVE: self.archive.leave,
            ACTIVITY: self.activity.leave,
        }
        if self._in_front in leaving:
            leaving[self._in_front]()
        self._in_front = screen
        self._views.bring(screen)

    # ---- what several screens can do

    def export(self, studies: Sequence[StudyKey]) -> None:
        """Write studies to a medium."""
        self.media.open(studies)

    def send(self, study: StudyKey) -> None:
        """Choose where to send a study, then put it into the outbox."""
        destinations = self._ports.delivery.destinations()
        if not destinations:
            self._views.show_problem(
                Problem(
                    "NO-DESTINATION",
                    text("There is nowhere to send to."),
                    text("Add a node in the settings, then send again."),
                    serious=True,
                )
            )
            return
        self._views.ask_destination(destinations, lambda ae_title: self._send(study, ae_title))

    def _send(self, study: StudyKey, ae_title: str) -> None:
        def queued(count: int) -> None:
            self._views.show_note(
                text("{n} images wait in the outbox for {node}.", n=count, node=ae_title), "good"
            )
            self.status.tick()
            if self._in_front == FINISH:
                self.finish.tick()

        self._tasks.submit(
            lambda: self._ports.delivery.send(study, ae_title),
            queued,
            lambda error: self._views.show_problem(problem_of(error)),
        )
