"""Storage Commitment: may we rely on the peer to keep these objects? PS3.4 annex J."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset

from minipacs.dicom.reading import items_of, text_of
from minipacs.net import commands
from minipacs.net import status as statuses
from minipacs.net.association import DEFAULT_TIMEOUTS, Context, Conversation, associate
from minipacs.net.errors import PeerUnreachable
from minipacs.net.peers import Peer
from minipacs.net.scu.answers import check
from minipacs.net.transcript import Transcript
from minipacs.net.wire import Timeouts

COMMITMENT = "1.2.840.10008.1.20.1"
COMMITMENT_INSTANCE = "1.2.840.10008.1.20.1.1"
"""The well-known instance that requests and reports are about."""

Reference = tuple[str, str]
"""(SOP class, SOP instance)."""


@dataclass(frozen=True, slots=True)
class Report:
    """A peer's N-EVENT-REPORT about one of our requests. PS3.4 J.3.3."""

    transaction_uid: str
    committed: tuple[Reference, ...]
    failed: tuple[tuple[str, str, int], ...]
    """(SOP class, SOP instance, Failure Reason)."""


def request(
    peer: Peer,
    transaction_uid: str,
    refs: Sequence[Reference],
    *,
    calling_ae: str,
    wait: float = 0.0,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    tls: ssl.SSLContext | None = None,
    transcript: Transcript | None = None,
    cancel: threading.Event | None = None,
) -> Report | None:
    """Ask a peer to commit itself to objects.

    Args:
        transaction_uid: names this request; the report bears it.
        refs: the objects.
        wait: seconds to keep the association open for the report. Most peers report later, over an association of
            their own, to our listener.

    Returns:
        The report, when it came in time.

    Raises:
        PeerUnreachable, PeerRejected, PeerRefused: the peer did not take the request.
    """
    with associate(
        peer,
        [COMMITMENT],
        calling_ae=calling_ae,
        timeouts=timeouts,
        tls=tls,
        transcript=transcript,
        cancel=cancel,
    ) as conversation:
        context = conversation.need(COMMITMENT)
        message_id = conversation.send(
            commands.N_ACTION_RQ,
            context,
            context.encode(request_dataset(transaction_uid, refs)),
            RequestedSOPClassUID=COMMITMENT,
            RequestedSOPInstanceUID=COMMITMENT_INSTANCE,
            ActionTypeID=1,
        )
        return _hear(conversation, message_id, transaction_uid, wait)


def request_dataset(transaction_uid: str, refs: Sequence[Reference]) -> Dataset:
    """The Action Information of a request, PS3.4 table J.3-1."""
    ds = Dataset()
    ds.TransactionUID = transaction_uid
    items = []
    for sop_class, sop_instance in refs:
        item = Dataset()
        item.ReferencedSOPClassUID = sop_class
        item.ReferencedSOPInstanceUID = sop_instance
        items.append(item)
    ds.ReferencedSOPSequence = items
    return ds


def report_of(information: Dataset) -> Report:
    """The Event Information of a report, PS3.4 table J.3-2, as values; what is missing in it is left out."""
    committed = tuple(_reference(item) for item in items_of(information, "ReferencedSOPSequence"))
    failed = tuple(
        (*_reference(item), _reason(item)) for item in items_of(information, "FailedSOPSequence")
    )
    return Report(text_of(information, "TransactionUID"), committed, failed)


def _reference(item: Dataset) -> Reference:
    return text_of(item, "ReferencedSOPClassUID"), text_of(item, "ReferencedSOPInstanceUID")


def _reason(item: Dataset) -> int:
    text = text_of(item, "FailureReason")
    return int(text) if text.isdigit() else statuses.PROCESSING_FAILURE


def _hear(
    conversation: Conversation, message_id: int, transaction_uid: str, wait: float
) -> Report | None:
    """The answer to the request must come; the report may come before it, soon after, or another time."""
    answered = False
    report: Report | None = None
    deadline = time.monotonic() + wait
    while not answered or (report is None and time.monotonic() < deadline):
        try:
            left = max(0.05, deadline - time.monotonic()) if answered else None
            context, message = conversation.receive(left)
        except PeerUnreachable:
            if not answered:
                raise
            # Taken, but no report here: the peer has hung up, or reports later.
            return report
        if hasattr(message, "EventTypeID") and message.MessageIDBeingRespondedTo is None:
            heard = _answer_report(conversation, context, message)
            report = heard if heard.transaction_uid == transaction_uid else report
        elif message.MessageIDBeingRespondedTo == message_id:
            check(message)
            answered = True
    return report


def _answer_report(conversation: Conversation, context: Context, message: Any) -> Report:
    report = report_of(context.decode(message.EventInformation))
    conversation.send(
        commands.N_EVENT_REPORT_RQ | commands.RESPONSE,
        context,
        answered_id=message.MessageID,
        AffectedSOPClassUID=COMMITMENT,
        AffectedSOPInstanceUID=COMMITMENT_INSTANCE,
        EventTypeID=message.EventTypeID,
        Status=statuses.SUCCESS,
    )
    return report
