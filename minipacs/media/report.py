"""What the file-set functions hand back: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MediaReport:
    """What a file-set is after it was written and read back."""

    folder: Path
    profile: str
    file_set_id: str
    file_set_uid: str
    patients: int
    studies: int
    series: int
    instances: int
    """All that the DICOMDIR references now."""
    written: int = 0
    verified: int = 0
    """Files that were read back and had the right hash."""
    removed: int = 0
    already: int = 0
    """Asked for, and on the medium before."""
    transcoded: int = 0
    bytes_written: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceEntry:
    """One IMAGE (or other) record."""

    kind: str
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    file_id: tuple[str, ...]
    number: str


@dataclass(frozen=True, slots=True)
class SeriesEntry:
    """One SERIES record."""

    instance_uid: str
    modality: str
    number: str
    instances: tuple[InstanceEntry, ...]


@dataclass(frozen=True, slots=True)
class StudyEntry:
    """One STUDY record."""

    instance_uid: str
    study_id: str
    date: str
    time: str
    description: str
    accession_number: str
    series: tuple[SeriesEntry, ...]


@dataclass(frozen=True, slots=True)
class PatientEntry:
    """One PATIENT record."""

    identifier: str
    name: str
    studies: tuple[StudyEntry, ...]


@dataclass(frozen=True, slots=True)
class FileSetContent:
    """What a DICOMDIR lists."""

    file_set_id: str
    file_set_uid: str
    patients: tuple[PatientEntry, ...]

    @property
    def instances(self) -> tuple[InstanceEntry, ...]:
        """All instances, in the order of the directory."""
        return tuple(
            instance
            for patient in self.patients
            for study in patient.studies
            for series in study.series
            for instance in series.instances
        )


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What is wrong with a medium, a sentence each; nothing is, when all lists but notes are empty."""

    instances: int
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    """Present, but not what the DICOMDIR or the list of hashes says."""
    orphans: tuple[str, ...] = ()
    """DICOM files that the DICOMDIR does not reference."""
    removed: tuple[str, ...] = ()
    """Orphans of ours that a repair took away."""
    hashed: int = 0
    """Files whose hash was known and right."""
    notes: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether every referenced file is there, whole, and nothing else."""
        return not (self.missing or self.damaged or self.orphans)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of each DICOM file of a medium."""

    found: int
    stored: int
    already: int
    conflict: int
    """Another object of the same UID was in the archive: both are kept, an alert says so."""
    refused: tuple[str, ...] = ()
    """File and reason."""
    notes: tuple[str, ...] = ()
    studies: tuple[str, ...] = ()
    """Study Instance UIDs of what is in the archive now."""
