"""A node as `minipacs serve` makes it, for the harness to kill; with `early` it acknowledges before it stores.

python -m tests.crash.network_server FOLDER [early | nosync]
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from pathlib import Path
from typing import Any

from minipacs.archive import Archive, Ingested, Origin, Outcome, database
from minipacs.clock import system_clock
from minipacs.server import MiniPacs, NodeSettings


def acknowledge_early(archive: Archive) -> None:
    """The negative control: Success means "received" here."""
    waiting: queue.Queue[tuple[bytes, Origin]] = queue.Queue()
    keep = archive.ingest

    def work() -> None:
        while True:
            keep(*waiting.get())

    def ingest(parts: Any, origin: Origin, **_: Any) -> Ingested:
        waiting.put((b"".join(bytes(part) for part in parts), origin))
        return Ingested(Outcome.STORED, "", "", "", "", "", Path())

    threading.Thread(target=work, daemon=True).start()
    archive.ingest = ingest  # type: ignore[assignment,method-assign]


def main(folder: Path, mode: str) -> None:
    """Serve until killed."""
    if mode == "nosync":
        os.fsync = lambda fd: None  # type: ignore[assignment]
        database._SQLITE_PRAGMAS["synchronous"] = 0
    archive = Archive.open(folder / "archive", clock=system_clock, reserve_bytes=0)
    if mode == "early":
        acknowledge_early(archive)
    host, port = MiniPacs(archive, NodeSettings(port=0)).start()
    print("listening", host, port, "MINIPACS", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "safe")
