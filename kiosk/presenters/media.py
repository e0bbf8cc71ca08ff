"""Write studies to a medium: choose the place, watch it, stop it, hear what was read back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from kiosk.i18n import NO_TEXT, Text, text
from kiosk.presenters.ports import MediaPort, Place, ProfileChoice, StudyKey, Written
from kiosk.presenters.requests import Requests
from kiosk.presenters.words import size_words
from kiosk.problems import Problem, problem_of
from kiosk.tasks import Cancelled, Job, Tasks


class MediaView(Protocol):
    """What the medium dialog can show."""

    def show_open(self, studies: int, profiles: Sequence[ProfileChoice]) -> None:
        """The dialog, for so many studies."""

    def show_places(self, places: Sequence[Place], chosen: str) -> None:
        """Where it can be written."""

    def show_ready(self, ready: bool) -> None:
        """Whether it can start."""

    def show_progress(self, fraction: float, words: Text) -> None:
        """How far it is."""

    def show_written(self, words: Text, folder: str, tone: str) -> None:
        """What was written and read back."""

    def show_stopped(self, words: Text) -> None:
        """It was cancelled; what is on the medium now."""

    def show_failed(self, problem: Problem) -> None:
        """It failed; the dialog stays, to try again."""

    def show_closed(self) -> None:
        """The dialog is gone."""


class MediaPresenter:
    """Logic of the medium dialog."""

    def __init__(self, view: MediaView, media: MediaPort, tasks: Tasks) -> None:
        self._view, self._media, self._tasks = view, media, tasks
        self._studies: tuple[StudyKey, ...] = ()
        self._folder, self._profile = "", ""
        self._places: list[Place] = []
        self._job: Job | None = None
        self._requests = Requests()

    def open(self, studies: Sequence[StudyKey]) -> None:
        """For these studies."""
        self._studies, self._folder = tuple(studies), ""
        profiles = self._media.profiles()
        self._profile = profiles[0].name if profiles else ""
        self._view.show_open(len(self._studies), profiles)
        self._view.show_ready(False)
        self._tasks.submit(
            self._media.places,
            self._requests.ask(self._arrived),
            self._requests.also(lambda error: self._view.show_failed(problem_of(error))),
        )

    def on_place(self, folder: str) -> None:
        """A place was tapped."""
        self._folder = folder
        self._view.show_places(self._places, self._folder)
        self._view.show_ready(bool(self._folder and self._profile))

    def on_other_place(self, folder: str) -> None:
        """A folder that was looked for."""
        if not folder:
            return
        path = Path(folder)
        if all(place.path != path for place in self._places):
            self._places.append(Place(path, path.name or str(path), -1))
        self.on_place(str(path))

    def on_profile(self, name: str) -> None:
        """Another profile."""
        self._profile = name

    def on_write(self) -> None:
        """Start."""
        if not self._folder or self._job is not None:
            return
        studies, folder, profile = self._studies, Path(self._folder), self._profile
        self._view.show_progress(0.0, text("Preparing …"))
        self._job = self._tasks.start(
            lambda job: self._media.write(studies, folder, profile, job),
            self._requests.ask(self._written),
            self._requests.also(self._failed),
            self._progress,
        )

    def on_cancel(self) -> None:
        """Stop what runs, or close."""
        if self._job is not None:
            self._job.cancel()
            self._view.show_progress(-1.0, text("Stopping …"))
        else:
            self._requests.drop()
            self._view.show_closed()

    def _arrived(self, places: Sequence[Place]) -> None:
        self._places = list(places)
        self._folder = str(places[0].path) if places and places[0].removable else ""
        self._view.show_places(self._places, self._folder)
        self._view.show_ready(bool(self._folder and self._profile))

    def _progress(self, fraction: float, note: str) -> None:
        if self._job is not None and not self._job.is_cancelled:
            words = text("Reading back …") if note == "verify" else text("Writing …")
            self._view.show_progress(fraction, words)

    def _written(self, written: Written) -> None:
        self._job = None
        size = size_words(written.bytes_written)
        if written.verified:
            words = text(
                "{n} images, {size}, written and read back. Every file is right.",
                n=written.instances,
                size=size,
            )
            self._view.show_written(words, str(written.folder), "good")
        else:
            words = text(
                "{n} images, {size}, written, but not read back.", n=written.instances, size=size
            )
            self._view.show_written(words, str(written.folder), "warn")

    def _failed(self, error: BaseException) -> None:
        job, self._job = self._job, None
        if isinstance(error, Cancelled) or (job is not None and job.is_cancelled):
            self._view.show_stopped(
                text("Stopped. The medium is not complete; do not hand it out.")
            )
        else:
            self._view.show_failed(problem_of(error))


def place_note(place: Place) -> Text:
    """How much room a place has."""
    if place.free_bytes < 0:
        return NO_TEXT
    return text("{size} free", size=size_words(place.free_bytes))
