"""The large picture. One PhotoImage, as large as what is seen of the picture: a window step only pastes into it."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageTk

from kiosk.i18n import Text
from kiosk.presenters.viewer import HistogramView, Overlay, ViewerPresenter
from kiosk.ui.kit import Kit

PLACES = {
    "title": ("nw", 16, True, "text"),
    "details": ("nw", 13, False, "muted"),
    "window": ("sw", 13, False, "muted"),
    "zoom": ("se", 13, False, "muted"),
    "display": ("sw", 14, True, "warn"),
    "simulated": ("ne", 13, True, "accent"),
    "left": ("w", 20, True, "accent"),
    "right": ("e", 20, True, "accent"),
    "top": ("n", 20, True, "accent"),
    "bottom": ("s", 20, True, "accent"),
}


class ImageCanvas(tk.Canvas):
    """Drag: window and level (or move, in that mode). Right drag: zoom. Middle drag: move. Wheel: zoom."""

    def __init__(self, parent: tk.Misc, kit: Kit) -> None:
        palette = kit.theme.palette
        super().__init__(
            parent,
            background=palette.image,
            highlightthickness=kit.theme.px(2),
            highlightbackground=palette.image,
            highlightcolor=palette.accent,
            takefocus=True,
            cursor="crosshair",
        )
        self.kit = kit
        self.presenter = ViewerPresenter(self)
        self.moves = False
        """Whether a drag with the finger moves the picture instead of windowing it."""
        self._photo: ImageTk.PhotoImage | None = None
        self._photo_key: tuple[object, ...] = ()
        self._photo_at = (0, 0)
        self._last = (0, 0)
        self._moved = (0, 0)
        self._pending: str | None = None
        self._item = self.create_image(0, 0, anchor="nw", tags="picture")
        self._words: dict[str, tuple[int, int]] = {}
        for name, (anchor, size, bold, tone) in PLACES.items():
            self._make_words(name, anchor, size, bold, tone)
        self._empty = self.create_text(0, 0, font=kit.theme.font(17), fill=palette.faint)
        self._overlay: Overlay | None = None
        self._listen()

    # ---- ImageView

    def paint(self, pixels: NDArray[np.uint8], left: int, top: int) -> None:
        """The picture's part of the view."""
        if not pixels.size:
            self.itemconfigure(self._item, state="hidden")
            return
        mode = "RGB" if pixels.ndim == 3 else "L"
        key = (mode, pixels.shape[1], pixels.shape[0])
        if self._photo is None or self._photo_key != key:
            self._photo = ImageTk.PhotoImage(mode, (pixels.shape[1], pixels.shape[0]), master=self)
            self._photo_key = key
            self.itemconfigure(self._item, image=str(self._photo))
        self._photo.paste(Image.fromarray(pixels))
        if (left, top) != self._photo_at:
            self._photo_at = (left, top)
            self.coords(self._item, left, top)
        self.itemconfigure(self._item, state="normal")
        self.itemconfigure(self._empty, state="hidden")

    def show_overlay(self, overlay: Overlay) -> None:
        """Words and letters."""
        if overlay == self._overlay:
            return
        before, self._overlay = self._overlay, overlay
        new = self._words_of(overlay)
        old = self._words_of(before) if before is not None else {}
        for name, words in new.items():
            if words != old.get(name, ""):
                for item in self._words[name]:
                    self.itemconfigure(item, text=words)
        if before is None or new["title"] != old["title"]:
            self._place()

    def _words_of(self, overlay: Overlay) -> dict[str, str]:
        tr, labels = self.kit.tr, overlay.labels
        done = ", ".join(tr(part) for part in overlay.display_only)
        return {
            "title": tr(overlay.title),
            "details": "\n".join(tr(part) for part in overlay.details),
            "window": tr(overlay.window),
            "zoom": tr(overlay.zoom),
            "display": tr("Display only: {what}", what=done) if done else "",
            "simulated": tr("SIMULATED") if overlay.simulated else "",
            "left": labels.left,
            "right": labels.right,
            "top": labels.top,
            "bottom": labels.bottom,
        }

    def show_histogram(self, shown: HistogramView | None) -> None:
        """The histogram at the lower right."""
        self.delete("histogram")
        if shown is None:
            return
        theme = self.kit.theme
        px, palette = theme.px, theme.palette
        wide, high, pad = px(220), px(90), px(12)
        right, bottom = self.winfo_width() - px(16), self.winfo_height() - px(40)
        left, top = right - wide, bottom - high
        self.create_rectangle(
            left, top, right, bottom, fill=palette.panel, outline=palette.line_strong,
            tags="histogram",
        )  # fmt: skip
        inner = wide - 2 * pad
        base = bottom - pad
        points: list[float] = [left + pad, base]
        count = max(1, len(shown.heights))
        for place, height in enumerate(shown.heights):
            x = left + pad + inner * (place + 0.5) / count
            points += [x, base - height * (high - 2 * pad)]
        points += [right - pad, base]
        self.create_polygon(*points, fill=palette.line_strong, outline="", tags="histogram")
        for fraction in (shown.black, shown.white):
            x = left + pad + inner * fraction
            self.create_line(x, top + px(6), x, bottom - px(6), fill=palette.accent,
                             width=px(2), tags="histogram")  # fmt: skip
        if shown.clipped:
            self.create_text(
                right, top - px(6), text=self.kit.tr(shown.clipped), anchor="se",
                font=theme.font(12), fill=palette.warn, tags="histogram",
            )  # fmt: skip

    def show_nothing(self, words: Text) -> None:
        """A sentence in place of a picture."""
        self.itemconfigure(self._item, state="hidden")
        self._overlay = None
        for items in self._words.values():
            for item in items:
                self.itemconfigure(item, text="")
        self.itemconfigure(self._empty, state="normal", text=self.kit.tr(words))

    # ---- for its screen

    def handlers(self) -> dict[str, Callable[[], object]]:
        """The actions of a picture, for the keys of a screen."""
        presenter = self.presenter
        return {
            "invert": presenter.on_invert,
            "rotate": presenter.on_rotate,
            "flip": presenter.on_flip,
            "zoom_in": lambda: presenter.on_zoom(1),
            "zoom_out": lambda: presenter.on_zoom(-1),
            "fit": presenter.on_fit,
            "actual": presenter.on_actual,
            "histogram": presenter.on_histogram,
        }

    # ---- inside

    def _make_words(self, name: str, anchor: str, size: float, bold: bool, tone: str) -> None:
        theme = self.kit.theme
        font = theme.font(size, bold=bold)
        shadow = self.create_text(0, 0, anchor=anchor, font=font, fill=theme.palette.image)  # type: ignore[call-overload]
        words = self.create_text(0, 0, anchor=anchor, font=font, fill=theme.tone(tone))  # type: ignore[call-overload]
        self._words[name] = (shadow, words)

    def _listen(self) -> None:
        self.bind("<Configure>", self._resized, add=True)
        for button in (1, 2, 3):
            self.bind(f"<ButtonPress-{button}>", self._pressed, add=True)
        self.bind("<B1-Motion>", self._dragged, add=True)
        self.bind("<B2-Motion>", self._panned, add=True)
        self.bind("<B3-Motion>", self._zoomed, add=True)
        self.bind("<Double-Button-1>", lambda _: self.presenter.on_fit_or_actual(), add=True)
        self.bind("<Button-4>", lambda event: self._wheel(event, 1), add=True)
        self.bind("<Button-5>", lambda event: self._wheel(event, -1), add=True)
        self.bind(
            "<MouseWheel>", lambda event: self._wheel(event, 1 if event.delta > 0 else -1), add=True
        )

    def _resized(self, event: tk.Event[tk.Misc]) -> None:
        self.presenter.resized(event.width, event.height)
        self._place()

    def _place(self) -> None:
        width, height = self.winfo_width(), self.winfo_height()
        px = self.kit.theme.px
        pad, shift = px(14), px(1)
        spots = {
            "title": (pad, pad),
            "details": (pad, pad + px(24)),
            "window": (pad, height - pad),
            "zoom": (width - pad, height - pad),
            "display": (pad, height - pad - px(24)),
            "simulated": (width - pad, pad),
            "left": (pad, height // 2),
            "right": (width - pad, height // 2),
            "top": (width // 2, px(10)),
            "bottom": (width // 2, height - px(10)),
        }
        for name, (x, y) in spots.items():
            shadow, words = self._words[name]
            self.coords(shadow, x + shift, y + shift)
            self.coords(words, x, y)
        half = max(40, width // 2 - px(30))
        for item in (*self._words["title"], *self._words["details"]):
            self.itemconfigure(item, width=half)
        if self._overlay is not None:
            title = self.kit.theme.fit_text(
                self.kit.tr(self._overlay.title), self.kit.theme.font(16, bold=True), half
            )
            for item in self._words["title"]:
                self.itemconfigure(item, text=title)
        self.coords(self._empty, width // 2, height // 2)
        self.itemconfigure(self._empty, width=max(40, width - px(60)), justify="center")

    def _pressed(self, event: tk.Event[tk.Misc]) -> None:
        self._last = (event.x, event.y)

    def _step(self, event: tk.Event[tk.Misc]) -> tuple[int, int]:
        dx, dy = event.x - self._last[0], event.y - self._last[1]
        self._last = (event.x, event.y)
        return dx, dy

    def _dragged(self, event: tk.Event[tk.Misc]) -> None:
        if self.moves:
            self._gather(event, self.presenter.on_pan)
        else:
            factor = self.kit.theme.px.factor
            self._gather(event, lambda dx, dy: self.presenter.on_window(dx / factor, dy / factor))

    def _panned(self, event: tk.Event[tk.Misc]) -> None:
        self._gather(event, self.presenter.on_pan)

    def _zoomed(self, event: tk.Event[tk.Misc]) -> None:
        step = self.kit.theme.px(60)
        self._gather(event, lambda _, dy: self.presenter.on_zoom(-dy / step))

    def _gather(self, event: tk.Event[tk.Misc], act: Callable[[float, float], None]) -> None:
        """Steps that come faster than the screen can draw become one, so that the picture never lags behind."""
        dx, dy = self._step(event)
        self._moved = (self._moved[0] + dx, self._moved[1] + dy)
        if self._pending is None:
            self._pending = self.after_idle(lambda: self._apply(act))

    def _apply(self, act: Callable[[float, float], None]) -> None:
        moved, self._moved, self._pending = self._moved, (0, 0), None
        act(*moved)

    def _wheel(self, event: tk.Event[tk.Misc], step: int) -> None:
        self.presenter.on_zoom(step, event.x, event.y)
