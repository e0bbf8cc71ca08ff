"""The dialog that writes a medium: place, profile, progress, and what was read back."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Sequence
from tkinter import ttk

from kiosk.i18n import Text
from kiosk.presenters.media import MediaPresenter, place_note
from kiosk.presenters.ports import Place, ProfileChoice
from kiosk.problems import Problem
from kiosk.ui.dialogs import Sheet, Sheets, ask_folder
from kiosk.ui.widgets.button import Button
from kiosk.ui.widgets.label import IconLabel, Words
from kiosk.ui.widgets.segments import Segment, Segments


class MediaSheet:
    """See kiosk.presenters.media."""

    presenter: MediaPresenter

    def __init__(self, sheets: Sheets) -> None:
        self.sheets, self.kit = sheets, sheets.kit
        self._sheet: Sheet | None = None

    # ---- MediaView

    def show_open(self, studies: int, profiles: Sequence[ProfileChoice]) -> None:
        """The dialog."""
        tr, px = self.kit.tr, self.kit.theme.px
        sheet = self._sheet = Sheet(
            self.sheets,
            tr("Write a medium"),
            note=tr.plural("{n} study, with DICOMDIR, read back when done.",
                           "{n} studies, with DICOMDIR, read back when done.", studies),
            icon="medium",
            tone="accent",
            width=720,
            on_escape=lambda: self.presenter.on_cancel(),
        )  # fmt: skip
        body = sheet.body
        Words(body, self.kit, tr("Where to"), size=13, tone="muted").pack(anchor="w")
        self._places = tk.Frame(body, background=str(body.cget("background")))
        self._places.pack(fill="x", pady=(px(4), px(12)))
        Words(body, self.kit, tr("Profile"), size=13, tone="muted").pack(anchor="w")
        # The titles begin alike and are too long for four side by side; the one in hand stands below in full.
        titles = {one.name: one.title for one in profiles}

        def chosen(name: str) -> None:
            title.say(titles[name])
            self.presenter.on_profile(name)

        self._profiles = Segments(
            body,
            self.kit,
            [Segment(one.name, one.name.removeprefix("STD-")) for one in profiles],
            chosen,
        )
        self._profiles.pack(fill="x", pady=(px(4), px(4)))
        title = Words(body, self.kit, profiles[0].title if profiles else "", size=13, tone="faint")
        title.pack(anchor="w", pady=(0, px(14)))
        self._bar = ttk.Progressbar(body, style="Kiosk.Horizontal.TProgressbar", maximum=1000)
        self._result = tk.Frame(body, background=str(body.cget("background")))
        self._result.pack(fill="x")
        self._icon = IconLabel(self._result, self.kit, "info", size=24, tone="faint")
        self._words = Words(self._result, self.kit, "", size=16, wraps=True)
        self._words.pack(side="left", fill="x", expand=True)
        self._write = sheet.button(
            tr("Write"), lambda: self.presenter.on_write(), kind="primary", icon="medium", key="⏎"
        )
        self._cancel = sheet.button(tr("Close"), lambda: self.presenter.on_cancel(), key="Esc")
        sheet.show(self._write, self._write.invoke)

    def show_places(self, places: Sequence[Place], chosen: str) -> None:
        """Where it can be written."""
        if self._sheet is None:
            return
        tr, px = self.kit.tr, self.kit.theme.px
        for child in self._places.winfo_children():
            child.destroy()
        for place in places:
            note = tr(place_note(place))
            Button(
                self._places, self.kit, place.title,
                lambda path=str(place.path): self.presenter.on_place(path),  # type: ignore[misc]
                kind="chosen" if str(place.path) == chosen else "plain",
                icon="medium" if place.removable else "folder", align="left", key=note,
            ).pack(fill="x", pady=px(3))  # fmt: skip
        Button(
            self._places, self.kit, tr("Another folder …"), self._look_for, icon="search",
            align="left", kind="quiet",
        ).pack(fill="x", pady=px(3))  # fmt: skip

    def show_ready(self, ready: bool) -> None:
        """Whether it can start."""
        self._write.enable(ready)

    def show_progress(self, fraction: float, words: Text) -> None:
        """How far it is."""
        self._bar.pack(fill="x", pady=(0, self.kit.theme.px(10)), before=self._result)
        if fraction >= 0:
            self._bar.configure(value=round(fraction * 1000))
        self._icon.pack_forget()
        self._words.say(self.kit.tr(words), "muted")
        self._write.enable(False)
        self._cancel.say(self.kit.tr("Stop"), icon="cross")

    def show_written(self, words: Text, folder: str, tone: str) -> None:
        """What was written."""
        self._done("stored" if tone == "good" else "alert", tone, words)
        self._words.say(f"{self.kit.tr(words)}\n{folder}")
        self._cancel.say(self.kit.tr("Done"), icon="check", kind="primary")
        self._write.pack_forget()
        self._cancel.focus_set()

    def show_stopped(self, words: Text) -> None:
        """It was cancelled."""
        self._done("alert", "warn", words)
        self._write.enable(True)

    def show_failed(self, problem: Problem) -> None:
        """It failed."""
        tr = self.kit.tr
        self._done("alert", "bad", problem.what)
        self._words.say(f"{tr(problem.what)} {tr(problem.what_to_do)}\n{problem.code}")
        self._write.enable(True)
        self._write.say(tr("Try again"), icon="refresh")

    def show_closed(self) -> None:
        """Gone."""
        if self._sheet is not None:
            self._sheet.close()
            self._sheet = None

    # ---- inside

    def _done(self, icon: str, tone: str, words: Text) -> None:
        self._bar.pack_forget()
        self._icon.show(icon, tone)
        self._icon.pack(
            side="left", anchor="n", padx=(0, self.kit.theme.px(12)), before=self._words
        )
        self._words.say(self.kit.tr(words), "text")
        self._cancel.say(self.kit.tr("Close"), icon="")

    def _look_for(self) -> None:
        self.presenter.on_other_place(
            ask_folder(self.sheets.parent, self.kit.tr("Choose a folder"))
        )
