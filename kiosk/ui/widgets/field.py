"""One line to type in, with its name above and a sentence below when it is wrong."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable

from kiosk.ui.focus import in_focus
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.box import Box
from kiosk.ui.widgets.label import IconLabel, Words

HEIGHT = 48


class Field(tk.Frame):
    """A named entry. `on_change` is told the text at each key."""

    def __init__(
        self,
        parent: tk.Misc,
        kit: Kit,
        name: str = "",
        *,
        hint: str = "",
        icon: str = "",
        on_change: Callable[[str], object] | None = None,
        on_enter: Callable[[], object] | None = None,
        with_fault: bool = True,
    ) -> None:
        ground = str(parent.cget("background"))
        super().__init__(parent, background=ground)
        self.kit, self._hint_words = kit, hint
        self._on_change, self._fault_words = on_change, ""
        theme = kit.theme
        px, palette = theme.px, theme.palette
        self._name_words: Words | None = None
        if name:
            self._name_words = Words(self, kit, name, size=13, tone="muted")
            self._name_words.pack(fill="x", pady=(0, px(4)))
        self.box = Box(
            self, kit, fill=palette.raised, outer=ground, outline=palette.line_strong, radius=9
        )
        self.box.pack(fill="x")
        inside = tk.Frame(self.box, background=palette.raised, height=px(HEIGHT - 2))
        inside.pack(fill="x", padx=px(12), pady=px(1))
        inside.pack_propagate(False)
        if icon:
            IconLabel(inside, kit, icon, size=18, tone="muted").pack(side="left", padx=(0, px(8)))
        self._variable = tk.StringVar(self)
        self.entry = tk.Entry(
            inside,
            textvariable=self._variable,
            font=theme.font(),
            background=palette.raised,
            foreground=palette.text,
            disabledbackground=palette.raised,
            insertbackground=palette.accent,
            selectbackground=palette.primary,
            selectforeground=palette.on_fill,
            insertwidth=px(2),
            relief="flat",
            borderwidth=0,
            highlightthickness=0,
        )
        self.entry.pack(side="left", fill="both", expand=True)
        self._hint = Words(self.entry, kit, hint, tone="faint", ground=palette.raised)
        self._hint.bind("<Button-1>", lambda _: self.entry.focus_set())
        self._fault: Words | None = None
        if with_fault:
            self._fault = Words(self, kit, "", size=13, tone="bad", wraps=True)
            self._fault.pack(fill="x", pady=(px(2), 0))
        self._variable.trace_add("write", self._changed)
        self.entry.bind("<FocusIn>", lambda _: self._ring(True), add=True)
        self.entry.bind("<FocusOut>", lambda _: self._ring(False), add=True)
        if on_enter is not None:
            for key in ("<Return>", "<KP_Enter>"):
                self.entry.bind(key, lambda _: self._entered(on_enter), add=True)
        self._show_hint()

    @property
    def value(self) -> str:
        """What is typed in it."""
        return self._variable.get()

    def rename(self, name: str) -> None:
        """Another name above it."""
        if self._name_words is not None:
            self._name_words.say(name)

    def put(self, value: str) -> None:
        """Another text in it, as if typed."""
        if value != self.value:
            self._variable.set(value)
            self.entry.icursor("end")

    def fault(self, words: str) -> None:
        """What is wrong with it; nothing when right."""
        self._fault_words = words
        if self._fault is not None:
            self._fault.say(words)
        self._ring(in_focus(self.entry) is self.entry)

    def _entered(self, on_enter: Callable[[], object]) -> str:
        on_enter()
        return "break"

    def _changed(self, *_: object) -> None:
        self._show_hint()
        if self._on_change is not None:
            self._on_change(self.value)

    def _show_hint(self) -> None:
        if self._hint_words and not self.value:
            self._hint.place(x=self.kit.theme.px(2), rely=0.5, anchor="w")
        else:
            self._hint.place_forget()

    def _ring(self, focused: bool) -> None:
        palette = self.kit.theme.palette
        colour = palette.accent if focused else palette.line_strong
        if self._fault_words:
            colour = palette.bad
        self.box.recolour(outline=colour)
