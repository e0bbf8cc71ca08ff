"""Takes what is on a medium of anyone into the archive.

Each object is taken for what it says of itself; the DICOMDIR only helps to find it. Patients are never joined by
name: the archive keeps every object under its own identifiers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from minipacs.archive.errors import Damaged, Refused, StorageFull
from minipacs.archive.rows import Origin, Outcome
from minipacs.media import dicomdir
from minipacs.media.directory import read_directory
from minipacs.media.errors import DamagedDirectory, MediumFailed, told_plainly
from minipacs.media.medium import Medium, NotThere, problem_with
from minipacs.media.names import FileId
from minipacs.media.ports import Cancel, Progress, Store
from minipacs.media.record_encoding import MEDIA_STORAGE_DIRECTORY
from minipacs.media.report import ImportReport
from minipacs.media.scan import NotDicom, looks_like_dicom, scan_bytes

_MAX_SENTENCES = 200


def import_(
    archive: Store,
    folder: Path,
    *,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> ImportReport:
    """Store every DICOM file of a medium, through the same door as C-STORE.

    The DICOMDIR is read whatever its names look like. Where there is none, where it cannot be read, or where it
    names files that are not there, the whole folder is searched.

    Raises:
        MediumFailed: the folder is not there.
        StorageFull: the archive has no room; what was stored stays.
    """
    if not folder.is_dir():
        raise MediumFailed(f"{folder} is no folder: put the medium in, or name another one")
    with told_plainly():
        taking = _Import(archive, Medium(folder, tolerant=True))
        found = list(taking.files())
        for done, (file_id, path) in enumerate(found, 1):
            if cancel is not None and cancel():
                taking.notes.append(f"stopped after {done - 1} of {len(found)} files")
                break
            taking.take(file_id, path)
            if progress is not None:
                progress(done, len(found))
        return taking.report(len(found))


class _Import:
    def __init__(self, archive: Store, medium: Medium) -> None:
        self._archive = archive
        self._medium = medium
        self._counts = dict.fromkeys(Outcome, 0)
        self._refused: list[str] = []
        self._more_refused = 0
        self._studies: dict[str, None] = {}
        self.notes: list[str] = []

    def files(self) -> Iterator[tuple[FileId, Path]]:
        seen: set[Path] = set()
        search = False
        try:
            for file_id, path in self._referenced():
                if path in seen:
                    continue
                seen.add(path)
                yield file_id, path
        except DamagedDirectory as why:
            self.notes.append(f"{why}; the whole folder was searched instead")
            search = True
        if self._medium.directory() is None:
            self.notes.append("there is no DICOMDIR; the whole folder was searched")
            search = True
        if not search and not self._refused:
            return
        if not search:
            self.notes.append(
                "the DICOMDIR names files that are not there; the whole folder was searched"
            )
        yield from ((file_id, p) for file_id, p in self._medium.dicom_files() if p not in seen)

    def _referenced(self) -> Iterator[tuple[FileId, Path]]:
        directory = self._medium.directory()
        if directory is None:
            return
        seen: set[FileId] = set()
        again = 0
        for record in read_directory(directory).references():
            if record.file_id in seen:
                again += 1
                continue
            seen.add(record.file_id)
            try:
                yield record.file_id, self._medium.locate(record.file_id)
            except NotThere as why:
                self._refuse(record.file_id, why)
        if again:
            self.notes.append(f"{again} records name a file that another record names too")

    def take(self, file_id: FileId, path: Path) -> None:
        try:
            data = self._medium.read(path)
            if not looks_like_dicom(data):
                raise NotThere("it is not a DICOM file")
            head = scan_bytes(data, dicomdir.WANTED)
            if head.sop_class_uid == MEDIA_STORAGE_DIRECTORY:
                raise NotThere("it is a further DICOMDIR")
            answer = self._archive.ingest(data, Origin("import"))
        except StorageFull:
            raise
        except (NotThere, NotDicom, Refused, Damaged) as why:
            self._refuse(file_id, why)
            return
        self._counts[answer.outcome] += 1
        self._studies[answer.study_instance_uid] = None

    def _refuse(self, file_id: FileId, why: object) -> None:
        if len(self._refused) >= _MAX_SENTENCES:
            self._more_refused += 1
            return
        self._refused.append(problem_with(file_id, why))

    def report(self, found: int) -> ImportReport:
        refused = [*self._refused, *self._medium.unreadable]
        if self._more_refused:
            refused.append(f"and {self._more_refused} more")
        return ImportReport(
            found,
            self._counts[Outcome.STORED],
            self._counts[Outcome.ALREADY],
            self._counts[Outcome.CONFLICT],
            tuple(refused),
            tuple(self.notes),
            tuple(self._studies),
        )
