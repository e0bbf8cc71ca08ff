"""Bad peers at the listener: none may cost another peer its service. reliability.md bars 15-17, 19, 22, 24."""

from __future__ import annotations

import itertools
import socket
import struct
import threading
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from minipacs.net import commands, pdu
from minipacs.net.access import Access
from minipacs.net.limits import Limits
from minipacs.net.listener import CannotListen, Listener
from minipacs.net.peers import PeerBook, make_peer
from tests.minipacs.net.rig import (
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    INTRA_ORAL,
    QUICK,
    VERIFICATION,
    FakeArchive,
    RawPeer,
    associate_rq,
    echo,
    listening,
    memory_kb,
    port_of,
)
from tests.peers import wait_until

ECHO = {"CommandField": 0x30, "MessageID": 1, "AffectedSOPClassUID": VERIFICATION}


def _store_command(uid: str = "2.25.1", **changes: object) -> dict[str, object]:
    return {
        "CommandField": 1,
        "MessageID": 1,
        "AffectedSOPClassUID": INTRA_ORAL,
        "AffectedSOPInstanceUID": uid,
        "Priority": 0,
        **changes,
    }


def _drip(peer: RawPeer, pieces: Iterable[bytes], pause: float) -> None:
    for piece in pieces:
        peer.send(piece)
        time.sleep(pause)


def test_an_echo_is_answered_and_the_association_released() -> None:
    with listening() as listener, RawPeer(port_of(listener)) as peer:
        assert peer.associate() == 2
        peer.message(1, dict(ECHO))
        command, _ = peer.answer()
        assert (command["Status"], command["MessageIDBeingRespondedTo"]) == (0, 1)
        peer.send(struct.pack(">BBLL", 5, 0, 4, 0))
        assert peer.read_pdu()[0] == 6
        assert peer.is_ended()
        wait_until(lambda: listener.status().associations == 0)


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"\x01\x00\x00",
        associate_rq([(1, VERIFICATION, (IMPLICIT,))])[:100],
    ],
    ids=["nothing", "three bytes", "half a request"],
)
def test_a_peer_that_falls_silent_before_its_association_is_freed(start: bytes) -> None:
    with listening() as listener, RawPeer(port_of(listener)) as peer:
        peer.send(start)
        assert peer.is_ended(5)
        wait_until(lambda: listener.status().waiting == 0)


@pytest.mark.parametrize(
    "start",
    [
        b"\x04\x00\x00",
        b"\x04\x00\x00\x00\x10\x00\x00\x00\x0f\xfc\x01\x00half",
        b"",
    ],
    ids=["three bytes", "half a P-DATA", "nothing at all"],
)
def test_a_peer_that_dies_inside_an_association_is_freed(start: bytes) -> None:
    with listening() as listener, RawPeer(port_of(listener)) as peer:
        assert peer.associate() == 2
        peer.send(start)
        assert peer.is_ended(6)
        wait_until(lambda: listener.status().associations == 0)


def test_a_peer_that_drips_its_bytes_is_cut() -> None:
    with listening() as listener, RawPeer(port_of(listener)) as peer:
        started = time.monotonic()
        request = associate_rq([(1, VERIFICATION, (IMPLICIT,))])
        with pytest.raises((ConnectionError, TimeoutError)):
            _drip(peer, (bytes((byte,)) for byte in request), 0.05)
        assert time.monotonic() - started < 6


def test_a_slow_but_honest_peer_is_served() -> None:
    """The control to the drip: what arrives within its time is taken."""
    with (
        listening(limits=replace(QUICK, artim_s=8)) as listener,
        RawPeer(port_of(listener)) as peer,
    ):
        data = associate_rq([(1, VERIFICATION, (IMPLICIT,))])
        for at in range(0, len(data), 40):
            peer.send(data[at : at + 40])
            time.sleep(0.05)
        assert peer.read_pdu()[0] == 2


