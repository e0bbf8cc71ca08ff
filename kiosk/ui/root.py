"""The one Tk of the program."""

from __future__ import annotations

import logging
import tkinter as tk
from collections.abc import Callable
from types import TracebackType

from kiosk.ui.scale import be_aware_of_density
from kiosk.ui.theme import Palette

log = logging.getLogger(__name__)

TITLE = "Chairside"

CallbackError = Callable[[type[BaseException], BaseException, TracebackType | None], object]


def make_root(*, full_screen: bool = True, geometry: str = "1280x800") -> tk.Tk:
    """An empty dark window, withdrawn until `Window.open` shows it. Raises tk.TclError without a display."""
    be_aware_of_density()
    root = tk.Tk(className=TITLE)
    root.withdraw()
    root.title(TITLE)
    root.configure(background=Palette().ground)
    if full_screen:
        root.geometry(f"{root.winfo_screenwidth()}x{root.winfo_screenheight()}+0+0")
        root.attributes("-fullscreen", True)
    else:
        root.geometry(geometry)
    return root


def report_callback_errors(root: tk.Tk, show: Callable[[BaseException], None]) -> None:
    """The last net: what escapes from a callback is logged by its type and place, and shown as a problem."""

    def report(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        log.error("a callback ended by %s at %s", kind.__name__, place_of(trace))
        try:
            show(error)
        except tk.TclError:
            # The window is going down; the log has it.
            log.warning("the problem could not be shown")

    root.report_callback_exception = report


def place_of(trace: TracebackType | None) -> str:
    """`module:line < module:line` of a traceback, innermost first; no values, no texts."""
    places = []
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "?")
        places.append(f"{module}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " < ".join(reversed(places[-6:]))
