"""Words as pixels: any script that a font has, and never a letter lost."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.imaging.lettering import text_image, text_width, without_font, wrapped

LATIN = "Müller, Äpfel-Straße Łódź"


def test_a_line_is_as_wide_as_it_is_measured() -> None:
    image = text_image(LATIN, 24)
    assert image.dtype == np.uint8
    assert image.shape[1] == text_width(LATIN, 24)
    assert image.max() == 255
    assert image[:, 0].max() == image[:, -1].max() == 0, "a letter touches the edge"


def test_other_letters_look_otherwise() -> None:
    assert without_font("Иванова Παπαδοπούλου") == ""
    assert not np.array_equal(text_image("Ж", 24), text_image("Ψ", 24))


def test_a_letter_that_no_font_has_is_known() -> None:
    assert without_font("a\U0010fffeb") == "\U0010fffe"


def test_letters_of_several_fonts_make_one_line() -> None:
    assert text_image("Ж\U0010fffeЖ", 24).shape[1] > text_image("ЖЖ", 24).shape[1]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.text("abcdefgh ÄЖ", min_size=1, max_size=30), max_size=5),
    st.integers(min_value=40, max_value=400),
)
def test_no_letter_is_lost_and_no_line_is_too_wide(parts: list[str], width: int) -> None:
    lines = wrapped(parts, width, lambda line: text_width(line, 16))
    said = "".join("".join(lines).replace(" · ", "").split())
    assert said == "".join("".join(parts).split())
    assert all(text_width(line, 16) <= width for line in lines)
