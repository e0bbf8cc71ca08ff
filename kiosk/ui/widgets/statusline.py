"""The line at the foot of every screen. Each part is a button to the page that explains it."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence

from kiosk.presenters.status import StatusItem
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.button import Button


class StatusLine(tk.Frame):
    """Tells `on_item` the key of a tapped part."""

    def __init__(self, parent: tk.Misc, kit: Kit) -> None:
        palette, px = kit.theme.palette, kit.theme.px
        super().__init__(parent, background=palette.panel, height=px(48))
        self.pack_propagate(False)
        self.kit = kit
        self.on_item: Callable[[str], object] = lambda _: None
        self._parts: dict[str, Button] = {}
        self._order: tuple[str, ...] = ()

    def show_items(self, items: Sequence[StatusItem]) -> None:
        """The parts."""
        for item in items:
            button = self._parts.get(item.key)
            if button is None:
                button = self._parts[item.key] = Button(
                    self,
                    self.kit,
                    "",
                    lambda key=item.key: self.on_item(key),  # type: ignore[misc]
                    kind="quiet",
                    height=48,
                    size=13,
                )
            tone = "" if item.tone == "muted" else item.tone
            button.say(self.kit.tr(item.words), icon=item.icon, tone=tone)
        order = tuple(item.key for item in items)
        if order != self._order:
            self._order = order
            left = [key for key in order if key in ("node", "worklist", "source")]
            for button in self._parts.values():
                button.pack_forget()
            for key in left:
                self._parts[key].pack(side="left", padx=(self.kit.theme.px(4), 0))
            for key in reversed([key for key in order if key not in left]):
                self._parts[key].pack(side="right", padx=(0, self.kit.theme.px(4)))
