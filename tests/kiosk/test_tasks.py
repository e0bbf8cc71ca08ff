"""Work off the screen's thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import pytest

from kiosk.tasks import Cancelled, TaskRunner
from tests.peers import wait_until


class Door:
    """Stands for the screen's thread: collects what workers post, runs it here."""

    def __init__(self) -> None:
        self.queue: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.tasks = TaskRunner(self.queue.put)

    def run(self, until: Callable[[], object]) -> None:
        def step() -> object:
            while not self.queue.empty():
                self.queue.get()()
            return until()

        wait_until(step, 5)


@pytest.fixture
def door():
    door = Door()
    yield door
    assert door.tasks.stop()


def test_the_answer_comes_on_the_screens_thread(door):
    got = []
    door.tasks.submit(threading.get_ident, lambda ident: got.append((ident, threading.get_ident())))
    door.run(lambda: got)
    worker, here = got[0]
    assert worker != here
    assert here == threading.get_ident()


def test_a_failure_comes_the_same_way(door):
    got = []
    door.tasks.submit(lambda: 1 / 0, pytest.fail, got.append)
    door.run(lambda: got)
    assert isinstance(got[0], ZeroDivisionError)


def test_a_failure_that_nobody_wants_is_logged_by_its_type_only(door, caplog):
    def work():
        raise ValueError("CANARY^PATIENT")

    door.tasks.submit(work, pytest.fail)
    door.run(lambda: "ValueError" in caplog.text)
    assert "CANARY" not in caplog.text


def test_long_work_reports_and_stops(door):
    notes, ends = [], []
    going = threading.Event()

    def work(job):
        going.set()
        while True:
            job.report(0.5, "half")
            going.wait(0.01)

    job = door.tasks.start(work, pytest.fail, ends.append, lambda f, n: notes.append((f, n)))
    door.run(lambda: notes)
    job.cancel()
    door.run(lambda: ends)
    assert notes[0] == (0.5, "half")
    assert isinstance(ends[0], Cancelled)
    assert job.is_cancelled


def test_work_cancelled_before_it_starts_never_runs():
    door, ran, ends, hold = Door(), [], [], threading.Event()
    door.tasks = TaskRunner(door.queue.put, workers=1)
    door.tasks.submit(lambda: hold.wait(5), lambda _: None)
    job = door.tasks.start(lambda job: ran.append(1), pytest.fail, ends.append)
    job.cancel()
    hold.set()
    door.run(lambda: ends)
    assert ran == []
    assert door.tasks.stop()


def test_several_tasks_run_side_by_side(door):
    meet, done = threading.Barrier(3), []
    for _ in range(3):
        door.tasks.submit(lambda: meet.wait(5), done.append)
    door.run(lambda: len(done) == 3)


def test_a_stopped_runner_takes_no_work():
    door = Door()
    assert door.tasks.stop()
    door.tasks.submit(lambda: pytest.fail("ran"), pytest.fail)
    assert door.queue.empty()
