"""Writes media for the screen: sticks and folders as places, progress and a stop through the screen's job."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import platformdirs

from kiosk.office.pictures import rows_of
from kiosk.presenters.ports import Place, ProfileChoice, StudyKey, Written
from kiosk.tasks import Job
from minipacs.archive import Archive
from minipacs.archive.rows import InstanceRow
from minipacs.clock import Clock
from minipacs.dicom.uids import UidPolicy
from minipacs.media import fileset, profiles

_STICKS = ("/media", "/run/media", "/mnt", "/Volumes")


class MediaDesk:
    """kiosk.presenters.ports.MediaPort.

    Args:
        sticks: gives the mounted removable folders; a test hands in its own.
    """

    def __init__(
        self,
        archive: Archive,
        clock: Clock,
        uids: UidPolicy,
        sticks: Callable[[], Sequence[Path]] | None = None,
    ) -> None:
        self._archive, self._clock, self._uids = archive, clock, uids
        self._sticks = sticks or mounted_sticks

    def places(self) -> Sequence[Place]:
        """Sticks first, then the documents folder."""
        found = [_place(path, removable=True) for path in self._sticks()]
        documents = platformdirs.user_documents_path()
        if documents.is_dir():
            found.append(_place(documents, removable=False))
        return found

    def profiles(self) -> Sequence[ProfileChoice]:
        """The usual one for sticks first."""
        known = [
            ProfileChoice(profile.name, profile.title) for profile in profiles.profiles().values()
        ]
        return sorted(known, key=lambda choice: choice.name != "STD-GEN-USB-JPEG")

    def write(self, studies: Sequence[StudyKey], folder: Path, profile: str, job: Job) -> Written:
        """Write and read back; a file-set that is there is added to."""
        verb = fileset.add if (folder / "DICOMDIR").exists() else fileset.create
        report = verb(
            _Only(self._archive, studies),
            folder,
            studies=tuple(dict.fromkeys(study.study_instance_uid for study in studies)),
            profile=profile,
            clock=self._clock,
            uids=self._uids,
            progress=lambda done, total: job.report(done / max(1, total)),
            cancel=lambda: job.is_cancelled,
        )
        return Written(
            folder, report.instances, report.bytes_written, report.verified == report.written
        )


class _Only:
    """An archive that has nothing but these studies of these patients: a stick is handed to one of them."""

    def __init__(self, archive: Archive, studies: Sequence[StudyKey]) -> None:
        self._archive, self._studies = archive, tuple(studies)
        self.read, self.path_of = archive.read, archive.path_of

    def instances(self, *, study: str = "") -> list[InstanceRow]:
        """The instances of one of them, or of all."""
        wanted = [one for one in self._studies if study in ("", one.study_instance_uid)]
        return [row for one in wanted for row in rows_of(self._archive, one)]


def mounted_sticks() -> list[Path]:
    """Folders that removable media are mounted on, as far as the system shows them."""
    import string

    if os.name == "nt":
        drives = [Path(f"{letter}:/") for letter in string.ascii_uppercase[3:]]
        return [drive for drive in drives if drive.exists()]
    found = []
    for root in map(Path, _STICKS):
        candidates = [*root.glob("*"), *root.glob("*/*")] if root.is_dir() else []
        found += [path for path in candidates if os.path.ismount(path)]
    return found


def _place(path: Path, *, removable: bool) -> Place:
    return Place(path, path.name or str(path), shutil.disk_usage(path).free, removable)
