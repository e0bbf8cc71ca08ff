"""The entrance: reads the command line, and opens the window when it names no command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import kiosk.cli
from minipacs.cli.frame import add_commands, add_data, begin_logging, run

PROG = "chairside"
_ABOUT = "A capture kiosk and a small DICOM node for one chair. Without a command the window opens."
_EXAMPLE = """\
examples:
  chairside                                  the window, full screen
  chairside --windowed --data ./practice     the window as a window, data in a folder of its own
  chairside demo                             a throw-away clinic to try things in
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and give the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["minipacs"]:
        from minipacs.cli.frame import main as minipacs_main

        return minipacs_main(words[1:], prog=f"{PROG} minipacs")
    parser = argparse.ArgumentParser(
        prog=PROG,
        description=_ABOUT,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="log more to stderr")
    parser.add_argument("--version", action="store_true", help="print the version")
    add_data(parser)
    parser.add_argument("--windowed", action="store_true", help="not over the whole screen")
    parser.add_argument(
        "--scale", type=int, metavar="PERCENT", help="size of everything, 75 to 300"
    )
    parser.set_defaults(run=_window)
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    add_commands(subparsers, kiosk.cli)
    subparsers.add_parser("minipacs", help="the node's own commands", add_help=False)
    args = parser.parse_args(words)
    begin_logging(verbose=args.verbose)
    return run(args, prog=PROG)


def _window(args: argparse.Namespace) -> int:
    if args.version:
        from kiosk.office.office import version

        sys.stdout.write(f"{PROG} {version()}\n")
        return 0
    from kiosk.app import open_window
    from kiosk.office.places import places

    return open_window(
        places(getattr(args, "data", None)),
        fullscreen=False if args.windowed else None,
        scale_percent=args.scale,
    )
