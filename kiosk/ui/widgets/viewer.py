"""The picture with its tools below; every tool has its key written on it."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable

from kiosk.i18n import NO_TEXT, Text
from kiosk.presenters.ports import Picture
from kiosk.ui.kit import Kit
from kiosk.ui.widgets.box import Box
from kiosk.ui.widgets.button import Button
from kiosk.ui.widgets.image import ImageCanvas


class Viewer(Box):
    """A card with a picture. `on_fullscreen` makes it large, and small again; without it there is no such tool."""

    def __init__(
        self, parent: tk.Misc, kit: Kit, on_fullscreen: Callable[[], object] | None = None
    ) -> None:
        super().__init__(parent, kit)
        px = kit.theme.px
        self.tools = tk.Frame(self, background=self.fill)
        self.tools.pack(side="bottom", fill="x", padx=px(8), pady=px(8))
        self.canvas = ImageCanvas(self, kit)
        self.canvas.pack(fill="both", expand=True, padx=px(8), pady=(px(8), 0))
        self.presenter = self.canvas.presenter
        self._buttons: list[Button] = []
        tr, shown, show = kit.tr, kit.keys.shown, self.presenter
        self._mode = self._tool("window", tr("Window"), "", self._toggle_mode)
        for icon, words, action, command in (
            ("invert", tr("Invert"), "invert", show.on_invert),
            ("rotate", tr("Turn"), "rotate", show.on_rotate),
            ("flip", tr("Mirror"), "flip", show.on_flip),
            ("zoom_out", tr("Out"), "zoom_out", lambda: show.on_zoom(-1)),
            ("zoom_in", tr("In"), "zoom_in", lambda: show.on_zoom(1)),
            ("fit", tr("Fit"), "fit", show.on_fit),
            ("actual", tr("1:1"), "actual", show.on_actual),
            ("histogram", tr("Greys"), "histogram", show.on_histogram),
        ):
            self._tool(icon, words, shown(action), command)
        if on_fullscreen is not None:
            self._tool("fullscreen", tr("Large"), shown("fullscreen"), on_fullscreen)
        for column in range(len(self._buttons)):
            self.tools.columnconfigure(column, weight=1, uniform="tool")
        self._enable(False)

    def show(self, picture: Picture | None, instead: Text = NO_TEXT) -> None:
        """This picture, or a sentence."""
        self.presenter.open(picture, instead)
        self._enable(picture is not None)

    def _tool(self, icon: str, words: str, key: str, command: Callable[[], object]) -> Button:
        button = Button(
            self.tools, self.kit, words, command, kind="quiet", icon=icon, key=key,
            stacked=True, height=54, width=48,
        )  # fmt: skip
        button.grid(row=0, column=len(self._buttons), sticky="ew")
        self._buttons.append(button)
        return button

    def _enable(self, enabled: bool) -> None:
        for button in self._buttons:
            button.enable(enabled)

    def _toggle_mode(self) -> None:
        self.canvas.moves = not self.canvas.moves
        tr = self.kit.tr
        if self.canvas.moves:
            self._mode.say(tr("Move"), icon="fullscreen", tone="accent")
        else:
            self._mode.say(tr("Window"), icon="window")
        self.canvas.configure(cursor="fleur" if self.canvas.moves else "crosshair")
