"""One association as its acceptor: negotiation, messages in, answers out, until released, aborted or too slow.

One thread reads, works and writes, so nothing is queued, polled or copied between socket and archive. PS3.8 9.2.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minipacs.clock import Clock
from minipacs.net import commands, pdu, tell
from minipacs.net.access import Access, Caller
from minipacs.net.channel import Channel, Gone, TooSlow
from minipacs.net.commands import Command
from minipacs.net.limits import Budget, Limits
from minipacs.net.messages import Aborted, MessageReader, Released
from minipacs.net.negotiation import Agreed, Negotiator
from minipacs.net.pdu import AbortReason, PduType, ProtocolError
from minipacs.net.service import Context, Request, Service
from minipacs.net.status import (
    CANNOT_UNDERSTAND,
    NOT_AUTHORISED,
    PROCESSING_FAILURE,
    UNRECOGNISED_OPERATION,
)
from minipacs.net.transcript import Transcript

log = logging.getLogger(__name__)

_FLUSH_BYTES = 1 << 15
_FLUSH_S = 0.02


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all associations of a listener share."""

    access: Access
    negotiator: Negotiator
    limits: Limits
    budget: Budget
    transcript: Transcript
    clock: Clock
    stopping: Callable[[], bool]
    failed: Callable[[str], None]
    """Note a problem for the status line."""
    refused: Callable[[str, str], None]
    """Told (who, why) of each association or request that is not allowed, for the audit trail."""


