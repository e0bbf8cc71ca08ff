"""One root for the whole session, on a virtual screen where there is none; a failing callback fails the test."""

from __future__ import annotations

import os
import time
import tkinter as tk
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kiosk.presenters.desk import Desk
from kiosk.tasks import TaskRunner
from kiosk.ui.root import make_root
from kiosk.ui.window import Window
from tests.builders import a_dog, a_patient, an_order
from tests.kiosk.presenters.fakes import (
    AlertLine,
    FakeEntry,
    FakeStudy,
    Office,
    an_outbox,
    clock,
)
from tests.screen import virtual_screen


@pytest.fixture(scope="session")
def screen() -> Iterator[None]:
    """A screen to draw on."""
    if os.environ.get("DISPLAY"):
        yield
        return
    with virtual_screen("1280x800") as display:
        os.environ["DISPLAY"] = display
        yield
        del os.environ["DISPLAY"]


@pytest.fixture(scope="session")
def session_window(screen: None) -> Iterator[Window]:
    """The window, built once, at 100 %."""
    root = make_root(full_screen=False, geometry="1280x800+0+0")
    root.tk.call("tk", "scaling", 4 / 3)
    window = Window(root, percent=100)
    window.open()
    window.load()
    yield window
    root.destroy()


class Room:
    """The window with its desk and its fakes, and hands to drive it."""

    def __init__(self, window: Window) -> None:
        self.window, self.root, self.office = window, window.root, Office()
        self.office.worklist.list = [
            FakeEntry(a_patient(identifier=f"P-{n}"), an_order(step_id=f"S{n}", start_time=f"{n:02}00"))
            for n in range(8, 14)
        ]  # fmt: skip
        self.office.worklist.list.append(
            FakeEntry(a_dog(), an_order(step_id="S20", start_time="2000"), "COMPLETED")
        )
        self.office.archive.list = [FakeStudy(f"1.{n}") for n in range(1, 5)]
        self.office.delivery.lines = an_outbox()
        self.office.delivery.alert_lines = [AlertLine("1", "An image came twice.")]
        self.root.focus_force()
        self.tasks = TaskRunner(window.queue.post)
        self.desk = Desk(window, self.office.ports, self.tasks, window.queue.post, clock)
        window.attach(self.desk)
        self.errors: list[BaseException] = []
        self.root.report_callback_exception = lambda kind, error, trace: self.errors.append(error)
        self.until(lambda: window.worklist.list.rows)
        window.worklist.list._moved_at = -1.0  # the rows of the test before are long gone

    def pump(self, seconds: float = 0.06) -> None:
        """Let Tk and the workers run."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.root.update()
            time.sleep(0.002)

    def until(self, condition: Callable[[], Any], seconds: float = 10) -> None:
        """Pump until a condition holds."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "the condition did not come true"
            self.root.update()
            time.sleep(0.002)
        self.root.update()

    def press(self, *keys: str) -> None:
        """Press keys where the focus is."""
        for key in keys:
            self.root.update()
            widget = self.root.focus_get() or self.root
            widget.event_generate(
                f"<KeyPress-{key}>" if len(key) > 1 or key.isdigit() else f"<{key}>"
            )
            self.pump()

    def type(self, words: str) -> None:
        """Type into the entry that has the focus."""
        for sign in words:
            widget = self.root.focus_get()
            assert widget is not None
            widget.event_generate("<KeyPress>", keysym={" ": "space", "-": "minus"}.get(sign, sign))
            self.root.update()

    def tap(self, widget: tk.Misc, x: int | None = None, y: int | None = None) -> None:
        """A finger on a widget."""
        self.root.update()
        x = widget.winfo_width() // 2 if x is None else x
        y = widget.winfo_height() // 2 if y is None else y
        widget.event_generate("<ButtonPress-1>", x=x, y=y)
        widget.event_generate("<ButtonRelease-1>", x=x, y=y)
        self.pump()

    def go(self, screen: str) -> None:
        """To a screen, as the desk would."""
        {
            "worklist": self.desk.to_worklist,
            "walk_in": self.desk.to_walk_in,
            "archive": self.desk.to_archive,
            "activity": self.desk.to_activity,
            "exam": self.begin,
            "finish": self.finish,
        }[screen]()
        self.pump()

    def begin(self) -> None:
        """Into the exam of the first entry."""
        self.desk.worklist.on_select(self.window.worklist.list.rows[0].key)
        self.desk.worklist.on_start()
        self.until(lambda: self.desk.in_front == "exam")

    def finish(self) -> None:
        """Through an exam to its summary."""
        self.begin()
        exam = self.office.exams.opened[-1]
        token = exam.arm("t1")
        exam.receive(token)
        exam.accept(token.identifier)
        self.desk.exam._ending.finish_now(self.desk.exam._exam)  # type: ignore[arg-type]
        self.until(lambda: self.desk.in_front == "finish")

    def end(self) -> None:
        """No dialogs, no threads, no ticks."""
        for sheet in list(self.window.sheets.opened):
            sheet.close()
        self.desk.exam.close()
        self.window._drop_note()
        self.window.stop()
        assert self.tasks.stop()
        self.root.update()


@pytest.fixture
def room(session_window: Window) -> Iterator[Room]:
    """The window at the worklist."""
    room = Room(session_window)
    yield room
    room.end()
    if room.errors:
        raise room.errors[0]


def every(widget: tk.Misc, kind: type[Any]) -> list[Any]:
    """All visible widgets of a kind below one."""
    found = [widget] if isinstance(widget, kind) and widget.winfo_viewable() else []
    for child in widget.winfo_children():
        found += every(child, kind)
    return found


SCREENS = ("worklist", "walk_in", "exam", "finish", "archive", "activity")


@pytest.fixture(params=SCREENS)
def each_screen(request: pytest.FixtureRequest, room: Room) -> Room:
    """The window at each of its screens in turn."""
    room.go(request.param)
    return room


@pytest.fixture
def all_of() -> Callable[[tk.Misc, type[Any]], list[Any]]:
    """`every`, for test files."""
    return every
