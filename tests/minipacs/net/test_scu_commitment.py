"""Storage commitment as the one who asks."""

from __future__ import annotations

import threading

import pytest
from pydicom.dataset import Dataset
from pynetdicom import evt

from minipacs.net.errors import PeerRefused
from minipacs.net.scu import commitment
from tests.servers import pynetdicom_scp

REFS = [("1.2.840.10008.5.1.4.1.1.1.3", "2.25.1"), ("1.2.840.10008.5.1.4.1.1.1.3", "2.25.2")]


class Keeper:
    """A commitment server that reports on the same association, when told to."""

    def __init__(self, status: int = 0, *, reports: bool = True, uid: str = "") -> None:
        self.status, self.reports, self.uid = status, reports, uid
        self.answered: list[int] = []

    def on_action(self, event: evt.Event) -> tuple[int, Dataset | None]:
        if self.status == 0 and self.reports:
            asked = event.action_information
            threading.Timer(0.1, self.report, (event.assoc, asked)).start()
        return self.status, None

    def report(self, assoc: object, asked: Dataset) -> None:
        info = Dataset()
        info.TransactionUID = self.uid or asked.TransactionUID
        info.ReferencedSOPSequence = [asked.ReferencedSOPSequence[0]]
        failed = asked.ReferencedSOPSequence[1]
        failed.FailureReason = 0x0112
        info.FailedSOPSequence = [failed]
        status, _ = assoc.send_n_event_report(  # type: ignore[attr-defined]
            info, 2, commitment.COMMITMENT, commitment.COMMITMENT_INSTANCE
        )
        self.answered.append(status.Status)

    def handlers(self) -> list[tuple[object, object]]:
        return [(evt.EVT_N_ACTION, self.on_action)]


def ask(keeper: Keeper, wait: float) -> commitment.Report | None:
    with pynetdicom_scp([commitment.COMMITMENT], keeper.handlers()) as peer:
        return commitment.request(peer, "2.25.9", REFS, calling_ae="CHAIR", wait=wait)


def test_a_report_on_the_same_association_is_heard_and_answered() -> None:
    keeper = Keeper()
    report = ask(keeper, wait=10)
    assert report == commitment.Report("2.25.9", (REFS[0],), ((*REFS[1], 0x0112),))
    assert keeper.answered == [0]


def test_a_report_that_comes_another_time_is_not_waited_for_longer_than_told() -> None:
    assert ask(Keeper(reports=False), wait=0.3) is None


def test_without_waiting_the_request_alone_counts() -> None:
    assert ask(Keeper(reports=False), wait=0) is None


def test_a_report_about_something_else_is_not_taken_for_ours() -> None:
    assert ask(Keeper(uid="2.25.666"), wait=0.6) is None


def test_a_refused_request_is_raised() -> None:
    with pytest.raises(PeerRefused) as caught:
        ask(Keeper(0x0110), wait=1)
    assert caught.value.status == 0x0110


def test_the_request_names_each_object() -> None:
    ds = commitment.request_dataset("2.25.9", REFS)
    assert [
        (item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID)
        for item in ds.ReferencedSOPSequence
    ] == REFS
