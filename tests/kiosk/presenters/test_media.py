"""Writing a medium."""

from __future__ import annotations

import pytest

from kiosk.presenters.media import MediaPresenter
from tests.kiosk.presenters.fakes import FakeMedia, InlineTasks, Recorder


class Room:
    def __init__(self, held: bool = False) -> None:
        self.view, self.media, self.tasks = Recorder(), FakeMedia(), InlineTasks(held)
        self.presenter = MediaPresenter(self.view, self.media, self.tasks)
        self.presenter.open(["1.1"])

    def write(self) -> None:
        """The answer of long work never comes before its handle."""
        self.tasks.held = True
        self.presenter.on_write()
        self.tasks.run_all()
        self.tasks.held = False


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_stick_is_chosen_by_itself(room: Room) -> None:
    assert room.view.last("show_places")[1] == "stick"
    assert room.view.last("show_ready") == (True,)


def test_done_is_said_after_reading_back(room: Room) -> None:
    room.write()
    words, folder, tone = room.view.last("show_written")
    assert "read back" in words.msgid
    assert (folder, tone) == ("stick", "good")


def test_what_was_not_read_back_is_not_called_right() -> None:
    room = Room()
    room.media.verified = False
    room.write()
    words, _, tone = room.view.last("show_written")
    assert "not read back" in words.msgid
    assert tone == "warn"


def test_progress_tells_writing_from_reading_back(room: Room) -> None:
    room.write()
    words = [args[1].msgid for name, args in room.view.calls if name == "show_progress"]
    assert words == ["Preparing …", "Writing …", "Writing …", "Writing …", "Reading back …"]


def test_a_stop_says_that_the_medium_is_not_complete() -> None:
    room = Room()
    room.tasks.held = True
    room.presenter.on_write()
    room.presenter.on_cancel()
    room.tasks.run_all()
    assert "not complete" in room.view.last("show_stopped")[0].msgid
    assert "show_written" not in room.view.names()


def test_a_failure_can_be_tried_again() -> None:
    class MediaError(Exception):
        pass

    class MediumOdd(MediaError):
        pass

    room = Room()
    room.media.fail = MediumOdd()
    room.write()
    assert room.view.last("show_failed")[0].code == "MEDIUM"
    room.media.fail = None
    room.write()
    assert room.view.last("show_written")[2] == "good"


def test_another_folder_joins_the_places(room: Room) -> None:
    room.presenter.on_other_place("elsewhere")
    places, chosen = room.view.last("show_places")
    assert chosen == "elsewhere"
    assert len(places) == 3
    room.presenter.on_other_place("")
    assert room.view.last("show_places")[1] == "elsewhere"


def test_closing_without_work_closes(room: Room) -> None:
    room.presenter.on_cancel()
    assert room.view.names()[-1] == "show_closed"


def test_a_writer_that_stops_with_its_own_error_was_stopped_too() -> None:
    room = Room()
    room.tasks.held = True
    room.presenter.on_write()
    room.media.fail = ValueError("stopped")
    job = room.presenter._job
    assert job is not None
    work = room.tasks.waiting.pop()
    job.report = job.check = lambda *_: None  # type: ignore[method-assign]
    room.presenter.on_cancel()
    work()
    assert "not complete" in room.view.last("show_stopped")[0].msgid
