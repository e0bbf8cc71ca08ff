"""The exam: who, the mount, the picture, and one column of large buttons."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageTk

from kiosk.i18n import Text
from kiosk.presenters.exam import ExamPresenter
from kiosk.presenters.exam_view import (
    Actions,
    Leaving,
    MountTile,
    Reason,
    StrayView,
    TeethQuestion,
)
from kiosk.presenters.ports import Picture, SourceLine
from kiosk.presenters.status import source_item
from kiosk.presenters.words import Identity
from kiosk.ui.dialogs import Option, ask_picture_files
from kiosk.ui.kit import Kit
from kiosk.ui.screens.base import Front, Screen
from kiosk.ui.teeth import ask_teeth
from kiosk.ui.widgets.banner import PatientBanner
from kiosk.ui.widgets.box import Box
from kiosk.ui.widgets.button import Button
from kiosk.ui.widgets.label import IconLabel, Words
from kiosk.ui.widgets.mount import Mount
from kiosk.ui.widgets.viewer import Viewer

LEGEND = (
    ("empty", "muted", "empty"),
    ("live", "accent", "armed"),
    ("judge", "warn", "to decide"),
    ("stored", "good", "stored"),
    ("rejected", "bad", "retaken"),
)
NARROWEST, WIDEST = 0.42, 0.54
"""Parts of the room of mount and picture that the mount takes."""
MOUNT_MARGIN = 16
ICON_OF_TONE = {
    "muted": "info",
    "accent": "live",
    "warn": "judge",
    "bad": "alert",
    "good": "stored",
}


class ExamScreen(Screen):
    """See kiosk.presenters.exam."""

    has_header = False
    presenter: ExamPresenter

    def __init__(self, parent: tk.Misc, kit: Kit, front: Front) -> None:
        super().__init__(parent, kit, front)
        px = kit.theme.px
        self._large = False
        self._stray_pictures: list[object] = []
        self._strays: tuple[StrayView, ...] = ()
        self._make_banner()
        self._body = tk.Frame(self, background=kit.theme.palette.ground)
        self._body.pack(fill="both", expand=True, padx=px(12), pady=px(12))
        # Its columns ask for a pixel of height, and a grid that asks for that is not laid out anew (tkGrid.c).
        self._body.grid_propagate(False)
        self._body.bind("<Configure>", lambda _: self._share(), add=True)
        self._make_actions()
        self._make_mount()
        self.viewer = Viewer(self._body, kit, self._toggle_large)
        self.viewer.pack_propagate(False)
        self._lay()

    # ---- building

    def _make_banner(self) -> None:
        kit, px = self.kit, self.kit.theme.px
        self._banner = PatientBanner(self, kit)
        self._banner.pack(fill="x")
        Button(
            self._banner.left, kit, "", lambda: self.presenter.on_back(), kind="quiet",
            icon="back", key="", width=60,
        ).pack(side="left", padx=(px(8), 0), pady=px(12))  # fmt: skip
        self._exam_title = Words(self._banner.right, kit, "", size=17, bold=True, anchor="e")
        self._exam_title.pack(anchor="e", pady=(px(16), 0))
        self._exam_sub = Words(self._banner.right, kit, "", size=13, tone="muted", anchor="e")
        self._exam_sub.pack(anchor="e")

    def _make_actions(self) -> None:
        kit, tr = self.kit, self.kit.tr
        px, keys = kit.theme.px, kit.keys.shown
        column = tk.Frame(self._body, background=kit.theme.palette.ground, width=px(224))
        column.pack_propagate(False)
        self._column = column
        self._hint_card = Box(column, kit)
        self._hint_card.pack(fill="x")
        inside = tk.Frame(self._hint_card, background=self._hint_card.fill, height=px(92))
        inside.pack(fill="x", padx=px(12), pady=px(6))
        inside.pack_propagate(False)
        self._hint_icon = IconLabel(inside, kit, "info", size=22, tone="muted")
        self._hint_icon.pack(side="left", anchor="n", padx=(0, px(10)), pady=px(8))
        self._hint = Words(inside, kit, "", size=15, wraps=True, anchor="nw")
        self._hint.pack(side="left", fill="both", expand=True, pady=px(8))
        self._capture = self._big(tr("Arm"), "aim", "capture", self._on_capture, 74)
        self._accept = self._big(
            tr("Accept"), "check", "accept", lambda: self.presenter.on_accept(), 64
        )
        self._retake = self._big(
            tr("Retake"), "retake", "retake", lambda: self.presenter.on_retake(), 64
        )
        self._move = self._big(
            tr("Move picture"), "move", "move", lambda: self.presenter.on_move(), 52
        )
        self._next = self._big(tr("Next empty"), "right", "", lambda: self.presenter.on_next(), 52)
        self._disarm = self._big(tr("Disarm"), "off", "", lambda: self.presenter.on_disarm(), 52)
        self._finish = Button(
            column, kit, tr("Finish"), lambda: self.presenter.on_finish(), icon="exit",
            key=keys("finish"), height=64, size=17,
        )  # fmt: skip
        self._finish.pack(side="bottom", fill="x")
        self._source_card = Box(column, kit)
        self._source_card.pack(side="bottom", fill="x", pady=(0, px(10)))
        line = tk.Frame(self._source_card, background=self._source_card.fill)
        line.pack(fill="x", padx=px(12), pady=px(8))
        self._source_icon = IconLabel(line, kit, "off", size=16, tone="muted")
        self._source_icon.pack(side="left", padx=(0, px(8)))
        self._source = Words(line, kit, "", size=13, tone="muted", wraps=True)
        self._source.pack(side="left", fill="x", expand=True)

    def _big(
        self, words: str, icon: str, action: str, command: Callable[[], object], height: int
    ) -> Button:
        button = Button(
            self._column, self.kit, words, command, icon=icon, key=self.kit.keys.shown(action),
            height=height, size=17, align="left",
        )  # fmt: skip
        button.pack(fill="x", pady=(self.kit.theme.px(10), 0))
        return button

    def _make_mount(self) -> None:
        kit, tr = self.kit, self.kit.tr
        px = kit.theme.px
        self._mount_card = Box(self._body, kit)
        self._mount_card.pack_propagate(False)
        card = self._mount_card
        head = tk.Frame(card, background=card.fill)
        head.pack(fill="x", padx=(px(16), px(8)), pady=(px(6), px(2)))
        self._mount_title = Words(head, kit, "", size=16, bold=True)
        self._mount_title.pack(side="left")
        for icon, step in (("right", 1), ("left", -1)):
            Button(
                head,
                kit,
                "",
                lambda step=step: self.presenter.on_step(step),  # type: ignore[misc]
                kind="quiet",
                icon=icon,
                stacked=True,
                height=48,
                width=48,
            ).pack(side="right")
        self._progress = Words(head, kit, "", size=14, tone="muted")
        self._progress.pack(side="right", padx=(0, px(8)))
        legend = tk.Frame(card, background=card.fill)
        legend.pack(side="bottom", fill="x", padx=px(14), pady=(px(4), px(12)))
        for icon, tone, words in LEGEND:
            IconLabel(legend, kit, icon, size=14, tone=tone).pack(side="left", padx=(0, px(4)))
            Words(legend, kit, tr(words), size=12, tone="faint").pack(side="left", padx=(0, px(12)))
        self._tray = tk.Frame(card, background=card.fill)
        self._sides = tk.Frame(card, background=card.fill)
        self._sides.pack(fill="x", padx=px(16))
        Words(self._sides, kit, tr("Patient's right"), size=12, tone="faint").pack(side="left")
        Words(self._sides, kit, tr("Patient's left"), size=12, tone="faint").pack(side="right")
        self.mount = Mount(
            card,
            kit,
            lambda key: self.presenter.on_tile(key),
            lambda key: self.presenter.places_for(key),
            lambda key, onto: self.presenter.on_drop(key, onto),
        )
        self.mount.pack(fill="both", expand=True, padx=px(8), pady=px(2))
        palette = kit.theme.palette
        for sequence, colour in (("<FocusIn>", palette.accent), ("<FocusOut>", palette.line)):
            self.mount.bind(
                sequence,
                lambda _, colour=colour: card.recolour(outline=colour),  # type: ignore[misc]
                add=True,
            )

    def _lay(self) -> None:
        """Three columns; large, the picture alone with the buttons."""
        gap = self.kit.theme.px(12)
        for child in (self._mount_card, self.viewer, self._column):
            child.grid_forget()
        self._body.rowconfigure(0, weight=1)
        self._body.columnconfigure(1, weight=1)
        if not self._large:
            self._mount_card.grid(row=0, column=0, sticky="nsew", padx=(0, gap))
        self.viewer.grid(row=0, column=1, sticky="nsew")
        self._column.grid(row=0, column=2, sticky="ns", padx=(gap, 0))
        self._share()

    def _share(self) -> None:
        """The mount is as wide as its positions ask for, between these parts of what it shares with the picture."""
        px = self.kit.theme.px
        room = self._body.winfo_width() - px(224) - 2 * px(12)
        wanted = self.mount.wanted_width() + px(2 * MOUNT_MARGIN)
        wide = round(min(max(wanted, room * NARROWEST), room * WIDEST))
        if room > 0:
            self._body.columnconfigure(0, minsize=0 if self._large else wide)

    # ---- Screen

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Its actions."""
        return {
            "capture": self._on_capture,
            "accept": lambda: self.presenter.on_accept(),
            "retake": lambda: self.presenter.on_retake(),
            "move": lambda: self.presenter.on_move(),
            "previous": lambda: self.presenter.on_step(-1),
            "next": lambda: self.presenter.on_step(1),
            "finish": lambda: self.presenter.on_finish(),
            "fullscreen": self._toggle_large,
            "back": self._on_escape,
            **self.viewer.canvas.handlers(),
        }

    def first_focus(self) -> tk.Misc:
        """The mount: Space, Enter and the arrows are the screen's then."""
        return self.mount

    def _on_capture(self) -> None:
        self.presenter.on_capture()

    def _on_escape(self) -> None:
        if self._large:
            self._toggle_large()
        else:
            self.presenter.on_back()

    def _toggle_large(self) -> None:
        self._large = not self._large
        self._lay()

    # ---- ExamView

    def show_patient(self, who: Identity, template: str, exam: str, accession: str) -> None:
        """The banner."""
        if self._large:
            self._toggle_large()
        self._banner.show(who)
        self._exam_title.say(exam or template)
        self._exam_sub.say(
            self.kit.tr("Order {number}", number=accession) if accession else self.kit.tr("Walk-in")
        )
        self._mount_title.say(template)

    def show_mount(self, tiles: Sequence[MountTile], aspect: float, selected: str) -> None:
        """The mount."""
        before = self.mount.wanted_width()
        self.mount.show(tiles, aspect, selected)
        if self.mount.wanted_width() != before:
            self._share()

    def show_thumbnail(self, exposure_id: str, pixels: NDArray[np.uint8]) -> None:
        """The small picture of an exposure."""
        self.mount.show_thumbnail(exposure_id, pixels)

    def show_picture(self, picture: Picture | None, instead: Text) -> None:
        """The picture in full."""
        self.viewer.show(picture, instead)

    def show_actions(self, actions: Actions) -> None:
        """The buttons."""
        tr = self.kit.tr
        lead = actions.lead
        icon = "aim"
        if actions.capture.msgid == "Expose":
            icon = "expose"
        self._capture.say(
            tr(actions.capture) or tr("Arm"), icon=icon,
            kind="primary" if lead == "capture" and actions.can_capture else "plain",
        )  # fmt: skip
        moving = actions.moving
        self._accept.say(
            tr("Put it here") if moving else tr("Accept"),
            kind="primary" if lead in ("accept", "move") else "plain",
        )
        self._move.say(tr("Do not move") if moving else tr("Move picture"))
        self._retake.say(tr("Retake"), kind="danger" if lead == "accept" else "plain")
        self._next.say(tr("Next empty"), kind="primary" if lead == "next" else "plain")
        self._finish.say(tr("Finish"), kind="primary" if lead == "finish" else "plain")
        for button, enabled in (
            (self._capture, actions.can_capture),
            (self._accept, actions.can_accept),
            (self._retake, actions.can_retake),
            (self._move, actions.can_move),
            (self._next, actions.can_next),
            (self._disarm, actions.can_disarm),
            (self._finish, actions.can_finish),
        ):
            button.enable(enabled)
        self._hint.say(tr(actions.hint))
        self._hint_icon.show(ICON_OF_TONE.get(actions.tone, "info"), actions.tone)
        tones = {"warn", "bad", "good"}
        palette = self.kit.theme.palette
        fill = self.kit.theme.tone_ground(actions.tone) if actions.tone in tones else palette.panel
        outline = self.kit.theme.tone(actions.tone) if actions.tone != "muted" else palette.line
        self._hint_card.recolour(fill=fill, outline=outline)
        for widget in (self._hint, self._hint_icon, self._hint.master):
            widget.configure(background=fill)  # type: ignore[call-arg]
        self._progress.say(
            tr("{stored} of {total} stored", stored=actions.stored, total=actions.total)
        )

    def show_source(self, line: SourceLine) -> None:
        """The capture source."""
        item = source_item(line)
        self._source_icon.show(item.icon, item.tone)
        self._source.say(self.kit.tr(item.words))

    def show_strays(self, strays: Sequence[StrayView]) -> None:
        """The strip of unmounted pictures."""
        if tuple(one.entry_id for one in strays) == tuple(one.entry_id for one in self._strays):
            return
        self._strays = tuple(strays)
        for child in self._tray.winfo_children():
            child.destroy()
        self._stray_pictures.clear()
        if not strays:
            self._tray.pack_forget()
            return
        kit, px = self.kit, self.kit.theme.px
        self._tray.pack(
            side="bottom", fill="x", padx=px(14), pady=(px(4), px(4)), before=self._sides
        )
        Words(
            self._tray, kit, kit.tr("Not in the mount ({n})", n=len(strays)), size=13, tone="warn"
        ).pack(anchor="w", pady=(0, px(4)))
        strip = tk.Frame(self._tray, background=self._mount_card.fill)
        strip.pack(fill="x")
        for one in self._strays[:6]:
            self._make_stray(strip, one)

    def _make_stray(self, strip: tk.Frame, one: StrayView) -> None:
        kit, px = self.kit, self.kit.theme.px
        place = tk.Frame(strip, background=self._mount_card.fill)
        place.pack(side="left", padx=(0, px(8)))
        if one.thumbnail is not None:
            image = Image.fromarray(one.thumbnail)
            image.thumbnail((px(76), px(54)))
            picture = ImageTk.PhotoImage(image, master=self)
            self._stray_pictures.append(picture)
            tk.Label(place, image=str(picture), background=self._mount_card.fill).pack()
        Button(
            place, kit, one.time, lambda: self.presenter.on_stray(one.entry_id), icon="tray",
            height=48, size=13,
        ).pack(pady=(px(2), 0))  # fmt: skip

    def ask_reason(
        self,
        title: Text,
        note: Text,
        reasons: Sequence[Reason],
        chosen: Callable[[str], None],
    ) -> None:
        """One tap chooses."""
        tr = self.kit.tr
        self.front.sheets.choose(
            tr(title), tr(note), [Option(one.key, tr(one.words)) for one in reasons], chosen
        )

    def ask_teeth(self, question: TeethQuestion) -> None:
        """Which teeth a position will show."""
        ask_teeth(self.front.sheets, question)

    def ask(self, title: Text, note: Text, yes: Text, do: Callable[[], None]) -> None:
        """A question with a named yes."""
        self.front.sheets.ask(title, note, yes, do)

    def ask_leaving(self, leaving: Leaving) -> None:
        """Pause, finish, or stay."""
        self.front.sheets.leaving(leaving.pictures, leaving.pause, leaving.finish)

    def ask_files(self, chosen: Callable[[Sequence[Path]], None]) -> None:
        """Choose picture files."""
        tr = self.kit.tr
        chosen(ask_picture_files(self, tr("Choose the picture"), tr("Pictures")))
