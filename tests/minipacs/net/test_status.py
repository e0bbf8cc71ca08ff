"""The table of statuses: no warning is a failure, no failure is a success."""

from __future__ import annotations

from pathlib import Path

import pytest

from minipacs.archive import errors
from minipacs.dicom.part10 import Unreadable
from minipacs.net.status import Category, category, comment_for, is_done, meaning, status_for


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (0x0000, Category.SUCCESS),
        (0x0001, Category.WARNING),
        (0x0107, Category.WARNING),
        (0x0116, Category.WARNING),
        (0xB000, Category.WARNING),
        (0xB605, Category.WARNING),
        (0xFF00, Category.PENDING),
        (0xFF01, Category.PENDING),
        (0xFE00, Category.CANCEL),
        (0xA700, Category.FAILURE),
        (0xA7FF, Category.FAILURE),
        (0xC211, Category.FAILURE),
        (0x0110, Category.FAILURE),
        (0x1234, Category.FAILURE),
    ],
)
def test_each_status_has_its_category(status: int, kind: Category) -> None:
    assert category(status) is kind
    assert is_done(status) == (kind in (Category.SUCCESS, Category.WARNING))
    assert meaning(status)


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (errors.StorageFull(1, 2), 0xA700),
        (errors.Damaged(Path("/secret/place"), "why"), 0xA700),
        (errors.Refused("why"), 0xC000),
        (errors.Refused("why", mismatch=True), 0xA900),
        (errors.BadQuery("StudyDate", "why"), 0xA900),
        (errors.DuplicateStep("1.2"), 0x0111),
        (errors.UnknownStep("1.2"), 0x0112),
        (errors.StepClosed("1.2"), 0x0110),
        (errors.BadStep("Modality", "why", "missing"), 0x0120),
        (errors.BadStep("Modality", "why"), 0x0106),
        (errors.BadStep("Modality", "why", "attribute"), 0x0105),
        (Unreadable("why"), 0xC000),
        (RuntimeError("CANARY"), 0x0110),
    ],
)
def test_each_problem_has_its_status_and_a_comment_that_fits(
    problem: Exception, status: int
) -> None:
    assert status_for(problem) == status
    comment = comment_for(problem)
    assert 0 < len(comment) <= 64
    assert "CANARY" not in comment
    assert "secret" not in comment


def test_no_problem_of_the_archive_is_a_success() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.ArchiveError)
    ]
    assert len(kinds) > 10
    for kind in kinds:
        problem = kind.__new__(kind)
        problem.mismatch, problem.kind = False, ""
        assert not is_done(status_for(problem))
