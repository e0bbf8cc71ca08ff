"""Names, dates and search."""

from __future__ import annotations

import datetime as dt

import pytest

from kiosk.presenters.words import (
    age,
    identity,
    matches,
    other_script,
    show_date,
    show_name,
    show_time,
    size_words,
)
from tests.builders import a_dog, a_patient

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Family^Given", "Family, Given"),
        ("Family^Given^Middle^Dr^Jr", "Family, Dr Given Middle, Jr"),
        ("Family", "Family"),
        ("^Given", "Given"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada, Tarou"),
        ("=山田^太郎", "山田, 太郎"),
        ("", ""),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert show_name(name) == shown


def test_the_other_script_stands_beside_the_alphabetic_name() -> None:
    assert other_script("Yamada^Tarou=山田^太郎") == "山田 太郎"
    assert other_script("Yamada^Tarou=山田^太郎=やまだ^たろう") == "山田 太郎 · やまだ たろう"
    assert other_script("Yamada^Tarou==やまだ^たろう") == "やまだ たろう"
    assert other_script("Yamada^Tarou") == ""
    assert other_script("=山田^太郎") == ""


def test_a_list_shows_both_scripts_in_one_line() -> None:
    who = identity(a_patient(name="Yamada^Tarou=山田^太郎"), TODAY)
    assert who.listed.split() == ["Yamada,", "Tarou", "山田", "太郎"]
    assert identity(a_patient(name="Yamada^Tarou"), TODAY).listed == "Yamada, Tarou"


@pytest.mark.parametrize(
    ("born", "msgid", "n"),
    [
        ("19840302", "{n} years", 42),
        ("20241121", "{n} months", 23),
        ("20241120", "{n} years", 2),
        ("20261101", "{n} days", 19),
        ("20261120", "{n} days", 0),
    ],
)
def test_ages(born: str, msgid: str, n: int) -> None:
    words = age(born, TODAY)
    assert (words.msgid, words.values["n"]) == (msgid, n)


@pytest.mark.parametrize("born", ["", "1984", "20270101", "18841301"])
def test_no_age_of_what_is_no_day(born: str) -> None:
    assert not age(born, TODAY)


def test_dates_and_times_that_are_none_stay_as_they_are() -> None:
    assert (show_date("19840302"), show_date("1984"), show_date("")) == ("1984-03-02", "1984", "")
    assert (show_time("0905"), show_time("9")) == ("09:05", "9")


def test_an_animal_shows_species_breed_and_owner() -> None:
    who = identity(a_dog(), TODAY)
    assert who.more.values == {
        "animal": "Canis lupus familiaris, Beagle",
        "owner": "CANARY, OWNER",
    }


@pytest.mark.parametrize("query", ["mül", "MULLER", "anna mü", "711", "müller, a", ""])
def test_found(query: str) -> None:
    assert matches(query, "Müller^Anna", "P-4711")


@pytest.mark.parametrize("query", ["nn", "bert", "anna x"])
def test_not_found(query: str) -> None:
    assert not matches(query, "Müller^Anna", "P-4711")


def test_sizes() -> None:
    assert [size_words(size) for size in (12, 4_400_000, 214_000_000_000)] == [
        "12 B",
        "4 MB",
        "214.0 GB",
    ]
