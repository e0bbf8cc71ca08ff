"""A folder into which another program writes pictures: every vendor's "auto-save", a plate scanner, a camera.

Polled with os.scandir, which works on network shares as well. A file is taken when it is complete: size and time the
same in two looks, not locked, and readable as a picture. Taken files move to `taken/`, refused ones to `refused/`
with a sentence beside them; nothing is ever deleted. Where moving is not allowed, the file is remembered instead.

What lay there before arming, or came while nothing was armed, is a stray: delivered without a token, hence listed
for a person, never given to whoever is in the chair.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from kiosk.capture.base import (
    Armed,
    BadSourceSettings,
    Listener,
    Settings,
    Source,
    SourceState,
    Worker,
    source,
)
from minipacs.clock import Clock
from minipacs.dicom import iods
from minipacs.dicom.model import Frame
from minipacs.dicom.pictures import PictureRefused, read_picture
from minipacs.workers import start_thread

log = logging.getLogger(__name__)

PICTURES = frozenset({".png", ".tif", ".tiff", ".jpg", ".jpeg", ".jpe", ".bmp", ".raw"})
_STOP_SECONDS = 5.0
_TRIES = 20
"""Looks at an unreadable but unchanging file before it is refused: a slow writer may pause."""


@dataclass(frozen=True)
class _Seen:
    """How a file looked, and when it first looked so."""

    size: int
    modified: int
    token_id: str
    """The token that was armed when the file first appeared; empty for none."""
    tries: int = 0
    done: bool = False

    def same(self, size: int, modified: int) -> bool:
        return self.size == size and self.modified == modified


class WatchedFolder:
    """Watches one folder, once every `interval` seconds.

    Args:
        folder: local or on a network share; it may be missing for a while (state GONE).
        interval: seconds between two looks.
        kinds: kinds of picture that come this way; all when None.
    """

    name = "folder"
    title = "Watched folder"

    def __init__(
        self, folder: Path, *, interval: float = 1.0, kinds: frozenset[str] | None = None
    ) -> None:
        self.kinds = frozenset(iods.kinds()) if kinds is None else kinds
        self._folder = folder
        self._interval = interval
        self._listener: Listener | None = None
        self._token: Armed | None = None
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._seen: dict[str, _Seen] = {}
        self._first_look = True
        self._halt = threading.Event()
        self._thread: Worker | None = None
        self._state = SourceState.STOPPED

    @property
    def state(self) -> SourceState:
        """Where it stands."""
        return self._state

    def start(self, listener: Listener) -> None:
        """Begin to watch."""
        self._listener = listener
        self._halt.clear()
        self._thread = start_thread("watched folder", self._watch)

    def stop(self) -> None:
        """End the thread."""
        self._halt.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(_STOP_SECONDS)
        self._thread = None
        self._change(SourceState.STOPPED, "")

    def arm(self, token: Armed) -> None:
        """The next new file is for this token; what is there already is not."""
        with (
            self._looking
        ):  # a look that began before arming must not give its files to the new token
            self._note_present()
            with self._lock:
                self._token = token
        if self._state in (SourceState.READY, SourceState.ARMED):
            self._change(SourceState.ARMED, "")

    def disarm(self) -> None:
        """The next file is for nobody."""
        with self._lock:
            self._token = None
        if self._state is SourceState.ARMED:
            self._change(SourceState.READY, "")

    def look(self) -> None:
        """One look at the folder; the thread does it again and again."""
        with self._looking:
            try:
                present = self._scan()
            except OSError as problem:
                # What is written while the folder is out of sight may be of anybody: it becomes a stray.
                self._first_look = True
                self._change(SourceState.GONE, _gone_text(problem))
                return
            if self._state not in (SourceState.READY, SourceState.ARMED):
                self._change(self._rest(), "")
            for name in set(self._seen) - set(present):
                # A share that is not mounted looks empty: what was dealt with stays so until it looks otherwise.
                if not self._seen[name].done:
                    del self._seen[name]
            for name, (size, modified) in sorted(present.items(), key=lambda item: item[1][1]):
                self._consider(name, size, modified)
            self._first_look = False

    def _watch(self) -> None:
        while not self._halt.is_set():
            try:
                self.look()
            except Exception as problem:  # noqa: BLE001 - the watch goes on whatever one look meets
                log.warning("a look at the watched folder failed: %s", type(problem).__name__)
                self._change(SourceState.ERROR, "The folder could not be read; it is tried again.")
            self._halt.wait(self._interval)

    def _scan(self) -> dict[str, tuple[int, int]]:
        present = {}
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if Path(entry.name).suffix.lower() not in PICTURES or entry.name.startswith("."):
                    continue
                with contextlib.suppress(OSError):  # it vanished while we looked
                    if entry.is_file(follow_symlinks=False):
                        facts = entry.stat(follow_symlinks=False)
                        present[entry.name] = (facts.st_size, facts.st_mtime_ns)
        return present

    def _note_present(self) -> None:
        """Remember what lies there now as belonging to no later token."""
        try:
            present = self._scan()
        except OSError:
            self._first_look = True
            return
        for name, (size, modified) in present.items():
            if name not in self._seen:
                self._seen[name] = _Seen(size, modified, self._armed_id())

    def _armed_id(self) -> str:
        with self._lock:
            return "" if self._token is None else self._token.identifier

    def _consider(self, name: str, size: int, modified: int) -> None:
        before = self._seen.get(name)
        if before is None:
            self._seen[name] = _Seen(size, modified, "" if self._first_look else self._armed_id())
            return
        if not before.same(size, modified):
            # Still being written, or written anew: it belongs to whom it belonged when it first appeared,
            # unless it was dealt with, then it is a new file.
            owner = self._armed_id() if before.done else before.token_id
            self._seen[name] = _Seen(size, modified, owner)
            return
        if before.done or size == 0:
            return
        self._take(name, before)

    def _take(self, name: str, seen: _Seen) -> None:
        path = self._folder / name
        if _is_locked(path):
            return
        state, said = self._state, ""
        self._change(SourceState.READING, "")
        try:
            frames = read_picture(path)
        except PictureRefused as problem:
            said = self._unreadable(path, seen, str(problem))
        except OSError:
            self._seen[name] = _Seen(seen.size, seen.modified, seen.token_id, seen.tries + 1)
        else:
            self._hand_over(path, seen, frames)
        self._change(self._rest() if state is not SourceState.ERROR else state, said)

    def _unreadable(self, path: Path, seen: _Seen, why: str) -> str:
        """A picture that cannot be read may be one that is still written; after some looks it is refused, in words."""
        if seen.tries + 1 < _TRIES:
            self._seen[path.name] = _Seen(seen.size, seen.modified, seen.token_id, seen.tries + 1)
            return ""
        target = self._put_away(path, "refused", seen)
        note = target.with_name(target.name + ".txt") if target is not None else None
        if note is not None:
            with contextlib.suppress(OSError):
                note.write_text(why + "\n", encoding="utf-8")
        return f"A file in the watched folder was refused: {why}"

    def _hand_over(self, path: Path, seen: _Seen, frames: list[Frame]) -> None:
        """Deliver first, then put away: a kill in between gives the file again, never loses it."""
        for frame in frames:
            with self._lock:
                token = self._token
                if token is None or token.identifier != seen.token_id:
                    token = None
                else:
                    self._token = None  # one picture for one token; further pages are strays
            if self._listener is not None:
                self._listener.on_frame(frame, token)
        self._put_away(path, "taken", seen)

    def _put_away(self, path: Path, room: str, seen: _Seen) -> Path | None:
        """Move the person's file into a folder beside it, never over another; None where that is not allowed."""
        self._seen[path.name] = _Seen(seen.size, seen.modified, seen.token_id, done=True)
        folder = self._folder / room
        try:
            folder.mkdir(exist_ok=True)
            target = folder / path.name
            count = 1
            while target.exists():
                count += 1
                target = folder / f"{path.stem}-{count}{path.suffix}"
            path.rename(target)
        except OSError:
            return None  # it stays, and is remembered as done
        return target

    def _rest(self) -> SourceState:
        return SourceState.ARMED if self._armed_id() else SourceState.READY

    def _change(self, state: SourceState, text: str) -> None:
        if state is not self._state or text:
            self._state = state
            self._tell(state, text)

    def _tell(self, state: SourceState, text: str) -> None:
        if self._listener is not None:
            self._listener.on_state(state, text)


def _is_locked(path: Path) -> bool:
    """Whether another program still holds the file, where the system tells (Windows does, by refusing)."""
    try:
        with path.open("rb"):
            return False
    except OSError:
        return True


def _gone_text(problem: OSError) -> str:
    if isinstance(problem, FileNotFoundError | NotADirectoryError):
        return "The watched folder is not there; connect it, it is found again by itself."
    return "The watched folder cannot be read; it is tried again by itself."


@source("folder")
def make(settings: Settings, clock: Clock) -> Source:
    """A watched folder of the settings `path`, `interval` (seconds), `kinds`.

    Raises:
        BadSourceSettings: no path, or an interval that is no number.
    """
    path = settings.get("path")
    if not path:
        raise BadSourceSettings("folder", "set `path` to the folder to watch")
    try:
        interval = float(settings.get("interval", 1.0))
    except (TypeError, ValueError):
        raise BadSourceSettings("folder", "`interval` must be a number of seconds") from None
    kinds = frozenset(settings.get("kinds") or iods.kinds())
    return WatchedFolder(Path(str(path)), interval=max(0.05, interval), kinds=kinds)
