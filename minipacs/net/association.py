"""One conversation with a peer as its client: associate, ask, hear the answers, always leave properly."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom.ae import ApplicationEntity
from pynetdicom.pdu_primitives import A_ABORT, A_ASSOCIATE, A_P_ABORT, A_RELEASE
from pynetdicom.presentation import PresentationContext, build_context, build_role
from pynetdicom.transport import AddressInformation

from minipacs.dicom import part10
from minipacs.net import commands
from minipacs.net.errors import NetError, PeerRejected, PeerUnreachable
from minipacs.net.peers import Peer, check_ae_title
from minipacs.net.wire import ClientAssociation, ClientSocket, Timeouts
from minipacs.workers import start_thread

log = logging.getLogger(__name__)

NATIVE: tuple[str, ...] = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
"""The transfer syntaxes of everything but images; Implicit VR must always be offered (PS3.5 10.1)."""
MOST_CONTEXTS = 128
"""Presentation context IDs are the odd numbers to 255 (PS3.8 9.3.2.2)."""
DEFAULT_TIMEOUTS = Timeouts()

_LOOK_AROUND = 0.25


class Cancelled(NetError):
    """The caller's cancel event was set; the association has been ended."""

    def __init__(self) -> None:
        super().__init__("cancelled")


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


@dataclass(frozen=True, slots=True)
class Context:
    """A presentation context that the peer accepted."""

    context_id: int
    abstract_syntax: str
    transfer_syntax: str

    @property
    def implicit(self) -> bool:
        """Whether data sets in it have no VRs."""
        return self.transfer_syntax == ImplicitVRLittleEndian

    def encode(self, ds: Dataset) -> bytes:
        """A data set as the context wants it.

        Raises:
            ValueError: it holds a value that cannot be encoded.
        """
        out = DicomBytesIO()
        out.is_little_endian, out.is_implicit_VR = True, self.implicit
        try:
            write_dataset(out, ds)
        except Exception as problem:  # noqa: BLE001 - pydicom raises anything on a bad value
            # Its own text may hold that value.
            why = f"the data set cannot be encoded ({type(problem).__name__})"
            raise ValueError(why) from None
        return bytes(out.getvalue())

    def decode(self, stream: BytesIO | None) -> Dataset:
        """A received data set, bounded and tolerant; an empty one where there was none.

        Raises:
            Unreadable: it is no data set.
        """
        data = stream.getvalue() if stream is not None else b""
        return part10.read(data, transfer_syntax=self.transfer_syntax) if data else Dataset()


