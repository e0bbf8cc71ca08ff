"""Work off the screen's thread: it runs on a worker, its answer comes back through one door.

`TaskRunner` knows no Tk; it is given `post`, which hands a callable to the screen's thread (UiQueue.post).
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from minipacs.workers import start_thread

log = logging.getLogger(__name__)

T = TypeVar("T")
Post = Callable[[Callable[[], None]], None]
Failed = Callable[[BaseException], None]


class Cancelled(Exception):
    """Raised inside long work when a person asked to stop."""


class Job:
    """The handle of long work: the worker reports and looks for a stop, the screen stops."""

    def __init__(self, report: Callable[[float, str], None]) -> None:
        self._report, self._stop = report, threading.Event()

    def report(self, fraction: float, note: str = "") -> None:
        """How far, 0 to 1, from the worker. Raises Cancelled when the person asked to stop."""
        self.check()
        self._report(min(1.0, max(0.0, fraction)), note)

    def check(self) -> None:
        """Raises Cancelled when the person asked to stop."""
        if self._stop.is_set():
            raise Cancelled

    def cancel(self) -> None:
        """Ask the work to stop at its next report or check."""
        self._stop.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether a stop was asked for."""
        return self._stop.is_set()


class Ending(Protocol):
    """What can be waited for: a thread."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""

    def is_alive(self) -> bool:
        """Whether it still runs."""


class Tasks(Protocol):
    """What presenters need of a task runner."""

    def submit(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Failed | None = None
    ) -> None:
        """Run `work` on a worker; `done` or `failed` come on the screen's thread."""

    def start(
        self,
        work: Callable[[Job], T],
        done: Callable[[T], None],
        failed: Failed | None = None,
        progress: Callable[[float, str], None] | None = None,
    ) -> Job:
        """The same for long work, with progress; a stopped one fails with Cancelled."""


class TaskRunner:
    """A few worker threads, started when first needed."""

    def __init__(self, post: Post, *, workers: int = 3) -> None:
        self._post, self._limit = post, workers
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[Ending] = []
        self._waiting = 0
        self._stopped = False

    def submit(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Failed | None = None
    ) -> None:
        """See Tasks.submit. Without `failed` a failure is only logged, by its type."""

        def run() -> None:
            try:
                result = work()
            except Exception as problem:  # noqa: BLE001 - handed on to the screen
                self._hand_on_failure(problem, failed)
            else:
                self._post(lambda: done(result))

        self._enqueue(run)

    def start(
        self,
        work: Callable[[Job], T],
        done: Callable[[T], None],
        failed: Failed | None = None,
        progress: Callable[[float, str], None] | None = None,
    ) -> Job:
        """See Tasks.start."""

        def report(fraction: float, note: str) -> None:
            if progress is not None:
                self._post(lambda: progress(fraction, note))

        job = Job(report)

        def checked() -> T:
            job.check()
            return work(job)

        self.submit(checked, done, failed)
        return job

    def stop(self, seconds: float = 5) -> bool:
        """Let the workers end; true when all did in time. Later submits do nothing."""
        with self._lock:
            self._stopped = True
            threads = list(self._threads)
        for _ in threads:
            self._queue.put(None)
        for thread in threads:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in threads)

    def _enqueue(self, run: Callable[[], None]) -> None:
        with self._lock:
            if self._stopped:
                return
            self._waiting += 1
            if self._waiting > len(self._threads) and len(self._threads) < self._limit:
                name = f"task-{len(self._threads) + 1}"
                self._threads.append(start_thread(name, self._work))
        self._queue.put(run)

    def _work(self) -> None:
        while (run := self._queue.get()) is not None:
            try:
                run()
            finally:
                with self._lock:
                    self._waiting -= 1

    def _hand_on_failure(self, problem: Exception, failed: Failed | None) -> None:
        if failed is None:
            log.warning("a task failed with %s", type(problem).__name__)
            return
        self._post(lambda: failed(problem))
