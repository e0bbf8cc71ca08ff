"""A frame with round corners: the card that everything lies on."""

from __future__ import annotations

import tkinter as tk

from kiosk.ui.kit import Kit

CORNERS = ("nw", "ne", "sw", "se")


class Box(tk.Frame):
    """A card. Its children lie on `fill`; `outer` is the colour around it."""

    def __init__(
        self,
        parent: tk.Misc,
        kit: Kit,
        *,
        fill: str = "",
        outer: str = "",
        outline: str = "",
        radius: int = 12,
        line: int = 1,
    ) -> None:
        palette = kit.theme.palette
        self.kit = kit
        self._fill = fill or palette.panel
        self._outer = outer or palette.ground
        self._outline = outline or palette.line
        self._line = kit.theme.px(line)
        self._radius = kit.theme.px(radius)
        super().__init__(
            parent,
            background=self._fill,
            highlightthickness=self._line,
            highlightbackground=self._outline,
            highlightcolor=self._outline,
            takefocus=False,
        )
        self._corners = {
            which: tk.Label(self, borderwidth=0, highlightthickness=0, padx=0, pady=0)
            for which in CORNERS
        }
        for which, label in self._corners.items():
            label.place(
                relx=0 if which[1] == "w" else 1,
                rely=0 if which[0] == "n" else 1,
                anchor=which,  # type: ignore[arg-type]
                bordermode="outside",
            )
        self._paint()

    @property
    def fill(self) -> str:
        """The colour that its children lie on."""
        return self._fill

    def recolour(self, *, fill: str = "", outline: str = "") -> None:
        """Other colours, for a state."""
        new = (fill or self._fill, outline or self._outline)
        if new != (self._fill, self._outline):
            self._fill, self._outline = new
            self.configure(
                background=self._fill,
                highlightbackground=self._outline,
                highlightcolor=self._outline,
            )
            self._paint()

    def _paint(self) -> None:
        for which, label in self._corners.items():
            picture = self.kit.theme.drawing.corner(
                which,
                self._radius,
                fill=self._fill,
                outer=self._outer,
                outline=self._outline,
                line=self._line,
            )
            label.configure(image=str(picture), background=self._fill)
            label.picture = picture  # type: ignore[attr-defined]  # keeps it alive
