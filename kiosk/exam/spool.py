"""The spool: a frame is safe here before anything is made of it, and stays until the archive has it.

pending/<id>.frame       one exposure; <id>.note beside it says that it was moved to another slot or rejected
rejected/<id>.frame      a retake keeps the picture it replaces, with its coded reason in the note
quarantine/<id>.frame    frames without a valid token, and what was found torn; never given to a patient by itself
exams/<id>.json          the journal of each exam that is not closed (kiosk.exam.journal)
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import logging
import re
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from kiosk.exam import disk
from kiosk.exam.envelope import Envelope, open_sealed, read_header, seal
from kiosk.exam.errors import DamagedEntry, SpoolFailed, SpoolFull
from kiosk.exam.plain import from_plain, to_plain
from kiosk.exam.token import Token
from minipacs.clock import Clock
from minipacs.dicom.model import Code, Details, Frame, Shot

log = logging.getLogger(__name__)

RESERVE_BYTES = 200_000_000
_NAME = re.compile(r"[0-9a-z-]{1,64}\Z")
_MB = 1_000_000


@dataclass(frozen=True)
class Rejection:
    """Why a picture was not kept."""

    reason: Code
    operator: str
    at: dt.datetime


@dataclass(frozen=True)
class Note:
    """What was decided about a frame after its token was fixed. The token itself never changes."""

    slot: str = ""
    """The slot it was moved to; empty when it stayed."""
    shot: Shot | None = None
    details: Details = field(default_factory=dict)
    rejection: Rejection | None = None
    reason: str = ""
    """Why it is in quarantine, for files that were not sealed as such."""


@dataclass(frozen=True)
class SpoolEntry:
    """One frame on the disk; `frame` is without its pixels."""

    entry_id: str
    token: Token | None
    spooled_at: dt.datetime
    path: Path
    frame: Frame
    note: Note = Note()
    reason: str = ""
    """Why it is in quarantine."""
    shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Torn:
    """A file in quarantine that is no whole frame."""

    entry_id: str
    path: Path
    reason: str


class Spool:
    """A folder of frames that are not in the archive yet.

    Args:
        folder: made when missing, readable for this user only.
        clock: gives the time of arrival.
        reserve_bytes: what must stay free on the disk for an exposure to be allowed.
        free_bytes: free space of the file system of a folder.
        new_name: names frames that have no token.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        reserve_bytes: int = RESERVE_BYTES,
        free_bytes: Callable[[Path], int] | None = None,
        new_name: Callable[[], str] | None = None,
    ) -> None:
        self.folder = folder
        self._clock = clock
        self._reserve = reserve_bytes
        self._free_bytes = free_bytes or (lambda path: shutil.disk_usage(path).free)
        self._new_name = new_name or (lambda: uuid.uuid4().hex)
        self._pending = folder / "pending"
        self.rejects = folder / "rejected"
        self._quarantine = folder / "quarantine"
        self.exams = folder / "exams"
        for room in (self._pending, self.rejects, self._quarantine, self.exams):
            try:
                disk.make_folder(room)
            except OSError as problem:
                raise SpoolFailed(_why(problem)) from problem
        self._sweep()

    def check_room(self, expected_bytes: int = 20 * _MB) -> None:
        """Called before each exposure: is there room for the picture, and can it be written at all?

        Raises:
            SpoolFull: less than the reserve would remain.
            SpoolFailed: a file cannot be written there.
        """
        try:
            free = self._free_bytes(self._pending)
            probe = self._pending / f"{self._new_name()}.probe"
            probe.write_bytes(b"probe")
            probe.unlink()
        except OSError as problem:
            raise SpoolFailed(_why(problem)) from problem
        needed = self._reserve + expected_bytes
        if free < needed:
            raise SpoolFull(free // _MB, needed // _MB)

    def put(
        self,
        frame: Frame,
        token: Token | None,
        *,
        quarantine_reason: str = "",
        received_at: dt.datetime | None = None,
    ) -> SpoolEntry:
        """Make a frame safe: when this returns, file and folder are synced.

        A frame without a token, or with a reason, goes into the quarantine; its token, if it has one, is kept
        as evidence only.

        Raises:
            SpoolFailed: nothing is in place; the caller still has the frame and must try again.
        """
        if token is None and not quarantine_reason:
            quarantine_reason = "it came without a token"
        name = self._new_name() if token is None or quarantine_reason else token.identifier
        folder = self._quarantine if quarantine_reason else self._pending
        path = folder / f"{_checked(name)}.frame"
        at = received_at or self._clock()
        if path.exists():
            raise SpoolFailed("a picture of this token is there already")
        try:
            disk.write_durably(path, seal(name, frame, token, at, quarantine_reason))
        except OSError as problem:
            # Its folder could not be synced, so the caller keeps the frame: it must not be in its own way.
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            raise SpoolFailed(_why(problem)) from problem
        light = dataclasses.replace(frame, pixels=None, jpeg=None)
        shape = () if frame.pixels is None else frame.pixels.shape
        return SpoolEntry(name, token, at, path, light, reason=quarantine_reason, shape=shape)

    def entries(self) -> list[SpoolEntry]:
        """The frames that wait for a decision, oldest first. A torn file goes to quarantine, the rest goes on."""
        return self._list(self._pending)

    def rejected(self) -> list[SpoolEntry]:
        """The frames that were rejected, oldest first, each with its reason in the note."""
        return self._list(self.rejects)

    def quarantined(self) -> list[SpoolEntry]:
        """Whole frames that belong to nobody yet, oldest first."""
        return self._list(self._quarantine)

    def torn(self) -> list[Torn]:
        """What was found cut off or changed; kept for a person to look at."""
        return [
            Torn(path.stem, path, self._note_of(path).reason or "it is damaged")
            for path in sorted(self._quarantine.glob("*.torn"))
        ]

    def load(self, entry_id: str) -> tuple[Frame, Token | None]:
        """A frame with its pixels, checked against its digest, from wherever it lies in the spool.

        Raises:
            DamagedEntry: the file is torn or changed; a pending one is moved to quarantine.
            KeyError: there is none of that id.
        """
        path = self._find(entry_id)
        try:
            frame, envelope = open_sealed(path)
        except DamagedEntry as problem:
            self._set_aside(path, problem.reason)
            raise
        return frame, envelope.token

    def write_note(self, entry_id: str, note: Note) -> None:
        """Remember a decision about a pending frame, durably.

        Raises:
            SpoolFailed: it could not be written; nothing changed.
        """
        path = self._pending / f"{_checked(entry_id)}.note"
        text = json.dumps(to_plain(note), ensure_ascii=False).encode()
        self._guarded(lambda: disk.write_durably(path, [text]))

    def reject(self, entry_id: str, rejection: Rejection, note: Note | None = None) -> None:
        """Keep a frame as rejected, with its reason. The note is the decision; the move follows from it.

        Raises:
            SpoolFailed: it could not be written; the frame stays undecided.
        """
        note = dataclasses.replace(note or Note(), rejection=rejection)
        self.write_note(entry_id, note)
        self._guarded(lambda: self._move(entry_id, self._pending, self.rejects))

    def release(self, entry_id: str) -> None:
        """Drop a pending frame: only after the archive said that it has the image. Twice is harmless."""
        name = _checked(entry_id)
        self._guarded(lambda: disk.remove_durably(self._pending / f"{name}.frame"))
        (self._pending / f"{name}.note").unlink(missing_ok=True)

    def drop_quarantined(self, entry_id: str) -> None:
        """Drop a frame from quarantine, after it was adopted under a token of its own."""
        path = self._quarantine / f"{_checked(entry_id)}.frame"
        self._guarded(lambda: disk.remove_durably(path))

    def free_bytes(self) -> int:
        """Free space where the spool lies."""
        return self._free_bytes(self._pending)

    def _sweep(self) -> None:
        """What a killed program left: whole parts become entries, torn ones go to quarantine, moves are ended."""
        for folder in (self._pending, self._quarantine):
            for part in sorted(folder.glob("*.frame.part")):
                try:
                    open_sealed(part)
                except (DamagedEntry, OSError):
                    self._set_aside(part, "the program ended while it was written")
                else:
                    disk.move_durably(part, part.with_name(part.name.removesuffix(".part")))
            for junk in (*folder.glob("*.note.part"), *folder.glob("*.probe")):
                junk.unlink(missing_ok=True)
        for note in sorted(self._pending.glob("*.note")):
            self._guarded(partial(self._settle, note))

    def _settle(self, note: Path) -> None:
        """End what a note decided: a rejected frame goes to the rejects, a note without its frame follows or goes."""
        if note.with_suffix(".frame").exists():
            if self._note_of(note).rejection is not None:
                self._move(note.stem, self._pending, self.rejects)
        elif (self.rejects / f"{note.stem}.frame").exists():
            disk.move_durably(note, self.rejects / note.name)
        else:
            disk.remove_durably(note)

    def _move(self, entry_id: str, source: Path, target: Path) -> None:
        for suffix in (".frame", ".note"):
            path = source / f"{entry_id}{suffix}"
            if path.exists():
                disk.move_durably(path, target / path.name)

    def _list(self, folder: Path) -> list[SpoolEntry]:
        found = []
        for path in sorted(folder.glob("*.frame")):
            try:
                envelope = read_header(path)
            except DamagedEntry as problem:
                self._set_aside(path, problem.reason)
            except OSError as problem:
                log.warning("spool entry %s cannot be read: %s", path.stem, _why(problem))
            else:
                found.append(self._entry(path, envelope))
        return sorted(found, key=lambda entry: (entry.spooled_at, entry.entry_id))

    def _entry(self, path: Path, envelope: Envelope) -> SpoolEntry:
        note = self._note_of(path)
        return SpoolEntry(
            path.stem,
            envelope.token,
            envelope.spooled_at,
            path,
            envelope.frame,
            note,
            envelope.quarantine_reason or note.reason,
            envelope.shape,
        )

    def _note_of(self, path: Path) -> Note:
        try:
            text = path.with_suffix(".note").read_text(encoding="utf-8")
            return from_plain(Note, json.loads(text))
        except FileNotFoundError:
            return Note()
        except (OSError, ValueError) as problem:
            log.warning("the note of spool entry %s cannot be read: %s", path.stem, problem)
            return Note()

    def _find(self, entry_id: str) -> Path:
        name = f"{_checked(entry_id)}.frame"
        for folder in (self._pending, self._quarantine, self.rejects):
            if (folder / name).exists():
                return folder / name
        raise KeyError(entry_id)

    def _set_aside(self, path: Path, reason: str) -> None:
        """Move a damaged file to quarantine as `.torn`; never throws, since it runs while others are listed."""
        name = path.name.split(".", 1)[0]
        target = self._quarantine / f"{name}.torn"
        if target.exists():
            target = self._quarantine / f"{name}-{_checked(self._new_name())[:8]}.torn"
        log.warning("spool entry %s is damaged and was set aside", name)
        with contextlib.suppress(OSError):
            disk.move_durably(path, target)
            text = json.dumps(to_plain(Note(reason=reason)))
            disk.write_durably(target.with_suffix(".note"), [text.encode()])

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except OSError as problem:
            raise SpoolFailed(_why(problem)) from problem


def _checked(name: str) -> str:
    if _NAME.match(name) is None:
        raise ValueError("a spool name is made of small letters, digits and dashes")
    return name


def _why(problem: OSError) -> str:
    """What went wrong, without a path in it."""
    return problem.strerror or type(problem).__name__
