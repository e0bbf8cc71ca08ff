"""The tooth chart: three notations in and out, the codes of CID 4018, 4019 and 4025, sides and directions.

Inside the program a tooth is its FDI number as text (ISO 3950): quadrant 1 to 4 for permanent teeth, 5 to 8 for
deciduous, then the position from the midline. A supernumerary tooth is the number of the tooth beside it with an S
("11S", CID 4025).

Notations:
    fdi        11 to 48, 51 to 85
    universal  1 to 32 from the upper right third molar round to the lower right one; A to T likewise for deciduous
    palmer     a quadrant UR, UL, LR or LL and a position 1 to 8, or A to E for deciduous, with or without a hyphen:
               UR6, UL-D. The corner signs are read as well: 6⏌ upper right, ⎿6 upper left, 6⏋ lower right,
               ⎾6 lower left; so are the box corners ┘ └ ┐ ┌.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from minipacs.dicom.codes import tables
from minipacs.dicom.errors import DicomError
from minipacs.dicom.model import Code

NOTATIONS = ("fdi", "universal", "palmer")

_SCHEMES = {"SCT": "SCT", "2.16.840.1.113883.6.96": "SCT"}
_QUADRANTS = {"UR": 1, "UL": 2, "LL": 3, "LR": 4}
_QUADRANT_NAMES = {number: name for name, number in _QUADRANTS.items()}
_SIGN_AFTER = {"⏌": "UR", "┘": "UR", "⏋": "LR", "┐": "LR"}
_SIGN_BEFORE = {"⎿": "UL", "└": "UL", "⎾": "LL", "┌": "LL"}
_PALMER = re.compile(r"(U[RL]|L[RL])-?([1-8A-E])\Z")
_NAMED = re.compile(
    r"(?:\b(?:tooth|teeth|periapicals?|pa|zahn|zähne|dents?|dientes?|denti|dente)\b[\s.:#-]*|#)"
    r"(?P<teeth>[A-Z]{0,2}-?\d{1,2}(?:(?:\s*[,+&]\s*|\s+(?:and\s+)?)[A-Z]{0,2}-?\d{1,2})*)(?!\w)",
    re.IGNORECASE,
)
_JOINED = re.compile(r"[+&]|\band\b", re.IGNORECASE)
_REGION_KEYS = (
    "central-incisor-region",
    "lateral-incisor-region",
    "canine-region",
    "first-premolar-region",
    "second-premolar-region",
    "first-molar-region",
    "second-molar-region",
    "third-molar-region",
)
# PS3.3 C.7.6.1.1.1: a head held upright, in the letters of a quadruped (rostral is towards the nose).
_QUADRUPED = {"L": "LE", "R": "RT", "A": "R", "P": "CD", "F": "V", "H": "D"}


class UnknownTooth(DicomError):
    """No tooth has this number in this notation."""

    def __init__(self, text: str, notation: str) -> None:
        examples = {
            "fdi": "11 to 48 and 51 to 85",
            "universal": "1 to 32 and A to T",
            "palmer": "for example UR6 or UL-D",
        }
        super().__init__(
            f"{text!r} is no tooth in {notation} notation, which has {examples[notation]}"
        )
        self.text = text
        self.notation = notation


# ---------------------------------------------------------------------------------------------- notations


def all_teeth(*, supernumerary: bool = False) -> tuple[str, ...]:
    """The 52 FDI numbers, permanent then deciduous; with `supernumerary` 52 more."""
    names = tuple(row["fdi"] for row in tables.rows_of("teeth.csv"))
    if supernumerary:
        names += tuple(row["fdi"] for row in tables.rows_of("supernumerary.csv"))
    return names


def parse_teeth(text: str, notation: str = "fdi") -> tuple[str, ...]:
    """FDI numbers of the teeth that `text` lists, separated by commas, semicolons or spaces, each once.

    Raises:
        UnknownTooth: a part names no tooth.
        ValueError: there is no such notation.
    """
    _check_notation(notation)
    found: dict[str, None] = {}
    for part in re.split(r"[\s,;]+", text.strip().upper()):
        if part:
            found[_fdi_of(part, notation)] = None
    return tuple(found)


def teeth_in(words: str, notation: str = "fdi") -> tuple[str, ...]:
    """FDI numbers of the teeth that free words name ("Periapical 36", "teeth 11, 12"); none when they name none.

    Only what stands right after a word for a tooth or its picture counts, and only when all of it is teeth: "BWX 4"
    and "FMX 18" name mounts, not teeth.

    Raises:
        ValueError: there is no such notation.
    """
    _check_notation(notation)
    found: dict[str, None] = {}
    for match in _NAMED.finditer(words):
        try:
            found |= dict.fromkeys(parse_teeth(_JOINED.sub(" ", match["teeth"]), notation))
        except UnknownTooth:
            continue
    return tuple(found)


def show_tooth(fdi: str, notation: str = "fdi") -> str:
    """The tooth as a person writes it in `notation`; Palmer with letters (UR6, URD), not signs.

    Raises:
        UnknownTooth: `fdi` is no FDI number.
        ValueError: there is no such notation.
    """
    _check_notation(notation)
    if fdi not in _chart():
        raise UnknownTooth(fdi, "fdi")
    extra = "S" if fdi.endswith("S") else ""
    base = fdi[:2]
    if notation == "fdi":
        return fdi
    if notation == "universal":
        name = _universal()[base]
        if extra and name.isdigit():
            return str(int(name) + 50)  # supernumerary teeth are 51 to 82
        return name + extra
    quadrant, position = int(base[0]), int(base[1])
    if quadrant > 4:
        return f"{_QUADRANT_NAMES[quadrant - 4]}{'ABCDE'[position - 1]}{extra}"
    return f"{_QUADRANT_NAMES[quadrant]}{position}{extra}"


def _check_notation(notation: str) -> None:
    if notation not in NOTATIONS:
        raise ValueError(f"tooth notation {notation!r} is none of {', '.join(NOTATIONS)}")


def _fdi_of(part: str, notation: str) -> str:
    if notation == "fdi":
        if part in _chart():
            return part
    elif notation == "universal":
        known = _from_universal()
        if part in known:
            return known[part]
    else:
        plain = _without_signs(part)
        extra = "S" if plain.endswith("S") else ""
        match = _PALMER.match(plain.removesuffix("S"))
        if match:
            quadrant, position = _QUADRANTS[match.group(1)], match.group(2)
            if position.isdigit():
                return f"{quadrant}{position}{extra}"
            return f"{quadrant + 4}{'ABCDE'.index(position) + 1}{extra}"
    raise UnknownTooth(part, notation)


def _without_signs(part: str) -> str:
    if part[-1] in _SIGN_AFTER:
        return _SIGN_AFTER[part[-1]] + part[:-1]
    if part[0] in _SIGN_BEFORE:
        return _SIGN_BEFORE[part[0]] + part[1:]
    return part


@cache
def _universal() -> Mapping[str, str]:
    permanent = [f"1{n}" for n in range(8, 0, -1)] + [f"2{n}" for n in range(1, 9)]
    permanent += [f"3{n}" for n in range(8, 0, -1)] + [f"4{n}" for n in range(1, 9)]
    deciduous = [f"5{n}" for n in range(5, 0, -1)] + [f"6{n}" for n in range(1, 6)]
    deciduous += [f"7{n}" for n in range(5, 0, -1)] + [f"8{n}" for n in range(1, 6)]
    names = {fdi: str(number) for number, fdi in enumerate(permanent, 1)}
    names |= dict(zip(deciduous, "ABCDEFGHIJKLMNOPQRST", strict=True))
    return MappingProxyType(names)


@cache
def _from_universal() -> Mapping[str, str]:
    # Zero-padded numbers ("08") are read as well: worklists send them.
    known: dict[str, str] = {}
    for fdi in all_teeth(supernumerary=True):
        name = show_tooth(fdi, "universal")
        known[name] = fdi
        if name.isdigit():
            known[name.zfill(2)] = fdi
    return MappingProxyType(known)


# ---------------------------------------------------------------------------------------------- codes


@cache
def _chart() -> Mapping[str, Code]:
    rows = tables.rows_of("teeth.csv") + tables.rows_of("supernumerary.csv")
    return MappingProxyType({row["fdi"]: Code(row["code"], "SCT", row["meaning"]) for row in rows})


@cache
def _reading() -> Mapping[str, str]:
    known: dict[str, str] = {}
    for row in tables.rows_of("teeth.csv") + tables.rows_of("supernumerary.csv"):
        for column in ("code", "older", "third"):
            if row.get(column):
                known[row[column]] = row["fdi"]
    return MappingProxyType(known)


def tooth_code(fdi: str) -> Code:
    """The current SNOMED code of a tooth, CID 4018, 4019 or 4025: what is written. Raises UnknownTooth."""
    try:
        return _chart()[fdi]
    except KeyError:
        raise UnknownTooth(fdi, "fdi") from None


def tooth_of(code: Code) -> str | None:
    """The FDI number that a code stands for, or None; the older and the "entire tooth" codes are read as well."""
    if _SCHEMES.get(code.scheme) is None:
        return None
    return _reading().get(code.value)


def region_modifier_of(fdi: str) -> Code:
    """The region of a tooth's position (CID 4017), deciduous molars as the premolars that follow them."""
    if fdi not in _chart():
        raise UnknownTooth(fdi, "fdi")
    return tables.region(_REGION_KEYS[int(fdi[1]) - 1])


