"""kill -9 at random moments while four threads store; after each kill the ledger is compared with the archive.

    python -m tests.crash.harness --cycles 300
    python -m tests.crash.harness --cycles 20 --early      negative control: must report losses

Exit status 1 when anything was lost. A kill shows wrong order, not a missing fsync: for that see test_faults.py.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.crash.ledger import Losses, examine, read_ledger
from tests.crash.worker import store

THREADS = 4


def one_cycle(folder: Path, ledger: Path, first: int, chance: random.Random, early: bool) -> None:
    """Fork the worker, let it acknowledge something, kill it at a random moment."""
    pid = os.fork()
    if pid == 0:
        try:
            log = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            store(folder, log, first, THREADS, early=early)
        finally:
            os._exit(3)
    deadline = time.monotonic() + 30
    while not ledger.exists() or not ledger.stat().st_size:
        if time.monotonic() > deadline:
            break
        time.sleep(0.002)
    time.sleep(chance.random() * 0.25)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status):
        raise SystemExit("the worker ended by itself: see its message above")


def run(cycles: int, folder: Path, seed: int, early: bool) -> dict[str, object]:
    """All cycles on one archive; every file is hashed in the last and in each 25th."""
    chance = random.Random(seed)
    acknowledged: dict[str, str] = {}
    total, slowest = Losses(), 0.0
    for cycle in range(cycles):
        ledger = folder.with_name(f"ledger-{cycle}.txt")
        one_cycle(folder, ledger, 10_000 + cycle * 100_000, chance, early)
        new = read_ledger(ledger)
        acknowledged |= new
        whole = cycle % 25 == 24 or cycle == cycles - 1
        found = examine(folder, acknowledged if whole else new, hash_all=whole)
        slowest = max(slowest, found.recovery_s)
        for name in ("lost", "ghosts", "partial", "orphans", "doubles", "unqueued"):
            setattr(total, name, getattr(total, name) + getattr(found, name))
        total.rows = found.rows
    return {
        "cycles": cycles,
        "acknowledged": len(acknowledged),
        "rows": total.rows,
        "L": total.lost,
        "G": total.ghosts,
        "P": total.partial,
        "O": total.orphans,
        "D": total.doubles,
        "unqueued": total.unqueued,
        "slowest_recovery_s": round(slowest, 3),
        "good": not total.any,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--early", action="store_true", help="acknowledge too early: must lose")
    parser.add_argument("--folder", type=Path, help="where to work; default a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as place:
        result = run(options.cycles, Path(place) / "archive", options.seed, options.early)
    print(json.dumps(result))
    return 0 if result["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
