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

_DONE = ("SENT", "COMMITTED", "FAILED")


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
    with open_office(args, commit_to=commit_to) as office:
        uids = _uids(office, args)
        ids = office.archive.outbox.enqueue(uids, destination)
        office.node.delivery.notify()
        entries = (
            _watch(office, ids, args)
            if args.wait
            else [office.archive.outbox.get(one) for one in ids]
        )
    if wants_json(args):
        print_json([plain(entry) for entry in entries])
    else:
        for entry in entries:
            print_line(f"{entry.state.value} {entry.uid} {entry.reason}".rstrip())
    bad = [entry for entry in entries if entry.state.value not in _good(args)]
    if args.wait and bad:
        reason = bad[0].reason or "no answer yet"
        raise CommandFailed(
            f"{len(bad)} of {len(entries)} images did not arrive at {destination} ({reason}); "
            "they wait in the outbox, see `chairside outbox`"
        )
    return 0


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
    return uids


def _watch(office: Office, ids: list[int], args: argparse.Namespace) -> list[OutboxEntry]:
    """Wait until each entry has come to its end; one that failed to reach the peer once is not waited for again."""
    tick, deadline = threading.Event(), time.monotonic() + args.patience
    while True:
        entries = [office.archive.outbox.get(one) for one in ids]
        waiting = [
            entry
            for entry in entries
            if not (entry.state.value in _good(args) or entry.state.value == "FAILED")
            and not (entry.state.value == "QUEUED" and entry.attempts)
        ]
        if not waiting or time.monotonic() > deadline:
            return entries
        tick.wait(0.1)
