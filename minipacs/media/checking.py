"""Whether a medium is what its DICOMDIR says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from minipacs.media import dicomdir, durable
from minipacs.media.checksums import read_checksums
from minipacs.media.content import content_of
from minipacs.media.directory import read_directory
from minipacs.media.errors import NotAFileSet, told_plainly
from minipacs.media.medium import Medium, NotThere, problem_with
from minipacs.media.names import DICOMDIR, FileId, is_leftover, is_ours
from minipacs.media.ports import Cancel, Progress
from minipacs.media.report import CheckReport, InstanceEntry
from minipacs.media.scan import NotDicom, scan_bytes


def check(
    folder: Path,
    *,
    repair: bool = False,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> CheckReport:
    """Look at every file that the DICOMDIR references, and for those that it does not.

    Args:
        repair: remove orphans that have our own form of name: what a killed change left behind.

    Raises:
        NotAFileSet: there is no DICOMDIR.
        DamagedDirectory: it cannot be read at all.
        MediumFailed: the medium is gone.
    """
    with told_plainly():
        medium = Medium(folder, tolerant=True)
        path = medium.directory()
        if path is None:
            raise NotAFileSet(folder)
        checker = _Checker(medium, read_checksums(folder))
        content = content_of(read_directory(path))
        if path.name != DICOMDIR:
            checker.notes.append(f"the DICOMDIR is called {path.name}")
        tree = [
            (study.instance_uid, series.instance_uid, instance)
            for patient in content.patients
            for study in patient.studies
            for series in study.series
            for instance in series.instances
        ]
        for done, (study_uid, series_uid, instance) in enumerate(tree, 1):
            if cancel is not None and cancel():
                checker.notes.append("stopped before the end")
                break
            checker.look_at(study_uid, series_uid, instance)
            if progress is not None:
                progress(done, len(tree))
        else:
            checker.look_for_orphans(repair=repair)
        return checker.report(len(tree))


class _Checker:
    def __init__(self, medium: Medium, hashes: Mapping[FileId, str]) -> None:
        self._medium = medium
        self._hashes = hashes
        self._referenced: set[Path] = set()
        self._uids: set[str] = set()
        self._missing: list[str] = []
        self._damaged: list[str] = []
        self._orphans: list[str] = []
        self._removed: list[str] = []
        self._hashed = 0
        self.notes: list[str] = []

    def look_at(self, study_uid: str, series_uid: str, instance: InstanceEntry) -> None:
        try:
            path = self._medium.locate(instance.file_id)
            self._referenced.add(path)
            data = self._medium.read(path)
        except NotThere as why:
            self._missing.append(problem_with(instance.file_id, why))
            return
        why_bad = self._fault(study_uid, series_uid, instance, data)
        if why_bad:
            self._damaged.append(problem_with(instance.file_id, why_bad))

    def _fault(self, study_uid: str, series_uid: str, instance: InstanceEntry, data: bytes) -> str:
        expected = self._hashes.get(instance.file_id)
        if expected is not None:
            if hashlib.sha256(data).hexdigest() != expected:
                return "it is not what was written: its hash differs"
            self._hashed += 1
        try:
            head = scan_bytes(data, dicomdir.WANTED)
        except NotDicom as why:
            return str(why)
        claims = (
            ("SOP class", instance.sop_class_uid, head.sop_class_uid),
            ("instance UID", instance.sop_instance_uid, head.sop_instance_uid),
            ("transfer syntax", instance.transfer_syntax_uid, head.transfer_syntax_uid),
            ("study UID", study_uid, head.text(0x0020000D)),
            ("series UID", series_uid, head.text(0x0020000E)),
        )
        for name, listed, own in claims:
            if listed != own:
                return f"the DICOMDIR gives it another {name} than it has"
        if instance.sop_instance_uid in self._uids:
            return "the DICOMDIR lists its instance UID twice"
        self._uids.add(instance.sop_instance_uid)
        return ""

    def look_for_orphans(self, *, repair: bool) -> None:
        for file_id, path in list(self._medium.dicom_files()):
            if path in self._referenced:
                continue
            if is_leftover(file_id) and not repair:
                self.notes.append(
                    problem_with(file_id, "a stopped change left it; the next clears it")
                )
            elif repair and (is_ours(file_id) or is_leftover(file_id)):
                durable.remove_quietly(path)
                durable.remove_empty_folders(path.parent, self._medium.root)
                self._removed.append(problem_with(file_id, "removed"))
            else:
                self._orphans.append(problem_with(file_id, "the DICOMDIR does not reference it"))

    def report(self, instances: int) -> CheckReport:
        return CheckReport(
            instances,
            tuple(self._missing),
            (*self._damaged, *self._medium.unreadable),
            tuple(self._orphans),
            tuple(self._removed),
            self._hashed,
            tuple(self.notes),
        )
