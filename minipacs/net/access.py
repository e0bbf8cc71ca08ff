"""Who may connect, and what they may ask: closed by default, decided in one place.

AE titles and addresses are no authentication (that is TLS's work); they keep out the mistaken and the curious.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from minipacs.net.pdu import CALLED_AE_UNKNOWN, CALLING_AE_UNKNOWN, Rejection
from minipacs.net.peers import ALL_SERVICES, Peer, PeerBook

CheckCalled = Literal["always", "remote", "never"]
_NAMES_KEPT_S = 60.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is on the other side of an association, and what it may ask."""

    ae_title: str
    called_ae: str
    address: str
    port: int
    allow: frozenset[str]
    peer: Peer | None = None
    """Its entry in the peer book; None for a loopback caller without one."""

    def __str__(self) -> str:
        return f"{self.ae_title}@{self.address}"

    @property
    def character_set(self) -> str:
        """The Specific Character Set it wants answers in; empty is ISO_IR 192."""
        return self.peer.character_set if self.peer else ""


def is_loopback(address: str) -> bool:
    """Whether the connection comes from this computer."""
    return _plain(address).is_loopback


class Access:
    """Decides on each association request.

    A loopback caller needs no entry (an entry with its title and a loopback host still limits it); any other must be in
    the peer book with its AE title and its address.

    Args:
        ae_title: our own.
        peers: the peer book.
        check_called: whose called AE title must be ours: "always" everyone's, "remote" all but loopback callers',
            "never" nobody's.
        local: says whether an address is this computer.
    """

    def __init__(
        self,
        ae_title: str,
        peers: PeerBook,
        *,
        check_called: CheckCalled = "remote",
        local: Callable[[str], bool] = is_loopback,
    ) -> None:
        self._ae_title = ae_title
        self._peers = peers
        self._check_called = check_called
        self._local = local
        self._resolved: dict[str, tuple[float, frozenset[str]]] = {}
        self._lock = threading.Lock()

    def is_local(self, address: str) -> bool:
        """Whether an address is this computer."""
        return self._local(address)

    def knows(self, address: str) -> bool:
        """Whether anyone from this address can be admitted at all.

        Asked before a byte is read, where nothing may wait: a host name not looked up yet counts as fitting.
        """
        return self._local(address) or any(
            self._may_be_at(peer.host, address) for peer in self._peers.known()
        )

    def admit(self, calling_ae: str, called_ae: str, address: str, port: int) -> Caller | Rejection:
        """The caller with what it may ask, or why the association is rejected."""
        local = self._local(address)
        checked = self._check_called == "always" or (self._check_called == "remote" and not local)
        if checked and called_ae != self._ae_title:
            return CALLED_AE_UNKNOWN
        if not _is_title(calling_ae):
            return CALLING_AE_UNKNOWN
        peer = self._peers.get(calling_ae)
        if peer is not None and not self._is_at(peer.host, address):
            peer = None
        if peer is None and not local:
            return CALLING_AE_UNKNOWN
        allow = peer.allow if peer is not None else ALL_SERVICES
        return Caller(calling_ae, called_ae, address, port, allow, peer)

    def _is_at(self, host: str, address: str) -> bool:
        try:
            return _plain(host) == _plain(address)
        except ValueError:
            return str(_plain(address)) in self._addresses_of(host)

    def _may_be_at(self, host: str, address: str) -> bool:
        try:
            return _plain(host) == _plain(address)
        except ValueError:
            with self._lock:
                known = self._resolved.get(host)
            return known is None or str(_plain(address)) in known[1]

    def _addresses_of(self, host: str) -> frozenset[str]:
        now = time.monotonic()
        with self._lock:
            known = self._resolved.get(host)
        if known is not None and now - known[0] < _NAMES_KEPT_S:
            return known[1]
        try:
            found = _texts(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            found = frozenset()
        with self._lock:
            self._resolved[host] = (now, found)
        return found


def _texts(entries: Iterable[tuple[object, ...]]) -> frozenset[str]:
    found = set()
    for entry in entries:
        place = entry[4]
        if isinstance(place, tuple):
            found.add(str(_plain(str(place[0]))))
    return frozenset(found)


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address without an IPv6 zone, an IPv4 address in its IPv6 form as IPv4."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped if mapped is not None else found


def _is_title(text: str) -> bool:
    return 1 <= len(text) <= 16 and all(32 <= ord(char) < 127 and char != "\\" for char in text)
