"""A study as a PDF that an office hands out: who, what, when, and the pictures as they hang in their mount."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kiosk.imaging.film import Layout, Picture, best_layout, square
from kiosk.imaging.lettering import wrapped
from kiosk.imaging.pdf import PAPER, Document, ImageRef, Page, width_of
from kiosk.office.paper import Heading, PaperStudy

MARGIN = 34.0
FOOTER = 26.0
NOT_FOR_DIAGNOSIS = "For viewing only, not for diagnosis. Not to scale."
SIMULATED = "SIMULATED IMAGES"
_GAP = 5.0
_CAPTION, _CAPTION_LINE = 7.0, 8.6
_NAME, _LINE = 15.0, 9.0
_LETTER = 8.0
_MOST_ON_PAGE = 12


@dataclass(frozen=True)
class _Cell:
    """A place on a page, in points; without a picture it is an empty position of the mount."""

    x: float
    y: float
    width: float
    height: float
    picture: int | None


@dataclass(frozen=True)
class _Sheet:
    """What goes on one page, in fractions of its body."""

    cells: tuple[_Cell, ...]
    aspect: float | None
    """Width to height of the whole, when it must be kept."""


def make_pdf(
    study: PaperStudy, made_at: dt.datetime, *, paper: str = "A4", layout: Layout | None = None
) -> tuple[bytes, int]:
    """The file and its number of pages.

    Args:
        study: what is shown; each picture is in the file once, without loss.
        made_at: when, with its zone.
        paper: A4 or LETTER; it lies the way in which the pictures come out larger.
        layout: places on a page; None hangs them in their mount, or as large as they fit.
    """
    document = Document(title="Images for viewing", made_at=made_at)
    looks = [square(one.picture) for one in study.pictures]
    refs = [document.image(_eight_bit(look)) for look in looks]
    sheets, landscape = _sheets(study, looks, paper, layout)
    for number, sheet in enumerate(sheets, start=1):
        width, height = PAPER[paper]
        page = document.page(*((height, width) if landscape else (width, height)))
        top = _header(page, study.heading)
        _footer(page, study.heading, number, len(sheets))
        body = (MARGIN, top, page.width - 2 * MARGIN, page.height - MARGIN - FOOTER - top)
        _draw(page, study, looks, refs, _placed(sheet, body))
    return document.to_bytes(), len(sheets)


def _eight_bit(look: Picture) -> np.ndarray:
    pixels = look.pixels
    return (pixels >> 4).astype(np.uint8) if pixels.dtype == np.uint16 else pixels


# ---- what goes on which page


def _sheets(
    study: PaperStudy, looks: Sequence[Picture], paper: str, layout: Layout | None
) -> tuple[list[_Sheet], bool]:
    """The pages, and whether they lie across."""
    aspects = [look.pixels.shape[1] / look.pixels.shape[0] for look in looks]
    template = study.template
    if layout is None and template is not None and len(template.tiles) > 1 and study.places:
        cells = tuple(
            _Cell(tile.x, tile.y, tile.width, tile.height, study.places.get(tile.key))
            for tile in template.tiles
        )
        rest = [n for n in range(len(looks)) if n not in study.places.values()]
        sheets = [_Sheet(cells, template.aspect)]
        return sheets + _grids(rest, aspects, _body(paper, True), None), template.aspect > 1
    everything = list(range(len(looks)))
    across, upright = _body(paper, True), _body(paper, False)
    landscape = _largest(aspects, across, layout) > _largest(aspects, upright, layout)
    return _grids(everything, aspects, across if landscape else upright, layout), landscape


def _body(paper: str, landscape: bool) -> tuple[float, float]:
    """About what a page leaves for pictures."""
    width, height = PAPER[paper]
    width, height = (height, width) if landscape else (width, height)
    return width - 2 * MARGIN, height - 2 * MARGIN - FOOTER - 60


def _largest(aspects: Sequence[float], body: tuple[float, float], layout: Layout | None) -> float:
    chosen = layout or best_layout(aspects, *body, _MOST_ON_PAGE)
    width, height = body[0] / chosen.columns, body[1] / chosen.rows
    return sum(min(width, height * one) ** 2 / one for one in aspects)


def _grids(
    pictures: Sequence[int],
    aspects: Sequence[float],
    body: tuple[float, float],
    layout: Layout | None,
) -> list[_Sheet]:
    if not pictures:
        return []
    shown = layout or best_layout([aspects[n] for n in pictures], *body, _MOST_ON_PAGE)
    width, height = 1 / shown.columns, 1 / shown.rows
    pages = [pictures[at : at + shown.places] for at in range(0, len(pictures), shown.places)]
    return [
        _Sheet(
            tuple(
                _Cell(
                    n % shown.columns * width, n // shown.columns * height, width, height, picture
                )
                for n, picture in enumerate(page)
            ),
            None,
        )
        for page in pages
    ]


def _placed(sheet: _Sheet, body: tuple[float, float, float, float]) -> list[_Cell]:
    """The cells in points."""
    x, y, width, height = body
    if sheet.aspect is not None:
        # Each row of a mount has captions below its pictures, so it may be somewhat higher than its drawing.
        fitted = min(width, height * sheet.aspect)
        x += (width - fitted) / 2
        whole, height = height, min(height, fitted / sheet.aspect * 1.12)
        width, y = fitted, y + (whole - height) / 3
    return [
        _Cell(
            x + cell.x * width,
            y + cell.y * height,
            cell.width * width,
            cell.height * height,
            cell.picture,
        )
        for cell in sheet.cells
    ]


# ---- drawing


def _draw(
    page: Page,
    study: PaperStudy,
    looks: Sequence[Picture],
    refs: Sequence[ImageRef],
    cells: Sequence[_Cell],
) -> None:
    captions = {
        cell: _lines((study.pictures[cell.picture].title,), cell.width - _GAP, _CAPTION)
        for cell in cells
        if cell.picture is not None
    }
    below = max((len(lines) for lines in captions.values()), default=0) * _CAPTION_LINE + 3
    for cell in cells:
        width, height = cell.width - _GAP, cell.height - _GAP - below
        left, top = cell.x + _GAP / 2, cell.y + _GAP / 2
        if width < 4 or height < 4:
            continue
        if cell.picture is None:
            page.box(left, top, width, height)
            continue
        ref = refs[cell.picture]
        scale = min(width / ref.width, height / ref.height)
        across, down = ref.width * scale, ref.height * scale
        x, y = left + (width - across) / 2, top + (height - down) / 2
        page.image(ref, x, y, across, down)
        _edge_letters(page, looks[cell.picture], (x, y, across, down))
        for number, line in enumerate(captions[cell], start=1):
            start = left + (width - width_of(line, _CAPTION)) / 2
            page.text(start, y + down + 1 + number * _CAPTION_LINE, line, _CAPTION, grey=0.2)


def _edge_letters(page: Page, look: Picture, box: tuple[float, float, float, float]) -> None:
    x, y, width, height = box
    size = min(_LETTER, height / 14, width / 14)
    if size < 2:
        return
    labels = look.labels
    middle = y + height / 2 + size / 3
    for word, left, base in (
        (labels.left, x + 2, middle),
        (labels.right, x + width - 2 - width_of(labels.right, size, bold=True), middle),
        (labels.top, x + (width - width_of(labels.top, size, bold=True)) / 2, y + size),
        (labels.bottom, x + (width - width_of(labels.bottom, size, bold=True)) / 2, y + height - 3),
    ):
        page.text(left, base, word, size, bold=True, on_picture=True)


def _header(page: Page, heading: Heading) -> float:
    """Who and what; gives where the pictures may begin."""
    inner = page.width - 2 * MARGIN
    right = [
        (heading.institution, 10.0, True),
        (heading.exam, _LINE, False),
        (f"Exam date {heading.date}" if heading.date else "", _LINE, False),
        (f"Accession {heading.accession}" if heading.accession else "", _LINE, False),
    ]
    left = [
        (heading.name or "No name", _NAME, True),
        (heading.other_script, 11.0, False),
        (" · ".join(_identity(heading)), 10.0, False),
        (heading.more, _LINE, False),
    ]
    end = max(
        _column(page, left, MARGIN, inner * 0.58, to_right=False),
        _column(page, right, page.width - MARGIN, inner * 0.4, to_right=True),
    )
    page.line(MARGIN, end + 5, page.width - MARGIN, end + 5)
    return end + 12


def _identity(heading: Heading) -> list[str]:
    parts = [f"ID {heading.identifier}" if heading.identifier else "no ID"]
    parts += [f"born {heading.born}" if heading.born else "", heading.sex]
    return [part for part in parts if part]


def _column(
    page: Page,
    parts: Sequence[tuple[str, float, bool]],
    x: float,
    width: float,
    *,
    to_right: bool,
) -> float:
    """Lines below each other from the top margin on; gives where they end."""
    y = MARGIN
    for words, size, bold in parts:
        for line in _lines((words,), width, size, bold=bold):
            y += size * 1.15
            start = x - width_of(line, size, bold=bold) if to_right else x
            page.text(start, y, line, size, bold=bold)
        y += 1.5 if words else 0
    return y


def _footer(page: Page, heading: Heading, number: int, count: int) -> None:
    y = page.height - MARGIN + 6
    page.line(MARGIN, y - 11, page.width - MARGIN, y - 11)
    page.text(MARGIN, y, NOT_FOR_DIAGNOSIS, 7.5, grey=0.3)
    if heading.simulated:
        start = (page.width - width_of(SIMULATED, 8, bold=True)) / 2
        page.text(start, y, SIMULATED, 8, bold=True)
    words = f"Page {number} of {count}"
    page.text(page.width - MARGIN - width_of(words, 7.5), y, words, 7.5, grey=0.3)


def _lines(
    parts: Sequence[str], width: float, size: float, *, bold: bool = False
) -> tuple[str, ...]:
    measure: Callable[[str], float] = lambda line: width_of(line, size, bold=bold)  # noqa: E731
    return wrapped(parts, width, measure)
