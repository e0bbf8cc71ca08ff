"""The archive of a node: objects as files, what is known of them as rows, and what is still to be done with them."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from pydicom.dataset import Dataset

from minipacs.archive import listing
from minipacs.archive.alerts import Alerts
from minipacs.archive.audit import Audit
from minipacs.archive.backup import make_backup
from minipacs.archive.blobs import Blobs, make_folder, sync_folder
from minipacs.archive.check import Checker
from minipacs.archive.commitment import Commitments
from minipacs.archive.database import Database
from minipacs.archive.errors import Damaged, Missing, StorageFull
from minipacs.archive.find import Finder
from minipacs.archive.ingest import Ingest
from minipacs.archive.locking import FolderLock
from minipacs.archive.migrations import is_new, migrate
from minipacs.archive.outbox import Outbox, instant
from minipacs.archive.recovery import recover
from minipacs.archive.rows import (
    CheckReport,
    Counts,
    Ingested,
    InstanceRow,
    Origin,
    SeriesRow,
    StudyRow,
)
from minipacs.archive.steps import Steps
from minipacs.archive.worklist import Worklist
from minipacs.clock import Clock
from minipacs.dicom import part10

RESERVE_BYTES = 200 * 1000 * 1000
"""Room that objects never take, so that worklist, steps and outbox go on when the disk is full."""


_DATABASE_GONE = (
    "the database was gone and was made again out of the stored files: worklist, reports and outbox are lost; "
    "restore the last backup if they matter"
)


def free_bytes_of(folder: Path) -> int:
    """Room on the disk of a folder."""
    return shutil.disk_usage(folder).free


class Archive:
    """An open archive, shared by all threads of a program. Several programs may have it open at the same time.

    Attributes:
        worklist: scheduled steps.
        steps: performed procedure steps.
        commitment: storage commitment, both ways.
        outbox: what is still to be delivered.
        alerts: what a person should look at.
        audit: who did what, chained by hashes.
        recovered: what a killed run had left, when this opener was alone and tidied up: numbers by kind.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock,
        database_url: str | None,
        reserve_bytes: int,
        free_bytes: Callable[[Path], int],
    ) -> None:
        self.folder = folder
        self._reserve_bytes = reserve_bytes
        self._free_bytes = free_bytes
        self._clock = clock
        make_folder(folder)
        self._lock = FolderLock(folder / "lock")
        try:
            self._database = Database(folder, database_url, lambda: self.free_space() >> 20)
            _make_private(self._database)
            fresh = is_new(self._database)
            migrate(self._database, self._now)
            self._blobs = Blobs(folder, free_bytes=free_bytes)
            self._blobs.prepare()
            sync_folder(folder)
            self._ingest = Ingest(self._database, self._blobs, room=self._room, now=self._now)
            self._finder = Finder(self._database, self._header_or_none)
            self._checker = Checker(self._database, self._blobs, self._ingest, self._now)
            self.alerts = Alerts(self._database, self._now)
            self.audit = Audit(self._database, self._now)
            self.outbox = Outbox(self._database, clock)
            self.worklist = Worklist(self._database, self._now)
            self.steps = Steps(self._database, self._now)
            self.commitment = Commitments(self._database, self._blobs, self._now)
            self.recovered: dict[str, int] = {}
            if self._lock.alone:
                self.recovered = recover(self._blobs, self._checker, self.outbox)
                if fresh and self.recovered.get("adopted"):
                    self.alerts.add("database", _DATABASE_GONE)
                self._lock.settle()
        except BaseException:
            self._lock.release()
            raise

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        clock: Clock,
        database_url: str | None = None,
        reserve_bytes: int = RESERVE_BYTES,
        free_bytes: Callable[[Path], int] = free_bytes_of,
    ) -> Archive:
        """Open the archive in `folder`, making it when there is none.

        Who opens it alone tidies up after a killed run: half-written files go, whole ones get their rows.

        Args:
            database_url: a peewee URL; default is SQLite in the folder itself.
            reserve_bytes: room on the disk that objects don't take.

        Raises:
            NewerArchive: a later release wrote it.
            Damaged: the database can't be opened.
        """
        return cls(
            folder,
            clock=clock,
            database_url=database_url,
            reserve_bytes=reserve_bytes,
            free_bytes=free_bytes,
        )

    def close(self) -> None:
        """Close it; a second time does nothing."""
        self._ingest.close()
        self._database.close()
        self._lock.release()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ------------------------------------------------------------------------------------ objects

    def ingest(self, data: Any, origin: Origin, *, destinations: Sequence[str] = ()) -> Ingested:
        """Keep one object; when this returns, it survives pulling the plug.

        Args:
            data: a complete Part 10 file: bytes-like, or several bytes-like parts that follow each other.
            origin: where it came from.
            destinations: AE titles to which it is to be delivered; queued in the same transaction.

        Raises:
            Refused: it is no object that can be kept.
            StorageFull: no room; nothing of it is left behind.
            Damaged: the disk or the database failed.
        """
        return self._ingest.keep(data, origin, destinations)

    def read(self, sop_instance_uid: str) -> bytes:
        """The file of an instance, proven by its hash.

        Raises:
            Missing: no such instance.
            Damaged: the file is gone or other than it was; an alert is raised.
        """
        key, sha256 = self._blob_of(sop_instance_uid)
        try:
            return self._blobs.get(self._blobs.path_of(key), sha256)
        except Damaged as damage:
            self.alerts.add("damaged", f"the stored file failed: {damage.reason}", sop_instance_uid)
            raise

    def path_of(self, sop_instance_uid: str) -> Path:
        """Where the file of an instance stands, unproven; raises Missing."""
        return self._blobs.path_of(self._blob_of(sop_instance_uid)[0])

    def header(self, sop_instance_uid: str) -> Dataset:
        """The elements before the pixel data, from the database where they are kept there.

        Raises:
            Missing, Damaged.
        """
        with self._database.reading() as session:
            row = session.one("SELECT id, syntax FROM instance WHERE sop_uid = ?", sop_instance_uid)
        if row is None:
            raise Missing(sop_instance_uid)
        return self._header(row[0])

    def instance(self, sop_instance_uid: str) -> InstanceRow | None:
        """What is known of one instance."""
        with self._database.reading() as session:
            rows = listing.instances(session, self._blobs, uid=sop_instance_uid)
        return rows[0] if rows else None

    def instances(self, study: str = "", series: str = "", patient: str = "") -> list[InstanceRow]:
        """Instances by study, series and instance number; all of them without an argument.

        Args:
            study, series: Instance UIDs.
            patient: a Patient ID.
        """
        with self._database.reading() as session:
            return listing.instances(
                session, self._blobs, study=study, series=series, patient=patient
            )

    def series(self, study: str) -> list[SeriesRow]:
        """The series of a study, by number."""
        with self._database.reading() as session:
            return listing.series(session, study)

    def studies(
        self,
        text: str = "",
        *,
        date_from: str = "",
        date_to: str = "",
        modality: str = "",
        limit: int = 200,
        offset: int = 0,
    ) -> list[StudyRow]:
        """Search as you type, the newest study first.

        Args:
            text: a part of the name, of the patient ID, the accession number or the description.
            date_from, date_to: YYYYMMDD, inclusive.
        """
        with self._database.reading() as session:
            return listing.studies(
                session, self._database, text, date_from, date_to, modality, limit, offset
            )

    def find(
        self,
        root: str,
        level: str,
        identifier: Dataset,
        *,
        relational: bool = False,
        combined_datetime: bool = False,
    ) -> Iterator[Dataset]:
        """Answer a C-FIND. PS3.4 C.2.2.2 (matching) and C.4.1 (levels).

        Retrieve AE Title and Instance Availability are left to the service.

        Args:
            root: "PATIENT" or "STUDY".
            level: "PATIENT", "STUDY", "SERIES" or "IMAGE".
            identifier: the keys; it stays as it is.
            relational: keys of the levels above may be absent, keys of levels below are matched
                (extended negotiation, or our own command line).
            combined_datetime: Study Date and Time ranges are one period (extended negotiation).

        Raises:
            BadQuery: before the first answer.
        """
        return self._finder.find(
            root, level, identifier, relational=relational, combined_datetime=combined_datetime
        )

    # ------------------------------------------------------------------------------------ the whole

    def check(self, repair: bool = True) -> CheckReport:
        """Every file against its hash, every row against its file; repairs what can be repaired.

        Args:
            repair: index whole files without row, put aside the others, mend damaged files from quarantine.

        Raises:
            Damaged: the database itself is broken; only a backup helps.
        """
        return self._checker.check(repair)

    def backup(self, target: Path) -> int:
        """Copy everything to a new folder while the archive goes on working; gives the number of instances.

        Raises:
            BackupRefused: the folder is not empty, a file failed its hash on the way, or the database isn't SQLite.
        """
        return make_backup(self._database, self._blobs, target, self._now())

    def free_space(self) -> int:
        """Bytes free on the archive's disk."""
        return self._free_bytes(self.folder)

    def counts(self) -> Counts:
        """How much there is."""
        with self._database.reading() as session:
            return listing.counts(session)

    # ------------------------------------------------------------------------------------ within

    def _now(self) -> str:
        return instant(self._clock())

    def _room(self, size: int) -> None:
        free = self.free_space()
        needed = size + self._reserve_bytes
        if free < needed:
            raise StorageFull(free >> 20, (needed >> 20) + 1)

    def _blob_of(self, sop_instance_uid: str) -> tuple[str, bytes]:
        with self._database.reading() as session:
            row = session.one(
                "SELECT key, sha256 FROM instance WHERE sop_uid = ?", sop_instance_uid
            )
        if row is None:
            raise Missing(sop_instance_uid)
        return row[0], bytes(row[1])

    def _header(self, row_id: int) -> Dataset:
        with self._database.reading() as session:
            row = session.one(
                "SELECT i.key, i.sha256, i.syntax, h.data FROM instance i "
                "LEFT JOIN header h ON h.instance = i.id WHERE i.id = ?",
                row_id,
            )
        if row is None:
            raise Missing("asked for")
        key, sha256, syntax, data = row
        if data is not None:
            return part10.scan(bytes(data), syntax).dataset
        return part10.header(self._blobs.get(self._blobs.path_of(key), bytes(sha256)))

    def _header_or_none(self, row_id: int) -> Dataset | None:
        try:
            return self._header(row_id)
        except (Damaged, Missing, part10.Unreadable):
            return None


def _make_private(database: Database) -> None:
    """The database and what SQLite puts beside it are for the owner alone; it copies the mode of the first file."""
    if database.is_sqlite:
        path = database.path
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        if sqlite3.sqlite_version_info < (3, 35, 0):
            raise Damaged(path, "the program's SQLite is older than 3.35")
