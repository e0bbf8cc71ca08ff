"""Picked files go to the armed positions of one exam, and never to another exam."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from kiosk.capture.base import SourceState
from kiosk.capture.file import PickedFiles


@pytest.fixture
def paths(tmp_path):
    found = []
    for number in range(3):
        path = tmp_path / f"{number}.png"
        Image.fromarray(np.full((20, 30), number, np.uint8)).save(path)
        found.append(path)
    return found


@pytest.fixture
def picked(ear):
    source = PickedFiles()
    source.start(ear)
    return source


def _values(ear):
    return [(int(frame.pixels[0, 0]), token and token.identifier) for frame, token in ear.frames]


def test_files_fill_the_positions_as_they_are_armed(picked, ear, a_token, paths):
    picked.arm(a_token())
    assert picked.take(paths) == []
    assert _values(ear) == [(0, "t1")]
    assert picked.waiting == 2
    picked.arm(a_token(identifier="t2"))
    picked.arm(a_token(identifier="t3"))
    assert _values(ear) == [(0, "t1"), (1, "t2"), (2, "t3")]


def test_files_that_wait_are_never_given_to_another_exam(picked, ear, a_token, paths):
    picked.arm(a_token())
    picked.take(paths)
    picked.arm(a_token(identifier="x1", exam_id="other"))
    assert _values(ear) == [(0, "t1"), (1, None), (2, None)]
    assert picked.waiting == 0


def test_files_picked_while_nothing_was_ever_armed_are_strays(picked, ear, paths):
    picked.take(paths[:1])
    assert _values(ear) == [(0, None)]


def test_stopping_gives_up_what_waits_as_strays(picked, ear, a_token, paths):
    picked.arm(a_token())
    picked.take(paths)
    picked.stop()
    assert _values(ear)[1:] == [(1, None), (2, None)]
    assert picked.state is SourceState.STOPPED


def test_what_cannot_be_read_is_refused_by_a_sentence_and_the_rest_is_taken(
    picked, ear, a_token, paths, tmp_path
):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"")
    picked.arm(a_token())
    refused = picked.take([bad, tmp_path / "missing.png", paths[0]])
    assert [path for path, _ in refused] == [bad, tmp_path / "missing.png"]
    assert all(sentence for _, sentence in refused)
    assert _values(ear) == [(0, "t1")]
