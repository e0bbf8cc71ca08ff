"""Retrieval from real peers: what comes is what they have, and a hostile peer gets no path out of us."""

from __future__ import annotations

from pathlib import Path

import pytest

from minipacs.archive.errors import StorageFull
from minipacs.dicom import part10
from minipacs.net.errors import PeerRefused
from minipacs.net.peers import Peer
from minipacs.net.scu.retrieve import Progress, get, move
from minipacs.net.scu.store import store
from tests.objects import an_object
from tests.peers import free_port
from tests.servers import Server, dcmqrscp, orthanc, storescp

STUDY = {"StudyInstanceUID": "2.25.11"}


def body(data: bytes) -> bytes:
    return data[part10.scan(data).dataset_offset :]


def filled(server: Server, count: int = 3) -> list[bytes]:
    objects = [an_object() for _ in range(count)]
    assert all(one.ok for one in store(server.peer, objects, calling_ae="CHAIR"))
    return objects


class Basket:
    """A sink that keeps what it gets."""

    def __init__(self, status: int = 0) -> None:
        self.got: list[bytes] = []
        self.status = status

    def __call__(self, data: bytes) -> int:
        self.got.append(data)
        return self.status


@pytest.mark.parametrize("server", [dcmqrscp, orthanc])
def test_get_brings_the_objects_to_the_sink(server: object, tmp_path: Path) -> None:
    basket = Basket()
    with server(tmp_path / "peer") as peer:  # type: ignore[operator]
        sent = filled(peer)
        result = get(peer.peer, "STUDY", STUDY, basket, calling_ae="CHAIR")
    assert (result.status, result.progress.completed) == (0, 3)
    assert {part10.header(one).SOPInstanceUID for one in basket.got} == {
        part10.header(one).SOPInstanceUID for one in sent
    }
    assert all(part10.read(one).PatientID == "P-4711" for one in basket.got)


def test_what_dcmqrscp_stored_comes_back_byte_for_byte(tmp_path: Path) -> None:
    basket = Basket()
    with dcmqrscp(tmp_path / "peer") as peer:
        sent = filled(peer)
        get(peer.peer, "STUDY", STUDY, basket, calling_ae="CHAIR")
    assert {body(one) for one in basket.got} == {body(one) for one in sent}


def test_a_full_disk_is_told_to_the_peer_as_out_of_resources(tmp_path: Path) -> None:
    def full(data: bytes) -> int:
        raise StorageFull(1, 2)

    with dcmqrscp(tmp_path / "peer") as peer:
        filled(peer)
        with pytest.raises(PeerRefused) as caught:
            get(peer.peer, "STUDY", STUDY, full, calling_ae="CHAIR")
    assert caught.value.status == 0xA702


def test_get_of_nothing_is_no_error(tmp_path: Path) -> None:
    with dcmqrscp(tmp_path / "peer") as peer:
        result = get(
            peer.peer, "STUDY", {"StudyInstanceUID": "1.2.3"}, Basket(), calling_ae="CHAIR"
        )
    assert result.progress.completed == 0


def test_move_sends_to_the_third(tmp_path: Path) -> None:
    port = free_port()
    third = Peer("THIRD", "127.0.0.1", port)
    seen: list[Progress] = []
    with (
        dcmqrscp(tmp_path / "peer", destinations=[third]) as peer,
        storescp(tmp_path / "third", port=port) as receiver,
    ):
        filled(peer)
        result = move(peer.peer, "STUDY", STUDY, "THIRD", calling_ae="CHAIR", progress=seen.append)
        assert (result.status, result.progress.completed) == (0, 3)
        assert len(receiver.files()) == 3
    assert seen


def test_an_unknown_destination_is_refused(tmp_path: Path) -> None:
    with dcmqrscp(tmp_path / "peer") as peer:
        filled(peer, 1)
        with pytest.raises(PeerRefused) as caught:
            move(peer.peer, "STUDY", STUDY, "NOBODY", calling_ae="CHAIR")
    assert caught.value.status == 0xA801
