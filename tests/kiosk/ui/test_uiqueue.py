"""The one door from workers into Tk."""

from __future__ import annotations

import threading

import pytest

from kiosk.ui.uiqueue import UiQueue
from minipacs.workers import start_thread


def test_calls_of_a_worker_arrive_in_order_on_the_screens_thread(room):
    got, threads = [], set()

    def work():
        for number in range(500):
            room.window.queue.post(
                lambda number=number: (got.append(number), threads.add(threading.get_ident()))
            )

    start_thread("poster", work)
    room.until(lambda: len(got) == 500)
    assert got == list(range(500))
    assert threads == {threading.get_ident()}


def test_a_failing_call_does_not_stop_the_others(room):
    got, queue = [], UiQueue(room.root)
    queue.post(lambda: 1 / 0)
    queue.post(lambda: got.append(1))
    assert queue.drain() == 2
    assert got == [1]
    assert [type(error) for error in room.errors] == [ZeroDivisionError]
    room.errors.clear()


def test_a_stopped_queue_runs_nothing(room):
    queue = UiQueue(room.root)
    queue.start()
    queue.stop()
    queue.post(lambda: pytest.fail("ran after the stop"))
    room.pump(0.1)


def test_one_pass_is_bounded_so_that_the_window_stays_alive(room):
    queue = UiQueue(room.root)
    for _ in range(1000):
        queue.post(lambda: None)
    assert queue.drain() < 1000
