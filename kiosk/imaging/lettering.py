"""Words as pixels, in any script that a font of this machine has: for films, and for what a PDF's own fonts lack."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

# Tried first, in this order: wide coverage before narrow, on Linux, Windows and macOS.
_FIRST = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "segoeui.ttf",
    "Arial Unicode.ttf",
    "arial.ttf",
    "LiberationSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "msyh.ttc",
    "msgothic.ttc",
    "malgun.ttf",
    "Nirmala.ttf",
    "PingFang.ttc",
    "AppleSDGothicNeo.ttc",
)
_SUFFIXES = (".ttf", ".ttc", ".otf")
_MOST_FILES = 2000
_NO_CHARACTER = "\U0010ffff"
"""A noncharacter: what a font draws for it, it draws for everything that it lacks."""

Font = ImageFont.FreeTypeFont


def text_image(text: str, size: float) -> NDArray[np.uint8]:
    """A line of text, white (255) on black: (height, width), as wide as the text and as high as its fonts.

    Letters come from the first font that has all of them, else each from the first that has it.

    Args:
        size: of the font in pixels, from ascender to descender.
    """
    pixels = max(4, round(size))
    line = " ".join(text.split()) or " "
    runs = [(_font(path, pixels), run) for path, run in _runs(line)]
    ascent = max(font.getmetrics()[0] for font, _ in runs)
    descent = max(font.getmetrics()[1] for font, _ in runs)
    widths = [font.getlength(run) for font, run in runs]
    # Letters such as an italic f reach over their width.
    margin = pixels // 8 + 1
    canvas = Image.new("L", (round(sum(widths)) + 2 * margin, ascent + descent))
    draw = ImageDraw.Draw(canvas)
    x = float(margin)
    for (font, run), width in zip(runs, widths, strict=True):
        draw.text((x, ascent), run, fill=255, font=font, anchor="ls")
        x += width
    return np.asarray(canvas)


def text_width(text: str, size: float) -> int:
    """How wide `text_image` makes it."""
    pixels = max(4, round(size))
    line = " ".join(text.split()) or " "
    width = sum(_font(path, pixels).getlength(run) for path, run in _runs(line))
    return round(width) + 2 * (pixels // 8 + 1)


def text_ascent(text: str, size: float) -> int:
    """Rows of its `text_image` above the baseline."""
    pixels = max(4, round(size))
    line = " ".join(text.split()) or " "
    return max(_font(path, pixels).getmetrics()[0] for path, _ in _runs(line))


def wrapped(
    parts: Sequence[str], width: float, measure: Callable[[str], float], *, gap: str = " · "
) -> tuple[str, ...]:
    """Lines no wider than `width` with no letter lost: parts stay whole where they fit, then words, then letters.

    Args:
        parts: what belongs together, for example a name or a date.
        measure: how wide a line is.
        gap: stands between two parts in one line.
    """
    lines: list[str] = []
    for part in (part for part in parts if part.strip()):
        joined = f"{lines[-1]}{gap}{part}" if lines else part
        if measure(joined) <= width:
            lines[len(lines) - 1 if lines else 0 :] = [joined]
            continue
        lines += _broken(part, width, measure)
    return tuple(lines)


def without_font(text: str) -> str:
    """The letters that no font of this machine has, each once; they are drawn as boxes."""
    return "".join(dict.fromkeys(letter for letter in text if _first_with(letter) is None))


def _broken(part: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """A part that is too wide for a line: at its spaces, and where one word is too wide, inside the word."""
    lines = [""]
    for word in part.split():
        longer = f"{lines[-1]} {word}".strip()
        if measure(longer) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if lines[-1] and measure(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return [line for line in lines if line]


# ---- fonts


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """(font file, letters) pieces of a text; one piece when a font has all of it, which shapes it as a whole."""
    for path in _candidates():
        if all(_has(path, letter) for letter in text):
            yield path, text
            return
    start = 0
    fonts = [_first_with(letter) or _candidates()[0] for letter in text]
    for at in range(1, len(text) + 1):
        if at == len(text) or fonts[at] != fonts[start]:
            yield fonts[start], text[start:at]
            start = at


@cache
def _first_with(letter: str) -> str | None:
    for path in (*_candidates(), *_all_files()):
        if _has(path, letter):
            return path
    return None


@cache
def _candidates() -> tuple[str, ...]:
    """The fonts of `_FIRST` that are here, and at last Pillow's own (Latin only), which is called ""."""
    files = {Path(path).name.lower(): path for path in reversed(_all_files())}
    here = [files[name.lower()] for name in _FIRST if name.lower() in files]
    return (*(path for path in here if _has(path, "e")), "")


@cache
def _all_files() -> tuple[str, ...]:
    """The font files of this machine, a bounded number, in an order that stays the same."""
    found: list[str] = []
    for folder in _folders():
        for place, folders, names in os.walk(folder):
            folders.sort()
            found += [
                str(Path(place) / one) for one in sorted(names) if one.lower().endswith(_SUFFIXES)
            ]
            if len(found) > _MOST_FILES:
                return tuple(found[:_MOST_FILES])
    return tuple(found)


def _folders() -> tuple[Path, ...]:
    if sys.platform == "win32":
        found = [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"]
    elif sys.platform == "darwin":
        found = [Path("/System/Library/Fonts"), Path("/Library/Fonts"), Path("~/Library/Fonts")]
    else:
        found = [
            Path("/usr/share/fonts"),
            Path("/usr/local/share/fonts"),
            Path("~/.local/share/fonts"),
        ]
    return tuple(folder.expanduser() for folder in found)


@cache
def _font(path: str, size: int) -> Font:
    if path:
        return ImageFont.truetype(path, size)
    own = ImageFont.load_default(size)
    if not isinstance(own, Font):
        raise RuntimeError("this Pillow is built without FreeType, which draws letters")
    return own


@cache
def _has(path: str, letter: str) -> bool:
    if letter.isspace():
        return True
    try:
        font = _font(path, 24)
        drawn = font.getmask(letter)
    except OSError:
        return False
    lacking = _lacking(path)
    return (drawn.size, bytes(drawn)) != lacking


@cache
def _lacking(path: str) -> tuple[tuple[int, int], bytes]:
    box = _font(path, 24).getmask(_NO_CHARACTER)
    return box.size, bytes(box)
