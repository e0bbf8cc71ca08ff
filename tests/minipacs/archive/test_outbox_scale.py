"""The status line asks every few seconds: what it asks is answered from an index, however full the outbox is."""

from __future__ import annotations

import os

import pytest
from pydicom.dataset import Dataset

from minipacs.archive import Archive, DeliveryState
from minipacs.archive.outbox import KINDS
from tests.minipacs.archive.rig import HandClock

QUEUED, SENDING, SENT, COMMITTED, FAILED = DeliveryState
ROWS = int(os.environ.get("CHAIRSIDE_OUTBOX_ROWS", "3000"))
"""1000000 for the figure of the release."""


@pytest.fixture
def full(archive: Archive) -> Archive:
    """One message in ten, each of 4 KB; nearly all of it done."""

    def fill(session: object) -> None:
        session.run(  # type: ignore[attr-defined]
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO outbox (kind, uid, destination, data, state, reason, status, attempts, created_at, "
            "changed_at, next_try_at) SELECT iif(i % 10, 'store', 'mpps-set'), '2.25.' || i, 'PACS' || (i % 3), "
            "iif(i % 10, x'', zeroblob(4096)), "
            "CASE WHEN i % 1000 = 5 THEN 'FAILED' WHEN i % 1000 = 6 THEN 'QUEUED' WHEN i % 10 THEN 'COMMITTED' "
            "ELSE 'SENT' END, '', 0, 1, '2026', '2026', '2026' FROM n",
            ROWS,
        )

    archive._database.write(fill)
    return archive


def plans(archive: Archive, run: object) -> list[str]:
    """How SQLite goes about each statement that `run` makes."""
    session = archive._database.session_of_thread
    said: list[str] = []
    original = session.run

    def explaining(sql: str, *values: object) -> object:
        said.extend(row[3] for row in original(f"EXPLAIN QUERY PLAN {sql}", *values).fetchall())
        return original(sql, *values)

    session.run = explaining  # type: ignore[method-assign]
    try:
        run()  # type: ignore[operator]
    finally:
        del session.run
    return said


def test_images_and_messages_are_counted_apart(full: Archive) -> None:
    every, images, messages = (full.outbox.counts(kind) for kind in ("", "store", "messages"))
    assert images[SENT] == 0
    assert messages[SENT] == ROWS // 10
    assert images[FAILED] == images[QUEUED] == ROWS // 1000
    assert every == {state: images[state] + messages[state] for state in DeliveryState}
    assert sum(every.values()) == ROWS
    assert full.outbox.counts("store", [FAILED]) == {FAILED: images[FAILED]}
    with pytest.raises(ValueError, match="no such kind"):
        full.outbox.counts("images")


def test_what_the_status_line_asks_reads_an_index_alone(full: Archive, clock: HandClock) -> None:
    told = plans(full, lambda: (full.outbox.counts(), full.outbox.counts("store")))
    assert told
    assert all("COVERING INDEX outbox_by_state_kind" in one for one in told)
    told = plans(full, lambda: full.outbox.unconfirmed(clock.now))
    assert any("outbox_by_commit_due" in one for one in told)
    told = plans(full, lambda: full.alerts.count())
    assert all("INDEX alert_open" in one for one in told)


def test_lists_to_show_end_at_their_limit_and_sort_nothing(full: Archive) -> None:
    told = plans(full, lambda: full.outbox.latest([QUEUED, FAILED, COMMITTED], 50))
    assert not [one for one in told if one.startswith("SCAN outbox")]
    found = full.outbox.latest([QUEUED, FAILED], 4)
    assert [one.id for one in found] == sorted((one.id for one in found), reverse=True)
    assert len(found) == 4
    assert {one.state for one in found} == {QUEUED, FAILED}
    assert full.outbox.latest([], 5) == []
    newest = full.outbox.recent(3)
    assert [one.id for one in newest] == [ROWS, ROWS - 1, ROWS - 2]


def test_no_list_reads_what_a_message_holds_but_it_can_be_fetched(archive: Archive) -> None:
    ds = Dataset()
    ds.PerformedProcedureStepStatus = "IN PROGRESS"
    archive.outbox.enqueue_message("mpps-create", "2.25.1", ds, "RIS")
    for listed in (
        archive.outbox.list()[0],
        archive.outbox.recent(1)[0],
        archive.outbox.latest([QUEUED], 1)[0],
    ):
        assert listed.dataset == b""
        assert archive.outbox.message(listed).PerformedProcedureStepStatus == "IN PROGRESS"


def test_every_kind_is_counted(archive: Archive) -> None:
    for kind in KINDS[1:]:
        archive.outbox.enqueue_message(kind, "2.25.1", Dataset(), "RIS")
    archive.outbox.enqueue(["2.25.2"], "PACS")
    assert archive.outbox.counts("messages")[QUEUED] == len(KINDS) - 1
    assert archive.outbox.counts("store")[QUEUED] == 1


def test_a_delivery_looks_only_at_its_own_objects(full: Archive) -> None:
    full.outbox.enqueue(["2.25.9999999"], "PACS1")
    told = plans(full, lambda: full.outbox.states_of(["2.25.9999999", "2.25.7"], "PACS1"))
    assert any("outbox_by_uid" in one for one in told)
    assert full.outbox.states_of(["2.25.9999999", "2.25.7"], "PACS1") == {
        "2.25.9999999": QUEUED,
        "2.25.7": COMMITTED,
    }
