"""`chairside send`: images of the archive to another node, through the outbox, so that none is forgotten."""

from __future__ import annotations

import argparse
import threading
import time
from typing import TYPE_CHECKING

from kiosk.cli.common import open_office, peer_of
from minipacs.cli.frame import CommandFailed, command, print_json, print_line, wants_json

if TYPE_CHECKING:
    from kiosk.office.office import Office
    from minipacs.archive import OutboxEntry

_ENDS = {"SENT", "COMMITTED", "FAILED"}
_SETTLED_S = 1.0
_REQUESTS = 100
"""Requests to confirm are among the newest entries, after the images that they are about."""


@command(
    "send",
    "send studies to a node",
    "chairside send --study 2.25.123 --to ARCHIVE@127.0.0.1:4242 --commit --wait",
    prints_records=True,
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `send`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--study", action="append", metavar="UID", help="a study; may be repeated")
    what.add_argument("--all", action="store_true", help="every study")
    parser.add_argument("--to", required=True, metavar="AETITLE@HOST:PORT")
    parser.add_argument(
        "--commit", action="store_true", help="ask the node to confirm that it keeps them"
    )
    parser.add_argument(
        "--wait", action="store_true", help="until each was sent (confirmed) or has failed"
    )
    parser.add_argument(
        "--patience", type=float, default=600, metavar="SECONDS", help="of --wait (600)"
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    destination = str(peer_of(args.to))
    commit_to = frozenset({destination}) if args.commit else frozenset()
    with open_office(args, commit_to=commit_to, at_its_address=args.commit) as office:
        uids = _uids(office, args)
        ids = _queue(office, uids, destination)
        if args.wait:
            entries, why = _watch(office, ids, destination, args)
        else:
            entries, why = [office.archive.outbox.get(one) for one in ids], ""
    if wants_json(args):
        print_json([plain(entry) for entry in entries])
    else:
        for entry in entries:
            print_line(f"{entry.state.value} {entry.uid} {entry.reason}".rstrip())
    bad = [entry for entry in entries if entry.state.value not in _good(args)]
    if args.wait and bad:
        raise CommandFailed(_not_done(bad, len(entries), destination, why))
    return 0


def _not_done(bad: list[OutboxEntry], count: int, destination: str, why: str) -> str:
    sent = all(entry.state.value == "SENT" for entry in bad)
    what = "were sent to and not confirmed by" if sent else "did not arrive at"
    reason = why or next((entry.reason for entry in bad if entry.reason), "no answer yet")
    return (
        f"{len(bad)} of {count} images {what} {destination} ({reason}); "
        "see `chairside outbox` for each, and try again with `chairside outbox retry`"
    )


def _queue(office: Office, uids: list[str], destination: str) -> list[int]:
    """Into the outbox; what waits there since an earlier try is tried again now."""
    ids = office.archive.outbox.enqueue(uids, destination)
    for one in ids:
        entry = office.archive.outbox.get(one)
        if entry.state.value == "QUEUED" and entry.attempts:
            office.archive.outbox.retry(one)
    office.node.delivery.notify()
    return ids


def plain(entry: OutboxEntry) -> dict[str, object]:
    """One delivery as a flat object."""
    return {
        "id": entry.id,
        "kind": entry.kind,
        "uid": entry.uid,
        "destination": entry.destination,
        "state": entry.state.value,
        "status": None if entry.status is None else f"{entry.status:04X}",
        "reason": entry.reason,
        "attempts": entry.attempts,
        "next_try_at": entry.next_try_at,
    }


def _good(args: argparse.Namespace) -> tuple[str, ...]:
    return ("COMMITTED",) if args.commit else ("SENT", "COMMITTED")


def _uids(office: Office, args: argparse.Namespace) -> list[str]:
    studies = args.study or [
        row.study_instance_uid for row in office.archive.studies(limit=1_000_000)
    ]
    uids = []
    for study in dict.fromkeys(studies):
        rows = office.archive.instances(study=study)
        if not rows:
            raise CommandFailed(
                f"the archive has no study {study}; `chairside minipacs query` shows what it has"
            )
        uids += [row.sop_instance_uid for row in rows]
    if not uids:
        raise CommandFailed("the archive holds no image yet; `chairside acquire` makes some")
    return uids


def _watch(
    office: Office, ids: list[int], destination: str, args: argparse.Namespace
) -> tuple[list[OutboxEntry], str]:
    """Wait until nothing more is to come soon; gives the entries, and why the peer confirms nothing if it said so.

    Nothing more comes when each entry has ended, when the peer could not be had (the others then wait for the next
    try of the first), or when the request to confirm has failed.
    """
    tick, deadline = threading.Event(), time.monotonic() + args.patience
    over = {*_good(args), "FAILED"}
    found: dict[int, OutboxEntry] = {}
    before: list[tuple[str, int]] = []
    moved_at = time.monotonic()
    while True:
        began = time.monotonic()
        for one in ids:
            if one not in found or found[one].state.value not in over:
                found[one] = office.archive.outbox.get(one)
        now = [(entry.state.value, entry.attempts) for entry in found.values()]
        if now != before:
            before, moved_at = now, began
        states = {state for state, _ in now}
        if states <= over or began > deadline:
            return list(found.values()), ""
        why = _confirmation_failed(office, ids, destination) if states <= _ENDS else ""
        tried = any(state == "QUEUED" and attempts for state, attempts in now)
        rests = tried and "SENDING" not in states and began - moved_at > _SETTLED_S
        if why or rests:
            return list(found.values()), why
        # Looking takes longer the more there is; half of the time belongs to the delivery at least.
        tick.wait(max(0.05, time.monotonic() - began))


def _confirmation_failed(office: Office, ids: list[int], destination: str) -> str:
    """Why the latest request to confirm failed; empty while one is under way or none was made yet."""
    from minipacs.archive import DeliveryState

    requests = [
        entry
        for entry in office.archive.outbox.latest(DeliveryState, _REQUESTS)
        if entry.kind == "commitment" and entry.destination == destination and entry.id > max(ids)
    ]
    if requests and all(entry.state.value == "FAILED" for entry in requests):
        return requests[0].reason
    return ""
