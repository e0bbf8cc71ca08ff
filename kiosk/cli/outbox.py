"""`chairside outbox`: what is on its way, and what did not get there."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from kiosk.cli.send import plain
from minipacs.cli.frame import (
    add_parser,
    command,
    open_archive,
    print_json,
    print_line,
    print_table,
    wants_json,
)

if TYPE_CHECKING:
    from minipacs.archive import Archive


@command(
    "outbox",
    "deliveries: list them, try again, or give one up",
    "chairside outbox retry",
    prints_records=True,
)
def build(parser: argparse.ArgumentParser) -> None:
    """The subcommands of `outbox`."""
    parser.set_defaults(run=_list, state="")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    listed = add_parser(
        actions, "list", "show them", "chairside outbox list --state FAILED", prints_records=True
    )
    listed.add_argument(
        "--state", default="", choices=("", "QUEUED", "SENDING", "SENT", "COMMITTED", "FAILED")
    )
    listed.set_defaults(run=_list)
    retry = add_parser(
        actions, "retry", "try failed and waiting ones again now", "chairside outbox retry 7"
    )
    retry.add_argument("entry", nargs="?", type=int, metavar="ID", help="one of them (all)")
    retry.set_defaults(run=_retry)
    drop = add_parser(
        actions, "drop", "give one up; the image stays in the archive", "chairside outbox drop 7"
    )
    drop.add_argument("entry", type=int, metavar="ID")
    drop.set_defaults(run=_drop)


def _list(args: argparse.Namespace) -> None:
    with open_archive(args) as archive:
        entries = [e for e in archive.outbox.list() if args.state in ("", e.state.value)]
    if wants_json(args):
        print_json([plain(entry) for entry in entries])
        return
    rows = [("ID", "STATE", "WHAT", "DESTINATION", "TRIES", "UID", "REASON")]
    for e in entries:
        rows.append(
            (str(e.id), e.state.value, e.kind, e.destination, str(e.attempts), e.uid, e.reason)
        )
    print_table(rows)


def _retry(args: argparse.Namespace) -> None:
    with open_archive(args) as archive:
        if args.entry is not None:
            _must_exist(archive, args.entry)
        count = archive.outbox.retry(args.entry)
    print_line(f"{count} tried again as soon as the kiosk or `minipacs serve` runs")


def _drop(args: argparse.Namespace) -> None:
    with open_archive(args) as archive:
        _must_exist(archive, args.entry)
        archive.outbox.drop(args.entry)


def _must_exist(archive: Archive, entry_id: int) -> None:
    archive.outbox.get(entry_id)
