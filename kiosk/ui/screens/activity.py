"""The outbox and the alerts, with the reasons."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence

from kiosk.presenters.activity import ActivityPresenter
from kiosk.presenters.ports import AlertLine, OutboxLine
from kiosk.ui.focus import in_focus
from kiosk.ui.kit import Kit
from kiosk.ui.screens.base import Front, Screen
from kiosk.ui.widgets.box import Box
from kiosk.ui.widgets.button import Button
from kiosk.ui.widgets.label import IconLabel, Words
from kiosk.ui.widgets.rowlist import Cell, Column, ListRow, RowList
from kiosk.ui.widgets.segments import Segment, Segments

STATES = {
    "QUEUED": ("queued", "muted"),
    "SENDING": ("working", "accent"),
    "SENT": ("sent", "good"),
    "COMMITTED": ("stored", "good"),
    "FAILED": ("alert", "bad"),
}


class ActivityScreen(Screen):
    """See kiosk.presenters.activity."""

    presenter: ActivityPresenter

    def __init__(self, parent: tk.Misc, kit: Kit, front: Front) -> None:
        super().__init__(parent, kit, front)
        px, tr = kit.theme.px, kit.tr
        bar = tk.Frame(self, background=kit.theme.palette.ground)
        bar.pack(fill="x", padx=px(16), pady=(px(14), 0))
        self._tabs = Segments(
            bar,
            kit,
            [Segment("outbox", tr("Outbox"), "send"), Segment("alerts", tr("Alerts"), "alert")],
            lambda value: self.presenter.on_tab(value),
        )
        self._tabs.pack(side="left")
        self._retry_all = Button(
            bar, kit, tr("Try all again"), lambda: self.presenter.on_retry_all(), icon="refresh",
            height=48,
        )  # fmt: skip
        self._retry_all.pack(side="right")
        body = tk.Frame(self, background=kit.theme.palette.ground)
        body.pack(fill="both", expand=True, padx=px(16), pady=px(12))
        self._make_side(body)
        card = Box(body, kit)
        card.pack(side="left", fill="both", expand=True)
        self.outbox = RowList(
            card,
            kit,
            [
                Column(tr("What"), 190, 2),
                Column(tr("To"), 150, 1),
                Column(tr("State"), 170),
                Column(tr("Tries"), 76),
            ],
            on_select=lambda key: self.presenter.on_select(key),
        )
        self.alerts = RowList(
            card,
            kit,
            [Column(tr("When"), 150), Column(tr("What"), 300, 1)],
            on_select=lambda key: self.presenter.on_select_alert(key),
        )
        self._tab = ""
        self._line: OutboxLine | None = None

    def _make_side(self, body: tk.Frame) -> None:
        kit, tr = self.kit, self.kit.tr
        px = kit.theme.px
        card = Box(body, kit)
        card.configure(width=px(380))
        card.pack_propagate(False)
        card.pack(side="right", fill="y", padx=(px(12), 0))
        side = tk.Frame(card, background=card.fill)
        side.pack(fill="both", expand=True, padx=px(20), pady=px(20))
        head = tk.Frame(side, background=card.fill)
        head.pack(fill="x")
        self._icon = IconLabel(head, kit, "info", size=28, tone="faint")
        self._icon.pack(side="left", anchor="n", padx=(0, px(12)))
        self._title = Words(head, kit, "", size=18, bold=True, wraps=True)
        self._title.pack(side="left", fill="x", expand=True)
        self._reason = Words(side, kit, "", size=16, wraps=True)
        self._reason.pack(fill="x", pady=(px(14), 0))
        self._note = Words(side, kit, "", size=14, tone="muted", wraps=True)
        self._note.pack(fill="x", pady=(px(10), 0))
        self._drop = Button(
            side, kit, tr("Give up sending"), self._ask_drop, icon="cross", height=52
        )
        self._retry = Button(
            side, kit, tr("Try again now"), lambda: self.presenter.on_retry(), kind="primary",
            icon="refresh", height=60,
        )  # fmt: skip
        self._read = Button(
            side, kit, tr("I have read it"), lambda: self.presenter.on_acknowledge(),
            kind="primary", icon="check", height=60,
        )  # fmt: skip

    # ---- Screen

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Its actions."""
        return {"refresh": lambda: self.presenter.tick()}

    def first_focus(self) -> tk.Misc:
        """The list in front."""
        return (self.alerts if self._tab == "alerts" else self.outbox).canvas

    # ---- ActivityView

    def show_tab(self, tab: str) -> None:
        """Outbox or alerts."""
        px = self.kit.theme.px
        self._tabs.choose(tab)
        self._tab = tab
        front, back = (self.alerts, self.outbox) if tab == "alerts" else (self.outbox, self.alerts)
        held = in_focus(self) is back.canvas
        back.pack_forget()
        front.pack(fill="both", expand=True, padx=px(4), pady=px(4))
        if held:
            front.canvas.focus_set()
        if tab == "alerts":
            self._retry_all.pack_forget()
            self.show_chosen_alert(None)
        else:
            self._retry_all.pack(side="right")
            self.show_chosen_delivery(None)

    def show_outbox(self, lines: Sequence[OutboxLine]) -> None:
        """The deliveries."""
        tr = self.kit.tr
        self.outbox.show(
            [
                ListRow(
                    line.entry_id,
                    (
                        Cell(tr(line.what)),
                        Cell(line.destination),
                        Cell(self._state(line.state), icon=STATES[line.state][0],
                             tone=STATES[line.state][1]),
                        Cell(str(line.tries)),
                    ),
                    faded=line.state == "COMMITTED",
                )
                for line in lines
            ]
        )  # fmt: skip
        self.outbox.say_empty("stored", tr("Nothing waits"), tr("All that was to send is sent."))
        self._retry_all.enable(any(line.state == "FAILED" for line in lines))

    def show_alerts(self, lines: Sequence[AlertLine]) -> None:
        """The open alerts."""
        self.alerts.show(
            [
                ListRow(
                    line.alert_id,
                    (
                        Cell(f"{line.at:%m-%d  %H:%M}" if line.at else "–"),
                        Cell(line.words, icon="alert", tone="warn"),
                    ),
                )
                for line in lines
            ]
        )
        self.alerts.say_empty("stored", self.kit.tr("No alerts"))

    def show_chosen_delivery(self, line: OutboxLine | None) -> None:
        """The delivery in hand."""
        if self._tab != "outbox":
            return
        tr, px = self.kit.tr, self.kit.theme.px
        self._line = line
        for button in (self._drop, self._retry, self._read):
            button.pack_forget()
        if line is None:
            self._say("info", "faint", tr("Choose a line to see more of it."), "", "")
            return
        icon, tone = STATES[line.state]
        title = tr("{what} to {node}", what=line.what, node=line.destination)
        note = {
            "QUEUED": tr("It is sent as soon as that system answers."),
            "SENDING": tr("It is being sent now."),
            "SENT": tr(
                "That system has taken it; its confirmation of safe storage is not here yet."
            ),
            "COMMITTED": tr("That system has confirmed that it is stored safely."),
            "FAILED": tr("It stays in this archive in any case."),
        }[line.state]
        if line.next_try_at is not None and line.state in ("QUEUED", "FAILED"):
            note += "\n" + tr("Next try at {time}.", time=f"{line.next_try_at:%H:%M}")
        self._say(icon, tone, title, line.reason or self._state(line.state), note)
        if line.state in ("FAILED", "QUEUED"):
            self._drop.pack(side="bottom", fill="x", pady=(px(10), 0))
            self._retry.pack(side="bottom", fill="x")

    def show_chosen_alert(self, line: AlertLine | None) -> None:
        """The alert in hand."""
        if self._tab != "alerts":
            return
        tr = self.kit.tr
        for button in (self._drop, self._retry, self._read):
            button.pack_forget()
        if line is None:
            self._say("info", "faint", tr("Choose a line to see more of it."), "", "")
            return
        self._say("alert", "warn", tr("Alert"), line.words, "")
        self._read.pack(side="bottom", fill="x")

    # ---- inside

    def _say(self, icon: str, tone: str, title: str, reason: str, note: str) -> None:
        self._icon.show(icon, tone)
        self._title.say(title)
        self._reason.say(reason)
        self._note.say(note)

    def _state(self, state: str) -> str:
        tr = self.kit.tr
        return {
            "QUEUED": tr("waiting"),
            "SENDING": tr("sending"),
            "SENT": tr("sent"),
            "COMMITTED": tr("confirmed"),
            "FAILED": tr("not sent"),
        }[state]

    def _ask_drop(self) -> None:
        from kiosk.i18n import text

        self.front.sheets.ask(
            text("Give up sending this?"),
            text("The image stays in this archive. The other system does not get it."),
            text("Give up"),
            self.presenter.on_drop,
        )
