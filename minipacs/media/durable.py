"""Writing to a medium so that a pulled stick or a killed program leaves the old state or the new one."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import IO

from minipacs.media.names import TEMPORARY_SUFFIX

_CHUNK = 1 << 20


def write_file(path: Path, data: bytes) -> None:
    """Write, fsync and put in place under its name; the folder is fsynced by the caller.

    Raises:
        OSError: what the medium says; a temporary file is removed again.
    """
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            sync_stream(stream)
        temporary.replace(path)
    except BaseException:
        remove_quietly(temporary)
        raise


def sync_stream(stream: IO[bytes]) -> None:
    """Bring what was written to the medium."""
    stream.flush()
    os.fsync(stream.fileno())


def make_folder(folder: Path) -> None:
    """Make a folder and the missing ones above it, each one's entry fsynced."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """fsync a folder, so that the names in it survive. Windows has no such call, nor the need."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def hash_from_medium(path: Path) -> str:
    """SHA-256 of what the medium holds, not of what the system still has in memory, where it can be told so."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        if sys.platform == "linux":
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def remove_quietly(path: Path) -> None:
    """Remove a file if it is there; a medium that is gone is no new problem."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


def remove_empty_folders(folder: Path, root: Path) -> None:
    """Remove a folder and those above it, up to but without the root, as far as they are empty."""
    while folder != root and root in folder.parents:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
