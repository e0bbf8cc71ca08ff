"""Tab goes round what is in front, and only that: a dialog keeps the focus inside."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Iterator
from tkinter import ttk

TYPED_IN = (tk.Entry, tk.Text, ttk.Entry)


def in_focus(widget: tk.Misc) -> tk.Misc | None:
    """The control that has the focus; None also where it is one of Tk's own file dialog, which tkinter can't name."""
    try:
        return widget.focus_get()
    except KeyError:
        return None


def ring(scope: tk.Misc) -> list[tk.Misc]:
    """The controls of `scope` that can have the focus now, in the order of Tab."""
    return [widget for widget in _walk(scope) if _takes_focus(widget)]


def _walk(widget: tk.Misc) -> Iterator[tk.Misc]:
    for child in widget.winfo_children():
        if isinstance(child, tk.Toplevel):
            continue
        yield child
        yield from _walk(child)


def _takes_focus(widget: tk.Misc) -> bool:
    if not widget.winfo_viewable():
        return False
    wish = str(widget.cget("takefocus")) if "takefocus" in widget.keys() else "0"  # noqa: SIM118
    if wish == "0":
        return False
    if isinstance(widget, TYPED_IN):
        return str(widget.cget("state")) != "disabled"
    return wish == "1"


class FocusRing:
    """Handles Tab and Shift-Tab for a window."""

    def __init__(self, root: tk.Misc) -> None:
        self._root = root
        self._scopes: list[tk.Misc] = [root]
        # Tk's own traversal hangs on these virtual events, which win over a binding of Tab itself.
        for sequence, step in (("<<NextWindow>>", 1), ("<<PrevWindow>>", -1)):
            root.bind_all(sequence, lambda _, step=step: self._go(step))  # type: ignore[misc]

    @property
    def scope(self) -> tk.Misc:
        """What is in front."""
        return self._scopes[-1]

    def push(self, scope: tk.Misc) -> None:
        """A dialog is in front."""
        self._scopes.append(scope)

    def pop(self, scope: tk.Misc) -> None:
        """It is gone."""
        if scope in self._scopes[1:]:
            self._scopes.remove(scope)

    def _go(self, step: int) -> str:
        held = str(self._root.tk.call("focus"))
        if held and in_focus(self._root) is None:
            # Inside Tk's own file dialog: its own way round.
            follow = "tk_focusNext" if step > 0 else "tk_focusPrev"
            self._root.tk.call("tk::TabToWindow", self._root.tk.call(follow, held))
            return "break"
        controls = ring(self.scope)
        if controls:
            here = in_focus(self._root)
            if here in controls:
                place = (controls.index(here) + step) % len(controls)
            else:
                place = 0 if step > 0 else len(controls) - 1
            controls[place].focus_set()
        return "break"