# ---------------------------------------------------------------------------------------------- sides, directions


def laterality_of(teeth: Iterable[str]) -> str:
    """Image Laterality (0020,0062): R or L when all teeth are on that side, B when on both, "" without teeth."""
    sides = {_side(fdi) for fdi in teeth}
    if not sides:
        return ""
    return sides.pop() if len(sides) == 1 else "B"


def arch_of(teeth: Iterable[str]) -> str:
    """upper, lower, both, or "" without teeth."""
    arches = {"upper" if fdi[0] in "1256" else "lower" for fdi in teeth}
    if not arches:
        return ""
    return arches.pop() if len(arches) == 1 else "both"


def _side(fdi: str) -> str:
    tooth_code(fdi)
    return "R" if fdi[0] in "1458" else "L"


def orientation_of(
    teeth: Iterable[str], view: str = "", *, quadruped: bool = False
) -> tuple[str, str]:
    """Patient Orientation (0020,0020), (direction of the rows, of the columns), PS3.3 C.7.6.1.1.1.

    Labial mounting: the viewer faces the patient, whose right is on the viewer's left, crowns as in the mouth. So

    - occlusal views look along the body: upper jaw L\\P (incisors at the top), lower jaw L\\A (incisors at the
      bottom); the arch of the teeth decides, then the view;
    - a view that has its own directions in views.csv (panoramic L\\F, bitewing-right A\\F, profiles ...) has those;
    - otherwise the columns go down, F, upper and lower teeth alike, and the rows follow the teeth: incisors and
      canines only, or teeth on both sides: L (seen from the front); teeth of the right side with at least one
      premolar or molar (deciduous molar): A, away from the throat; of the left side: P;
    - without teeth and without a view that tells it: ("", ""), unknown, never a guess.

    Args:
        teeth: FDI numbers.
        view: a key of views.csv or empty.
        quadruped: the letters for Anatomical Orientation Type QUADRUPED: R (rostral) for A, CD for P, LE and RT
            for L and R, V for F, D for H, as the head has them.

    Raises:
        UnknownTooth, minipacs.dicom.codes.tables.UnknownKey.
    """
    given = tuple(teeth)
    row, column = _upright(given, view)
    if quadruped:
        return _QUADRUPED.get(row, row), _QUADRUPED.get(column, column)
    return row, column


def _upright(teeth: tuple[str, ...], view: str) -> tuple[str, str]:
    for fdi in teeth:
        tooth_code(fdi)
    look = tables.view(view) if view else None
    if look is not None and look.code is not None and look.code.value == "260499007":
        # Occlusal: the arch of the teeth is surer than the default of the view.
        arch = look.arch or arch_of(teeth)
        return ("L", "A") if arch == "lower" else ("L", "P")
    if look is not None and look.orientation is not None:
        return look.orientation
    if not teeth:
        return "", ""
    side = laterality_of(teeth)
    if side == "B" or all(fdi[1] in "123" for fdi in teeth):
        return "L", "F"
    return ("A", "F") if side == "R" else ("P", "F")
