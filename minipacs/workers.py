"""The one place that starts threads, so that each has a name, is a daemon, and never dies silently."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


def start_thread(name: str, run: Callable[[], object]) -> threading.Thread:
    """Run `run` in a daemon thread; what escapes from it is logged by its type, never with its data."""

    def guarded() -> None:
        try:
            run()
        except Exception as problem:  # noqa: BLE001 - last net of a thread
            log.error("thread %s ended by %s", name, type(problem).__name__, exc_info=False)

    thread = threading.Thread(target=guarded, name=name, daemon=True)
    thread.start()
    return thread
