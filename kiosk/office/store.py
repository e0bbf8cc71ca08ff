"""The archive as an exam sees it: a direct call, so that a blocked port can never cost an image."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kiosk.exam.ports import Stored
from minipacs.archive import Archive
from minipacs.archive.errors import StorageFull
from minipacs.archive.rows import DeliveryState, Origin, Outcome

_WAITING = (DeliveryState.QUEUED, DeliveryState.SENDING)
_MB = 1 << 20


class ConflictingImage(Exception):
    """Another object of this UID is in the archive already; this one is kept in quarantine."""

    def __init__(self, uid: str) -> None:
        super().__init__(
            f"the archive already has a different object with the UID {uid}; "
            "this picture is kept in quarantine, look at the alerts"
        )
        self.uid = uid


class ArchiveStore:
    """kiosk.exam.ports.ImageStore on the archive of this machine.

    Args:
        destinations: where each accepted image goes by itself, queued in the transaction that stores it.
        wake: tells the delivery that there is work.
        reserve_mb: room that must be left before an exposure.
    """

    def __init__(
        self,
        archive: Archive,
        destinations: Sequence[str],
        wake: Callable[[], None],
        reserve_mb: int,
    ) -> None:
        self._archive, self._destinations = archive, tuple(destinations)
        self._wake, self._reserve_mb = wake, reserve_mb

    def ingest(self, data: bytes) -> Stored:
        """Store one Part 10 file for good."""
        done = self._archive.ingest(data, Origin("kiosk"), destinations=self._destinations)
        if done.outcome is Outcome.CONFLICT:
            raise ConflictingImage(done.sop_instance_uid)
        if self._destinations:
            self._wake()
        return Stored(
            done.sop_class_uid,
            done.sop_instance_uid,
            done.series_instance_uid,
            str(done.path),
            done.sha256,
            done.outcome is Outcome.ALREADY,
            done.alert,
        )

    def holds(self, sop_instance_uid: str) -> Stored | None:
        """The stored object of this UID, if there is one."""
        row = self._archive.instance(sop_instance_uid)
        if row is None:
            return None
        return Stored(
            row.sop_class_uid,
            row.sop_instance_uid,
            row.series_instance_uid,
            str(row.path),
            row.sha256,
            already=True,
        )

    def read(self, sop_instance_uid: str) -> bytes:
        """The Part 10 file of a stored object, read against its hash."""
        return self._archive.read(sop_instance_uid)

    def check_room(self) -> None:
        """Refuses while the archive's disk is below the reserve."""
        free = self._archive.free_space()
        if free < self._reserve_mb * _MB:
            raise StorageFull(free // _MB, self._reserve_mb)

    def waiting(self) -> int:
        """Deliveries that wait in the outbox."""
        counts = self._archive.outbox.counts()
        return sum(counts.get(state, 0) for state in _WAITING)
