"""Storage commitment: what the archive vouches for, and what the answers of others change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from minipacs.archive import Archive, DeliveryState, Ingested, UnknownTransaction
from tests.objects import DIGITAL_XRAY, INTRA_ORAL, an_object

Keep = Callable[..., Ingested]


def test_only_whole_files_are_vouched_for(archive: Archive, keep: Keep) -> None:
    for number in (1, 2, 3):
        path = keep(an_object(uid=f"2.25.{number}")).path
    path.write_bytes(path.read_bytes()[:-2] + b"!!")
    archive.path_of("2.25.2").unlink()
    committed, failed = archive.commitment.check(
        [
            (INTRA_ORAL, "2.25.1"),
            (INTRA_ORAL, "2.25.2"),
            (INTRA_ORAL, "2.25.3"),
            (INTRA_ORAL, "2.25.4"),
            (DIGITAL_XRAY, "2.25.1"),
        ]
    )
    assert committed == [(INTRA_ORAL, "2.25.1")]
    assert failed == [
        (INTRA_ORAL, "2.25.2", 0x0110),
        (INTRA_ORAL, "2.25.3", 0x0110),
        (INTRA_ORAL, "2.25.4", 0x0112),
        (DIGITAL_XRAY, "2.25.1", 0x0119),
    ]


def test_a_result_moves_what_was_sent(archive: Archive) -> None:
    uids = ["2.25.1", "2.25.2", "2.25.3"]
    numbers = archive.outbox.enqueue(uids, "PACS")
    for number in numbers:
        archive.outbox.mark(number, DeliveryState.SENDING)
        archive.outbox.mark(number, DeliveryState.SENT, status=0)
    archive.commitment.remember("2.25.900", "PACS", [(INTRA_ORAL, uid) for uid in uids[:2]])
    archive.commitment.remember("2.25.900", "PACS", [])
    (pending,) = archive.commitment.pending()
    assert pending.refs == ((INTRA_ORAL, "2.25.1"), (INTRA_ORAL, "2.25.2"))
    archive.commitment.resolve(
        "2.25.900",
        [(INTRA_ORAL, "2.25.1"), (INTRA_ORAL, "2.25.3")],
        [(INTRA_ORAL, "2.25.2", 0x0112)],
    )
    states = [archive.outbox.get(number).state for number in numbers]
    # The third was not asked for: nobody's word about it counts.
    assert states == [DeliveryState.COMMITTED, DeliveryState.FAILED, DeliveryState.SENT]
    assert "0112H" in archive.outbox.get(numbers[1]).reason
    assert archive.commitment.pending() == []


def test_a_result_nobody_waits_for_is_unknown(archive: Archive) -> None:
    with pytest.raises(UnknownTransaction):
        archive.commitment.resolve("2.25.900")
    archive.commitment.remember("2.25.900", "PACS", [(INTRA_ORAL, "2.25.1")], role="scp")
    assert archive.commitment.pending() == []
    assert [c.peer for c in archive.commitment.pending("scp")] == ["PACS"]
    archive.commitment.resolve("2.25.900", role="scp")
    with pytest.raises(UnknownTransaction):
        archive.commitment.resolve("2.25.900", role="scp")
    found = archive.commitment.get("2.25.900", "scp")
    assert found is not None
    assert found.role == "scp"


def test_transactions_survive_a_restart(opened: Callable[..., Archive]) -> None:
    first = opened()
    first.commitment.remember("2.25.900", "PACS", [(INTRA_ORAL, "2.25.1")])
    first.close()
    assert [c.transaction_uid for c in opened().commitment.pending()] == ["2.25.900"]
