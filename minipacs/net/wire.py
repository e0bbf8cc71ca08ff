"""pynetdicom's client association with the holes closed: every wait has an end and nothing keeps the process alive.

Stock pynetdicom 3.0.4 reads whatever length a peer announces, waits for ever inside a PDU, runs its upper layer in a
thread that is no daemon, and copies each PDU several times. Here the reads and writes are bounded, and whole messages
go out as slices of the caller's own bytes.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pynetdicom.ae import ApplicationEntity
from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.pdu_primitives import P_DATA
from pynetdicom.transport import T_CONNECT, AddressInformation, AssociationSocket

LARGEST_PDU = 4 << 20
"""A peer's PDU above this ends the association."""
LARGEST_MESSAGE = 1 << 30
"""A message, with its data set, above this ends the association too."""
_OUR_PDU = 131_072
_LARGEST_CHUNK = 1 << 20
_BUFFERS_AT_ONCE = 512
_NAP = 0.002
_DATA_HEADER = struct.Struct(">BBLLBB")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long each wait may last, in seconds."""

    connect: float = 10.0
    """TCP connection with TLS handshake."""
    acse: float = 15.0
    """An answer to the association request or to the release."""
    dimse: float = 60.0
    """One answer to a request."""
    network: float = 30.0
    """No byte moved, in either direction, although one should."""


class ClientSocket(AssociationSocket):
    """The connection of a client: bounded connect, bounded reads, writes without copies.

    Args:
        assoc: the association that owns it.
        addresses: what `socket.getaddrinfo` gave; tried in this order.
        tls: the context to wrap the connection with, and the name that the certificate must bear.
    """

    def __init__(
        self,
        assoc: Association,
        addresses: Sequence[tuple[Any, ...]],
        timeouts: Timeouts,
        tls: tuple[ssl.SSLContext, str] | None = None,
    ) -> None:
        super().__init__(assoc, address=AddressInformation("127.0.0.1", 0))
        self._addresses = addresses
        self._timeouts = timeouts
        self._tls = tls
        self._write_lock = threading.Lock()
        # OpenSSL must not read and write one connection from two threads at the same time.
        self._tls_lock: Any = threading.Lock() if tls else contextlib.nullcontext()
        self._unconnected = threading.Event()
        self.problem: OSError | None = None
        """Why the connection could not be made, or why it ended."""

    def _create_socket(self, address: AddressInformation) -> Any:
        """The real one is made by `connect`, when the address family is known."""
        return None

    def connect(self, primitive: T_CONNECT) -> None:
        """Open the connection; tells the state machine how it went. Runs in the upper layer's thread."""
        try:
            self.socket = self._open()
            self._is_connected = True
            primitive.result = "Evt2"
        except OSError as problem:
            self.problem = problem
            self.socket = None
            primitive.result = "Evt17"
        finally:
            self.provider_queue.put(primitive)
            self._ready.set()

    def _open(self) -> socket.socket:
        deadline = time.monotonic() + self._timeouts.connect
        last: OSError = ConnectionError("the name has no address")
        for family, kind, protocol, _, place in self._addresses:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(left)
                sock.connect(place)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                if self._tls:
                    context, name = self._tls
                    sock = context.wrap_socket(sock, server_hostname=name)
                sock.settimeout(self._timeouts.network)
                _acknowledge(sock)
            except OSError as problem:
                sock.close()
                last = problem
                continue
            return sock
        raise last

    @property
    def ready(self) -> bool:
        """Whether bytes wait to be read; waits a moment for them, so that an answer is seen at once."""
        sock = self.socket
        if sock is None or not self._is_connected:
            self._unconnected.wait(_NAP)
            return False
        try:
            return _readable(sock, _NAP)
        except (OSError, ValueError):
            self.event_queue.put("Evt17")
            return False

    def recv(self, nr_bytes: int) -> bytearray:
        """Exactly so many bytes, or fewer when the peer closed.

        Raises:
            OSError: too many were announced, or they did not come in time.
        """
        sock = self.socket
        if sock is None:
            raise self._ended(ConnectionError("the connection is closed"))
        if nr_bytes > LARGEST_PDU:
            raise self._ended(ConnectionError(f"it announced a PDU of {nr_bytes} bytes"))
        data = bytearray(nr_bytes)
        view = memoryview(data)
        filled = 0
        deadline = time.monotonic() + self._timeouts.network
        while filled < nr_bytes:
            if not _readable(sock, deadline - time.monotonic()):
                raise self._ended(TimeoutError("it stopped in the middle of a message"))
            with self._tls_lock:
                count = sock.recv_into(view[filled:])
            _acknowledge(sock)
            if not count:
                view.release()
                return data[:filled]
            filled += count
        return data

    def send(self, bytestream: bytes) -> None:
        """Send what the state machine made: association control and small answers."""
        try:
            self.write([bytestream])
        except OSError:
            self.event_queue.put("Evt17")

    def write(self, parts: Sequence[bytes | memoryview]) -> None:
        """Send all parts in order, without joining them where the system can.

        Raises:
            OSError: the peer took nothing for the network timeout, or the connection broke.
        """
        sock = self.socket
        if sock is None:
            raise ConnectionError("the connection is closed")
        try:
            with self._write_lock:
                if self._tls:
                    with self._tls_lock:
                        sock.sendall(b"".join(parts))
                else:
                    _send_all(sock, parts)
        except OSError as problem:
            raise self._ended(problem) from problem

    def hang_up(self) -> None:
        """Close the connection at once, whoever waits on it."""
        sock = self.socket
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                sock.close()

    def give_up(self, problem: OSError) -> None:
        """Close the connection because of what the peer does."""
        self._ended(problem)
        self.hang_up()

    def _ended(self, problem: OSError) -> OSError:
        self.problem = self.problem or problem
        return problem


