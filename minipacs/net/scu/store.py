"""Storage: objects to a peer, each with its own status. PS3.4 annex B."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from minipacs.dicom import part10, pixels
from minipacs.dicom.errors import DicomError
from minipacs.dicom.reading import text_of
from minipacs.net import commands
from minipacs.net import status as statuses
from minipacs.net.association import (
    DEFAULT_TIMEOUTS,
    MOST_CONTEXTS,
    NATIVE,
    Cancelled,
    Context,
    Conversation,
    NothingAccepted,
    Offer,
    open_conversation,
)
from minipacs.net.peers import Peer
from minipacs.net.scu.answers import comment_of, status_of
from minipacs.net.transcript import Transcript
from minipacs.net.wire import Timeouts

Pair = tuple[str, str]
"""(SOP class, transfer syntax)."""

_LOOK_AHEAD_OBJECTS = 500
_LOOK_AHEAD_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class StoreResult:
    """What became of one object. `ok` is the peer's own word for it and nothing else."""

    sop_class_uid: str
    sop_instance_uid: str
    status: int
    meaning: str
    comment: str = ""
    """The peer's Error Comment, or why the object was not sent."""
    ok: bool = False
    """Stored: success, or a warning (Bxxx)."""
    sent: bool = True
    """False when it never left: not readable, or in no form that the peer accepts."""
    transfer_syntax: str = ""
    """What it was sent in; other than its own when the peer did not take that."""


@dataclass(frozen=True)
class Parcel:
    """An object ready to be sent, or the reason why it is not."""

    data: bytes
    sop_class_uid: str = ""
    sop_instance_uid: str = ""
    transfer_syntax: str = ""
    offset: int = 0
    """Where the data set begins in `data`."""
    trouble: str = ""

    @property
    def pair(self) -> Pair:
        """What has to be negotiated for it."""
        return self.sop_class_uid, self.transfer_syntax


def parcel_of(source: bytes | Path) -> Parcel:
    """A Part 10 file, or its path, as something to send."""
    try:
        data = source.read_bytes() if isinstance(source, Path) else source
    except OSError as problem:
        return Parcel(b"", trouble=f"the file cannot be read: {problem.strerror}")
    try:
        scan = part10.scan(data)
    except part10.Unreadable as problem:
        return Parcel(b"", trouble=f"it is not a DICOM object: {problem}")
    sop_class = text_of(scan.dataset, "SOPClassUID")
    sop_instance = text_of(scan.dataset, "SOPInstanceUID")
    if not sop_class or not sop_instance:
        return Parcel(b"", trouble="it has no SOP Class UID or no SOP Instance UID")
    return Parcel(data, sop_class, sop_instance, scan.transfer_syntax, scan.dataset_offset)


def store(
    peer: Peer,
    objects: Iterable[bytes | Path],
    *,
    calling_ae: str,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    tls: ssl.SSLContext | None = None,
    transcript: Transcript | None = None,
    cancel: threading.Event | None = None,
) -> Iterator[StoreResult]:
    """Send objects; give each one's result, in their order, as soon as the peer has answered.

    An object goes out with the very bytes that it has. Where the peer does not take its transfer syntax it is
    decompressed, never compressed with loss. A refused object does not stop the others. Setting `cancel` ends it;
    what had no result by then was not stored for certain.

    Raises:
        PeerUnreachable: no connection, or it broke; the objects with a result are stored, the others may not be.
        PeerRejected: the peer does not associate.
    """
    with StoreSession(
        peer,
        calling_ae=calling_ae,
        timeouts=timeouts,
        tls=tls,
        transcript=transcript,
        cancel=cancel,
    ) as session:
        for parcels in _windows(objects):
            session.expect(parcel.pair for parcel in parcels if not parcel.trouble)
            for parcel in parcels:
                if cancel is not None and cancel.is_set():
                    return
                try:
                    result = session.send(parcel)
                except Cancelled:
                    return
                yield result


