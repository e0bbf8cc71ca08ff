"""The client's side of the transcript: what we ask of others and what they answer, as plain values."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from minipacs.net import tell
from minipacs.net.errors import PeerRejected
from minipacs.net.peers import Peer
from minipacs.net.transcript import Direction, Transcript

if TYPE_CHECKING:
    from minipacs.net.commands import Command

log = logging.getLogger(__name__)

_SMALL = 1 << 16


class Ear:
    """Listens to one association that we asked for.

    Args:
        transcript: is told; while nobody listens to it nothing is built.
        peer: with whom the association is.
    """

    def __init__(self, transcript: Transcript, peer: Peer) -> None:
        self._transcript = transcript
        self._peer = peer
        self.contexts: dict[int, tell.Syntaxes] = {}
        """The accepted presentation contexts by ID."""

    def event(self, direction: Direction, what: str, why: str = "") -> None:
        """An event of the association."""
        if self._transcript.wanted:
            tell.event(
                self._transcript, self._transcript.clock, direction, what, str(self._peer), why
            )

    def refused(self, problem: BaseException) -> None:
        """There is no association."""
        what = "A-ASSOCIATE-RJ" if isinstance(problem, PeerRejected) else "A-ABORT"
        self.event("in", what, str(problem) if isinstance(problem, PeerRejected) else "")

    def said(self, context: tell.Syntaxes, command: Command, data: bytes | memoryview) -> None:
        """A message of ours goes out."""
        if self._transcript.wanted:
            self._message("out", context, command, data if len(data) < _SMALL else None, len(data))

    def heard(self, told: Any) -> None:
        """pynetdicom's notification that a message came in. It may never fail: it runs in the upper layer's thread."""
        if not self._transcript.wanted:
            return
        try:
            message = told.message
            context = self.contexts.get(message.context_id)
            if context is None:
                return
            command = {one.keyword: one.value for one in message.command_set if one.keyword}
            stream = message.data_set
            size = stream.getbuffer().nbytes if stream is not None else 0
            small = stream.getvalue() if stream is not None and 0 < size < _SMALL else None
            self._message("in", context, command, small, size)
        except Exception as problem:  # noqa: BLE001 - a view must never break a conversation
            log.debug("a message could not be shown: %s", type(problem).__name__)

    def _message(
        self,
        direction: Direction,
        context: tell.Syntaxes,
        command: Command,
        data: bytes | memoryview | None,
        size: int,
    ) -> None:
        tell.message(
            self._transcript,
            self._transcript.clock,
            direction,
            str(self._peer),
            context,
            command,
            data,
            size,
        )
