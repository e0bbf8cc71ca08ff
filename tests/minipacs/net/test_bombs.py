"""Objects that claim to be enormous when they are unpacked: kept as they are, never unpacked for a peer. Bar 21."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest
from pydicom.encaps import encapsulate

from minipacs.archive import Origin
from minipacs.net.scu.store import store
from tests.minipacs.net.noderig import a_node
from tests.minipacs.net.rig import EXPLICIT, INTRA_ORAL, RawPeer, echo, memory_kb
from tests.objects import an_object
from tests.servers import storescp

RLE, JPEG, JPEG_2000 = (
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.90",
)
SEGMENTS = struct.pack("<16L", 1, 64, *[0] * 14) + bytes((129, 0)) * 400
JPEG_HEAD = (
    b"\xff\xd8\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00"
    b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + bytes(500) + b"\xff\xd9"
)


def a_bomb(uid: str, syntax: str, frame: bytes, frames: int) -> bytes:
    """A few hundred bytes that say they are 4 GB a frame."""
    return an_object(
        uid=uid,
        Rows=65535,
        Columns=65535,
        NumberOfFrames=frames,
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        PixelData=encapsulate([frame]),
        syntax=syntax,
    )


@pytest.mark.parametrize(
    ("syntax", "frame", "frames"),
    [
        (RLE, SEGMENTS, 1),
        (RLE, SEGMENTS, 10_000),
        (JPEG, JPEG_HEAD, 1),
        (JPEG_2000, b"\xff\x4f", 1),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_bomb_is_not_unpacked_for_a_peer_that_wants_it_plain(
    tmp_path: Path, syntax: str, frame: bytes, frames: int
) -> None:
    bomb, good = a_bomb("2.25.1", syntax, frame, frames), an_object(uid="2.25.2")
    with storescp(tmp_path / "in", "--prefer-little") as peer:
        list(store(peer.peer, [good], calling_ae="CHAIR"))
        before, began = memory_kb(), time.monotonic()
        results = list(store(peer.peer, [bomb, good], calling_ae="CHAIR"))
        took, grown = time.monotonic() - began, memory_kb() - before
    assert [one.ok for one in results] == [False, True], results
    assert took < 10
    assert grown < 64_000, f"{grown} KB"


def test_the_node_keeps_a_bomb_as_it_is_and_serves_on(tmp_path: Path) -> None:
    bomb = a_bomb("2.25.1", RLE, SEGMENTS, 1)
    with a_node(tmp_path) as rig:
        before = memory_kb()
        rig.archive.ingest(bomb, Origin("store"))
        assert rig.archive.read("2.25.1") == bomb
        with RawPeer(rig.port) as peer:
            # A C-GET by somebody who takes it in no packed form.
            study_get = "1.2.840.10008.5.1.4.1.2.2.3"
            roles = {INTRA_ORAL: (False, True)}
            contexts = ((1, study_get, (EXPLICIT,)), (3, INTRA_ORAL, (EXPLICIT,)))
            assert peer.associate(*contexts, roles=roles) == 2
            keys = b"\x08\0\x52\0CS\x06\0STUDY \x20\0\x0d\0UI\x08\x002.25.11\0"
            command = {"CommandField": 0x10, "MessageID": 1, "AffectedSOPClassUID": study_get}
            peer.message(1, command | {"Priority": 0}, keys)
            answer, _ = peer.answer()
            assert answer["CommandField"] == 0x8010
            assert answer["Status"] == 0xA702
            assert answer["NumberOfFailedSuboperations"] == 1
        assert memory_kb() - before < 64_000
        assert echo(rig.port) == 0