@pytest.mark.parametrize("size", [0xFFFFFFFF, 1 << 20])
def test_a_giant_pdu_before_the_association_is_not_read(size: int) -> None:
    with listening() as listener:
        before = memory_kb()
        with RawPeer(port_of(listener)) as peer:
            peer.send(struct.pack(">BBL", 1, 0, size))
            with pytest.raises(OSError):
                _drip(peer, itertools.repeat(bytes(1 << 20), 300), 0)
        assert memory_kb() - before < 16_000


@pytest.mark.parametrize("size", [0xFFFFFFFF, (1 << 18) + 1])
def test_a_giant_announcement_is_refused_before_its_bytes_come(size: int) -> None:
    limits = replace(QUICK, artim_s=20)
    with listening(limits=limits) as listener, RawPeer(port_of(listener)) as peer:
        peer.send(struct.pack(">BBL", 1, 0, size))
        assert peer.read_pdu() == (7, bytes((0, 0, 2, 6)))


def test_a_p_data_above_our_maximum_is_aborted() -> None:
    with listening() as listener, RawPeer(port_of(listener)) as peer:
        assert peer.associate() == 2
        peer.send(struct.pack(">BBLLBB", 4, 0, (1 << 18) + 1, 12, 1, 1))
        kind, body = peer.read_pdu()
        assert (kind, body[2], body[3]) == (7, 2, 6)


def test_a_message_dripped_in_endless_little_pdus_is_bounded_by_its_size() -> None:
    limits = replace(QUICK, command_bytes=1000)
    with listening(limits=limits) as listener, RawPeer(port_of(listener)) as peer:
        assert peer.associate() == 2
        piece = struct.pack(">BBLLBB", 4, 0, 106, 102, 1, 1) + bytes(100)
        with pytest.raises(OSError):
            _drip(peer, itertools.repeat(piece, 2000), 0.001)


def test_an_object_larger_than_allowed_is_cut_and_nothing_of_it_kept() -> None:
    archive = FakeArchive()
    limits = replace(QUICK, object_bytes=1 << 20)
    with listening(archive, limits) as listener, RawPeer(port_of(listener)) as peer:
        assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
        with pytest.raises(OSError):
            peer.message(1, _store_command(), bytes(8 << 20))
        assert archive.objects == []


def test_what_all_receive_together_is_bounded_and_given_back() -> None:
    archive = FakeArchive()
    limits = replace(QUICK, objects_in_memory_bytes=3 << 20)
    with listening(archive, limits) as listener:
        with RawPeer(port_of(listener)) as peer:
            assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
            for _ in range(4):
                peer.message(1, _store_command(), bytes(2 << 20))
                assert peer.answer()[0]["Status"] == 0
        with RawPeer(port_of(listener)) as peer:
            assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
            with pytest.raises(OSError):
                peer.message(1, _store_command(), bytes(12 << 20))
        with RawPeer(port_of(listener)) as peer:
            assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
            peer.message(1, _store_command(), bytes(2 << 20))
            assert peer.answer()[0]["Status"] == 0


def test_a_silent_crowd_from_one_address_does_not_shut_out_another() -> None:
    """Bar 17: with the stock library these 200 connections make every other peer be rejected."""
    limits = Limits(artim_s=20)
    with listening(limits=limits) as listener, ExitStack() as stack:
        before = threading.active_count()
        for _ in range(200):
            stack.enter_context(RawPeer(port_of(listener), "127.0.0.2"))
        for _ in range(20):
            stack.enter_context(RawPeer(port_of(listener), "127.0.0.3")).send(b"\1\0\0")
        assert echo(port_of(listener)) == 0
        assert threading.active_count() - before <= 64
        assert listener.status().waiting <= 2 * limits.waiting_per_address


def test_when_all_waiting_places_are_taken_the_greediest_address_loses_one() -> None:
    limits = Limits(artim_s=20, waiting=6, waiting_per_address=4)
    with listening(limits=limits) as listener, ExitStack() as stack:
        greedy = [stack.enter_context(RawPeer(port_of(listener), "127.0.0.2")) for _ in range(4)]
        modest = [stack.enter_context(RawPeer(port_of(listener), f"127.0.0.{n}")) for n in (3, 4)]
        wait_until(lambda: listener.status().waiting == 6)
        assert echo(port_of(listener)) == 0
        assert greedy[0].is_ended(5)
        assert not any(peer.is_ended(0.1) for peer in (*greedy[1:], *modest))