class Acceptor:
    """Serves one connection from its first byte to its last; `run` is a thread's whole work.

    Args:
        channel: the connection.
        address: the peer's address and port.
        shared: what all associations share.
        admit: takes one of the places for associations; False when there is none.
        ended: gives the place back, as soon as the association is over.
    """

    def __init__(
        self,
        channel: Channel,
        address: tuple[str, int],
        shared: Surroundings,
        *,
        admit: Callable[[], bool],
        ended: Callable[[], None],
    ) -> None:
        self._channel = channel
        self._address = address
        self._shared = shared
        self._limits = shared.limits
        self._reader = MessageReader(channel, shared.limits, shared.budget)
        self._admit = admit
        self._ended = ended
        self._agreed: Agreed | None = None
        self._caller = Caller("", "", address[0], address[1], frozenset())
        self._max_pdu = 0
        self._cancelled: set[int] = set()
        self._outgoing: list[bytes | memoryview] = []
        self._outgoing_size = 0
        self._flushed_at = 0.0
        self._message_id = 0
        self._afterwards: list[Callable[[], None]] = []
        self.busy = False
        """Whether a request is being received or handled."""

    # ---- the life of the association

    def run(self) -> None:
        """Negotiate, serve until the end, close."""
        polite = False
        try:
            if self._negotiate():
                self._serve()
        except Released:
            self._send_quietly([pdu.RELEASE_RESPONSE])
            self._tell("in", "A-RELEASE-RQ")
            polite = True
        except ProtocolError as problem:
            log.warning("aborting %s: %s", self._address[0], problem.why)
            self._shared.failed(f"a peer broke the protocol: {problem.why}")
            self._abort(problem.reason)
            polite = True
        except TooSlow as problem:
            log.warning("aborting %s: %s", self._address[0], problem)
            self._abort(AbortReason.NOT_SPECIFIED)
        except (Gone, Aborted):
            if self._shared.stopping():
                self._abort(AbortReason.NOT_SPECIFIED)
        finally:
            self._ended()
            if polite:
                self._channel.close_gently(1.0)
            else:
                self._channel.close()
        if not self._shared.stopping():
            for work in self._afterwards:
                work()

    def afterwards(self, work: Callable[[], None]) -> None:
        """Do this when the association has ended."""
        self._afterwards.append(work)

    def _negotiate(self) -> bool:
        deadline = time.monotonic() + self._limits.artim_s
        kind, size = self._reader.header(deadline)
        if kind == PduType.ABORT:
            raise Aborted
        if kind != PduType.ASSOCIATE_RQ:
            raise ProtocolError(AbortReason.UNEXPECTED_PDU, "a PDU before the association request")
        if size > self._limits.associate_bytes:
            raise ProtocolError(AbortReason.INVALID_PARAMETER, "association request too long")
        request = pdu.parse_associate_request(bytes(self._channel.read_exactly(size, deadline)))
        self._channel.recycle()
        verdict = self._verdict(request)
        if isinstance(verdict, pdu.Rejection):
            log.warning("rejecting %s: %s", self._address[0], verdict.why)
            self._shared.refused(self._address[0], verdict.why)
            self._tell("out", "A-ASSOCIATE-RJ", verdict.why)
            self._send([pdu.associate_reject(verdict)])
            self._channel.close_gently(1.0)
            return False
        self._caller = verdict
        agreed = self._shared.negotiator.agree(request)
        self._agreed = agreed
        self._max_pdu = request.max_pdu
        self._tell("in", "A-ASSOCIATE-RQ")
        self._send([self._shared.negotiator.accept(request, agreed)])
        return True

    def _verdict(self, request: pdu.AssociateRequest) -> Caller | pdu.Rejection:
        if not request.protocol_version & 1:
            return pdu.VERSION_UNKNOWN
        if request.application_context != pdu.APPLICATION_CONTEXT:
            return pdu.APPLICATION_CONTEXT_UNKNOWN
        host, port = self._address
        verdict = self._shared.access.admit(request.calling_ae, request.called_ae, host, port)
        if isinstance(verdict, Caller) and not self._admit():
            return pdu.TOO_MANY
        return verdict

    def _serve(self) -> None:
        while True:
            self._channel.wait_for_byte(time.monotonic() + self._limits.idle_s)
            request = self._next_message()
            try:
                self.busy = True
                if request.field == commands.C_CANCEL_RQ:
                    continue
                if request.field & commands.RESPONSE:
                    raise ProtocolError(AbortReason.NOT_SPECIFIED, "an answer to nothing")
                self._handle(request)
                self._flush()
            finally:
                self.busy = False
                self._shared.budget.give_back(request.size)
                self._cancelled.clear()
                del request
                self._channel.recycle()

    def _handle(self, request: Request) -> None:
        service = self._agreed_service(request.context)
        self._tell_message("in", request.context, request.command, request)
        right = service.rights.get(request.field)
        if right is None:
            self.reply(request, UNRECOGNISED_OPERATION, comment="not an operation of this class")
            return
        if right and right not in self._caller.allow:
            log.warning("%s is not allowed to %s", self._caller.address, right)
            self._shared.refused(str(self._caller), f"{right} is not granted")
            self.reply(request, NOT_AUTHORISED, comment=f"{right} is not allowed for this peer")
            return
        try:
            service.handle(request, self)
        except (Gone, TooSlow, ProtocolError, Released, Aborted):
            raise
        except Exception as problem:  # noqa: BLE001 - a service that fails must answer, and not with Success
            # Neither the exception's text nor its traceback: both may quote a data set.
            log.error("%s failed: %s", request, type(problem).__name__)
            self._shared.failed(f"{request} failed: {type(problem).__name__}")
            unfit = request.field & 0xFF00 == 0 and request.field != commands.C_ECHO_RQ
            self.reply(
                request,
                CANNOT_UNDERSTAND + 0x211 if unfit else PROCESSING_FAILURE,
                comment="the request could not be processed",
            )

    # ---- what services may do: the Link protocol

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return self._caller

    @property
    def contexts(self) -> Mapping[int, Context]:
        """The accepted presentation contexts by ID."""
        return self._agreed.contexts if self._agreed else {}

    def reply(
        self,
        request: Request,
        status: int,
        data: bytes | None = None,
        *,
        comment: str = "",
        more: bool = False,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        """Answer a request; see Link."""
        command: dict[str, Any] = {
            "CommandField": request.field | commands.RESPONSE,
            "MessageIDBeingRespondedTo": request.message_id,
            "CommandDataSetType": commands.NO_DATA_SET if data is None else commands.DATA_SET,
            "Status": status,
        }
        if request.sop_class:
            command["AffectedSOPClassUID"] = request.sop_class
        if request.sop_instance and request.field in _NAMES_INSTANCE:
            command["AffectedSOPInstanceUID"] = request.sop_instance
        if comment:
            command["ErrorComment"] = comment
        if fields:
            command.update(fields)
        self._queue(request.context, command, data)
        now = time.monotonic()
        if not more or self._outgoing_size > _FLUSH_BYTES or now - self._flushed_at > _FLUSH_S:
            self._flush()

    def is_cancelled(self, request: Request) -> bool:
        """Whether the peer has sent a C-CANCEL-RQ for it; see Link."""
        while request.message_id not in self._cancelled and self._channel.has_input():
            message = self._next_message()
            self._shared.budget.give_back(message.size)
            if message.field != commands.C_CANCEL_RQ:
                raise ProtocolError(
                    AbortReason.UNEXPECTED_PDU, "a second request before the first was answered"
                )
        return request.message_id in self._cancelled

    def ask(self, context: Context, command: Command, data: bytes | memoryview | None) -> Command:
        """Send a request of our own in this association and wait for its answer; see Link."""
        self._message_id = self._message_id % 65535 + 1
        full = {
            **command,
            "MessageID": self._message_id,
            "CommandDataSetType": commands.NO_DATA_SET if data is None else commands.DATA_SET,
        }
        self._queue(context, full, data)
        self._flush()
        deadline = time.monotonic() + self._limits.answer_s
        while True:
            self._channel.wait_for_byte(deadline)
            answer = self._next_message()
            self._shared.budget.give_back(answer.size)
            if answer.field == commands.C_CANCEL_RQ:
                continue
            wanted = full["CommandField"] | commands.RESPONSE
            if (
                answer.field != wanted
                or answer.command.get("MessageIDBeingRespondedTo") != self._message_id
            ):
                raise ProtocolError(AbortReason.UNEXPECTED_PDU, "not the answer that was due")
            self._tell_message("in", context, answer.command, None)
            return answer.command

    def is_quiet(self, seconds: float) -> bool:
        """Whether the peer stays connected and says nothing for so long."""
        try:
            self._channel.wait_for_byte(time.monotonic() + seconds)
        except TooSlow:
            return True
        except Gone:
            return False
        return False

    # ---- reading and writing

    def _next_message(self) -> Request:
        """The next message; a C-CANCEL is remembered."""
        message = self._reader.next_message(self.contexts)
        if message.field == commands.C_CANCEL_RQ:
            self._cancelled.add(int(message.command.get("MessageIDBeingRespondedTo", -1)))
        return message

    def _queue(self, context: Context, command: Command, data: bytes | memoryview | None) -> None:
        buffers = pdu.p_data(context.context_id, commands.encode(command), data, self._max_pdu)
        self._outgoing += buffers
        self._outgoing_size += sum(map(len, buffers))
        self._tell_message("out", context, command, None, data)

    def _flush(self) -> None:
        if self._outgoing:
            waiting, self._outgoing, self._outgoing_size = self._outgoing, [], 0
            self._send(waiting)
        self._flushed_at = time.monotonic()

    def _send(self, buffers: Sequence[bytes | memoryview]) -> None:
        self._channel.send(buffers, time.monotonic() + self._limits.send_s)

    def _send_quietly(self, buffers: Sequence[bytes | memoryview]) -> None:
        try:
            self._channel.send(buffers, time.monotonic() + 1.0)
        except (Gone, TooSlow):
            return

    def _abort(self, reason: AbortReason) -> None:
        self._tell("out", "A-ABORT")
        self._send_quietly([pdu.abort(reason, by_user=self._shared.stopping())])

    def _agreed_service(self, context: Context) -> Service:
        if self._agreed is None:
            raise ProtocolError(AbortReason.UNEXPECTED_PDU, "a message before the association")
        return self._agreed.services[context.context_id]

    # ---- the transcript

    def _tell(self, direction: str, what: str, why: str = "") -> None:
        if self._shared.transcript.wanted:
            tell.event(
                self._shared.transcript, self._shared.clock, direction, what, str(self._caller), why
            )

    def _tell_message(
        self,
        direction: str,
        context: Context,
        command: Command,
        request: Request | None,
        data: bytes | memoryview | None = None,
    ) -> None:
        if self._shared.transcript.wanted:
            tell.message(
                self._shared.transcript,
                self._shared.clock,
                direction,
                str(self._caller),
                context,
                command,
                request.data() if request is not None and request.size < 1 << 16 else data,
                request.size if request is not None else len(data or b""),
            )


_NAMES_INSTANCE = frozenset(
    {
        commands.C_STORE_RQ,
        commands.N_EVENT_REPORT_RQ,
        commands.N_GET_RQ,
        commands.N_SET_RQ,
        commands.N_ACTION_RQ,
        commands.N_CREATE_RQ,
        commands.N_DELETE_RQ,
    }
)
