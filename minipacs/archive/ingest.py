"""The one entrance of objects: bytes in, durable file and rows out, and only then an answer.

Order of work: look at the header; refuse what can't be kept; write the file (temp, fsync, rename, fsync of the
folder); then rows and outbox entries in one transaction with synchronous=FULL. A crash in between leaves junk in
`incoming/` or a whole file without a row, never a row without its file.

Two objects are the same when their data sets are, byte for byte, in the same transfer syntax. Preamble and file meta
information may differ: they name the program and AE title that wrote the file, not the image.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minipacs.archive.alerts import raise_alert
from minipacs.archive.blobs import Blob, Blobs
from minipacs.archive.database import Database, Session
from minipacs.archive.errors import ArchiveError, Damaged, Refused
from minipacs.archive.facts import Facts, examine
from minipacs.archive.indexing import quarantine_row, write_rows
from minipacs.archive.outbox import queue_instance
from minipacs.archive.rows import Ingested, Origin, Outcome
from minipacs.dicom import part10


@dataclass(frozen=True, slots=True)
class _Stored:
    """The row that holds a UID already."""

    id: int
    key: str
    sha256: bytes
    syntax: str


class Ingest:
    """Keeps objects; one for each archive, used by all threads.

    Args:
        room: raises StorageFull when so many bytes would go below the reserve.
        now: the present instant as text.
    """

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        *,
        room: Callable[[int], None],
        now: Callable[[], str],
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._room = room
        self._now = now
        # Hashing releases the interpreter, so it runs beside the writing and costs no time of its own.
        self._hashers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="archive-hash")

    def close(self) -> None:
        """End the hashing threads."""
        self._hashers.shutdown()

    def keep(self, data: Any, origin: Origin, destinations: Sequence[str]) -> Ingested:
        """See `Archive.ingest`."""
        parts = _parts(data)
        size = sum(len(memoryview(part)) for part in parts)
        if not size:
            raise Refused("it is empty")
        facts = examine(parts)
        with self._database.reading() as session:
            stored = _stored(session, facts.sop_uid)
        if stored is not None:
            return self._again(facts, parts, stored, origin, destinations)
        self._room(size)
        hashing = self._hashers.submit(_hash, parts)
        blob = self._blobs.put(parts)
        return self._index(facts, parts, blob, hashing, origin, destinations)

    def adopt(self, blob: Blob, data: bytes, origin: Origin) -> Ingested:
        """Index a whole file that a killed run left in its place without a row."""
        facts = examine([data])
        digest: Future[bytes] = Future()
        digest.set_result(_hash([data]))
        return self._index(facts, [data], blob, digest, origin, (), adopted=True)

    # ------------------------------------------------------------------------------------ a new object

    def _index(
        self,
        facts: Facts,
        parts: Sequence[Any],
        blob: Blob,
        hashing: Future[bytes],
        origin: Origin,
        destinations: Sequence[str],
        *,
        adopted: bool = False,
    ) -> Ingested:
        try:
            sha256 = hashing.result()
            now = self._now()
            alerts = self._database.write(
                lambda s: write_rows(s, facts, blob, sha256, origin, destinations, now)
            )
        except BaseException as error:
            # After a failed commit nobody knows whether the row will show: then the file stays, and the next
            # start decides. Everywhere else there is no row, so there is no file.
            if not (adopted or getattr(error, "unsure", False)):
                self._blobs.remove(blob.path)
            raise
        if alerts is not None:
            return _answer(Outcome.STORED, facts, sha256, blob.path, "; ".join(alerts))
        return self._lost_the_race(facts, parts, blob, origin, destinations)

    def _lost_the_race(
        self,
        facts: Facts,
        parts: Sequence[Any],
        blob: Blob,
        origin: Origin,
        destinations: Sequence[str],
    ) -> Ingested:
        # Another association stored the same UID while this one wrote its file.
        with self._database.reading() as session:
            stored = _stored(session, facts.sop_uid)
        if stored is None:
            self._blobs.remove(blob.path)
            raise Damaged(self._database.path, "a row came and went while its object was stored")
        if stored.key == blob.key:
            # `check` found the file before its row was written, and wrote the row itself.
            self._queue(facts.sop_uid, destinations)
            return _answer(Outcome.STORED, facts, stored.sha256, blob.path)
        answer = self._again(facts, parts, stored, origin, destinations)
        self._blobs.remove(blob.path)
        return answer

    # ------------------------------------------------------------------------------------ a known UID

    def _again(
        self,
        facts: Facts,
        parts: Sequence[Any],
        stored: _Stored,
        origin: Origin,
        destinations: Sequence[str],
    ) -> Ingested:
        path = self._blobs.path_of(stored.key)
        sha256 = _hash(parts)
        try:
            before = self._blobs.get(path, stored.sha256)
        except Damaged as damage:
            return self._mend(facts, parts, sha256, stored, damage, origin, destinations)
        same = sha256 == stored.sha256 or (
            facts.syntax == stored.syntax and _same_dataset(before, parts, facts.dataset_offset)
        )
        if same:
            self._queue(facts.sop_uid, destinations)
            return _answer(Outcome.ALREADY, facts, sha256, path)
        return self._conflict(
            facts, parts, sha256, origin, "another object of this UID came; the first was kept"
        )

    def _mend(
        self,
        facts: Facts,
        parts: Sequence[Any],
        sha256: bytes,
        stored: _Stored,
        damage: Damaged,
        origin: Origin,
        destinations: Sequence[str],
    ) -> Ingested:
        """The stored file is gone or wrong, and here it comes again: its bytes take its place."""
        if sha256 != stored.sha256:
            return self._conflict(
                facts,
                parts,
                sha256,
                origin,
                f"the stored file is damaged ({damage.reason}), and what came is not the same",
            )
        self._room(sum(len(memoryview(part)) for part in parts))
        blob = self._blobs.put(parts)
        now = self._now()
        text = f"the stored file was damaged ({damage.reason}) and was mended by a second delivery"

        def job(session: Session) -> None:
            session.run("UPDATE instance SET key = ? WHERE id = ?", blob.key, stored.id)
            raise_alert(session, "mended", text, facts.sop_uid, now)
            for destination in destinations:
                queue_instance(session, facts.sop_uid, destination, now)

        self._database.write(job)
        return _answer(Outcome.STORED, facts, sha256, blob.path, text)

    def _conflict(
        self, facts: Facts, parts: Sequence[Any], sha256: bytes, origin: Origin, text: str
    ) -> Ingested:
        with self._database.reading() as session:
            row = session.one(
                "SELECT key FROM quarantine WHERE sop_uid = ? AND sha256 = ?", facts.sop_uid, sha256
            )
        if row and self._blobs.verify(self._blobs.quarantine_path(row[0]), sha256):
            return _answer(
                Outcome.CONFLICT, facts, sha256, self._blobs.quarantine_path(row[0]), text
            )
        self._room(sum(len(memoryview(part)) for part in parts))
        blob = self._blobs.put_aside(parts)
        now = self._now()

        def job(session: Session) -> None:
            quarantine_row(session, blob, facts.sop_uid, "conflict", sha256, origin, now)
            raise_alert(session, "conflict", text, facts.sop_uid, now)

        try:
            self._database.write(job)
        except ArchiveError as error:
            if not error.unsure:
                self._blobs.remove(blob.path)
            raise
        return _answer(Outcome.CONFLICT, facts, sha256, blob.path, text)

    def _queue(self, uid: str, destinations: Sequence[str]) -> None:
        if not destinations:
            return
        now = self._now()

        def job(session: Session) -> None:
            for destination in destinations:
                queue_instance(session, uid, destination, now, resend=False)

        self._database.write(job)


def _parts(data: Any) -> list[Any]:
    if isinstance(data, bytes | bytearray | memoryview):
        return [data]
    return [part for part in data if len(memoryview(part))]


def _hash(parts: Sequence[Any]) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def _answer(outcome: Outcome, facts: Facts, sha256: bytes, path: Path, alert: str = "") -> Ingested:
    return Ingested(
        outcome,
        facts.sop_class,
        facts.sop_uid,
        facts.study_uid,
        facts.series_uid,
        sha256.hex(),
        path,
        alert,
    )


def _stored(session: Session, sop_uid: str) -> _Stored | None:
    row = session.one("SELECT id, key, sha256, syntax FROM instance WHERE sop_uid = ?", sop_uid)
    return _Stored(row[0], row[1], bytes(row[2]), row[3]) if row else None


def _same_dataset(before: bytes, parts: Sequence[Any], offset: int) -> bool:
    start = part10.scan(before).dataset_offset
    now = parts[0] if len(parts) == 1 else b"".join(parts)
    return memoryview(before)[start:] == memoryview(now)[offset:]
