"""What the exam screen can show, and the plain values that it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.i18n import NO_TEXT, Text
from kiosk.presenters.ports import Picture, SourceLine
from kiosk.presenters.words import Identity
from kiosk.problems import Problem


@dataclass(frozen=True)
class MountTile:
    """A position of the mount on the screen."""

    key: str
    box: tuple[float, float, float, float]
    """x, y, width, height, as fractions of the mount."""
    label: str
    order: int
    state: str
    """empty, armed, unsaved, judge, storing or stored."""
    exposure_id: str = ""
    rejected: int = 0
    offered: bool = False
    """A picture is being moved, and could come here."""
    target: bool = False
    """It would come here."""


@dataclass(frozen=True)
class Actions:
    """What can be done now; `lead` names the button that comes next (capture, accept, move, next, finish or none)."""

    capture: Text
    can_capture: bool = False
    can_disarm: bool = False
    can_accept: bool = False
    can_retake: bool = False
    can_move: bool = False
    can_next: bool = False
    can_finish: bool = False
    lead: str = ""
    hint: Text = NO_TEXT
    tone: str = "muted"
    stored: int = 0
    total: int = 0
    busy: bool = False
    moving: bool = False
    """A picture is in hand: `can_accept` puts it down, `can_move` leaves it where it is."""


NO_ACTIONS = Actions(NO_TEXT)


@dataclass(frozen=True)
class Reason:
    """A coded reason to choose with one tap."""

    key: str
    words: str


@dataclass(frozen=True)
class Tooth:
    """A tooth of the chart."""

    key: str
    """FDI number."""
    words: str
    """As the settings' notation writes it."""


Jaws = tuple[tuple[Tooth, ...], tuple[Tooth, ...]]
"""The upper and the lower row as they are seen from the front: the patient's right comes first."""


@dataclass(frozen=True)
class TeethQuestion:
    """Which teeth a position will show. Asked before the exposure; nothing is assumed, at most proposed."""

    title: Text
    note: Text
    permanent: Jaws
    deciduous: Jaws
    proposed: tuple[str, ...]
    chosen: Callable[[Sequence[str]], None]
    """Gets one key or more."""


@dataclass(frozen=True)
class Leaving:
    """The exam is left: pause it, or finish it, or stay."""

    pictures: int
    pause: Callable[[], None]
    finish: Callable[[], None]


@dataclass(frozen=True)
class StrayView:
    """A frame that belongs nowhere yet."""

    entry_id: str
    time: str
    reason: Text
    thumbnail: NDArray[np.uint8] | None


class ExamView(Protocol):
    """The exam screen."""

    def show_patient(self, who: Identity, template: str, exam: str, accession: str) -> None:
        """The banner: who is in the chair."""

    def show_mount(self, tiles: Sequence[MountTile], aspect: float, selected: str) -> None:
        """The mount, in labial layout."""

    def show_thumbnail(self, exposure_id: str, pixels: NDArray[np.uint8]) -> None:
        """The small picture of an exposure, for its tile."""

    def show_picture(self, picture: Picture | None, instead: Text) -> None:
        """The picture in full, or the words that stand in its place."""

    def show_actions(self, actions: Actions) -> None:
        """The buttons and the sentence above them."""

    def show_source(self, line: SourceLine) -> None:
        """The capture source."""

    def show_strays(self, strays: Sequence[StrayView]) -> None:
        """The strip of unmounted pictures."""

    def show_note(self, words: Text) -> None:
        """A line that goes away by itself."""

    def show_problem(
        self,
        problem: Problem,
        again: Text = NO_TEXT,
        try_again: Callable[[], None] | None = None,
    ) -> None:
        """A failure, with a button to try again where that makes sense."""

    def ask_reason(
        self,
        title: Text,
        note: Text,
        reasons: Sequence[Reason],
        chosen: Callable[[str], None],
    ) -> None:
        """One tap chooses; Escape goes back."""

    def ask_teeth(self, question: TeethQuestion) -> None:
        """The chart; Enter confirms, Escape goes back."""

    def ask(self, title: Text, note: Text, yes: Text, do: Callable[[], None]) -> None:
        """A question with a named yes; Escape is no."""

    def ask_leaving(self, leaving: Leaving) -> None:
        """Pause, finish, or stay."""

    def ask_files(self, chosen: Callable[[Sequence[Path]], None]) -> None:
        """Choose picture files."""
