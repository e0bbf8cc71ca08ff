"""The parts of attribute matching that SQL and the comparison in Python share. PS3.4 C.2.2.2."""

from __future__ import annotations

import re

from minipacs.archive.errors import BadQuery
from minipacs.archive.texts import date_key, fold, time_key

# PS3.4 C.2.2.2.4: not for dates, times, numbers and UIDs.
WILDCARD_VRS = frozenset("AE CS LO LT PN SH ST UC UR UT".split())  # noqa: SIM905
RANGE_VRS = frozenset({"DA", "TM", "DT"})
_RUN = re.compile(r"[*?]+")
LAST = "\U0010ffff"
"""Sorts after every other text that begins alike."""


def has_wildcard(vr: str, text: str) -> bool:
    """Whether `text` is a pattern."""
    return vr in WILDCARD_VRS and ("*" in text or "?" in text)


def simplified(pattern: str) -> str:
    """The same pattern with its runs of wildcards in order, so that `*?*?*?` can't cost more than `???*`."""
    return _RUN.sub(lambda run: "?" * run[0].count("?") + ("*" if "*" in run[0] else ""), pattern)


def literal_prefix(pattern: str) -> str:
    """What every match begins with: an index finds it."""
    return re.split(r"[*?]", pattern, maxsplit=1)[0]


def fits(pattern: str, text: str) -> bool:
    """Whether a wildcard pattern matches the whole of `text`, in time that grows with their lengths' product at most.

    Not `re`: its backtracking would let one query of many `*` run for hours.
    """
    star, at, place, mark = -1, 0, 0, 0
    while place < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, mark = at, place
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[place]):
            at += 1
            place += 1
        elif star >= 0:
            mark += 1
            at, place = star + 1, mark
        else:
            return False
    return not pattern[at:].strip("*")


def is_everything(vr: str, text: str) -> bool:
    """PS3.4 C.2.2.2.4: `*` alone is universal matching; some peers write it for dates and UIDs too."""
    return text == "*" or (vr in WILDCARD_VRS and bool(text) and not text.strip("*"))


def name_groups(text: str) -> list[str]:
    """The folded groups of a PN pattern; one group alone is looked for in all three. Empty ones match all."""
    return [fold(group).strip(" ").rstrip("^") for group in text.split("=")[:3]]


def bounds(keyword: str, vr: str, text: str) -> tuple[str, str]:
    """(first, last) of a date, time or datetime value or range, both inclusive, "" for open.

    A partial time stands for its whole hour or minute.

    Raises:
        BadQuery: it is none.
    """
    if vr == "DT":
        return _dt_bounds(keyword, text)
    first, dash, last = text.partition("-")
    if not dash:
        last = first
    return _edge(keyword, vr, first, end=False), _edge(keyword, vr, last, end=True)


def _edge(keyword: str, vr: str, text: str, *, end: bool) -> str:
    text = text.strip()
    if not text:
        return ""
    if vr == "DA":
        value = date_key(text)
    elif not end:
        value = time_key(text)
    else:
        # '~' sorts after every digit and the point: 1030 ends with the last fraction of 10:30:59.
        value = text.replace(":", "") + "~" if time_key(text) else ""
    if not value:
        raise BadQuery(keyword, f"it is no {'date' if vr == 'DA' else 'time'} and no range of them")
    return value


# PS3.5 6.2: an offset is -1200 to +1400, which no year of a range looks like.
_DT = re.compile(r"(\d{4,14}(?:\.\d{1,6})?)([+-](?:0\d|1[0-4])\d\d(?=-|\Z))?")


def _dt_bounds(keyword: str, text: str) -> tuple[str, str]:
    # Offsets are left out of the comparison: the archive compares local times as they were written.
    match = re.fullmatch(rf"(?:{_DT.pattern})?(-)?(?:{_DT.pattern})?", text)
    if not match or not (match[1] or match[4]):
        raise BadQuery(keyword, "it is no date and time and no range of them")
    first, last = match[1] or "", match[4] or ""
    if not match[3]:
        last = first
    return first, f"{last}~" if last else ""
