"""Storage Commitment: the report comes here, or there, or after a restart, but it comes. PS3.4 annex J."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import AE, build_role, evt

from minipacs.net.peers import Peer
from minipacs.net.reports import report_dataset
from minipacs.net.scu import commitment
from tests.minipacs.net.noderig import Rig, a_node, filled
from tests.peers import free_port, wait_until

COMMITMENT = "1.2.840.10008.1.20.1"
INSTANCE = "1.2.840.10008.1.20.1.1"
MISSING = ("1.2.840.10008.5.1.4.1.1.1.3", "2.25.404")


@contextmanager
def _modality_listening(port: int, heard: list[tuple[int, Dataset]]) -> Iterator[None]:
    """Stock pynetdicom as a modality with a listener of its own."""

    def on_report(event: Any) -> tuple[int, None]:
        heard.append((event.event_type, event.event_information))
        return 0, None

    ae = AE("MODALITY")
    ae.add_supported_context(COMMITMENT, scu_role=True, scp_role=True)
    server = ae.start_server(
        ("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_N_EVENT_REPORT, on_report)]
    )
    try:
        yield
    finally:
        server.shutdown()


def _ask_and_leave(rig: Rig, refs: list[tuple[str, str]], uid: str) -> int:
    ae = AE("MODALITY")
    ae.add_requested_context(COMMITMENT)
    assoc = ae.associate("127.0.0.1", rig.port)
    status, _ = assoc.send_n_action(commitment.request_dataset(uid, refs), 1, COMMITMENT, INSTANCE)
    assoc.release()
    return int(status.Status)


def _refs(rig: Rig, number: int) -> list[tuple[str, str]]:
    return [(str(ds.SOPClassUID), str(ds.SOPInstanceUID)) for ds in filled(rig.archive, number)]


def test_a_peer_that_waits_hears_in_the_same_association(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        refs = _refs(rig, 2)
        report = commitment.request(
            rig.peer, "2.25.1", [*refs, MISSING], calling_ae="MODALITY", wait=5
        )
        assert report is not None
        assert sorted(report.committed) == sorted(refs)
        assert report.failed == ((*MISSING, 0x0112),)
        wait_until(lambda: rig.archive.commitment.pending("scp") == [])


def test_a_peer_that_leaves_hears_at_its_own_listener(tmp_path: Path) -> None:
    heard: list[tuple[int, Dataset]] = []
    port = free_port()
    modality = Peer("MODALITY", "127.0.0.1", port)
    with _modality_listening(port, heard), a_node(tmp_path, peers=(modality,)) as rig:
        refs = _refs(rig, 1)
        assert _ask_and_leave(rig, refs, "2.25.2") == 0
        wait_until(lambda: heard, 10)
        ((kind, information),) = heard
        assert (kind, information.TransactionUID) == (1, "2.25.2")
        assert information.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == refs[0][1]
        wait_until(lambda: rig.archive.commitment.pending("scp") == [])


def test_a_report_that_is_owed_survives_a_restart(tmp_path: Path) -> None:
    heard: list[tuple[int, Dataset]] = []
    port = free_port()
    modality = Peer("MODALITY", "127.0.0.1", port)
    with a_node(tmp_path, peers=(modality,)) as rig:
        assert _ask_and_leave(rig, _refs(rig, 1), "2.25.3") == 0
        assert [one.transaction_uid for one in rig.archive.commitment.pending("scp")] == ["2.25.3"]
    with _modality_listening(port, heard), a_node(tmp_path) as rig:
        wait_until(lambda: heard, 10)
        wait_until(lambda: rig.archive.commitment.pending("scp") == [])


def test_requests_that_cannot_be_meant_are_refused(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        refs = _refs(rig, 1)
        assert _ask_and_leave(rig, refs, "../../evil") == 0x0115
        assert _ask_and_leave(rig, [], "2.25.4") == 0x0115
        assert _ask_and_leave(rig, refs, "2.25.5") == 0
        # The same again is the same; the same UID for something else is not.
        assert _ask_and_leave(rig, refs, "2.25.5") == 0
        assert _ask_and_leave(rig, [MISSING], "2.25.5") == 0x0210


def _report(
    rig: Rig, transaction: str, refs: list[tuple[str, str]], *, title: str, role: bool
) -> int:
    ae = AE(title)
    ae.add_requested_context(COMMITMENT)
    extra = [build_role(COMMITMENT, scu_role=False, scp_role=True)] if role else []
    assoc = ae.associate("127.0.0.1", rig.port, ext_neg=extra)
    assert assoc.is_established
    status, _ = assoc.send_n_event_report(
        report_dataset(transaction, refs, [], "PACS"), 1, COMMITMENT, INSTANCE
    )
    assoc.release()
    return int(status.Status)


def test_a_report_on_our_own_request_is_taken_from_whom_we_asked(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        refs = _refs(rig, 1)
        rig.archive.commitment.remember("2.25.6", "PACS", refs)
        assert _report(rig, "2.25.6", refs, title="FOE", role=True) == 0x0124
        assert _report(rig, "2.25.7", refs, title="PACS", role=True) == 0x0110
        assert len(rig.archive.commitment.pending()) == 1
        assert _report(rig, "2.25.6", refs, title="PACS", role=True) == 0
        assert rig.archive.commitment.pending() == []
        assert _report(rig, "2.25.6", refs, title="PACS", role=True) == 0
