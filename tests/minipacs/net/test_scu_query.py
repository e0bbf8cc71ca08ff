"""Queries of real peers."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from minipacs.net.errors import PeerRejected
from minipacs.net.scu.query import find, identifier_of
from minipacs.net.scu.store import store
from tests.objects import an_object
from tests.servers import Server, dcmqrscp, orthanc, storescp

KEYS = {"PatientID": "P-4711", "StudyInstanceUID": "", "PatientName": ""}


def filled(server: Server, count: int = 3) -> None:
    objects = [an_object(study=f"2.25.5{n}", series=f"2.25.6{n}") for n in range(count)]
    assert all(one.ok for one in store(server.peer, objects, calling_ae="CHAIR"))


def test_the_studies_of_a_patient(tmp_path: Path) -> None:
    with dcmqrscp(tmp_path / "qr") as server:
        filled(server)
        found = list(find(server.peer, "STUDY", KEYS, calling_ae="CHAIR"))
    assert {one.StudyInstanceUID for one in found} == {"2.25.50", "2.25.51", "2.25.52"}


def test_patient_root_and_a_data_set_as_keys(tmp_path: Path) -> None:
    keys = Dataset()
    keys.PatientID, keys.PatientName = "P-47*", ""
    with dcmqrscp(tmp_path / "qr") as server:
        filled(server, 1)
        (found,) = find(server.peer, "PATIENT", keys, root="PATIENT", calling_ae="CHAIR")
    assert found.PatientID == "P-4711"


def test_no_match_is_no_error(tmp_path: Path) -> None:
    with dcmqrscp(tmp_path / "qr") as server:
        assert list(find(server.peer, "STUDY", {"PatientID": "NONE"}, calling_ae="CHAIR")) == []


def test_a_limit_ends_the_query_at_the_peer(tmp_path: Path) -> None:
    with dcmqrscp(tmp_path / "qr") as server:
        filled(server)
        assert len(list(find(server.peer, "STUDY", KEYS, calling_ae="CHAIR", limit=2))) == 2


def test_cancelling_ends_the_matches(tmp_path: Path) -> None:
    cancel = threading.Event()
    with dcmqrscp(tmp_path / "qr") as server:
        filled(server)
        found = []
        for one in find(server.peer, "STUDY", KEYS, calling_ae="CHAIR", cancel=cancel):
            found.append(one)
            cancel.set()
    assert 1 <= len(found) <= 3


def test_orthanc_answers(tmp_path: Path) -> None:
    with orthanc(tmp_path / "orthanc") as server:
        filled(server)
        found = list(find(server.peer, "STUDY", KEYS, calling_ae="CHAIR"))
    assert len(found) == 3


def test_a_peer_that_cannot_find_is_told_apart(tmp_path: Path) -> None:
    with storescp(tmp_path / "in") as server, pytest.raises(PeerRejected):
        list(find(server.peer, "STUDY", KEYS, calling_ae="CHAIR"))


def test_a_wrong_level_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with storescp(tmp_path / "in") as server, pytest.raises(ValueError, match="WORKLIST"):
        identifier_of(server.peer, "WORKLIST", {})
