"""Small pictures under the titles of their series; a tap opens one."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence

from PIL import Image, ImageTk

from kiosk.presenters.archive import Thumb
from kiosk.ui.focus import in_focus
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.scrollbar import Scrollbar

TILE = 112
NAME = 22


class Gallery(tk.Frame):
    """Tells `on_open` the key of the picture that was tapped, or of the one in hand when Enter is pressed."""

    def __init__(self, parent: tk.Misc, kit: Kit, on_open: Callable[[str], object]) -> None:
        ground = str(parent.cget("background"))
        super().__init__(parent, background=ground)
        self.kit, self._on_open = kit, on_open
        self.thumbs: tuple[Thumb, ...] = ()
        self._words = ""
        self._pictures: dict[str, ImageTk.PhotoImage] = {}
        self._held: list[object] = []
        self._boxes: list[tuple[int, int, int, int]] = []
        self._in_hand, self._top, self._whole = 0, 0, 0
        self._press: tuple[int, int] | None = None
        self._dragged_far = False
        self.canvas = tk.Canvas(
            self, background=ground, highlightthickness=kit.theme.px(2),
            highlightbackground=ground, highlightcolor=kit.theme.palette.accent, takefocus=True,
            width=kit.theme.px(200), height=kit.theme.px(100),
        )  # fmt: skip
        self._bar = Scrollbar(self, kit, self._scroll_to)
        self._bar.pack(side="right", fill="y")
        self.canvas.pack(side="left", fill="both", expand=True)
        self._listen()

    def show(self, thumbs: Sequence[Thumb] | None, words: str) -> None:
        """These pictures; or `words` while there are none."""
        self.thumbs = tuple(thumbs or ())
        self._words = "" if self.thumbs else words
        self._pictures.clear()
        self._in_hand = self._top = 0
        for thumb in self.thumbs:
            if thumb.pixels is not None:
                image = Image.fromarray(thumb.pixels)
                side = self.kit.theme.px(TILE) - self.kit.theme.px(8)
                image.thumbnail((side, side), Image.Resampling.LANCZOS)
                self._pictures[thumb.key] = ImageTk.PhotoImage(image, master=self)
        self._repaint()

    def _listen(self) -> None:
        canvas = self.canvas
        canvas.bind("<Configure>", lambda _: self._repaint(), add=True)
        canvas.bind("<FocusIn>", lambda _: self._repaint(), add=True)
        canvas.bind("<FocusOut>", lambda _: self._repaint(), add=True)
        canvas.bind("<ButtonPress-1>", self._pressed, add=True)
        canvas.bind("<B1-Motion>", self._dragged, add=True)
        canvas.bind("<ButtonRelease-1>", self._released, add=True)
        canvas.bind("<Button-4>", lambda _: self._scroll(-40), add=True)
        canvas.bind("<Button-5>", lambda _: self._scroll(40), add=True)
        canvas.bind("<MouseWheel>", lambda event: self._scroll(-event.delta // 2), add=True)
        for key, step in (("<Left>", -1), ("<Right>", 1), ("<Up>", -3), ("<Down>", 3)):
            canvas.bind(key, lambda _, step=step: self._step(step), add=True)  # type: ignore[misc]
        for key in ("<Return>", "<KP_Enter>", "<space>"):
            canvas.bind(key, self._by_key, add=True)

    def _pressed(self, event: tk.Event[tk.Misc]) -> None:
        self.canvas.focus_set()
        self._press, self._dragged_far = (event.y, self._top), False

    def _dragged(self, event: tk.Event[tk.Misc]) -> None:
        if self._press is not None and (
            self._dragged_far or abs(event.y - self._press[0]) > self.kit.theme.px(8)
        ):
            self._dragged_far = True
            self._top = self._press[1] - (event.y - self._press[0])
            self._repaint()

    def _released(self, event: tk.Event[tk.Misc]) -> None:
        if self._dragged_far:
            return
        for place, (left, top, right, bottom) in enumerate(self._boxes):
            if left <= event.x < right and top <= event.y < bottom:
                self._in_hand = place
                self._on_open(self.thumbs[place].key)
                return

    def _by_key(self, _event: object) -> str:
        if self.thumbs:
            self._on_open(self.thumbs[self._in_hand].key)
        return "break"

    def _step(self, step: int) -> str:
        if self.thumbs:
            self._in_hand = min(len(self.thumbs) - 1, max(0, self._in_hand + step))
            _, top, _, bottom = self._boxes[self._in_hand]
            if top < 0:
                self._top += top
            elif bottom > self.canvas.winfo_height():
                self._top += bottom - self.canvas.winfo_height()
            self._repaint()
        return "break"

    def _scroll(self, pixels: int) -> None:
        self._top += pixels
        self._repaint()

    def _scroll_to(self, first: float) -> None:
        self._top = round(first * self._whole)
        self._repaint()

    def _repaint(self) -> None:
        theme, canvas = self.kit.theme, self.canvas
        px, palette = theme.px, theme.palette
        canvas.delete("all")
        self._held.clear()
        width, height = canvas.winfo_width(), canvas.winfo_height()
        if width < 20:
            return
        if not self.thumbs:
            self._boxes = []
            self._bar.set(0, 1)
            canvas.create_text(
                width // 2, height // 2, text=self._words, font=theme.font(15), fill=palette.faint,
                width=width - px(30), justify="center",
            )  # fmt: skip
            return
        self._place(width)
        self._top = max(0, min(self._top, self._whole - height))
        self._place(width)
        self._bar.set(self._top / self._whole, min(1.0, (self._top + height) / self._whole))
        series = ""
        for place, (thumb, box) in enumerate(zip(self.thumbs, self._boxes, strict=True)):
            if thumb.series != series:
                series = thumb.series
                canvas.create_text(
                    px(4), box[1] - px(14), text=series, font=theme.font(13, bold=True),
                    fill=palette.muted, anchor="w",
                )  # fmt: skip
            self._paint(thumb, box, place == self._in_hand)

    def _place(self, width: int) -> None:
        px = self.kit.theme.px
        columns = max(1, (width - px(4)) // px(TILE + 8))
        y, column, series = -self._top, 0, None
        self._boxes = []
        high = px(TILE + NAME)
        for thumb in self.thumbs:
            if thumb.series != series:
                y += px(28) if column == 0 else high + px(8) + px(28)
                column, series = 0, thumb.series
            elif column >= columns:
                y, column = y + high + px(8), 0
            left = px(4) + column * px(TILE + 8)
            self._boxes.append((left, y, left + px(TILE), y + high))
            column += 1
        self._whole = y + self._top + high + px(6)

    def _paint(self, thumb: Thumb, box: tuple[int, int, int, int], in_hand: bool) -> None:
        theme, canvas = self.kit.theme, self.canvas
        px, palette = theme.px, theme.palette
        left, top, right, _ = box
        focused = in_hand and in_focus(canvas) is canvas
        side = px(TILE)
        ground = theme.drawing.box(
            side, side, fill=palette.image, outer=str(canvas.cget("background")),
            outline=palette.accent if focused else palette.line, radius=px(6),
            line=px(2 if focused else 1),
        )  # fmt: skip
        self._held.append(ground)
        canvas.create_image(left, top, image=ground, anchor="nw")
        picture = self._pictures.get(thumb.key)
        middle = (left + side // 2, top + side // 2)
        if picture is not None:
            canvas.create_image(*middle, image=picture)
        else:
            canvas.create_text(
                *middle, text=self.kit.tr(thumb.note) or self.kit.tr("No preview"),
                font=theme.font(12), fill=palette.faint, width=side - px(12), justify="center",
            )  # fmt: skip
        font = theme.font(12)
        canvas.create_text(
            left + side // 2, top + side + px(NAME // 2 + 1),
            text=theme.fit_text(thumb.title, font, right - left), font=font, fill=palette.muted,
        )  # fmt: skip
