"""Who is told what happens in an exam."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from kiosk.exam.views import EventKind, ExamEvent, Subscriber


class News:
    """The subscribers of one exam; any thread, and never with a lock held while one of them is called."""

    def __init__(self, exam_id: str) -> None:
        self._exam_id = exam_id
        self._subscribers: list[Subscriber] = []
        self._lock = threading.Lock()

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call it for each event, on the thread where it happens; call the result to hear no more."""
        with self._lock:
            self._subscribers.append(callback)

        def unsubscribe() -> None:
            with self._lock, contextlib.suppress(ValueError):
                self._subscribers.remove(callback)

        return unsubscribe

    def tell(self, kind: EventKind, slot: str = "", exposure_id: str = "", text: str = "") -> None:
        """Something happened."""
        with self._lock:
            subscribers = list(self._subscribers)
        event = ExamEvent(kind, self._exam_id, slot, exposure_id, text)
        for subscriber in subscribers:
            subscriber(event)
