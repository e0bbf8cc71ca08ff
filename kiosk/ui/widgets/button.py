"""The button of the kiosk: large, round, with an icon and its key written on it."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.ui.focus import in_focus
from kiosk.ui.kit import Kit

HEIGHT = 52
RADIUS = 10


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of a kind of button, by palette name: at rest, under the pointer, pressed, and of the words."""

    rest: str
    hover: str
    pressed: str
    words: str = "text"
    hint: str = "muted"
    outline: str = ""


LOOKS = {
    "plain": Look("raised", "hover", "pressed", outline="line_strong"),
    "quiet": Look("", "hover", "pressed", words="muted", hint="faint"),
    "primary": Look("primary", "primary_hover", "primary_pressed", "on_fill", "on_fill"),
    "danger": Look("danger", "danger_hover", "danger_pressed", "on_fill", "on_fill"),
    "chosen": Look("selected", "selected", "pressed", words="text", hint="accent"),
}


class Button(tk.Canvas):
    """Tells `command` when pressed by finger, mouse, Space or Enter.

    It does not take the focus by touch, so that the keys of the screen go on working after a tap.
    """

    def __init__(
        self,
        parent: tk.Misc,
        kit: Kit,
        words: str = "",
        command: Callable[[], object] | None = None,
        *,
        kind: str = "plain",
        icon: str = "",
        key: str = "",
        height: int = HEIGHT,
        width: int = 0,
        size: float = 16,
        align: str = "center",
        stacked: bool = False,
        outer: str = "",
    ) -> None:
        self.kit, self.words, self.command = kit, words, command
        self._kind, self._icon, self._key = kind, icon, key
        self._size, self._align, self._stacked = size, align, stacked
        self._outer = outer or str(parent.cget("background"))
        self._tone = ""
        self._enabled, self._over, self._down = True, False, False
        self._held: list[object] = []
        px = kit.theme.px
        self._own_width = px(width) if width else 0
        super().__init__(
            parent,
            height=px(height),
            width=self._own_width or self._natural_width(),
            background=self._outer,
            highlightthickness=0,
            borderwidth=0,
            takefocus=True,
            cursor="hand2",
        )
        for sequence, handler in (
            ("<Configure>", self._repaint),
            ("<FocusIn>", self._repaint),
            ("<FocusOut>", self._repaint),
            ("<Enter>", lambda _: self._hover(True)),
            ("<Leave>", lambda _: self._hover(False)),
            ("<ButtonPress-1>", self._press),
            ("<ButtonRelease-1>", self._release),
        ):
            self.bind(sequence, handler, add=True)
        for key_name in ("<space>", "<Return>", "<KP_Enter>"):
            self.bind(key_name, self._by_key, add=True)

    @property
    def enabled(self) -> bool:
        """Whether it can be pressed now."""
        return self._enabled

    def enable(self, enabled: bool = True) -> None:
        """Let it be pressed, or not."""
        if enabled != self._enabled:
            self._enabled = enabled
            self.configure(takefocus=enabled, cursor="hand2" if enabled else "arrow")
            self._repaint()

    def say(self, words: str, *, icon: str | None = None, kind: str = "", tone: str = "") -> None:
        """Other words, icon, kind or tone."""
        new = (words, self._icon if icon is None else icon, kind or self._kind, tone)
        if new != (self.words, self._icon, self._kind, self._tone):
            self.words, self._icon, self._kind, self._tone = new
            if not self._own_width:
                self.configure(width=self._natural_width())
            self._repaint()

    def invoke(self) -> None:
        """Press it."""
        if self._enabled and self.command is not None:
            self.command()

    def _natural_width(self) -> int:
        px = self.kit.theme.px
        width = px(36)
        if self.words:
            width += self.kit.theme.font(self._size, bold=self._is_filled).measure(self.words)
        if self._icon and not self._stacked:
            width += px(20) + (px(10) if self.words else 0)
        if self._key and self.words and not self._stacked:
            width += self.kit.theme.font(12).measure(self._key) + px(26)
        return width if self.words else max(width, px(HEIGHT))

    @property
    def _is_filled(self) -> bool:
        return self._kind in ("primary", "danger")

    def _hover(self, over: bool) -> None:
        self._over = over
        if not over:
            self._down = False
        self._repaint()

    def _press(self, _event: object) -> None:
        if self._enabled:
            self._down = True
            self._repaint()

    def _release(self, event: tk.Event[tk.Misc]) -> None:
        inside = 0 <= event.x < self.winfo_width() and 0 <= event.y < self.winfo_height()
        if self._down and inside:
            self._down = False
            self._repaint()
            self.invoke()

    def _by_key(self, _event: object) -> str:
        self.invoke()
        return "break"

    def _repaint(self, _event: object = None) -> None:
        width, height = self.winfo_width(), self.winfo_height()
        if width < 4 or height < 4:
            return
        theme, look = self.kit.theme, LOOKS[self._kind]
        palette = theme.palette
        if not self._enabled:
            fill = self._outer if self._kind == "quiet" else palette.pressed
        elif self._down:
            fill = getattr(palette, look.pressed)
        elif self._over:
            fill = getattr(palette, look.hover)
        else:
            fill = getattr(palette, look.rest) if look.rest else self._outer
        focused = in_focus(self) is self if self._enabled else False
        outline, line = "", 1
        if focused:
            outline, line = palette.text if self._is_filled else palette.accent, 2
        elif look.outline and self._enabled:
            outline = getattr(palette, look.outline)
        self.delete("all")
        ground = theme.drawing.box(
            width,
            height,
            fill=fill,
            outer=self._outer,
            outline=outline,
            radius=theme.px(RADIUS),
            line=theme.px(line),
        )
        self._held = [ground]
        self.create_image(0, 0, image=ground, anchor="nw")
        words = getattr(palette, look.words)
        hint = getattr(palette, look.hint)
        if not self._enabled:
            words, hint = palette.faint, palette.line_strong
        elif self._tone:
            words = theme.tone(self._tone)
        if self._stacked:
            self._paint_stacked(width, height, words, hint)
        else:
            self._paint_row(width, height, words, hint)

    def _paint_row(self, width: int, height: int, words: str, hint: str) -> None:
        theme = self.kit.theme
        px, middle = theme.px, height // 2
        font = theme.font(self._size, bold=self._is_filled)
        icon = px(20) if self._icon else 0
        gap = px(10) if self._icon and self.words else 0
        pad = px(14)
        cap = self._paint_cap(width - pad, middle, hint) if self._key else 0
        room = width - 2 * pad - icon - gap - (cap + px(10) if cap else 0)
        shown = theme.fit_text(self.words, font, room)
        used = icon + gap + font.measure(shown)
        if self._align == "left" or cap:
            left = pad
        else:
            left = (width - used) // 2
        if self._icon:
            picture = theme.drawing.icon(self._icon, px(20), words)
            self._held.append(picture)
            self.create_image(left + icon // 2, middle, image=picture)
        if shown:
            self.create_text(
                left + icon + gap, middle, text=shown, font=font, fill=words, anchor="w"
            )

    def _paint_cap(self, right: int, middle: int, colour: str) -> int:
        """The key at the right edge; gives its width."""
        theme = self.kit.theme
        font = theme.font(12)
        item = self.create_text(right, middle, text=self._key, font=font, fill=colour, anchor="e")
        left, _, far, _ = self.bbox(item)
        return far - left

    def _paint_stacked(self, width: int, height: int, words: str, hint: str) -> None:
        theme = self.kit.theme
        px = theme.px
        if self._icon:
            picture = theme.drawing.icon(self._icon, px(22), words)
            self._held.append(picture)
            self.create_image(width // 2, px(19) if self.words else height // 2, image=picture)
        if self.words:
            font = theme.font(12)
            if font.measure(self.words) > width - px(4):
                font = theme.font(11)
            shown = theme.fit_text(self.words, font, width - px(2))
            self.create_text(width // 2, height - px(13), text=shown, font=font, fill=words)
        if self._key:
            self.create_text(
                min(width - px(3), width // 2 + px(26)),
                px(5),
                text=self._key,
                font=theme.font(11),
                fill=hint,
                anchor="ne",
            )
