"""Who may do what, every cell: known and unknown AE titles, right and wrong addresses, each service, each right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from minipacs.net.access import Access
from minipacs.net.peers import SERVICES, make_peer
from minipacs.server import NodeSettings
from tests.minipacs.net.noderig import Rig, a_node
from tests.minipacs.net.rig import IMPLICIT, INTRA_ORAL, VERIFICATION, RawPeer

REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "echo": (VERIFICATION, {"CommandField": 0x30}),
    "store": (INTRA_ORAL, {"CommandField": 1, "AffectedSOPInstanceUID": "2.25.1"}),
    "find": ("1.2.840.10008.5.1.4.1.2.2.1", {"CommandField": 0x20}),
    "move": ("1.2.840.10008.5.1.4.1.2.2.2", {"CommandField": 0x21, "MoveDestination": "NOBODY"}),
    "get": ("1.2.840.10008.5.1.4.1.2.2.3", {"CommandField": 0x10}),
    "worklist": ("1.2.840.10008.5.1.4.31", {"CommandField": 0x20}),
    "mpps": ("1.2.840.10008.3.1.2.3.3", {"CommandField": 0x140}),
    "commitment": ("1.2.840.10008.1.20.1", {"CommandField": 0x130, "ActionTypeID": 1}),
}
STUDY_LEVEL = b"\x08\0\x52\0\x06\0\0\0STUDY \x20\0\x0d\0\x04\0\0\x001.2\0"
"""Query/Retrieve Level and a Study Instance UID, Implicit VR."""


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """FRIEND, at 127.0.0.2, may nothing but what a test gives it; only 127.0.0.1 counts as this computer."""
    kwdefaults = Access.__init__.__kwdefaults__
    monkeypatch.setitem(kwdefaults, "local", lambda address: address == "127.0.0.1")
    with a_node(tmp_path) as rig:
        yield rig


def ask(rig: Rig, service: str, calling: str, source: str) -> int | str:
    """The status, or `rejected`."""
    sop_class, command = REQUESTS[service]
    with RawPeer(rig.port, source) as peer:
        kind = peer.associate((1, sop_class, (IMPLICIT,)), calling=calling)
        if kind != 2:
            return {3: "rejected", 0: "closed", 7: "aborted"}[kind]
        data = None if service == "echo" else STUDY_LEVEL
        peer.message(1, {"MessageID": 1, "AffectedSOPClassUID": sop_class, **command}, data)
        return int(peer.answer()[0]["Status"])


def refusals(rig: Rig) -> int:
    return sum(one.outcome == "refused" for one in rig.archive.audit.records())


@pytest.mark.parametrize("granted", SERVICES)
def test_one_right_opens_one_service(node: Rig, granted: str) -> None:
    node.node.peers.add(make_peer("FRIEND", "127.0.0.2", 104, allow=[granted]))
    found = {service: ask(node, service, "FRIEND", "127.0.0.2") for service in SERVICES}
    assert found.pop(granted) != 0x0124
    assert set(found.values()) == {0x0124}
    assert refusals(node) == len(SERVICES) - 1


@pytest.mark.parametrize(
    ("calling", "source"),
    [("FRIEND", "127.0.0.3"), ("FOE", "127.0.0.2"), ("FOE", "127.0.0.3"), ("friend", "127.0.0.2")],
)
def test_neither_the_title_nor_the_address_alone_opens_anything(
    node: Rig, calling: str, source: str
) -> None:
    node.node.peers.add(make_peer("FRIEND", "127.0.0.2", 104))
    found = {ask(node, service, calling, source) for service in SERVICES}
    assert found <= {"rejected", "closed"}
    assert refusals(node) >= len(SERVICES) - 1
    # The control: the friend itself is served.
    assert ask(node, "echo", "FRIEND", "127.0.0.2") == 0


def test_every_service_of_the_book_stands_in_the_matrix() -> None:
    assert set(REQUESTS) == set(SERVICES)


def test_a_move_to_nobody_is_told_with_its_own_status(node: Rig) -> None:
    node.node.peers.add(make_peer("FRIEND", "127.0.0.2", 104, allow=["move"]))
    assert ask(node, "move", "FRIEND", "127.0.0.2") == 0xA801


def test_a_fresh_node_listens_to_this_computer_alone_and_knows_nobody(node: Rig) -> None:
    assert NodeSettings().host == "127.0.0.1"
    assert node.node.status().host == "127.0.0.1"
    assert node.node.peers.list() == []
    assert {ask(node, service, "ANYONE", "127.0.0.2") for service in SERVICES} <= {
        "rejected",
        "closed",
    }
