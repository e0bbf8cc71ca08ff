"""The form for someone who is not on the list."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Mapping, Sequence

from kiosk.i18n import Text
from kiosk.presenters.walk_in import Form, WalkInPresenter
from kiosk.presenters.worklist import TemplateChoice
from kiosk.ui.dialogs import Option
from kiosk.ui.kit import Kit
from kiosk.ui.screens.base import Front, Screen
from kiosk.ui.widgets.box import Box
from kiosk.ui.widgets.button import Button
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.label import Words
from kiosk.ui.widgets.segments import Segment, Segments


class WalkInScreen(Screen):
    """See kiosk.presenters.walk_in."""

    presenter: WalkInPresenter

    def __init__(self, parent: tk.Misc, kit: Kit, front: Front) -> None:
        super().__init__(parent, kit, front)
        self._templates: tuple[TemplateChoice, ...] = ()
        self._species: tuple[tuple[str, str], ...] = ()
        self._form = Form()
        self._filling = False
        px = kit.theme.px
        self._card = Box(self, kit)
        self._card.place(
            relx=0.5, rely=0.5, anchor="center", relheight=1.0, height=-px(28), width=px(1000)
        )
        inside = tk.Frame(self._card, background=self._card.fill)
        inside.pack(fill="both", expand=True, padx=px(32), pady=px(18))
        self._make_head(inside)
        self._make_foot(inside)
        self._make_fields(inside)

    # ---- building

    def _make_head(self, inside: tk.Frame) -> None:
        kit, tr = self.kit, self.kit.tr
        px = kit.theme.px
        head = tk.Frame(inside, background=self._card.fill)
        head.pack(fill="x", pady=(0, px(12)))
        Words(head, kit, tr("Walk-in exam"), size=24, bold=True).pack(side="left")
        self._kind = Segments(
            head,
            kit,
            [
                Segment("person", tr("Person"), "person"),
                Segment("animal", tr("Animal"), "animal"),
                Segment("component", tr("Component"), "component"),
            ],
            lambda value: self._change("kind", value),
        )
        self._kind.pack(side="right")

    def _make_foot(self, inside: tk.Frame) -> None:
        kit, tr = self.kit, self.kit.tr
        foot = tk.Frame(inside, background=self._card.fill)
        foot.pack(side="bottom", fill="x")
        Button(
            foot, kit, tr("Back"), lambda: self.presenter.on_back(), icon="back",
            key=kit.keys.shown("back"), height=60,
        ).pack(side="left")  # fmt: skip
        self._start = Button(
            foot, kit, tr("Begin exam"), lambda: self.presenter.on_start(), kind="primary",
            icon="aim", height=60, width=260, size=18, key="⏎",
        )  # fmt: skip
        self._start.pack(side="right")

    def _make_fields(self, inside: tk.Frame) -> None:
        kit, tr = self.kit, self.kit.tr
        grid = tk.Frame(inside, background=self._card.fill)
        grid.pack(fill="both", expand=True)
        for column in (0, 1):
            grid.columnconfigure(column, weight=1, uniform="half")
        self._grid = grid
        self._fields: dict[str, Field] = {}
        for name, words, hint in (
            ("family", tr("Last name"), ""),
            ("given", tr("First name"), ""),
            ("identifier", tr("Patient number"), ""),
            ("birth_date", tr("Born"), tr("year-month-day")),
            ("owner", tr("Owner"), tr("Last name, first name")),
            ("breed", tr("Breed"), ""),
        ):
            self._fields[name] = Field(
                grid,
                kit,
                words,
                hint=hint,
                on_change=lambda value, name=name: self._change(name, value),  # type: ignore[misc]
                on_enter=lambda: self.presenter.on_start(),
            )
        self._component_name = tr("Name of the component")
        number = self._fields["identifier"]
        self._make_number = Button(
            number.box, kit, tr("Make one"), lambda: self.presenter.on_make_identifier(),
            kind="quiet", height=48, size=14, outer=kit.theme.palette.raised,
        )  # fmt: skip
        self._make_number.place(relx=1.0, rely=0.5, x=-kit.theme.px(6), anchor="e")
        self._sex_place = self._named(tr("Sex"))
        self._sex = Segments(
            self._sex_place, kit, [Segment("", tr("unknown"))], lambda v: self._change("sex", v)
        )
        self._sex.pack(fill="x")
        self._species_place = self._named(tr("Species"))
        self._species_button = Button(
            self._species_place, kit, tr("Choose"), self._choose_species, align="left", key="▾",
            icon="animal", height=50,
        )  # fmt: skip
        self._species_button.pack(fill="x")
        self._species_fault = Words(self._species_place, kit, "", size=13, tone="bad")
        self._species_fault.pack(anchor="w")
        self._template_place = self._named(tr("What will be taken"))
        self._template_button = Button(
            self._template_place, kit, tr("Choose"), self._choose_template, align="left", key="▾",
            icon="tooth", height=50,
        )  # fmt: skip
        self._template_button.pack(fill="x")
        self._neutered_place = self._named(tr("Neutered"))
        self._neutered = Segments(
            self._neutered_place,
            kit,
            [Segment("", tr("unknown")), Segment("ALTERED", tr("yes")),
             Segment("UNALTERED", tr("no"))],
            lambda value: self._change("neutered", value),
        )  # fmt: skip
        self._neutered.pack(fill="x")

    def _named(self, words: str) -> tk.Frame:
        place = tk.Frame(self._grid, background=self._card.fill)
        Words(place, self.kit, words, size=13, tone="muted").pack(
            anchor="w", pady=(0, self.kit.theme.px(4))
        )
        return place

    def _lay(self, kind: str) -> None:
        rows: dict[str, list[tuple[tk.Misc, ...]]] = {
            "person": [
                (self._fields["family"], self._fields["given"]),
                (self._fields["identifier"], self._fields["birth_date"]),
                (self._sex_place, self._template_place),
            ],
            "animal": [
                (self._fields["family"], self._fields["owner"]),
                (self._fields["identifier"], self._fields["birth_date"]),
                (self._species_place, self._fields["breed"]),
                (self._sex_place, self._neutered_place),
                (self._template_place,),
            ],
            "component": [
                (self._fields["family"], self._fields["identifier"]),
                (self._template_place,),
            ],
        }
        px = self.kit.theme.px
        for child in self._grid.winfo_children():
            child.tk.call("grid", "forget", str(child))
        gap = px(3) if kind == "animal" else px(10)
        for row, widgets in enumerate(rows[kind]):
            for column, widget in enumerate(widgets):
                widget.grid(  # type: ignore[attr-defined]
                    row=row, column=column, sticky="new", pady=gap,
                    padx=(0, px(14)) if column == 0 else (px(14), 0),
                )  # fmt: skip
                # Tab goes by the order in which they lie upon each other: as they are read.
                tk.Misc.lift(widget)

    # ---- Screen

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Its actions."""
        return {
            "accept": lambda: self.presenter.on_start(),
            "back": lambda: self.presenter.on_back(),
        }

    def first_focus(self) -> tk.Misc:
        """The first name to type."""
        return self._fields["family"].entry

    # ---- WalkInView

    def show_form(self, form: Form) -> None:
        """These values."""
        self._form, self._filling = form, True
        for name, field in self._fields.items():
            field.put(getattr(form, name))
        self._filling = False
        self._kind.choose(form.kind)
        self._sex.choose(form.sex)
        self._neutered.choose(form.neutered)
        self._say_choices()

    def show_choices(
        self, templates: Sequence[TemplateChoice], species: Sequence[tuple[str, str]]
    ) -> None:
        """The mounts and the species."""
        self._templates, self._species = tuple(templates), tuple(species)

    def show_kind(self, kind: str) -> None:
        """Only the fields of this kind."""
        tr = self.kit.tr
        sexes = [Segment("", tr("unknown")), Segment("F", tr("female")), Segment("M", tr("male"))]
        if kind == "person":
            sexes.append(Segment("O", tr("other")))
        self._sex.offer(sexes)
        names = {
            "person": tr("Last name"), "animal": tr("Name"), "component": tr("Name of the component"),
        }  # fmt: skip
        numbers = {"component": tr("Serial number")}
        self._fields["family"].rename(names[kind])
        self._fields["identifier"].rename(numbers.get(kind, tr("Patient number")))
        self._lay(kind)
        self._fields["family"].entry.focus_set()

    def show_faults(self, faults: Mapping[str, Text]) -> None:
        """A sentence below each wrong field."""
        tr = self.kit.tr
        for name, field in self._fields.items():
            field.fault(tr(faults[name]) if name in faults else "")
        self._species_fault.say(tr(faults["species"]) if "species" in faults else "")

    def show_opening(self, opening: bool) -> None:
        """Whether the exam is being opened."""
        self._start.enable(not opening)

    def ask(self, title: Text, note: Text, yes: Text, do: Callable[[], None]) -> None:
        """A question with a named yes; Enter, with which the exam is begun, is no answer to it."""
        self.front.sheets.ask(title, note, yes, do, careful=True)

    # ---- inside

    def _change(self, name: str, value: str) -> None:
        if not self._filling:
            self.presenter.on_change(name, value)

    def _choose_species(self) -> None:
        def picked(key: str) -> None:
            self.presenter.on_change("species", key)
            words = next(words for value, words in self._species if value == key)
            self._species_button.say(words)

        self.front.sheets.choose(
            self.kit.tr("Which species?"), "", [Option(*one) for one in self._species], picked
        )

    def _choose_template(self) -> None:
        def picked(key: str) -> None:
            self.presenter.on_change("template", key)
            found = next(one for one in self._templates if one.key == key)
            self._template_button.say(found.title)

        options = [Option(one.key, f"{one.title}  ({one.pictures})") for one in self._templates]
        self.front.sheets.choose(self.kit.tr("What will be taken?"), "", options, picked)

    def _say_choices(self) -> None:
        tr = self.kit.tr
        template = next((one for one in self._templates if one.key == self._form.template), None)
        if template is None and self._templates:
            template = self._templates[0]
        self._template_button.say(template.title if template else tr("Choose"))
        species = dict(self._species).get(self._form.species)
        self._species_button.say(species or tr("Choose"))
