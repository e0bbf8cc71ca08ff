"""Today's list: find the patient, look at who it is, begin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kiosk.i18n import Text, plain, text
from kiosk.presenters.ports import Entry, ExamsPort, LiveExam, RecoveredExam, WorklistPort
from kiosk.presenters.requests import Requests
from kiosk.presenters.words import Identity, identity, matches, show_name, show_time
from kiosk.problems import Problem, problem_of
from kiosk.tasks import Tasks
from minipacs.clock import Clock
from minipacs.dicom.model import PatientKind

OPEN, STARTED, DONE, STOPPED = "open", "started", "done", "stopped"
STATES = {"STARTED": STARTED, "COMPLETED": DONE, "DISCONTINUED": STOPPED}


@dataclass(frozen=True)
class WorklistRow:
    """A line of the list."""

    key: str
    time: str
    identity: Identity
    exam: str
    accession: str
    modality: str
    state: str
    """open, started, done or stopped."""


@dataclass(frozen=True)
class TemplateChoice:
    """A mount to choose."""

    key: str
    title: str
    pictures: int
    kind: str


@dataclass(frozen=True)
class Chosen:
    """The entry in hand, for a second look before anything is armed."""

    row: WorklistRow
    reason: str
    referrer: str
    templates: tuple[TemplateChoice, ...]
    template: str


class WorklistView(Protocol):
    """What the screen can show."""

    def show_day(self, day: dt.date, is_today: bool) -> None:
        """The day of the list."""

    def show_rows(self, rows: Sequence[WorklistRow], query: str) -> None:
        """These lines, in this order."""

    def show_chosen(self, chosen: Chosen | None) -> None:
        """The entry in hand."""

    def show_state(self, words: Text, tone: str) -> None:
        """Where the list comes from and from when, or why it is old."""

    def show_waiting(self, waiting: bool) -> None:
        """Whether the node was asked and has not answered."""

    def show_news(self, count: int) -> None:
        """How many entries came since; they are added when the person asks."""

    def show_recovered(self, exams: Sequence[RecoveredExam]) -> None:
        """Exams broken off, as a banner; none hides it."""

    def show_opening(self, opening: bool) -> None:
        """Whether the exam is being opened."""

    def show_problem(self, problem: Problem) -> None:
        """A failure."""


class WorklistPresenter:
    """Logic of the worklist screen."""

    def __init__(
        self,
        view: WorklistView,
        worklist: WorklistPort,
        exams: ExamsPort,
        tasks: Tasks,
        clock: Clock,
        *,
        open_exam: Callable[[LiveExam], None],
        walk_in: Callable[[], None],
    ) -> None:
        self._view, self._worklist, self._exams = view, worklist, exams
        self._tasks, self._clock = tasks, clock
        self._open_exam, self._walk_in = open_exam, walk_in
        self._asked, self._opening = Requests(), Requests()
        self._day = clock().date()
        self._follows_today = True
        self._rows: list[WorklistRow] = []
        self._entries: dict[str, Entry] = {}
        self._newer: Sequence[Entry] | None = None
        self._loaded_at: dt.datetime | None = None
        self._query, self._chosen, self._template = "", "", ""

    # ---- coming and going

    def enter(self) -> None:
        """The screen is in front: show what is known and ask anew."""
        if self._follows_today and self._day != self._clock().date():
            self._turn_to(self._clock().date())
            return
        self._view.show_day(self._day, self._is_today)
        self._show()
        self.on_refresh()
        self._tasks.submit(self._exams.recovered, self._view.show_recovered)

    def leave(self) -> None:
        """Another screen is in front; late answers are dropped."""
        self._asked.drop()
        self._opening.drop()

    # ---- the list

    def on_search(self, query: str) -> None:
        """The person types."""
        self._query = query
        self._show()

    def on_day(self, step: int) -> None:
        """To the day before (-1), the day after (1), or today (0)."""
        today = self._clock().date()
        day = today if step == 0 else self._day + dt.timedelta(days=step)
        self._follows_today = day == today
        if day != self._day or step == 0:
            self._turn_to(day)

    def on_refresh(self) -> None:
        """The person wants the list as it is now, new entries in their places."""
        self._ask(self._arrived)

    def tick(self) -> None:
        """Every half minute: look for news without moving anything under the finger."""
        self._ask(self._arrived_quietly, quiet=True)

    def on_news(self) -> None:
        """The person wants to see what came since."""
        if self._newer is not None:
            self._take(self._newer)

    def _turn_to(self, day: dt.date) -> None:
        self._day = day
        self._rows, self._entries, self._loaded_at, self._newer = [], {}, None, None
        self._chosen = ""
        self._view.show_day(day, self._is_today)
        self._view.show_chosen(None)
        self._show()
        self.on_refresh()

    @property
    def _is_today(self) -> bool:
        return self._day == self._clock().date()

    def _ask(self, arrived: Callable[[Sequence[Entry]], None], *, quiet: bool = False) -> None:
        day = self._day
        if not quiet:
            self._view.show_waiting(True)
        self._tasks.submit(
            lambda: self._worklist.entries(day),
            self._asked.ask(arrived),
            self._asked.also(self._unreachable),
        )

    def _arrived(self, entries: Sequence[Entry]) -> None:
        self._view.show_waiting(False)
        self._take(entries)

    def _arrived_quietly(self, entries: Sequence[Entry]) -> None:
        """States change in place; nothing is added, removed or moved."""
        self._view.show_waiting(False)
        if self._loaded_at is None:
            self._take(entries)
            return
        fresh = {_key(entry): entry for entry in entries}
        self._rows = [self._row(fresh[row.key]) if row.key in fresh else row for row in self._rows]
        self._entries.update({key: fresh[key] for key in self._entries if key in fresh})
        news = [key for key in fresh if key not in self._entries]
        gone = [key for key in self._entries if key not in fresh]
        self._newer = entries if news or gone else None
        self._loaded_at = self._clock()
        self._view.show_news(len(news))
        self._say_from_when()
        self._show()
        if self._chosen:
            self._show_chosen()  # what is shown is what the exam would have

    def _take(self, entries: Sequence[Entry]) -> None:
        self._newer, self._loaded_at = None, self._clock()
        self._entries = {_key(entry): entry for entry in entries}
        rows = [self._row(entry) for entry in self._entries.values()]
        self._rows = sorted(rows, key=lambda row: (row.time, row.identity.name, row.key))
        self._view.show_news(0)
        self._say_from_when()
        self._show()
        if self._chosen not in self._entries:
            self._chosen = ""
        self._show_chosen()

    def _unreachable(self, error: BaseException) -> None:
        self._view.show_waiting(False)
        node = self._worklist.node
        if self._loaded_at is None:
            words = text(
                "{node} does not answer. Walk-in exams work; pictures are stored here.", node=node
            )
        else:
            words = text(
                "{node} does not answer. This is the list of {time}; walk-in exams work.",
                node=node,
                time=f"{self._loaded_at:%H:%M}",
            )
        self._view.show_state(words, "warn")

    def _say_from_when(self) -> None:
        if self._loaded_at is not None:
            words = text(
                "From {node} at {time}", node=self._worklist.node, time=f"{self._loaded_at:%H:%M}"
            )
            self._view.show_state(words, "muted")

    def _show(self) -> None:
        wanted = [
            row
            for row in self._rows
            if matches(
                self._query,
                self._entries[row.key].patient.name,
                row.identity.identifier,
                row.exam,
                row.modality,
                row.accession,
                self._entries[row.key].patient.responsible_person,
            )
        ]
        self._view.show_rows(wanted, self._query)
        if self._chosen and self._chosen not in {row.key for row in wanted}:
            # Never begin an exam for someone who is out of sight.
            self._chosen = ""
            self._view.show_chosen(None)

    def _row(self, entry: Entry) -> WorklistRow:
        order = entry.order
        return WorklistRow(
            key=_key(entry),
            time=show_time(order.start_time),
            identity=identity(entry.patient, self._clock().date()),
            exam=order.step_description
            or order.requested_procedure_description
            or order.study_description,
            accession=order.accession_number,
            modality=order.modality,
            state=STATES.get(entry.status, OPEN),
        )

    # ---- the entry in hand

    def on_select(self, key: str) -> None:
        """A row was tapped: show who it is, nothing more."""
        self._chosen = key
        entry = self._entries.get(key)
        self._template = self._exams.suggest(entry.order) if entry else ""
        self._show_chosen()

    def on_template(self, key: str) -> None:
        """Another mount for the entry in hand."""
        self._template = key

    def on_start(self) -> None:
        """Begin the exam of the entry in hand."""
        entry = self._entries.get(self._chosen)
        if entry is None:
            return
        patient, order, template = entry.patient, entry.order, self._template
        self._open(lambda: self._exams.open(patient, order, template))

    def on_walk_in(self) -> None:
        """Someone who is not on the list."""
        self._walk_in()

    def on_resume(self, exam_id: str) -> None:
        """Go on with an exam that was broken off."""
        self._open(lambda: self._exams.resume(exam_id))

    def _open(self, work: Callable[[], LiveExam]) -> None:
        self._view.show_opening(True)
        self._tasks.submit(
            work, self._opening.ask(self._opened), self._opening.also(self._not_opened)
        )

    def _opened(self, exam: LiveExam) -> None:
        self._view.show_opening(False)
        self._open_exam(exam)

    def _not_opened(self, error: BaseException) -> None:
        self._view.show_opening(False)
        self._view.show_problem(problem_of(error))

    def _show_chosen(self) -> None:
        entry = self._entries.get(self._chosen)
        if entry is None:
            self._view.show_chosen(None)
            return
        order = entry.order
        self._view.show_chosen(
            Chosen(
                row=self._row(entry),
                reason=order.reason,
                referrer=show_name(order.referring_physician),
                templates=template_choices(self._exams, entry.patient.kind),
                template=self._template,
            )
        )


def template_choices(exams: ExamsPort, kind: PatientKind) -> tuple[TemplateChoice, ...]:
    """The mounts for a kind of patient; those of other kinds come last."""
    templates = sorted(exams.templates(), key=lambda one: one.patient_kind is not kind)
    return tuple(TemplateChoice(one.key, one.title, len(one.tiles), one.kind) for one in templates)


def _key(entry: Entry) -> str:
    order = entry.order
    return order.step_id + "/" + order.study_instance_uid + "/" + entry.patient.identifier


def modality_words(modality: str) -> Text:
    """A modality in words."""
    return MODALITIES.get(modality, plain(modality))


MODALITIES = {
    "IO": text("Intra-oral X-ray"),
    "PX": text("Panoramic X-ray"),
    "DX": text("X-ray"),
    "CR": text("X-ray (plate)"),
    "XC": text("Photo"),
    "ES": text("Camera"),
    "US": text("Ultrasound"),
    "OT": text("Document"),
    "SC": text("Document"),
}
