"""Files against rows and rows against files: the start-up sweep (by names) and the whole check (by hashes)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from minipacs.archive.alerts import raise_alert
from minipacs.archive.blobs import Blob, Blobs, hash_of
from minipacs.archive.database import BROKEN, Database, Session
from minipacs.archive.errors import ArchiveError, Damaged, Refused
from minipacs.archive.indexing import quarantine_row
from minipacs.archive.ingest import Ingest
from minipacs.archive.rows import CheckReport, Origin, Outcome

_FOUND = Origin("found")
_PAGE = 500


@dataclass(slots=True)
class Orphans:
    """Files without a row, and what became of them, by file name."""

    repaired: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


class Checker:
    """Compares what is there with what should be."""

    def __init__(
        self, database: Database, blobs: Blobs, ingest: Ingest, now: Callable[[], str]
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._ingest = ingest
        self._now = now

    def check(self, repair: bool) -> CheckReport:
        """See `Archive.check`."""
        structure = self._database.quick_check()
        if structure != "ok":
            raise Damaged(self._database.path, BROKEN)
        orphans = self.adopt_orphans() if repair else self._named_orphans()
        damaged: list[str] = []
        missing: list[str] = []
        repaired = list(orphans.repaired)
        count, last = 0, 0
        while page := self._page(last):
            last = page[-1][0]
            count += len(page)
            for row_id, uid, key, sha256 in page:
                path = self._blobs.path_of(key)
                if self._blobs.verify(path, sha256):
                    continue
                gone = not path.exists()
                if repair and self._mended(row_id, uid, sha256):
                    repaired.append(uid)
                    continue
                (missing if gone else damaged).append(uid)
                self._alert("missing" if gone else "damaged", uid)
        return CheckReport(
            count,
            tuple(damaged),
            tuple(missing),
            tuple(orphans.left),
            tuple(self._quarantined()),
            tuple(repaired),
        )

    def adopt_orphans(self) -> Orphans:
        """Index every whole file without row; put the others aside. Safe while objects arrive."""
        found = Orphans()
        for key in self._keys_without_row():
            path = self._blobs.path_of(key)
            try:
                place = found.repaired if self._adopt(key, path) else found.aside
            except (ArchiveError, OSError):
                # No room for its row, or the disk fails: the file stays where it is, for the next check.
                place = found.left
            place.append(path.name)
        for path in self._blobs.strangers():
            self._put_aside(path)
            found.aside.append(path.name)
        self._adopt_quarantine(found)
        return found

    # ------------------------------------------------------------------------------------ orphans

    def _keys_without_row(self) -> list[str]:
        """By names alone. The files are listed first: a row never comes before its file."""
        files = set(self._blobs.keys())
        with self._database.reading() as session:
            files.difference_update(row[0] for row in session.run("SELECT key FROM instance"))
        return sorted(files)

    def _named_orphans(self) -> Orphans:
        names = [f"{key}.dcm" for key in self._keys_without_row()]
        names += [path.name for path in self._blobs.strangers()]
        return Orphans(left=names)

    def _adopt(self, key: str, path: Path) -> bool:
        try:
            data = path.read_bytes()
            answer = self._ingest.adopt(Blob(key, path, len(data)), data, _FOUND)
        except FileNotFoundError:
            # Its own ingest was under way and has taken it back or replaced it.
            return True
        except Refused:
            self._put_aside(path)
            return False
        return answer.outcome is not Outcome.CONFLICT

    def _put_aside(self, path: Path) -> None:
        blob = self._blobs.set_aside(path)
        self._write_down(blob, "a file without a row that is no whole object was put aside")

    def _adopt_quarantine(self, found: Orphans) -> None:
        """A file of quarantine whose row a killed run could not write any more."""
        with self._database.reading() as session:
            known = {row[0] for row in session.run("SELECT key FROM quarantine")}
        for path in sorted(self._blobs.quarantine.iterdir()):
            if path.stem not in known and path.suffix == ".dcm":
                self._write_down(
                    Blob(path.stem, path, path.stat().st_size),
                    "a killed run had put a file aside; it was not indexed",
                )
                found.aside.append(path.name)

    def _write_down(self, blob: Blob, text: str) -> None:
        sha256, now = hash_of(blob.path), self._now()

        def job(session: Session) -> None:
            quarantine_row(session, blob, "", "orphan", sha256, _FOUND, now)
            raise_alert(session, "orphan", f"{text}: {blob.path.name}", "", now)

        self._database.write(job)

    # ------------------------------------------------------------------------------------ rows

    def _page(self, last: int) -> list[tuple[int, str, str, bytes]]:
        with self._database.reading() as session:
            rows = session.all(
                "SELECT id, sop_uid, key, sha256 FROM instance WHERE id > ? ORDER BY id LIMIT ?",
                last,
                _PAGE,
            )
        return [(row[0], row[1], row[2], bytes(row[3])) for row in rows]

    def _mended(self, row_id: int, uid: str, sha256: bytes) -> bool:
        """Whether quarantine has the same bytes; then a copy of them takes the place of the damaged file."""
        with self._database.reading() as session:
            rows = session.all("SELECT key FROM quarantine WHERE sha256 = ?", sha256)
        for (key,) in rows:
            path = self._blobs.quarantine_path(key)
            if self._blobs.verify(path, sha256):
                blob = self._blobs.put([path.read_bytes()])
                now = self._now()

                def job(session: Session, new: str = blob.key, when: str = now) -> None:
                    session.run("UPDATE instance SET key = ? WHERE id = ?", new, row_id)
                    raise_alert(session, "mended", "a damaged file was mended", uid, when)

                self._database.write(job)
                return True
        return False

    def _alert(self, kind: str, uid: str) -> None:
        text = "the stored file is gone" if kind == "missing" else "the stored file was changed"
        now = self._now()
        self._database.write(
            lambda s: raise_alert(s, kind, f"{text}: restore it from a backup", uid, now)
        )

    def _quarantined(self) -> list[str]:
        with self._database.reading() as session:
            rows = session.all("SELECT key, sop_uid FROM quarantine ORDER BY id")
        return [uid or f"{key}.dcm" for key, uid in rows]
