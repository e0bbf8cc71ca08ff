"""Who is let in: loopback, and whom the peer book names at that address."""

from __future__ import annotations

import socket

import pytest

from minipacs.net.access import Access, Caller, is_loopback
from minipacs.net.pdu import CALLED_AE_UNKNOWN, CALLING_AE_UNKNOWN
from minipacs.net.peers import PeerBook, make_peer


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
    ],
)
def test_loopback_is_this_computer(address: str, local: bool) -> None:
    assert is_loopback(address) is local


def _access(**options: object) -> Access:
    book = PeerBook()
    book.add(make_peer("SENSOR", "10.0.0.5", 104, allow=["echo", "store"]))
    book.add(make_peer("LIMITED", "127.0.0.1", 104, allow=["echo"]))
    book.add(make_peer("NAMED", "sensor.practice.example", 104))
    return Access("MINIPACS", book, **options)  # type: ignore[arg-type]


def test_a_peer_is_its_title_and_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("10.0.0.7", 0))])
    access = _access()
    caller = access.admit("SENSOR", "MINIPACS", "10.0.0.5", 1)
    assert isinstance(caller, Caller)
    assert caller.allow == {"echo", "store"}
    assert isinstance(access.admit("SENSOR", "MINIPACS", "::ffff:10.0.0.5", 1), Caller)
    assert access.admit("SENSOR", "MINIPACS", "10.0.0.6", 1) is CALLING_AE_UNKNOWN
    assert access.admit("OTHER", "MINIPACS", "10.0.0.5", 1) is CALLING_AE_UNKNOWN
    assert access.admit("SENSOR", "OTHER", "10.0.0.5", 1) is CALLED_AE_UNKNOWN
    assert isinstance(access.admit("NAMED", "MINIPACS", "10.0.0.7", 1), Caller)
    assert access.admit("NAMED", "MINIPACS", "10.0.0.8", 1) is CALLING_AE_UNKNOWN


def test_a_loopback_caller_needs_no_entry_but_an_entry_limits_it() -> None:
    access = _access()
    caller = access.admit("ANYONE", "ANY-SCP", "127.0.0.1", 1)
    assert isinstance(caller, Caller)
    assert "commitment" in caller.allow
    limited = access.admit("LIMITED", "ANY-SCP", "127.0.0.1", 1)
    assert isinstance(limited, Caller)
    assert limited.allow == {"echo"}


@pytest.mark.parametrize(
    ("check", "local", "remote"),
    [("always", False, False), ("remote", True, False), ("never", True, True)],
)
def test_whose_called_title_is_checked_can_be_chosen(check: str, local: bool, remote: bool) -> None:
    access = _access(check_called=check)
    assert isinstance(access.admit("A", "OTHER", "127.0.0.1", 1), Caller) is local
    assert isinstance(access.admit("SENSOR", "OTHER", "10.0.0.5", 1), Caller) is remote


def test_nothing_waits_for_a_name_server_before_a_byte_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("asked the name server in the accepting thread")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    assert _access().knows("10.9.9.9")
