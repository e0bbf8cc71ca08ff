"""Pictures that a person picks: one after another they go to the positions that are armed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from kiosk.capture.base import Armed, Listener, Settings, Source, SourceState, source
from minipacs.clock import Clock
from minipacs.dicom import iods
from minipacs.dicom.model import Frame
from minipacs.dicom.pictures import PictureRefused, read_picture


class PickedFiles:
    """Files given by `take`. The first goes to the armed position, the next ones to those armed after it.

    What is left when another exam is armed, or when nothing is armed at all, comes without a token, so that it is
    listed as a stray and never given to the next patient.
    """

    name = "file"
    title = "Picture files"

    def __init__(self) -> None:
        self.kinds = frozenset(iods.kinds())
        self._lock = threading.Lock()
        self._listener: Listener | None = None
        self._token: Armed | None = None
        self._waiting: deque[Frame] = deque()
        self._exam_id = ""
        self._state = SourceState.STOPPED

    @property
    def state(self) -> SourceState:
        """Where it stands."""
        return self._state

    @property
    def waiting(self) -> int:
        """Pictures taken that no position was armed for yet."""
        return len(self._waiting)

    def start(self, listener: Listener) -> None:
        """Files can be given from now on."""
        self._listener = listener
        self._tell(SourceState.READY, "")

    def arm(self, token: Armed) -> None:
        """The next file is for this token; one that waits is delivered at once."""
        with self._lock:
            self._token = token
            strays = self._clear() if self._exam_id and token.exam_id != self._exam_id else []
            self._exam_id = token.exam_id
        for frame in strays:
            self._deliver(frame, None)
        self._tell(SourceState.ARMED, "")
        self._next()

    def disarm(self) -> None:
        """The files that wait stay for the next position of the same exam."""
        with self._lock:
            self._token = None
        self._tell(SourceState.READY, "")

    def stop(self) -> None:
        """What waits is given up as strays, so that nothing is lost."""
        with self._lock:
            strays, self._token = self._clear(), None
        for frame in strays:
            self._deliver(frame, None)
        self._tell(SourceState.STOPPED, "")
        self._listener = None

    def take(self, paths: Iterable[Path]) -> list[tuple[Path, str]]:
        """Read these files (on a worker thread) and deliver what can be; a multi-page TIFF gives a frame a page.

        Returns what was refused, each with a sentence.
        """
        refused: list[tuple[Path, str]] = []
        frames: list[Frame] = []
        for path in paths:
            self._tell(SourceState.READING, "")
            try:
                frames.extend(read_picture(path))
            except PictureRefused as problem:
                refused.append((path, str(problem)))
            except OSError as problem:
                refused.append((path, f"the file cannot be read: {problem.strerror}"))
        with self._lock:
            armed = self._token is not None
            self._waiting.extend(frames)
            strays = [] if armed or self._exam_id else self._clear()
        for frame in strays:
            self._deliver(frame, None)
        self._next()
        with self._lock:
            self._state = SourceState.ARMED if self._token is not None else SourceState.READY
        self._tell(self._state, refused[0][1] if refused else "")
        return refused

    def _next(self) -> None:
        with self._lock:
            if self._token is None or not self._waiting:
                return
            token, self._token = self._token, None
            frame = self._waiting.popleft()
        self._deliver(frame, token)

    def _clear(self) -> list[Frame]:
        frames = list(self._waiting)
        self._waiting.clear()
        return frames

    def _deliver(self, frame: Frame, token: Armed | None) -> None:
        if self._listener is not None:
            self._listener.on_frame(frame, token)

    def _tell(self, state: SourceState, text: str) -> None:
        self._state = state
        if self._listener is not None:
            self._listener.on_state(state, text)


@source("file")
def make(settings: Settings, clock: Clock) -> Source:
    """The file picker; it has no settings."""
    return PickedFiles()
