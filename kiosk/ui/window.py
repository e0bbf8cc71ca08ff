"""The window: header, the screen in front, the status line, dialogs and notes.

Made in two steps, so that a person sees something at once: the constructor only draws a name on dark ground;
`load` builds the screens, with everything heavy that they import.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kiosk.i18n import NO_TEXT, Text, Translator
from kiosk.problems import Problem, problem_of
from kiosk.ui.keys import Keys
from kiosk.ui.kit import Kit
from kiosk.ui.root import TITLE, report_callback_errors
from kiosk.ui.scale import scale_of_screen
from kiosk.ui.theme import Theme
from kiosk.ui.uiqueue import UiQueue

if TYPE_CHECKING:
    from kiosk.presenters.desk import Desk
    from kiosk.presenters.ports import Destination
    from kiosk.ui.dialogs import Sheets
    from kiosk.ui.screens.activity import ActivityScreen
    from kiosk.ui.screens.archive import ArchiveScreen
    from kiosk.ui.screens.base import Screen
    from kiosk.ui.screens.exam import ExamScreen
    from kiosk.ui.screens.finish import FinishScreen
    from kiosk.ui.screens.media import MediaSheet
    from kiosk.ui.screens.walk_in import WalkInScreen
    from kiosk.ui.screens.worklist import WorklistScreen
    from kiosk.ui.widgets.statusline import StatusLine

NOTE_MS = 4500
TICK_MS = 1000


class Window:
    """All views (kiosk.presenters.desk.Views) and their place on the screen.

    Args:
        root: of kiosk.ui.root.make_root.
        percent: the scale that the settings name, 75 to 300; 0 fits the screen.
        on_close: the person wants to leave the program; the default closes the window.
    """

    worklist: WorklistScreen
    walk_in: WalkInScreen
    exam: ExamScreen
    finish: FinishScreen
    archive: ArchiveScreen
    activity: ActivityScreen
    media: MediaSheet
    status: StatusLine
    sheets: Sheets

    def __init__(
        self,
        root: tk.Tk,
        *,
        percent: int = 0,
        tr: Translator | None = None,
        on_close: Callable[[], object] | None = None,
    ) -> None:
        self.root = root
        theme = Theme(root, scale_of_screen(root, percent))
        self.kit = Kit(theme, tr or Translator(), Keys(root))
        self.queue = UiQueue(root)
        self._on_close = on_close or root.destroy
        self._screens: dict[str, Screen] = {}
        self._in_front = ""
        self._desk: Desk | None = None
        self._note: tk.Misc | None = None
        self._note_after: str | None = None
        self._tick_after: str | None = None
        self._ticks = 0
        root.configure(background=theme.palette.ground)
        self._splash = tk.Label(
            root,
            text=TITLE,
            font=theme.font(34, bold=True),
            background=theme.palette.ground,
            foreground=theme.palette.muted,
        )
        self._splash.place(relx=0.5, rely=0.5, anchor="center")
        root.protocol("WM_DELETE_WINDOW", self.close)

    def open(self) -> None:
        """Show the window, with nothing but its name in it."""
        self.root.deiconify()
        # Without a window manager nobody gives the keyboard to the window.
        self.root.focus_force()
        self.root.update_idletasks()
        self.root.update()

    def load(self) -> None:
        """Build the screens."""
        from kiosk.ui.dialogs import Sheets
        from kiosk.ui.focus import FocusRing
        from kiosk.ui.header import Header
        from kiosk.ui.screens.activity import ActivityScreen
        from kiosk.ui.screens.archive import ArchiveScreen
        from kiosk.ui.screens.exam import ExamScreen
        from kiosk.ui.screens.finish import FinishScreen
        from kiosk.ui.screens.media import MediaSheet
        from kiosk.ui.screens.walk_in import WalkInScreen
        from kiosk.ui.screens.worklist import WorklistScreen
        from kiosk.ui.widgets.statusline import StatusLine

        root, kit = self.root, self.kit
        self._frame = tk.Frame(root, background=kit.theme.palette.ground)
        self.sheets = Sheets(root, kit, FocusRing(root))
        self.header = Header(self._frame, kit, self._go, self.close)
        self.status = StatusLine(self._frame, kit)
        self.status.pack(side="bottom", fill="x")
        self._body = tk.Frame(self._frame, background=kit.theme.palette.ground)
        self._body.pack(side="bottom", fill="both", expand=True)
        self.worklist = WorklistScreen(self._body, kit, self)
        self.walk_in = WalkInScreen(self._body, kit, self)
        self.exam = ExamScreen(self._body, kit, self)
        self.finish = FinishScreen(self._body, kit, self)
        self.archive = ArchiveScreen(self._body, kit, self)
        self.activity = ActivityScreen(self._body, kit, self)
        self.media = MediaSheet(self.sheets)
        self._screens = {
            "worklist": self.worklist,
            "walk_in": self.walk_in,
            "exam": self.exam,
            "finish": self.finish,
            "archive": self.archive,
            "activity": self.activity,
        }

    def attach(self, desk: Desk) -> None:
        """Give each view its presenter, show the first screen, and begin to listen to workers."""
        self._desk = desk
        self.worklist.presenter = desk.worklist
        self.walk_in.presenter = desk.walk_in
        self.exam.presenter = desk.exam
        self.finish.presenter = desk.finish
        self.archive.presenter = desk.archive
        self.activity.presenter = desk.activity
        self.media.presenter = desk.media
        self.status.on_item = desk.status.on_item
        report_callback_errors(self.root, lambda error: self.show_problem(problem_of(error)))
        self.stop()
        self.queue.start()
        desk.start()
        self._splash.destroy()
        self._frame.place(x=0, y=0, relwidth=1, relheight=1)
        self.root.update_idletasks()
        self._tick()

    def close(self) -> None:
        """The person wants to leave."""
        if self._in_front == "exam":
            # As the way back does: asks whether to pause, finish or stay. A dialog that is open is answered first.
            if not self.sheets.opened:
                self.exam.presenter.on_back()
            return
        self._on_close()

    def stop(self) -> None:
        """No more ticks and no more answers of workers; before the root is destroyed."""
        self.queue.stop()
        for after in (self._tick_after, self._note_after):
            if after is not None:
                self.root.after_cancel(after)
        self._tick_after = self._note_after = None

    # ---- Views

    def bring(self, screen: str) -> None:
        """This screen in front."""
        for sheet in list(self.sheets.opened):
            sheet.close()
        new = self._screens[screen]
        if screen != self._in_front:
            self._drop_note()  # it speaks of the screen that is left
            old = self._screens.get(self._in_front)
            if old is not None:
                old.pack_forget()
            if new.has_header:
                self.header.pack(side="top", fill="x", before=self.status)
            else:
                self.header.pack_forget()
            new.pack(in_=self._body, fill="both", expand=True)
            self._in_front = screen
        self.header.choose(screen)
        self.kit.keys.use({**self.moves(new), **new.handlers()})
        self.root.update_idletasks()
        new.first_focus().focus_set()

    def show_note(self, words: Text, tone: str = "muted") -> None:
        """A line above the status line that goes away by itself."""
        from kiosk.ui.widgets.box import Box
        from kiosk.ui.widgets.label import IconLabel, Words

        self._drop_note()
        theme = self.kit.theme
        px, palette = theme.px, theme.palette
        line = palette.line_strong if tone == "muted" else theme.tone(tone)
        box = Box(self.root, self.kit, fill=palette.hover, outline=line, radius=12)
        icon = {"good": "stored", "warn": "alert", "bad": "alert"}.get(tone, "info")
        IconLabel(box, self.kit, icon, size=20, tone="accent" if tone == "muted" else tone).pack(
            side="left", padx=(px(18), px(10)), pady=px(14)
        )
        Words(box, self.kit, self.kit.tr(words), size=16).pack(side="left", padx=(0, px(20)))
        box.place(relx=0.5, rely=1.0, y=-px(64), anchor="s")
        box.lift()
        box.bind("<Button-1>", lambda _: self._drop_note())
        self._note = box
        self._note_after = self.root.after(NOTE_MS, self._drop_note)

    def show_problem(
        self,
        problem: Problem,
        again: Text = NO_TEXT,
        try_again: Callable[[], None] | None = None,
    ) -> None:
        """A card to be read, or for a lesser one a note."""
        if problem.serious or try_again is not None:
            self.sheets.problem(problem, again, try_again)
        else:
            tr = self.kit.tr
            both = Text("{a} {b}", {"a": tr(problem.what), "b": tr(problem.what_to_do)})
            self.show_note(both, "warn")

    def ask_destination(
        self, destinations: Sequence[Destination], chosen: Callable[[str], None]
    ) -> None:
        """Where to send."""
        from kiosk.ui.dialogs import Option

        tr = self.kit.tr
        options = [
            Option(one.ae_title, f"{one.title}  ({one.ae_title})" if one.title else one.ae_title,
                   "node")
            for one in destinations
        ]  # fmt: skip
        self.sheets.choose(
            tr("Send to which system?"),
            tr("The images wait in the outbox until that system has answered for each of them."),
            options,
            chosen,
            columns=1 if len(options) < 5 else 2,
        )

    def moves(self, screen: Screen) -> dict[str, Callable[[], object]]:
        """The keys that lead from a screen with a header to the rooms."""
        if not screen.has_header:
            return {}
        return {
            name: (lambda name=name: self._go(name))  # type: ignore[misc]
            for name in ("worklist", "archive", "activity")
        }

    def _go(self, screen: str) -> None:
        desk = self._desk
        if desk is None:
            return
        {
            "worklist": desk.to_worklist,
            "archive": desk.to_archive,
            "activity": desk.to_activity,
        }[screen]()

    # ---- inside

    def _drop_note(self) -> None:
        if self._note_after is not None:
            self.root.after_cancel(self._note_after)
            self._note_after = None
        if self._note is not None:
            self._note.destroy()
            self._note = None

    def _tick(self) -> None:
        self._tick_after = self.root.after(TICK_MS, self._tick)
        self._ticks += 1
        if self._desk is not None:
            self._desk.tick(self._ticks)
