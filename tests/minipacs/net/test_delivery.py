"""The outbox worker against real peers that behave, break, lie and come back."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pynetdicom import evt

from minipacs.archive import Archive, DeliveryState, Origin
from minipacs.archive.outbox import ANSWER_WITHIN_S
from minipacs.dicom.uids import CountedUids
from minipacs.net import handover
from minipacs.net.delivery import Delivery
from minipacs.net.errors import UnknownPeer
from minipacs.net.peers import Peer
from minipacs.net.scu import commitment, mpps
from minipacs.net.wire import Timeouts
from tests.builders import NOW
from tests.objects import an_object
from tests.peers import free_port, wait_until
from tests.servers import Server, fault_proxy, pynetdicom_scp, scripted, storescp

QUEUED, SENDING, SENT, COMMITTED, FAILED = DeliveryState
SHORT = Timeouts(connect=2, acse=2, dimse=2, network=2)


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def passes(self, **of: float) -> None:
        self.now += dt.timedelta(**of)


class Office:
    """An archive with its outbox worker and the peers it may know."""

    def __init__(self, folder: Path) -> None:
        self.time = Time()
        self.folder = folder
        self.archive = Archive.open(folder, clock=self.time)
        self.peers: dict[str, Peer] = {}
        self.commit: set[str] = set()
        self.delivery = Delivery(
            self.archive,
            self.resolve,
            calling_ae="CHAIR",
            clock=self.time,
            uids=CountedUids(),
            commit_to=lambda title: title in self.commit,
            timeouts=SHORT,
        )

    def resolve(self, title: str) -> Peer:
        try:
            return self.peers[title]
        except KeyError:
            raise UnknownPeer(title) from None

    def knows(self, name: str, peer: Peer) -> None:
        self.peers[name] = peer

    def holds(self, count: int, *, to: str, **more: object) -> list[str]:
        return [
            self.archive.ingest(
                an_object(**more),  # type: ignore[arg-type]
                Origin("kiosk"),
                destinations=[to],
            ).sop_instance_uid
            for _ in range(count)
        ]

    def states(self, to: str) -> list[DeliveryState]:
        return [one.state for one in self.archive.outbox.list(destination=to)]

    def reasons(self, to: str) -> list[str]:
        return [one.reason for one in self.archive.outbox.list(destination=to)]

    def alerts(self) -> list[str]:
        return [one.text for one in self.archive.alerts.list()]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    one = Office(tmp_path / "archive")
    yield one
    one.delivery.stop()
    one.archive.close()


def test_what_is_queued_is_sent(office: Office, tmp_path: Path) -> None:
    office.holds(3, to="PACS")
    with storescp(tmp_path / "in") as server:
        office.knows("PACS", server.peer)
        tally = office.delivery.run_due()
        assert len(server.files()) == 3
    assert (tally.sent, tally.failed, tally.put_off) == (3, 0, 0)
    assert office.states("PACS") == [SENT] * 3
    assert all(one.status == 0 for one in office.archive.outbox.list())


def test_each_destination_gets_its_own(office: Office, tmp_path: Path) -> None:
    office.holds(1, to="A")
    office.holds(2, to="B")
    with storescp(tmp_path / "a") as a, storescp(tmp_path / "b") as b:
        office.knows("A", a.peer)
        office.knows("B", b.peer)
        office.delivery.run_due()
        assert (len(a.files()), len(b.files())) == (1, 2)


def test_a_dead_peer_is_tried_by_one_probe_and_holds_up_no_other(
    office: Office, tmp_path: Path
) -> None:
    office.holds(5, to="DEAD")
    office.holds(2, to="PACS")
    office.knows("DEAD", Peer("DEAD", "127.0.0.1", free_port()))
    with storescp(tmp_path / "in") as server:
        office.knows("PACS", server.peer)
        office.delivery.run_due()
        for _ in range(3):
            office.delivery.run_due()
    assert office.states("DEAD") == [QUEUED] * 5
    assert office.states("PACS") == [SENT] * 2
    assert [one.attempts for one in office.archive.outbox.list(destination="DEAD")] == [
        1,
        0,
        0,
        0,
        0,
    ]
    assert "nothing listens there" in office.reasons("DEAD")[0]


def test_everything_goes_once_the_peer_is_back(office: Office, tmp_path: Path) -> None:
    office.holds(5, to="PACS")
    port = free_port()
    office.knows("PACS", Peer("PACS", "127.0.0.1", port))
    office.delivery.run_due()
    office.time.passes(minutes=20)
    with storescp(tmp_path / "in", port=port) as server:
        office.delivery.run_due()
        assert len(server.files()) == 5
    assert office.states("PACS") == [SENT] * 5


def test_a_week_of_outage_ends_in_one_try_a_quarter_of_an_hour(office: Office) -> None:
    office.holds(3, to="DEAD")
    office.knows("DEAD", Peer("DEAD", "127.0.0.1", free_port()))
    for _ in range(7 * 24 * 4):
        office.delivery.run_due()
        office.time.passes(minutes=15)
    tries = sum(one.attempts for one in office.archive.outbox.list())
    assert tries <= 7 * 24 * 4
    before = tries
    for _ in range(10):
        office.time.passes(minutes=1)
        office.delivery.run_due()
    assert sum(one.attempts for one in office.archive.outbox.list()) - before <= 1
    assert office.states("DEAD") == [QUEUED] * 3


def test_a_person_who_asks_for_a_retry_gets_it_at_once(office: Office, tmp_path: Path) -> None:
    office.holds(2, to="PACS")
    port = free_port()
    office.knows("PACS", Peer("PACS", "127.0.0.1", port))
    office.delivery.run_due()
    with storescp(tmp_path / "in", port=port):
        office.archive.outbox.retry()
        office.delivery.run_due()
    assert office.states("PACS") == [SENT] * 2


def test_an_unknown_destination_waits_and_says_so(office: Office) -> None:
    office.holds(1, to="NOBODY")
    office.delivery.run_due()
    assert office.states("NOBODY") == [QUEUED]
    assert "peers add" in office.reasons("NOBODY")[0]


@pytest.mark.parametrize("mode", ["--refuse", "--abort-after", "--abort-during"])
def test_a_broken_peer_loses_nothing(office: Office, tmp_path: Path, mode: str) -> None:
    uids = office.holds(4, to="PACS")
    port = free_port()
    office.knows("PACS", Peer("PACS", "127.0.0.1", port))
    with storescp(tmp_path / "broken", mode, port=port):
        for _ in range(12):
            office.delivery.run_due()
            office.time.passes(minutes=15)
    assert set(office.states("PACS")) == {QUEUED}
    with storescp(tmp_path / "in", port=port) as server:
        for _ in range(3):
            office.time.passes(minutes=15)
            office.delivery.run_due()
        assert len(server.files()) == len(uids)
    assert office.states("PACS") == [SENT] * 4


def test_a_peer_that_answers_late_is_tried_again(office: Office, tmp_path: Path) -> None:
    office.holds(1, to="PACS")
    port = free_port()
    office.knows("PACS", Peer("PACS", "127.0.0.1", port))
    with storescp(tmp_path / "slow", "--sleep-during", 5, port=port):
        office.delivery.run_due()
    assert office.states("PACS") == [QUEUED]
    assert "did not answer" in office.reasons("PACS")[0]


def test_the_acknowledged_stay_sent_when_the_connection_breaks(
    office: Office, tmp_path: Path
) -> None:
    office.holds(6, to="PACS", rows=200, columns=200)
    with storescp(tmp_path / "in") as server, fault_proxy(server.peer) as (peer, proxy):
        office.knows("PACS", peer)
        proxy.cut_after = 300_000
        office.delivery.run_due()
        states = office.states("PACS")
        assert states.count(SENT) >= 3
        assert set(states) == {SENT, QUEUED}
        proxy.cut_after = None
        office.time.passes(minutes=15)
        office.delivery.run_due()
    assert office.states("PACS") == [SENT] * 6


def refusing(uid: str, status: int, seen: list[str]) -> Callable[[evt.Event], int]:
    def answer(event: evt.Event) -> int:
        seen.append(str(event.request.AffectedSOPInstanceUID))
        return status if event.request.AffectedSOPInstanceUID == uid else 0

    return answer


def test_a_poisoned_object_is_overtaken_and_flagged_after_five_tries(office: Office) -> None:
    poison, *others = office.holds(3, to="PACS")
    seen: list[str] = []
    handlers = [(evt.EVT_C_STORE, refusing(poison, 0xC001, seen))]
    with pynetdicom_scp(["1.2.840.10008.5.1.4.1.1.1.3"], handlers) as peer:
        office.knows("PACS", peer)
        office.delivery.run_due()
        assert office.states("PACS") == [QUEUED, SENT, SENT]
        for _ in range(10):
            office.time.passes(minutes=15)
            office.delivery.run_due()
    assert office.states("PACS") == [FAILED, SENT, SENT]
    assert seen.count(poison) == 5
    assert [seen.count(uid) for uid in others] == [1, 1]
    assert "0xC001" in office.reasons("PACS")[0]
    assert any("PACS did not get it" in text for text in office.alerts())


def test_a_wrong_object_is_flagged_at_once(office: Office) -> None:
    bad, _ = office.holds(2, to="PACS")
    seen: list[str] = []
    handlers = [(evt.EVT_C_STORE, refusing(bad, 0xA900, seen))]
    with pynetdicom_scp(["1.2.840.10008.5.1.4.1.1.1.3"], handlers) as peer:
        office.knows("PACS", peer)
        office.delivery.run_due()
    assert office.states("PACS") == [FAILED, SENT]
    assert office.archive.outbox.list()[0].status == 0xA900


def test_a_warning_counts_as_stored_and_keeps_its_status(office: Office) -> None:
    (uid,) = office.holds(1, to="PACS")
    handlers = [(evt.EVT_C_STORE, refusing(uid, 0xB007, []))]
    with pynetdicom_scp(["1.2.840.10008.5.1.4.1.1.1.3"], handlers) as peer:
        office.knows("PACS", peer)
        office.delivery.run_due()
    (entry,) = office.archive.outbox.list()
    assert (entry.state, entry.status) == (SENT, 0xB007)


def test_a_full_peer_rests_and_is_not_given_up(office: Office) -> None:
    first, _ = office.holds(2, to="PACS")
    seen: list[str] = []
    handlers = [(evt.EVT_C_STORE, refusing(first, 0xA700, seen))]
    with pynetdicom_scp(["1.2.840.10008.5.1.4.1.1.1.3"], handlers) as peer:
        office.knows("PACS", peer)
        for _ in range(8):
            office.delivery.run_due()
            office.time.passes(minutes=15)
    assert office.states("PACS")[0] is QUEUED
    assert "0xA700" in office.reasons("PACS")[0]


def test_a_class_that_the_peer_does_not_take_fails_with_the_reason(
    office: Office, tmp_path: Path
) -> None:
    office.holds(1, to="PACS", sop_class="1.2.840.10008.5.1.4.1.1.9999.1")
    with storescp(tmp_path / "in") as server:
        office.knows("PACS", server.peer)
        office.delivery.run_due()
    assert office.states("PACS") == [FAILED]
    assert "does not take objects of this SOP class" in office.reasons("PACS")[0]


def test_a_damaged_file_is_never_sent_as_good(office: Office, tmp_path: Path) -> None:
    uid, _ = office.holds(2, to="PACS")
    path = office.archive.path_of(uid)
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    with storescp(tmp_path / "in") as server:
        office.knows("PACS", server.peer)
        office.delivery.run_due()
        assert len(server.files()) == 1
    assert office.states("PACS") == [FAILED, SENT]


# ---- performed steps


def a_change(status: str) -> Dataset:
    ds = Dataset()
    ds.PerformedProcedureStepStatus = status
    return ds


class Ris:
    """An MPPS server that remembers the order of what it is told."""

    def __init__(self, *, create: int = 0, change: int = 0, comment: str = "") -> None:
        self.told: list[str] = []
        self.create, self.change, self.comment = create, change, comment

    def on_create(self, event: evt.Event) -> tuple[object, None]:
        self.told.append(f"create {event.attribute_list.PerformedProcedureStepStatus}")
        return self.create, None

    def on_set(self, event: evt.Event) -> tuple[object, None]:
        self.told.append(f"set {event.modification_list.PerformedProcedureStepStatus}")
        status = Dataset()
        status.Status = self.change
        if self.comment:
            status.ErrorComment = self.comment
        return status, None

    def handlers(self) -> list[tuple[object, object]]:
        return [(evt.EVT_N_CREATE, self.on_create), (evt.EVT_N_SET, self.on_set)]


def queue_step(office: Office) -> None:
    outbox = office.archive.outbox
    outbox.enqueue_message("mpps-create", "2.25.5", a_change("IN PROGRESS"), "RIS")
    outbox.enqueue_message("mpps-set", "2.25.5", a_change("COMPLETED"), "RIS")


def test_a_step_is_created_before_it_is_ended(office: Office) -> None:
    queue_step(office)
    ris = Ris()
    with pynetdicom_scp([mpps.PERFORMED_STEP], ris.handlers()) as peer:
        office.knows("RIS", peer)
        office.delivery.run_due()
    assert ris.told == ["create IN PROGRESS", "set COMPLETED"]
    assert office.states("RIS") == [SENT, SENT]


def test_a_warning_about_a_step_is_a_success(office: Office) -> None:
    queue_step(office)
    with pynetdicom_scp([mpps.PERFORMED_STEP], Ris(create=0x0107).handlers()) as peer:
        office.knows("RIS", peer)
        office.delivery.run_due()
    assert [one.status for one in office.archive.outbox.list()] == [0x0107, 0]


def test_a_step_whose_answer_was_lost_is_not_an_error(office: Office) -> None:
    queue_step(office)
    ris = Ris(create=0x0111, change=0x0110, comment="Object may no longer be updated")
    office.knows("RIS", Peer("RIS", "127.0.0.1", free_port()))
    office.delivery.run_due()  # the first try breaks off; the peer may have it
    with pynetdicom_scp([mpps.PERFORMED_STEP], ris.handlers()) as peer:
        office.knows("RIS", peer)
        office.time.passes(minutes=1)
        office.delivery.run_due()
    assert office.states("RIS")[0] is SENT


def test_a_refused_create_keeps_back_the_end_of_the_step(office: Office) -> None:
    queue_step(office)
    ris = Ris(create=0x0122)
    with pynetdicom_scp([mpps.PERFORMED_STEP], ris.handlers()) as peer:
        office.knows("RIS", peer)
        office.delivery.run_due()
    assert ris.told == ["create IN PROGRESS"]
    assert office.states("RIS") == [FAILED, QUEUED]


def test_a_peer_without_mpps_is_said(office: Office, tmp_path: Path) -> None:
    queue_step(office)
    with storescp(tmp_path / "in") as server:
        office.knows("RIS", server.peer)
        office.delivery.run_due()
    assert office.states("RIS")[0] is FAILED
    assert "MPPS" in office.reasons("RIS")[0]


# ---- storage commitment


class Vault:
    """Stores, and answers commitment requests on the same association, refusing some."""

    def __init__(self, refused: set[str] | None = None, *, silent: bool = False) -> None:
        self.refused = refused or set()
        self.silent = silent
        self.asked: list[str] = []

    def on_action(self, event: evt.Event) -> tuple[int, None]:
        info = event.action_information
        self.asked.append(str(info.TransactionUID))
        if not self.silent:
            threading.Timer(0.05, self.report, (event.assoc, info)).start()
        return 0, None

    def report(self, assoc: object, asked: Dataset) -> None:
        info = Dataset()
        info.TransactionUID = asked.TransactionUID
        good = [
            one
            for one in asked.ReferencedSOPSequence
            if one.ReferencedSOPInstanceUID not in self.refused
        ]
        bad = [one for one in asked.ReferencedSOPSequence if one not in good]
        for one in bad:
            one.FailureReason = 0x0112
        info.ReferencedSOPSequence = good
        if bad:
            info.FailedSOPSequence = bad
        assoc.send_n_event_report(  # type: ignore[attr-defined]
            info, 2 if bad else 1, commitment.COMMITMENT, commitment.COMMITMENT_INSTANCE
        )

    def handlers(self) -> list[tuple[object, object]]:
        return [(evt.EVT_C_STORE, lambda event: 0), (evt.EVT_N_ACTION, self.on_action)]


CLASSES = ["1.2.840.10008.5.1.4.1.1.1.3", commitment.COMMITMENT]


def test_what_is_sent_is_committed_when_the_peer_says_so(office: Office) -> None:
    office.holds(2, to="VAULT")
    office.commit.add("VAULT")
    vault = Vault()
    with pynetdicom_scp(CLASSES, vault.handlers()) as peer:
        office.knows("VAULT", peer)
        office.delivery.run_due()
    stored = [one.state for one in office.archive.outbox.list() if one.kind == "store"]
    assert stored == [COMMITTED, COMMITTED]
    assert len(vault.asked) == 1


def test_a_refused_commitment_is_a_failure_with_an_alert(office: Office) -> None:
    lost, _ = office.holds(2, to="VAULT")
    office.commit.add("VAULT")
    with pynetdicom_scp(CLASSES, Vault({lost}).handlers()) as peer:
        office.knows("VAULT", peer)
        office.delivery.run_due()
    stored = [one.state for one in office.archive.outbox.list() if one.kind == "store"]
    assert stored == [FAILED, COMMITTED]
    assert any("does not keep it" in text for text in office.alerts())


@pytest.mark.usefixtures("impatient")
def test_without_an_answer_it_stays_sent_and_the_request_is_remembered(office: Office) -> None:
    office.holds(1, to="VAULT")
    office.commit.add("VAULT")
    vault = Vault(silent=True)
    with pynetdicom_scp(CLASSES, vault.handlers()) as peer:
        office.knows("VAULT", peer)
        office.delivery.run_due()
    stored = [one.state for one in office.archive.outbox.list() if one.kind == "store"]
    assert stored == [SENT]
    assert [one.transaction_uid for one in office.archive.commitment.pending()] == vault.asked


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that doesn't come at once is not waited for."""
    monkeypatch.setattr(handover, "_REPORT_WAIT_S", 0.2)


