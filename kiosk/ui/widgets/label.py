"""Words on a ground of a known colour."""

from __future__ import annotations

import tkinter as tk

from kiosk.ui.kit import Kit


class Words(tk.Label):
    """A label by size and tone. With `wraps` it breaks its lines where it is narrow."""

    def __init__(
        self,
        parent: tk.Misc,
        kit: Kit,
        words: str = "",
        *,
        size: float = 16,
        bold: bool = False,
        tone: str = "text",
        wraps: bool = False,
        anchor: str = "w",
        ground: str = "",
    ) -> None:
        self.kit = kit
        super().__init__(
            parent,
            text=kit.theme.laid(words),
            font=kit.theme.font(size, bold=bold),
            foreground=kit.theme.tone(tone),
            background=ground or str(parent.cget("background")),
            anchor=anchor,  # type: ignore[arg-type]
            justify="center" if anchor == "center" else "left",
            borderwidth=0,
            padx=0,
            pady=0,
        )
        if wraps:
            self.bind("<Configure>", self._wrap, add=True)

    def say(self, words: str, tone: str = "") -> None:
        """Other words, and another tone where one is named."""
        self.configure(text=self.kit.theme.laid(words))
        if tone:
            self.configure(foreground=self.kit.theme.tone(tone))

    def _wrap(self, event: tk.Event[tk.Misc]) -> None:
        if event.width > 10:
            self.configure(wraplength=event.width)


class IconLabel(tk.Label):
    """An icon as a picture."""

    def __init__(
        self, parent: tk.Misc, kit: Kit, icon: str, *, size: int = 24, tone: str = "text"
    ) -> None:
        self.kit, self._size = kit, size
        super().__init__(parent, background=str(parent.cget("background")), borderwidth=0)
        self.show(icon, tone)

    def show(self, icon: str, tone: str = "text") -> None:
        """Another icon or tone."""
        theme = self.kit.theme
        self._picture = theme.drawing.icon(icon, theme.px(self._size), theme.tone(tone))
        self.configure(image=str(self._picture))
