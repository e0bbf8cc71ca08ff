"""What went wrong, for the person at the chair: what happened, what to do, and a code for the one who helps.

One table turns an exception into a `Problem`. It goes by the name of the exception's class (and of its bases), so
that this leaf needs no room above it; data of the exception is used by attribute, never its text, which may hold a
path or worse.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kiosk.i18n import NO_TEXT, Text, text


@dataclass(frozen=True)
class Problem:
    """A failure in three parts. `what` and `what_to_do` are sentences, `code` is short and stable."""

    code: str
    what: Text
    what_to_do: Text = NO_TEXT
    serious: bool = True
    """Serious ones come as a card to be read; others as a line that goes away by itself."""


class ToldProblem(Exception):
    """Raise where the sentence is already known; carries its Problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


Row = Callable[[BaseException], Problem]


def _value(error: BaseException, name: str, otherwise: object = "?") -> object:
    found = getattr(error, name, otherwise)
    return otherwise if found in (None, "") else found


def _peer(error: BaseException) -> object:
    peer = getattr(error, "peer", None)
    return getattr(peer, "ae_title", peer) or "?"


def _full(error: BaseException) -> Problem:
    return Problem(
        "DISK-FULL",
        text("The archive's disk is full: {free} MB are free.", free=_value(error, "free_mb")),
        text(
            "Nothing is lost: what was stored is safe, and a picture that was taken is kept aside. "
            "Free {needed} MB on that disk, then try again. Do not expose before that.",
            needed=_value(error, "needed_mb"),
        ),
    )


def _damaged(error: BaseException) -> Problem:
    return Problem(
        "FILE-DAMAGED",
        text("A stored file is not what was written."),
        text("Do not rely on this image. Run the check of the archive and restore the backup."),
    )


def _missing(error: BaseException) -> Problem:
    return Problem(
        "IMAGE-MISSING",
        text("This image is listed, but its file is not there."),
        text("Run the check of the archive and restore the file from the backup."),
    )


def _refused(error: BaseException) -> Problem:
    return Problem(
        "REFUSED",
        text("The archive did not take the image."),
        text("The picture is kept aside. Note the code and call the one who looks after the node."),
    )


def _bad_request(error: BaseException) -> Problem:
    if _value(error, "keyword") == "PhotometricInterpretation":
        return Problem(
            "COLOUR",
            text("This picture has colour, and an X-ray position takes grey ones only."),
            text(
                "It is kept, but cannot be stored here. Press Retake and export it in grey; "
                "colour pictures go into a photo series or a document."
            ),
        )
    return Problem(
        "IMAGE-DATA",
        text(
            "The image lacks something it must have: {keyword}.", keyword=_value(error, "keyword")
        ),
        text("Complete the patient, the order or the settings, then accept again."),
    )


def _unreachable(error: BaseException) -> Problem:
    return Problem(
        "NODE-UNREACHABLE",
        text("{peer} does not answer.", peer=_peer(error)),
        text("Check network and power of that system. Exams go on; messages wait in the outbox."),
    )


def _rejected(error: BaseException) -> Problem:
    return Problem(
        "NODE-REJECTS",
        text("{peer} does not accept a connection from this station.", peer=_peer(error)),
        text("Its AE title list must name this station. Ask the one who looks after that system."),
    )


def _peer_refused(error: BaseException) -> Problem:
    status = getattr(error, "status", None)
    shown = f"{status:04X}H" if isinstance(status, int) else "?"
    return Problem(
        "NODE-REFUSED",
        text("The other system refused, status {status}.", status=shown),
        text("Nothing was changed there. It stays in the outbox; look there for the reason."),
    )


def _picture(error: BaseException) -> Problem:
    return Problem(
        "PICTURE-REFUSED",
        text("This picture cannot be taken over."),
        text("Save it as PNG, TIFF or JPEG and try again."),
    )


def _cannot_display(error: BaseException) -> Problem:
    return Problem(
        "NOT-DISPLAYABLE",
        text("This image is stored in a compression that cannot be shown here."),
        text("It is kept unchanged and can be sent and exported."),
        serious=False,
    )


def _spool(error: BaseException) -> Problem:
    return Problem(
        "SPOOL",
        text("The picture could not be written to the safe folder."),
        text("Do not expose again. Free space on the disk, then press Try again."),
    )


def _source(error: BaseException) -> Problem:
    return Problem(
        "SOURCE",
        text("The sensor or camera does not work."),
        text("Check its cable, then arm again. Other sources can be chosen in the settings."),
    )


def _source_settings(error: BaseException) -> Problem:
    return Problem(
        "SETTINGS",
        text("The settings file has something wrong in it: {key}.", key="capture.source"),
        text("Name a source that there is, with what it needs, then start again."),
    )


def _medium(error: BaseException) -> Problem:
    return Problem(
        "MEDIUM",
        text("The medium was not written."),
        text("Check that it is there, has space and is not write-protected, then start again."),
    )


def _medium_full(error: BaseException) -> Problem:
    return Problem(
        "MEDIUM-FULL",
        text("The medium has not enough room."),
        text("Use a larger one, or write fewer studies."),
    )


def _profile(error: BaseException) -> Problem:
    return Problem(
        "PROFILE",
        text("This profile does not allow some of these images."),
        text("Choose another profile; General CD takes all kinds."),
    )


