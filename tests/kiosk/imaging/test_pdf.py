"""The PDF writer against poppler: pages, words, and pictures bit by bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.imaging.pdf import PAPER, Document, is_latin, width_of
from tests.builders import NOW
from tests.peers import need, run

RAMP = (np.arange(37 * 53) * 7 % 256).astype(np.uint8).reshape(37, 53)
COLOUR = np.stack([RAMP, RAMP[::-1], RAMP[:, ::-1]], axis=-1)


def written(document: Document, tmp_path: Path) -> Path:
    file = tmp_path / "made.pdf"
    file.write_bytes(document.to_bytes())
    return file


def test_pages_and_facts(tmp_path: Path) -> None:
    need("pdfinfo")
    document = Document("Images (for) \\viewing", NOW)
    for _ in range(3):
        document.page(*PAPER["A4"])
    said = run("pdfinfo", written(document, tmp_path)).stdout
    assert "Pages:           3" in said
    assert "(A4)" in said
    assert "Images (for) \\viewing" in said
    assert "Error" not in said
    assert "Encrypted:       no" in said


@pytest.mark.parametrize("pixels", [RAMP, COLOUR, RAMP[:1], RAMP[:, :1]])
def test_a_picture_is_kept_bit_by_bit(pixels: np.ndarray, tmp_path: Path) -> None:
    need("pdfimages")
    document = Document("x", NOW)
    document.page(100, 100).image(document.image(pixels), 10, 10, 50, 50)
    run("pdfimages", "-png", written(document, tmp_path), tmp_path / "out")
    (out,) = tmp_path.glob("out*.png")
    np.testing.assert_array_equal(np.asarray(Image.open(out)), pixels)


def test_a_picture_is_stored_once(tmp_path: Path) -> None:
    document = Document("x", NOW)
    for _ in range(4):
        page = document.page(100, 100)
        page.image(document.image(RAMP), 0, 0, 50, 50)
        page.image(document.image(RAMP.copy()), 50, 50, 50, 50)
    assert document.to_bytes().count(b"/Subtype /Image") == 1
    document.image(RAMP.reshape(53, 37))
    assert document.to_bytes().count(b"/Subtype /Image") == 2, "same bytes, other shape"


def test_words_can_be_searched(tmp_path: Path) -> None:
    need("pdftotext")
    document = Document("x", NOW)
    page = document.page(*PAPER["LETTER"])
    page.text(50, 50, "Weiß, Jürgen (né) \\ O’Brien – 12 €", 12)
    page.text(50, 80, "bold", 12, bold=True, on_picture=True)
    said = run("pdftotext", written(document, tmp_path), "-").stdout
    assert "Weiß, Jürgen (né) \\ O’Brien – 12 €" in said
    assert "bold" in said


def test_other_scripts_are_drawn_where_the_words_should_be(tmp_path: Path) -> None:
    need("pdftoppm")
    document = Document("x", NOW)
    document.page(200, 100).text(20, 50, "Παπαδοπούλου", 20)
    run("pdftoppm", "-r", 72, "-png", written(document, tmp_path), tmp_path / "page")
    (out,) = tmp_path.glob("page*.png")
    dark = np.asarray(Image.open(out).convert("L")) < 128
    rows, columns = np.where(dark)
    assert 25 <= rows.min() < 40
    assert 48 <= rows.max() <= 58
    assert 18 <= columns.min() <= 26
    assert columns.max() - columns.min() == pytest.approx(width_of("Παπαδοπούλου", 20), abs=12)


def test_the_place_of_a_picture_is_from_the_top(tmp_path: Path) -> None:
    need("pdftoppm")
    document = Document("x", NOW)
    document.page(100, 200).image(document.image(np.zeros((4, 4), np.uint8)), 10, 20, 30, 40)
    run("pdftoppm", "-r", 72, "-png", written(document, tmp_path), tmp_path / "page")
    (out,) = tmp_path.glob("page*.png")
    rows, columns = np.where(np.asarray(Image.open(out).convert("L")) < 128)
    assert (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1) == pytest.approx(
        (20, 60, 10, 40), abs=1
    )


def test_what_helvetica_has() -> None:
    assert is_latin("Jürgen Łódź"[:6])
    assert not is_latin("Łódź")
    assert not is_latin("a\nb")
    assert width_of("Hello", 10) == pytest.approx(22.78)
    assert width_of("Hello", 10, bold=True) > width_of("Hello", 10)


def test_no_page_is_no_document() -> None:
    with pytest.raises(ValueError, match="pages"):
        Document("x", NOW).to_bytes()
