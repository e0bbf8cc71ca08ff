"""File-sets on a medium: create, add, remove, list, check, import. The way into this room.

PS3.10 and PS3.11. What is written is read back and compared before it is reported; the DICOMDIR is replaced in one
step after everything that it references is safe on the medium.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from minipacs.clock import Clock
from minipacs.dicom import pixels
from minipacs.dicom.uids import UidPolicy
from minipacs.media import dicomdir, pdi
from minipacs.media.checking import check
from minipacs.media.content import content_of, list_
from minipacs.media.directory import parse_directory
from minipacs.media.errors import (
    AlreadyAFileSet,
    BadSelection,
    Cancelled,
    MediumFull,
    ProfileRefused,
    told_plainly,
)
from minipacs.media.importing import import_
from minipacs.media.medium import Medium
from minipacs.media.names import is_valid_file_set_id
from minipacs.media.ports import Cancel, Images, Progress
from minipacs.media.profiles import profile as profile_named
from minipacs.media.profiles.base import Profile
from minipacs.media.report import MediaReport
from minipacs.media.scan import NotDicom, scan_bytes, scan_file
from minipacs.media.session import Session

__all__ = ["add", "check", "create", "import_", "list_", "rebuild", "remove"]

_MAX_PROBLEMS = 50
_ROOM_EACH = 1024
"""Bytes for the record, the hash and the folder entry of an image."""
_ROOM_BESIDE = 16 << 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """An instance to be written."""

    uid: str
    size: int


def create(
    archive: Images,
    target: Path,
    *,
    studies: Sequence[str] = (),
    all_: bool = False,
    empty: bool = False,
    profile: str = "STD-GEN-CD",
    file_set_id: str = "",
    clock: Clock,
    uids: UidPolicy,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    with_pages: bool = False,
) -> MediaReport:
    """Write a new file-set.

    Args:
        target: the medium's root, or a folder to be made; other files in it stay.
        studies, all_, empty: one of them says what to write.
        profile: what may be on it; see `minipacs.media.profiles`.
        file_set_id: a short label, up to 16 of A-Z, 0-9, _ and space.
        with_pages: add the IHE PDI pages: README.TXT, INDEX.HTM and previews.

    Raises:
        BadSelection, AlreadyAFileSet, ProfileRefused: refused before anything was written.
        MediumFull, MediumFailed, VerifyFailed, Cancelled: what was written was taken away again.
        ArchiveError: a stored instance is damaged or gone.
    """
    chosen = profile_named(profile)
    if not is_valid_file_set_id(file_set_id):
        raise BadSelection("a File-set ID has up to 16 characters of A-Z, 0-9, _ and space")
    if target.is_dir() and Medium(target).directory() is not None:
        raise AlreadyAFileSet(target)
    wanted = _selection(archive, studies, all_=all_, empty=empty)
    _refuse_early(archive, wanted, chosen)
    session = Session(target, chosen, uids, file_set_id)
    writing = _Writing(archive, session, clock, progress, cancel, with_pages=with_pages)
    return writing.run(session.begin, wanted)


def add(
    archive: Images,
    folder: Path,
    *,
    studies: Sequence[str] = (),
    all_: bool = False,
    profile: str = "STD-GEN-CD",
    file_set_id: str = "",
    clock: Clock,
    uids: UidPolicy,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    with_pages: bool | None = None,
) -> MediaReport:
    """Add studies to the file-set of a folder, ours or anyone's; what is on it already is left alone.

    Args:
        file_set_id: a new label; default is the one that it has.
        with_pages: as in `create`; None keeps pages where there are some.

    Raises:
        NotAFileSet, DamagedDirectory: there is nothing to add to.
        As `create` otherwise; the file-set is then as it was.
    """
    chosen = profile_named(profile)
    if not is_valid_file_set_id(file_set_id):
        raise BadSelection("a File-set ID has up to 16 characters of A-Z, 0-9, _ and space")
    wanted = _selection(archive, studies, all_=all_, empty=False)
    _refuse_early(archive, wanted, chosen)
    session = Session(folder, chosen, uids, file_set_id)
    pages = pdi.has_pages(folder) if with_pages is None else with_pages
    writing = _Writing(archive, session, clock, progress, cancel, with_pages=pages)
    return writing.run(session.resume, wanted)


def remove(
    folder: Path,
    *,
    studies: Sequence[str] = (),
    series: Sequence[str] = (),
    instances: Sequence[str] = (),
    profile: str = "STD-GEN-CD",
    clock: Clock,
    uids: UidPolicy,
) -> MediaReport:
    """Take studies, series or instances off the file-set of a folder.

    Raises:
        BadSelection: none of them is on it.
        As `add` otherwise.
    """
    chosen = profile_named(profile)
    asked = {*studies, *series, *instances}
    session = Session(folder, chosen, uids, "")
    with told_plainly(), session.undone_on_failure():
        session.resume()
        gone = [
            entry
            for entry in session.entries
            if asked & {entry.head.text(0x0020000D), entry.head.text(0x0020000E)}
            or entry.head.sop_instance_uid in asked
        ]
        if not gone:
            raise BadSelection("none of that is on the medium; `media list` shows what is")
        session.drop(gone)
        directory = session.directory()
        if pdi.has_pages(folder):
            content = content_of(parse_directory(directory.data))
            pdi.write_pages(session, content, clock())
        for _ in session.verify():
            continue
        session.commit(directory)
        if pdi.has_pages(folder):
            pdi.remove_previews(folder, [entry.file_id for entry in gone])
        return _report(session, directory, removed=len(gone))


def rebuild(folder: Path, *, profile: str = "STD-GEN-CD", uids: UidPolicy) -> MediaReport:
    """Write the DICOMDIR of a folder anew from its own files: those referenced, or all where there is none.

    Raises:
        ProfileRefused: a file has no place in the file-set.
        As `add` otherwise.
    """
    session = Session(folder, profile_named(profile), uids, "")
    with told_plainly(), session.undone_on_failure():
        if Medium(folder).directory() is None:
            session.begin()
            session.take_all()
        else:
            session.resume()
        directory = session.directory()
        for _ in session.verify():
            continue
        session.commit(directory)
        return _report(session, directory)


class _Writing:
    """One create or add, from the selection to the report."""

    def __init__(
        self,
        archive: Images,
        session: Session,
        clock: Clock,
        progress: Progress | None,
        cancel: Cancel | None,
        *,
        with_pages: bool,
    ) -> None:
        self._archive = archive
        self._session = session
        self._clock = clock
        self._progress = progress
        self._cancel = cancel
        self._with_pages = with_pages
        self._transcoded = 0
        self._done = 0

    def run(self, start: Callable[[], None], wanted: Sequence[Wanted]) -> MediaReport:
        session = self._session
        needed = _room(wanted)
        free = _free_bytes(session.root)
        with told_plainly(free, needed), session.undone_on_failure():
            start()
            present = session.has()
            new = [item for item in wanted if item.uid not in present]
            needed = _room(new)
            if free < needed:
                raise MediumFull(free >> 20, -(-needed >> 20))
            for item in new:
                self._put(item, len(new))
            directory = session.directory()
            if directory.mixed_studies:
                raise ProfileRefused(
                    session.profile.name,
                    [f"study {uid} has images of more than one patient; correct it in the archive "
                     "first" for uid in directory.mixed_studies],
                )  # fmt: skip
            if self._with_pages:
                content = content_of(parse_directory(directory.data))
                pdi.write_pages(session, content, self._clock())
            for _ in session.verify():
                self._step(len(new))
            session.commit(directory)
        return _report(
            session,
            directory,
            written=len(new),
            already=len(wanted) - len(new),
            transcoded=self._transcoded,
        )

    def _put(self, item: Wanted, total: int) -> None:
        data = self._archive.read(item.uid)
        data, changed = _in_allowed_syntax(data, item.uid, self._session.profile)
        self._transcoded += changed
        file_id = self._session.put(data)
        if self._with_pages:
            pdi.write_preview(self._session, file_id, data)
        self._step(total)

    def _step(self, files: int) -> None:
        if self._cancel is not None and self._cancel():
            raise Cancelled
        self._done = min(self._done + 1, 2 * files)
        if self._progress is not None:
            self._progress(self._done, 2 * files)


def _selection(archive: Images, studies: Sequence[str], *, all_: bool, empty: bool) -> list[Wanted]:
    if sum((bool(studies), all_, empty)) != 1:
        raise BadSelection("say what to write: some studies, all of them, or an empty file-set")
    if empty:
        return []
    found: list[Wanted] = []
    if all_:
        found = [Wanted(row.sop_instance_uid, row.size) for row in archive.instances()]
        if not found:
            raise BadSelection("the archive holds no image yet")
    for study in dict.fromkeys(studies):
        rows = archive.instances(study=study)
        if not rows:
            raise BadSelection(f"the archive has no study {study[:64]}")
        found += [Wanted(row.sop_instance_uid, row.size) for row in rows]
    return found


def _refuse_early(archive: Images, wanted: Sequence[Wanted], profile: Profile) -> None:
    """Look at all headers before the first byte is written, so that all problems are told at once."""
    if not wanted and not profile.empty_allowed:
        raise ProfileRefused(profile.name, ["it allows no file-set without images"])
    problems: list[str] = []
    for item in wanted:
        try:
            head = scan_file(archive.path_of(item.uid), dicomdir.WANTED)
        except (NotDicom, OSError):
            continue  # damaged: the reading, which compares the hash, says what is wrong
        problems += [f"instance {item.uid}: {problem}" for problem in profile.problems(head)]
        syntax = head.transfer_syntax_uid
        if not profile.allows_syntax(syntax) and syntax not in pixels.readable():
            problems.append(f"instance {item.uid}: its transfer syntax {syntax} is not allowed, and "
                            "cannot be decoded here")  # fmt: skip
        if len(problems) >= _MAX_PROBLEMS:
            break
    if problems:
        raise ProfileRefused(profile.name, problems)


def _in_allowed_syntax(data: bytes, uid: str, profile: Profile) -> tuple[bytes, bool]:
    try:
        syntax = scan_bytes(data, dicomdir.WANTED).transfer_syntax_uid
    except NotDicom as why:
        raise ProfileRefused(profile.name, [f"instance {uid}: {why}"]) from why
    if profile.allows_syntax(syntax):
        return data, False
    try:
        return pixels.transcode(data, profile.transfer_syntaxes[0]), True
    except (pixels.CannotDisplay, pixels.CannotTranscode) as why:
        raise ProfileRefused(profile.name, [f"instance {uid}: {why}"]) from why


def _room(wanted: Sequence[Wanted]) -> int:
    return sum(item.size + _ROOM_EACH for item in wanted) + _ROOM_BESIDE


def _free_bytes(folder: Path) -> int:
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    return shutil.disk_usage(existing).free


def _report(
    session: Session,
    directory: dicomdir.Directory,
    *,
    written: int = 0,
    removed: int = 0,
    already: int = 0,
    transcoded: int = 0,
) -> MediaReport:
    warnings = list(session.warnings)
    warnings += [
        f"study {uid} names more than one patient; it is listed under the first"
        for uid in directory.mixed_studies
    ]
    return MediaReport(
        folder=session.root,
        profile=session.profile.name,
        file_set_id=session.file_set_id,
        file_set_uid=session.file_set_uid,
        patients=directory.patients,
        studies=directory.studies,
        series=directory.series,
        instances=directory.instances,
        written=written,
        verified=session.verified,
        removed=removed,
        already=already,
        transcoded=transcoded,
        bytes_written=session.bytes_written,
        warnings=tuple(warnings),
    )