class Killed(BaseException):
    """Stands for the end of the process."""


def test_a_request_is_not_lost_when_the_process_dies_after_the_last_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Office(tmp_path / "archive")
    before.holds(2, to="VAULT")
    before.commit.add("VAULT")
    vault = Vault()

    def dies(*_: object) -> Dataset:
        raise Killed

    with pynetdicom_scp(CLASSES, vault.handlers()) as peer:
        before.knows("VAULT", peer)
        with monkeypatch.context() as patch:
            patch.setattr(commitment, "request_dataset", dies)
            with pytest.raises(Killed):
                before.delivery.run_due()
        before.archive.close()
        after = Office(tmp_path / "archive")
        assert after.states("VAULT") == [SENT, SENT]
        after.knows("VAULT", peer)
        after.delivery.run_due()
    assert len(vault.asked) == 1
    assert after.states("VAULT") == [COMMITTED, COMMITTED, SENT]
    after.archive.close()


@pytest.mark.usefixtures("impatient")
def test_a_request_that_nobody_answers_raises_an_alert_and_is_made_again(office: Office) -> None:
    office.holds(2, to="VAULT")
    office.commit.add("VAULT")
    vault = Vault(silent=True)
    with pynetdicom_scp(CLASSES, vault.handlers()) as peer:
        office.knows("VAULT", peer)
        office.delivery.run_due()
        for _ in range(3):
            office.time.passes(seconds=ANSWER_WITHIN_S - 60)
            office.delivery.run_due()
            assert len(vault.asked) == 1
            assert office.alerts() == []
            office.time.passes(seconds=120)
            office.delivery.run_due()
            assert len(vault.asked) == 2
            assert office.archive.outbox.counts("store")[SENT] == 2
            assert office.archive.outbox.counts("store")[COMMITTED] == 0
            assert [text for text in office.alerts() if "has not said" in text]
            vault.asked.pop()
            for alert in office.archive.alerts.list():
                office.archive.alerts.acknowledge(alert.id)
        vault.silent = False
        office.time.passes(seconds=ANSWER_WITHIN_S + 60)
        office.delivery.run_due()
    assert office.archive.outbox.counts("store")[COMMITTED] == 2
    office.time.passes(days=30)
    assert office.archive.outbox.unconfirmed(office.time.now) == []


