"""Names in right-to-left scripts, as they are drawn where the system does not lay them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ui.bidi import visual
from kiosk.ui.widgets.label import Words


def plain(shown: str) -> str:
    """Presentation forms back to letters."""
    return unicodedata.normalize("NFKC", shown)


@pytest.mark.parametrize("words", ["", "Muster, Anna", "佐藤 葵", "Νίκος", "12–13 · periapical"])
def test_other_scripts_stay_as_they_are(words: str) -> None:
    assert visual(words) == words


def test_hebrew_reads_from_the_right() -> None:
    assert visual("כהן, דוד") == "דוד ,ןהכ"[::1]
    assert visual("כהן") == "כהן"[::-1]


def test_only_the_run_is_turned_and_its_place_stays() -> None:
    assert visual("Cohen, David (כהן דוד) 42") == "Cohen, David (" + "כהן דוד"[::-1] + ") 42"


def test_a_number_inside_keeps_its_order_and_brackets_are_mirrored() -> None:
    assert visual("כהן 123 (דוד) לוי") == "יול (דוד) 123 ןהכ".replace(
        "(דוד)", "(" + "דוד"[::-1] + ")"
    )


def test_points_stay_on_their_letters() -> None:
    shown = visual("שָׁלוֹם")
    assert unicodedata.combining(shown[0]) == 0
    assert plain(shown[-1]) != "ש"  # its points follow it
    assert shown.startswith("םוֹל"[:1])


def test_arabic_letters_are_joined() -> None:
    shown = visual("محمد")
    assert [unicodedata.name(sign).rsplit(" ", 2)[-2] for sign in shown] == [
        "FINAL",
        "MEDIAL",
        "MEDIAL",
        "INITIAL",
    ]
    assert plain(shown) == "محمد"[::-1]


def test_a_letter_that_joins_nothing_ends_the_join() -> None:
    shown = visual("دار")
    assert all("ISOLATED" in unicodedata.name(sign) for sign in shown)


def test_lam_and_alef_are_one_shape() -> None:
    assert "LIGATURE LAM WITH ALEF FINAL" in unicodedata.name(visual("سلام")[1])


def test_persian_letters_too() -> None:
    assert "PEH INITIAL" in unicodedata.name(visual("پور")[-1])


LETTERS = st.text(st.sampled_from("abc ,.-()12אבגדהשםاب دلمسي\u05b8\u064e\n"), max_size=30)


@given(LETTERS)
def test_nothing_is_lost_or_added(words: str) -> None:
    mirrored = str.maketrans(")", "(")
    assert sorted(plain(visual(words)).translate(mirrored)) == sorted(
        plain(words).translate(mirrored)
    )


def test_a_label_shows_it_and_the_value_stays(room) -> None:
    label = Words(room.root, room.window.kit, "כהן")
    assert str(label.cget("text")) == "כהן"[::-1]
    label.say("דוד")
    assert str(label.cget("text")) == "דוד"[::-1]
    label.destroy()
