"""Small stand-ins for the archive and the node."""

from __future__ import annotations

import hashlib
import threading

from kiosk.exam.ports import Reported, Stored
from minipacs.dicom import part10


class FakeStore:
    """Keeps Part 10 files in memory, as the archive would; can be full."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ingested = 0
        self.full: Exception | None = None
        self._lock = threading.Lock()

    def ingest(self, data: bytes) -> Stored:
        if self.full is not None:
            raise self.full
        ds = part10.header(data)
        uid = str(ds.SOPInstanceUID)
        with self._lock:
            already = uid in self.files
            if already and self.files[uid] != data:
                return self._stored(ds, already=False, alert="conflict")
            self.files.setdefault(uid, data)
            self.ingested += 1
        return self._stored(ds, already=already)

    def holds(self, sop_instance_uid: str) -> Stored | None:
        data = self.files.get(sop_instance_uid)
        return None if data is None else self._stored(part10.header(data), already=True)

    def read(self, sop_instance_uid: str) -> bytes:
        return self.files[sop_instance_uid]

    def check_room(self) -> None:
        if self.full is not None:
            raise self.full

    def waiting(self) -> int:
        return len(self.files)

    def dataset(self, sop_instance_uid: str):
        return part10.read(self.files[sop_instance_uid])

    def _stored(self, ds, *, already: bool, alert: str = "") -> Stored:
        uid = str(ds.SOPInstanceUID)
        digest = hashlib.sha256(self.files.get(uid, b"")).hexdigest()
        return Stored(
            str(ds.SOPClassUID),
            uid,
            str(ds.SeriesInstanceUID),
            sha256=digest,
            already=already,
            alert=alert,
        )


class FakeSteps:
    """Writes down what it is told; can be away (messages wait) or broken (raises)."""

    def __init__(self) -> None:
        self.told: list[tuple] = []
        self.away = False
        self.broken = False

    def create(self, patient, order, step, *, modality, operator):
        return self._note("create", step, patient, order, modality)

    def complete(self, step, ended_at, series):
        return self._note("complete", step, tuple(series))

    def discontinue(self, step, ended_at, series, reason):
        return self._note("discontinue", step, tuple(series), reason)

    def names(self) -> list[str]:
        return [message[0] for message in self.told]

    def _note(self, name, *what):
        if self.broken:
            raise ConnectionError("no network")
        self.told.append((name, *what))
        return Reported(not self.away, "The message waits." if self.away else "")
