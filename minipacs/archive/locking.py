"""Who has the archive open: several programs may, but only one that is alone may tidy up after a killed one.

POSIX: `flock` on one file, exclusive to tidy, shared while open. Windows knows no shared lock in the standard
library: there each opener holds one byte of the file, and who finds all others free is alone.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_SLOTS = 64


class FolderLock:
    """Held from opening to closing; the operating system releases it when the process dies.

    Attributes:
        alone: whether nobody else had the archive open, until `settle` is called.
    """

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            self.alone = self._try_alone()
        except BaseException:
            os.close(self._fd)
            raise

    def settle(self) -> None:
        """Let others in: the tidying is done."""
        if self.alone:
            self._share()
            self.alone = False

    def release(self) -> None:
        """Give it up."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    if sys.platform == "win32":

        def _try_alone(self) -> bool:
            import msvcrt

            self._lock_byte(0, msvcrt.LK_LOCK)  # waits for another opener, some seconds at most
            others = [n for n in range(1, _SLOTS + 1) if not self._is_free(n)]
            mine = next((n for n in range(1, _SLOTS + 1) if n not in others), _SLOTS)
            self._lock_byte(mine, msvcrt.LK_NBLCK)
            if others:
                self._lock_byte(0, msvcrt.LK_UNLCK)
            return not others

        def _share(self) -> None:
            import msvcrt

            self._lock_byte(0, msvcrt.LK_UNLCK)

        def _is_free(self, number: int) -> bool:
            import msvcrt

            try:
                self._lock_byte(number, msvcrt.LK_NBLCK)
            except OSError:
                return False
            self._lock_byte(number, msvcrt.LK_UNLCK)
            return True

        def _lock_byte(self, number: int, how: int) -> None:
            import msvcrt

            os.lseek(self._fd, number, os.SEEK_SET)
            msvcrt.locking(self._fd, how, 1)

    else:

        def _try_alone(self) -> bool:
            import fcntl

            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                fcntl.flock(self._fd, fcntl.LOCK_SH)  # waits while another one tidies up
                return False
            return True

        def _share(self) -> None:
            import fcntl

            fcntl.flock(self._fd, fcntl.LOCK_SH)
