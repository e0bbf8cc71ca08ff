"""What a person asked for, on a worker, one thing at a time."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.presenters.requests import Requests
from kiosk.tasks import Tasks


class OneAtATime:
    """The buttons rest while something runs; what is asked for meanwhile is not done.

    Args:
        changed: `busy` is another now, or the work has done something.
        failed: the work raised; `changed` is called after it.
    """

    def __init__(
        self,
        tasks: Tasks,
        changed: Callable[[], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._tasks, self._changed, self._failed = tasks, changed, failed
        self._requests = Requests()
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether something runs."""
        return self._busy

    def run(self, work: Callable[[], object], done: Callable[[object], None] | None = None) -> None:
        """Do this, unless something runs; `done` gets its result on the screen's thread."""
        if self._busy:
            return
        self._busy = True
        self._changed()

        def finished(result: object) -> None:
            self._busy = False
            if done is not None:
                done(result)
            self._changed()

        def failed(error: BaseException) -> None:
            self._busy = False
            self._failed(error)
            self._changed()

        self._tasks.submit(work, self._requests.ask(finished), self._requests.also(failed))

    def drop(self) -> None:
        """No answer is wanted any more: the screen was left."""
        self._requests.drop()
        self._busy = False