@pytest.mark.usefixtures("impatient")
def test_what_a_report_does_not_mention_is_asked_for_again(office: Office) -> None:
    one, other = office.holds(2, to="VAULT")
    office.commit.add("VAULT")
    vault = Vault(silent=True)
    with pynetdicom_scp(CLASSES, vault.handlers()) as peer:
        office.knows("VAULT", peer)
        office.delivery.run_due()
        (first,) = vault.asked
        office.archive.commitment.resolve(first, [(CLASSES[0], one)])
        assert office.archive.outbox.states_of([one, other], "VAULT") == {
            one: COMMITTED,
            other: SENT,
        }
        vault.silent = False
        office.time.passes(seconds=ANSWER_WITHIN_S + 60)
        office.delivery.run_due()
    assert office.archive.outbox.states_of([one, other], "VAULT") == {
        one: COMMITTED,
        other: COMMITTED,
    }


def test_a_peer_without_commitment_is_not_asked_for_ever(office: Office, tmp_path: Path) -> None:
    office.holds(1, to="PLAIN")
    office.commit.add("PLAIN")
    with storescp(tmp_path / "in") as server:
        office.knows("PLAIN", server.peer)
        for _ in range(4):
            office.delivery.run_due()
            office.time.passes(days=2)
    assert [one.kind for one in office.archive.outbox.list()] == ["store", "commitment"]


