"""MiniPacs: the one place that builds a node out of an archive and its services."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from minipacs.archive import Archive
from minipacs.archive.errors import ArchiveError
from minipacs.clock import Clock, system_clock
from minipacs.dicom.uids import UidPolicy
from minipacs.net import scp
from minipacs.net.access import Access, CheckCalled
from minipacs.net.delivery import Delivery
from minipacs.net.errors import UnknownPeer
from minipacs.net.limits import Limits
from minipacs.net.listener import Listener
from minipacs.net.peers import Peer, PeerBook, check_ae_title, parse_address
from minipacs.net.reports import Reporter
from minipacs.net.service import Node
from minipacs.net.transcript import Transcript
from minipacs.workers import start_thread

log = logging.getLogger(__name__)

_REPORTS_EVERY_S = 15.0
_AUDITED_PER_MINUTE = 60
_MINUTE_S = 60.0


@dataclass(frozen=True)
class NodeSettings:
    """How a node is known and what it serves."""

    ae_title: str = "MINIPACS"
    host: str = "127.0.0.1"
    """Loopback only, unless a person chooses otherwise."""
    port: int = 11112
    """0 picks a free one."""
    peers_file: Path | None = None
    """The peer book; None keeps it in memory."""
    services: tuple[str, ...] | None = None
    """Names of minipacs.net.scp; None serves all."""
    check_called: CheckCalled = "remote"
    """Whose called AE title must be ours: "always", "remote" (all but loopback callers) or "never"."""
    limits: Limits = field(default_factory=Limits)
    tls: ssl.SSLContext | None = None
    """A server's context; then only TLS connections are served."""
    deliver: bool = True
    """Whether the outbox is worked off."""
    commit_to: frozenset[str] = frozenset()
    """AE titles that are asked for storage commitment of what was sent to them."""


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """A moment of the node, for a status line."""

    running: bool
    ae_title: str
    host: str
    port: int
    associations: int
    waiting: int
    """Connections that have not associated yet."""
    last_error: str
    """The last thing that went wrong, without any patient's data; empty while nothing has."""


class MiniPacs:
    """A small DICOM node around an archive, which stays the caller's to close.

    Args:
        archive: where everything is.
        settings: how the node is known.
        clock: the time.
        uids: for what the node itself must name.
        transcript: is told each message; one of its own where none is given.

    Raises:
        BadAddress: the AE title is not one.
    """

    def __init__(
        self,
        archive: Archive,
        settings: NodeSettings | None = None,
        *,
        clock: Clock = system_clock,
        uids: UidPolicy | None = None,
        transcript: Transcript | None = None,
    ) -> None:
        self.settings = settings or NodeSettings()
        self.archive = archive
        self.transcript = transcript or Transcript(clock=clock)
        self.peers = PeerBook(self.settings.peers_file)
        self._ae_title = check_ae_title(self.settings.ae_title)
        self._clock = clock
        self._reporter = Reporter(archive, self.peers, self._ae_title, clock)
        uids = uids or UidPolicy()
        self._node = Node(
            ae_title=self._ae_title,
            archive=archive,
            peers=self.peers,
            clock=clock,
            uids=uids,
            reporter=self._reporter,
        )
        self.delivery = Delivery(
            archive,
            self.resolve,
            calling_ae=self._ae_title,
            clock=clock,
            uids=uids,
            commit_to=self.settings.commit_to.__contains__,
            transcript=self.transcript,
        )
        self._listener: Listener | None = None
        self._stopping = threading.Event()
        self._refusals: deque[float] = deque()
        self._refusals_lock = threading.Lock()
        self._reports: threading.Thread | None = None  # noqa: TID251 - only the type

    def start(self) -> tuple[str, int]:
        """Serve; gives (host, port) as they are.

        Raises:
            CannotListen: the address or port cannot be had.
        """
        listener = Listener(
            self._ae_title,
            self.settings.host,
            self.settings.port,
            scp.build(self._node, self.settings.services),
            Access(self._ae_title, self.peers, check_called=self.settings.check_called),
            self.settings.limits,
            tls=self.settings.tls,
            transcript=self.transcript,
            clock=self._clock,
            refused=self._refused,
        )
        place = listener.start()
        self._listener = listener
        self._stopping.clear()
        self._reports = start_thread("commitment-reports", self._report)
        if self.settings.deliver:
            self.delivery.start()
        return place

    def stop(self) -> None:
        """End all associations and threads, within 10 s whatever a peer does."""
        self._stopping.set()
        listener, self._listener = self._listener, None
        if listener is None:
            return
        if self.settings.deliver:
            stopper = start_thread("delivery-stop", self.delivery.stop)
            listener.stop()
            stopper.join(3.0)
        else:
            listener.stop()
        if self._reports is not None:
            self._reports.join(0.5)

    def status(self) -> NodeStatus:
        """How the node is just now."""
        if self._listener is None:
            settings = self.settings
            return NodeStatus(False, self._ae_title, settings.host, settings.port, 0, 0, "")
        found = self._listener.status()
        problem = self.peers.problem
        return NodeStatus(
            found.running,
            self._ae_title,
            found.host,
            found.port,
            found.associations,
            found.waiting,
            str(problem) if problem is not None else found.last_error,
        )

    def _refused(self, who: str, why: str) -> None:
        """Write a refusal into the audit trail; a flood of them may not fill the disk."""
        now = time.monotonic()
        with self._refusals_lock:
            while self._refusals and now - self._refusals[0] > _MINUTE_S:
                self._refusals.popleft()
            if len(self._refusals) >= _AUDITED_PER_MINUTE:
                return
            self._refusals.append(now)
        try:
            self.archive.audit.record("network entry", "refused", user=who, detail=why)
        except ArchiveError as problem:
            log.error("a refusal could not be audited: %s", type(problem).__name__)

    def resolve(self, destination: str) -> Peer:
        """The peer that a destination of the outbox names: AETITLE@HOST:PORT, an AE title of the book, or our own.

        Raises:
            BadAddress, UnknownPeer: it names none.
        """
        if "@" in destination:
            return parse_address(destination)
        peer = self.peers.get(destination)
        if peer is None and destination == self._ae_title and self._listener is not None:
            found = self._listener.status()
            # A wildcard address is for listening; ourselves we reach over loopback.
            host = "127.0.0.1" if found.host in ("0.0.0.0", "::", "") else found.host  # noqa: S104
            peer = Peer(self._ae_title, host, found.port)
        if peer is None:
            raise UnknownPeer(destination)
        return peer

    def _report(self) -> None:
        """Deliver the commitment reports that are owed, also those of before the last restart."""
        while not self._stopping.is_set():
            try:
                self._reporter.run_due()
            except ArchiveError as problem:
                log.error("commitment reports cannot be looked up: %s", type(problem).__name__)
            self._stopping.wait(_REPORTS_EVERY_S)
