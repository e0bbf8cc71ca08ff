"""What a peer sends, PDU by PDU, as whole DIMSE messages: bounded in size and time, not copied. PS3.8 9.3.5."""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping
from typing import Any

from minipacs.net import commands
from minipacs.net.channel import Channel, TooSlow
from minipacs.net.limits import Budget, Limits
from minipacs.net.pdu import AbortReason, PduType, ProtocolError
from minipacs.net.service import Context, Request

_PDU = struct.Struct(">BxL")
_PDV = struct.Struct(">LBB")
_MOST_FRAGMENTS = 100_000


class Released(Exception):
    """The peer asked for release."""


class Aborted(Exception):
    """The peer aborted."""


class MessageReader:
    """Reads the messages of one association.

    Args:
        channel: the connection.
        limits: how large and how slow they may be.
        budget: what all associations together may hold.
    """

    def __init__(self, channel: Channel, limits: Limits, budget: Budget) -> None:
        self._channel = channel
        self._limits = limits
        self._budget = budget
        self._pdv_left = 0

    def header(self, deadline: float) -> tuple[int, int]:
        """(type, length of the body) of the next PDU."""
        kind, size = _PDU.unpack(self._channel.read_exactly(6, deadline))
        if not 1 <= kind <= 7:
            raise ProtocolError(AbortReason.UNRECOGNISED_PDU, "not a DICOM PDU")
        if kind >= PduType.RELEASE_RQ and size != 4:
            raise ProtocolError(AbortReason.INVALID_PARAMETER, "a PDU of a wrong length")
        return kind, size

    def _next_pdv(self, deadline: float) -> tuple[int, int, int]:
        """(context ID, control header, length) of the next value in the P-DATA stream."""
        while not self._pdv_left:
            kind, size = self.header(deadline)
            if kind == PduType.P_DATA:
                if not 6 <= size <= self._limits.max_pdu:
                    raise ProtocolError(
                        AbortReason.INVALID_PARAMETER, "a P-DATA-TF larger than we said we take"
                    )
                self._pdv_left = size
                break
            if kind == PduType.RELEASE_RQ:
                self._channel.read_exactly(4, deadline)
                raise Released
            if kind == PduType.ABORT:
                raise Aborted
            raise ProtocolError(AbortReason.UNEXPECTED_PDU, "a PDU that does not belong here")
        if self._pdv_left < 6:
            raise ProtocolError(AbortReason.INVALID_PARAMETER, "a data value is cut short")
        length, context_id, control = _PDV.unpack(self._channel.read_exactly(6, deadline))
        size = length - 2
        if size < 0 or size + 6 > self._pdv_left:
            raise ProtocolError(AbortReason.INVALID_PARAMETER, "a data value of a wrong length")
        self._pdv_left -= size + 6
        return context_id, control, size

    def next_message(self, contexts: Mapping[int, Context]) -> Request:
        """The next whole message of the peer.

        Its data set is views into the channel's buffers, and counts against the budget until given back.

        Raises:
            Released, Aborted: instead of a message.
            ProtocolError, Gone, TooSlow: the association cannot go on.
        """
        started = time.monotonic()
        context, command = self._read_command(contexts, started)
        field = command["CommandField"]
        if field == commands.C_CANCEL_RQ or command["CommandDataSetType"] == commands.NO_DATA_SET:
            return Request(context, command)
        most = self._limits.identifier_bytes
        if field == commands.C_STORE_RQ:
            most = self._limits.object_bytes
        fragments: list[memoryview] = []
        size = 0
        try:
            size = self._read_data(context, fragments, most, started)
        except BaseException:
            self._budget.give_back(sum(map(len, fragments)))
            raise
        return Request(context, command, fragments, size, has_data=True)

    def _read_command(
        self, contexts: Mapping[int, Context], started: float
    ) -> tuple[Context, dict[str, Any]]:
        parts: list[bytes] = []
        total = 0
        first: Context | None = None
        while True:
            deadline = time.monotonic() + self._limits.pdu_s
            context_id, control, size = self._next_pdv(deadline)
            context = contexts.get(context_id)
            if context is None or (first is not None and context is not first):
                raise ProtocolError(AbortReason.INVALID_PARAMETER, "not an accepted context")
            first = context
            total += size
            if not control & 1:
                raise ProtocolError(AbortReason.UNEXPECTED_PARAMETER, "data without a command")
            if total > self._limits.command_bytes:
                raise ProtocolError(AbortReason.INVALID_PARAMETER, "a command set too long")
            parts.append(bytes(self._channel.read_exactly(size, deadline)))
            if control & 2:
                return context, commands.decode(b"".join(parts))
            self._check_pace(started, total)

    def _read_data(
        self, context: Context, fragments: list[memoryview], most: int, started: float
    ) -> int:
        """Gather the data set as views into the channel's buffers; gives its size."""
        channel, limits, budget = self._channel, self._limits, self._budget
        total = 0
        while True:
            deadline = time.monotonic() + limits.pdu_s
            context_id, control, left = self._next_pdv(deadline)
            if context_id != context.context_id or control & 1:
                raise ProtocolError(AbortReason.UNEXPECTED_PARAMETER, "a command inside a data set")
            if total + left > most:
                raise ProtocolError(AbortReason.NOT_SPECIFIED, "a data set too large")
            if len(fragments) > _MOST_FRAGMENTS:
                fragments[:] = [memoryview(b"".join(fragments))]
            while left:
                piece = channel.read_some(left, deadline)
                if not budget.take(len(piece)):
                    raise ProtocolError(AbortReason.NOT_SPECIFIED, "too much is being received")
                fragments.append(piece)
                left -= len(piece)
                total += len(piece)
            if control & 2:
                return total
            self._check_pace(started, total)

    def _check_pace(self, started: float, total: int) -> None:
        """A message may not be dripped in small PDUs for ever."""
        spent = time.monotonic() - started - 60
        if spent > 0 and total < spent * self._limits.message_bytes_per_s:
            raise TooSlow("a message comes too slowly")
