"""kill -9 `minipacs serve` while four associations store; the clients' ledger against the archive after a restart.

    python -m tests.crash.network_harness --cycles 300
    python -m tests.crash.network_harness --cycles 10 --early      negative control: must report losses

The ledger has what the peers were told by a C-STORE status of 0x0000. Exit status 1 when anything was lost.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from minipacs.archive import Archive
from minipacs.clock import system_clock
from minipacs.dicom import part10
from minipacs.net.errors import NetError
from minipacs.net.peers import Peer
from minipacs.net.scu.store import StoreSession
from minipacs.net.wire import Timeouts
from tests.crash.ledger import Losses, examine
from tests.objects import an_object

ROOT = Path(__file__).parents[2]
ASSOCIATIONS = 4
SHORT = Timeouts(connect=5, acse=5, dimse=5, network=5)


class Ledger:
    """What the clients were told."""

    def __init__(self) -> None:
        self.acknowledged: dict[str, str] = {}
        self.first = threading.Event()
        self.offered = 0
        self._lock = threading.Lock()

    def number(self) -> int:
        with self._lock:
            self.offered += 1
            return self.offered

    def heard(self, uid: str, data: bytes) -> None:
        with self._lock:
            self.acknowledged[uid] = body_hash(data)
        self.first.set()


def body_hash(data: bytes) -> str:
    """SHA-256 of the data set, which the archive keeps as it came; the head of the file is its own."""
    return hashlib.sha256(data[part10.scan(data).dataset_offset :]).hexdigest()


def serve(folder: Path, mode: str) -> tuple[subprocess.Popen[str], int]:
    """A node in a process of its own, and its port."""
    command = [sys.executable, "-m", "minipacs", "serve", "--port", "0", "--data", str(folder)]
    if mode != "safe":
        command = [sys.executable, "-m", "tests.crash.network_server", str(folder), mode]
    node = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    said = node.stdout.readline().split()  # type: ignore[union-attr]
    if not said or said[0] != "listening":
        raise SystemExit("the node did not start")
    return node, int(said[2])


def client(port: int, ledger: Ledger, prefix: str, seed: int, largest: int = 400) -> None:
    """Stores until the node is gone."""
    chance = random.Random(seed)
    peer = Peer("MINIPACS", "127.0.0.1", port)
    with (
        contextlib.suppress(NetError, OSError),
        StoreSession(peer, calling_ae="CRASH", timeouts=SHORT) as session,
    ):
        while True:
            side = min(chance.choice((16, 64, 160, 400)), largest)
            uid = f"2.25.{prefix}{ledger.number():06d}"
            data = an_object(uid=uid, series=f"2.25.12{seed % 4}", rows=side, columns=side)
            if session.send(data).status == 0:
                ledger.heard(uid, data)


def one_cycle(folder: Path, prefix: str, chance: random.Random, mode: str) -> dict[str, str]:
    """Start, store by four associations, kill at a random moment; gives the ledger."""
    node, port = serve(folder, mode)
    ledger = Ledger()
    clients = [
        threading.Thread(target=client, args=(port, ledger, prefix, n), daemon=True)
        for n in range(ASSOCIATIONS)
    ]
    try:
        for one in clients:
            one.start()
        if not ledger.first.wait(20):
            raise SystemExit("no object was acknowledged: nothing is tested")
        time.sleep(chance.random() * 0.3)
    finally:
        node.kill()
        node.wait(10)
        node.stdout.close()  # type: ignore[union-attr]
    for one in clients:
        one.join(20)
    return dict(ledger.acknowledged)


def compare(folder: Path, acknowledged: dict[str, str], *, whole: bool) -> Losses:
    """Open the archive as the next start would; then look for each acknowledged object."""
    losses = examine(folder, {}, hash_all=whole)
    with Archive.open(folder, clock=system_clock, reserve_bytes=0) as archive:
        for uid, sha256 in acknowledged.items():
            row = archive.instance(uid)
            try:
                good = row is not None and body_hash(row.path.read_bytes()) == sha256
            except (OSError, part10.Unreadable):
                good = False
            losses.lost += not good
    return losses


def run(cycles: int, place: Path, seed: int, mode: str) -> dict[str, object]:
    """All cycles on one data folder; every file is hashed in the last and in each 25th."""
    chance = random.Random(seed)
    everything: dict[str, str] = {}
    total, slowest = Losses(), 0.0
    for cycle in range(cycles):
        new = one_cycle(place, str(1000 + cycle), chance, mode)
        everything |= new
        whole = cycle % 25 == 24 or cycle == cycles - 1
        found = compare(place / "archive", everything if whole else new, whole=whole)
        slowest = max(slowest, found.recovery_s)
        for name in ("lost", "ghosts", "partial", "orphans", "doubles"):
            setattr(total, name, getattr(total, name) + getattr(found, name))
        total.rows = found.rows
    return {
        "cycles": cycles,
        "acknowledged": len(everything),
        "rows": total.rows,
        "L": total.lost,
        "G": total.ghosts,
        "P": total.partial,
        "O": total.orphans,
        "D": total.doubles,
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
        mode = "early" if options.early else "safe"
        result = run(options.cycles, Path(place), options.seed, mode)
    print(json.dumps(result))
    return 0 if result["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
