"""Patients, dates and sizes in the words of a screen."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass

from kiosk.i18n import NO_TEXT, Text, plain, text
from minipacs.dicom.model import Patient, PatientKind

SEXES = {"M": text("male"), "F": text("female"), "O": text("other")}


@dataclass(frozen=True)
class Identity:
    """Who is in the chair: a name and two identifiers, and what else tells one from another."""

    name: str
    identifier: str
    born: str
    age: Text
    sex: Text
    kind: PatientKind
    more: Text
    """Species, breed and owner of an animal; else empty."""
    other_script: str = ""
    """The name as it is written in its own script, and how that is spoken."""

    @property
    def listed(self) -> str:
        """The name in one line of a list, both scripts side by side."""
        return in_both_scripts(self.name, self.other_script)


def show_name(name: str) -> str:
    """`Family, Given Middle` of a DICOM name (PS3.5 6.2 PN), its first group that is not empty."""
    group = next((group for group in name.split("=") if group.strip("^ ")), "")
    return _components(group)


def other_script(name: str) -> str:
    """The ideographic and phonetic groups of a name (PS3.5 6.2.1), when the alphabetic one is there too."""
    groups = name.split("=")
    if not groups[0].strip("^ "):
        return ""
    shown = (_components(group).replace(", ", " ") for group in groups[1:3])
    return " · ".join(group for group in shown if group)


def in_both_scripts(name: str, other: str) -> str:
    """`Yamada, Tarou  山田 太郎`."""
    return f"{name}\u2002{other}" if other else name


def _components(group: str) -> str:
    parts = [part.strip() for part in group.split("^")] + [""] * 5
    family, given, middle, prefix, suffix = parts[:5]
    first = " ".join(part for part in (prefix, given, middle) if part)
    shown = ", ".join(part for part in (family, first) if part)
    return f"{shown}, {suffix}" if suffix else shown


def show_date(date: str) -> str:
    """`1984-03-02` of a DICOM date; what is none is shown as it is."""
    if len(date) == 8 and date.isdigit():
        return f"{date[:4]}-{date[4:6]}-{date[6:]}"
    return date


def show_time(time: str) -> str:
    """`14:05` of a DICOM time."""
    return f"{time[:2]}:{time[2:4]}" if len(time) >= 4 and time[:4].isdigit() else time


def date_of(date: str) -> dt.date | None:
    """The day of a DICOM date, if it is one."""
    try:
        return dt.date(int(date[:4]), int(date[4:6]), int(date[6:8]))
    except ValueError:
        return None


def age(born: str, today: dt.date) -> Text:
    """How old, in years, or in months and days for the small."""
    day = date_of(born)
    if day is None or day > today:
        return NO_TEXT
    months = (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day)
    if months >= 24:
        return text("{n} years", n=months // 12)
    if months >= 2:
        return text("{n} months", n=months)
    return text("{n} days", n=(today - day).days)


def identity(patient: Patient, today: dt.date) -> Identity:
    """What a banner shows of a patient."""
    return Identity(
        name=show_name(patient.name),
        identifier=patient.identifier,
        born=show_date(patient.birth_date),
        age=age(patient.birth_date, today),
        sex=SEXES.get(patient.sex, NO_TEXT),
        kind=patient.kind,
        more=_animal(patient),
        other_script=other_script(patient.name),
    )


def _animal(patient: Patient) -> Text:
    if patient.kind is not PatientKind.ANIMAL:
        return NO_TEXT
    species = patient.species_description or (patient.species.meaning if patient.species else "")
    breed = patient.breed_description or ", ".join(code.meaning for code in patient.breeds)
    what = ", ".join(part for part in (species, breed) if part)
    owner = show_name(patient.responsible_person) or patient.responsible_organization
    if what and owner:
        return text("{animal} · owner {owner}", animal=what, owner=owner)
    return text("owner {owner}", owner=owner) if owner else plain(what)


MARKS = str.maketrans("^=,", "   ")


def fold(words: str) -> str:
    """For search: without case, accents, commas and the marks of a DICOM name."""
    bare = unicodedata.normalize("NFKD", words.translate(MARKS))
    return "".join(sign for sign in bare if not unicodedata.combining(sign)).casefold()


def matches(query: str, *texts: str) -> bool:
    """Whether each word of the query begins a word of the texts, or lies in one from three letters on."""
    words = fold(query).split()
    if not words:
        return True
    whole = fold(" ".join(texts))
    parts = whole.split()
    return all(
        any(part.startswith(word) for part in parts) or (len(word) >= 3 and word in whole)
        for word in words
    )


def size_words(size: float) -> str:
    """`3.2 GB` of a number of bytes."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit in ("B", "kB", "MB") else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
