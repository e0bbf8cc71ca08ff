"""Verification: is the peer there and does it know us? PS3.4 annex A."""

from __future__ import annotations

import ssl
import threading
import time
from dataclasses import dataclass

from minipacs.net import commands
from minipacs.net.association import DEFAULT_TIMEOUTS, associate
from minipacs.net.peers import Peer
from minipacs.net.scu.answers import check
from minipacs.net.transcript import Transcript
from minipacs.net.wire import Timeouts

VERIFICATION = "1.2.840.10008.1.1"


@dataclass(frozen=True, slots=True)
class EchoResult:
    """How a C-ECHO went; that it came back at all means success."""

    status: int
    seconds: float
    """From the request to its answer, without the association."""


def echo(
    peer: Peer,
    *,
    calling_ae: str,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    tls: ssl.SSLContext | None = None,
    transcript: Transcript | None = None,
    cancel: threading.Event | None = None,
) -> EchoResult:
    """Ask a peer for a sign of life.

    Raises:
        PeerUnreachable, PeerRejected, PeerRefused: it gave none.
    """
    with associate(
        peer,
        [VERIFICATION],
        calling_ae=calling_ae,
        timeouts=timeouts,
        tls=tls,
        transcript=transcript,
        cancel=cancel,
    ) as conversation:
        context = conversation.need(VERIFICATION)
        begun = time.monotonic()
        answer = conversation.call(commands.C_ECHO_RQ, context, AffectedSOPClassUID=VERIFICATION)
        seconds = time.monotonic() - begun
        return EchoResult(check(answer).status, seconds)
