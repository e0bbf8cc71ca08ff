"""What a client knows (the ledger) against what the archive has after it was killed. reliability.md 2.5."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from minipacs.archive import Archive
from minipacs.clock import system_clock


@dataclass
class Losses:
    """All zero, or the archive has broken its promise."""

    lost: int = 0
    """L: acknowledged, and missing or different."""
    ghosts: int = 0
    """G: rows whose file is missing, short or wrong."""
    partial: int = 0
    """P: files in `incoming/` after recovery."""
    orphans: int = 0
    """O: files neither indexed nor quarantined."""
    doubles: int = 0
    """D: UIDs with more than one row."""
    unqueued: int = 0
    """Stored objects whose delivery was not queued with them."""
    rows: int = 0
    recovery_s: float = 0.0

    @property
    def any(self) -> bool:
        return bool(
            self.lost + self.ghosts + self.partial + self.orphans + self.doubles + self.unqueued
        )


def read_ledger(path: Path) -> dict[str, str]:
    """UID -> SHA-256 of every acknowledged object; a line that was cut off was not said."""
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    words = [line.split() for line in lines if line.endswith("\n")]
    return {word[1]: word[2] for word in words if word[0] == "stored"}


def examine(folder: Path, acknowledged: dict[str, str], *, hash_all: bool = True) -> Losses:
    """Open the archive as the next start would, and count."""
    begun = time.perf_counter()
    with Archive.open(folder, clock=system_clock, reserve_bytes=0) as archive:
        losses = Losses(recovery_s=time.perf_counter() - begun)
        rows = archive.instances()
        losses.rows = len(rows)
        by_uid = {row.sop_instance_uid: row for row in rows}
        losses.doubles = len(rows) - len(by_uid)
        for uid, sha256 in acknowledged.items():
            row = by_uid.get(uid)
            if row is None or row.sha256 != sha256 or _hash(row.path) != sha256:
                losses.lost += 1
        for row in rows if hash_all else []:
            losses.ghosts += _hash(row.path) != row.sha256
        kept = {row.path for row in rows}
        files = {path for path in (folder / "blobs").rglob("*") if path.is_file()}
        losses.ghosts += len(kept - files)
        losses.orphans = len(files - kept)
        aside = [path for path in (folder / "quarantine").iterdir() if path.is_file()]
        losses.orphans += len(aside) - archive.counts().quarantined
        losses.partial = len(list((folder / "incoming").iterdir()))
        queued = {entry.uid for entry in archive.outbox.list()}
        losses.unqueued = len(set(acknowledged) - queued)
    return losses


def _hash(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
