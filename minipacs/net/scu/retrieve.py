"""Retrieval: C-MOVE has a peer send objects to a third, C-GET has it send them to us. PS3.4 annex C."""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import (
    JPEG2000,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from minipacs.dicom import part10
from minipacs.dicom.reading import text_of
from minipacs.dicom.uids import is_valid_uid
from minipacs.net import commands
from minipacs.net import status as statuses
from minipacs.net.association import (
    DEFAULT_TIMEOUTS,
    MOST_CONTEXTS,
    NATIVE,
    Cancelled,
    Context,
    Conversation,
    Offer,
    associate,
)
from minipacs.net.errors import PeerRefused
from minipacs.net.peers import Peer
from minipacs.net.scu.answers import comment_of, status_of
from minipacs.net.scu.query import Keys, identifier_of
from minipacs.net.transcript import Transcript
from minipacs.net.wire import Timeouts

log = logging.getLogger(__name__)

MOVE_CLASSES: Mapping[str, str] = {
    "PATIENT": "1.2.840.10008.5.1.4.1.2.1.2",
    "STUDY": "1.2.840.10008.5.1.4.1.2.2.2",
}
GET_CLASSES: Mapping[str, str] = {
    "PATIENT": "1.2.840.10008.5.1.4.1.2.1.3",
    "STUDY": "1.2.840.10008.5.1.4.1.2.2.3",
}

_STORAGE = "1.2.840.10008.5.1.4.1.1."
IMAGE_CLASSES: tuple[str, ...] = tuple(
    _STORAGE + tail
    for tail in (
        "1.3", "1.1", "1", "7", "77.1.4", "77.1.1", "6.1", "3.1", "7.2", "7.3", "7.4", "2",
    )
)  # fmt: skip
"""What a dental or vet chair meets: IO, DX, CR, SC, photographs, endoscopy, US, multi-frame SC, CT (cone beam)."""
OTHER_CLASSES: tuple[str, ...] = tuple(
    _STORAGE + tail
    for tail in (
        "1.3.1", "1.1.1", "1.2", "2.1", "4", "4.1", "7.1", "11.1", "12.1", "20", "66", "77.1.1.1", "77.1.2",
        "77.1.3", "77.1.4.1", "77.1.5.1", "88.11", "88.22", "88.33", "88.59", "88.67", "104.1", "104.3", "13.1.1",
        "13.1.2", "13.1.3", "128", "481.1", "66.4", "131",
    )
)  # fmt: skip
COMPRESSED: tuple[str, ...] = (
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEG2000Lossless,
    JPEG2000,
    RLELossless,
)

MOST_OBJECTS = 100_000
_UNIQUE = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")

Sink = Callable[[bytes], int]
"""Takes a whole Part 10 file, gives the status to answer; an exception is answered as a failure."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The sub-operations so far. PS3.7 9.1.3.1."""

    remaining: int = 0
    completed: int = 0
    failed: int = 0
    warning: int = 0


@dataclass(frozen=True, slots=True)
class Retrieved:
    """How a retrieval ended. `status` is the peer's last word: success, a warning (B000: some failed) or cancelled."""

    status: int
    meaning: str
    comment: str
    progress: Progress
    failed_uids: tuple[str, ...] = ()
    received: int = 0
    """C-GET: how many objects the sink took; `progress` is what the peer says."""


def move(
    peer: Peer,
    level: str,
    keys: Keys,
    destination: str,
    *,
    root: str = "STUDY",
    calling_ae: str,
    progress: Callable[[Progress], None] | None = None,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    tls: ssl.SSLContext | None = None,
    transcript: Transcript | None = None,
    cancel: threading.Event | None = None,
) -> Retrieved:
    """Have `peer` send what `keys` (unique keys, PS3.4 C.4.2.1.4) name to the AE title `destination`.

    Raises:
        PeerUnreachable, PeerRejected: it was not asked, or fell silent.
        PeerRefused: among others 0xA801, it does not know the destination.
    """
    sop_class = MOVE_CLASSES[root]
    with associate(
        peer,
        [sop_class],
        calling_ae=calling_ae,
        timeouts=timeouts,
        tls=tls,
        transcript=transcript,
        cancel=cancel,
    ) as conversation:
        context = conversation.need(sop_class)
        message_id = conversation.send(
            commands.C_MOVE_RQ,
            context,
            context.encode(identifier_of(peer, level, keys)),
            AffectedSOPClassUID=sop_class,
            Priority=0,
            MoveDestination=destination,
        )
        return _follow(conversation, context, message_id, progress)


def get(
    peer: Peer,
    level: str,
    keys: Keys,
    sink: Sink,
    *,
    root: str = "STUDY",
    calling_ae: str,
    sop_classes: Iterable[str] = (),
    most: int = MOST_OBJECTS,
    progress: Callable[[Progress], None] | None = None,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    tls: ssl.SSLContext | None = None,
    transcript: Transcript | None = None,
    cancel: threading.Event | None = None,
) -> Retrieved:
    """Have `peer` send what `keys` name to us over the same association; each object goes to `sink` as it came.

    Args:
        sink: stores a Part 10 file and gives the status for it; Success only when it is safe.
        sop_classes: what to expect; then all compressed forms of each can be offered. Without it the usual ones.
        most: a peer that sends more objects has them refused (0xA700).

    An object of another study, series or instance than `keys` name is refused (0xA900): it was not asked for.

    Raises:
        PeerUnreachable, PeerRejected, PeerRefused: as `move`.
    """
    sop_class, identifier = GET_CLASSES[root], identifier_of(peer, level, keys)
    offers = [Offer(sop_class), *_storage_offers(sop_classes)]
    with associate(
        peer,
        offers,
        calling_ae=calling_ae,
        timeouts=timeouts,
        tls=tls,
        transcript=transcript,
        cancel=cancel,
    ) as conversation:
        context = conversation.need(sop_class)
        message_id = conversation.send(
            commands.C_GET_RQ,
            context,
            context.encode(identifier),
            AffectedSOPClassUID=sop_class,
            Priority=0,
        )
        return _follow(conversation, context, message_id, progress, _Taker(identifier, sink, most))


def _storage_offers(sop_classes: Iterable[str]) -> list[Offer]:
    """Native forms of each class in one context, each compressed form of the image classes in one of its own."""
    named = tuple(dict.fromkeys(sop_classes))
    images, others = (named, ()) if named else (IMAGE_CLASSES, OTHER_CLASSES)
    offers = [Offer(one, NATIVE, as_scp=True) for one in (*images, *others)]
    for syntax in COMPRESSED:
        offers += [Offer(one, (syntax,), as_scp=True) for one in images]
    return offers[: MOST_CONTEXTS - 1]


def _follow(
    conversation: Conversation,
    context: Context,
    message_id: int,
    progress: Callable[[Progress], None] | None,
    taker: _Taker | None = None,
) -> Retrieved:
    counts = Progress()
    while True:
        try:
            used, message = conversation.receive()
        except Cancelled:
            # The peer answers what is under way and then says CANCEL.
            conversation.carry_on()
            conversation.send(commands.C_CANCEL_RQ, context, answered_id=message_id)
            continue
        if taker is not None and _is_store_request(message):
            taker.take(conversation, used, message)
            continue
        counts = _counts(message, counts)
        status = status_of(message)
        if statuses.category(status) is statuses.Category.PENDING:
            if progress is not None:
                progress(counts)
            continue
        if not statuses.is_done(status) and status != statuses.CANCELLED:
            raise PeerRefused(status, statuses.meaning(status), comment_of(message))
        failed = _failed_uids(used, message)
        received = taker.received if taker is not None else 0
        meaning = statuses.meaning(status)
        return Retrieved(status, meaning, comment_of(message), counts, failed, received)


def _is_store_request(message: Any) -> bool:
    return hasattr(message, "DataSet") and message.MessageIDBeingRespondedTo is None


class _Taker:
    """Takes the C-STORE sub-operations of one C-GET."""

    def __init__(self, identifier: Dataset, sink: Sink, most: int) -> None:
        self._sink = sink
        self._most = most
        self._asked = {
            keyword: set(text_of(identifier, keyword).split("\\"))
            for keyword in _UNIQUE
            if text_of(identifier, keyword)
        }
        self.received = 0

    def take(self, conversation: Conversation, context: Context, message: Any) -> None:
        """The object with a head of our own before the bytes as they came."""
        sop_class = str(message.AffectedSOPClassUID or "")
        sop_instance = str(message.AffectedSOPInstanceUID or "")
        status = statuses.INVALID_INSTANCE
        if sop_class != context.abstract_syntax:
            status = statuses.CLASS_INSTANCE_CONFLICT
        elif self.received >= self._most:
            status = statuses.OUT_OF_RESOURCES
        elif is_valid_uid(sop_instance):
            head = part10.file_head(
                sop_class, sop_instance, context.transfer_syntax, conversation.peer.ae_title
            )
            status = self._sunk(head, message)
        self.received += statuses.is_done(status)
        conversation.send(
            commands.C_STORE_RQ | commands.RESPONSE,
            context,
            answered_id=message.MessageID,
            AffectedSOPClassUID=sop_class or None,
            AffectedSOPInstanceUID=sop_instance or None,
            Status=status,
        )

    def _sunk(self, head: bytes, message: Any) -> int:
        data = head + (message.DataSet.getvalue() if message.DataSet is not None else b"")
        try:
            if self._asked and not self._is_asked_for(part10.header(data)):
                log.warning("a C-GET brought an object that was not asked for")
                return statuses.DOES_NOT_MATCH_CLASS
            return int(self._sink(data))
        except Exception as problem:  # noqa: BLE001 - whatever fails here is this object's failure
            log.warning("an object of a C-GET was not stored: %s", type(problem).__name__)
            return statuses.status_for(problem)

    def _is_asked_for(self, ds: Dataset) -> bool:
        return all(text_of(ds, keyword) in wanted for keyword, wanted in self._asked.items())


def _counts(message: Any, before: Progress) -> Progress:
    def number(name: str, otherwise: int) -> int:
        found = getattr(message, f"NumberOf{name}Suboperations", None)
        return int(found) if found is not None else otherwise

    return Progress(
        number("Remaining", 0),
        number("Completed", before.completed),
        number("Failed", before.failed),
        number("Warning", before.warning),
    )


def _failed_uids(context: Context, message: Any) -> tuple[str, ...]:
    stream = getattr(message, "Identifier", None)
    if stream is None:
        return ()
    try:
        identifier: Dataset = context.decode(stream)
    except part10.Unreadable:
        return ()
    text = text_of(identifier, "FailedSOPInstanceUIDList")
    return tuple(uid for uid in text.split("\\") if uid)
