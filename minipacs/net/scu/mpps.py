"""Modality Performed Procedure Step: say what is being done and what came of it. PS3.4 annex F."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset

from minipacs.net import commands
from minipacs.net.association import DEFAULT_TIMEOUTS, Conversation, associate
from minipacs.net.peers import Peer
from minipacs.net.scu.answers import Answer, check
from minipacs.net.transcript import Transcript
from minipacs.net.wire import Timeouts

PERFORMED_STEP = "1.2.840.10008.3.1.2.3.3"
PERFORMED_STEP_RETRIEVE = "1.2.840.10008.3.1.2.3.4"


@dataclass(frozen=True, slots=True)
class Message:
    """One message about a step. `kind` is create or set."""

    kind: str
    uid: str
    dataset: Dataset


def create(
    peer: Peer,
    uid: str,
    ds: Dataset,
    *,
    calling_ae: str,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    tls: ssl.SSLContext | None = None,
    transcript: Transcript | None = None,
) -> Answer:
    """N-CREATE: a step has begun. `ds` is the attribute list (minipacs.dicom.performed_step).

    Raises:
        PeerRefused: among others 0x0111, the peer has a step of that UID already.
        PeerUnreachable, PeerRejected: it was not asked.
    """
    with associate(
        peer,
        [PERFORMED_STEP],
        calling_ae=calling_ae,
        timeouts=timeouts,
        tls=tls,
        transcript=transcript,
    ) as conversation:
        return send(conversation, Message("create", uid, ds))


def set_(
    peer: Peer,
    uid: str,
    ds: Dataset,
    *,
    calling_ae: str,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    tls: ssl.SSLContext | None = None,
    transcript: Transcript | None = None,
) -> Answer:
    """N-SET: more about a step, or its end. `ds` is the modification list.

    Raises:
        PeerRefused: among others 0x0110, the step is over already, and 0x0112, there is none of that UID.
        PeerUnreachable, PeerRejected: it was not asked.
    """
    with associate(
        peer,
        [PERFORMED_STEP],
        calling_ae=calling_ae,
        timeouts=timeouts,
        tls=tls,
        transcript=transcript,
    ) as conversation:
        return send(conversation, Message("set", uid, ds))


def send(conversation: Conversation, message: Message) -> Answer:
    """One message over an association that is open already.

    Raises:
        PeerRefused, PeerUnreachable: as `create` and `set_`.
    """
    context = conversation.need(PERFORMED_STEP)
    data = context.encode(message.dataset)
    if message.kind == "create":
        answer = conversation.call(
            commands.N_CREATE_RQ,
            context,
            data,
            AffectedSOPClassUID=PERFORMED_STEP,
            AffectedSOPInstanceUID=message.uid,
        )
    else:
        answer = conversation.call(
            commands.N_SET_RQ,
            context,
            data,
            RequestedSOPClassUID=PERFORMED_STEP,
            RequestedSOPInstanceUID=message.uid,
        )
    return check(answer, context.decode(getattr(answer, "AttributeList", None)))


def get(
    peer: Peer,
    uid: str,
    *,
    calling_ae: str,
    tags: Sequence[int] = (),
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    tls: ssl.SSLContext | None = None,
    transcript: Transcript | None = None,
) -> Answer:
    """N-GET: what the peer knows of a step, in `dataset`; all attributes, or those of `tags`.

    Raises:
        PeerRefused: 0x0112 when there is no step of that UID.
        PeerUnreachable, PeerRejected: it was not asked.
    """
    with associate(
        peer,
        [PERFORMED_STEP_RETRIEVE],
        calling_ae=calling_ae,
        timeouts=timeouts,
        tls=tls,
        transcript=transcript,
    ) as conversation:
        context = conversation.need(PERFORMED_STEP_RETRIEVE)
        answer = conversation.call(
            commands.N_GET_RQ,
            context,
            RequestedSOPClassUID=PERFORMED_STEP_RETRIEVE,
            RequestedSOPInstanceUID=uid,
            AttributeIdentifierList=tuple(tags) or None,
        )
        return check(answer, context.decode(getattr(answer, "AttributeList", None)))
