"""`chairside demo`: a throw-away clinic, in the window or played through without one."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from minipacs.cli.frame import CommandFailed, command, print_line

_WHERE = "no display was found, so the demo plays without a window; with a screen, `chairside demo` opens it"


@command(
    "demo",
    "a throw-away clinic with today's worklist and a simulated sensor",
    "chairside demo --headless --out ./demo",
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `demo`."""
    parser.add_argument(
        "--headless", action="store_true", help="play the whole loop without a window"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="an empty folder to leave everything in"
    )
    parser.add_argument("--windowed", action="store_true", help="not over the whole screen")
    parser.add_argument(
        "--scale", type=int, metavar="PERCENT", help="size of everything, 75 to 300"
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    if (
        args.out is not None
        and args.out.exists()
        and (not args.out.is_dir() or any(args.out.iterdir()))
    ):
        raise CommandFailed(f"{args.out} is not an empty folder; name one that is, or a new one")
    headless = args.headless or _no_display()
    if args.out is not None:
        return _start(args, args.out.absolute(), headless)
    with tempfile.TemporaryDirectory(prefix="chairside-demo-") as folder:
        status = _start(args, Path(folder), headless)
        if headless:
            print_line("all of it was thrown away again; --out DIR keeps it")
        return status


def _no_display() -> bool:
    from kiosk.app import has_display

    if has_display():
        return False
    sys.stderr.write(f"chairside: {_WHERE}\n")
    return True


def _start(args: argparse.Namespace, folder: Path, headless: bool) -> int:
    from minipacs.clock import system_clock

    if not headless:
        from kiosk.app import open_demo

        return open_demo(folder, fullscreen=not args.windowed, scale_percent=args.scale)
    from kiosk.demo.play import play

    played = play(folder, system_clock, print_line)
    print_line(
        f"done       {played.exams} exams, {played.images} images in {played.seconds:.1f} s: {folder}"
    )
    return 0
