"""The chart of teeth as it is seen from the front: taps choose, or arrows and Space."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence

from kiosk.presenters.exam_view import Jaws, Tooth
from kiosk.ui.focus import in_focus
from kiosk.ui.kit import Kit

CELL_WIDTH, CELL_HEIGHT = 52, 60
"""With the gap between them, a target of 48 at least."""
GAP, MIDLINE, JAW_GAP = 4, 16, 14


class ToothChart(tk.Canvas):
    """Two rows of teeth, of which several can be chosen. Tells `on_change` when the choice is another."""

    def __init__(
        self,
        parent: tk.Misc,
        kit: Kit,
        jaws: Jaws,
        chosen: Sequence[str],
        on_change: Callable[[], object],
        *,
        columns: int = 16,
    ) -> None:
        self.kit, self._jaws, self._on_change = kit, jaws, on_change
        self._chosen = set(chosen)
        self._columns = columns
        self._at = self._first_place()
        self._outer = str(parent.cget("background"))
        self._held: list[object] = []
        px = kit.theme.px
        super().__init__(
            parent,
            width=px(CELL_WIDTH) * columns + px(MIDLINE),
            height=2 * px(CELL_HEIGHT) + px(JAW_GAP),
            background=self._outer,
            highlightthickness=0,
            takefocus=True,
            cursor="hand2",
        )
        for sequence in ("<Configure>", "<FocusIn>", "<FocusOut>"):
            self.bind(sequence, self._repaint, add=True)
        self.bind("<Button-1>", self._pressed, add=True)
        for key, step in (("Left", (0, -1)), ("Right", (0, 1)), ("Up", (-1, 0)), ("Down", (1, 0))):
            self.bind(f"<{key}>", lambda _, step=step: self._step(*step), add=True)  # type: ignore[misc]
        self.bind("<space>", lambda _: self._toggle(*self._at), add=True)

    @property
    def chosen(self) -> list[Tooth]:
        """The chosen teeth of these rows, and of them only."""
        return [tooth for row in self._jaws for tooth in row if tooth.key in self._chosen]

    @property
    def marked(self) -> set[str]:
        """All that are chosen, those of rows shown before as well."""
        return set(self._chosen)

    def show(self, jaws: Jaws) -> None:
        """Other rows; what was chosen stays so."""
        if jaws != self._jaws:
            self._jaws = jaws
            self._at = self._first_place()
            self._repaint()

    def box(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the target of a tooth, on the canvas."""
        px = self.kit.theme.px
        count = len(self._jaws[row])
        start = (self.winfo_width() - px(CELL_WIDTH) * count - px(MIDLINE)) // 2
        left = start + px(CELL_WIDTH) * column + (px(MIDLINE) if column >= count // 2 else 0)
        top = row * (px(CELL_HEIGHT) + px(JAW_GAP))
        return left, top, left + px(CELL_WIDTH), top + px(CELL_HEIGHT)

    def _first_place(self) -> tuple[int, int]:
        for number, row in enumerate(self._jaws):
            for place, tooth in enumerate(row):
                if tooth.key in self._chosen:
                    return number, place
        return 0, len(self._jaws[0]) // 2

    def _pressed(self, event: tk.Event[tk.Misc]) -> None:
        self.focus_set()
        for number, row in enumerate(self._jaws):
            for place in range(len(row)):
                left, top, right, bottom = self.box(number, place)
                if left <= event.x < right and top <= event.y < bottom:
                    self._toggle(number, place)
                    return

    def _step(self, down: int, right: int) -> str:
        row = min(1, max(0, self._at[0] + down))
        place = min(len(self._jaws[row]) - 1, max(0, self._at[1] + right))
        self._at = row, place
        self._repaint()
        return "break"

    def _toggle(self, row: int, place: int) -> str:
        self._at = row, place
        self._chosen ^= {self._jaws[row][place].key}
        self._repaint()
        self._on_change()
        return "break"

    def _repaint(self, _event: object = None) -> None:
        if self.winfo_width() < 4:
            return
        self.delete("all")
        self._held = []
        focused = in_focus(self) is self
        for number, row in enumerate(self._jaws):
            for place, tooth in enumerate(row):
                self._paint(tooth, self.box(number, place), focused and (number, place) == self._at)

    def _paint(self, tooth: Tooth, box: tuple[int, int, int, int], at: bool) -> None:
        theme = self.kit.theme
        px, palette = theme.px, theme.palette
        left, top, right, bottom = box
        chosen, gap = tooth.key in self._chosen, px(GAP)
        outline = palette.line_strong
        if at:
            outline = palette.on_fill if chosen else palette.accent
        ground = theme.drawing.box(
            right - left - gap,
            bottom - top,
            fill=palette.primary if chosen else palette.raised,
            outer=self._outer,
            outline=outline,
            radius=px(10),
            line=px(3 if at else 1),
        )
        self._held.append(ground)
        self.create_image(left + gap // 2, top, image=ground, anchor="nw")
        self.create_text(
            (left + right) // 2,
            (top + bottom) // 2,
            text=tooth.words,
            font=theme.font(17, bold=chosen),
            fill=palette.on_fill if chosen else palette.text,
        )
