"""The header: the name of the program and the three rooms."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable

from kiosk.ui.kit import Kit
from kiosk.ui.root import TITLE
from kiosk.ui.widgets.button import Button
from kiosk.ui.widgets.label import IconLabel, Words

ROOM_OF = {
    "worklist": "worklist",
    "walk_in": "worklist",
    "finish": "worklist",
    "archive": "archive",
    "activity": "activity",
}


class Header(tk.Frame):
    """Tells `go` the room that was tapped."""

    def __init__(
        self,
        parent: tk.Misc,
        kit: Kit,
        go: Callable[[str], object],
        leave: Callable[[], object],
    ) -> None:
        palette, px, tr = kit.theme.palette, kit.theme.px, kit.tr
        super().__init__(parent, background=palette.panel, height=px(64))
        self.pack_propagate(False)
        IconLabel(self, kit, "tooth", size=28, tone="accent").pack(
            side="left", padx=(px(18), px(10))
        )
        Words(self, kit, TITLE, size=20, bold=True).pack(side="left", padx=(0, px(36)))
        self._rooms: dict[str, Button] = {}
        for key, icon, words in (
            ("worklist", "worklist", tr("Worklist")),
            ("archive", "archive", tr("Archive")),
            ("activity", "activity", tr("Outbox")),
        ):
            button = Button(
                self, kit, words, lambda key=key: go(key), kind="quiet", icon=icon,  # type: ignore[misc]
                key=kit.keys.shown(key), height=48,
            )  # fmt: skip
            button.pack(side="left", padx=(0, px(6)))
            self._rooms[key] = button
        Button(self, kit, tr("Leave"), leave, kind="quiet", icon="exit", height=48, size=14).pack(
            side="right", padx=(0, px(10))
        )

    def choose(self, screen: str) -> None:
        """Which room is in front."""
        room = ROOM_OF.get(screen, "")
        for key, button in self._rooms.items():
            button.say(button.words, kind="chosen" if key == room else "quiet")
