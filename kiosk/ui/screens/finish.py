"""What the exam came to, line by line, and what to do next."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence

from kiosk.presenters.finish import FinishPresenter, Line
from kiosk.presenters.words import Identity
from kiosk.ui.kit import Kit
from kiosk.ui.screens.base import Front, Screen
from kiosk.ui.widgets.box import Box
from kiosk.ui.widgets.button import Button
from kiosk.ui.widgets.label import IconLabel, Words


class FinishScreen(Screen):
    """See kiosk.presenters.finish."""

    presenter: FinishPresenter

    def __init__(self, parent: tk.Misc, kit: Kit, front: Front) -> None:
        super().__init__(parent, kit, front)
        tr, px = kit.tr, kit.theme.px
        card = Box(self, kit)
        card.place(
            relx=0.5, rely=0.5, anchor="center", width=px(820), relheight=1.0, height=-px(40)
        )
        inside = tk.Frame(card, background=card.fill)
        inside.pack(fill="both", expand=True, padx=px(36), pady=px(26))
        Words(inside, kit, tr("Exam finished"), size=26, bold=True).pack(anchor="w")
        self._who = Words(inside, kit, "", size=16, tone="muted")
        self._who.pack(anchor="w", pady=(px(4), px(14)))
        foot = tk.Frame(inside, background=card.fill)
        foot.pack(side="bottom", fill="x", pady=(px(10), 0))
        self._next = Button(
            foot, kit, tr("Next patient"), lambda: self.presenter.on_next(), kind="primary",
            icon="right", key=kit.keys.shown("accept"), height=64, width=270, size=18,
        )  # fmt: skip
        self._next.pack(side="right")
        self._send = Button(
            foot, kit, tr("Send"), lambda: self.presenter.on_send(), icon="send", height=64
        )
        self._send.pack(side="left", padx=(0, px(10)))
        self._export = Button(
            foot, kit, tr("Write medium"), lambda: self.presenter.on_export(), icon="medium",
            key=kit.keys.shown("export"), height=64,
        )  # fmt: skip
        self._export.pack(side="left", padx=(0, px(10)))
        self._look = Button(
            foot, kit, tr("Look"), lambda: self.presenter.on_look(), icon="archive", height=64
        )
        self._look.pack(side="left")
        self._lines = tk.Frame(inside, background=card.fill)
        self._lines.pack(fill="both", expand=True)
        self._delivery: tuple[IconLabel, Words, Words] | None = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Its actions."""
        return {
            "accept": lambda: self.presenter.on_next(),
            "back": lambda: self.presenter.on_next(),
            "export": self._export.invoke,
        }

    def first_focus(self) -> tk.Misc:
        """Next patient."""
        return self._next

    def show_summary(
        self, who: Identity, exam: str, lines: Sequence[Line], has_images: bool
    ) -> None:
        """The facts."""
        self._who.say(" · ".join(part for part in (who.name, who.identifier, exam) if part))
        for child in self._lines.winfo_children():
            child.destroy()
        for line in lines:
            self._make(line)
        self._delivery = None
        for button in (self._send, self._export, self._look):
            button.enable(has_images)

    def show_delivery(self, line: Line) -> None:
        """How far the sending is."""
        if self._delivery is None:
            self._delivery = self._make(line)
        icon, words, note = self._delivery
        icon.show(line.icon, line.tone)
        words.say(self.kit.tr(line.words))
        note.say(self.kit.tr(line.note))

    def _make(self, line: Line) -> tuple[IconLabel, Words, Words]:
        kit, px = self.kit, self.kit.theme.px
        ground = str(self._lines.cget("background"))
        if self._lines.winfo_children():
            tk.Frame(self._lines, background=kit.theme.palette.line, height=1).pack(fill="x")
        row = tk.Frame(self._lines, background=ground)
        row.pack(fill="x", pady=px(10))
        icon = IconLabel(row, kit, line.icon, size=28, tone=line.tone)
        icon.pack(side="left", anchor="n", padx=(0, px(16)), pady=(px(2), 0))
        texts = tk.Frame(row, background=ground)
        texts.pack(side="left", fill="x", expand=True)
        words = Words(texts, kit, kit.tr(line.words), size=19, bold=True, wraps=True)
        words.pack(fill="x")
        note = Words(texts, kit, kit.tr(line.note), size=14, tone="muted", wraps=True)
        note.pack(fill="x")
        return icon, words, note
