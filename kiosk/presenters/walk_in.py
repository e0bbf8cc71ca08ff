"""Someone who is not on the list: a person, an animal or a component, told in the words of the form."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from kiosk.i18n import NO_TEXT, Text, text
from kiosk.presenters.ports import ArchivePort, ExamsPort, KnownPatient, LiveExam
from kiosk.presenters.requests import Requests
from kiosk.presenters.words import show_date, show_name
from kiosk.presenters.worklist import TemplateChoice, template_choices
from kiosk.problems import Problem, problem_of
from kiosk.tasks import Tasks
from minipacs.clock import Clock
from minipacs.dicom.model import Patient, PatientKind

LONGEST_NAME = 64
"""PS3.5 6.2: a component group of PN, and LO."""
OLDEST_YEARS = 130


@dataclass(frozen=True)
class Form:
    """What was typed, as it was typed."""

    kind: str = "person"
    family: str = ""
    given: str = ""
    middle: str = ""
    identifier: str = ""
    birth_date: str = ""
    sex: str = ""
    species: str = ""
    """Code value."""
    breed: str = ""
    owner: str = ""
    neutered: str = ""
    template: str = ""


@dataclass(frozen=True)
class Checked:
    """A form looked at: the patient when all is right, else a sentence for each wrong field."""

    patient: Patient | None
    faults: Mapping[str, Text] = field(default_factory=dict)


class WalkInView(Protocol):
    """What the form can show."""

    def show_form(self, form: Form) -> None:
        """These values."""

    def show_choices(
        self, templates: Sequence[TemplateChoice], species: Sequence[tuple[str, str]]
    ) -> None:
        """The mounts, and the species (code value, words)."""

    def show_kind(self, kind: str) -> None:
        """Only the fields of this kind of patient."""

    def show_faults(self, faults: Mapping[str, Text]) -> None:
        """A sentence below each wrong field, nothing below the others."""

    def show_opening(self, opening: bool) -> None:
        """Whether the exam is being opened."""

    def show_problem(self, problem: Problem) -> None:
        """A failure."""

    def ask(self, title: Text, note: Text, yes: Text, do: Callable[[], None]) -> None:
        """A question with a named yes; Escape is no."""


class WalkInPresenter:
    """Logic of the walk-in form."""

    def __init__(
        self,
        view: WalkInView,
        exams: ExamsPort,
        archive: ArchivePort,
        tasks: Tasks,
        clock: Clock,
        *,
        open_exam: Callable[[LiveExam], None],
        back: Callable[[], None],
    ) -> None:
        self._view, self._exams, self._archive = view, exams, archive
        self._tasks, self._clock = tasks, clock
        self._open_exam, self._back = open_exam, back
        self._form = Form()
        self._tried = False
        self._requests = Requests()

    def enter(self) -> None:
        """An empty form."""
        self._tried = False
        self._form = Form()
        self._show_choices()
        self._view.show_form(self._form)
        self._view.show_kind(self._form.kind)
        self._view.show_faults({})

    def leave(self) -> None:
        """Another screen is in front."""
        self._requests.drop()

    def on_change(self, name: str, value: str) -> None:
        """A field was changed. Faults are shown only after the first try, then as they are mended."""
        if getattr(self._form, name) == value:
            return
        self._form = replace(self._form, **{name: value})
        if name == "kind":
            self._view.show_kind(value)
            self._show_choices()
            self._view.show_form(self._form)
        if self._tried:
            self._view.show_faults(self._check().faults)

    def on_make_identifier(self) -> None:
        """The patient has no number: make one that no other has."""
        self._form = replace(self._form, identifier=self._exams.new_identifier())
        self._view.show_form(self._form)
        if self._tried:
            self._view.show_faults(self._check().faults)

    def on_start(self) -> None:
        """Begin, when all is right; after a question when the number is known as somebody else's."""
        self._tried = True
        checked = self._check()
        self._view.show_faults(checked.faults)
        patient, template = checked.patient, self._form.template
        if patient is None:
            return
        self._view.show_opening(True)
        self._tasks.submit(
            lambda: self._archive.known_patients(patient.identifier),
            self._requests.ask(lambda known: self._looked_up(patient, template, known)),
            self._requests.also(self._not_opened),
        )

    def _looked_up(self, patient: Patient, template: str, known: Sequence[KnownPatient]) -> None:
        others = [one for one in known if not _may_be(patient, one)]
        if not others:
            self._open(patient, template)
            return
        self._view.show_opening(False)
        self._view.ask(
            text("Is {typed} the patient of number {number}?", typed=show_name(patient.name),
                 number=patient.identifier),
            text(
                "In the archive this number is {known}. Pictures under one number count as one "
                "person's. When in doubt go back and make another number.",
                known="; ".join(dict.fromkeys(_in_words(one) for one in others)),
            ),
            text("It is the same patient"),
            lambda: self._open(patient, template),
        )  # fmt: skip

    def _open(self, patient: Patient, template: str) -> None:
        self._view.show_opening(True)
        self._tasks.submit(
            lambda: self._exams.open(patient, None, template),
            self._requests.ask(self._opened),
            self._requests.also(self._not_opened),
        )

    def on_back(self) -> None:
        """To the list."""
        self._back()

    def _opened(self, exam: LiveExam) -> None:
        self._view.show_opening(False)
        self._open_exam(exam)

    def _not_opened(self, error: BaseException) -> None:
        self._view.show_opening(False)
        self._view.show_problem(problem_of(error))

    def _show_choices(self) -> None:
        templates = template_choices(self._exams, PatientKind(self._form.kind))
        species = [(code.value, code.meaning) for code in self._exams.species()]
        self._view.show_choices(templates, species)
        keys = [one.key for one in templates]
        if keys and self._form.template not in keys:
            self._form = replace(self._form, template=keys[0])

    def _check(self) -> Checked:
        return check(self._form, self._exams, self._clock().date())


