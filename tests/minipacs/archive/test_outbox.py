"""The outbox: which state follows which, when the next try is, and what survives a kill."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from pydicom.dataset import Dataset

from minipacs.archive import Archive, BadMove, DeliveryState
from minipacs.archive.outbox import LONGEST_WAIT_S, MOVES
from tests.builders import NOW
from tests.minipacs.archive.rig import HandClock

QUEUED, SENDING, SENT, COMMITTED, FAILED = DeliveryState


def a_message(text: str = "IN PROGRESS") -> Dataset:
    ds = Dataset()
    ds.PerformedProcedureStepStatus = text
    ds.PatientName = "Müller"
    return ds


def test_an_instance_goes_from_queued_to_committed(archive: Archive, clock: HandClock) -> None:
    (number,) = archive.outbox.enqueue(["2.25.1"], "PACS")
    (entry,) = archive.outbox.due(clock())
    assert (entry.id, entry.uid, entry.destination, entry.state) == (
        number,
        "2.25.1",
        "PACS",
        QUEUED,
    )
    archive.outbox.mark(number, SENDING)
    assert archive.outbox.due(clock()) == []
    archive.outbox.mark(number, SENT, status=0)
    archive.outbox.mark(number, COMMITTED)
    assert archive.outbox.counts() == {QUEUED: 0, SENDING: 0, SENT: 0, COMMITTED: 1, FAILED: 0}


@pytest.mark.parametrize("state", list(DeliveryState))
@pytest.mark.parametrize("target", list(DeliveryState))
def test_only_the_moves_of_the_table_are_made(
    archive: Archive, state: DeliveryState, target: DeliveryState
) -> None:
    (number,) = archive.outbox.enqueue(["2.25.1"], "PACS")
    way = {QUEUED: [], SENDING: [SENDING], SENT: [SENDING, SENT], FAILED: [FAILED]}
    for step in way.get(state, [SENDING, SENT, COMMITTED]):
        archive.outbox.mark(number, step, status=0)
    if target in MOVES[state]:
        assert archive.outbox.mark(number, target, status=0).state is target
    else:
        with pytest.raises(BadMove):
            archive.outbox.mark(number, target, status=0)
        assert archive.outbox.get(number).state is state


@pytest.mark.parametrize("status", [None, 0xA700, 0x0110, 0xC000, 0xFE00])
def test_nothing_is_sent_without_the_peers_status(archive: Archive, status: int | None) -> None:
    (number,) = archive.outbox.enqueue(["2.25.1"], "PACS")
    archive.outbox.mark(number, SENDING)
    with pytest.raises(BadMove, match="status"):
        archive.outbox.mark(number, SENT, status=status)
    assert archive.outbox.get(number).state is SENDING


@pytest.mark.parametrize("status", [0x0000, 0xB000, 0xB007, 0x0107])
def test_warnings_are_a_delivery_too(archive: Archive, status: int) -> None:
    (number,) = archive.outbox.enqueue(["2.25.1"], "PACS")
    archive.outbox.mark(number, SENDING)
    assert archive.outbox.mark(number, SENT, status=status).status == status


def test_the_wait_doubles_up_to_fifteen_minutes(archive: Archive, clock: HandClock) -> None:
    (number,) = archive.outbox.enqueue(["2.25.1"], "PACS")
    waits = []
    for _ in range(12):
        (entry,) = archive.outbox.due(clock())
        archive.outbox.mark(entry.id, SENDING)
        entry = archive.outbox.mark(entry.id, QUEUED, "unreachable")
        waits.append((dt.datetime.fromisoformat(entry.next_try_at) - clock()).total_seconds())
        clock.forward(seconds=waits[-1] - 1)
        assert archive.outbox.due(clock()) == []
        clock.forward(seconds=1)
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == max(waits) == LONGEST_WAIT_S == 900
    assert archive.outbox.get(number).attempts == 12
    assert archive.outbox.get(number).reason == "unreachable"


def test_seven_days_of_outage_cost_a_try_every_fifteen_minutes(
    archive: Archive, clock: HandClock
) -> None:
    archive.outbox.enqueue(["2.25.1"], "PACS")
    tries = 0
    while clock() < NOW + dt.timedelta(days=1):
        for entry in archive.outbox.due(clock()):
            archive.outbox.mark(entry.id, SENDING)
            archive.outbox.mark(entry.id, QUEUED, "unreachable")
            tries += 1
        clock.forward(minutes=5)
    assert tries <= 24 * 4 + 10


def test_a_poisonous_object_is_overtaken(archive: Archive, clock: HandClock) -> None:
    poison, good = archive.outbox.enqueue(["2.25.1", "2.25.2"], "PACS")
    archive.outbox.mark(poison, SENDING)
    archive.outbox.mark(poison, QUEUED, "refused", status=0xC000)
    assert [entry.id for entry in archive.outbox.due(clock())] == [good]
    archive.outbox.mark(poison, FAILED, "refused five times")
    clock.forward(days=1)
    assert [entry.id for entry in archive.outbox.due(clock())] == [good]


def test_a_person_tries_again_or_drops(archive: Archive, clock: HandClock) -> None:
    first, second = archive.outbox.enqueue(["2.25.1", "2.25.2"], "PACS")
    archive.outbox.mark(first, FAILED, "refused")
    assert archive.outbox.retry(first) == 1
    assert len(archive.outbox.due(clock())) == 2
    archive.outbox.drop(second)
    assert [entry.id for entry in archive.outbox.list()] == [first]
    with pytest.raises(BadMove):
        archive.outbox.get(second)


def test_what_is_on_its_way_is_not_queued_twice(archive: Archive) -> None:
    archive.outbox.enqueue(["2.25.1", "2.25.1"], "PACS")
    (number,) = set(archive.outbox.enqueue(["2.25.1"], "PACS"))
    assert len(archive.outbox.list()) == 1
    archive.outbox.mark(number, SENDING)
    archive.outbox.mark(number, SENT, status=0)
    archive.outbox.enqueue(["2.25.1"], "PACS")
    assert [e.state for e in archive.outbox.list()] == [SENT, QUEUED]
    archive.outbox.enqueue(["2.25.1"], "OTHER")
    assert len(archive.outbox.list(destination="OTHER")) == 1
    assert len(archive.outbox.list(SENT)) == 1


def test_messages_of_one_step_go_out_in_order(archive: Archive, clock: HandClock) -> None:
    create = archive.outbox.enqueue_message("mpps-create", "2.25.5", a_message(), "RIS")
    final = archive.outbox.enqueue_message("mpps-set", "2.25.5", a_message("COMPLETED"), "RIS")
    other = archive.outbox.enqueue_message("mpps-set", "2.25.6", a_message(), "RIS")
    assert [e.id for e in archive.outbox.due(clock())] == [create, other]
    archive.outbox.mark(create, SENDING)
    assert [e.id for e in archive.outbox.due(clock())] == [other]
    archive.outbox.mark(create, QUEUED, "unreachable")
    assert [e.id for e in archive.outbox.due(clock())] == [other]
    clock.forward(minutes=1)
    archive.outbox.mark(create, SENDING)
    archive.outbox.mark(create, SENT, status=0)
    due = archive.outbox.due(clock())
    assert [e.id for e in due] == [final, other]
    assert archive.outbox.message(due[0]).PerformedProcedureStepStatus == "COMPLETED"
    assert str(archive.outbox.message(due[0]).PatientName) == "Müller"


def test_a_kind_of_message_that_is_none_is_refused(archive: Archive) -> None:
    with pytest.raises(ValueError, match="mpps-create"):
        archive.outbox.enqueue_message("store", "2.25.1", a_message(), "PACS")


def test_what_was_under_way_when_the_process_died_is_queued_again(
    opened: Callable[..., Archive], clock: HandClock
) -> None:
    first = opened()
    (number,) = first.outbox.enqueue(["2.25.1"], "PACS")
    first.outbox.mark(number, SENDING)
    first.close()
    again = opened()
    assert again.recovered["requeued"] == 1
    assert [e.id for e in again.outbox.due(clock())] == [number]


def test_a_dead_process_does_not_hold_an_entry_for_ever(archive: Archive, clock: HandClock) -> None:
    (number,) = archive.outbox.enqueue(["2.25.1"], "PACS")
    archive.outbox.mark(number, SENDING)
    clock.forward(minutes=59)
    assert archive.outbox.due(clock()) == []
    clock.forward(minutes=2)
    assert [e.id for e in archive.outbox.due(clock())] == [number]


class NothingIsEverLost(RuleBasedStateMachine):
    """Whatever is done in whatever order: what was queued is queued, under way, sent, committed or flagged."""

    entries = Bundle("entries")

    def __init__(self) -> None:
        super().__init__()
        import tempfile
        from pathlib import Path

        self.place = tempfile.TemporaryDirectory()
        self.clock = HandClock()
        self.archive = Archive.open(Path(self.place.name) / "a", clock=self.clock, reserve_bytes=0)
        self.made: set[int] = set()
        self.confirmed: set[int] = set()

    @rule(target=entries)
    def enqueue(self) -> int:
        (number,) = self.archive.outbox.enqueue([f"2.25.{len(self.made) + 1}"], "PACS")
        self.made.add(number)
        return number

    @rule(number=entries, state=st.sampled_from(DeliveryState), said=st.booleans())
    def mark(self, number: int, state: DeliveryState, said: bool) -> None:
        try:
            self.archive.outbox.mark(number, state, status=0 if said else None)
        except BadMove:
            return
        if state is SENT:
            assert said
            self.confirmed.add(number)
        elif state is QUEUED:
            self.confirmed.discard(number)

    @rule()
    def wait(self) -> None:
        self.clock.forward(hours=2)
        self.archive.outbox.due(self.clock())

    @rule()
    def die_and_come_back(self) -> None:
        self.archive.close()
        folder = self.archive.folder
        self.archive = Archive.open(folder, clock=self.clock, reserve_bytes=0)
        assert not self.archive.outbox.list(SENDING)

    @invariant()
    def all_are_there(self) -> None:
        entries = self.archive.outbox.list()
        assert {entry.id for entry in entries} == self.made
        done = {e.id for e in entries if e.state in (SENT, COMMITTED)}
        assert done <= self.confirmed

    def teardown(self) -> None:
        self.archive.close()
        self.place.cleanup()


TestNothingIsEverLost = NothingIsEverLost.TestCase
TestNothingIsEverLost.settings = settings(max_examples=10, stateful_step_count=20, deadline=None)
