"""Our clients against our own node: each service once around."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from minipacs.archive import Archive, DeliveryState, Origin
from minipacs.clock import system_clock
from minipacs.dicom import part10, performed_step
from minipacs.dicom.model import PerformedStep
from minipacs.dicom.uids import CountedUids
from minipacs.net.delivery import Delivery
from minipacs.net.errors import PeerRefused, PeerRejected
from minipacs.net.peers import Peer
from minipacs.net.scu import commitment, mpps, query, retrieve
from minipacs.net.scu.echo import echo
from minipacs.net.scu.store import store
from minipacs.net.scu.worklist import worklist
from minipacs.server import MiniPacs, NodeSettings
from tests.builders import NOW, a_dog, a_patient, an_order
from tests.objects import INTRA_ORAL, a_jpeg_photo, an_object
from tests.peers import free_port, wait_until
from tests.servers import storescp

STEP = "2.25.77"


class Node:
    """A running node with its archive."""

    def __init__(self, folder: Path, ae_title: str) -> None:
        self.archive = Archive.open(folder, clock=system_clock)
        settings = NodeSettings(ae_title=ae_title, port=0)
        self.server = MiniPacs(self.archive, settings, clock=system_clock)
        host, port = self.server.start()
        self.peer = Peer(ae_title, host, port)

    def knows(self, peer: Peer) -> None:
        self.server.peers.add(peer)

    def close(self) -> None:
        self.server.stop()
        self.archive.close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    one = Node(tmp_path / "node", "NODE")
    yield one
    one.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Node]:
    one = Node(tmp_path / "other", "OTHER")
    yield one
    one.close()


def a_step() -> Dataset:
    return performed_step.create_dataset(
        a_patient(),
        an_order(),
        PerformedStep(STEP, "PPS1", NOW),
        modality="IO",
        station_ae="KIOSK",
    )


def test_echo(node: Node) -> None:
    assert echo(node.peer, calling_ae="KIOSK").status == 0


def test_what_is_stored_is_in_the_archive_byte_for_byte(node: Node) -> None:
    sent = [an_object(), a_jpeg_photo(), an_object(rows=900, columns=700)]
    results = list(store(node.peer, sent, calling_ae="KIOSK"))
    assert [one.ok for one in results] == [True] * 3
    for data, result in zip(sent, results, strict=True):
        kept = node.archive.read(result.sop_instance_uid)
        assert kept[part10.scan(kept).dataset_offset :] == data[part10.scan(data).dataset_offset :]


def test_a_full_disk_is_a_result_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "full"
    with Archive.open(folder, clock=system_clock, free_bytes=lambda _: 1000) as archive:
        server = MiniPacs(archive, NodeSettings(port=0), clock=system_clock)
        host, port = server.start()
        try:
            (result,) = store(Peer("MINIPACS", host, port), [an_object()], calling_ae="KIOSK")
        except PeerRejected:
            return  # a node may say it at the association already
        finally:
            server.stop()
    assert (result.ok, result.status) == (False, 0xA700)


def test_the_worklist_comes_back_whole_with_its_animals(node: Node) -> None:
    node.archive.worklist.add(a_patient(), an_order(step_id="S1"))
    node.archive.worklist.add(a_dog(), an_order(step_id="S2", start_date="20261121"))
    found = worklist(node.peer, calling_ae="KIOSK")
    assert [order.step_id for _, order in found] == ["S1", "S2"]
    assert found[0] == (a_patient(), an_order(step_id="S1", study_description="Full mouth series"))
    assert found[1][0] == a_dog()
    assert len(worklist(node.peer, calling_ae="KIOSK", date="20261121")) == 1


def test_a_step_closes_its_worklist_entry(node: Node) -> None:
    node.archive.worklist.add(a_patient(), an_order())
    assert mpps.create(node.peer, STEP, a_step(), calling_ae="KIOSK").status == 0
    assert node.archive.worklist.get("S1").status == "STARTED"
    got = mpps.get(node.peer, STEP, calling_ae="KIOSK")
    assert got.dataset.PerformedProcedureStepStatus == "IN PROGRESS"
    end = performed_step.final_dataset(
        "COMPLETED",
        NOW,
        [
            performed_step.PerformedSeries(
                "2.25.12", "Series", "FMX", "", "", ((INTRA_ORAL, "2.25.1"),), "NODE"
            )
        ],
        None,
    )
    assert mpps.set_(node.peer, STEP, end, calling_ae="KIOSK").status == 0
    assert node.archive.worklist.get("S1").status == "COMPLETED"
    with pytest.raises(PeerRefused) as caught:
        mpps.set_(node.peer, STEP, end, calling_ae="KIOSK")
    assert caught.value.status == 0x0110
    assert "no longer be updated" in caught.value.comment
    with pytest.raises(PeerRefused) as caught:
        mpps.create(node.peer, STEP, a_step(), calling_ae="KIOSK")
    assert caught.value.status == 0x0111


def test_commitment_on_the_same_association(node: Node) -> None:
    (result,) = store(node.peer, [an_object()], calling_ae="KIOSK")
    refs = [(INTRA_ORAL, result.sop_instance_uid), (INTRA_ORAL, "2.25.404")]
    report = commitment.request(node.peer, "2.25.9", refs, calling_ae="KIOSK", wait=10)
    assert report == commitment.Report("2.25.9", (refs[0],), ((*refs[1], 0x0112),))


def test_commitment_by_an_association_of_the_other_side(node: Node, other: Node) -> None:
    node.knows(other.peer)
    refs = []
    for one in store(node.peer, [an_object()], calling_ae="OTHER"):
        refs.append((one.sop_class_uid, one.sop_instance_uid))
    other.archive.commitment.remember("2.25.9", "NODE", refs)
    assert commitment.request(node.peer, "2.25.9", refs, calling_ae="OTHER") is None
    wait_until(lambda: not other.archive.commitment.pending(), 20, "the report")


def test_query_at_each_level(node: Node) -> None:
    assert all(one.ok for one in store(node.peer, [an_object()], calling_ae="KIOSK"))
    keys = {"StudyInstanceUID": "2.25.11", "SeriesInstanceUID": "2.25.12", "SOPInstanceUID": ""}
    for level, wanted in (("STUDY", 1), ("SERIES", 2), ("IMAGE", 3)):
        some = dict(list(keys.items())[:wanted])
        assert len(list(query.find(node.peer, level, some, calling_ae="KIOSK"))) == 1


def test_a_bad_query_is_refused_with_a_status(node: Node) -> None:
    keys = {"SeriesInstanceUID": ""}
    with pytest.raises(PeerRefused) as caught:
        list(query.find(node.peer, "SERIES", keys, calling_ae="KIOSK"))
    assert caught.value.status >> 12 in (0xA, 0xC)


def test_get_into_an_archive_of_our_own(node: Node, other: Node) -> None:
    sent = [an_object(), an_object(), a_jpeg_photo()]
    assert all(one.ok for one in store(node.peer, sent, calling_ae="KIOSK"))

    def sink(data: bytes) -> int:
        other.archive.ingest(data, Origin("retrieve", "NODE"))
        return 0

    study = {"StudyInstanceUID": "2.25.11"}
    result = retrieve.get(node.peer, "STUDY", study, sink, calling_ae="OTHER")
    assert (result.status, result.progress.completed) == (0, 3)
    assert other.archive.counts().instances == 3


def test_move_to_another_node(node: Node, tmp_path: Path) -> None:
    assert all(one.ok for one in store(node.peer, [an_object()], calling_ae="KIOSK"))
    port = free_port()
    node.knows(Peer("THIRD", "127.0.0.1", port))
    with storescp(tmp_path / "third", port=port) as third:
        result = retrieve.move(
            node.peer, "STUDY", {"StudyInstanceUID": "2.25.11"}, "THIRD", calling_ae="KIOSK"
        )
        assert (result.status, result.progress.completed) == (0, 1)
        assert len(third.files()) == 1
    with pytest.raises(PeerRefused) as caught:
        retrieve.move(node.peer, "STUDY", {"StudyInstanceUID": "1"}, "NOBODY", calling_ae="KIOSK")
    assert caught.value.status == 0xA801


def test_delivery_from_node_to_node_with_commitment(node: Node, other: Node) -> None:
    node.knows(other.peer)
    other.knows(node.peer)
    for _ in range(3):
        other.archive.ingest(an_object(), Origin("kiosk"), destinations=["NODE"])
    delivery = Delivery(
        other.archive,
        lambda _: node.peer,
        calling_ae="OTHER",
        clock=system_clock,
        uids=CountedUids(),
        commit_to=lambda _: True,
    )
    delivery.run_due()

    def states() -> list[DeliveryState]:
        return [one.state for one in other.archive.outbox.list() if one.kind == "store"]

    wait_until(lambda: states() == [DeliveryState.COMMITTED] * 3, 20, "the commitment")