def test_one_association_too_many_is_rejected_for_the_time_being() -> None:
    limits = replace(QUICK, associations=2, idle_s=20)
    with listening(limits=limits) as listener, ExitStack() as stack:
        for _ in range(2):
            assert stack.enter_context(RawPeer(port_of(listener))).associate() == 2
        with RawPeer(port_of(listener)) as third:
            third.send(associate_rq([(1, VERIFICATION, (IMPLICIT,))]))
            kind, body = third.read_pdu()
        assert (kind, body[1:]) == (3, bytes((2, 3, 2)))
        stack.close()
        wait_until(lambda: listener.status().associations == 0)
        assert echo(port_of(listener)) == 0


@pytest.mark.parametrize(
    "contexts",
    [
        [(2, VERIFICATION, (IMPLICIT,))],
        [(1, VERIFICATION, (IMPLICIT,)), (1, INTRA_ORAL, (IMPLICIT,))],
        [(1 + 2 * (n % 128), VERIFICATION, (IMPLICIT,)) for n in range(2000)],
        [(1, VERIFICATION, (IMPLICIT,) * 2000)],
        [(1, VERIFICATION, ())],
        [(1, "../../etc/passwd", (IMPLICIT,))],
        [(1, "1.2.3\n4", (IMPLICIT,))],
        [],
    ],
    ids=["even", "twice", "2000", "2000 syntaxes", "none", "path", "newline", "no context"],
)
def test_an_association_request_that_breaks_the_rules_is_aborted(contexts: list) -> None:
    with listening() as listener, RawPeer(port_of(listener)) as peer:
        peer.send(associate_rq(contexts))
        assert peer.read_pdu()[0] in (7, 0)
        assert echo(port_of(listener)) == 0


def test_128_contexts_are_answered_one_by_one() -> None:
    contexts = [(1 + 2 * n, f"1.2.840.99.{n}", (IMPLICIT,)) for n in range(127)]
    contexts.append((255, VERIFICATION, (DEFLATED, IMPLICIT)))
    with listening() as listener, RawPeer(port_of(listener)) as peer:
        peer.send(associate_rq(contexts))
        kind, body = peer.read_pdu()
        assert kind == 2
        assert body.count(b"\x21\x00") >= 128


