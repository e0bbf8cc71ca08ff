"""A list of rows, drawn only where it is seen: thousands of lines scroll as smoothly as ten."""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kiosk.ui.focus import in_focus
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.scrollbar import Scrollbar

DRAG_STARTS = 8
SETTLED_S = 0.4
"""A tap this soon after rows changed their places was meant for what stood there before."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one column of a row: words, a smaller line below, an icon before, a tone, a frame around."""

    words: str = ""
    sub: str = ""
    icon: str = ""
    tone: str = "text"
    bold: bool = False
    chip: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its width in design pixels, and its share of what is left over."""

    title: str
    width: int
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row and the key that stands for it."""

    key: str
    cells: tuple[Cell, ...]
    faded: bool = False


class RowList(tk.Frame):
    """Tells `on_select` the key of the row in hand, `on_open` when it is tapped twice or Enter is pressed."""

    def __init__(
        self,
        parent: tk.Misc,
        kit: Kit,
        columns: Sequence[Column],
        *,
        on_select: Callable[[str], object] | None = None,
        on_open: Callable[[str], object] | None = None,
        row_height: int = 60,
    ) -> None:
        ground = str(parent.cget("background"))
        super().__init__(parent, background=ground)
        self.kit, self._columns = kit, tuple(columns)
        self._on_select, self._on_open = on_select, on_open
        px = kit.theme.px
        self._row = px(row_height)
        self._head = px(34) if any(column.title for column in columns) else 0
        self.rows: tuple[ListRow, ...] = ()
        self.selected = ""
        self._empty: tuple[str, str, str] = ("", "", "")
        self._top = 0
        self._press: tuple[int, int, bool] | None = None
        self._over = -1
        self._moved_at = -SETTLED_S
        self._held: list[object] = []
        self._pending = False
        self.canvas = tk.Canvas(
            self,
            background=ground,
            highlightthickness=0,
            takefocus=True,
            width=px(240),
            height=px(120),
        )
        self._bar = Scrollbar(self, kit, self._scroll_to)
        self._bar.pack(side="right", fill="y", pady=(self._head, 0))
        self.canvas.pack(side="left", fill="both", expand=True)
        self._listen()

    def show(self, rows: Sequence[ListRow]) -> None:
        """These rows. Place and selection stay where they can."""
        places = {row.key: place for place, row in enumerate(self.rows)}
        self.rows = tuple(rows)
        if any(places.get(row.key, place) != place for place, row in enumerate(self.rows)):
            self._moved_at = time.monotonic()
        if self.selected not in {row.key for row in self.rows}:
            self.selected = ""
        self._clamp()
        self.repaint_soon()

    def say_empty(self, icon: str, words: str, sub: str = "") -> None:
        """What stands there when there are no rows."""
        self._empty = (icon, words, sub)
        self.repaint_soon()

    def select(self, key: str, *, tell: bool = False) -> None:
        """Take a row in hand and bring it into sight."""
        if key != self.selected:
            self.selected = key
            self.repaint_soon()
        place = self._place_of(key)
        if place >= 0:
            self._see(place)
        if tell and self._on_select is not None:
            self._on_select(key)

    def repaint_soon(self) -> None:
        """Draw once when Tk is idle, however often it is asked for."""
        if not self._pending:
            self._pending = True
            self.after_idle(self._repaint)

    # ---- the person

    def _listen(self) -> None:
        canvas = self.canvas
        canvas.bind("<Configure>", lambda _: self._resized(), add=True)
        for sequence in ("<FocusIn>", "<FocusOut>"):
            canvas.bind(sequence, lambda _: self.repaint_soon(), add=True)
        canvas.bind("<ButtonPress-1>", self._pressed, add=True)
        canvas.bind("<B1-Motion>", self._dragged, add=True)
        canvas.bind("<ButtonRelease-1>", self._released, add=True)
        canvas.bind("<Double-Button-1>", self._opened, add=True)
        canvas.bind("<Motion>", self._moved, add=True)
        canvas.bind("<Leave>", lambda _: self._hover(-1), add=True)
        canvas.bind("<MouseWheel>", lambda event: self._scroll(-event.delta // 60), add=True)
        canvas.bind("<Button-4>", lambda _: self._scroll(-2), add=True)
        canvas.bind("<Button-5>", lambda _: self._scroll(2), add=True)
        for key, step in (
            ("<Up>", -1),
            ("<Down>", 1),
            ("<Prior>", -8),
            ("<Next>", 8),
            ("<Home>", -(10**9)),
            ("<End>", 10**9),
        ):
            canvas.bind(key, lambda _, step=step: self._step(step), add=True)  # type: ignore[misc]
        for key in ("<Return>", "<KP_Enter>", "<space>"):
            canvas.bind(key, self._opened_by_key, add=True)

    def _resized(self) -> None:
        self._clamp()
        self.repaint_soon()

    def _row_at(self, y: int) -> int:
        if y < self._head:
            return -1
        place = (y - self._head + self._top) // self._row
        return place if place < len(self.rows) else -1

    def _pressed(self, event: tk.Event[tk.Misc]) -> None:
        self.canvas.focus_set()
        self._press = (event.y, self._top, False)

    def _dragged(self, event: tk.Event[tk.Misc]) -> None:
        if self._press is None:
            return
        start, top, moved = self._press
        if moved or abs(event.y - start) > self.kit.theme.px(DRAG_STARTS):
            self._press = (start, top, True)
            self._top = top - (event.y - start)
            self._clamp()
            self.repaint_soon()

    def _released(self, event: tk.Event[tk.Misc]) -> None:
        press, self._press = self._press, None
        if press is None or press[2]:
            return
        if time.monotonic() - self._moved_at < SETTLED_S:
            return  # aimed at what stood there before: the next one could be another patient
        place = self._row_at(event.y)
        if place >= 0:
            self.select(self.rows[place].key, tell=True)

    def _opened(self, event: tk.Event[tk.Misc]) -> None:
        place = self._row_at(event.y)
        if place < 0:
            return
        if self.rows[place].key != self.selected:
            self._pressed(event)  # the tap before it chose nothing, so this one is the first
        elif self._on_open is not None:
            self._on_open(self.rows[place].key)

    def _opened_by_key(self, _event: object) -> str:
        if self.selected and self._on_open is not None:
            self._on_open(self.selected)
        return "break"

    def _moved(self, event: tk.Event[tk.Misc]) -> None:
        self._hover(self._row_at(event.y))

    def _hover(self, place: int) -> None:
        if place != self._over:
            self._over = place
            self.repaint_soon()

    def _step(self, step: int) -> str:
        if self.rows:
            place = self._place_of(self.selected)
            place = 0 if place < 0 else min(len(self.rows) - 1, max(0, place + step))
            self.select(self.rows[place].key, tell=True)
        return "break"

    # ---- where it is

    def _place_of(self, key: str) -> int:
        return next((place for place, row in enumerate(self.rows) if row.key == key), -1)

    def _room(self) -> int:
        return max(1, self.canvas.winfo_height() - self._head)

    def _scroll(self, rows: float) -> None:
        self._top += round(rows * self._row / 2)
        self._clamp()
        self.repaint_soon()

    def _scroll_to(self, first: float) -> None:
        self._top = round(first * len(self.rows) * self._row)
        self._clamp()
        self.repaint_soon()

    def _see(self, place: int) -> None:
        top, bottom = place * self._row, (place + 1) * self._row
        if top < self._top:
            self._top = top
        elif bottom > self._top + self._room():
            self._top = bottom - self._room()
        self._clamp()
        self.repaint_soon()

    def _clamp(self) -> None:
        self._top = max(0, min(self._top, len(self.rows) * self._row - self._room()))

    # ---- drawing

    def _widths(self) -> list[tuple[int, int]]:
        px = self.kit.theme.px
        pad = px(16)
        fixed = [px(column.width) for column in self._columns]
        left_over = max(0, self.canvas.winfo_width() - sum(fixed) - 2 * pad)
        shares = sum(column.share for column in self._columns) or 1
        spans, x = [], pad
        for column, width in zip(self._columns, fixed, strict=True):
            wide = width + round(left_over * column.share / shares)
            spans.append((x, wide - px(12)))
            x += wide
        return spans

    def _repaint(self) -> None:
        self._pending = False
        canvas = self.canvas
        canvas.delete("all")
        self._held.clear()
        width = canvas.winfo_width()
        if width < 8:
            return
        whole = len(self.rows) * self._row
        if whole:
            self._bar.set(self._top / whole, min(1.0, (self._top + self._room()) / whole))
        else:
            self._bar.set(0, 1)
            self._paint_empty()
        spans = self._widths()
        first = self._top // self._row
        last = min(len(self.rows), (self._top + self._room()) // self._row + 1)
        for place in range(first, last):
            top = self._head + place * self._row - self._top
            self._paint_row(place, top, spans)
        self._paint_head(spans)

    def _paint_head(self, spans: list[tuple[int, int]]) -> None:
        if not self._head:
            return
        theme, canvas = self.kit.theme, self.canvas
        width = canvas.winfo_width()
        canvas.create_rectangle(0, 0, width, self._head, fill=canvas.cget("background"), width=0)
        for column, (x, _) in zip(self._columns, spans, strict=True):
            canvas.create_text(
                x,
                self._head // 2,
                text=column.title,
                font=theme.font(13),
                fill=theme.palette.faint,
                anchor="w",
            )
        canvas.create_line(0, self._head - 1, width, self._head - 1, fill=theme.palette.line)

    def _paint_row(self, place: int, top: int, spans: list[tuple[int, int]]) -> None:
        row, theme, canvas = self.rows[place], self.kit.theme, self.canvas
        palette, px = theme.palette, theme.px
        width = canvas.winfo_width()
        ground = str(canvas.cget("background"))
        selected = row.key == self.selected
        focused = selected and in_focus(canvas) is canvas
        if selected or place == self._over:
            fill = palette.selected if selected else palette.raised
            box = theme.drawing.box(
                width - px(8),
                self._row - px(4),
                fill=fill,
                outer=ground,
                outline=palette.accent if focused else fill,
                radius=px(9),
                line=px(2 if focused else 1),
            )
            self._held.append(box)
            canvas.create_image(px(4), top + px(2), image=box, anchor="nw")
            ground = fill
        elif place + 1 < len(self.rows):
            y = top + self._row - 1
            canvas.create_line(px(16), y, width - px(16), y, fill=palette.line)
        for cell, span in zip(row.cells, spans, strict=False):
            self._paint_cell(cell, span, top, ground, faded=row.faded and not selected)

    def _paint_cell(
        self, cell: Cell, span: tuple[int, int], top: int, ground: str, *, faded: bool
    ) -> None:
        theme, canvas = self.kit.theme, self.canvas
        px, palette = theme.px, theme.palette
        (x, room), middle = span, top + self._row // 2
        colour = theme.tone(cell.tone)
        if faded and cell.tone == "text":
            colour = palette.faint
        font = theme.font(16 if not cell.chip else 13, bold=cell.bold)
        if cell.chip and cell.words:
            wide = font.measure(cell.words) + px(18)
            box = theme.drawing.box(
                wide, px(26), fill=ground, outer=ground, outline=palette.line_strong, radius=px(7)
            )
            self._held.append(box)
            canvas.create_image(x, middle, image=box, anchor="w")
            canvas.create_text(
                x + wide // 2, middle, text=cell.words, font=font, fill=palette.muted
            )
            return
        if cell.icon:
            picture = theme.drawing.icon(cell.icon, px(18), colour)
            self._held.append(picture)
            canvas.create_image(x + px(9), middle, image=picture)
            x, room = x + px(26), room - px(26)
        up = px(10) if cell.sub else 0
        canvas.create_text(
            x,
            middle - up,
            text=theme.laid(theme.fit_text(cell.words, font, room)),
            font=font,
            fill=colour,
            anchor="w",
        )
        if cell.sub:
            small = theme.font(13)
            canvas.create_text(
                x,
                middle + px(12),
                text=theme.laid(theme.fit_text(cell.sub, small, room)),
                font=small,
                fill=palette.faint if faded else palette.muted,
                anchor="w",
            )

    def _paint_empty(self) -> None:
        icon, words, sub = self._empty
        if not words:
            return
        theme, canvas = self.kit.theme, self.canvas
        px = theme.px
        x, y = canvas.winfo_width() // 2, (canvas.winfo_height() + self._head) // 2
        if icon:
            picture = theme.drawing.icon(icon, px(44), theme.palette.line_strong)
            self._held.append(picture)
            canvas.create_image(x, y - px(52), image=picture)
        wide = min(canvas.winfo_width() - px(40), px(520))
        canvas.create_text(
            x, y, text=words, font=theme.font(18), fill=theme.palette.muted, width=wide,
            justify="center",
        )  # fmt: skip
        if sub:
            canvas.create_text(
                x, y + px(34), text=sub, font=theme.font(14), fill=theme.palette.faint, width=wide,
                justify="center",
            )  # fmt: skip
