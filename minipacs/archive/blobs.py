"""Files under names of our own: put, get, remove, verify. A peer's text never becomes a path.

A file is written into `incoming/`, fsynced, renamed into `blobs/<first hex digit>/` and its folder fsynced: so one that
stands there is whole. Files are 0600, folders 0700.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minipacs.archive.errors import Damaged, StorageFull

_KEY = re.compile(r"[0-9a-f]{32}\Z")
_SHARDS = "0123456789abcdef"
"""Enough: a million files are 62,500 a folder, and making the folders costs nothing at the first start."""
_FULL = {errno.ENOSPC, errno.EDQUOT}
_CHUNK = 1 << 20
_BINARY = getattr(os, "O_BINARY", 0)
_CLOSE_ON_EXEC = getattr(os, "O_CLOEXEC", 0)

Parts = Sequence[Any]
"""bytes-like each; written one after another."""


def random_key() -> str:
    """A fresh file name: 32 hex digits."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Blob:
    """A file that was put."""

    key: str
    path: Path
    size: int


class Blobs:
    """The files of an archive.

    Args:
        folder: of the archive.
        names: gives a fresh key.
        free_bytes: room on the disk of a folder.
    """

    def __init__(
        self,
        folder: Path,
        *,
        names: Callable[[], str] = random_key,
        free_bytes: Callable[[Path], int],
    ) -> None:
        self._folder = folder
        self.incoming = folder / "incoming"
        self.shelves = folder / "blobs"
        self.quarantine = folder / "quarantine"
        self._names = names
        self._free_bytes = free_bytes

    def prepare(self) -> None:
        """Make the folders once, so that no object has to wait for one."""
        for folder in (self.incoming, self.shelves, self.quarantine):
            make_folder(folder)
        present = set(_names_in(self.shelves))
        missing = [name for name in _SHARDS if name not in present]
        for name in missing:
            (self.shelves / name).mkdir(mode=0o700, exist_ok=True)
        if missing:
            sync_folder(self.shelves)

    # ------------------------------------------------------------------------------------ the four verbs

    def put(self, parts: Parts) -> Blob:
        """Keep these bytes durably; when this returns they survive a power cut.

        Raises:
            StorageFull: nothing is left behind.
            Damaged: the disk failed twice, on two different files.
        """
        try:
            return self._put_once(parts, self.path_of)
        except OSError as error:
            # A failed fsync is final for that file: Linux forgets the pages, asked again it would say "done".
            # So the object is written once more, to a new file.
            if error.errno in _FULL:
                raise self._full(parts) from error
        try:
            return self._put_once(parts, self.path_of)
        except OSError as error:
            raise self._failed(error, parts) from error

    def put_aside(self, parts: Parts) -> Blob:
        """The same, into quarantine."""
        try:
            return self._put_once(parts, self.quarantine_path)
        except OSError as error:
            raise self._failed(error, parts) from error

    def get(self, path: Path, sha256: bytes) -> bytes:
        """The bytes of a file, proven to be what was put.

        Raises:
            Damaged: it is gone, unreadable or other than it was.
        """
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise Damaged(path, "the file is gone") from error
        except OSError as error:
            raise Damaged(path, f"it can't be read ({os.strerror(error.errno or 0)})") from error
        if hashlib.sha256(data).digest() != sha256:
            raise Damaged(path, "its bytes are not those that were stored")
        return data

    def verify(self, path: Path, sha256: bytes) -> bool:
        """Whether the file is there with those bytes; False also when the disk can't read it."""
        try:
            return hash_of(path) == sha256
        except OSError:
            return False

    def remove(self, path: Path) -> None:
        """Remove a file that no row names."""
        path.unlink(missing_ok=True)

    # ------------------------------------------------------------------------------------ names

    def path_of(self, key: str) -> Path:
        """Where the file of a key stands."""
        if not _KEY.match(key):
            raise ValueError("not a key of this archive")
        return self.shelves / key[0] / f"{key}.dcm"

    def quarantine_path(self, key: str) -> Path:
        """Where a file of quarantine stands."""
        if not _KEY.match(key):
            raise ValueError("not a key of this archive")
        return self.quarantine / f"{key}.dcm"

    def set_aside(self, path: Path) -> Blob:
        """Move a file into quarantine, durably."""
        key = path.stem if _KEY.match(path.stem) else self._names()
        target = self.quarantine_path(key)
        path.replace(target)
        sync_folder(self.quarantine)
        sync_folder(path.parent)
        return Blob(key, target, target.stat().st_size)

    def keys(self) -> Iterator[str]:
        """Every key that a file stands under, by listing alone."""
        for shard in _SHARDS:
            for name in _names_in(self.shelves / shard):
                stem, _, suffix = name.partition(".")
                if suffix == "dcm" and _KEY.match(stem) and stem[0] == shard:
                    yield stem

    def strangers(self) -> Iterator[Path]:
        """Files among the shelves whose names are not ours."""
        for shard in _SHARDS:
            for name in _names_in(self.shelves / shard):
                stem, _, suffix = name.partition(".")
                if not (suffix == "dcm" and _KEY.match(stem) and stem[0] == shard):
                    yield self.shelves / shard / name

    def sweep_incoming(self) -> int:
        """Remove what a killed run left half-written; only for who has the archive alone."""
        names = _names_in(self.incoming)
        for name in names:
            (self.incoming / name).unlink(missing_ok=True)
        return len(names)

    # ------------------------------------------------------------------------------------ writing

    def _put_once(self, parts: Parts, place: Callable[[str], Path]) -> Blob:
        key = self._names()
        temporary, target = self.incoming / key, place(key)
        size = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | _CLOSE_ON_EXEC
        fd = os.open(temporary, flags, 0o600)
        try:
            try:
                for part in parts:
                    size += _write_all(fd, part)
                os.fsync(fd)
            finally:
                os.close(fd)
            temporary.replace(target)
            temporary = target
            sync_folder(target.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return Blob(key, target, size)

    def _failed(self, error: OSError, parts: Parts) -> StorageFull | Damaged:
        if error.errno in _FULL:
            return self._full(parts)
        return Damaged(self._folder, f"the disk fails ({os.strerror(error.errno or 0)})")

    def _full(self, parts: Parts) -> StorageFull:
        needed = sum(len(memoryview(part)) for part in parts)
        return StorageFull(self._free_bytes(self._folder) >> 20, (needed >> 20) + 1)


def _write_all(fd: int, part: Any) -> int:
    view = memoryview(part).cast("B")
    size = len(view)
    while len(view):
        written = os.write(fd, view)
        view = view[written:]
    return size


def _names_in(folder: Path) -> list[str]:
    # A Path for each name would cost more than the listing itself; at 100,000 files that is start-up time.
    return os.listdir(folder)  # noqa: PTH208


def hash_of(path: Path) -> bytes:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()


def make_folder(folder: Path) -> None:
    """A folder for the owner alone, durable in its parent."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Windows does this by itself and can't open one."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _CLOSE_ON_EXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
