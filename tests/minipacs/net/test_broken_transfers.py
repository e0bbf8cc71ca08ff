"""Transfers that end in the middle, at any byte: nothing of them is seen, and nothing of them stays.

`CHAIRSIDE_CUTS=100` for the figure of the release.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import struct
import threading
import time
from pathlib import Path

import pytest

from minipacs.dicom import part10
from minipacs.net import commands, pdu
from tests.minipacs.net.noderig import Rig, a_node
from tests.minipacs.net.rig import EXPLICIT, INTRA_ORAL, RawPeer, associate_rq, echo
from tests.objects import an_object
from tests.peers import wait_until

CUTS = int(os.environ.get("CHAIRSIDE_CUTS", "15"))
SEED = int(os.environ.get("CHAIRSIDE_SEED", "5"))


def a_store(uid: str) -> tuple[bytes, list[int]]:
    """A C-STORE of 5 MB as it goes over the wire, and where its PDUs end."""
    data = an_object(uid=uid, rows=1600, columns=1600)
    command = {
        "CommandField": commands.C_STORE_RQ,
        "MessageID": 1,
        "AffectedSOPClassUID": INTRA_ORAL,
        "AffectedSOPInstanceUID": uid,
        "Priority": 0,
        "CommandDataSetType": commands.DATA_SET,
    }
    body = memoryview(data)[part10.scan(data).dataset_offset :]
    parts = [bytes(one) for one in pdu.p_data(1, commands.encode(command), body, 65536)]
    stream = b"".join(parts)
    ends, at = [], 0
    while at < len(stream):
        at += 6 + struct.unpack(">L", stream[at + 2 : at + 6])[0]
        ends.append(at)
    assert at == len(stream) > 5_000_000
    return stream, ends


def reset(peer: RawPeer) -> None:
    peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.sock.close()


def abort(peer: RawPeer) -> None:
    peer.send(bytes((7, 0, 0, 0, 0, 4, 0, 0, 0, 0)))
    assert peer.is_ended()


def half_close(peer: RawPeer) -> None:
    peer.sock.shutdown(socket.SHUT_WR)
    assert peer.is_ended()


def files(rig: Rig) -> list[Path]:
    archive = rig.folder / "archive"
    places = (archive / "incoming", archive / "blobs", archive / "quarantine")
    return [path for place in places for path in place.rglob("*") if path.is_file()]


def open_files() -> int:
    return len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0


@pytest.mark.parametrize("end", [reset, abort, half_close])
def test_a_store_that_ends_at_any_byte_leaves_nothing(tmp_path: Path, end: object) -> None:
    chance = random.Random(SEED)
    stream, ends = a_store("2.25.4711")
    with a_node(tmp_path) as rig:
        echo(rig.port)
        wait_until(lambda: rig.node.status().associations == 0)
        threads, handles = threading.active_count(), open_files()
        for _ in range(CUTS):
            offset = chance.randrange(1, len(stream) - 1)
            if end is abort:
                # An abort is a PDU of its own: it comes between two others, but before the last.
                offset = chance.choice(ends[:-1])
            with RawPeer(rig.port) as peer:
                assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
                peer.send(stream[:offset])
                end(peer)  # type: ignore[operator]
        wait_until(lambda: rig.node.status().associations == rig.node.status().waiting == 0)
        assert files(rig) == []
        assert rig.archive.counts().instances == 0
        wait_until(lambda: threading.active_count() <= threads, what="the threads")
        wait_until(lambda: open_files() <= handles, what="the files")
        # The control: the same bytes to their end are stored, and the answer is Success.
        with RawPeer(rig.port) as peer:
            assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
            peer.send(stream)
            assert peer.answer()[0]["Status"] == 0
        assert rig.archive.counts().instances == 1
        assert len(files(rig)) == 1


def conversation(uid: str) -> bytes:
    """Everything that a good client sends: request, echo, store, release."""
    data = an_object(uid=uid, rows=16, columns=16)
    echo_rq = {
        "CommandField": commands.C_ECHO_RQ,
        "MessageID": 1,
        "AffectedSOPClassUID": "1.2.840.10008.1.1",
        "CommandDataSetType": commands.NO_DATA_SET,
    }
    store_rq = {
        "CommandField": commands.C_STORE_RQ,
        "MessageID": 2,
        "AffectedSOPClassUID": INTRA_ORAL,
        "AffectedSOPInstanceUID": uid,
        "Priority": 0,
        "CommandDataSetType": commands.DATA_SET,
    }
    body = memoryview(data)[part10.scan(data).dataset_offset :]
    contexts = ((1, "1.2.840.10008.1.1", (EXPLICIT,)), (3, INTRA_ORAL, (EXPLICIT,)))
    parts: list[bytes] = [associate_rq(contexts)]
    parts += [bytes(one) for one in pdu.p_data(1, commands.encode(echo_rq), None, 16384)]
    parts += [bytes(one) for one in pdu.p_data(3, commands.encode(store_rq), body, 16384)]
    parts.append(bytes((5, 0, 0, 0, 0, 4, 0, 0, 0, 0)))
    return b"".join(parts)


def changed(stream: bytes, chance: random.Random) -> bytes:
    """Some bytes other, gone, doubled or inserted, the headers more often than the rest."""
    data = bytearray(stream)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(min(len(data), chance.choice((12, 300, len(data)))))
        match chance.randrange(5):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                data[at] ^= 1 << chance.randrange(8)
            case 2:
                del data[at : at + chance.randint(1, 8)]
            case 3:
                data[at:at] = chance.randbytes(chance.randint(1, 8))
            case _:
                data[at : at + 4] = chance.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"))
    return bytes(data[: chance.randrange(1, len(data))] if chance.random() < 0.3 else data)


def test_changed_conversations_harm_nobody(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    problems: list[object] = []
    before = threading.excepthook
    threading.excepthook = lambda args: problems.append(args.exc_type)
    try:
        with a_node(tmp_path) as rig:
            echo(rig.port)
            for number in range(CUTS * 8):
                stream = changed(conversation(f"2.25.{number + 1}"), chance)
                with contextlib.suppress(OSError), RawPeer(rig.port, seconds=0.2) as peer:
                    peer.send(stream)
                    peer.sock.shutdown(socket.SHUT_WR)
                    while peer.sock.recv(65536):
                        pass
                if number % 20 == 0:
                    began = time.monotonic()
                    assert echo(rig.port) == 0
                    assert time.monotonic() - began < 5
            wait_until(lambda: rig.node.status().associations == rig.node.status().waiting == 0)
            assert rig.archive.check().is_good
            assert not list((rig.folder / "archive" / "incoming").iterdir())
            assert echo(rig.port) == 0
    finally:
        threading.excepthook = before
    assert problems == []


def test_an_unchanged_conversation_is_served(tmp_path: Path) -> None:
    """The control of the test above."""
    with a_node(tmp_path) as rig:
        with RawPeer(rig.port) as peer:
            peer.send(conversation("2.25.1"))
            assert peer.read_pdu()[0] == 2
            assert [peer.answer()[0]["Status"] for _ in range(2)] == [0, 0]
            assert peer.read_pdu()[0] == 6
        assert rig.archive.counts().instances == 1