class BoundedMessages(DIMSEServiceProvider):
    """Puts messages together from PDUs, but none without end."""

    def receive_primitive(self, primitive: P_DATA) -> None:
        """One more piece of a message."""
        super().receive_primitive(primitive)
        message, assoc = self.message, self.assoc
        if message is None or message.data_set is None or not isinstance(assoc, ClientAssociation):
            return
        if message.data_set.tell() > LARGEST_MESSAGE:
            assoc.wire.give_up(ConnectionError("it sent a message without end"))


class ClientAssociation(Association):
    """An association that we asked for. Its answers are read by the caller; no reactor thread competes for them."""

    def __init__(self, ae: ApplicationEntity) -> None:
        super().__init__(ae, "requestor")
        self.dimse = BoundedMessages(self)
        # Only the upper layer's thread is ever started, and it must not keep the process alive.
        self.dul.daemon = True
        self.dul._run_loop_delay = 0.0  # ClientSocket.ready waits instead
        self.requestor.maximum_length = _OUR_PDU
        self.gave_up = False
        """Whether the request went unanswered for too long."""

    @property
    def wire(self) -> ClientSocket:
        """The connection."""
        wire = self.dul.socket
        if not isinstance(wire, ClientSocket):
            raise TypeError("the association has no connection yet")
        return wire

    def _serve_request(self, msg: Any, context_id: int) -> None:
        """An N-EVENT-REPORT of the peer goes to the reader like every other message."""
        self.dimse.msg_queue.put((context_id, msg))

    def settle(self) -> None:
        """Wait the moment between the peer's acceptance and the state machine's next state."""
        deadline = time.monotonic() + 1.0
        while not self.is_open and self.dul.is_alive() and time.monotonic() < deadline:
            self.dul.join(0.0005)

    @property
    def is_open(self) -> bool:
        """Whether data can be exchanged just now (PS3.8 9.2, state 6)."""
        return bool(self.dul.state_machine.current_state == "Sta6")

    def abort(self, block: bool = True) -> None:
        """Called by the library alone: not connected, or no answer to the association request."""
        self.gave_up = True
        self.acse.send_abort(0x00)
        self.kill()

    def kill(self) -> None:
        """End the upper layer's thread; after a second without its consent."""
        self._kill = True
        self.is_established = False
        deadline = time.monotonic() + 1.0
        while self.dul.is_alive() and time.monotonic() < deadline:
            if self.dul.state_machine.current_state == "Sta1":
                break
            self.dul.join(0.005)
        self.dul.kill_dul()
        self.wire.hang_up()

    def send_message(
        self,
        context_id: int,
        command: bytes,
        data: bytes | memoryview,
        stop: Callable[[], bool],
    ) -> None:
        """Send one DIMSE message as P-DATA-TF PDUs of the size that the peer takes. PS3.8 9.3.5 and annex E.

        Args:
            context_id: the presentation context.
            command: the encoded command set.
            data: the encoded data set; empty for none.
            stop: asked between bursts; True ends the sending with ConnectionAbortedError.

        Raises:
            OSError: the connection is gone.
        """
        if not self.is_open:
            raise ConnectionError("the association is over")
        room = chunk_size(self.acceptor.maximum_length)
        parts: list[bytes | memoryview] = []
        for kind, content in ((0x01, memoryview(command)), (0x00, memoryview(data))):
            size = len(content)
            for start in range(0, size, room):
                piece = content[start : start + room]
                flags = kind | (0x02 if start + room >= size else 0x00)
                length = len(piece)
                parts.append(_DATA_HEADER.pack(4, 0, length + 6, length + 2, context_id, flags))
                parts.append(piece)
                if len(parts) >= _BUFFERS_AT_ONCE or (length * len(parts)) >= 2 * LARGEST_PDU:
                    if stop():
                        raise ConnectionAbortedError("cancelled")
                    self.wire.write(parts)
                    parts = []
        if parts:
            self.wire.write(parts)


def chunk_size(maximum_length: int | None) -> int:
    """How many bytes of a message one PDU may carry, for the maximum length that the peer announced (0: any)."""
    largest = min(maximum_length or _LARGEST_CHUNK, _LARGEST_CHUNK)
    return max(largest - 6, 1)


def _readable(sock: socket.socket, seconds: float) -> bool:
    if isinstance(sock, ssl.SSLSocket) and sock.pending():
        return True
    if sys.platform == "win32":
        return bool(select.select([sock], [], [], max(0.0, seconds))[0])
    else:  # noqa: RET505 - mypy follows the platform through if and else alone
        # select() cannot watch descriptors from 1024 on.
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(max(0.0, seconds) * 1000))


def _acknowledge(sock: socket.socket) -> None:
    """Linux: acknowledge at once; a peer with Nagle's algorithm otherwise waits 40 ms within its answer."""
    quick = getattr(socket, "TCP_QUICKACK", None)
    if quick is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, quick, 1)


def _send_all(sock: socket.socket, parts: Sequence[bytes | memoryview]) -> None:
    if sys.platform == "win32":  # it has no sendmsg
        sock.sendall(b"".join(parts))
    else:
        waiting = [memoryview(part) for part in parts]
        first = 0
        while first < len(waiting):
            sent = sock.sendmsg(waiting[first : first + _BUFFERS_AT_ONCE])
            while sent:
                size = len(waiting[first])
                if sent < size:
                    waiting[first] = waiting[first][sent:]
                    break
                sent -= size
                first += 1
