"""The watched folder: only complete files, only for whom they came, and the person's files are kept."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest
from PIL import Image

from kiosk.capture import folder as folder_module
from kiosk.capture.base import SourceState
from kiosk.capture.folder import WatchedFolder
from tests.peers import wait_until


@pytest.fixture
def inbox(tmp_path):
    path = tmp_path / "inbox"
    path.mkdir()
    return path


@pytest.fixture
def watched(inbox, ear):
    """Not started: the test looks itself."""
    source = WatchedFolder(inbox)
    source._listener = ear
    return source


def _picture(path, value=100):
    Image.fromarray(np.full((20, 30), value, np.uint16)).save(path)
    return path


def _look(watched, times=2):
    for _ in range(times):
        watched.look()


def test_a_file_that_comes_while_armed_is_for_the_armed_token(watched, inbox, ear, a_token):
    watched.look()
    watched.arm(a_token())
    _picture(inbox / "a.png", 77)
    _look(watched)
    ((frame, token),) = ear.frames
    assert token == a_token()
    assert frame.pixels.dtype == np.uint16
    assert frame.pixels[0, 0] == 77
    assert [path.name for path in (inbox / "taken").iterdir()] == ["a.png"]
    assert watched.state is SourceState.READY


def test_it_is_not_taken_before_two_looks_agree(watched, inbox, ear, a_token):
    watched.look()
    watched.arm(a_token())
    _picture(inbox / "a.png")
    watched.look()
    assert ear.frames == []
    os.utime(inbox / "a.png", ns=(1, 1))
    watched.look()
    assert ear.frames == []
    watched.look()
    assert len(ear.frames) == 1


def test_a_half_written_file_is_waited_for(watched, inbox, ear, a_token):
    watched.look()
    watched.arm(a_token())
    whole = _picture(inbox.parent / "whole.png").read_bytes()
    (inbox / "a.png").write_bytes(whole[:60])
    _look(watched, 5)  # the writer pauses
    assert ear.frames == []
    assert not (inbox / "refused").exists()
    (inbox / "a.png").write_bytes(whole)
    _look(watched)
    assert ear.tokens == [a_token()]


def test_a_file_that_never_becomes_a_picture_is_refused_with_a_sentence(
    watched, inbox, ear, a_token
):
    watched.look()
    watched.arm(a_token())
    (inbox / "a.png").write_bytes(b"no picture at all")
    _look(watched, folder_module._TRIES + 2)
    assert ear.frames == []
    assert (inbox / "refused" / "a.png").read_bytes() == b"no picture at all"
    assert (inbox / "refused" / "a.png.txt").read_text().strip()
    assert any("refused" in text for _, text in ear.states)
    assert watched.state is SourceState.ARMED


def test_what_lay_there_before_arming_is_a_stray(watched, inbox, ear, a_token):
    _picture(inbox / "old.png")
    watched.arm(a_token())
    _look(watched)
    assert ear.tokens == [None]
    _picture(inbox / "new.png")
    _look(watched)
    assert ear.tokens == [None, a_token()]


def test_what_came_between_two_looks_just_before_arming_is_a_stray(watched, inbox, ear, a_token):
    watched.look()
    _picture(inbox / "a.png")
    watched.arm(a_token())
    _look(watched)
    assert ear.tokens == [None]


def test_what_comes_while_nothing_is_armed_is_a_stray(watched, inbox, ear, a_token):
    watched.look()
    _picture(inbox / "a.png")
    watched.look()
    watched.arm(a_token())
    watched.look()
    assert ear.tokens == [None]


def test_what_came_for_another_token_is_a_stray(watched, inbox, ear, a_token):
    watched.look()
    watched.arm(a_token())
    _picture(inbox / "a.png")
    watched.look()
    watched.arm(a_token(identifier="t2"))
    _look(watched)
    assert ear.tokens == [None]


def test_the_second_file_for_one_token_is_a_stray(watched, inbox, ear, a_token):
    watched.look()
    watched.arm(a_token())
    _picture(inbox / "a.png")
    _picture(inbox / "b.png")
    _look(watched)
    assert sorted(map(str, ear.tokens)) == sorted(map(str, [a_token(), None]))


def test_a_file_of_the_same_name_is_taken_again_and_never_written_over(
    watched, inbox, ear, a_token
):
    watched.look()
    for number, value in enumerate((5, 6), start=1):
        watched.arm(a_token(identifier=f"t{number}"))
        _picture(inbox / "a.png", value)
        _look(watched)
    assert [frame.pixels[0, 0] for frame, _ in ear.frames] == [5, 6]
    assert sorted(path.name for path in (inbox / "taken").iterdir()) == ["a-2.png", "a.png"]


def test_where_moving_is_not_allowed_the_file_is_remembered(
    watched, inbox, ear, a_token, monkeypatch
):
    def refuse(self, target):
        raise PermissionError

    monkeypatch.setattr(folder_module.Path, "rename", refuse)
    watched.look()
    watched.arm(a_token())
    _picture(inbox / "a.png")
    _look(watched, 4)
    assert len(ear.frames) == 1
    assert (inbox / "a.png").exists()


def test_a_folder_that_vanishes_is_gone_and_comes_back(watched, inbox, ear, a_token):
    watched.look()
    watched.arm(a_token())
    inbox.rename(inbox.with_name("away"))
    watched.look()
    assert watched.state is SourceState.GONE
    inbox.with_name("away").rename(inbox)
    watched.look()
    assert watched.state is SourceState.ARMED
    _picture(inbox / "a.png")
    _look(watched)
    assert ear.tokens == [a_token()]


def test_links_hidden_files_and_other_files_are_left_alone(watched, inbox, ear):
    outside = _picture(inbox.parent / "secret.png")
    (inbox / "link.png").symlink_to(outside)
    (inbox / ".hidden.png").write_bytes(outside.read_bytes())
    (inbox / "notes.txt").write_text("x")
    _look(watched, 3)
    assert ear.frames == []
    assert not (inbox / "taken").exists()


def test_pages_of_one_file_are_one_picture_and_strays(watched, inbox, ear, a_token):
    watched.look()
    watched.arm(a_token())
    pages = [Image.fromarray(np.full((20, 30), n, np.uint16)) for n in (1, 2)]
    pages[0].save(inbox / "a.tif", save_all=True, append_images=pages[1:])
    _look(watched)
    assert ear.tokens == [a_token(), None]


def test_it_watches_on_its_own_thread_and_stops(inbox, ear, a_token):
    watched = WatchedFolder(inbox, interval=0.02)
    watched.start(ear)
    wait_until(lambda: watched.state is SourceState.READY)
    watched.arm(a_token())
    _picture(inbox / "a.png")
    wait_until(lambda: ear.frames)
    watched.stop()
    assert ear.threads == {"watched folder"}
    assert "watched folder" not in {thread.name for thread in threading.enumerate()}
    assert watched.state is SourceState.STOPPED


def test_the_watch_survives_a_listener_that_fails(inbox, ear, a_token):
    broken = []

    def fail_once(frame, token):
        if not broken:
            broken.append(1)
            raise RuntimeError("no")
        ear.frames.append((frame, token))

    ear.on_frame = fail_once
    watched = WatchedFolder(inbox, interval=0.02)
    watched.start(ear)
    _picture(inbox / "a.png")
    wait_until(lambda: ear.frames)  # the file was not put away, so it is given again
    watched.stop()
