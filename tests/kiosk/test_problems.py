"""What a person reads when something failed."""

from __future__ import annotations

import errno

import pytest

from kiosk.exam import errors as exam_errors
from kiosk.i18n import Text, Translator, text
from kiosk.problems import ROWS, Problem, ToldProblem, problem_of

TR = Translator()


def made(name: str, **data: object) -> BaseException:
    error = type(name, (Exception,), {})("CANARY^PATIENT")
    for key, value in data.items():
        setattr(error, key, value)
    return error


@pytest.mark.parametrize("name", sorted(ROWS))
def test_each_row_has_a_sentence_of_what_and_of_what_to_do(name):
    problem = problem_of(made(name))
    for words in (TR(problem.what), TR(problem.what_to_do)):
        assert words.endswith(".")
        assert "CANARY" not in words
    assert problem.code == problem.code.upper()


def test_a_full_disk_says_how_much():
    problem = problem_of(made("StorageFull", free_mb=12, needed_mb=200))
    assert "12 MB" in TR(problem.what)
    assert "200 MB" in TR(problem.what_to_do)


def test_an_error_of_the_system_that_is_a_full_disk():
    assert problem_of(OSError(errno.ENOSPC, "x")).code == "DISK-FULL"
    assert problem_of(PermissionError(errno.EACCES, "x")).code == "FILES"


def test_a_status_is_shown_as_peers_write_it():
    assert "A700H" in TR(problem_of(made("PeerRefused", status=0xA700)).what)


def test_an_unknown_error_has_its_name_as_code_and_nothing_of_its_text():
    problem = problem_of(ValueError("CANARY^PATIENT"))
    assert problem.code == "INTERNAL-ValueError"
    assert "CANARY" not in TR(problem.what) + TR(problem.what_to_do)


def test_a_base_class_covers_its_children():
    child = type("MediumOdd", (type("MediaError", (Exception,), {}),), {})()
    assert problem_of(child).code == "MEDIUM"


def test_a_told_problem_is_taken_as_it_is():
    problem = Problem("X", text("A."), text("B."))
    assert problem_of(ToldProblem(problem)) is problem


def test_every_error_of_an_exam_that_a_person_can_meet_has_a_row():
    met = {"SlotBusy", "ExamClosed", "NotSaved", "SpoolFull", "SpoolFailed", "InvalidImage",
           "Unresolved", "NothingStored", "BadTemplate"}  # fmt: skip
    assert met <= set(ROWS)
    assert all(hasattr(exam_errors, name) for name in met)


def test_a_broken_translation_falls_back_to_english():
    class Broken:
        def gettext(self, msgid: str) -> str:
            return "{nothing}"

    tr = Translator(Broken())  # type: ignore[arg-type]
    assert tr(Text("{n} images", {"n": 3})) == "3 images"


def test_texts_within_texts_are_translated_too():
    class Shout:
        def gettext(self, msgid: str) -> str:
            return msgid.upper().replace("{WHO}", "{who}")

    tr = Translator(Shout())  # type: ignore[arg-type]
    assert tr(text("hello {who}", who=text("world"))) == "HELLO WORLD"


def test_a_missing_catalogue_is_english(tmp_path):
    assert Translator.for_languages(["xx"], tmp_path)("Retake") == "Retake"
    assert Translator().plural("{n} image", "{n} images", 2) == "2 images"
