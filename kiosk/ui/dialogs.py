"""Dialogs inside the window: a kiosk has no second one. Each has a first focus, Return for yes and Escape for no.

Also the one place that opens the system's file dialog.
"""

from __future__ import annotations

import sys
import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tkinter import filedialog

from PIL import ImageGrab, ImageTk

from kiosk.i18n import NO_TEXT, Text
from kiosk.problems import Problem
from kiosk.ui.focus import FocusRing, in_focus
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.box import Box
from kiosk.ui.widgets.button import Button
from kiosk.ui.widgets.label import IconLabel, Words

DIMMED = [level * 28 // 100 for level in range(256)]
PICTURES = ".png .tif .tiff .jpg .jpeg .bmp .PNG .TIF .TIFF .JPG .JPEG .BMP"


@dataclass(frozen=True, slots=True)
class Option:
    """One of the choices of a dialog."""

    key: str
    words: str
    icon: str = ""


class Sheet:
    """A card in front of everything. Put things into `body` and buttons into `buttons`, then `show`."""

    def __init__(
        self,
        sheets: Sheets,
        title: str,
        *,
        note: str = "",
        icon: str = "",
        tone: str = "text",
        width: int = 620,
        on_escape: Callable[[], object] | None = None,
    ) -> None:
        self.sheets, self.kit = sheets, sheets.kit
        theme = self.kit.theme
        px, palette = theme.px, theme.palette
        self._on_escape = on_escape
        self._before: tk.Misc | None = None
        self._backdrop = dimmed(sheets.parent)
        self.cover = tk.Label(
            sheets.parent, background=palette.image, borderwidth=0, padx=0, pady=0
        )
        if self._backdrop is not None:
            self.cover.configure(image=str(self._backdrop), anchor="nw")
        self.card = Box(
            self.cover, self.kit, fill=palette.panel, outer=palette.image if self._backdrop is None else palette.dimmed,
            outline=palette.line_strong, radius=16,
        )  # fmt: skip
        self.card.place(relx=0.5, rely=0.5, anchor="center", width=px(width))
        inside = tk.Frame(self.card, background=palette.panel)
        inside.pack(fill="both", expand=True, padx=px(28), pady=px(24))
        head = tk.Frame(inside, background=palette.panel)
        head.pack(fill="x")
        if icon:
            IconLabel(head, self.kit, icon, size=32, tone=tone).pack(
                side="left", anchor="n", padx=(0, px(14))
            )
        Words(head, self.kit, title, size=21, bold=True, wraps=True).pack(
            side="left", fill="x", expand=True
        )
        if note:
            Words(inside, self.kit, note, size=16, tone="muted", wraps=True).pack(
                fill="x", pady=(px(10), 0)
            )
        self.body = tk.Frame(inside, background=palette.panel)
        self.body.pack(fill="both", expand=True, pady=(px(16), 0))
        self.buttons = tk.Frame(inside, background=palette.panel)
        self.buttons.pack(fill="x", pady=(px(20), 0))

    def button(
        self, words: str, command: Callable[[], object], *, kind: str = "plain", icon: str = "",
        key: str = "",
    ) -> Button:  # fmt: skip
        """A button at the right of the card."""
        button = Button(self.buttons, self.kit, words, command, kind=kind, icon=icon, key=key)
        button.pack(side="right", padx=(self.kit.theme.px(10), 0))
        return button

    def show(
        self, focus: tk.Misc | None = None, on_return: Callable[[], object] | None = None
    ) -> None:
        """In front of everything, with the focus inside."""
        self._before = in_focus(self.sheets.parent)
        self.cover.place(x=0, y=0, relwidth=1, relheight=1)
        self.cover.lift()
        self.sheets.focus.push(self.cover)
        handlers: dict[str, Callable[[], object]] = {"back": self.escape}
        if on_return is not None:
            handlers["accept"] = on_return
        self.kit.keys.push(handlers)
        self.sheets.opened.append(self)
        self.cover.update_idletasks()
        (focus or self.cover).focus_set()

    def escape(self) -> None:
        """Escape was pressed."""
        if self._on_escape is not None:
            self._on_escape()
        else:
            self.close()

    def close(self) -> None:
        """Gone; the focus goes back to where it was."""
        if self not in self.sheets.opened:
            return
        self.sheets.opened.remove(self)
        self.sheets.focus.pop(self.cover)
        self.kit.keys.pop()
        self.cover.destroy()
        if self._before is not None and self._before.winfo_exists():
            self._before.focus_set()


class Sheets:
    """All dialogs of one window."""

    def __init__(self, parent: tk.Misc, kit: Kit, focus: FocusRing) -> None:
        self.parent, self.kit, self.focus = parent, kit, focus
        self.opened: list[Sheet] = []

    def problem(
        self,
        problem: Problem,
        again: Text = NO_TEXT,
        try_again: Callable[[], None] | None = None,
    ) -> Sheet:
        """What happened, what to do, and the code; never a traceback."""
        tr = self.kit.tr
        sheet = Sheet(
            self, tr(problem.what), note=tr(problem.what_to_do), icon="alert", tone="warn"
        )
        Words(sheet.buttons, self.kit, problem.code, size=13, tone="faint").pack(side="left")

        def once_more() -> None:
            sheet.close()
            if try_again is not None:
                try_again()

        first: Callable[[], object] = sheet.close
        if try_again is not None:
            first = once_more
            button = sheet.button(
                tr(again) or tr("Try again"), once_more, kind="primary", icon="refresh", key="⏎"
            )
            sheet.button(tr("Close"), sheet.close)
        else:
            button = sheet.button(tr("I have read it"), sheet.close, kind="primary", key="⏎")
        sheet.show(button, first)
        return sheet

    def ask(
        self, title: Text, note: Text, yes: Text, do: Callable[[], None], *, careful: bool = False
    ) -> Sheet:
        """A question with a named yes; a careful one goes back when Enter is pressed once too often."""
        tr = self.kit.tr
        icon, tone = ("alert", "warn") if careful else ("info", "accent")
        sheet = Sheet(self, tr(title), note=tr(note), icon=icon, tone=tone)

        def agreed() -> None:
            sheet.close()
            do()

        if careful:
            back = sheet.button(tr("Go back"), sheet.close, kind="primary", key="⏎")
            sheet.button(tr(yes), agreed)
            sheet.show(back, sheet.close)
            return sheet
        button = sheet.button(tr(yes), agreed, kind="primary", key="⏎")
        sheet.button(tr("Go back"), sheet.close, key="Esc")
        sheet.show(button, agreed)
        return sheet

    def choose(
        self,
        title: str,
        note: str,
        options: Sequence[Option],
        chosen: Callable[[str], None],
        *,
        columns: int = 2,
        now: str = "",
    ) -> Sheet:
        """One tap chooses."""
        theme = self.kit.theme
        rows = -(-len(options) // columns)
        height = 56 if rows <= 8 else 48
        sheet = Sheet(self, title, note=note, width=400 * columns - 40)

        def pick(key: str) -> None:
            sheet.close()
            chosen(key)

        first: Button | None = None
        for place, option in enumerate(options):
            button = Button(
                sheet.body,
                self.kit,
                option.words,
                lambda key=option.key: pick(key),  # type: ignore[misc]
                kind="chosen" if option.key == now else "plain",
                icon=option.icon,
                align="left",
                height=height,
                width=100,
            )
            button.grid(
                row=place % rows,
                column=place // rows,
                sticky="ew",
                padx=(0 if place < rows else theme.px(10), 0),
                pady=theme.px(3),
            )
            if first is None or option.key == now:
                first = button
        for column in range(columns):
            sheet.body.columnconfigure(column, weight=1, uniform="option")
        sheet.button(self.kit.tr("Go back"), sheet.close, key="Esc")
        sheet.show(first)
        return sheet

    def leaving(
        self, pictures: int, pause: Callable[[], None], finish: Callable[[], None]
    ) -> Sheet:
        """Pause, finish or stay."""
        tr = self.kit.tr
        sheet = Sheet(
            self,
            tr("Leave this exam?"),
            note=tr(
                "What was taken is safe. A paused exam stands above the worklist until it is finished."
            ),
            icon="info",
            tone="accent",
        )

        def after(do: Callable[[], None]) -> Callable[[], None]:
            def run() -> None:
                sheet.close()
                do()

            return run

        first = sheet.button(tr("Pause"), after(pause), kind="primary", key="⏎")
        sheet.button(tr("Finish"), after(finish))
        sheet.button(tr("Stay"), sheet.close, key="Esc")
        sheet.show(first, after(pause))
        return sheet


def dimmed(window: tk.Misc) -> ImageTk.PhotoImage | None:
    """What the window shows now, darker, to stand behind a dialog: who is in the chair stays readable.

    None where a picture of the screen cannot be had; the dialog then stands on black.
    """
    if sys.platform == "darwin" or not window.winfo_viewable():
        return None
    window.update_idletasks()
    left, top = window.winfo_rootx(), window.winfo_rooty()
    box = (left, top, left + window.winfo_width(), top + window.winfo_height())
    # Named, since without a display name Pillow would start a screenshot program where it can't look itself.
    display = None if sys.platform == "win32" else str(window.winfo_screen())
    try:
        seen = ImageGrab.grab(bbox=box, xdisplay=display).convert("RGB")
    except OSError:
        return None
    return ImageTk.PhotoImage(seen.point(DIMMED * 3), master=window)


def ask_picture_files(parent: tk.Misc, title: str, kinds: str) -> list[Path]:
    """The system's file dialog, for pictures."""
    names = filedialog.askopenfilenames(
        parent=parent, title=title, filetypes=[(kinds, PICTURES), ("*", "*")]
    )
    return [Path(name) for name in names]


def ask_folder(parent: tk.Misc, title: str) -> str:
    """The system's folder dialog; empty when nothing was chosen."""
    return str(filedialog.askdirectory(parent=parent, title=title) or "")
