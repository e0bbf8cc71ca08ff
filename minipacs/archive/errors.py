"""What the archive refuses, and what to do about it. No text here holds a value of a patient."""

from __future__ import annotations

from pathlib import Path


class ArchiveError(Exception):
    """Anything the archive can't do.

    Attributes:
        unsure: whether the change may yet show after a restart, as the disk failed in the middle of its commit.
    """

    unsure: bool = False


class StorageFull(ArchiveError):
    """There is no room: what was offered is not kept, what was stored before stays readable. 0xA700."""

    def __init__(self, free_mb: int, needed_mb: int) -> None:
        super().__init__(
            f"the archive disk has {free_mb} MB free and needs {needed_mb} MB: make room on it"
        )
        self.free_mb = free_mb
        self.needed_mb = needed_mb


class Damaged(ArchiveError):
    """A stored file or the database is not what was stored, or the disk reports faults."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} is damaged: {reason}. Run `minipacs check`; look at the disk and the last backup"
        )
        self.path = path
        self.reason = reason


class Refused(ArchiveError):
    """What was offered is no object that can be kept; nothing of it is left behind.

    Args:
        reason: what is wrong with it, without its values.
        mismatch: whether data set and SOP class or instance UID disagree (0xA900 instead of 0xC000).
    """

    def __init__(self, reason: str, *, mismatch: bool = False) -> None:
        super().__init__(f"the object is refused: {reason}")
        self.reason = reason
        self.mismatch = mismatch


class Missing(ArchiveError):
    """No such instance."""

    def __init__(self, uid: str) -> None:
        super().__init__(f"the archive has no instance {uid}")
        self.uid = uid


class BadQuery(ArchiveError):
    """A query key that can't be matched, PS3.4 C.2.2.2 and C.4.1."""

    def __init__(self, keyword: str, why: str) -> None:
        super().__init__(f"query key {keyword}: {why}")
        self.keyword = keyword
        self.why = why


class DuplicateEntry(ArchiveError):
    """The worklist has a step of that ID already."""

    def __init__(self, step_id: str) -> None:
        super().__init__("the worklist has this step already: give another step ID, or replace it")
        self.step_id = step_id


class UnknownEntry(ArchiveError):
    """The worklist has no such step."""

    def __init__(self, step_id: str) -> None:
        super().__init__("the worklist has no step of this ID: `minipacs worklist list` names them")
        self.step_id = step_id


class BadStatus(ArchiveError):
    """A status that a worklist entry can't have."""

    def __init__(self, status: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"no such status of a worklist entry; it is one of {', '.join(allowed)}")
        self.status = status


class DuplicateStep(ArchiveError):
    """N-CREATE of a performed procedure step that exists. 0x0111."""

    def __init__(self, uid: str) -> None:
        super().__init__(f"performed procedure step {uid} exists already")
        self.uid = uid


class UnknownStep(ArchiveError):
    """N-SET or N-GET of a performed procedure step that was never created. 0x0112."""

    def __init__(self, uid: str) -> None:
        super().__init__(f"there is no performed procedure step {uid}")
        self.uid = uid


class StepClosed(ArchiveError):
    """N-SET of a step that is no longer IN PROGRESS, PS3.4 F.7.2.2.3. 0x0110, Error ID 0xA710."""

    def __init__(self, uid: str) -> None:
        super().__init__(f"performed procedure step {uid} may no longer be updated: it has ended")
        self.uid = uid


class BadStep(ArchiveError):
    """A performed procedure step message that breaks PS3.4 F.7.2.

    Args:
        keyword: the attribute at fault.
        why: which rule.
        kind: "missing" (0x0120), "value" (0x0106) or "attribute" (0x0105).
    """

    def __init__(self, keyword: str, why: str, kind: str = "value") -> None:
        super().__init__(f"{keyword}: {why}")
        self.keyword = keyword
        self.why = why
        self.kind = kind


class UnknownTransaction(ArchiveError):
    """A storage commitment result for a transaction that nobody asked for."""

    def __init__(self, transaction_uid: str) -> None:
        super().__init__(f"no storage commitment transaction {transaction_uid} is open")
        self.transaction_uid = transaction_uid


class BadMove(ArchiveError):
    """A delivery state that can't follow the present one, or SENT without the peer's status."""

    def __init__(self, entry: int, why: str) -> None:
        super().__init__(f"outbox entry {entry}: {why}")
        self.entry = entry
        self.why = why


class NewerArchive(ArchiveError):
    """The archive was written by a later release."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"the archive has schema {found}, this program knows up to {known}: use the newer program"
        )
        self.found = found
        self.known = known


class BackupRefused(ArchiveError):
    """A backup or a restore that is not begun, or not good."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why
