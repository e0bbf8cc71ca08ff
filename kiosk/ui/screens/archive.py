"""The archive: studies at the left, the study in hand at the right, a picture in full over both."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence

from kiosk.i18n import Text
from kiosk.presenters.archive import ArchivePresenter, StudyRow, Thumb, image_count
from kiosk.presenters.ports import Picture
from kiosk.ui.kit import Kit
from kiosk.ui.screens.base import Front, Screen
from kiosk.ui.widgets.box import Box
from kiosk.ui.widgets.button import Button
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.gallery import Gallery
from kiosk.ui.widgets.label import IconLabel, Words
from kiosk.ui.widgets.rowlist import Cell, Column, ListRow, RowList
from kiosk.ui.widgets.segments import Segment, Segments
from kiosk.ui.widgets.viewer import Viewer

MODALITIES = ("", "IO", "PX", "DX", "XC", "US")


class ArchiveScreen(Screen):
    """See kiosk.presenters.archive."""

    presenter: ArchivePresenter

    def __init__(self, parent: tk.Misc, kit: Kit, front: Front) -> None:
        super().__init__(parent, kit, front)
        px = kit.theme.px
        self._row: StudyRow | None = None
        self._make_bar()
        body = tk.Frame(self, background=kit.theme.palette.ground)
        body.pack(fill="both", expand=True, padx=px(16), pady=(px(12), px(12)))
        self._make_side(body)
        card = Box(body, kit)
        card.pack(side="left", fill="both", expand=True)
        self.list = RowList(
            card,
            kit,
            [
                Column(kit.tr("Date"), 112),
                Column(kit.tr("Patient"), 200, 3),
                Column(kit.tr("Study"), 140, 2),
                Column("", 70),
                Column(kit.tr("Images"), 74),
            ],
            on_select=lambda key: self.presenter.on_select(key),
            on_open=lambda _: self._open_first(),
        )
        self.list.pack(fill="both", expand=True, padx=px(4), pady=px(4))
        self._full: tk.Frame | None = None
        self._viewer: Viewer | None = None

    # ---- building

    def _make_bar(self) -> None:
        kit, tr = self.kit, self.kit.tr
        px = kit.theme.px
        bar = tk.Frame(self, background=kit.theme.palette.ground)
        bar.pack(fill="x", padx=px(16), pady=(px(14), 0))
        self._search = Field(
            bar, kit, hint=tr("Search name, number, date"), icon="search",
            on_change=lambda value: self.presenter.on_search(value),
            on_enter=self._take_first, with_fault=False,
        )  # fmt: skip
        self._search.pack(side="left", fill="x", expand=True)
        self._period = Segments(
            bar,
            kit,
            [
                Segment("all", tr("All")),
                Segment("today", tr("Today")),
                Segment("week", tr("7 days")),
                Segment("month", tr("30 days")),
            ],
            lambda value: self.presenter.on_period(value),
        )
        self._period.pack(side="left", padx=px(12))
        self._modality = Segments(
            bar,
            kit,
            [Segment(key, key or tr("Any")) for key in MODALITIES],
            lambda value: self.presenter.on_modality(value),
        )
        self._modality.pack(side="left")

    def _make_side(self, body: tk.Frame) -> None:
        kit, tr = self.kit, self.kit.tr
        px = kit.theme.px
        card = Box(body, kit)
        card.configure(width=px(424))
        card.pack_propagate(False)
        card.pack(side="right", fill="y", padx=(px(12), 0))
        self._nothing = tk.Frame(card, background=card.fill)
        IconLabel(self._nothing, kit, "archive", size=52, tone="faint").pack(pady=(px(160), px(16)))
        Words(
            self._nothing, kit, tr("Choose a study to see its pictures."), tone="muted",
            anchor="center",
        ).pack()  # fmt: skip
        self._nothing.pack(fill="both", expand=True)
        self._side = tk.Frame(card, background=card.fill)
        side = self._side
        self._name_words = Words(side, kit, "", size=20, bold=True, wraps=True)
        self._name_words.pack(fill="x")
        self._facts = Words(side, kit, "", size=14, tone="muted", wraps=True)
        self._facts.pack(fill="x", pady=(px(4), px(8)))
        foot = tk.Frame(side, background=card.fill)
        foot.pack(side="bottom", fill="x", pady=(px(8), 0))
        for column in range(3):
            foot.columnconfigure(column, weight=1, uniform="action")
        for column, (words, icon, command) in enumerate(
            (
                (tr("Medium"), "medium", lambda: self.presenter.on_export()),
                (tr("Send"), "send", lambda: self.presenter.on_send()),
                (tr("Check"), "shield", lambda: self.presenter.on_verify()),
            )
        ):
            Button(foot, kit, words, command, icon=icon, height=54, width=90).grid(
                row=0, column=column, sticky="ew", padx=(0 if column == 0 else px(8), 0)
            )
        self._verified = Words(side, kit, "", size=14, tone="muted", wraps=True)
        self._verified.pack(side="bottom", fill="x")
        self.gallery = Gallery(side, kit, lambda key: self.presenter.on_open(key))
        self.gallery.pack(fill="both", expand=True)

    # ---- Screen

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Its actions; those of the picture while one is open."""
        if self._viewer is not None:
            return {
                "back": lambda: self.presenter.on_close_picture(),
                "previous": lambda: self.presenter.on_step(-1),
                "next": lambda: self.presenter.on_step(1),
                **self._viewer.canvas.handlers(),
            }
        return {
            "search": self._search.entry.focus_set,
            "refresh": lambda: self.presenter.on_refresh(),
            "export": lambda: self.presenter.on_export(),
            "back": self._clear,
        }

    def first_focus(self) -> tk.Misc:
        """The search."""
        return self._search.entry

    def _clear(self) -> None:
        self._search.put("")
        self.list.canvas.focus_set()

    def _take_first(self) -> None:
        if self.list.rows:
            self.list.select(self.list.rows[0].key, tell=True)
            self.list.canvas.focus_set()

    def _open_first(self) -> None:
        if self.gallery.thumbs:
            self.presenter.on_open(self.gallery.thumbs[0].key)

    # ---- ArchiveView

    def show_filter(self, query: str, period: str, modality: str) -> None:
        """The filter as it is."""
        self._search.put(query)
        self._period.choose(period)
        self._modality.choose(modality)

    def show_rows(self, rows: Sequence[StudyRow]) -> None:
        """These studies."""
        tr = self.kit.tr
        self.list.show(
            [
                ListRow(
                    row.key,
                    (
                        Cell(row.date or "–", row.time),
                        Cell(
                            row.name,
                            " · ".join(part for part in (row.identifier, row.born) if part),
                            bold=True,
                        ),
                        Cell(row.title or "–"),
                        Cell(row.modalities, chip=True),
                        Cell(str(row.images)),
                    ),
                )
                for row in rows
            ]
        )
        if self._search.value.strip():
            self.list.say_empty(
                "search", tr("Nothing found"), tr("Try fewer letters, or all dates.")
            )
        else:
            self.list.say_empty(
                "archive", tr("No studies here yet"), tr("Pictures appear here as they are stored.")
            )

    def show_waiting(self, waiting: bool) -> None:
        """Whether a search runs."""
        self.list.canvas.configure(cursor="watch" if waiting else "")

    def show_study(self, row: StudyRow | None) -> None:
        """The study in hand."""
        self._row = row
        px, tr = self.kit.theme.px, self.kit.tr
        self._verified.say("")
        if row is None:
            self._side.pack_forget()
            self._nothing.pack(fill="both", expand=True)
            return
        self._nothing.pack_forget()
        self._name_words.say(row.name)
        first = " · ".join(
            part for part in (row.identifier, row.born, tr(row.age), tr(row.sex)) if part
        )
        second = " · ".join(
            part for part in (row.date, row.time, row.title, tr(image_count(row.images))) if part
        )
        self._facts.say(f"{first}\n{second}")
        self._side.pack(fill="both", expand=True, padx=px(18), pady=px(16))
        self.list.select(row.key)

    def show_thumbs(self, thumbs: Sequence[Thumb] | None) -> None:
        """Its pictures."""
        tr = self.kit.tr
        self.gallery.show(
            thumbs, tr("Loading the pictures …") if thumbs is None else tr("No pictures")
        )

    def show_picture(self, picture: Picture | None, place: Text) -> None:
        """One picture in full."""
        if picture is None:
            self._close_full()
            return
        if self._full is None:
            self._open_full()
        if self._viewer is not None:
            self._viewer.show(picture)
            self._place_words.say(self.kit.tr(place))

    def show_verified(self, words: Text, tone: str) -> None:
        """What the check said."""
        self._verified.say(self.kit.tr(words), tone)

    # ---- the picture in full

    def _open_full(self) -> None:
        kit, tr = self.kit, self.kit.tr
        px = kit.theme.px
        full = tk.Frame(self, background=kit.theme.palette.ground)
        full.place(x=0, y=0, relwidth=1, relheight=1)
        self._full = full
        bar = tk.Frame(full, background=kit.theme.palette.ground)
        bar.pack(fill="x", padx=px(12), pady=(px(10), 0))
        first = Button(
            bar, kit, tr("Back"), lambda: self.presenter.on_close_picture(), icon="back",
            key=kit.keys.shown("back"), height=48,
        )  # fmt: skip
        first.pack(side="left")
        Button(
            bar, kit, "", lambda: self.presenter.on_step(1), icon="right", height=48, width=60
        ).pack(side="right")
        self._place_words = Words(bar, kit, "", size=15, tone="muted", anchor="center")
        self._place_words.pack(side="right", padx=px(14))
        Button(
            bar, kit, "", lambda: self.presenter.on_step(-1), icon="left", height=48, width=60
        ).pack(side="right")
        if self._row is not None:
            Words(bar, kit, self._row.name, size=18, bold=True).pack(side="left", padx=px(18))
            Words(bar, kit, f"{self._row.identifier} · {self._row.born}", tone="muted").pack(
                side="left"
            )
        self._viewer = Viewer(full, kit)
        self._viewer.pack(fill="both", expand=True, padx=px(12), pady=px(10))
        self.kit.keys.use({**self._moves_of_window(), **self.handlers()})
        full.update_idletasks()
        self._viewer.canvas.focus_set()

    def _close_full(self) -> None:
        if self._full is not None:
            self._full.destroy()
            self._full = self._viewer = None
            self.kit.keys.use({**self._moves_of_window(), **self.handlers()})
            self.gallery.canvas.focus_set()

    def _moves_of_window(self) -> dict[str, Callable[[], object]]:
        return self.front.moves(self)
