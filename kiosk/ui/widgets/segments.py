"""A choice of a few, all in sight: one tap, or the arrow keys."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kiosk.ui.focus import in_focus
from kiosk.ui.kit import Kit


@dataclass(frozen=True, slots=True)
class Segment:
    """One of the choices."""

    key: str
    words: str
    icon: str = ""


class Segments(tk.Canvas):
    """Tells `on_choose` the key that was chosen."""

    def __init__(
        self,
        parent: tk.Misc,
        kit: Kit,
        segments: Sequence[Segment],
        on_choose: Callable[[str], object],
        *,
        height: int = 48,
        size: float = 15,
    ) -> None:
        self.kit, self._segments, self._on_choose = kit, tuple(segments), on_choose
        self._size = size
        self._chosen = self._segments[0].key if self._segments else ""
        self._outer = str(parent.cget("background"))
        self._held: list[object] = []
        super().__init__(
            parent,
            height=kit.theme.px(height),
            width=self._natural_width(),
            background=self._outer,
            highlightthickness=0,
            takefocus=True,
            cursor="hand2",
        )
        for sequence in ("<Configure>", "<FocusIn>", "<FocusOut>"):
            self.bind(sequence, self._repaint, add=True)
        self.bind("<Button-1>", self._pressed, add=True)
        for key, step in (("<Left>", -1), ("<Right>", 1), ("<Up>", -1), ("<Down>", 1)):
            self.bind(key, lambda _, step=step: self._step(step), add=True)  # type: ignore[misc]

    @property
    def chosen(self) -> str:
        """The key of the choice."""
        return self._chosen

    def choose(self, key: str) -> None:
        """Show this choice; tells no one."""
        if key != self._chosen:
            self._chosen = key
            self._repaint()

    def offer(self, segments: Sequence[Segment]) -> None:
        """Other choices."""
        if tuple(segments) != self._segments:
            self._segments = tuple(segments)
            self.configure(width=self._natural_width())
            self._repaint()

    def _natural_width(self) -> int:
        theme = self.kit.theme
        font = theme.font(self._size, bold=True)
        widest = max(
            (
                font.measure(one.words) + theme.px(28 + (26 if one.icon else 0))
                for one in self._segments
            ),
            default=0,
        )
        return widest * len(self._segments)

    def _edges(self) -> list[int]:
        count = max(1, len(self._segments))
        return [round(self.winfo_width() * place / count) for place in range(count + 1)]

    def _pressed(self, event: tk.Event[tk.Misc]) -> None:
        edges = self._edges()
        for place, segment in enumerate(self._segments):
            if edges[place] <= event.x < edges[place + 1]:
                self._pick(segment.key)

    def _step(self, step: int) -> str:
        keys = [segment.key for segment in self._segments]
        place = keys.index(self._chosen) if self._chosen in keys else 0
        self._pick(keys[min(len(keys) - 1, max(0, place + step))])
        return "break"

    def _pick(self, key: str) -> None:
        if key != self._chosen:
            self._chosen = key
            self._repaint()
            self._on_choose(key)

    def _repaint(self, _event: object = None) -> None:
        width, height = self.winfo_width(), self.winfo_height()
        if width < 4 or height < 4:
            return
        theme = self.kit.theme
        px, palette = theme.px, theme.palette
        focused = in_focus(self) is self
        self.delete("all")
        ground = theme.drawing.box(
            width,
            height,
            fill=palette.raised,
            outer=self._outer,
            outline=palette.accent if focused else palette.line_strong,
            radius=px(10),
            line=px(2 if focused else 1),
        )
        self._held = [ground]
        self.create_image(0, 0, image=ground, anchor="nw")
        edges, inset = self._edges(), px(4)
        for place, segment in enumerate(self._segments):
            left, right = edges[place], edges[place + 1]
            chosen = segment.key == self._chosen
            if chosen:
                mark = theme.drawing.box(
                    right - left - 2 * inset,
                    height - 2 * inset,
                    fill=palette.primary,
                    outer=palette.raised,
                    radius=px(7),
                )
                self._held.append(mark)
                self.create_image(left + inset, inset, image=mark, anchor="nw")
            colour = palette.on_fill if chosen else palette.muted
            self._paint_one(segment, left, right, colour, chosen)

    def _paint_one(
        self, segment: Segment, left: int, right: int, colour: str, chosen: bool
    ) -> None:
        theme = self.kit.theme
        px, middle = theme.px, self.winfo_height() // 2
        font = theme.font(self._size, bold=chosen)
        icon = px(18) + px(8) if segment.icon else 0
        words = theme.fit_text(segment.words, font, right - left - icon - px(12))
        start = (left + right - icon - font.measure(words)) // 2
        if segment.icon:
            picture = theme.drawing.icon(segment.icon, px(18), colour)
            self._held.append(picture)
            self.create_image(start + px(9), middle, image=picture)
        self.create_text(start + icon, middle, text=words, font=font, fill=colour, anchor="w")
