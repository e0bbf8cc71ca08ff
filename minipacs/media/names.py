"""File IDs: PS3.10 8.2 and 8.5. Ours are made from counters, never from what an object says."""

from __future__ import annotations

import re
from collections.abc import Iterable

FileId = tuple[str, ...]
"""Folder and file names from the root of the medium."""

DICOMDIR = "DICOMDIR"
CHECKSUMS = "SHA256"
"""Our list of hashes, in the form that `sha256sum -c` reads; not part of the file-set."""
TEMPORARY_SUFFIX = ".TMP"
MAX_COMPONENTS = 8

_COMPONENT = re.compile(r"[A-Z0-9_]{1,8}\Z")
_FILE_SET_ID = re.compile(r"[A-Z0-9_ ]{0,16}\Z")
_OURS = re.compile(r"PT\d{6}/ST\d{6}/SE\d{6}/IM\d{6}\Z")


def is_valid_file_id(file_id: FileId) -> bool:
    """Whether a File ID may be written: 1 to 8 components of A-Z, 0-9 and _, 8 characters each."""
    return 0 < len(file_id) <= MAX_COMPONENTS and all(map(_COMPONENT.match, file_id))


def is_valid_file_set_id(text: str) -> bool:
    """Whether a text may be a File-set ID (CS)."""
    return _FILE_SET_ID.match(text) is not None


def is_ours(file_id: FileId) -> bool:
    """Whether a file has the form of name that we give."""
    return _OURS.match("/".join(file_id)) is not None


def is_leftover(file_id: FileId) -> bool:
    """Whether a file is what a killed change of ours left half written."""
    stem = file_id[-1].removesuffix(TEMPORARY_SUFFIX)
    if stem == file_id[-1]:
        return False
    return (file_id[:-1] == () and stem in (DICOMDIR, CHECKSUMS)) or is_ours((*file_id[:-1], stem))


def as_text(file_id: FileId) -> str:
    """For a sentence or a list."""
    return "/".join(file_id)


class Names:
    """Gives each instance a File ID of its own, in folders per patient, study and series.

    Args:
        taken: names that are on the medium, in any case; none of them is given again.
    """

    def __init__(self, taken: Iterable[FileId] = ()) -> None:
        self._taken: set[FileId] = set()
        for file_id in taken:
            upper = tuple(part.upper() for part in file_id)
            self._taken.update(upper[:depth] for depth in range(1, len(upper) + 1))
        self._folders: dict[tuple[str, ...], FileId] = {}
        self._counters: dict[FileId, int] = {}

    def reuse(self, patient: str, study: str, series: str, file_id: FileId) -> None:
        """Learn from a file on the medium in which folders its patient, study and series are."""
        if is_ours(file_id):
            self._folders.setdefault((patient,), file_id[:1])
            self._folders.setdefault((patient, study), file_id[:2])
            self._folders.setdefault((patient, study, series), file_id[:3])

    def give(self, patient: str, study: str, series: str) -> FileId:
        """A free File ID."""
        at: FileId = ()
        for prefix, key in (
            ("PT", (patient,)),
            ("ST", (patient, study)),
            ("SE", (patient, study, series)),
        ):
            if key not in self._folders:
                self._folders[key] = self._free(at, prefix)
            at = self._folders[key]
        return self._free(at, "IM")

    def _free(self, folder: FileId, prefix: str) -> FileId:
        counter = (*folder, prefix)
        number = self._counters.get(counter, 0)
        while (*folder, f"{prefix}{number:06}") in self._taken:
            number += 1
        self._counters[counter] = number + 1
        file_id = (*folder, f"{prefix}{number:06}")
        self._taken.add(file_id)
        return file_id
