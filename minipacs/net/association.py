"""One conversation with a peer as its client: associate, ask, hear the answers, always leave properly."""

from __future__ import annotations

import contextlib
import ipaddress
import queue
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import evt
from pynetdicom.ae import ApplicationEntity
from pynetdicom.pdu_primitives import A_ASSOCIATE
from pynetdicom.presentation import PresentationContext, build_context, build_role
from pynetdicom.transport import AddressInformation

from minipacs.dicom import part10
from minipacs.net.conversation import Cancelled, Context, Conversation, reason_of
from minipacs.net.ear import Ear
from minipacs.net.errors import PeerRejected, PeerUnreachable
from minipacs.net.peers import Peer, check_ae_title
from minipacs.net.transcript import Transcript
from minipacs.net.wire import ClientAssociation, ClientSocket, Timeouts
from minipacs.workers import start_thread

__all__ = [
    "DEFAULT_TIMEOUTS",
    "MOST_CONTEXTS",
    "NATIVE",
    "Cancelled",
    "Context",
    "Conversation",
    "NothingAccepted",
    "Offer",
    "Timeouts",
    "associate",
    "open_conversation",
]

NATIVE: tuple[str, ...] = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
"""The transfer syntaxes of everything but images; Implicit VR must always be offered (PS3.5 10.1)."""
MOST_CONTEXTS = 128
"""Presentation context IDs are the odd numbers to 255 (PS3.8 9.3.2.2)."""
DEFAULT_TIMEOUTS = Timeouts()


class NothingAccepted(PeerRejected):
    """The peer is there and knows us, but has none of the services that were offered."""

    def __init__(self, peer: Peer) -> None:
        super().__init__(peer, "it offers none of the services that were asked for")


@dataclass(frozen=True, slots=True)
class Offer:
    """A presentation context to propose.

    `as_scp` asks the peer to let us be the SCP of it, as C-GET needs (PS3.7 D.3.3.4).
    """

    abstract_syntax: str
    transfer_syntaxes: tuple[str, ...] = NATIVE
    as_scp: bool = False


@contextlib.contextmanager
def associate(
    peer: Peer,
    offers: Iterable[Offer | str],
    *,
    calling_ae: str,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    tls: ssl.SSLContext | None = None,
    cancel: threading.Event | None = None,
    transcript: Transcript | None = None,
) -> Iterator[Conversation]:
    """Associate with a peer and leave it properly at the end, whatever happens in between.

    Args:
        peer: whom to call.
        offers: up to 128 presentation contexts; a plain UID is offered in the native syntaxes.
        calling_ae: our AE title.
        timeouts: how long each wait may last.
        tls: wraps the connection; the certificate must be good for `peer.host`.
        cancel: when set, waits end with Cancelled within a quarter of a second.
        transcript: is told each message, both ways; costs nothing while nobody listens to it.

    Raises:
        PeerUnreachable: no connection, no answer in time, or the connection broke.
        PeerRejected: the peer did not want the association, or none of the offers.
        BadAddress: an AE title is not valid.
    """
    conversation = open_conversation(
        peer,
        offers,
        calling_ae=calling_ae,
        timeouts=timeouts,
        tls=tls,
        cancel=cancel,
        transcript=transcript,
    )
    try:
        yield conversation
    except BaseException:
        conversation.abort()
        raise
    conversation.leave()


def open_conversation(
    peer: Peer,
    offers: Iterable[Offer | str],
    *,
    calling_ae: str,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    tls: ssl.SSLContext | None = None,
    cancel: threading.Event | None = None,
    transcript: Transcript | None = None,
) -> Conversation:
    """As `associate`, for a caller that leaves or aborts it itself."""
    wanted = [Offer(offer) if isinstance(offer, str) else offer for offer in offers]
    if not 1 <= len(wanted) <= MOST_CONTEXTS:
        raise ValueError(f"{len(wanted)} presentation contexts, can be 1 to {MOST_CONTEXTS}")
    if cancel is not None and cancel.is_set():
        raise Cancelled
    addresses = _addresses(peer, timeouts.connect)
    assoc = _prepared(peer, wanted, check_ae_title(calling_ae), timeouts)
    named_tls = (tls, peer.host) if tls is not None else None
    assoc.set_socket(ClientSocket(assoc, addresses, timeouts, named_tls))
    ear = Ear(transcript, peer) if transcript is not None else None
    if ear is not None:
        assoc.bind(evt.EVT_DIMSE_RECV, ear.heard)
        ear.event("out", "A-ASSOCIATE-RQ")
    try:
        assoc.request()
        _check_accepted(assoc, peer, timeouts)
        assoc.settle()
    except BaseException as problem:
        assoc.kill()
        if ear is not None:
            ear.refused(problem)
        raise
    if ear is not None:
        ear.event("in", "A-ASSOCIATE-AC")
    return Conversation(assoc, peer, timeouts, cancel, ear)


