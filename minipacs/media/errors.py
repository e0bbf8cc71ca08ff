"""What can go wrong with a medium, in few types that carry data and say what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class MediaError(Exception):
    """Base of all that a file-set refuses; its text is for a person and names no patient."""


class NotAFileSet(MediaError):
    """A folder that should hold a file-set has no DICOMDIR."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds no DICOMDIR: create a file-set there first, or import the folder"
        )
        self.folder = folder


class AlreadyAFileSet(MediaError):
    """A new file-set was asked for where one is already."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} already holds a file-set: add to it, or choose an empty folder; "
            "nothing was changed"
        )
        self.folder = folder


class BadSelection(MediaError):
    """What was asked for cannot be meant: no study, an unknown study, a bad File-set ID."""


class ProfileRefused(MediaError):
    """The profile forbids something of the selection; nothing was written."""

    def __init__(self, profile: str, problems: Sequence[str]) -> None:
        self.profile = profile
        self.problems = tuple(problems)
        shown = "; ".join(self.problems[:5])
        more = f"; and {len(self.problems) - 5} more" if len(self.problems) > 5 else ""
        super().__init__(f"{profile} does not allow this selection: {shown}{more}")


class MediumFull(MediaError):
    """The medium has no room; what was on it before is unchanged."""

    def __init__(self, free_mb: int, needed_mb: int) -> None:
        super().__init__(
            f"the medium is full: {free_mb} MB free, at least {needed_mb} MB needed; what was "
            "on it before is unchanged. Use a larger medium or fewer studies"
        )
        self.free_mb, self.needed_mb = free_mb, needed_mb


class MediumFailed(MediaError):
    """The medium cannot be written or read: write-protected, pulled out, damaged."""


class VerifyFailed(MediaError):
    """A file read back from the medium is not what was written."""

    def __init__(self, file_id: str) -> None:
        super().__init__(
            f"{file_id} reads back differently from what was written: the medium is not to be "
            "trusted, use another one"
        )
        self.file_id = file_id


class Cancelled(MediaError):
    """The person stopped it; the medium is as it was before."""

    def __init__(self) -> None:
        super().__init__("stopped; the medium is as it was before")


class DamagedDirectory(MediaError):
    """A DICOMDIR that cannot be read."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the DICOMDIR cannot be read: {reason}. Importing the folder may help")
        self.reason = reason


class DiscToolMissing(MediaError):
    """ISO images need a package that is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "writing an ISO image needs the package pycdlib: install Chairside with its extra "
            "`disc`, or copy the folder onto a USB medium"
        )


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SENTENCES = {
    errno.EROFS: "the medium is write-protected: remove the protection or use another one",
    errno.EACCES: "the medium may not be written by this user: ask who looks after this computer",
    errno.EPERM: "the medium may not be written by this user: ask who looks after this computer",
    errno.ENOENT: "the medium vanished while it was in use: put it back in and start again",
    errno.ENODEV: "the medium vanished while it was in use: put it back in and start again",
    errno.ENXIO: "the medium vanished while it was in use: put it back in and start again",
    errno.EIO: "the medium failed while it was in use: use another one",
}


@contextmanager
def told_plainly(free_bytes: int = 0, needed_bytes: int = 0) -> Iterator[None]:
    """Turn what the operating system says about a medium into a MediaError."""
    try:
        yield
    except OSError as problem:
        if problem.errno in _FULL:
            raise MediumFull(free_bytes >> 20, max(1, -(-needed_bytes >> 20))) from problem
        code = problem.errno or 0
        sentence = _SENTENCES.get(code, f"the medium failed ({errno.errorcode.get(code, code)})")
        raise MediumFailed(sentence) from problem
