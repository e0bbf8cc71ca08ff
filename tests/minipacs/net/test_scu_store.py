"""Storage to real peers: the bytes arrive as they are, and each object has its own result."""

from __future__ import annotations

import threading
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit

from minipacs.dicom import part10
from minipacs.net.errors import PeerUnreachable
from minipacs.net.scu.store import StoreResult, StoreSession, parcel_of, store
from tests.objects import DIGITAL_XRAY, INTRA_ORAL, a_jpeg_photo, an_object
from tests.servers import fault_proxy, orthanc, storescp


def body(data: bytes) -> bytes:
    return data[part10.scan(data).dataset_offset :]


def test_the_bytes_arrive_as_they_are(tmp_path: Path) -> None:
    objects = [an_object(), an_object(sop_class=DIGITAL_XRAY, syntax=ImplicitVRLittleEndian)]
    with storescp(tmp_path / "in") as server:
        results = list(store(server.peer, objects, calling_ae="CHAIR"))
        assert [one.ok for one in results] == [True, True]
        assert [one.status for one in results] == [0, 0]
        received = {body(path.read_bytes()) for path in server.files()}
    assert received == {body(one) for one in objects}


def test_a_path_is_sent_too(tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(an_object(uid="2.25.7"))
    with storescp(tmp_path / "in") as server:
        (result,) = store(server.peer, [path], calling_ae="CHAIR")
    assert (result.sop_class_uid, result.sop_instance_uid, result.ok) == (
        INTRA_ORAL,
        "2.25.7",
        True,
    )


def test_a_large_object_survives_small_pdus(tmp_path: Path) -> None:
    data = an_object(rows=700, columns=900)
    with storescp(tmp_path / "in", "--max-pdu", 4096) as server:
        (result,) = store(server.peer, [data], calling_ae="CHAIR")
        assert result.ok
        assert body(server.files()[0].read_bytes()) == body(data)


def test_a_file_that_is_no_dicom_does_not_stop_the_others(tmp_path: Path) -> None:
    objects = [b"no dicom at all", tmp_path / "missing", an_object()]
    with storescp(tmp_path / "in") as server:
        bad, missing, good = store(server.peer, objects, calling_ae="CHAIR")
    assert (bad.ok, bad.sent, missing.ok, missing.sent) == (False, False, False, False)
    assert "not a DICOM object" in bad.comment
    assert "cannot be read" in missing.comment
    assert good.ok


def test_the_same_object_twice_has_two_results(tmp_path: Path) -> None:
    data = an_object()
    with storescp(tmp_path / "in") as server:
        assert [one.ok for one in store(server.peer, [data, data], calling_ae="CHAIR")] == [
            True,
            True,
        ]


def test_a_jpeg_stays_a_jpeg_where_the_peer_takes_it(tmp_path: Path) -> None:
    data = a_jpeg_photo()
    with storescp(tmp_path / "in", "--accept-all") as server:
        (result,) = store(server.peer, [data], calling_ae="CHAIR")
        assert (result.ok, result.transfer_syntax) == (True, JPEGBaseline8Bit)
        assert body(server.files()[0].read_bytes()) == body(data)


def test_a_jpeg_is_decompressed_where_the_peer_takes_no_jpeg(tmp_path: Path) -> None:
    with storescp(tmp_path / "in", "--prefer-little") as server:
        (result,) = store(server.peer, [a_jpeg_photo()], calling_ae="CHAIR")
        assert (result.ok, result.transfer_syntax) == (True, ExplicitVRLittleEndian)
        ds = pydicom.dcmread(server.files()[0])
    assert ds.LossyImageCompression == "01"
    assert len(ds.PixelData) == 32 * 32 * 3


def test_what_the_peer_takes_in_no_form_is_said(tmp_path: Path) -> None:
    strange = an_object(sop_class="2.25.99")
    with storescp(tmp_path / "in") as server:
        refused, good = store(server.peer, [strange, an_object()], calling_ae="CHAIR")
        (alone,) = store(server.peer, [strange], calling_ae="CHAIR")
    for one in (refused, alone):
        assert (one.ok, one.sent, one.status) == (False, False, 0x0122)
        assert "does not take" in one.comment
    assert good.ok


def test_more_contexts_than_one_association_has(tmp_path: Path) -> None:
    objects = [an_object(sop_class=f"2.25.1000{n}") for n in range(150)]
    with storescp(tmp_path / "in", "--promiscuous") as server:
        results = list(store(server.peer, objects, calling_ae="CHAIR"))
    assert [one.ok for one in results] == [True] * 150
    assert [one.sop_instance_uid for one in results] == [
        parcel_of(one).sop_instance_uid for one in objects
    ]


def test_each_result_comes_before_the_next_object_is_taken(tmp_path: Path) -> None:
    with storescp(tmp_path / "in") as server:
        results = store(server.peer, (an_object() for _ in range(3)), calling_ae="CHAIR")
        next(results)
        assert len(server.files()) == 1
        results.close()


def test_a_broken_connection_raises_after_the_acknowledged_results(tmp_path: Path) -> None:
    objects = [an_object(rows=200, columns=200) for _ in range(10)]
    with storescp(tmp_path / "in") as server, fault_proxy(server.peer) as (peer, proxy):
        proxy.cut_after = 350_000
        results = store(peer, objects, calling_ae="CHAIR")
        got: list[StoreResult] = []
        with pytest.raises(PeerUnreachable, match="connection"):
            got.extend(results)
        assert [one.ok for one in got] == [True] * 4


def test_cancelling_ends_the_sending(tmp_path: Path) -> None:
    cancel = threading.Event()
    with storescp(tmp_path / "in") as server:
        got = []
        for one in store(
            server.peer, [an_object() for _ in range(5)], calling_ae="CHAIR", cancel=cancel
        ):
            got.append(one)
            cancel.set()
    assert len(got) == 1


def test_a_session_goes_on_after_the_peer_left_in_between(tmp_path: Path) -> None:
    with (
        storescp(tmp_path / "in") as server,
        StoreSession(server.peer, calling_ae="CHAIR") as session,
    ):
        assert session.send(an_object()).ok
        session._conversation.abort()  # type: ignore[union-attr]
        assert session.send(an_object()).ok


def test_orthanc_takes_the_bytes(tmp_path: Path) -> None:
    with orthanc(tmp_path / "orthanc") as server:
        results = list(store(server.peer, [an_object(), a_jpeg_photo()], calling_ae="CHAIR"))
    assert [(one.ok, one.status) for one in results] == [(True, 0), (True, 0)]
