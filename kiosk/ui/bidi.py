"""Words in right-to-left scripts, laid for a drawing surface that only knows left to right (Tk under X11).

Display only: what is stored, searched and sent keeps its order. It is the part of Unicode's bidirectional algorithm
(UAX 9) that a line of a name needs, with a left-to-right ground: a run of right-to-left letters, with the spaces,
points and marks between them, is turned round; numbers inside of it keep their order. Arabic letters are joined by
their presentation forms where Unicode has them, else they stand alone. Windows and macOS do all this themselves.
"""

from __future__ import annotations

import unicodedata
from functools import cache

_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_FORMS = range(0xFB50, 0xFF00)
_LAM = "\u0644"
_ALEFS = "\u0622\u0623\u0625\u0627"
_MIRRORED = str.maketrans("()[]<>«»", ")(][><»«")


def visual(words: str) -> str:
    """`words` in the order in which its letters stand on the screen from left to right; each line by itself."""
    if not any(_is_right_to_left(sign) for sign in words):
        return words
    return "\n".join(_line(line) for line in words.split("\n"))


def _line(words: str) -> str:
    shown, at = "", 0
    while at < len(words):
        if not _is_right_to_left(words[at]):
            shown += words[at]
            at += 1
            continue
        end = _end_of_run(words, at)
        shown += _turned(_joined(words[at:end]))
        at = end
    return shown


def _end_of_run(words: str, at: int) -> int:
    """The end of the run that begins at `at`: after its last right-to-left letter and the marks on it."""
    end = at
    for place in range(at, len(words)):
        kind = unicodedata.bidirectional(words[place])
        if kind == "L":
            break
        if kind in _RIGHT_TO_LEFT or (kind == "NSM" and place == end):
            end = place + 1
    return end


def _turned(run: str) -> str:
    """From right to left: letters with their marks one by one, numbers as a whole, brackets mirrored."""
    parts: list[str] = []
    number = False
    for sign in run:
        kind = unicodedata.bidirectional(sign)
        digit = kind in ("EN", "AN")
        if parts and (kind == "NSM" or (number and digit)):
            parts[-1] += sign
        else:
            parts.append(sign.translate(_MIRRORED))
        number = digit or (number and kind == "NSM")
    return "".join(reversed(parts))


def _joined(run: str) -> str:
    """Arabic letters in the shapes that they have in a word."""
    forms = _presentation_forms()
    letters = [sign for sign in run if unicodedata.bidirectional(sign) != "NSM"]
    if not any((sign, "isolated") in forms for sign in letters):
        return run
    shaped, at = "", 0
    joins = False  # whether the letter before stretches a hand to this one
    while at < len(run):
        sign = run[at]
        if unicodedata.bidirectional(sign) == "NSM":
            shaped += sign
            at += 1
            continue
        pair = run[at : at + 2]
        letter = pair if pair[:1] == _LAM and (pair, "isolated") in forms else sign
        after = next((one for one in run[at + len(letter) :] if not unicodedata.combining(one)), "")
        takes = (letter, "final") in forms
        gives = (letter, "initial") in forms and (after, "final") in forms
        before = joins and takes
        shape = ("medial" if gives else "final") if before else ("initial" if gives else "isolated")
        shaped += forms.get((letter, shape), letter)
        joins = gives
        at += len(letter)
    return shaped


@cache
def _presentation_forms() -> dict[tuple[str, str], str]:
    """(letter or lam with alef, isolated/initial/medial/final) -> its presentation form."""
    found: dict[tuple[str, str], str] = {}
    for code in _FORMS:
        tag, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        plain = "".join(chr(int(letter, 16)) for letter in letters)
        is_letter = len(plain) == 1 or (len(plain) == 2 and plain[0] == _LAM and plain[1] in _ALEFS)
        if is_letter and tag in ("<isolated>", "<initial>", "<medial>", "<final>"):
            found.setdefault((plain, tag[1:-1]), chr(code))
    return found


def _is_right_to_left(sign: str) -> bool:
    return unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT
