"""Accepts connections, bounds how many of which kind there are, and ends all of them in time.

Each connection has one thread from its first byte on (TLS handshake included), so that no peer can hold up another.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from minipacs.clock import Clock, system_clock
from minipacs.net.acceptor import Acceptor, Surroundings
from minipacs.net.access import Access
from minipacs.net.channel import Channel, Gone, TooSlow
from minipacs.net.errors import NetError
from minipacs.net.limits import Budget, Limits
from minipacs.net.negotiation import Negotiator
from minipacs.net.service import Service
from minipacs.net.transcript import Transcript
from minipacs.workers import start_thread

log = logging.getLogger(__name__)

_RESTART_AFTER_S = 1.0


class CannotListen(NetError):
    """The address or port cannot be had.

    Args:
        host: the address asked for.
        port: the port asked for.
        why: the system's reason.
    """

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(
            f"cannot listen on {host} port {port}: {why}; choose another port or end what uses it"
        )
        self.host = host
        self.port = port
        self.why = why


@dataclass(frozen=True, slots=True)
class ListenerStatus:
    """A moment of the listener, for a status line."""

    running: bool
    host: str
    port: int
    associations: int
    waiting: int
    last_error: str
    """The last thing that went wrong, without any patient's data; empty while nothing has."""


@dataclass(eq=False)
class _Connection:
    channel: Channel
    address: str
    since: float
    acceptor: Acceptor | None = None
    associated: bool = False
    ended: threading.Event = field(default_factory=threading.Event)
    """Set by the connection's thread as its last deed."""


class Listener:
    """A DICOM acceptor on one address.

    Args:
        ae_title: our AE title.
        host: the address to listen on; 127.0.0.1 lets in nobody from outside.
        port: 0 picks a free one.
        services: what is served.
        access: who may ask for what.
        limits: how much and how long.
        tls: a server's SSLContext; with it only TLS connections are served.
        transcript: is told each message while someone listens to it.
        clock: the time for the transcript.
        refused: is told (who, why) of what was not allowed, in the association's thread.
    """

    def __init__(
        self,
        ae_title: str,
        host: str,
        port: int,
        services: Sequence[Service],
        access: Access,
        limits: Limits | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        transcript: Transcript | None = None,
        clock: Clock = system_clock,
        refused: Callable[[str, str], None] = lambda _who, _why: None,
    ) -> None:
        self.ae_title = ae_title
        self._host = host
        self._port = port
        self._access = access
        self._limits = limits or Limits()
        self._tls = tls
        self._lock = threading.Lock()
        self._connections: set[_Connection] = set()
        self._socket: socket.socket | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None  # noqa: TID251 - only the type
        self._last_error = ""
        self._shared = Surroundings(
            access=access,
            negotiator=Negotiator(services, self._limits.max_pdu),
            limits=self._limits,
            budget=Budget(self._limits.objects_in_memory_bytes),
            transcript=transcript or Transcript(),
            clock=clock,
            stopping=self._stopping.is_set,
            failed=self._failed,
            refused=refused,
        )

    def start(self) -> tuple[str, int]:
        """Listen; gives (host, port) as they are.

        Raises:
            CannotListen: the address or port cannot be had.
        """
        self._open()
        self._thread = start_thread(f"listener-{self._port}", self._run)
        return self._host, self._port

    def stop(self) -> None:
        """Take no more connections, end those there are; within 10 s whatever a peer does."""
        self._stopping.set()
        self._close_socket()
        deadline = time.monotonic() + self._limits.stop_s
        with self._lock:
            connections = list(self._connections)
        for one in connections:
            # A request that is being handled may finish: its object may be safe already, and the peer should hear it.
            if one.acceptor is None or not one.acceptor.busy:
                one.channel.interrupt()
        self._join(connections, deadline - self._limits.stop_s / 2)
        for one in connections:
            one.channel.kill()
        self._join(connections, deadline)
        if self._thread is not None:
            self._thread.join(max(deadline - time.monotonic(), 0.5))
        left = sum(1 for one in connections if not one.ended.is_set())
        if left:
            log.error("%d associations did not end in time; they are left behind", left)

    def status(self) -> ListenerStatus:
        """How it is just now."""
        with self._lock:
            associated = sum(1 for one in self._connections if one.associated)
            waiting = len(self._connections) - associated
        running = self._thread is not None and self._thread.is_alive() and self._socket is not None
        return ListenerStatus(
            running and not self._stopping.is_set(),
            self._host,
            self._port,
            associated,
            waiting,
            self._last_error,
        )

    # ---- the accepting thread

    def _open(self) -> None:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
                # On Windows SO_REUSEADDR would let another program take our port.
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((self._host, self._port))
            listening.listen(128)
            listening.settimeout(0.5)
        except (OSError, OverflowError) as problem:
            listening.close()
            why = getattr(problem, "strerror", None) or str(problem)
            raise CannotListen(self._host, self._port, why) from problem
        self._host, self._port = listening.getsockname()[:2]
        self._socket = listening

    def _close_socket(self) -> None:
        with self._lock:
            listening, self._socket = self._socket, None
        if listening is not None:
            try:
                listening.shutdown(socket.SHUT_RDWR)
            except OSError:
                log.debug("the listening socket was not connected, as expected")
            listening.close()

    def _run(self) -> None:
        """Accept until stopped. Whatever goes wrong, listen again: a clinic can't restart its PACS at night."""
        while not self._stopping.is_set():
            try:
                if self._socket is None:
                    self._open()
                self._accept_loop()
            except Exception as problem:  # noqa: BLE001 - this thread may not die
                if self._stopping.is_set():
                    return
                self._failed(f"the listener failed and starts again: {type(problem).__name__}")
                log.error("the listener failed and starts again: %s", type(problem).__name__)
                self._close_socket()
                self._stopping.wait(_RESTART_AFTER_S)

    def _accept_loop(self) -> None:
        while not self._stopping.is_set():
            listening = self._socket
            if listening is None:
                return
            try:
                sock, place = listening.accept()
            except TimeoutError:
                continue
            except ConnectionError:
                continue
            self._take(sock, str(place[0]), int(place[1]))

    def _take(self, sock: socket.socket, address: str, port: int) -> None:
        """Give the connection its thread, unless its address or all together have too many waiting."""
        if not self._may_wait(address):
            sock.close()
            return
        try:
            channel = Channel(sock, slice_s=self._limits.slice_s, stopping=self._stopping.is_set)
        except OSError:
            sock.close()
            return
        connection = _Connection(channel, address, time.monotonic())
        with self._lock:
            self._connections.add(connection)
        try:
            start_thread(
                f"association-{address}-{port}", lambda: self._serve(connection, (address, port))
            )
        except RuntimeError:
            self._failed("no thread could be started for a connection")
            connection.ended.set()
            self._forget(connection)
            channel.close()

    def _may_wait(self, address: str) -> bool:
        limits = self._limits
        most = limits.waiting_per_address
        if not self._access.knows(address):
            most = limits.waiting_per_stranger
        evicted: _Connection | None = None
        with self._lock:
            waiting = [one for one in self._connections if not one.associated]
            per_address = Counter(one.address for one in waiting)
            if per_address[address] >= most:
                return False
            if len(waiting) >= limits.waiting:
                greediest = per_address.most_common(1)[0][0]
                evicted = min(
                    (one for one in waiting if one.address == greediest), key=lambda one: one.since
                )
                evicted.associated = True  # No longer counted as waiting; its thread ends at once.
        if evicted is not None:
            evicted.channel.kill()
        return True

    # ---- the connection's own thread

    def _serve(self, connection: _Connection, address: tuple[str, int]) -> None:
        try:
            if self._tls is not None:
                self._shake_hands(self._tls, connection, address)
            acceptor = Acceptor(
                connection.channel,
                address,
                self._shared,
                admit=lambda: self._admit(connection),
                ended=lambda: self._forget(connection),
            )
            connection.acceptor = acceptor
            acceptor.run()
        except (Gone, TooSlow) as problem:
            log.info("connection from %s ended: %s", address[0], problem)
        finally:
            connection.channel.close()
            self._forget(connection)
            connection.ended.set()

    def _shake_hands(
        self, tls: ssl.SSLContext, connection: _Connection, address: tuple[str, int]
    ) -> None:
        """TLS, in the connection's own thread; who fails it is told like any other that is refused."""
        try:
            connection.channel.start_tls(tls, time.monotonic() + self._limits.handshake_s)
        except Gone as problem:
            self._shared.refused(address[0], str(problem))
            raise

    def _admit(self, connection: _Connection) -> bool:
        with self._lock:
            others = [one for one in self._connections if one.associated and one.acceptor]
            here = sum(1 for one in others if one.address == connection.address)
            if len(others) >= self._limits.associations:
                return False
            if here >= self._limits.associations_per_address:
                return False
            connection.associated = True
            return True

    def _forget(self, connection: _Connection) -> None:
        with self._lock:
            self._connections.discard(connection)

    def _failed(self, why: str) -> None:
        self._last_error = why

    @staticmethod
    def _join(connections: Sequence[_Connection], deadline: float) -> None:
        for one in connections:
            one.ended.wait(max(deadline - time.monotonic(), 0))
