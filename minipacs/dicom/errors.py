"""What the kernel refuses, and why. No text here ever holds a value of a patient."""

from __future__ import annotations


class DicomError(Exception):
    """Anything the kernel refuses."""


class BadRequest(DicomError):
    """An object can't be built from what was given.

    Args:
        keyword: the DICOM keyword the fault is at; of nested ones a path, `Sequence[0].Keyword`.
        why: what is wrong and what to do, without the value itself.
    """

    def __init__(self, keyword: str, why: str) -> None:
        super().__init__(f"{keyword}: {why}")
        self.keyword = keyword
        self.why = why