class Conversation:
    """An open association. Not for use by two threads at the same time (PS3.7 allows one outstanding operation)."""

    def __init__(
        self,
        assoc: ClientAssociation,
        peer: Peer,
        timeouts: Timeouts,
        cancel: threading.Event | None,
    ) -> None:
        self.peer = peer
        self._assoc = assoc
        self._timeouts = timeouts
        self._cancel = cancel
        self._message_id = 0
        self._lost = False
        self.contexts: tuple[Context, ...] = tuple(
            Context(int(cx.context_id or 0), str(cx.abstract_syntax), str(cx.transfer_syntax[0]))
            for cx in assoc.accepted_contexts
        )

    @property
    def is_open(self) -> bool:
        """Whether a further request can be sent."""
        return not self._lost and self._assoc.is_open

    def context_for(self, abstract_syntax: str, transfer_syntax: str = "") -> Context | None:
        """The accepted context of that service and, if given, syntax."""
        for context in self.contexts:
            if context.abstract_syntax == abstract_syntax and transfer_syntax in (
                "",
                context.transfer_syntax,
            ):
                return context
        return None

    def context_of(self, context_id: int) -> Context | None:
        """The accepted context of that ID."""
        return next((cx for cx in self.contexts if cx.context_id == context_id), None)

    def need(self, abstract_syntax: str) -> Context:
        """The accepted context of a service that was proposed.

        Raises:
            PeerRejected: the peer does not offer it.
        """
        context = self.context_for(abstract_syntax)
        if context is None:
            raise PeerRejected(self.peer, f"it does not offer {_name(abstract_syntax)}")
        return context

    def send(
        self,
        field: int,
        context: Context,
        data: bytes | memoryview = b"",
        *,
        answered_id: int | None = None,
        **command: Any,
    ) -> int:
        """Send one DIMSE message; PS3.7 chapter 9 and 10.

        Args:
            field: Command Field (0000,0100).
            context: what to send it in.
            data: the encoded data set; empty for none.
            answered_id: Message ID Being Responded To, for a response or a C-CANCEL.
            command: the further elements of the command set by keyword; None leaves one out.

        Returns:
            The Message ID of a request, else 0.

        Raises:
            PeerUnreachable: the association is over.
            Cancelled: the cancel event was set.
        """
        message_id = 0
        if answered_id is None:
            self._message_id = message_id = self._message_id % 0xFFFF + 1
            command["MessageID"] = message_id
        else:
            command["MessageIDBeingRespondedTo"] = answered_id
        command["CommandField"] = field
        command["CommandDataSetType"] = commands.DATA_SET if len(data) else commands.NO_DATA_SET
        encoded = commands.encode(
            {key: value for key, value in command.items() if value is not None}
        )
        try:
            self._assoc.send_message(context.context_id, encoded, data, self._is_cancelled)
        except ConnectionAbortedError:
            self._lost = True
            raise Cancelled from None
        except OSError as problem:
            raise self._broken(problem) from problem
        return message_id

    def receive(self, seconds: float | None = None) -> tuple[Context, Any]:
        """The next message of the peer, as pynetdicom's primitive, with its context.

        Raises:
            PeerUnreachable: none came in time (`Timeouts.dimse`), or the association is over.
            Cancelled: the cancel event was set.
        """
        allowed = self._timeouts.dimse if seconds is None else seconds
        deadline = time.monotonic() + allowed
        while True:
            left = deadline - time.monotonic()
            try:
                context_id, message = self._assoc.dimse.msg_queue.get(
                    timeout=max(0.0, min(left, _LOOK_AROUND))
                )
            except queue.Empty:
                if self._is_cancelled():
                    raise Cancelled from None
                if left <= 0:
                    self._lost = True
                    why = f"it did not answer within {allowed:g} s"
                    raise PeerUnreachable(self.peer, why) from None
                self._look_for_release()
                continue
            context = self.context_of(context_id) if context_id is not None else None
            if message is None or context is None:
                raise self._broken(None)
            return context, message

    def call(
        self, field: int, context: Context, data: bytes | memoryview = b"", **command: Any
    ) -> Any:
        """Send a request and give the answer to it.

        Raises:
            PeerUnreachable, Cancelled: as `receive`.
        """
        message_id = self.send(field, context, data, **command)
        _, answer = self.receive()
        if getattr(answer, "MessageIDBeingRespondedTo", None) != message_id:
            self._lost = True
            raise PeerUnreachable(self.peer, "it answered something that was not asked")
        return answer

    def carry_on(self) -> None:
        """Forget the cancel event, to end an operation in the orderly way after it was set."""
        self._cancel = None

    def leave(self) -> None:
        """Release the association, or abort it when it cannot be released any more."""
        if self.is_open and not self._is_cancelled():
            try:
                self._assoc.acse.negotiate_release()
            except Exception as problem:  # noqa: BLE001 - all was answered; a strange farewell changes nothing
                log.debug("%s left strangely: %s", self.peer, type(problem).__name__)
                self.abort()
        else:
            self.abort()

    def abort(self) -> None:
        """End the association now."""
        self._lost = True
        if self._assoc.dul.is_alive():
            self._assoc.acse.send_abort(0x00)
            self._assoc.kill()
        self._assoc.wire.hang_up()

    def _is_cancelled(self) -> bool:
        return self._cancel is not None and self._cancel.is_set()

    def _look_for_release(self) -> None:
        if self._assoc.acse.is_release_requested():
            self._assoc.acse.send_release(is_response=True)
            self._lost = True
            raise PeerUnreachable(self.peer, "it released the association before it had answered")

    def _broken(self, problem: OSError | None) -> PeerUnreachable:
        self._lost = True
        # The upper layer may know more than the write that failed.
        primitive: object = self._assoc.dul.receive_pdu(wait=False)
        if isinstance(primitive, A_ABORT):
            why = "it aborted the association"
        elif isinstance(primitive, A_RELEASE):
            why = "it released the association"
        elif self._assoc.wire.problem is not None:
            why = f"the connection broke ({_reason(self._assoc.wire.problem)})"
        elif isinstance(primitive, A_P_ABORT) or problem is None:
            why = "the connection broke"
        else:
            why = f"the connection broke ({_reason(problem)})"
        return PeerUnreachable(self.peer, why)


@contextlib.contextmanager
def associate(
    peer: Peer,
    offers: Iterable[Offer | str],
    *,
    calling_ae: str,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    tls: ssl.SSLContext | None = None,
    cancel: threading.Event | None = None,
) -> Iterator[Conversation]:
    """Associate with a peer and leave it properly at the end, whatever happens in between.

    Args:
        peer: whom to call.
        offers: up to 128 presentation contexts; a plain UID is offered in the native syntaxes.
        calling_ae: our AE title.
        timeouts: how long each wait may last.
        tls: wraps the connection; the certificate must be good for `peer.host`.
        cancel: when set, waits end with Cancelled within a quarter of a second.

    Raises:
        PeerUnreachable: no connection, no answer in time, or the connection broke.
        PeerRejected: the peer did not want the association, or none of the offers.
        BadAddress: an AE title is not valid.
    """
    conversation = open_conversation(
        peer, offers, calling_ae=calling_ae, timeouts=timeouts, tls=tls, cancel=cancel
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
    try:
        assoc.request()
        _check_accepted(assoc, peer, timeouts)
        assoc.settle()
    except BaseException:
        assoc.kill()
        raise
    return Conversation(assoc, peer, timeouts, cancel)


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
        raise PeerUnreachable(peer, _reason(problem)) from problem
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


def _reason(problem: OSError) -> str:
    if isinstance(problem, ConnectionRefusedError):
        return "nothing listens there; check host and port and that it runs"
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {problem.verify_message}"
    if isinstance(problem, ssl.SSLError):
        return f"no TLS connection: {problem.reason or 'handshake failed'}"
    if isinstance(problem, TimeoutError) and problem.errno is None and problem.args:
        text = str(problem.args[0])
        return (
            "no connection in time; check host, port and network" if text == "timed out" else text
        )
    if isinstance(problem, ConnectionResetError | BrokenPipeError):
        return "it closed the connection"
    if problem.strerror:
        return problem.strerror[:1].lower() + problem.strerror[1:]
    return str(problem) or type(problem).__name__


def _name(uid: str) -> str:
    return str(UID(uid).name)
