"""Writing so that it survives pulling the plug: temporary file, fsync, rename, fsync of the folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_durably(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write a whole file; it is there complete or not at all.

    The temporary file is `<name>.part`; a killed program leaves it behind for the start-up sweep.

    Raises:
        OSError: it is not safe. Where only the folder could not be synced the file stands there all the same. A
            failed fsync is final (Linux then marks the pages clean), so the caller must write the whole again.
    """
    part = path.with_name(path.name + ".part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    handle = os.open(part, flags, 0o600)
    try:
        try:
            for piece in parts:
                _write_all(handle, memoryview(piece).cast("B"))
            os.fsync(handle)
        finally:
            os.close(handle)
        part.replace(path)
        sync_folder(path.parent)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def move_durably(path: Path, target: Path) -> None:
    """Rename a file into another folder of the same file system; both folders are synced."""
    path.replace(target)
    sync_folder(target.parent)
    sync_folder(path.parent)


def remove_durably(path: Path) -> None:
    """Remove a file, if it is there."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder that only this user can read, and its parents; the new names are synced."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """fsync a folder, so that the names in it are safe; Windows keeps them without (and has no way to ask)."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_all(handle: int, data: memoryview) -> None:
    while data:
        data = data[os.write(handle, data) :]
