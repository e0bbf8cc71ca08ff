"""Today's list at the left, the entry in hand at the right."""

from __future__ import annotations

import datetime as dt
import tkinter as tk
from collections.abc import Callable, Sequence

from kiosk.i18n import Text
from kiosk.presenters.ports import RecoveredExam
from kiosk.presenters.words import show_name
from kiosk.presenters.worklist import (
    Chosen,
    WorklistPresenter,
    WorklistRow,
    modality_words,
)
from kiosk.ui.dialogs import Option
from kiosk.ui.kit import Kit
from kiosk.ui.screens.base import Front, Screen
from kiosk.ui.widgets.banner import KIND_ICONS, age_and_sex
from kiosk.ui.widgets.box import Box
from kiosk.ui.widgets.button import Button
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.label import IconLabel, Words
from kiosk.ui.widgets.rowlist import Cell, Column, ListRow, RowList

STATES = {
    "open": ("empty", "muted"),
    "started": ("working", "accent"),
    "done": ("stored", "good"),
    "stopped": ("rejected", "bad"),
}


class WorklistScreen(Screen):
    """See kiosk.presenters.worklist."""

    presenter: WorklistPresenter

    def __init__(self, parent: tk.Misc, kit: Kit, front: Front) -> None:
        super().__init__(parent, kit, front)
        px = kit.theme.px
        self._chosen: Chosen | None = None
        self._recovered: tuple[RecoveredExam, ...] = ()
        self._count = 0
        self._make_bar()
        self._banner_place = tk.Frame(self, background=kit.theme.palette.ground)
        self._banner_place.pack(fill="x", padx=px(16))
        body = tk.Frame(self, background=kit.theme.palette.ground)
        body.pack(fill="both", expand=True, padx=px(16), pady=(px(12), px(12)))
        self._make_side(body)
        self._make_list(body)

    # ---- building

    def _make_bar(self) -> None:
        kit, tr = self.kit, self.kit.tr
        px = kit.theme.px
        bar = tk.Frame(self, background=kit.theme.palette.ground)
        bar.pack(fill="x", padx=px(16), pady=(px(14), 0))
        Button(bar, kit, "", lambda: self.presenter.on_day(-1), icon="left", width=52).pack(
            side="left"
        )
        self._day = Button(
            bar, kit, "", lambda: self.presenter.on_day(0), icon="calendar", width=224
        )
        self._day.pack(side="left", padx=px(8))
        Button(bar, kit, "", lambda: self.presenter.on_day(1), icon="right", width=52).pack(
            side="left"
        )
        self._search = Field(
            bar,
            kit,
            hint=tr("Search name, number, exam"),
            icon="search",
            on_change=lambda value: self.presenter.on_search(value),
            on_enter=self._take_first,
            with_fault=False,
        )
        self._search.pack(side="left", fill="x", expand=True, padx=px(16))
        Button(
            bar, kit, tr("Walk-in"), lambda: self.presenter.on_walk_in(), kind="primary",
            icon="plus", key=kit.keys.shown("new"), width=164,
        ).pack(side="right")  # fmt: skip
        self._refresh = Button(
            bar, kit, tr("Refresh"), lambda: self.presenter.on_refresh(), icon="refresh",
            key=kit.keys.shown("refresh"), width=158,
        )  # fmt: skip
        self._refresh.pack(side="right", padx=(0, px(10)))

    def _make_list(self, body: tk.Frame) -> None:
        kit, tr = self.kit, self.kit.tr
        px = kit.theme.px
        card = Box(body, kit)
        card.pack(side="left", fill="both", expand=True)
        foot = tk.Frame(card, background=card.fill)
        foot.pack(side="bottom", fill="x", padx=px(16), pady=(px(4), px(10)))
        self._state_icon = IconLabel(foot, kit, "info", size=16, tone="muted")
        self._state_icon.pack(side="left", padx=(0, px(8)))
        self._state = Words(foot, kit, "", size=13, tone="muted")
        self._state.pack(side="left")
        self._news = Button(
            foot, kit, "", lambda: self.presenter.on_news(), kind="plain", height=48, size=14
        )
        self.list = RowList(
            card,
            kit,
            [
                Column(tr("Time"), 74),
                Column(tr("Patient"), 214, 3),
                Column(tr("Exam"), 150, 3),
                Column("", 58),
                Column(tr("State"), 112),
            ],
            on_select=lambda key: self.presenter.on_select(key),
            on_open=lambda _: self.presenter.on_start(),
        )
        self.list.pack(fill="both", expand=True, padx=px(4), pady=(px(4), 0))

    def _make_side(self, body: tk.Frame) -> None:
        kit, tr = self.kit, self.kit.tr
        px = kit.theme.px
        card = Box(body, kit)
        card.pack(side="right", fill="y", padx=(px(12), 0))
        card.configure(width=px(344))
        card.pack_propagate(False)
        self._nobody = tk.Frame(card, background=card.fill)
        IconLabel(self._nobody, kit, "person", size=52, tone="faint").pack(pady=(px(150), px(16)))
        Words(
            self._nobody, kit, tr("Choose a patient from the list,\nor begin a walk-in."),
            size=16, tone="muted", anchor="center",
        ).pack()  # fmt: skip
        self._side = tk.Frame(card, background=card.fill)
        side = self._side
        head = tk.Frame(side, background=card.fill)
        head.pack(fill="x")
        self._kind = IconLabel(head, kit, "person", size=34, tone="accent")
        self._kind.pack(side="left", anchor="n", padx=(0, px(12)), pady=(px(2), 0))
        self._name_words = Words(head, kit, "", size=22, bold=True, wraps=True)
        self._name_words.pack(side="left", fill="x", expand=True)
        self._more = Words(side, kit, "", size=14, tone="muted", wraps=True)
        self._more.pack(fill="x", pady=(px(4), 0))
        self._grid = grid = tk.Frame(side, background=card.fill)
        grid.pack(fill="x", pady=(px(14), 0))
        grid.columnconfigure(1, weight=1)
        self._facts: dict[str, Words] = {}
        for place, (key, name) in enumerate(
            (
                ("identifier", tr("Number")),
                ("born", tr("Born")),
                ("age", tr("Age, sex")),
                ("exam", tr("Exam")),
                ("accession", tr("Order")),
                ("referrer", tr("Sent by")),
            )
        ):
            Words(grid, kit, name, size=14, tone="faint").grid(
                row=place, column=0, sticky="nw", pady=px(5), padx=(0, px(16))
            )
            value = Words(grid, kit, "", size=16, bold=place < 2, wraps=True)
            value.grid(row=place, column=1, sticky="ew", pady=px(4))
            self._facts[key] = value
        self._start = Button(
            side, kit, tr("Begin exam"), lambda: self.presenter.on_start(), kind="primary",
            icon="aim", key=kit.keys.shown("accept"), height=64, size=18,
        )  # fmt: skip
        self._start.pack(side="bottom", fill="x")
        self._template = Button(
            side, kit, "", self._choose_template, icon="tooth", align="left", key="▾"
        )
        self._template.pack(side="bottom", fill="x", pady=(px(4), px(12)))
        Words(side, kit, tr("What will be taken"), size=13, tone="muted").pack(
            side="bottom", anchor="w"
        )
        self._nobody.pack(fill="both", expand=True, padx=px(20))

    # ---- Screen

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Its actions."""
        return {
            "refresh": lambda: self.presenter.on_refresh(),
            "new": lambda: self.presenter.on_walk_in(),
            "search": self._search.entry.focus_set,
            "accept": lambda: self.presenter.on_start(),
            "back": self._clear,
        }

    def first_focus(self) -> tk.Misc:
        """The list."""
        return self.list.canvas

    def _clear(self) -> None:
        self._search.put("")
        self.list.canvas.focus_set()

    def _take_first(self) -> None:
        if self.list.rows:
            self.list.select(self.list.rows[0].key, tell=True)
            self.list.canvas.focus_set()

    # ---- WorklistView

    def show_day(self, day: dt.date, is_today: bool) -> None:
        """The day of the list."""
        shown = f"{day:%Y-%m-%d}"
        self._day.say(self.kit.tr("Today {day}", day=shown) if is_today else shown)

    def show_rows(self, rows: Sequence[WorklistRow], query: str) -> None:
        """These lines."""
        tr = self.kit.tr
        words = {
            "open": tr("open"), "started": tr("begun"), "done": tr("done"), "stopped": tr("stopped"),
        }  # fmt: skip
        lines = []
        for row in rows:
            icon, tone = STATES[row.state]
            sub = " · ".join(part for part in (row.identity.identifier, row.identity.born) if part)
            lines.append(
                ListRow(
                    row.key,
                    (
                        Cell(row.time or "–", bold=True),
                        Cell(row.identity.listed, sub),
                        Cell(row.exam, row.accession),
                        Cell(row.modality, chip=True),
                        Cell(words[row.state], icon=icon, tone=tone),
                    ),
                    faded=row.state in ("done", "stopped"),
                )
            )
        self.list.show(lines)
        if query.strip():
            self.list.say_empty(
                "search", tr("No one like “{query}” on this day", query=query.strip()),
                tr("Look at another day, or begin a walk-in."),
            )  # fmt: skip
        else:
            self.list.say_empty(
                "calendar", tr("No one is on the list of this day"),
                tr("A walk-in exam can begin at any time."),
            )  # fmt: skip

    def show_chosen(self, chosen: Chosen | None) -> None:
        """The entry in hand."""
        self._chosen = chosen
        if chosen is None:
            self._side.pack_forget()
            self._nobody.pack(fill="both", expand=True, padx=self.kit.theme.px(20))
            self.list.select("")
            return
        self._nobody.pack_forget()
        px, tr = self.kit.theme.px, self.kit.tr
        row, who = chosen.row, chosen.row.identity
        self._kind.show(KIND_ICONS[who.kind.value], "accent")
        self._name_words.say(who.name)
        more = "\n".join(part for part in (who.other_script, tr(who.more)) if part)
        self._more.say(more)
        if more:
            self._more.pack(fill="x", pady=(px(4), 0), before=self._grid)
        else:
            self._more.pack_forget()
        exam = " · ".join(part for part in (row.exam, tr(modality_words(row.modality))) if part)
        for key, value in (
            ("identifier", who.identifier),
            ("born", who.born),
            ("age", age_and_sex(self.kit, who)),
            ("exam", exam + (f"\n{chosen.reason}" if chosen.reason else "")),
            ("accession", row.accession),
            ("referrer", chosen.referrer),
        ):
            self._facts[key].say(value or "–")
        self._say_template(chosen.template)
        self._start.say(tr("Go on") if row.state == "started" else tr("Begin exam"))
        self._side.pack(fill="both", expand=True, padx=px(20), pady=px(20))
        self.list.select(row.key)

    def show_state(self, words: Text, tone: str) -> None:
        """Where the list comes from, or why it is old."""
        self._state.say(self.kit.tr(words), tone)
        self._state_icon.show("alert" if tone == "warn" else "info", tone)

    def show_waiting(self, waiting: bool) -> None:
        """Whether the node was asked."""
        self._refresh.enable(not waiting)

    def show_news(self, count: int) -> None:
        """How many came since."""
        if count:
            words = self.kit.tr.plural("{n} new entry", "{n} new entries", count)
            self._news.say(words, icon="refresh", tone="accent")
            self._news.pack(side="right")
        else:
            self._news.pack_forget()

    def show_recovered(self, exams: Sequence[RecoveredExam]) -> None:
        """Exams broken off."""
        if tuple(exams) == self._recovered:
            return
        self._recovered = tuple(exams)
        for child in self._banner_place.winfo_children():
            child.destroy()
        self._banner_place.configure(height=1)
        for exam in self._recovered[:3]:
            self._make_recovered(exam)

    def show_opening(self, opening: bool) -> None:
        """Whether the exam is being opened."""
        self._start.enable(not opening)

    # ---- inside

    def _make_recovered(self, exam: RecoveredExam) -> None:
        kit, tr = self.kit, self.kit.tr
        px, palette = kit.theme.px, kit.theme.palette
        card = Box(
            self._banner_place, kit, fill=palette.warn_ground, outline=palette.warn, radius=10
        )
        card.pack(fill="x", pady=(px(10), 0))
        IconLabel(card, kit, "alert", size=24, tone="warn").pack(side="left", padx=(px(16), px(12)))
        inside = tk.Frame(card, background=card.fill)
        inside.pack(side="left", pady=px(8))
        Words(
            inside, kit,
            tr("An exam is not finished: {name}", name=show_name(exam.patient.name)),
            bold=True,
        ).pack(anchor="w")  # fmt: skip
        Words(
            inside, kit,
            tr(
                "{template} · {n} pictures safe · last at {time}",
                template=exam.template_title, n=exam.pictures, time=f"{exam.last_at:%Y-%m-%d %H:%M}",
            ),
            size=13, tone="muted",
        ).pack(anchor="w")  # fmt: skip
        Button(
            card, kit, tr("Go on with it"), lambda: self.presenter.on_resume(exam.exam_id),
            icon="right", height=48,
        ).pack(side="right", padx=px(10), pady=px(8))  # fmt: skip

    def _say_template(self, key: str) -> None:
        chosen = self._chosen
        found = next((one for one in chosen.templates if one.key == key), None) if chosen else None
        self._template.say(found.title if found else self.kit.tr("Choose"))

    def _choose_template(self) -> None:
        chosen = self._chosen
        if chosen is None:
            return

        def picked(key: str) -> None:
            self.presenter.on_template(key)
            self._say_template(key)

        options = [Option(one.key, f"{one.title}  ({one.pictures})") for one in chosen.templates]
        self.front.sheets.choose(
            self.kit.tr("What will be taken?"), "", options, picked, now=chosen.template
        )
