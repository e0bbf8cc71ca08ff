"""Query: C-FIND in Patient Root or Study Root, matches as they come. PS3.4 annex C."""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Iterator, Mapping

from pydicom.dataset import Dataset

from minipacs.dicom.part10 import Unreadable
from minipacs.net import commands
from minipacs.net import status as statuses
from minipacs.net.association import (
    DEFAULT_TIMEOUTS,
    Cancelled,
    Context,
    Conversation,
    associate,
)
from minipacs.net.errors import PeerRefused, PeerUnreachable
from minipacs.net.peers import Peer
from minipacs.net.scu.answers import comment_of, status_of
from minipacs.net.transcript import Transcript
from minipacs.net.wire import Timeouts

log = logging.getLogger(__name__)

FIND_CLASSES: Mapping[str, str] = {
    "PATIENT": "1.2.840.10008.5.1.4.1.2.1.1",
    "STUDY": "1.2.840.10008.5.1.4.1.2.2.1",
}
"""Query/Retrieve root -> SOP class of its FIND."""
LEVELS = ("PATIENT", "STUDY", "SERIES", "IMAGE")
UTF_8 = "ISO_IR 192"

Keys = Dataset | Mapping[str, str]
"""A query: an identifier, or DICOM keyword -> value ("" asks for the attribute back)."""

_LAST_WORDS = 10.0
"""Seconds that a peer has to end a query that we cancelled."""


def find(
    peer: Peer,
    level: str,
    keys: Keys,
    *,
    root: str = "STUDY",
    calling_ae: str,
    limit: int = 0,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    tls: ssl.SSLContext | None = None,
    transcript: Transcript | None = None,
    cancel: threading.Event | None = None,
) -> Iterator[Dataset]:
    """The peer's matches, each as soon as it comes.

    Args:
        level: PATIENT, STUDY, SERIES or IMAGE.
        keys: what to match and what to give back.
        root: PATIENT or STUDY.
        limit: end the query after so many matches; 0 is all.
        cancel: when set the query is cancelled at the peer, and the matches end.

    Raises:
        PeerUnreachable, PeerRejected: no association, or no answer.
        PeerRefused: the peer refused or failed.
    """
    sop_class = FIND_CLASSES[root]
    identifier = identifier_of(peer, level, keys)
    with associate(
        peer,
        [sop_class],
        calling_ae=calling_ae,
        timeouts=timeouts,
        tls=tls,
        transcript=transcript,
        cancel=cancel,
    ) as conversation:
        yield from matches(conversation, sop_class, identifier, limit=limit)


def identifier_of(peer: Peer, level: str, keys: Keys) -> Dataset:
    """The identifier of a query or retrieval at `level`, in the peer's character set."""
    if level not in LEVELS:
        raise ValueError(f"there is no level {level!r}, only {', '.join(LEVELS)}")
    ds = Dataset()
    if isinstance(keys, Dataset):
        ds.update(keys)
    else:
        for keyword, value in keys.items():
            setattr(ds, keyword, value)
    ds.QueryRetrieveLevel = level
    if "SpecificCharacterSet" not in ds:
        ds.SpecificCharacterSet = peer.character_set or UTF_8
    return ds


def matches(
    conversation: Conversation, sop_class: str, identifier: Dataset, *, limit: int = 0
) -> Iterator[Dataset]:
    """The matches of one C-FIND in an association that is open already. PS3.7 9.1.2.

    Raises:
        PeerUnreachable, PeerRefused: as `find`.
    """
    context = conversation.need(sop_class)
    message_id = conversation.send(
        commands.C_FIND_RQ,
        context,
        context.encode(identifier),
        AffectedSOPClassUID=sop_class,
        Priority=0,
    )
    count = 0
    while True:
        try:
            used, answer = conversation.receive()
        except Cancelled:
            _cancel(conversation, context, message_id)
            return
        status = status_of(answer)
        if getattr(answer, "MessageIDBeingRespondedTo", None) != message_id:
            conversation.abort()
            raise PeerUnreachable(conversation.peer, "it answered something that was not asked")
        if statuses.category(status) is not statuses.Category.PENDING:
            if not statuses.is_done(status) and status != statuses.CANCELLED:
                raise PeerRefused(status, statuses.meaning(status), comment_of(answer))
            return
        try:
            match = used.decode(answer.Identifier)
        except Unreadable as problem:
            log.warning("%s sent a match that cannot be read: %s", conversation.peer, problem)
            continue
        yield match
        count += 1
        if limit and count >= limit:
            _cancel(conversation, context, message_id)
            return


def _cancel(conversation: Conversation, context: Context, message_id: int) -> None:
    """Ask the peer to stop and read on to its last word, so that the association ends in order. PS3.7 9.3.2.3."""
    conversation.carry_on()
    conversation.send(commands.C_CANCEL_RQ, context, answered_id=message_id)
    while True:
        _, answer = conversation.receive(_LAST_WORDS)
        if statuses.category(status_of(answer)) is not statuses.Category.PENDING:
            return
