"""One change of a file-set: new files first, each read back, then the DICOMDIR in one step, then the clearing up.

Killed at any moment, the medium has its old DICOMDIR or its new one, and every file that it references. When the
change fails while the program lives, everything that it wrote is taken away again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from minipacs.dicom.uids import UidPolicy
from minipacs.media import dicomdir, durable
from minipacs.media.checksums import read_checksums, write_checksums
from minipacs.media.directory import DirectoryFile, read_directory
from minipacs.media.errors import MediaError, NotAFileSet, ProfileRefused, VerifyFailed
from minipacs.media.medium import Medium, NotThere, problem_with
from minipacs.media.names import (
    DICOMDIR,
    FileId,
    Names,
    as_text,
    is_leftover,
    is_valid_file_id,
)
from minipacs.media.profiles.base import Profile
from minipacs.media.record_types import IMAGE, KEYS, record_type, tag_of
from minipacs.media.scan import Head, NotDicom, Raw, encode, header_of, scan_bytes, scan_file

_PATIENT_ID, _STUDY_UID, _SERIES_UID = 0x00100020, 0x0020000D, 0x0020000E
_EXTENDED_KEY = tag_of("Rows")


class Session:
    """A file-set being written."""

    def __init__(self, root: Path, profile: Profile, uids: UidPolicy, file_set_id: str) -> None:
        self.root = root
        self.profile = profile
        self.file_set_id = file_set_id
        self.file_set_uid = ""
        self.descriptor: FileId = ()
        self.entries: list[dicomdir.Entry] = []
        self.warnings: list[str] = []
        self.hashes: dict[FileId, str] = {}
        self.bytes_written = 0
        self.verified = 0
        self.profile_keys = profile.profile_keys
        self._uids = uids
        self._adopted: set[str] = set()
        self._new: dict[FileId, str] = {}
        self._obsolete: list[Path] = []
        self._folders: dict[Path, None] = {}
        self._made_folders: list[Path] = []
        self._made_above: list[Path] = []
        self._medium = Medium(root)
        self._names = Names()

    # ------------------------------------------------------------------ beginning

    def begin(self) -> None:
        """Start a file-set of its own on a medium that may hold other files."""
        self._made_above = [f for f in (self.root, *self.root.parents) if not f.exists()]
        durable.make_folder(self.root)
        self._sweep()
        self._names = Names(self._medium.all_names())
        self.file_set_uid = self._uids.file_set()

    def resume(self) -> None:
        """Take up the file-set that is there, anyone's.

        Raises:
            NotAFileSet, DamagedDirectory: there is none, or it cannot be read.
            MediaError: one of its files cannot be read.
        """
        directory = self._medium.directory() if self.root.is_dir() else None
        if directory is None:
            raise NotAFileSet(self.root)
        found = read_directory(directory)
        self._sweep()
        self._names = Names(self._medium.all_names())
        self.file_set_uid = found.uid or self._uids.file_set()
        self.file_set_id = self.file_set_id or found.file_set_id
        self.hashes = read_checksums(self.root)
        self._take_up(found)
        if directory.name != DICOMDIR:
            self._obsolete.append(directory)

    def take_all(self) -> None:
        """Take every DICOM file of the medium into the file-set; one with a name not allowed is copied."""
        for file_id, path in list(self._medium.dicom_files()):
            self._adopt(file_id, path)

    def _take_up(self, found: DirectoryFile) -> None:
        if is_valid_file_id(found.descriptor):
            self.descriptor = found.descriptor
        for record in found.references():
            self.profile_keys |= _EXTENDED_KEY in record.values
            try:
                path = self._medium.locate(record.file_id)
            except NotThere as why:
                text = problem_with(record.file_id, f"{why}; it is no longer referenced")
                self.warnings.append(text)
                continue
            self._adopt(record.file_id, path)

    def _adopt(self, file_id: FileId, path: Path) -> None:
        head = self._head(path, file_id)
        if head.sop_instance_uid in self._adopted:
            return
        self._adopted.add(head.sop_instance_uid)
        self._names.reuse(*_folders_of(head), file_id)
        if not is_valid_file_id(file_id):
            file_id = self._rename(path, head)
        self._warn(head, file_id)
        self.entries.append(dicomdir.Entry(file_id, head, _extra(head, path.read_bytes)))

    def _head(self, path: Path, file_id: FileId) -> Head:
        try:
            return scan_file(path, dicomdir.WANTED)
        except NotDicom as why:
            raise MediaError(
                problem_with(file_id, f"{why}. Nothing was changed; `media check` tells more")
            ) from why

    def _rename(self, path: Path, head: Head) -> FileId:
        """A file with a name that DICOM does not allow gets a copy with one that it does."""
        self._obsolete.append(path)
        data = self._medium.read(path)
        return self._write(data, head)

    def _warn(self, head: Head, file_id: FileId) -> None:
        problems = list(self.profile.problems(head))
        if not self.profile.allows_syntax(head.transfer_syntax_uid):
            problems.append("it does not allow the transfer syntax")
        if problems:
            text = f"{self.profile.name}: {'; '.join(problems)}. It was there before and stays"
            self.warnings.append(problem_with(file_id, text))

    # ------------------------------------------------------------------ changing

    def has(self) -> set[str]:
        """SOP Instance UIDs of the file-set."""
        return {entry.head.sop_instance_uid for entry in self.entries}

    def put(self, data: bytes) -> FileId:
        """Add one instance.

        Raises:
            ProfileRefused: what the profile forbids.
            OSError: what the medium says.
        """
        try:
            head = scan_bytes(data, dicomdir.WANTED)
        except NotDicom as why:
            raise ProfileRefused(self.profile.name, [str(why)]) from why
        problems = [f"instance {head.sop_instance_uid}: {p}" for p in self.profile.problems(head)]
        if problems:
            raise ProfileRefused(self.profile.name, problems)
        file_id = self._write(data, head)
        self.entries.append(dicomdir.Entry(file_id, head, _extra(head, lambda: data)))
        return file_id

    def drop(self, unwanted: Iterable[dicomdir.Entry]) -> None:
        """Take instances out; their files go after the new DICOMDIR stands."""
        gone = {entry.head.sop_instance_uid for entry in unwanted}
        for entry in self.entries:
            if entry.head.sop_instance_uid in gone:
                self._obsolete.append(self._medium.locate(entry.file_id))
                self.hashes.pop(entry.file_id, None)
        self.entries = [e for e in self.entries if e.head.sop_instance_uid not in gone]

    def put_beside(self, path: Path, data: bytes) -> None:
        """Write a file that is no part of the file-set, as the PDI pages are."""
        self._make_folder(path.parent)
        is_new = not path.exists()
        durable.write_file(path, data)
        self._folders[path.parent] = None
        if is_new:
            self._new[path.relative_to(self.root).parts] = hashlib.sha256(data).hexdigest()

    def _write(self, data: bytes, head: Head) -> FileId:
        path = self.root
        while path.exists():  # never over a file, whatever the listing said
            file_id = self._names.give(*_folders_of(head))
            path = self.root.joinpath(*file_id)
        self._make_folder(path.parent)
        self._new[file_id] = self.hashes[file_id] = hashlib.sha256(data).hexdigest()
        durable.write_file(path, data)
        self._folders[path.parent] = None
        self.bytes_written += len(data)
        return file_id

    def _make_folder(self, folder: Path) -> None:
        missing = [
            f for f in (folder, *folder.parents) if f not in self._folders and not f.exists()
        ]
        durable.make_folder(folder)
        self._made_folders.extend(missing)
        self._folders[folder] = None

    # ------------------------------------------------------------------ ending

    def verify(self) -> Iterator[FileId]:
        """Read every new file back from the medium, yielding each that is right.

        Raises:
            VerifyFailed: one is not what was written.
        """
        for folder in self._folders:
            durable.sync_folder(folder)
        for file_id, expected in self._new.items():
            if durable.hash_from_medium(self.root.joinpath(*file_id)) != expected:
                raise VerifyFailed(as_text(file_id))
            self.verified += file_id in self.hashes
            yield file_id

    def directory(self) -> dicomdir.Directory:
        """The DICOMDIR as it will be.

        Raises:
            ProfileRefused: an instance cannot be referenced, or the profile allows no empty file-set.
        """
        if not self.entries and not self.profile.empty_allowed:
            raise ProfileRefused(self.profile.name, ["it allows no file-set without images"])
        try:
            return dicomdir.build(
                self.entries,
                file_set_uid=self.file_set_uid,
                file_set_id=self.file_set_id,
                descriptor=self.descriptor,
                profile_keys=self.profile_keys,
            )
        except dicomdir.CannotReference as problem:
            raise ProfileRefused(self.profile.name, [str(problem)]) from problem

    def commit(self, directory: dicomdir.Directory) -> None:
        """Put the new DICOMDIR in place, then clear away what it no longer references."""
        write_checksums(self.root, self.hashes)
        durable.sync_folder(self.root)
        path = self.root / DICOMDIR
        durable.write_file(path, directory.data)
        # From here the new state stands, or after a power cut the old one: nothing may be taken back now, and
        # nothing old be cleared away before the folder is safe.
        self._new.clear()
        self._made_folders.clear()
        self._made_above.clear()
        durable.sync_folder(self.root)
        if durable.hash_from_medium(path) != hashlib.sha256(directory.data).hexdigest():
            raise VerifyFailed(DICOMDIR)
        for old in self._obsolete:
            if not (old.parent == self.root and old.exists() and old.samefile(path)):
                durable.remove_quietly(old)
                durable.remove_empty_folders(old.parent, self.root)

    @contextmanager
    def undone_on_failure(self) -> Iterator[None]:
        """Take away what was written when the change does not come to its end."""
        try:
            yield
        except BaseException:
            for file_id in self._new:
                path = self.root.joinpath(*file_id)
                durable.remove_quietly(path)
                durable.remove_empty_folders(path.parent, self.root)
            for folder in self._made_folders:
                durable.remove_empty_folders(folder, self.root)
            for folder in self._made_above:
                durable.remove_empty_folders(folder, folder.parent)
            raise

    def _sweep(self) -> None:
        """Remove what an earlier, killed change left half written."""
        for file_id in list(self._medium.all_names()):
            if is_leftover(file_id):
                durable.remove_quietly(self.root.joinpath(*file_id))
        self._medium.forget()


def _folders_of(head: Head) -> tuple[str, str, str]:
    study, series = head.text(_STUDY_UID), head.text(_SERIES_UID)
    return head.raw(_PATIENT_ID).decode("latin-1") or study, study, series


def _extra(head: Head, data: Callable[[], bytes]) -> dict[int, Raw]:
    """The keys of a record that is not an image, which may lie in sequences."""
    kind = record_type(head.sop_class_uid)
    if kind in (IMAGE, ""):
        return {}
    ds = header_of(data())
    rules = KEYS[kind]
    keywords: Sequence[str] = (*rules.required, *rules.present, *rules.if_valued)
    if "ContentSequence" in keywords and "ContentSequence" in ds:
        kept = [
            item for item in ds.ContentSequence if item.get("RelationshipType") == "HAS CONCEPT MOD"
        ]
        ds.ContentSequence = kept
    if ds.get("VerificationFlag") == "VERIFIED":
        times = [i.get("VerificationDateTime") for i in ds.get("VerifyingObserverSequence") or ()]
        if any(times):
            ds.VerificationDateTime = max(time for time in times if time)
    return encode(ds, [tag_of(keyword) for keyword in keywords])
