"""One table of DIMSE statuses: what a number means, and whether it is good news. PS3.7 annex C, PS3.4 B, C, F, J, K."""

from __future__ import annotations

from enum import Enum

from minipacs.archive import errors as archive_errors
from minipacs.dicom.part10 import Unreadable

SUCCESS = 0x0000
NO_SUCH_ATTRIBUTE = 0x0105
INVALID_ATTRIBUTE_VALUE = 0x0106
PROCESSING_FAILURE = 0x0110
DUPLICATE_INSTANCE = 0x0111
DUPLICATE_INVOCATION = 0x0210
NO_SUCH_INSTANCE = 0x0112
NO_SUCH_EVENT = 0x0113
INVALID_ARGUMENT = 0x0115
INVALID_INSTANCE = 0x0117
NO_SUCH_SOP_CLASS = 0x0118
CLASS_INSTANCE_CONFLICT = 0x0119
MISSING_ATTRIBUTE = 0x0120
MISSING_ATTRIBUTE_VALUE = 0x0121
SOP_CLASS_NOT_SUPPORTED = 0x0122
NO_SUCH_ACTION = 0x0123
NOT_AUTHORISED = 0x0124
UNRECOGNISED_OPERATION = 0x0211
RESOURCE_LIMITATION = 0x0213
OUT_OF_RESOURCES = 0xA700
CANNOT_COUNT_MATCHES = 0xA701
CANNOT_PERFORM_SUBOPERATIONS = 0xA702
MOVE_DESTINATION_UNKNOWN = 0xA801
DOES_NOT_MATCH_CLASS = 0xA900
SUBOPERATIONS_WITH_FAILURES = 0xB000
CANNOT_UNDERSTAND = 0xC000
UNABLE_TO_PROCESS = 0xC001
CANCELLED = 0xFE00
PENDING = 0xFF00
PENDING_OPTIONAL_KEYS = 0xFF01


class Category(Enum):
    """What a status means for whoever asked."""

    SUCCESS = "success"
    WARNING = "warning"
    FAILURE = "failure"
    CANCEL = "cancel"
    PENDING = "pending"


_MEANINGS: dict[int, str] = {
    0x0000: "success",
    0x0001: "done, some optional attributes are not supported",
    0x0105: "no such attribute",
    0x0106: "invalid attribute value",
    0x0107: "done, but some attributes were not taken",
    0x0110: "the peer failed to process it, or the object is closed",
    0x0111: "an object of that UID already exists",
    0x0112: "no object of that UID exists",
    0x0113: "no such event type",
    0x0114: "no such argument",
    0x0115: "invalid argument value",
    0x0116: "done, but a value was out of range",
    0x0117: "the SOP Instance UID breaks the rules for UIDs",
    0x0118: "no such SOP class",
    0x0119: "the object is of another SOP class",
    0x0120: "a required attribute is missing",
    0x0121: "a required attribute has no value",
    0x0122: "the SOP class is not supported",
    0x0123: "no such action",
    0x0124: "not authorised",
    0x0210: "the message ID is already in use",
    0x0211: "unrecognised operation",
    0x0212: "mistyped argument",
    0x0213: "resource limitation",
    0xA700: "out of resources",
    0xA701: "out of resources, the matches cannot be counted",
    0xA702: "out of resources, the sub-operations cannot be performed",
    0xA801: "the move destination is unknown",
    0xA900: "the data set does not match the SOP class",
    0xB000: "done with warnings: elements coerced, or some sub-operations failed",
    0xB006: "stored, elements were discarded",
    0xB007: "stored, the data set does not match the SOP class",
    0xB600: "memory allocation is not supported",
    0xB601: "no such preset layout",
    0xB602: "no such preset layout",
    0xB604: "printed, the image was magnified or demagnified",
    0xB605: "printed, the requested density range was not possible",
    0xB609: "printed, the image was cropped to fit",
    0xB60A: "printed, the image was decimated to fit",
    0xFE00: "cancelled",
    0xFF00: "pending",
    0xFF01: "pending, some optional keys are not supported",
}


def category(status: int) -> Category:
    """Whether `status` is success, warning, failure, cancel or pending. PS3.7 C: unknown numbers are failures."""
    if status == SUCCESS:
        return Category.SUCCESS
    if status in (PENDING, PENDING_OPTIONAL_KEYS):
        return Category.PENDING
    if status == CANCELLED:
        return Category.CANCEL
    if status in (0x0001, 0x0107, 0x0116) or 0xB000 <= status <= 0xBFFF:
        return Category.WARNING
    return Category.FAILURE


def is_done(status: int) -> bool:
    """Whether the peer did it: success, or success with a warning (Bxxx, 0107, 0116 are never failures)."""
    return category(status) in (Category.SUCCESS, Category.WARNING)


def meaning(status: int) -> str:
    """What `status` means, as a short clause."""
    found = _MEANINGS.get(status)
    if found is not None:
        return found
    if 0xA700 <= status <= 0xA7FF:
        return _MEANINGS[0xA700]
    if 0xA900 <= status <= 0xA9FF:
        return _MEANINGS[0xA900]
    if 0xC000 <= status <= 0xCFFF:
        return "the peer cannot understand or process it"
    if 0xB000 <= status <= 0xBFFF:
        return "done with a warning"
    return "unknown status"


# Most derived first: the first that fits is taken.
_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (archive_errors.StorageFull, OUT_OF_RESOURCES),
    (archive_errors.DuplicateStep, DUPLICATE_INSTANCE),
    (archive_errors.UnknownStep, NO_SUCH_INSTANCE),
    (archive_errors.Missing, NO_SUCH_INSTANCE),
    (archive_errors.StepClosed, PROCESSING_FAILURE),
    (archive_errors.BadQuery, DOES_NOT_MATCH_CLASS),
    # The disk or the database failed: the peer should keep its object and try again.
    (archive_errors.Damaged, OUT_OF_RESOURCES),
    (Unreadable, CANNOT_UNDERSTAND),
)
_STEP_KINDS = {
    "missing": MISSING_ATTRIBUTE,
    "value": INVALID_ATTRIBUTE_VALUE,
    "attribute": NO_SUCH_ATTRIBUTE,
}


def status_for(problem: Exception) -> int:
    """The status to answer when a request ended in that exception; never Success."""
    if isinstance(problem, archive_errors.Refused):
        return DOES_NOT_MATCH_CLASS if problem.mismatch else CANNOT_UNDERSTAND
    if isinstance(problem, archive_errors.BadStep):
        return _STEP_KINDS.get(problem.kind, INVALID_ATTRIBUTE_VALUE)
    for kind, status in _STATUSES:
        if isinstance(problem, kind):
            return status
    return PROCESSING_FAILURE


def comment_for(problem: Exception) -> str:
    """The Error Comment (0000,0902) to go with it: at most 64 characters, no value of a patient, no path."""
    if isinstance(problem, archive_errors.StorageFull):
        return "the archive disk is full"
    if isinstance(problem, archive_errors.Damaged):
        return "the archive's disk or database fails"
    if isinstance(problem, archive_errors.BadQuery | archive_errors.BadStep):
        return f"{problem.keyword}: {problem.why}"[:64]
    if isinstance(problem, archive_errors.StepClosed):
        # PS3.4 F.7.2.2.3 gives this text.
        return "Performed Procedure Step Object may no longer be updated"
    if isinstance(problem, archive_errors.Refused):
        return problem.reason[:64]
    return meaning(status_for(problem))[:64]