def test_deflated_is_not_accepted_for_objects() -> None:
    with listening() as listener, RawPeer(port_of(listener)) as peer:
        peer.send(associate_rq([(1, INTRA_ORAL, (DEFLATED,))]))
        kind, body = peer.read_pdu()
        at = body.index(b"\x21\x00", 68)
        assert kind == 2
        assert body[at + 4] == 1
        assert body[at + 6] == 4


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        bytes(range(256)),
        b"\xff" * 600,
        struct.pack(">BBL", 4, 0, 6) + b"\0\0\0\2\1\3",
        struct.pack(">BBLL", 5, 0, 4, 0),
        struct.pack(">BBLL", 6, 0, 4, 0),
        struct.pack(">BBLL", 7, 0, 4, 0),
        struct.pack(">BBLL", 3, 0, 4, 0),
        struct.pack(">BBL", 2, 0, 68) + bytes(68),
        struct.pack(">BBL", 1, 0, 10) + bytes(10),
        struct.pack(">BBL", 1, 0, 0),
    ],
)
def test_garbage_instead_of_an_association_request_harms_nobody(garbage: bytes) -> None:
    with listening() as listener:
        with RawPeer(port_of(listener)) as peer:
            peer.send(garbage)
            assert peer.is_ended(5)
        assert echo(port_of(listener)) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        associate_rq([(1, VERIFICATION, (IMPLICIT,))]),
        struct.pack(">BBL", 2, 0, 68) + bytes(68),
        struct.pack(">BBLL", 3, 0, 4, 0),
        struct.pack(">BBLL", 6, 0, 4, 0),
        struct.pack(">BBLL", 9, 0, 4, 0),
        struct.pack(">BBLL", 5, 0, 400, 0),
        struct.pack(">BBL", 4, 0, 0),
        struct.pack(">BBL", 4, 0, 6) + struct.pack(">LBB", 0, 1, 3),
        struct.pack(">BBL", 4, 0, 6) + struct.pack(">LBB", 400, 1, 3),
        struct.pack(">BBL", 4, 0, 6) + struct.pack(">LBB", 2, 99, 3),
        struct.pack(">BBL", 4, 0, 6) + struct.pack(">LBB", 2, 1, 3),
        struct.pack(">BBL", 4, 0, 8) + struct.pack(">LBB", 4, 1, 2) + b"xx",
        struct.pack(">BBL", 4, 0, 14) + struct.pack(">LBB", 10, 1, 3) + b"\0\0\0\1\xff\xff\0\0",
        struct.pack(">BBL", 4, 0, 10) + struct.pack(">LBB", 6, 1, 3) + b"\x08\0\x18\0",
    ],
)
@pytest.mark.parametrize("when", ["after associating", "inside a command", "inside a data set"])
def test_the_wrong_pdu_in_each_state_is_aborted(wrong: bytes, when: str) -> None:
    archive = FakeArchive()
    with listening(archive) as listener:
        with RawPeer(port_of(listener)) as peer:
            assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
            if when == "inside a command":
                peer.send(struct.pack(">BBLLBB", 4, 0, 16, 12, 1, 1) + bytes(10))
            elif when == "inside a data set":
                peer.message(1, {**_store_command(), "CommandDataSetType": 1})
                # One more byte would be right here, so the end of the data set is held back.
                wrong = wrong.replace(b"\1\2xx", b"\1\1xx")
                peer.send(struct.pack(">BBLLBB", 4, 0, 16, 12, 1, 0) + bytes(10))
            peer.send(wrong)
            assert peer.is_ended(5)
        assert archive.objects == []
        assert echo(port_of(listener)) == 0


@pytest.mark.parametrize("cut", [1, 5, 40, 900, 50_000, 299_999])
def test_a_store_that_breaks_off_leaves_nothing(cut: int) -> None:
    archive = FakeArchive()
    threads = threading.active_count()
    with listening(archive) as listener:
        with RawPeer(port_of(listener)) as peer:
            assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
            peer.message(1, {**_store_command(), "CommandDataSetType": 1})
            body = struct.pack(">BBLLBB", 4, 0, 200_006, 200_002, 1, 0) + bytes(200_000)
            body += struct.pack(">BBLLBB", 4, 0, 200_006, 200_002, 1, 2) + bytes(200_000)
            peer.send(body[:cut])
            peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        wait_until(lambda: listener.status().associations == 0)
        assert archive.objects == []
    wait_until(lambda: threading.active_count() <= threads)


def test_objects_arrive_whole_however_they_are_cut_into_pdus() -> None:
    """Over several of the channel's buffers, with PDUs of every odd size."""
    archive = FakeArchive()
    data = bytes(range(256)) * 10_000
    with listening(archive) as listener, RawPeer(port_of(listener)) as peer:
        assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
        for piece in (17, 1021, 16_378, 131_060, 262_138):
            peer.message(1, {**_store_command(), "CommandDataSetType": 1})
            some = data[: 50 * piece + 3] if piece < 100 else data
            for at in range(0, len(some), piece):
                value = some[at : at + piece]
                last = 2 if at + piece >= len(some) else 0
                head = struct.pack(">BBLLBB", 4, 0, len(value) + 6, len(value) + 2, 1, last)
                peer.send(head + value)
            assert peer.answer()[0]["Status"] == 0
            assert archive.objects[-1].endswith(some)
            assert len(archive.objects[-1]) - len(some) < 500


