"""The one door from worker threads into Tk."""

from __future__ import annotations

import queue
import tkinter as tk
from collections.abc import Callable

POLL_MS = 15
BUDGET = 64


class UiQueue:
    """Workers `post` callables; the screen's thread runs them in order.

    A worker never calls Tk, not even event_generate (it needs a running main loop). A callable that fails goes to
    Tk's report_callback_exception like any other callback.
    """

    def __init__(self, root: tk.Misc) -> None:
        self._root = root
        self._queue: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._after: str | None = None

    def post(self, call: Callable[[], None]) -> None:
        """Have `call` run on the screen's thread, soon. Safe from any thread."""
        self._queue.put(call)

    def start(self) -> None:
        """Begin to drain; on the screen's thread."""
        if self._after is None:
            self._after = self._root.after(POLL_MS, self._poll)

    def stop(self) -> None:
        """Stop draining; what is still in the queue is dropped."""
        if self._after is not None:
            self._root.after_cancel(self._after)
            self._after = None

    def drain(self) -> int:
        """Run what waits now, at most a bounded number; gives how many ran."""
        for ran in range(BUDGET):
            try:
                call = self._queue.get_nowait()
            except queue.Empty:
                return ran
            try:
                call()
            except Exception as problem:  # noqa: BLE001 - to the last net, and go on draining
                self._root.report_callback_exception(  # type: ignore[attr-defined]
                    type(problem), problem, problem.__traceback__
                )
        return BUDGET

    def _poll(self) -> None:
        # Asked for again first, so that a failing callable can't end the polling.
        self._after = self._root.after(POLL_MS, self._poll)
        self.drain()
