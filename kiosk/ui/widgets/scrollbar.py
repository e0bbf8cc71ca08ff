"""A scroll bar wide enough for a finger."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable

from kiosk.ui.kit import Kit

WIDTH = 18


class Scrollbar(tk.Canvas):
    """Shows and moves a part `first` to `last` (0 to 1) of a whole; hidden when all is in sight."""

    def __init__(self, parent: tk.Misc, kit: Kit, on_move: Callable[[float], object]) -> None:
        self.kit, self._on_move = kit, on_move
        self._first, self._last, self._grip = 0.0, 1.0, 0.0
        super().__init__(
            parent,
            width=kit.theme.px(WIDTH),
            background=str(parent.cget("background")),
            highlightthickness=0,
            takefocus=False,
        )
        self.bind("<Configure>", self._repaint, add=True)
        self.bind("<Button-1>", self._pressed, add=True)
        self.bind("<B1-Motion>", self._dragged, add=True)

    def set(self, first: float, last: float) -> None:
        """The part in sight."""
        if (first, last) != (self._first, self._last):
            self._first, self._last = first, last
            self._repaint()

    def _pressed(self, event: tk.Event[tk.Misc]) -> None:
        at = event.y / max(1, self.winfo_height())
        inside = self._first <= at <= self._last
        self._grip = at - self._first if inside else (self._last - self._first) / 2
        self._dragged(event)

    def _dragged(self, event: tk.Event[tk.Misc]) -> None:
        at = event.y / max(1, self.winfo_height())
        span = self._last - self._first
        self._on_move(min(1 - span, max(0.0, at - self._grip)))

    def _repaint(self, _event: object = None) -> None:
        self.delete("all")
        if self._last - self._first >= 0.999:
            return
        theme = self.kit.theme
        height = self.winfo_height()
        thick = theme.px(8)
        top = round(self._first * height)
        long = max(theme.px(32), round((self._last - self._first) * height))
        top = min(top, height - long)
        left = (self.winfo_width() - thick) // 2
        self._thumb = theme.drawing.box(
            thick,
            max(4, long),
            fill=theme.palette.line_strong,
            outer=str(self.cget("background")),
            radius=thick // 2,
        )
        self.create_image(left, top, image=self._thumb, anchor="nw")
