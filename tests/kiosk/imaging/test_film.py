"""Places on films and sheets: sizes, layouts, greys, letters and words."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.imaging.film import (
    Layout,
    Picture,
    best_layout,
    film_mm,
    grey_of,
    parse_layout,
    place,
    square,
)
from kiosk.imaging.orientation import Labels

MIDDLE = Picture(np.full((300, 400), 100, dtype=np.uint8))


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("8INX10IN", (203.2, 254.0)),
        ("8_5INX11IN", (215.9, 279.4)),
        ("24CMX30CM", (240.0, 300.0)),
        ("a4", (210.0, 297.0)),
    ],
)
def test_a_film_size_is_read(name: str, size: tuple[float, float]) -> None:
    assert film_mm(name) == pytest.approx(size)
    assert film_mm(name, landscape=True) == pytest.approx(size[::-1])


@pytest.mark.parametrize("name", ["", "8X10", "0INX10IN", "LARGE"])
def test_what_is_no_film_size_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="8INX10IN"):
        film_mm(name)


def test_a_layout_is_columns_by_rows() -> None:
    assert parse_layout("2x3") == Layout(2, 3)
    for wrong in ("", "2", "0x3", "2x0", "9x9", "axb", "2x3x4"):
        with pytest.raises(ValueError, match="COLUMNSxROWS"):
            parse_layout(wrong)


@pytest.mark.parametrize(
    ("aspects", "layout"),
    [([1.0], (1, 1)), ([2.0, 2.0], (1, 2)), ([0.5, 0.5], (2, 1)), ([1.0] * 4, (2, 2))],
)
def test_the_best_layout_makes_pictures_largest(
    aspects: list[float], layout: tuple[int, int]
) -> None:
    assert best_layout(aspects, 100, 100) == Layout(*layout)


def test_a_window_makes_greys() -> None:
    values = np.array([[0, 1000, 2000, 3000, 65535]], dtype=np.uint16)
    shown = grey_of(values, (2000.5, 2001))
    assert shown.dtype == np.uint8
    assert shown.tolist() == [[0, 0, 128, 255, 255]]
    assert grey_of(values, (2000.5, 2001), inverted=True).tolist() == [[255, 255, 127, 0, 0]]
    deep = grey_of(values, (2000.5, 2001), bits=12)
    assert (deep.dtype, deep.max()) == (np.uint16, 4095)
    signed = grey_of(np.array([[-1000, 0, 1000]], dtype=np.int16), (0.5, 2001))
    assert signed.tolist() == [[0, 128, 255]]


def test_pixels_become_square() -> None:
    tall = square(Picture(np.zeros((10, 20), np.uint8), aspect=2.0))
    assert tall.pixels.shape == (20, 20)
    assert square(MIDDLE) is MIDDLE


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((300, 400), 100, np.uint8),
        np.full((300, 400), 1600, np.uint16),
        np.full((300, 400, 3), 100, np.uint8),
        np.full((9, 7), 100, np.uint8),
        np.full((5000, 300), 100, np.uint8),
    ],
    ids=["grey", "12 bit", "colour", "tiny", "long"],
)
def test_a_place_has_the_shape_of_the_film_and_words_below(pixels: np.ndarray) -> None:
    made = place(Picture(pixels), ["CANARY, PATIENT", "ID P-4711"], (100.0, 80.0))
    assert made.dtype == pixels.dtype
    assert made.ndim == pixels.ndim
    assert made.shape[1] / made.shape[0] == pytest.approx(100 / 80, rel=0.01)
    assert 600 <= max(made.shape) <= 4100
    white = 4095 if made.dtype == np.uint16 else 255
    strip = made[-made.shape[0] // 20 :]
    assert strip.max() == white
    assert np.median(strip) == 0


def test_words_stand_below_the_picture_not_in_it() -> None:
    bare = place(MIDDLE, [], (100.0, 80.0))
    named = place(MIDDLE, ["ID P-4711"], (100.0, 80.0))
    assert (bare == 255).sum() == 0
    rows = np.where((named == 255).any(axis=1))[0]
    picture = np.where((named == 100).any(axis=1))[0]
    assert rows.min() > picture.max()


def test_orientation_letters_stand_at_their_edges() -> None:
    for edge, (down, across) in {
        "left": (0.5, 0.0), "right": (0.5, 1.0), "top": (0.0, 0.5), "bottom": (1.0, 0.5),
    }.items():  # fmt: skip
        made = place(Picture(MIDDLE.pixels, Labels(**{edge: "R"})), [], (100.0, 75.0))
        rows, columns = np.where(made > 200)
        height, width = made.shape
        assert abs(rows.mean() / height - down) < 0.08, edge
        assert abs(columns.mean() / width - across) < 0.08, edge


def test_an_unknown_orientation_has_no_letters() -> None:
    assert (place(MIDDLE, [], (100.0, 75.0)) > 100).sum() == 0


def test_a_very_long_name_is_not_cut_and_leaves_room_for_the_picture() -> None:
    made = place(MIDDLE, ["Abcdefghi " * 40], (25.0, 20.0))
    picture_rows = np.where((made == 100).any(axis=1))[0]
    assert len(picture_rows) >= 0.2 * made.shape[0]
    assert made[-1].max() == 0, "the last line is cut off"
