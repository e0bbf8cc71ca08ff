"""Each DIMSE message as a plain value, so that a screen can show a conversation between two nodes.

Values stay in memory and are never logged: an identifier may hold a patient's name.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from minipacs.clock import Clock, system_clock

log = logging.getLogger(__name__)

Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Message:
    """One DIMSE message or association event, as it went over the wire.

    `service` is the message's name ("C-STORE-RQ", "N-CREATE-RSP", "A-ASSOCIATE-RQ" ...). `command` and `identifier` are
    pairs of DICOM keyword and text; the texts of the identifier are shown, never written down.
    """

    at: dt.datetime
    direction: Direction
    service: str
    peer: str
    status: int | None = None
    meaning: str = ""
    sop_class: str = ""
    transfer_syntax: str = ""
    command: tuple[tuple[str, str], ...] = ()
    identifier: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    size: int = 0
    """Bytes of the data set."""


Listener = Callable[[Message], None]


class Transcript:
    """A bounded memory of messages. Costs nothing until someone listens or `keep` is set.

    Args:
        capacity: how many messages are remembered.
        keep: remember although nobody listens.
        clock: dates the messages that we as a client send and get.
    """

    def __init__(
        self, capacity: int = 500, *, keep: bool = False, clock: Clock = system_clock
    ) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._ring: deque[Message] = deque(maxlen=capacity)
        self._listeners: tuple[Listener, ...] = ()
        self._keep = keep
        self.wanted = keep
        """Whether a message is worth building; look at this first."""

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each message, in the thread that handles it; the result ends that."""
        with self._lock:
            self._listeners = (*self._listeners, listener)
            self.wanted = True

        def stop() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)
                self.wanted = self._keep or bool(self._listeners)

        return stop

    def add(self, message: Message) -> None:
        """Remember a message and tell the listeners; a listener that fails disturbs nobody."""
        if not self.wanted:
            return
        with self._lock:
            self._ring.append(message)
            listeners = self._listeners
        for listener in listeners:
            try:
                listener(message)
            except Exception as problem:  # noqa: BLE001 - a screen must never break a service
                log.error("a listener of the transcript failed: %s", type(problem).__name__)

    def messages(self) -> tuple[Message, ...]:
        """What is remembered, oldest first."""
        with self._lock:
            return tuple(self._ring)

    def clear(self) -> None:
        """Forget all messages."""
        with self._lock:
            self._ring.clear()
