"""Who may use which spool: one program at a time, since only it knows which half-written frame is its own.

The window keeps `spool`. A command that runs beside it takes `spool-2` and so on. What such a run leaves when it is
killed is brought into `spool` by the next program that has it, before anything is swept or taken up.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kiosk.exam import disk
from kiosk.exam.errors import SpoolFailed

_MOST = 16
_LOCK = "lock"
_ROOMS = ("exams", "pending", "rejected", "quarantine")
"""Journals first: a frame whose journal is there is taken up with all that its exam knew."""


class SpoolClaim:
    """A spool folder that is this program's alone, until `release` or until the process ends.

    Args:
        first: the usual one; others are named after it.

    Raises:
        SpoolFailed: it can't be made, or too many programs run at once.
    """

    def __init__(self, first: Path) -> None:
        try:
            self.folder, self._lock = _claim(first)
            if self.folder == first:
                _gather(first)
        except OSError as problem:
            raise SpoolFailed(problem.strerror or type(problem).__name__) from None

    def release(self) -> None:
        """Let another program have it."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _claim(first: Path) -> tuple[Path, int]:
    for number in range(1, _MOST + 1):
        folder = _numbered(first, number)
        disk.make_folder(folder)
        lock = _try_lock(folder)
        if lock is not None:
            return folder, lock
    raise SpoolFailed("too many programs use this data folder at once")


def _numbered(first: Path, number: int) -> Path:
    return first if number == 1 else first.with_name(f"{first.name}-{number}")


def _gather(first: Path) -> None:
    """Bring in what killed runs left in the other spools."""
    for number in range(2, _MOST + 1):
        folder = _numbered(first, number)
        if not folder.is_dir():
            continue
        lock = _try_lock(folder)
        if lock is None:
            continue
        try:
            for room in _ROOMS:
                _move_all(folder / room, first / room)
        finally:
            os.close(lock)


def _move_all(source: Path, target: Path) -> None:
    if not source.is_dir():
        return
    disk.make_folder(target)
    for path in sorted(source.iterdir()):
        if path.is_file() and not (target / path.name).exists():
            disk.move_durably(path, target / path.name)


def _try_lock(folder: Path) -> int | None:
    """An open file that holds the folder's lock; None when another program has it."""
    handle = os.open(
        folder / _LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), mode=0o600
    )
    try:
        _lock(handle)
    except OSError:
        os.close(handle)
        return None
    return handle


if sys.platform == "win32":

    def _lock(handle: int) -> None:
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:

    def _lock(handle: int) -> None:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
