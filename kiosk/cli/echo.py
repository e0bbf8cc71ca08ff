"""`chairside echo`: is that node there, and does it know us?"""

from __future__ import annotations

import argparse

from kiosk.cli.common import peer_of
from minipacs.cli.frame import command, print_json, print_line, wants_json


@command(
    "echo",
    "ask a node for a sign of life",
    "chairside echo ARCHIVE@127.0.0.1:4242",
    prints_records=True,
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `echo`."""
    parser.add_argument("peer", metavar="AETITLE@HOST:PORT")
    parser.add_argument(
        "--calling-aet", default="KIOSK", metavar="AET", help="our name towards it (KIOSK)"
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from minipacs.net.scu.echo import echo

    peer = peer_of(args.peer)
    result = echo(peer, calling_ae=args.calling_aet)
    if wants_json(args):
        print_json(
            {"peer": str(peer), "status": result.status, "seconds": round(result.seconds, 4)}
        )
    else:
        print_line(f"{peer} answers ({result.seconds * 1000:.0f} ms)")