def _already(error: BaseException) -> Problem:
    return Problem(
        "MEDIUM-IN-USE",
        text("This folder is a medium already."),
        text("Choose an empty folder."),
    )


def _not_verified(error: BaseException) -> Problem:
    return Problem(
        "MEDIUM-BAD",
        text("What was read back is not what was written."),
        text("Do not hand this medium out. Use another one."),
    )


def _cannot_listen(error: BaseException) -> Problem:
    return Problem(
        "PORT",
        text("The node cannot listen: its port is taken."),
        text("Close the program that uses it, perhaps a second Chairside, or change the port."),
    )


def _newer(error: BaseException) -> Problem:
    return Problem(
        "NEWER-ARCHIVE",
        text("This archive was written by a newer version."),
        text("Install that version; nothing was changed."),
    )


def _settings(error: BaseException) -> Problem:
    return Problem(
        "SETTINGS",
        text("The settings file has something wrong in it: {key}.", key=_value(error, "key")),
        text("Mend that line, then start again."),
    )


def _not_saved(error: BaseException) -> Problem:
    return Problem(
        "NOT-SAVED",
        text("A picture is not saved to the disk yet."),
        text("Do not expose again and do not switch off. Free space, then press Save again."),
    )


def _busy(error: BaseException) -> Problem:
    return Problem(
        "POSITION-BUSY",
        text("This position cannot take a picture now."),
        text("Accept or retake the picture in it first, or choose another position."),
        serious=False,
    )


def _needs_tooth(error: BaseException) -> Problem:
    return Problem(
        "NO-TOOTH",
        text("Nobody has said yet which teeth this position shows."),
        text("Press Arm and choose the teeth first."),
        serious=False,
    )


def _other_patient(error: BaseException) -> Problem:
    return Problem(
        "OTHER-PATIENT",
        text("This picture was armed for another patient."),
        text("Open an exam of that patient, and put it there."),
    )


def _closed(error: BaseException) -> Problem:
    return Problem(
        "EXAM-CLOSED",
        text("This exam is finished."),
        text("Start another exam for further pictures."),
        serious=False,
    )


def _invalid(error: BaseException) -> Problem:
    findings = getattr(error, "findings", ())
    keyword = findings[0].keyword if findings else "?"
    return Problem(
        "IMAGE-INVALID",
        text("The image would not be valid DICOM: {keyword}.", keyword=keyword),
        text("The picture is kept. Complete the settings or the order, then accept again."),
    )


def _unresolved(error: BaseException) -> Problem:
    return Problem(
        "UNDECIDED",
        text("There are pictures that are neither accepted nor rejected."),
        text("Decide on each of them, then finish."),
        serious=False,
    )


def _nothing_stored(error: BaseException) -> Problem:
    return Problem(
        "NOTHING-STORED",
        text("No picture of this exam was kept."),
        text("Accept a picture, or discontinue the exam with a reason."),
        serious=False,
    )


def _template(error: BaseException) -> Problem:
    return Problem(
        "TEMPLATE",
        text("A mount file in the templates folder is wrong: {name}.", name=_value(error, "name")),
        text("Mend or remove that file, then start again."),
    )


def _files(error: BaseException) -> Problem:
    if getattr(error, "errno", None) == errno.ENOSPC:
        return Problem(
            "DISK-FULL",
            text("The disk is full."),
            text("Free space on that disk, then try again. Do not expose again."),
        )
    return Problem(
        "FILES",
        text("A file or folder could not be read or written."),
        text("Check that the disk is there and that this user may write to it, then try again."),
    )


ROWS: Mapping[str, Row] = MappingProxyType(
    {
        "StorageFull": _full,
        "Damaged": _damaged,
        "Missing": _missing,
        "Refused": _refused,
        "BadRequest": _bad_request,
        "PeerUnreachable": _unreachable,
        "PeerRejected": _rejected,
        "PeerRefused": _peer_refused,
        "PictureRefused": _picture,
        "CannotDisplay": _cannot_display,
        "SpoolFull": _full,
        "SpoolFailed": _spool,
        "NotSaved": _not_saved,
        "SlotBusy": _busy,
        "NeedsTooth": _needs_tooth,
        "OtherPatient": _other_patient,
        "ExamClosed": _closed,
        "InvalidImage": _invalid,
        "Unresolved": _unresolved,
        "NothingStored": _nothing_stored,
        "BadTemplate": _template,
        "UnknownSource": _source_settings,
        "BadSourceSettings": _source_settings,
        "CaptureError": _source,
        "CannotListen": _cannot_listen,
        "NewerArchive": _newer,
        "SettingsWrong": _settings,
        "MediumFull": _medium_full,
        "ProfileRefused": _profile,
        "AlreadyAFileSet": _already,
        "VerifyFailed": _not_verified,
        "DamagedEntry": _damaged,
        "MediaError": _medium,
        "OSError": _files,
    }
)
"""Class name -> row; the most derived class that stands here is used."""


def problem_of(error: BaseException, rows: Mapping[str, Row] = ROWS) -> Problem:
    """The Problem for an exception; unknown ones get their class name as the code."""
    if isinstance(error, ToldProblem):
        return error.problem
    for cls in type(error).__mro__:
        row = rows.get(cls.__name__)
        if row is not None:
            return row(error)
    return Problem(
        f"INTERNAL-{type(error).__name__}",
        text("Something went wrong inside the program."),
        text("What was stored is safe. Go on; if it comes back, note the code and report it."),
    )