class StoreSession:
    """Sends objects one by one over as few associations as possible.

    `expect` tells what will come, so that it is negotiated in one go; what was not expected costs one association
    more. Use it as a context manager; it is for one thread.

    Args:
        move_originator: (AE title, message ID) of the C-MOVE that the objects answer, PS3.7 9.1.1.1.
    """

    def __init__(
        self,
        peer: Peer,
        *,
        calling_ae: str,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        tls: ssl.SSLContext | None = None,
        transcript: Transcript | None = None,
        cancel: threading.Event | None = None,
        move_originator: tuple[str, int] | None = None,
    ) -> None:
        self._peer = peer
        self._calling_ae = calling_ae
        self._timeouts = timeouts
        self._tls = tls
        self._transcript = transcript
        self._cancel = cancel
        self._originator = move_originator
        self._expected: dict[Pair, None] = {}
        self._proposed: frozenset[Pair] = frozenset()
        self._conversation: Conversation | None = None

    def __enter__(self) -> StoreSession:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._conversation is None:
            return
        if error is None:
            self._conversation.leave()
        else:
            self._conversation.abort()

    @property
    def is_associated(self) -> bool:
        """Whether there is or was an association for the last object: a failure then was its end, not its beginning."""
        return self._conversation is not None

    def expect(self, pairs: Iterable[Pair]) -> None:
        """What will be sent next; the oldest expectations give way when there are too many."""
        for pair in pairs:
            self._expected.pop(pair, None)
            self._expected[pair] = None

    def send(self, source: bytes | Path | Parcel) -> StoreResult:
        """Send one object.

        Raises:
            PeerUnreachable: no connection, or it broke before the peer had answered.
            PeerRejected: the peer does not associate.
            Cancelled: the cancel event was set.
        """
        parcel = source if isinstance(source, Parcel) else parcel_of(source)
        if parcel.trouble:
            return _unsent(parcel, statuses.CANNOT_UNDERSTAND, parcel.trouble)
        conversation = self._conversation_for(parcel.pair)
        context = (
            conversation.context_for(parcel.sop_class_uid, parcel.transfer_syntax)
            if conversation
            else None
        )
        if conversation is not None and context is None:
            context, parcel = _other_form(conversation, parcel)
        if conversation is None or context is None:
            why = parcel.trouble or "not sent: the peer does not take objects of this SOP class"
            return _unsent(parcel, statuses.SOP_CLASS_NOT_SUPPORTED, why)
        answer = conversation.call(
            commands.C_STORE_RQ,
            context,
            memoryview(parcel.data)[parcel.offset :],
            AffectedSOPClassUID=parcel.sop_class_uid,
            AffectedSOPInstanceUID=parcel.sop_instance_uid,
            Priority=0,
            MoveOriginatorApplicationEntityTitle=self._originator and self._originator[0],
            MoveOriginatorMessageID=self._originator and self._originator[1],
        )
        status = status_of(answer)
        return StoreResult(
            parcel.sop_class_uid,
            parcel.sop_instance_uid,
            status,
            statuses.meaning(status),
            comment_of(answer),
            ok=statuses.is_done(status),
            transfer_syntax=context.transfer_syntax,
        )

    def _conversation_for(self, pair: Pair) -> Conversation | None:
        """The association in which `pair` was proposed; None when the peer takes nothing of it."""
        known = pair in self._proposed
        if known and self._conversation is None:
            return None
        if known and self._conversation is not None and self._conversation.is_open:
            return self._conversation
        if self._conversation is not None:
            self._conversation.leave()
            self._conversation = None
        self.expect([pair])
        offers, self._proposed = _offers(list(self._expected))
        try:
            self._conversation = open_conversation(
                self._peer,
                offers,
                calling_ae=self._calling_ae,
                timeouts=self._timeouts,
                tls=self._tls,
                transcript=self._transcript,
                cancel=self._cancel,
            )
        except NothingAccepted:
            self._conversation = None
        except BaseException:
            self._proposed = frozenset()
            raise
        return self._conversation


def _offers(expected: list[Pair]) -> tuple[list[Offer], frozenset[Pair]]:
    """One context per class and syntax, so that the peer can choose all of them, and the native ones to fall back on.

    Returns:
        The offers, and the pairs of `expected` that they cover: the newest, when not all have room.
    """
    chosen: dict[str, list[str]] = {}
    covered: set[Pair] = set()
    count = 0
    for sop_class, syntax in reversed(expected):
        syntaxes = chosen.get(sop_class, [])
        wanted = [one for one in (syntax, *NATIVE) if one not in syntaxes]
        if count + len(wanted) > MOST_CONTEXTS:
            break
        chosen[sop_class] = [*syntaxes, *wanted]
        covered.add((sop_class, syntax))
        count += len(wanted)
    offers = [
        Offer(sop_class, (syntax,)) for sop_class, found in chosen.items() for syntax in found
    ]
    return offers, frozenset(covered)


def _other_form(conversation: Conversation, parcel: Parcel) -> tuple[Context | None, Parcel]:
    """The object in a native syntax that the peer does take; the pixels stay what they are."""
    for syntax in (ExplicitVRLittleEndian, ImplicitVRLittleEndian):
        context = conversation.context_for(parcel.sop_class_uid, syntax)
        if context is None:
            continue
        try:
            changed = parcel_of(pixels.transcode(parcel.data, syntax))
        except Exception as problem:  # noqa: BLE001 - any codec, any defect: this object only
            what = str(problem) if isinstance(problem, DicomError) else type(problem).__name__
            why = f"not sent: the peer wants it decompressed, which fails: {what}"
            return None, _troubled(parcel, why)
        return context, changed
    return None, parcel


def _troubled(parcel: Parcel, why: str) -> Parcel:
    return Parcel(
        b"", parcel.sop_class_uid, parcel.sop_instance_uid, parcel.transfer_syntax, trouble=why
    )


def _unsent(parcel: Parcel, status: int, why: str) -> StoreResult:
    return StoreResult(
        parcel.sop_class_uid,
        parcel.sop_instance_uid,
        status,
        statuses.meaning(status),
        why,
        sent=False,
        transfer_syntax=parcel.transfer_syntax,
    )


def _windows(objects: Iterable[bytes | Path]) -> Iterator[list[Parcel]]:
    """The objects in runs that fit the memory, to know of each run what has to be negotiated."""
    window: list[Parcel] = []
    size = 0
    for source in objects:
        parcel = parcel_of(source)
        window.append(parcel)
        size += len(parcel.data)
        if size >= _LOOK_AHEAD_BYTES or len(window) >= _LOOK_AHEAD_OBJECTS:
            yield window
            window, size = [], 0
    if window:
        yield window