def test_a_lying_peer_is_never_committed(office: Office, tmp_path: Path) -> None:
    office.holds(1, to="LIAR")
    office.commit.add("LIAR")
    with storescp(tmp_path / "in", "--ignore") as server:
        office.knows("LIAR", server.peer)
        office.delivery.run_due()
        assert server.files() == []
    entries = {one.kind: one for one in office.archive.outbox.list()}
    assert entries["store"].state is SENT
    assert entries["commitment"].state is FAILED
    assert "does not offer storage commitment" in entries["commitment"].reason


def test_a_request_in_the_outbox_waits_for_its_objects(office: Office) -> None:
    uids = office.holds(2, to="VAULT")
    refs = [("1.2.840.10008.5.1.4.1.1.1.3", uid) for uid in uids]
    office.archive.outbox.enqueue_message(
        "commitment", "2.25.900", commitment.request_dataset("2.25.900", refs), "VAULT"
    )
    vault = Vault()
    with pynetdicom_scp(CLASSES, vault.handlers()) as peer:
        office.knows("VAULT", peer)
        office.delivery.run_due()
    assert vault.asked == ["2.25.900"]
    assert office.states("VAULT") == [COMMITTED, COMMITTED, SENT]


def test_a_request_is_not_sent_before_the_last_of_its_objects(office: Office) -> None:
    late, _ = uids = office.holds(2, to="VAULT")
    refs = [("1.2.840.10008.5.1.4.1.1.1.3", uid) for uid in uids]
    office.archive.outbox.enqueue_message(
        "commitment", "2.25.900", commitment.request_dataset("2.25.900", refs), "VAULT"
    )
    vault = Vault()
    handlers = [
        (evt.EVT_C_STORE, refusing(late, 0xC001, [])),
        (evt.EVT_N_ACTION, vault.on_action),
    ]
    with pynetdicom_scp(CLASSES, handlers) as peer:
        office.knows("VAULT", peer)
        office.delivery.run_due()
        assert vault.asked == []
    with pynetdicom_scp(CLASSES, vault.handlers()) as peer:
        office.knows("VAULT", peer)
        office.time.passes(minutes=1)
        office.delivery.run_due()
    assert vault.asked == ["2.25.900"]
    assert office.states("VAULT") == [COMMITTED, COMMITTED, SENT]


