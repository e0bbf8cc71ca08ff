"""One accepted connection: large reads into reused buffers, and a deadline on every wait.

Bytes that arrive are handed on as views of the buffer that the kernel wrote them into; nothing is copied between the
socket and the archive.
"""

from __future__ import annotations

import functools
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence

CHUNK = 1 << 20
KEPT_CHUNKS = 6
_SMALL = 1 << 16
_BUFFERS_PER_WRITE = 256
_SLOWEST_READER = 1 << 16
"""Bytes a second that a peer has to take at least."""

# Linux sends its acknowledgement late, and a peer with Nagle's algorithm on (DCMTK) waits 40 ms for it with the tail of
# each object. The flag falls back by itself, so it is set again after each read.
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)


class Gone(Exception):
    """The connection has ended: the peer closed or reset it, or we are stopping."""


class TooSlow(Exception):
    """The peer did not send or take bytes in time."""


class Channel:
    """Reads and writes one connection from one thread.

    Args:
        sock: the connected socket; the channel owns it from now on.
        slice_s: how long a single wait in the kernel may last before deadlines and `stopping` are looked at.
        stopping: says that the node is being shut down.
    """

    def __init__(
        self, sock: socket.socket, *, slice_s: float, stopping: Callable[[], bool]
    ) -> None:
        self._sock = sock
        self._stopping = stopping
        self._chunk = bytearray(CHUNK)
        self._view = memoryview(self._chunk)
        self._start = 0
        self._end = 0
        self._free: deque[memoryview] = deque()
        self._used: list[memoryview] = []
        self._quick_ack = _QUICKACK if sock.family in (socket.AF_INET, socket.AF_INET6) else None
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.settimeout(slice_s)

    def start_tls(self, context: ssl.SSLContext, deadline: float) -> None:
        """The server's side of the TLS handshake, in this connection's own thread.

        Raises:
            Gone: the handshake failed.
            TooSlow: it was not done at `deadline` (of time.monotonic).
        """
        slice_s = self._sock.gettimeout()
        self._sock.settimeout(max(deadline - time.monotonic(), 0.01))
        try:
            self._sock = context.wrap_socket(self._sock, server_side=True)
        except TimeoutError as problem:
            raise TooSlow("the TLS handshake took too long") from problem
        except (OSError, ValueError) as problem:
            raise Gone(f"the TLS handshake failed: {type(problem).__name__}") from problem
        self._sock.settimeout(slice_s)

    @property
    def buffered(self) -> int:
        """Bytes received and not yet taken."""
        return self._end - self._start

    def wait_for_byte(self, deadline: float) -> None:
        """Wait until at least one byte is there, at most until `deadline`.

        Raises:
            Gone: the connection ended, or the node is stopping.
            TooSlow: nothing came.
        """
        while not self.buffered:
            self._receive(deadline)

    def read_exactly(self, size: int, deadline: float) -> memoryview:
        """The next `size` bytes (at most a few hundred KiB) as one view, valid until `recycle`.

        Raises:
            Gone: the connection ended inside them.
            TooSlow: they were not all there at `deadline`, however they dripped in.
        """
        while self._end - self._start < size:
            self._make_room(size)
            self._receive(deadline)
        at = self._start
        self._start += size
        return self._view[at : at + size]

    def read_some(self, most: int, deadline: float) -> memoryview:
        """At least one and at most `most` of the next bytes, without waiting for the rest."""
        while not self.buffered:
            self._receive(deadline)
        at = self._start
        size = min(most, self._end - at)
        self._start += size
        return self._view[at : at + size]

    def has_input(self) -> bool:
        """Whether a byte can be taken without waiting; looks once into the socket.

        Raises:
            Gone: the connection ended.
        """
        if self.buffered:
            return True
        slice_s = self._sock.gettimeout()
        self._sock.settimeout(0)
        try:
            self._receive(float("inf"))
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            self._sock.settimeout(slice_s)
        return self.buffered > 0

    def recycle(self) -> None:
        """Say that no view given so far is in use any more, so that its buffer can be written again."""
        for view in self._used:
            if len(self._free) < KEPT_CHUNKS:
                self._free.append(view)
        self._used.clear()
        if self._start == self._end:
            self._start = self._end = 0

    def send(self, buffers: Sequence[bytes | memoryview], deadline: float) -> None:
        """Write all buffers, one after another.

        Raises:
            Gone: the connection ended.
            TooSlow: the peer did not take them until `deadline`, which is later for many bytes.
        """
        total = sum(map(len, buffers))
        deadline += total / _SLOWEST_READER
        gather = getattr(self._sock, "sendmsg", None)  # Windows has none.
        if total <= _SMALL:
            self._send_all(memoryview(b"".join(buffers)), deadline)
        elif isinstance(self._sock, ssl.SSLSocket) or gather is None:
            for buffer in buffers:
                self._send_all(memoryview(buffer), deadline)
        else:
            self._send_gathered(gather, buffers, deadline)

    def _send_gathered(
        self,
        gather: Callable[[Sequence[memoryview]], int],
        buffers: Sequence[bytes | memoryview],
        deadline: float,
    ) -> None:
        waiting = deque(memoryview(buffer) for buffer in buffers if len(buffer))
        while waiting:
            some = [waiting[at] for at in range(min(len(waiting), _BUFFERS_PER_WRITE))]
            done = self._write(functools.partial(gather, some), deadline)
            while done:
                first = waiting.popleft()
                if done < len(first):
                    waiting.appendleft(first[done:])
                    break
                done -= len(first)

    def _send_all(self, data: memoryview, deadline: float) -> None:
        while data:
            done = self._write(functools.partial(self._sock.send, data), deadline)
            data = data[done:]

    def _write(self, write: Callable[[], int], deadline: float) -> int:
        while True:
            if time.monotonic() >= deadline:
                raise TooSlow("the peer takes our bytes too slowly")
            try:
                return write()
            except TimeoutError as problem:
                if self._stopping():
                    raise Gone("stopping") from problem
                if time.monotonic() >= deadline:
                    raise TooSlow("the peer does not take our bytes") from problem
            except (OSError, ValueError) as problem:
                raise Gone(f"connection lost: {type(problem).__name__}") from problem

    def interrupt(self) -> None:
        """From another thread: end the wait for input. What is being written may still go out."""
        try:
            self._sock.shutdown(socket.SHUT_RD)
        except OSError:
            return

    def kill(self) -> None:
        """From another thread: end every wait at once."""
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def close_gently(self, seconds: float) -> None:
        """Say that no more comes, give the peer a moment to close first, so that what was sent last is not lost."""
        deadline = time.monotonic() + seconds
        try:
            self._sock.shutdown(socket.SHUT_WR)
            left = _SMALL
            while left > 0 and not self._stopping():
                wait = deadline - time.monotonic()
                if wait <= 0:
                    return
                self._sock.settimeout(min(wait, 0.5))
                try:
                    got = len(self._sock.recv(4096))
                except TimeoutError:
                    continue
                if not got:
                    return
                left -= got
        except (OSError, ValueError):
            return
        finally:
            self.close()

    def close(self) -> None:
        """Close the connection now; may be called twice."""
        self._sock.close()

    def _make_room(self, size: int) -> None:
        """Let `size` bytes fit behind `_start`, moving what little is unread to another buffer."""
        if self._start + size > CHUNK:
            self._next_chunk()

    def _next_chunk(self) -> None:
        rest = self._view[self._start : self._end]
        fresh = self._free.popleft() if self._free else memoryview(bytearray(CHUNK))
        size = len(rest)
        fresh[:size] = rest
        self._used.append(self._view)
        self._view = fresh
        self._start, self._end = 0, size

    def _receive(self, deadline: float) -> None:
        if self._end == CHUNK:
            self._next_chunk()
        while True:
            if self._stopping():
                raise Gone("stopping")
            try:
                got = self._sock.recv_into(self._view[self._end :])
            except TimeoutError as problem:
                if time.monotonic() >= deadline:
                    raise TooSlow("the peer fell silent") from problem
                continue
            except (BlockingIOError, ssl.SSLWantReadError):
                raise
            except (OSError, ValueError) as problem:
                raise Gone(f"connection lost: {type(problem).__name__}") from problem
            break
        if not got:
            raise Gone("the peer closed the connection")
        self._end += got
        if self._quick_ack is not None:
            try:
                self._sock.setsockopt(socket.IPPROTO_TCP, self._quick_ack, 1)
            except OSError as problem:
                raise Gone("connection lost") from problem
        if time.monotonic() >= deadline:
            raise TooSlow("the peer sends too slowly")
