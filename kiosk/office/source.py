"""The chosen capture source for exams and screen: frames go to the exams, states to whoever asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kiosk.capture.base import Source, SourceState
from kiosk.exam.token import Token
from kiosk.presenters import ports
from kiosk.presenters.ports import SourceLine
from minipacs.dicom.model import Frame

_SHOWN = {
    SourceState.STOPPED: ports.SourceState.OFF,
    SourceState.NO_HARDWARE: ports.SourceState.ERROR,
    SourceState.GONE: ports.SourceState.ERROR,
    SourceState.READY: ports.SourceState.READY,
    SourceState.ARMED: ports.SourceState.ARMED,
    SourceState.READING: ports.SourceState.READING,
    SourceState.ERROR: ports.SourceState.ERROR,
}


class NotThisSource(Exception):
    """The source cannot do that: a folder cannot expose, a sensor takes no files."""

    def __init__(self, title: str, what: str) -> None:
        super().__init__(f"{title} cannot {what}; choose another source in the settings")
        self.title, self.what = title, what


class ChosenSource:
    """kiosk.presenters.ports.SourcePort on one kiosk.capture source, and its listener.

    Args:
        take: gets each frame, on the source's thread.
    """

    def __init__(self, source: Source, take: Callable[[Frame, Token | None], None]) -> None:
        self._source, self._take = source, take
        self._lock = threading.Lock()
        self._told: list[Callable[[SourceLine], None]] = []
        self._note = ""

    def start(self) -> None:
        """Begin to watch."""
        self._source.start(self)

    def stop(self) -> None:
        """End the source's threads."""
        self._source.stop()

    # ---- what the screen asks ---------------------------------------------------------------------------

    def line(self) -> SourceLine:
        """How it stands."""
        return SourceLine(
            self._source.title,
            _SHOWN[self._source.state],
            self._note,
            can_expose=hasattr(self._source, "expose"),
            can_pick=hasattr(self._source, "take"),
        )

    def subscribe(self, callback: Callable[[SourceLine], None]) -> Callable[[], None]:
        """Be told when that changes, on any thread; call the result to hear no more."""
        with self._lock:
            self._told.append(callback)

        def unsubscribe() -> None:
            with self._lock:
                if callback in self._told:
                    self._told.remove(callback)

        return unsubscribe

    def arm(self, token: Token) -> None:
        """Wait for the exposure of this token."""
        self._source.arm(token)

    def disarm(self) -> None:
        """Wait no longer."""
        self._source.disarm()

    def expose(self) -> None:
        """Make the picture.

        Raises:
            NotThisSource: the person exposes at the device.
        """
        self._call("expose")

    def take_files(self, paths: Sequence[Path]) -> None:
        """Use these files as the picture.

        Raises:
            NotThisSource: this source reads no files.
        """
        self._call("take", list(paths))

    # ---- what the source tells --------------------------------------------------------------------------

    def on_frame(self, frame: Frame, token: Any) -> None:
        """A picture, on the source's thread."""
        self._take(frame, token)

    def on_state(self, state: SourceState, text: str) -> None:
        """A change, on the source's thread."""
        self._note = text
        line = self.line()
        with self._lock:
            told = list(self._told)
        for callback in told:
            callback(line)

    def _call(self, what: str, *args: object) -> None:
        able = getattr(self._source, what, None)
        if able is None:
            raise NotThisSource(self._source.title, what)
        able(*args)