def test_a_peer_that_does_not_read_its_answers_is_cut() -> None:
    """It asks for ever and never reads: our thread must not wait with it."""
    limits = replace(QUICK, send_s=1.0)
    with listening(limits=limits) as listener, RawPeer(port_of(listener), seconds=1) as peer:
        peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        assert peer.associate() == 2
        parts = pdu.p_data(1, commands.encode({**ECHO, "CommandDataSetType": 0x0101}), None, 16384)
        asked = b"".join(bytes(part) for part in parts) * 1000
        with pytest.raises(OSError):
            _drip(peer, itertools.repeat(asked, 500), 0)
        wait_until(lambda: listener.status().associations == 0)


def test_stopping_with_a_stuck_peer_takes_no_longer_than_ten_seconds() -> None:
    with listening(limits=Limits()) as listener, ExitStack() as stack:
        stack.enter_context(RawPeer(port_of(listener)))
        stack.enter_context(RawPeer(port_of(listener))).send(b"\1\0\0")
        idle = stack.enter_context(RawPeer(port_of(listener)))
        assert idle.associate() == 2
        half = stack.enter_context(RawPeer(port_of(listener)))
        assert half.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
        half.message(1, {**_store_command(), "CommandDataSetType": 1})
        half.send(struct.pack(">BBLLBB", 4, 0, 1006, 1002, 1, 2) + bytes(50))
        wait_until(lambda: listener.status().associations == 2)
        port = port_of(listener)
        started = time.monotonic()
        listener.stop()
        assert time.monotonic() - started < 10
        assert not listener.status().running
        assert listener.status().associations == 0
        # An idle peer is told; and the port is free again.
        assert idle.read_pdu()[0] == 7
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))


def test_a_taken_port_is_named() -> None:
    with listening() as listener:
        access = Access("X", PeerBook())
        second = Listener("X", "127.0.0.1", port_of(listener), [], access)
        with pytest.raises(CannotListen) as caught:
            second.start()
    assert "choose another port" in str(caught.value)


@pytest.mark.logs_errors
def test_a_listener_that_fails_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as listener:
        assert echo(port_of(listener)) == 0
        was = listener._take
        broken = [True]

        def take(*args: object) -> None:
            if broken:
                broken.clear()
                raise RuntimeError("a bug")
            was(*args)

        monkeypatch.setattr(listener, "_take", take)
        echo_after: list[object] = []
        with socket.socket() as first:
            first.settimeout(5)
            first.connect(("127.0.0.1", port_of(listener)))

        def answers() -> bool:
            try:
                echo_after.append(echo(port_of(listener)))
            except OSError:
                return False
            return echo_after[-1] == 0

        wait_until(answers, 8)
        assert "starts again" in listener.status().last_error


# ---- who may do what


def _remote(address: str) -> bool:
    return address == "127.0.0.1"


def test_a_stranger_is_rejected_and_a_known_peer_is_not(tmp_path: Path) -> None:
    book = PeerBook(tmp_path / "peers.toml")
    book.add(make_peer("FRIEND", "127.0.0.2", 104, allow=["echo"]))
    with listening(peers=book, local=_remote) as listener:
        port = port_of(listener)
        assert echo(port, "127.0.0.2", calling="FRIEND") == 0
        assert echo(port, "127.0.0.2", calling="FOE") == "rejected"
        assert echo(port, "127.0.0.3", calling="FRIEND") == "rejected"
        assert echo(port, "127.0.0.2", calling="FRIEND", called="OTHER") == "rejected"
        assert echo(port, "127.0.0.1", calling="ANYONE", called="ANY") == 0


def test_the_reasons_of_a_rejection_are_the_standards() -> None:
    book = PeerBook()
    book.add(make_peer("FRIEND", "127.0.0.2", 104))
    with listening(peers=book, local=_remote) as listener:
        for kw, reason in (({"calling": "FOE"}, 3), ({"calling": "FRIEND", "called": "X"}, 7)):
            with RawPeer(port_of(listener), "127.0.0.2") as peer:
                peer.send(associate_rq([(1, VERIFICATION, (IMPLICIT,))], **kw))
                assert peer.read_pdu()[1][1:] == bytes((1, 1, reason))


