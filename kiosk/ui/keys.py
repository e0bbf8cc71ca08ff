"""One table of actions and their keys. Foot pedals and camera buttons are keyboards, so any key can be bound."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from tkinter import ttk
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Binding:
    """The keys of an action (Tk keysyms) and how they are written on a button."""

    keysyms: tuple[str, ...]
    shown: str


DEFAULT_KEYS: Mapping[str, Binding] = MappingProxyType(
    {
        "capture": Binding(("space", "F5"), "Space"),
        "accept": Binding(("Return", "KP_Enter"), "Enter"),
        "retake": Binding(("BackSpace",), "⌫"),
        "move": Binding(("m",), "M"),
        "previous": Binding(("Left", "Up"), "←"),
        "next": Binding(("Right", "Down"), "→"),
        "invert": Binding(("i",), "I"),
        "rotate": Binding(("r",), "R"),
        "flip": Binding(("f",), "F"),
        "zoom_in": Binding(("plus", "KP_Add", "equal"), "+"),
        "zoom_out": Binding(("minus", "KP_Subtract"), "−"),
        "fit": Binding(("0", "KP_0"), "0"),
        "actual": Binding(("1", "KP_1"), "1"),
        "histogram": Binding(("h",), "H"),
        "fullscreen": Binding(("F11", "v"), "V"),
        "finish": Binding(("F10",), "F10"),
        "back": Binding(("Escape",), "Esc"),
        "search": Binding(("slash", "F3"), "F3"),
        "refresh": Binding(("F5",), "F5"),
        "new": Binding(("F2",), "F2"),
        "worklist": Binding(("F6",), "F6"),
        "archive": Binding(("F7",), "F7"),
        "activity": Binding(("F8",), "F8"),
        "export": Binding(("F9",), "F9"),
    }
)

TYPING = (tk.Entry, ttk.Entry, tk.Text)
EVEN_WHILE_TYPING = ("Escape",)
MODIFIERS = 0x4 | 0x8 | 0x40
"""Control, Mod1 (Alt), Mod4: such chords are not ours."""


class Keys:
    """Sends a key to the handler of the screen in front.

    A control in focus comes first: it answers "break" for the keys that it takes. While a person types, only Escape
    and the function keys reach the screen.
    """

    def __init__(self, root: tk.Misc, table: Mapping[str, Binding] = DEFAULT_KEYS) -> None:
        self.table = table
        self._layers: list[Mapping[str, Callable[[], object]]] = [{}]
        root.bind("<KeyPress>", self._on_key, add=True)

    def shown(self, action: str) -> str:
        """How the key of an action is written on its button."""
        binding = self.table.get(action)
        return binding.shown if binding else ""

    def use(self, handlers: Mapping[str, Callable[[], object]]) -> None:
        """The actions of the screen that is in front now."""
        self._layers[0] = handlers

    def push(self, handlers: Mapping[str, Callable[[], object]]) -> None:
        """A dialog in front of the screen takes all keys until it is popped."""
        self._layers.append(handlers)

    def pop(self) -> None:
        """The dialog in front is gone."""
        if len(self._layers) > 1:
            self._layers.pop()

    def _on_key(self, event: tk.Event[tk.Misc]) -> str | None:
        keysym = event.keysym
        if int(event.state) & MODIFIERS:
            return None
        if isinstance(event.widget, TYPING) and not (
            keysym in EVEN_WHILE_TYPING or (keysym[0] == "F" and keysym[1:].isdigit())
        ):
            return None
        wanted = keysym.lower() if len(keysym) == 1 else keysym
        for action, handler in self._layers[-1].items():
            binding = self.table.get(action)
            if binding is not None and wanted in binding.keysyms:
                handler()
                return "break"
        return None
