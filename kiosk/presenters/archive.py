"""The archive: find a study, look at its pictures, send it, write it to a medium, check it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.i18n import NO_TEXT, Text, plain, text
from kiosk.presenters.ports import ArchivePort, Picture, StoredPicture, Study, StudyKey
from kiosk.presenters.requests import Requests
from kiosk.presenters.words import (
    SEXES,
    age,
    in_both_scripts,
    other_script,
    show_date,
    show_name,
    show_time,
)
from kiosk.problems import Problem, problem_of
from kiosk.tasks import Cancelled, Job, Tasks
from minipacs.clock import Clock

PERIODS = ("all", "today", "week", "month")
_DAYS = {"today": 0, "week": 6, "month": 30}


@dataclass(frozen=True)
class StudyRow:
    """A line of the list."""

    key: str
    name: str
    identifier: str
    born: str
    age: Text
    sex: Text
    date: str
    time: str
    title: str
    modalities: str
    images: int


@dataclass(frozen=True)
class Thumb:
    """A small picture of the study in hand."""

    key: str
    title: str
    series: str
    pixels: NDArray[np.uint8] | None
    note: Text


class ArchiveView(Protocol):
    """What the archive screen can show."""

    def show_filter(self, query: str, period: str, modality: str) -> None:
        """The filter as it is."""

    def show_rows(self, rows: Sequence[StudyRow]) -> None:
        """These studies."""

    def show_waiting(self, waiting: bool) -> None:
        """Whether a search runs."""

    def show_study(self, row: StudyRow | None) -> None:
        """The study in hand."""

    def show_thumbs(self, thumbs: Sequence[Thumb] | None) -> None:
        """Its pictures; None while they are loaded."""

    def show_picture(self, picture: Picture | None, place: Text) -> None:
        """One picture in full, over the list; None closes it."""

    def show_verified(self, words: Text, tone: str) -> None:
        """What the check of the files said."""

    def show_problem(self, problem: Problem) -> None:
        """A failure."""


class ArchivePresenter:
    """Logic of the archive screen."""

    def __init__(
        self,
        view: ArchiveView,
        archive: ArchivePort,
        tasks: Tasks,
        clock: Clock,
        *,
        send: Callable[[StudyKey], None],
        export: Callable[[Sequence[StudyKey]], None],
    ) -> None:
        self._view, self._archive, self._tasks, self._clock = view, archive, tasks, clock
        self._send, self._export = send, export
        self._query, self._period, self._modality = "", "all", ""
        self._rows: dict[str, StudyRow] = {}
        self._keys: dict[str, StudyKey] = {}
        self._chosen, self._wanted = "", ""
        self._thumbs: list[Thumb] = []
        self._open_place = -1
        self._search, self._pictures, self._full = Requests(), Requests(), Requests()
        self._verifying: Job | None = None

    def enter(self, study: StudyKey | None = None) -> None:
        """The screen is in front, perhaps for a study."""
        self._wanted = str(study) if study else ""
        if study:
            self._query, self._period, self._modality = "", "all", ""
        self._view.show_filter(self._query, self._period, self._modality)
        self._ask()

    def leave(self) -> None:
        """Another screen is in front."""
        for requests in (self._search, self._pictures, self._full):
            requests.drop()
        if self._verifying is not None:
            self._verifying.cancel()
        self.on_close_picture()

    # ---- the list

    def on_search(self, query: str) -> None:
        """The person types; each answer but the last is dropped."""
        self._query = query
        self._ask()

    def on_period(self, period: str) -> None:
        """All, today, week or month."""
        self._period = period
        self._ask()

    def on_modality(self, modality: str) -> None:
        """One modality, or all when empty."""
        self._modality = modality
        self._ask()

    def on_refresh(self) -> None:
        """Ask again."""
        self._ask()

    def _ask(self) -> None:
        query, modality = self._query, self._modality
        date_from = self._date_from()
        self._view.show_waiting(True)
        self._tasks.submit(
            lambda: self._archive.studies(query, date_from=date_from, modality=modality),
            self._search.ask(self._arrived),
            self._search.also(self._failed),
        )

    def _date_from(self) -> str:
        days = _DAYS.get(self._period)
        if days is None:
            return ""
        return f"{self._clock().date() - dt.timedelta(days=days):%Y%m%d}"

    def _arrived(self, studies: Sequence[Study]) -> None:
        self._view.show_waiting(False)
        today = self._clock().date()
        keys = [
            StudyKey(study.study_instance_uid, study.issuer, study.patient_id) for study in studies
        ]
        self._keys = {str(key): key for key in keys}
        rows = [_row(str(key), study, today) for key, study in zip(keys, studies, strict=True)]
        self._rows = {row.key: row for row in rows}
        self._view.show_rows(list(self._rows.values()))
        wanted, self._wanted = self._wanted, ""
        if wanted in self._rows:
            self.on_select(wanted)
        elif self._chosen not in self._rows:
            self._chosen = ""
            self._view.show_study(None)

    def _failed(self, error: BaseException) -> None:
        self._view.show_waiting(False)
        self._view.show_problem(problem_of(error))

    # ---- the study in hand

    def on_select(self, study: str) -> None:
        """A study was tapped."""
        key = self._keys[study]
        self._chosen = study
        self._thumbs = []
        self._view.show_study(self._rows.get(study))
        self._view.show_thumbs(None)
        self._tasks.submit(
            lambda: self._archive.pictures(key),
            self._pictures.ask(self._pictures_arrived),
            self._pictures.also(self._failed),
        )

    def _pictures_arrived(self, pictures: Sequence[StoredPicture]) -> None:
        self._thumbs = [
            Thumb(one.sop_instance_uid, one.title, one.series_title, one.thumbnail, one.note)
            for one in pictures
        ]
        self._view.show_thumbs(self._thumbs)

    def on_send(self) -> None:
        """Send the study in hand."""
        if self._chosen:
            self._send(self._keys[self._chosen])

    def on_export(self) -> None:
        """Write the study in hand to a medium."""
        if self._chosen:
            self._export([self._keys[self._chosen]])

    def on_verify(self) -> None:
        """Read every file of the study and compare its hash."""
        study = self._chosen
        if not study:
            return
        key = self._keys[study]
        if self._verifying is not None:
            self._verifying.cancel()
        self._view.show_verified(text("Reading every file …"), "muted")
        self._verifying = self._tasks.start(
            lambda job: self._archive.verify(key, job),
            lambda bad: self._verified(study, bad),
            self._not_verified,
            lambda fraction, _: self._view.show_verified(
                text("Reading every file … {n} %", n=round(100 * fraction)), "muted"
            ),
        )

    def _verified(self, study: str, bad: Sequence[str]) -> None:
        self._verifying = None
        if study != self._chosen:
            return
        if bad:
            self._view.show_verified(
                text("{n} files are damaged. Restore them from the backup.", n=len(bad)), "bad"
            )
        else:
            self._view.show_verified(text("Every file is as it was written."), "good")

    def _not_verified(self, error: BaseException) -> None:
        self._verifying = None
        self._view.show_verified(NO_TEXT, "muted")
        if not isinstance(error, Cancelled):
            self._view.show_problem(problem_of(error))

    # ---- one picture

    def on_open(self, picture: str) -> None:
        """A small picture was tapped: see it in full."""
        places = [thumb.key for thumb in self._thumbs]
        if picture in places:
            self._open(places.index(picture))

    def on_step(self, step: int) -> None:
        """The picture before or after."""
        if self._open_place >= 0 and self._thumbs:
            self._open((self._open_place + step) % len(self._thumbs))

    def on_close_picture(self) -> None:
        """Back to the list."""
        if self._open_place >= 0:
            self._open_place = -1
            self._full.drop()
            self._view.show_picture(None, NO_TEXT)

    def _open(self, place: int) -> None:
        self._open_place = place
        thumb = self._thumbs[place]
        words = text("{n} of {total}", n=place + 1, total=len(self._thumbs))
        self._tasks.submit(
            lambda: self._archive.picture(thumb.key),
            self._full.ask(lambda picture: self._view.show_picture(picture, words)),
            self._full.also(self._not_opened),
        )

    def _not_opened(self, error: BaseException) -> None:
        self.on_close_picture()
        self._view.show_problem(problem_of(error))


def _row(key: str, study: Study, today: dt.date) -> StudyRow:
    modalities = study.modalities
    words = modalities if isinstance(modalities, str) else ", ".join(modalities)
    return StudyRow(
        key=key,
        name=in_both_scripts(
            show_name(study.patient_name) or "–", other_script(study.patient_name)
        ),
        identifier=study.patient_id,
        born=show_date(study.patient_birth_date),
        age=age(study.patient_birth_date, today),
        sex=SEXES.get(study.patient_sex, NO_TEXT),
        date=show_date(study.study_date),
        time=show_time(study.study_time),
        title=study.study_description,
        modalities=words,
        images=study.instances,
    )


def image_count(count: int) -> Text:
    """`12 images`."""
    return text("1 image") if count == 1 else text("{n} images", n=count)


def blank(words: str) -> Text:
    """Words, or a dash where there are none."""
    return plain(words or "–")
