"""What can be refused in an exam. Each type carries its data and says what to do; no text names a patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minipacs.dicom.validate import Finding


class ExamError(Exception):
    """Something that the exam refuses; the frame, if there is one, is kept."""


class ForbiddenMove(ExamError):
    """A state change that the table does not allow."""

    def __init__(self, what: str, before: str, after: str) -> None:
        super().__init__(f"{what} cannot go from {before} to {after}")
        self.what, self.before, self.after = what, before, after


class UnknownSlot(ExamError):
    """The template has no such slot."""

    def __init__(self, slot: str) -> None:
        super().__init__(f"this mount has no position {slot!r}; choose one of its positions")
        self.slot = slot


class UnknownExposure(ExamError):
    """The exam has no such exposure."""

    def __init__(self, exposure_id: str) -> None:
        super().__init__(f"no exposure {exposure_id!r} in this exam; look at the mount again")
        self.exposure_id = exposure_id


class SlotBusy(ExamError):
    """The slot cannot be armed now: a picture in it is not decided yet, or is stored already."""

    def __init__(self, slot: str, why: str) -> None:
        super().__init__(f"position {slot} cannot be armed: {why}")
        self.slot, self.why = slot, why


class NeedsTooth(ExamError):
    """The mount leaves open which teeth this position shows, and nobody has said so yet."""

    def __init__(self, slot: str) -> None:
        super().__init__(f"position {slot} has no tooth yet; choose the teeth it will show")
        self.slot = slot


class ExamClosed(ExamError):
    """The exam is finished or discontinued; nothing can be added."""

    def __init__(self) -> None:
        super().__init__("this exam is closed; start another one for further pictures")


class NotSaved(ExamError):
    """A frame is only in memory, since the spool did not take it. No exposure before that is solved."""

    def __init__(self, exposure_id: str, why: str) -> None:
        super().__init__(
            f"a picture is not saved yet ({why}); make room on the disk and save it again "
            "before the next exposure"
        )
        self.exposure_id, self.why = exposure_id, why


class SpoolFull(ExamError):
    """The disk has not enough room for the next picture; no exposure may be made."""

    def __init__(self, free_mb: int, needed_mb: int) -> None:
        super().__init__(
            f"the disk has {free_mb} MB free and needs {needed_mb} MB; make room before exposing"
        )
        self.free_mb, self.needed_mb = free_mb, needed_mb


class SpoolFailed(ExamError):
    """The spool folder cannot be written."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"pictures cannot be saved to the spool folder: {reason}; "
            "check the disk and its permissions before exposing"
        )
        self.reason = reason


class OtherPatient(ExamError):
    """A stray frame was armed for somebody else."""

    def __init__(self, entry_id: str) -> None:
        super().__init__(
            "this picture was armed for another patient; open an exam of that patient to put it there"
        )
        self.entry_id = entry_id


class DamagedEntry(ExamError):
    """A spool file is torn or changed; it is kept in quarantine."""

    def __init__(self, entry_id: str, reason: str) -> None:
        super().__init__(f"spool entry {entry_id} is damaged: {reason}; it is kept in quarantine")
        self.entry_id, self.reason = entry_id, reason


class InvalidImage(ExamError):
    """The finished object breaks the standard; it is not stored, the frame is kept."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        super().__init__(
            f"the image is not valid DICOM: {first.keyword} {first.tag}: {first.what}; {first.mend}"
        )
        self.findings = tuple(findings)


class Unresolved(ExamError):
    """Pictures wait for a decision, so the exam cannot end."""

    def __init__(self, exposure_ids: Sequence[str]) -> None:
        super().__init__(
            f"{len(exposure_ids)} picture(s) are neither accepted nor rejected; decide on them first"
        )
        self.exposure_ids = tuple(exposure_ids)


class NothingStored(ExamError):
    """Exposures were made but none was kept: that is a discontinued step, not a completed one."""

    def __init__(self) -> None:
        super().__init__("no picture was kept in this exam; discontinue it with a reason instead")


class BadTemplate(ExamError):
    """A mount file says something that cannot be."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"mount {name}: {why}")
        self.name, self.why = name, why
