"""The look: palette, spacing and fonts, and the ttk styles made of them. Nothing else names a colour.

A calm, dark room: radiographs are read best when nothing near them glares. Colour never stands alone; each state
also has a shape and a word.
"""

from __future__ import annotations

import tkinter as tk
import tkinter.font as tkfont
from dataclasses import dataclass
from tkinter import ttk
from typing import TYPE_CHECKING

from kiosk.ui.bidi import visual
from kiosk.ui.scale import Scale

if TYPE_CHECKING:
    from kiosk.ui.drawing import Drawing

FAMILIES = ("Segoe UI", "SF Pro Text", "Inter", "Noto Sans", "Ubuntu", "Cantarell", "DejaVu Sans")


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by what they are for."""

    ground: str = "#0d1216"
    panel: str = "#151b21"
    raised: str = "#202932"
    hover: str = "#2a3641"
    pressed: str = "#1a222a"
    line: str = "#28323c"
    line_strong: str = "#3a4753"
    image: str = "#000000"
    dimmed: str = "#05070a"
    text: str = "#e9eef3"
    muted: str = "#a3b1bd"
    faint: str = "#788794"
    accent: str = "#62b4ff"
    selected: str = "#17324b"
    primary: str = "#1b6ac9"
    primary_hover: str = "#2a7be0"
    primary_pressed: str = "#1559aa"
    danger: str = "#9c3036"
    danger_hover: str = "#b33b42"
    danger_pressed: str = "#842830"
    good: str = "#4fc491"
    warn: str = "#e6b655"
    bad: str = "#f47c7c"
    good_ground: str = "#12291f"
    warn_ground: str = "#2c2515"
    bad_ground: str = "#301a1d"
    on_fill: str = "#ffffff"


TONES = ("text", "muted", "faint", "accent", "good", "warn", "bad")


class Theme:
    """The palette, the fonts and the measures of one window."""

    def __init__(self, root: tk.Misc, scale: Scale) -> None:
        self.root, self.px, self.palette = root, scale, Palette()
        self.family = self._first_family(root)
        self._fonts: dict[tuple[int, bool], tkfont.Font] = {}
        self._drawing: Drawing | None = None
        self._lays_words = root.tk.call("tk", "windowingsystem") != "x11"
        self._style_ttk()

    @property
    def drawing(self) -> Drawing:
        """Round shapes and icons; needs Pillow, so it is made when first asked for."""
        if self._drawing is None:
            from kiosk.ui.drawing import Drawing

            self._drawing = Drawing(self)
        return self._drawing

    def font(self, size: float = 16, *, bold: bool = False) -> tkfont.Font:
        """A font by its height in design pixels; the same object each time."""
        key = (self.px(size), bold)
        if key not in self._fonts:
            self._fonts[key] = tkfont.Font(
                root=self.root,
                family=self.family,
                size=-key[0],
                weight="bold" if bold else "normal",
            )
        return self._fonts[key]

    def tone(self, name: str) -> str:
        """The text colour of a tone (text, muted, faint, accent, good, warn, bad)."""
        return str(getattr(self.palette, name if name in TONES else "text"))

    def tone_ground(self, name: str) -> str:
        """The quiet background that goes with a tone."""
        return str(getattr(self.palette, f"{name}_ground", self.palette.raised))

    def laid(self, words: str) -> str:
        """`words` as they are to be drawn: under X11 right-to-left scripts are laid by us, elsewhere by the system."""
        return words if self._lays_words else visual(words)

    def fit_text(self, words: str, font: tkfont.Font, width: int) -> str:
        """`words`, cut with an ellipsis where they are wider than `width` screen pixels."""
        if width <= 0 or font.measure(words) <= width:
            return words if width > 0 else ""
        low, high = 0, len(words)
        while low < high:
            middle = (low + high + 1) // 2
            if font.measure(words[:middle].rstrip() + "…") <= width:
                low = middle
            else:
                high = middle - 1
        return words[:low].rstrip() + "…"

    def _first_family(self, root: tk.Misc) -> str:
        there = set(tkfont.families(root))
        return next((family for family in FAMILIES if family in there), "TkDefaultFont")

    def _style_ttk(self) -> None:
        palette, px = self.palette, self.px
        style = ttk.Style(self.root)
        style.theme_use("clam")
        style.configure(
            ".",
            background=palette.ground,
            foreground=palette.text,
            fieldbackground=palette.raised,
            bordercolor=palette.line,
            lightcolor=palette.panel,
            darkcolor=palette.panel,
            troughcolor=palette.panel,
            selectbackground=palette.primary,
            selectforeground=palette.on_fill,
            insertcolor=palette.text,
            focuscolor=palette.accent,
            font=self.font(),
        )
        style.configure("TFrame", background=palette.ground)
        for name, ground in (("", palette.ground), ("Card.", palette.panel)):
            style.configure(f"{name}TFrame", background=ground)
            style.configure(f"{name}TLabel", background=ground, foreground=palette.text)
        style.configure(
            "Kiosk.Horizontal.TProgressbar",
            background=palette.primary_hover,
            troughcolor=palette.raised,
            bordercolor=palette.raised,
            lightcolor=palette.primary_hover,
            darkcolor=palette.primary_hover,
            thickness=px(14),
        )
        style.configure(
            "Kiosk.TCombobox",
            padding=px(10),
            arrowsize=px(18),
            arrowcolor=palette.text,
            background=palette.raised,
            foreground=palette.text,
        )
        # clam turns hover and read-only nearly white unless each state is mapped.
        style.map(
            "Kiosk.TCombobox",
            fieldbackground=[("disabled", palette.panel), ("readonly", palette.raised)],
            foreground=[("disabled", palette.faint), ("readonly", palette.text)],
            background=[("active", palette.hover), ("readonly", palette.raised)],
            bordercolor=[("focus", palette.accent), ("!focus", palette.line_strong)],
            lightcolor=[("focus", palette.accent), ("!focus", palette.raised)],
            darkcolor=[("focus", palette.accent), ("!focus", palette.raised)],
            arrowcolor=[("disabled", palette.faint)],
            selectbackground=[("readonly", palette.raised)],
            selectforeground=[("readonly", palette.text)],
        )
        for option, value in (
            ("background", palette.raised),
            ("foreground", palette.text),
            ("selectBackground", palette.primary),
            ("selectForeground", palette.on_fill),
            ("font", self.font()),
            ("borderWidth", 0),
        ):
            self.root.option_add(f"*TCombobox*Listbox.{option}", value)
