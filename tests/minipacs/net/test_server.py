"""The whole node: what it serves, how it says so, and that it ends."""

from __future__ import annotations

import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from minipacs.net import scp
from minipacs.net.errors import BadAddress
from minipacs.net.peers import make_peer
from minipacs.net.scp import provides
from minipacs.server import NodeSettings
from tests.minipacs.net.noderig import a_node, filled
from tests.minipacs.net.rig import EXPLICIT, IMPLICIT, INTRA_ORAL, RawPeer, echo
from tests.peers import run

SERVICES = ("commitment", "mpps", "query", "retrieve", "storage", "verification", "worklist")
STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3"


def test_a_service_is_found_by_its_file_and_the_list_is_closed() -> None:
    assert scp.names() == SERVICES
    with pytest.raises(ValueError, match="twice or too late"):
        provides.add("more")(lambda node: node)  # type: ignore[arg-type,return-value]


def test_a_node_tells_how_it_is(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        status = rig.node.status()
        assert status.running
        assert (status.host, status.port) == ("127.0.0.1", rig.port)
        with RawPeer(rig.port) as peer:
            assert peer.associate() == 2
            assert rig.node.status().associations == 1
        rig.node.stop()
        assert not rig.node.status().running
        _, port = rig.node.start()
        assert echo(port) == 0


def test_a_node_is_for_this_computer_only_unless_told_otherwise() -> None:
    assert NodeSettings().host == "127.0.0.1"
    with pytest.raises(BadAddress):
        make_peer("", "127.0.0.1", 1)


def test_only_the_wanted_services_are_served(tmp_path: Path) -> None:
    with a_node(tmp_path, services=("verification",)) as rig:
        assert echo(rig.port) == 0
        said = run("findscu", "-v", "-W", "127.0.0.1", rig.port, "-k", "PatientName")
        assert "No Acceptable Presentation Contexts" in said.stdout


def test_echoscu_is_answered_and_termscu_cannot_end_the_node(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        assert run("echoscu", "127.0.0.1", rig.port).returncode == 0
        assert run("echoscu", "--repeat", "5", "127.0.0.1", rig.port).returncode == 0
        run("termscu", "127.0.0.1", rig.port)
        assert run("echoscu", "127.0.0.1", rig.port).returncode == 0


def test_a_refusal_is_audited_and_a_flood_of_them_is_bounded(tmp_path: Path) -> None:
    with a_node(tmp_path, check_called="always") as rig:
        for _ in range(80):
            assert echo(rig.port, called="OTHER") == "rejected"
        assert echo(rig.port) == 0
        found = [one for one in rig.archive.audit.records() if one.outcome == "refused"]
        assert 1 <= len(found) <= 60
        assert "called AE title" in found[0].detail


def test_a_retrieval_that_is_cancelled_stops_and_says_what_remains(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig, RawPeer(rig.port) as peer:
        uids = "\\".join(str(ds.StudyInstanceUID) for ds in filled(rig.archive, 5)).encode()
        uids += b"\0" * (len(uids) % 2)
        contexts = ((1, STUDY_GET, (IMPLICIT,)), (3, INTRA_ORAL, (EXPLICIT,)))
        assert peer.associate(*contexts, roles={INTRA_ORAL: (False, True)}) == 2
        identifier = b"\x08\0\x52\0\6\0\0\0STUDY "
        identifier += b"\x20\0\x0d\0" + struct.pack("<L", len(uids)) + uids
        peer.message(
            1, {"CommandField": 0x10, "MessageID": 9, "AffectedSOPClassUID": STUDY_GET}, identifier
        )
        stored = 0
        while True:
            command, data = peer.answer()
            if command["CommandField"] == 1:
                stored += 1
                assert len(data) > 1000
                if stored == 2:
                    peer.message(1, {"CommandField": 0xFFF, "MessageIDBeingRespondedTo": 9})
                peer.message(
                    3,
                    {
                        "CommandField": 0x8001,
                        "MessageIDBeingRespondedTo": command["MessageID"],
                        "Status": 0,
                    },
                )
            elif command["Status"] != 0xFF00:
                break
        assert command["Status"] == 0xFE00
        assert command["NumberOfCompletedSuboperations"] == stored == 2
        assert command["NumberOfRemainingSuboperations"] == 3


_PROGRAM = """
import sys
from pathlib import Path
from minipacs.archive import Archive
from minipacs.clock import system_clock
from minipacs.server import MiniPacs, NodeSettings
with Archive.open(Path(sys.argv[1]), clock=system_clock, reserve_bytes=0) as archive:
    node = MiniPacs(archive, NodeSettings(port=0))
    print(node.start()[1], flush=True)
    sys.stdin.readline()
    node.stop()
"""


def test_the_process_ends_although_peers_are_stuck(tmp_path: Path) -> None:
    """Finding 9: stock pynetdicom's threads keep the process alive."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(tmp_path / "a")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with RawPeer(port) as silent, RawPeer(port) as half:
            silent.send(b"\1\0")
            assert half.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
            half.send(b"\4\0\0\0\1")
            started = time.monotonic()
            process.communicate("stop\n", timeout=20)
            assert process.returncode == 0
            assert time.monotonic() - started < 10
    finally:
        process.kill()
        process.wait(5)