def _prepared(
    peer: Peer, offers: Sequence[Offer], calling_ae: str, timeouts: Timeouts
) -> ClientAssociation:
    ae = ApplicationEntity(calling_ae)
    ae.acse_timeout = timeouts.acse
    ae.dimse_timeout = timeouts.dimse
    ae.network_timeout = timeouts.network
    assoc = ClientAssociation(ae)
    assoc.requestor.ae_title = calling_ae
    assoc.requestor.address_info = AddressInformation("127.0.0.1", 0)
    assoc.requestor.implementation_class_uid = UID(part10.IMPLEMENTATION_CLASS_UID)
    assoc.requestor.implementation_version_name = part10.IMPLEMENTATION_VERSION_NAME
    assoc.acceptor.ae_title = peer.ae_title
    assoc.acceptor.address_info = AddressInformation("127.0.0.1", peer.port)
    assoc.requestor.requested_contexts = [
        _proposed(number, offer) for number, offer in enumerate(offers)
    ]
    for abstract_syntax in dict.fromkeys(one.abstract_syntax for one in offers if one.as_scp):
        assoc.requestor.add_negotiation_item(build_role(abstract_syntax, scp_role=True))
    return assoc


def _proposed(number: int, offer: Offer) -> PresentationContext:
    context = build_context(offer.abstract_syntax, list(offer.transfer_syntaxes))
    context.context_id = 2 * number + 1
    return context


def _addresses(peer: Peer, seconds: float) -> list[tuple[Any, ...]]:
    """What the host name stands for. A resolver that hangs is waited for no longer than a connection."""
    try:
        ipaddress.ip_address(peer.host)
    except ValueError:
        pass
    else:
        return _resolve(peer)
    found: queue.Queue[list[tuple[Any, ...]] | PeerUnreachable] = queue.Queue()

    def look_up() -> None:
        try:
            found.put(_resolve(peer))
        except PeerUnreachable as problem:
            found.put(problem)

    start_thread("resolve", look_up)
    try:
        answer = found.get(timeout=seconds)
    except queue.Empty:
        raise PeerUnreachable(peer, "the name server does not answer") from None
    if isinstance(answer, PeerUnreachable):
        raise answer
    return answer


def _resolve(peer: Peer) -> list[tuple[Any, ...]]:
    try:
        found = socket.getaddrinfo(peer.host, peer.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        why = f"no address is known for the host {peer.host}; check the name in the peer list"
        raise PeerUnreachable(peer, why) from None
    # IPv4 first: most DICOM nodes listen on nothing else.
    return sorted(found, key=lambda entry: entry[0] != socket.AF_INET)


def _check_accepted(assoc: ClientAssociation, peer: Peer, timeouts: Timeouts) -> None:
    answer = assoc.acceptor.primitive
    if assoc.is_established:
        announced = assoc.acceptor.maximum_length
        if announced and announced < 128:
            raise PeerRejected(peer, f"it takes PDUs of {announced} bytes only")
        return
    if assoc.is_rejected and isinstance(answer, A_ASSOCIATE):
        raise PeerRejected(peer, _rejection(answer), transient=answer.result == 0x02)
    if isinstance(answer, A_ASSOCIATE) and answer.result == 0x00:
        raise NothingAccepted(peer)
    problem = assoc.wire.problem
    if problem is not None:
        raise PeerUnreachable(peer, reason_of(problem)) from problem
    why = "it ended the connection instead of answering"
    if assoc.gave_up:
        why = f"it took the connection but did not answer within {timeouts.acse:g} s"
    raise PeerUnreachable(peer, f"{why}; check that this port speaks DICOM")


_REJECTIONS = {
    (1, 2): "it does not speak DICOM's application context",
    (1, 3): "it does not know our AE title; have it added there",
    (1, 7): "it has another AE title; check it in the peer list",
    (2, 2): "it does not support this protocol version",
    (3, 1): "it is congested; try again later",
    (3, 2): "it has no more room for associations; try again later",
}
"""(source, reason) of PS3.8 table 9-21 in words."""


def _rejection(answer: A_ASSOCIATE) -> str:
    key = (int(answer.result_source or 0), int(answer.diagnostic or 0))
    return _REJECTIONS.get(key, "it gave no reason; look into its log")
