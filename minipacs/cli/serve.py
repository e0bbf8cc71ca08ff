"""`minipacs serve`: the node in the foreground, until it is told to stop."""

from __future__ import annotations

import argparse
import logging
import signal
import threading

from minipacs.cli.frame import (
    command,
    data_folder,
    open_archive,
    peers_file,
    print_line,
)

log = logging.getLogger(__name__)

_LONGEST_STOP_S = 9.0


@command(
    "serve",
    "run the node until SIGTERM or Ctrl-C",
    "minipacs serve --port 11112 --ae-title MINIPACS",
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `serve`."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument(
        "--port", type=_port, default=11112, help="port; 0 picks a free one (11112)"
    )
    parser.add_argument("--ae-title", default="MINIPACS", metavar="AET", help="our name (MINIPACS)")
    parser.set_defaults(run=_run)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _run(args: argparse.Namespace) -> None:
    from minipacs.clock import system_clock
    from minipacs.server import MiniPacs, NodeSettings
    from minipacs.workers import start_thread

    asked = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: asked.set())
    settings = NodeSettings(
        ae_title=args.ae_title, host=args.host, port=args.port, peers_file=peers_file(args)
    )
    with open_archive(args) as archive:
        node = MiniPacs(archive, settings, clock=system_clock)
        host, port = node.start()
        try:
            print_line(f"listening {host} {port} {settings.ae_title.strip()}")
            log.info("data folder %s", data_folder(args))
            while not asked.wait(0.5):  # Windows delivers a signal only between waits
                pass
        finally:
            start_thread("stop", node.stop).join(_LONGEST_STOP_S)