# ---- the thread


def sent_to(office: Office, server: Server, count: int) -> Callable[[], bool]:
    return lambda: len(server.files()) == count and set(office.states("PACS")) == {SENT}


def test_the_thread_sends_what_is_put_in_later(office: Office, tmp_path: Path) -> None:
    with storescp(tmp_path / "in") as server:
        office.knows("PACS", server.peer)
        office.delivery.start()
        office.holds(2, to="PACS")
        office.delivery.notify()
        wait_until(sent_to(office, server, 2), 10, "the delivery")
        office.holds(1, to="PACS")
        wait_until(sent_to(office, server, 3), 10, "the delivery without being told")


def test_a_stuck_destination_does_not_keep_the_others_waiting(
    office: Office, tmp_path: Path
) -> None:
    office.holds(1, to="STUCK")
    office.holds(2, to="PACS")
    over = threading.Event()
    with (
        storescp(tmp_path / "in") as server,
        scripted(lambda client: over.wait(20) and None) as stuck,
    ):
        office.knows("STUCK", stuck)
        office.knows("PACS", server.peer)
        office.delivery.start()
        wait_until(sent_to(office, server, 2), 10, "the delivery")
        office.delivery.stop()
        over.set()
    assert office.states("STUCK") == [QUEUED]


def test_stopping_in_the_middle_puts_back_what_was_under_way(office: Office) -> None:
    office.holds(3, to="PACS")
    asked, go_on = threading.Event(), threading.Event()

    def never_answers(event: evt.Event) -> int:
        asked.set()
        go_on.wait(10)
        return 0

    with pynetdicom_scp(CLASSES, [(evt.EVT_C_STORE, never_answers)]) as peer:
        office.knows("PACS", peer)
        office.delivery.start()
        assert asked.wait(10)
        assert office.states("PACS") == [SENDING, QUEUED, QUEUED]
        office.delivery.stop()
        go_on.set()
    assert office.states("PACS") == [QUEUED] * 3
    assert office.reasons("PACS")[0] == "interrupted"
