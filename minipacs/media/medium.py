"""A medium of anyone, looked at with suspicion: no link is followed, nothing outside is ever opened.

Names on a medium come from elsewhere. A File ID is resolved one component at a time against what the folder
really lists, so `..`, absolute names, links and device files lead nowhere.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from minipacs.media.names import DICOMDIR, FileId, as_text
from minipacs.media.scan import looks_like_dicom

MAX_DEPTH = 16
MAX_FILES = 500_000
MAX_FILE_BYTES = 2 << 30
_ENDINGS = ("", ".", ".DCM", ";1", ".;1")


class NotThere(Exception):
    """A File ID names nothing that may be read; says why."""


class Medium:
    """The folder that a file-set is in.

    Args:
        tolerant: whether a folder that cannot be read is only noted in `unreadable`. A change of a file-set may
            not be tolerant: it would take what it cannot see for absent.
    """

    def __init__(self, root: Path, *, tolerant: bool = False) -> None:
        self.root = root
        self.unreadable: list[str] = []
        self._tolerant = tolerant
        self._listings: dict[Path, dict[str, str]] = {}

    def directory(self) -> Path | None:
        """The DICOMDIR, in whatever case the system shows it."""
        for ending in _ENDINGS:
            name = self._names(self.root).get(DICOMDIR + ending)
            if name is not None and _is_regular(self.root / name):
                return self.root / name
        return None

    def locate(self, file_id: FileId) -> Path:
        """The file that a File ID names, tolerant of case, a final dot and `.dcm`.

        Raises:
            NotThere: it is not on the medium, or is no plain file inside it.
        """
        if len(file_id) > MAX_DEPTH:
            raise NotThere("its name has too many parts")
        at = self.root
        for place, part in enumerate(file_id):
            if part in ("", ".", "..") or any(char in part for char in "/\\:\0"):
                raise NotThere("its name leads out of the medium")
            last = place == len(file_id) - 1
            at = at / self._entry(at, part, _ENDINGS if last else ("",))
            mode = _mode(at)
            if stat.S_ISLNK(mode):
                raise NotThere("it is a link, and links are not followed")
            if last and not stat.S_ISREG(mode):
                raise NotThere("it is not a plain file")
            if not last and not stat.S_ISDIR(mode):
                raise NotThere("it is not on the medium")
        return at

    def read(self, path: Path) -> bytes:
        """A whole plain file of the medium.

        Raises:
            NotThere: it is no plain file, or is larger than any image.
        """
        flags = os.O_RDONLY
        if sys.platform != "win32":
            # A pipe or a device put here in the meantime must neither block nor be read.
            flags |= os.O_NOFOLLOW | os.O_NONBLOCK
        else:
            flags |= os.O_BINARY
        try:
            handle = os.open(path, flags)
        except OSError as problem:
            raise NotThere("it cannot be opened") from problem
        with os.fdopen(handle, "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise NotThere("it is not a plain file")
            if status.st_size > MAX_FILE_BYTES:
                raise NotThere(f"it is larger than {MAX_FILE_BYTES >> 30} GB")
            try:
                return stream.read()
            except OSError as problem:
                raise NotThere("the medium cannot read it") from problem

    def dicom_files(self) -> Iterator[tuple[FileId, Path]]:
        """Each DICOM file on the medium but the DICOMDIR, in a stable order."""
        directory = self.directory()
        for file_id, path in self._files(self.root, (), [0]):
            if path != directory and _starts_as_dicom(path):
                yield file_id, path

    def all_names(self) -> Iterator[FileId]:
        """The names of all files, so that none of them is given again."""
        return (file_id for file_id, _ in self._files(self.root, (), [0]))

    def forget(self) -> None:
        """Look anew at the next question: something was written."""
        self._listings.clear()

    def _files(
        self, folder: Path, above: FileId, count: list[int]
    ) -> Iterator[tuple[FileId, Path]]:
        if len(above) >= MAX_DEPTH:
            return
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            if not self._tolerant:
                raise
            self.unreadable.append(
                problem_with(above or (".",), "the medium cannot read this folder")
            )
            return
        for entry in entries:
            file_id = (*above, entry.name)
            if entry.is_dir(follow_symlinks=False):
                yield from self._files(Path(entry.path), file_id, count)
            elif entry.is_file(follow_symlinks=False):
                count[0] += 1
                if count[0] > MAX_FILES:
                    return
                yield file_id, Path(entry.path)

    def _names(self, folder: Path) -> dict[str, str]:
        known = self._listings.get(folder)
        if known is None:
            try:
                known = {name.upper(): name for name in sorted(os.listdir(folder), reverse=True)}  # noqa: PTH208
            except OSError as problem:
                gone = problem.errno in (errno.ENOENT, errno.ENOTDIR)
                if not gone and not self._tolerant:
                    raise
                known = {}
            self._listings[folder] = known
        return known

    def _entry(self, folder: Path, part: str, endings: tuple[str, ...]) -> str:
        names = self._names(folder)
        if part in names.values():
            return part
        for ending in endings:
            found = names.get(part.upper() + ending)
            if found is not None:
                return found
        raise NotThere("it is not on the medium")


def problem_with(file_id: FileId, why: object) -> str:
    """One line of a report about a file."""
    shown = as_text(file_id).encode("ascii", "backslashreplace").decode("ascii")[:120]
    return f"{shown}: {why}"


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        raise NotThere("it is not on the medium") from None


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _starts_as_dicom(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return looks_like_dicom(stream.read(132))
    except OSError:
        return False
