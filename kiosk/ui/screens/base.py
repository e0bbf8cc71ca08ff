"""What every screen is."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from typing import Protocol

from kiosk.i18n import NO_TEXT, Text
from kiosk.problems import Problem
from kiosk.ui.dialogs import Sheets
from kiosk.ui.kit import Kit


class Front(Protocol):
    """The window, as its screens see it."""

    @property
    def sheets(self) -> Sheets:
        """Dialogs."""

    def show_note(self, words: Text, tone: str = "muted") -> None:
        """A line that goes away by itself."""

    def moves(self, screen: Screen) -> dict[str, Callable[[], object]]:
        """The keys that lead from a screen to the rooms."""

    def show_problem(
        self,
        problem: Problem,
        again: Text = NO_TEXT,
        try_again: Callable[[], None] | None = None,
    ) -> None:
        """A failure."""


class Screen(tk.Frame):
    """A passive frame. `has_header` tells whether the window's own header stays above it."""

    has_header = True

    def __init__(self, parent: tk.Misc, kit: Kit, front: Front) -> None:
        super().__init__(parent, background=kit.theme.palette.ground)
        self.kit, self.front = kit, front

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Its actions, by their names in the table of keys."""
        return {}

    def first_focus(self) -> tk.Misc:
        """What has the focus when it comes to the front."""
        return self

    def show_note(self, words: Text) -> None:
        """A line that goes away by itself."""
        self.front.show_note(words)

    def show_problem(
        self,
        problem: Problem,
        again: Text = NO_TEXT,
        try_again: Callable[[], None] | None = None,
    ) -> None:
        """A failure."""
        self.front.show_problem(problem, again, try_again)