def _may_be(patient: Patient, known: KnownPatient) -> bool:
    """Whether name and birth date do not speak against it; what is not known speaks against nothing."""
    names = {_plainly(patient.name), _plainly(known.name)} - {""}
    births = {patient.birth_date, known.birth_date} - {""}
    return len(names) < 2 and len(births) < 2


def _plainly(name: str) -> str:
    parts = name.partition("=")[0].replace("^", " ").casefold().split()
    return " ".join(parts)


def _in_words(known: KnownPatient) -> str:
    parts = (show_name(known.name), show_date(known.birth_date))
    return ", ".join(part for part in parts if part)


def check(form: Form, exams: ExamsPort, today: dt.date) -> Checked:
    """The patient of a form, or what is wrong with it."""
    faults: dict[str, Text] = {}
    animal = form.kind == PatientKind.ANIMAL.value
    person = form.kind == PatientKind.PERSON.value
    for name in ("family", "given", "middle", "owner"):
        fault = _name_fault(getattr(form, name).strip())
        if fault:
            faults[name] = fault
    if not form.family.strip() and not form.given.strip():
        faults.setdefault(
            "family",
            text("Give a last name, or at least a first name.") if person else text("Give a name."),
        )
    if not form.identifier.strip():
        faults["identifier"] = text("Give the patient number, or press Make one.")
    else:
        fault = _line_fault(form.identifier.strip())
        if fault:
            faults["identifier"] = fault
    born, fault = birth_date(form.birth_date, today)
    if fault:
        faults["birth_date"] = fault
    species = next((code for code in exams.species() if code.value == form.species), None)
    if animal and species is None:
        faults["species"] = text("Choose the species.")
    if animal and not form.owner.strip():
        faults["owner"] = text("Give the owner's name; animals share names.")
    fault = _line_fault(form.breed.strip())
    if fault:
        faults["breed"] = fault
    if not form.template:
        faults["template"] = text("Choose what will be taken.")
    if faults:
        return Checked(None, faults)
    parts = [form.family.strip(), form.given.strip(), form.middle.strip()]
    if animal:
        # PS3.5 6.2.1.1: the family name of the responsible person, then the animal's own name.
        parts = [_owner(form.owner).partition("^")[0], form.family.strip()]
    patient = Patient(
        name=_name_of(parts),
        identifier=form.identifier.strip(),
        birth_date=born,
        sex=form.sex,
        kind=PatientKind(form.kind),
    )
    if animal:
        patient = replace(
            patient,
            species=species,
            breed_description=form.breed.strip(),
            responsible_person=_owner(form.owner),
            responsible_person_role="OWNER",
            sex_neutered=form.neutered,
        )
    return Checked(patient)


def birth_date(typed: str, today: dt.date) -> tuple[str, Text]:
    """(YYYYMMDD, no fault) of `1984-03-02`, `19840302` or `2.3.1984`; empty is allowed; else ("", what is wrong)."""
    typed = typed.strip()
    if not typed:
        return "", NO_TEXT
    form = text("Write it as year-month-day, for example 1984-03-02.")
    year_first = re.fullmatch(r"(\d{4})[-./ ]?(\d{1,2})[-./ ]?(\d{1,2})", typed)
    day_first = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", typed)
    if year_first:
        year, month, day = (int(part) for part in year_first.groups())
    elif day_first:
        day, month, year = (int(part) for part in day_first.groups())
    else:
        # 03/02/1984 is March here and February there: not guessed.
        return "", form
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return "", text("There is no such day.")
    if date > today:
        return "", text("This day is still to come.")
    if today.year - date.year > OLDEST_YEARS:
        return "", text("This is more than {n} years ago.", n=OLDEST_YEARS)
    return f"{date:%Y%m%d}", NO_TEXT


def _name_fault(value: str) -> Text:
    if any(sign in value for sign in "^=\\") or any(ord(sign) < 32 for sign in value):
        return text("A name cannot have the signs ^ = or \\ in it.")
    if len(value) > LONGEST_NAME:
        return text("This is longer than {n} letters.", n=LONGEST_NAME)
    return NO_TEXT


def _line_fault(value: str) -> Text:
    if "\\" in value or any(ord(sign) < 32 for sign in value):
        return text("The sign \\ is not allowed here.")
    if len(value) > LONGEST_NAME:
        return text("This is longer than {n} letters.", n=LONGEST_NAME)
    return NO_TEXT


def _name_of(parts: list[str]) -> str:
    """A person name; a single one gets its caret, since the form without is retired (PS3.5 6.2.1)."""
    name = "^".join(parts).rstrip("^")
    return name if "^" in name or not name else f"{name}^"


def _owner(typed: str) -> str:
    """`Family, Given` or `Given Family` as a DICOM name."""
    typed = typed.strip()
    if "," in typed:
        family, _, given = typed.partition(",")
    else:
        given, _, family = typed.rpartition(" ")
    return _name_of([family.strip(), given.strip()])
