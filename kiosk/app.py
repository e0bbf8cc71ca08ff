"""Puts window and office together: the composition root of everything with a screen.

The window stands before anything heavy is imported, so that a person sees something at once.
"""

from __future__ import annotations

import contextlib
import tkinter as tk
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.ui.root import make_root
from kiosk.ui.window import Window

if TYPE_CHECKING:
    from kiosk.office.office import Office
    from kiosk.office.places import Places

LOCALE = Path(__file__).parent / "locale"
Furnish = Callable[[ExitStack], "Office"]
"""Opens the office; what must be closed after it goes onto the stack."""


def has_display() -> bool:
    """Whether a window can be opened here."""
    try:
        probe = tk.Tk()
    except tk.TclError:
        return False
    probe.destroy()
    return True


def toolkit_problem() -> str:
    """What is wrong with Tk or the bridge that brings pictures to it; empty when nothing is. Needs no display."""
    import importlib

    try:
        # The bridge is looked up by name at run time, which a frozen program can lack.
        importlib.import_module("PIL._tkinter_finder")
        importlib.import_module("PIL.ImageTk")
    except ImportError as problem:
        return f"{problem.name} is missing"
    return "" if tk.TkVersion >= 8.6 else f"Tk {tk.TkVersion} is too old, 8.6 is needed"


def open_window(places: Places, *, fullscreen: bool | None, scale_percent: int | None) -> int:
    """The kiosk on a data folder, until the person leaves it; gives the exit status.

    Args:
        fullscreen, scale_percent: None is what the settings say.
    """
    from kiosk import settings as settings_file

    settings = settings_file.load(places.settings)
    display = settings.display

    def furnish(stack: ExitStack) -> Office:
        from kiosk.office.logs import begin_file_log, end_file_log
        from kiosk.office.office import Office

        stack.callback(end_file_log, begin_file_log(places.logs))
        if not places.settings.exists():
            places.data.mkdir(parents=True, exist_ok=True)
            places.settings.write_text(settings_file.DEFAULT_TEXT, encoding="utf-8")
        return stack.enter_context(Office(places, settings))

    return _run(
        furnish,
        fullscreen=display.fullscreen if fullscreen is None else fullscreen,
        scale_percent=scale_percent or display.scale_percent,
        language=display.language,
    )


def open_demo(folder: Path, *, fullscreen: bool, scale_percent: int | None) -> int:
    """The kiosk in a throw-away clinic."""

    def furnish(stack: ExitStack) -> Office:
        from kiosk.demo.play import demo_settings, fill_worklist, hospital
        from kiosk.office.office import Choices, Office
        from kiosk.office.places import Places
        from minipacs.clock import system_clock

        peer = stack.enter_context(hospital(folder / "hospital", system_clock))
        choices = Choices(source={"seed": 7, "delay": 0.2})
        office = Office(Places(folder / "data"), demo_settings(peer), choices=choices)
        stack.enter_context(office)
        fill_worklist(office)
        return office

    return _run(furnish, fullscreen=fullscreen, scale_percent=scale_percent or 0)


def _run(furnish: Furnish, *, fullscreen: bool, scale_percent: int, language: str = "") -> int:
    from kiosk.i18n import Translator

    root = make_root(full_screen=fullscreen)
    leaving: list[Callable[[], None]] = []

    def leave() -> None:
        for end in leaving:
            end()
        root.destroy()

    tr = Translator.for_languages([language] if language else [], LOCALE)
    window = Window(root, percent=scale_percent, tr=tr, on_close=leave)
    window.open()
    with ExitStack() as stack:
        failed = _fill(window, furnish, stack, leaving, leave)
        root.mainloop()
    return failed


def _fill(
    window: Window,
    furnish: Furnish,
    stack: ExitStack,
    leaving: list[Callable[[], None]],
    leave: Callable[[], None],
) -> int:
    """Open the office and give the window its presenters; a failure becomes a card that ends the program."""
    from kiosk.i18n import text
    from kiosk.presenters.desk import Desk
    from kiosk.problems import problem_of
    from kiosk.tasks import TaskRunner

    try:
        office = furnish(stack)
    except Exception as problem:  # noqa: BLE001 - whatever stops the office, the person gets a card
        window.load()
        window.show_problem(problem_of(problem), text("Close Chairside"), leave)
        return 1
    window.load()
    tasks = TaskRunner(window.queue.post)
    desk = Desk(window, office.ports(), tasks, window.queue.post, office.clock)

    def end() -> None:
        window.stop()
        with contextlib.suppress(RuntimeError):
            tasks.stop()

    leaving.append(end)
    window.attach(desk)
    return 0
