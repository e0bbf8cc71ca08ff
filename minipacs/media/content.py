"""What a DICOMDIR lists, as a tree of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from minipacs.media.directory import DirectoryFile, Record, read_directory
from minipacs.media.errors import NotAFileSet, told_plainly
from minipacs.media.medium import Medium
from minipacs.media.report import (
    FileSetContent,
    InstanceEntry,
    PatientEntry,
    SeriesEntry,
    StudyEntry,
)

_CLASS, _INSTANCE, _SYNTAX = 0x00041510, 0x00041511, 0x00041512
_STUDY, _SERIES = 0x0020000D, 0x0020000E


def list_(folder: Path) -> FileSetContent:
    """What the DICOMDIR of a folder lists, anyone's.

    Raises:
        NotAFileSet: there is none.
        DamagedDirectory: it cannot be read, or its offsets run in a circle.
        MediumFailed: the medium is gone or broken.
    """
    with told_plainly():
        path = Medium(folder).directory()
        if path is None:
            raise NotAFileSet(folder)
        return content_of(read_directory(path))


def content_of(directory: DirectoryFile) -> FileSetContent:
    """The tree of a DICOMDIR that was read."""
    reader = _Reader(directory)
    patients = tuple(
        PatientEntry(
            record.text("PatientID"),
            record.text("PatientName"),
            tuple(reader.study(below) for below in reader.below(record, "STUDY")),
        )
        for record in reader.level(directory.first_offset, "PATIENT")
    )
    return FileSetContent(directory.file_set_id, directory.uid, patients)


class _Reader:
    def __init__(self, directory: DirectoryFile) -> None:
        self._directory = directory
        self._by_offset: Mapping[int, Record] = {r.offset: r for r in directory.records}
        self._seen: set[int] = set()

    def level(self, offset: int, kind: str = "") -> list[Record]:
        records = self._directory.children(offset, self._seen, self._by_offset)
        return [record for record in records if not kind or record.kind == kind]

    def below(self, record: Record, kind: str = "") -> list[Record]:
        return self.level(record.lower, kind)

    def study(self, record: Record) -> StudyEntry:
        return StudyEntry(
            record.uid(_STUDY) or record.uid(_INSTANCE),
            record.text("StudyID"),
            record.text("StudyDate"),
            record.text("StudyTime"),
            record.text("StudyDescription"),
            record.text("AccessionNumber"),
            tuple(self.series(below) for below in self.below(record, "SERIES")),
        )

    def series(self, record: Record) -> SeriesEntry:
        return SeriesEntry(
            record.uid(_SERIES),
            record.text("Modality"),
            record.text("SeriesNumber"),
            tuple(self.instance(below) for below in self.below(record) if below.file_id),
        )

    def instance(self, record: Record) -> InstanceEntry:
        return InstanceEntry(
            record.kind,
            record.uid(_CLASS),
            record.uid(_INSTANCE),
            record.uid(_SYNTAX),
            record.file_id,
            record.text("InstanceNumber"),
        )
