"""A copy of everything, made while the archive works, and the way back. Each file is proven by its hash on the way."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from minipacs.archive.blobs import Blobs, hash_of, make_folder, sync_folder
from minipacs.archive.database import Database
from minipacs.archive.errors import BackupRefused

_MANIFEST = "backup.json"
_DATABASE = "archive.db"
_FORMAT = 1
_CHUNK = 1 << 20


def make_backup(database: Database, blobs: Blobs, target: Path, now: str) -> int:
    """See `Archive.backup`. The database is copied first, by SQLite's own online backup: every file its rows name
    is there and never changes, whatever arrives meanwhile."""
    if not database.is_sqlite:
        raise BackupRefused(target, "the database server makes its own backup (pg_dump)")
    _check_empty(target)
    make_folder(target)
    with closing(sqlite3.connect(database.path)) as source:
        _copy_database(source, target / _DATABASE)
    count = _copy_files(target / _DATABASE, blobs, _places(target), target)
    manifest: dict[str, object] = {
        "format": _FORMAT,
        "made_at": now,
        "instances": count,
        "database_sha256": hash_of(target / _DATABASE).hex(),
    }
    manifest["sha256"] = _seal(manifest)
    _write(target / _MANIFEST, json.dumps(manifest, indent=1).encode())
    sync_folder(target)
    return count


def restore(source: Path, target: Path) -> int:
    """Make an archive in the new folder `target` out of a backup; gives the number of instances.

    The archive appears under its name only when every file is there and proven.

    Raises:
        BackupRefused: no backup, one that is damaged, or a target that is not empty.
    """
    manifest = _manifest(source)
    _check_empty(target)
    if hash_of(source / _DATABASE).hex() != manifest["database_sha256"]:
        raise BackupRefused(source, "its database is not the one that was backed up")
    partial = target.with_name(target.name + ".partial")
    if partial.exists():
        shutil.rmtree(partial)
    make_folder(partial)
    with closing(
        sqlite3.connect(f"{(source / _DATABASE).resolve().as_uri()}?mode=ro", uri=True)
    ) as db:
        if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise BackupRefused(source, "its database is damaged")
        _copy_database(db, partial / _DATABASE)
    count = _copy_files(partial / _DATABASE, _places(source), _places(partial), source)
    if count != manifest["instances"]:
        raise BackupRefused(source, "it has not the number of instances that it names")
    sync_folder(partial)
    if target.exists():
        target.rmdir()
    make_folder(target.parent)
    partial.replace(target)
    sync_folder(target.parent)
    return count


def _places(folder: Path) -> Blobs:
    return Blobs(folder, free_bytes=lambda place: shutil.disk_usage(place).free)


def _check_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupRefused(folder, "it is not empty: name a new folder")


def _manifest(source: Path) -> dict[str, object]:
    try:
        manifest = json.loads((source / _MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BackupRefused(source, "it is no backup, or one that was not finished") from error
    if not isinstance(manifest, dict) or manifest.pop("sha256", "") != _seal(manifest):
        raise BackupRefused(source, "its list of contents was changed")
    if manifest["format"] != _FORMAT:
        raise BackupRefused(source, "it is a backup of another release")
    if not (source / _DATABASE).is_file():
        raise BackupRefused(source, "its database is gone")
    return manifest


def _seal(manifest: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _copy_database(source: sqlite3.Connection, path: Path) -> None:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = delete")
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _copy_files(database: Path, source: Blobs, target: Blobs, named: Path) -> int:
    target.prepare()
    touched: set[Path] = set()
    count = 0
    for kind, key, sha256 in _rows(database):
        place = "path_of" if kind == "instance" else "quarantine_path"
        old, new = getattr(source, place)(key), getattr(target, place)(key)
        if not _copied(old, new, sha256):
            raise BackupRefused(
                named, f"{old.name} is not what was stored: run `minipacs check`, then try again"
            )
        touched.add(new.parent)
        count += kind == "instance"
    for folder in touched:
        sync_folder(folder)
    return count


def _rows(database: Path) -> Iterator[tuple[str, str, bytes]]:
    with closing(sqlite3.connect(database)) as db:
        for table in ("instance", "quarantine"):
            for key, sha256 in db.execute(f"SELECT key, sha256 FROM {table}"):  # noqa: S608
                yield table, key, bytes(sha256)


def _copied(old: Path, new: Path, sha256: bytes) -> bool:
    try:
        data = old.read_bytes()
    except OSError:
        return False
    _write(new, data)
    return hash_of(new) == sha256


def _write(path: Path, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
