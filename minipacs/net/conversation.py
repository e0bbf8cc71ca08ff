"""An open association as its client uses it: send a message, hear the next one, and leave in order."""

from __future__ import annotations

import logging
import queue
import ssl
import threading
import time
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import UID, ImplicitVRLittleEndian
from pynetdicom.pdu_primitives import A_ABORT, A_P_ABORT, A_RELEASE

from minipacs.dicom import part10
from minipacs.net import commands
from minipacs.net.ear import Ear
from minipacs.net.errors import NetError, PeerRejected, PeerUnreachable
from minipacs.net.peers import Peer
from minipacs.net.wire import ClientAssociation, Timeouts

log = logging.getLogger(__name__)

_LOOK_AROUND = 0.25


class Cancelled(NetError):
    """The caller's cancel event was set; the association has been ended."""

    def __init__(self) -> None:
        super().__init__("cancelled")


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
        ear: Ear | None = None,
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
        self._ear = ear
        if ear is not None:
            ear.contexts.update((cx.context_id, cx) for cx in self.contexts)

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
        command = {key: value for key, value in command.items() if value is not None}
        encoded = commands.encode(command)
        if self._ear is not None:
            self._ear.said(context, command, data)
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
            if self._ear is not None:
                self._ear.event("out", "A-RELEASE-RQ")
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
            if self._ear is not None:
                self._ear.event("out", "A-ABORT")
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
            why = f"the connection broke ({reason_of(self._assoc.wire.problem)})"
        elif isinstance(primitive, A_P_ABORT) or problem is None:
            why = "the connection broke"
        else:
            why = f"the connection broke ({reason_of(problem)})"
        return PeerUnreachable(self.peer, why)


def reason_of(problem: OSError) -> str:
    """Why a connection failed or ended, as the end of a sentence."""
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
