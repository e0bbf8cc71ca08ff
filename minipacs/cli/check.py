"""`minipacs check`: is everything that was stored still there, and whole?"""

from __future__ import annotations

import argparse

from minipacs.cli.frame import (
    add_json,
    command,
    open_archive,
    print_json,
    print_line,
    wants_json,
)

_WHAT_TO_DO = {
    "damaged": "is not what was stored: restore it from a backup, and look at the disk",
    "missing": "has lost its file: restore it from a backup, and look at the disk",
    "orphans": "belongs to no entry and could not be taken in: look at it, then move it away",
    "quarantined": "was put aside, as another object of its UID was there first: compare the two",
}


@command(
    "check",
    "compare every stored file with its hash and repair what can be repaired",
    "minipacs check --json",
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `check`."""
    add_json(parser)
    parser.add_argument("--no-repair", action="store_true", help="only look")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    with open_archive(args) as archive:
        report = archive.check(repair=not args.no_repair)
    if wants_json(args):
        print_json(
            {
                "instances": report.instances,
                "damaged": list(report.damaged),
                "missing": list(report.missing),
                "orphans": list(report.orphans),
                "quarantined": list(report.quarantined),
                "repaired": list(report.repaired),
            }
        )
    else:
        print_line(f"{report.instances} instances checked, {len(report.repaired)} repaired")
        for kind, what in _WHAT_TO_DO.items():
            for name in getattr(report, kind):
                print_line(f"{name} {what}")
    return 0 if report.is_good else 1