@pytest.mark.parametrize("title", ["A\\B", "A\x00B", "\x1b[2J", ""])
def test_an_ae_title_that_is_none_is_rejected(title: str) -> None:
    with listening() as listener:
        assert echo(port_of(listener), calling=title) == "rejected"


def test_a_service_that_is_not_granted_is_refused_with_0124() -> None:
    book = PeerBook()
    book.add(make_peer("FRIEND", "127.0.0.2", 104, allow=["echo"]))
    archive = FakeArchive()
    with listening(archive, peers=book, local=_remote) as listener:
        with RawPeer(port_of(listener), "127.0.0.2") as peer:
            assert peer.associate((1, INTRA_ORAL, (EXPLICIT,)), calling="FRIEND") == 2
            peer.message(1, _store_command(), b"x" * 100)
            assert peer.answer()[0]["Status"] == 0x0124
        assert archive.objects == []
        book.add(make_peer("FRIEND", "127.0.0.2", 104, allow=["store"]))
        with RawPeer(port_of(listener), "127.0.0.2") as peer:
            assert peer.associate((1, INTRA_ORAL, (EXPLICIT,)), calling="FRIEND") == 2
            peer.message(1, _store_command(), b"x" * 100)
            assert peer.answer()[0]["Status"] == 0
        assert echo(port_of(listener), "127.0.0.2", calling="FRIEND") == 0x0124


def test_an_operation_of_another_class_is_unrecognised() -> None:
    with listening() as listener, RawPeer(port_of(listener)) as peer:
        assert peer.associate() == 2
        peer.message(1, _store_command(), b"x" * 100)
        assert peer.answer()[0]["Status"] == 0x0211


@pytest.mark.logs_errors
def test_a_service_that_fails_never_answers_success() -> None:
    archive = FakeArchive()
    archive.problem = RuntimeError("CANARY must not be seen")
    with listening(archive) as listener, RawPeer(port_of(listener)) as peer:
        assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
        peer.message(1, _store_command(), b"x" * 100)
        command, _ = peer.answer()
        assert command["Status"] == 0xC211
        assert "CANARY" not in command["ErrorComment"]
        archive.problem = None
        peer.message(1, _store_command(), b"x" * 100)
        assert peer.answer()[0]["Status"] == 0


_ASKED = {
    "echo": (VERIFICATION, {"CommandField": 0x30}),
    "store": (INTRA_ORAL, {"CommandField": 1, "AffectedSOPInstanceUID": "2.25.1"}),
    "find": ("1.2.840.10008.5.1.4.1.2.2.1", {"CommandField": 0x20}),
    "move": ("1.2.840.10008.5.1.4.1.2.2.2", {"CommandField": 0x21, "MoveDestination": "X"}),
    "get": ("1.2.840.10008.5.1.4.1.2.2.3", {"CommandField": 0x10}),
    "worklist": ("1.2.840.10008.5.1.4.31", {"CommandField": 0x20}),
    "mpps": ("1.2.840.10008.3.1.2.3.3", {"CommandField": 0x140}),
    "commitment": ("1.2.840.10008.1.20.1", {"CommandField": 0x130, "ActionTypeID": 1}),
}


@pytest.mark.parametrize("service", sorted(_ASKED))
def test_each_service_needs_its_own_right(service: str) -> None:
    """Bar 19: all other rights together do not open it."""
    sop_class, command = _ASKED[service]
    book = PeerBook()
    book.add(make_peer("FRIEND", "127.0.0.2", 104, allow=set(_ASKED) - {service}))
    with (
        listening(peers=book, local=_remote) as listener,
        RawPeer(port_of(listener), "127.0.0.2") as peer,
    ):
        assert peer.associate((1, sop_class, (IMPLICIT,)), calling="FRIEND") == 2
        data = None if service == "echo" else b"\x08\0\x52\0\0\0\0\0"
        peer.message(1, {"MessageID": 1, "AffectedSOPClassUID": sop_class, **command}, data)
        assert peer.answer()[0]["Status"] == 0x0124
