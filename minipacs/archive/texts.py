"""Values of a header in the form that columns and comparisons want."""

from __future__ import annotations

import re
import unicodedata

_DATE = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})\Z")
_TIME = re.compile(r"(\d{2}(?::?\d{2}(?::?\d{2}(?:\.\d{1,6})?)?)?)\Z")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


_EDGES = " \0\t\r\n"


def clean(text: str) -> str:
    """For an index: edges stripped, and each control character within a U+FFFD.

    Left out, they would turn one patient's ID into another's ("P<NUL>1" is not "P1").
    """
    return _CONTROLS.sub("\ufffd", text.strip(_EDGES))


def fold(text: str) -> str:
    """For comparing names: without case, without Latin, Greek and Cyrillic accents; other scripts as they are."""
    if text.isascii():
        return text.lower()
    open_marks = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in open_marks if not "\u0300" <= letter <= "\u036f")
    return unicodedata.normalize("NFC", bare)


def name_keys(name: str) -> tuple[str, str, str]:
    """The folded alphabetic, ideographic and phonetic groups of a PN; empty trailing components don't count."""
    groups = [fold(group).rstrip("^ ").strip(" ") for group in name.split("=")]
    groups += ["", "", ""]
    return groups[0], groups[1], groups[2]


def date_key(text: str) -> str:
    """DA as YYYYMMDD, also from the old YYYY.MM.DD; "" for anything else."""
    match = _DATE.match(text.strip())
    return "".join(match.groups()) if match else ""


def time_key(text: str) -> str:
    """TM with at least HHMMSS, so that texts compare as times; "" for what is no time."""
    match = _TIME.match(text.strip())
    if not match:
        return ""
    digits = match.group(1).replace(":", "")
    return digits if len(digits) >= 6 else digits.ljust(6, "0")


def number_key(text: str) -> str:
    """IS in its shortest form, so that 007 is 7; "" for what is no integer."""
    text = text.strip()
    return str(int(text)) if re.fullmatch(r"[+-]?\d{1,12}", text) else ""
