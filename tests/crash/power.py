"""Power cuts: a small ext4 image is copied while the program is stopped, mounted and recovered.

    python -m tests.crash.power --cycles 100                    the node, four associations
    python -m tests.crash.power --cycles 100 --what spool       the kiosk's spool
    python -m tests.crash.power --cycles 5 --nosync             negative control: fsync does nothing, must lose

The copy holds what the kernel had written to the disk and nothing else; mounting it replays the journal, as after a
real power cut. Needs root and loop devices. Exit status 1 when anything that was acknowledged is lost, 3 when it
may not mount.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.crash import network_harness
from tests.crash.ledger import Losses

ROOT = Path(__file__).parents[2]
SIZE_MB = 4096
"""Sparse; the reserve that archive and spool keep free must not stop the work."""


class CannotMount(Exception):
    """No root, no loop devices, no mkfs."""


def call(*command: object) -> None:
    try:
        subprocess.run([str(one) for one in command], check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise CannotMount(str(command[0])) from problem


@contextlib.contextmanager
def mounted(image: Path, place: Path) -> Iterator[Path]:
    """The file system of an image."""
    place.mkdir(exist_ok=True)
    call("mount", "-o", "loop", image, place)
    try:
        yield place
    finally:
        call("umount", place)


@contextlib.contextmanager
def disk(work: Path) -> Iterator[tuple[Path, Path]]:
    """A fresh small disk: (image, where it is mounted)."""
    image = work / "disk.img"
    with image.open("wb") as file:
        file.truncate(SIZE_MB << 20)
    call("mkfs.ext4", "-q", "-F", image)
    with mounted(image, work / "disk") as place:
        yield image, place


def cut(image: Path, work: Path, process: subprocess.Popen[str], look: object) -> Path:
    """Stop the process, note what it has said, take the disk away; gives the copy."""
    if process.poll() is not None:
        raise SystemExit("the program ended by itself: nothing is tested")
    os.kill(process.pid, signal.SIGSTOP)
    try:
        look()  # type: ignore[operator]
        copy = work / "copy.img"
        call("cp", "--sparse=always", image, copy)
    finally:
        os.kill(process.pid, signal.SIGCONT)
    return copy


def node_cuts(cycles: int, work: Path, chance: random.Random, mode: str) -> dict[str, object]:
    """The node stores over four associations; every cut finds the disk in another moment."""
    total = Losses()
    with disk(work) as (image, place):
        node, port = network_harness.serve(place, mode)
        ledger = network_harness.Ledger()
        network_harness.SHORT = network_harness.Timeouts(connect=5, acse=5, dimse=60, network=60)
        clients = [
            threading.Thread(
                target=network_harness.client, args=(port, ledger, "1000", n, 64), daemon=True
            )
            for n in range(network_harness.ASSOCIATIONS)
        ]
        known: dict[str, str] = {}
        try:
            for one in clients:
                one.start()
            if not ledger.first.wait(20):
                raise SystemExit("no object was acknowledged: nothing is tested")
            idle = 0
            for number in range(cycles):
                time.sleep(chance.random() * 0.15)
                before = dict(known)
                copy = cut(image, work, node, lambda: known.update(ledger.acknowledged))
                # What is new is what a cut can lose; all of it is looked at now and then, and at the end.
                whole = number % 25 == 24 or number == cycles - 1
                new = {uid: known[uid] for uid in known.keys() - before.keys()}
                idle += not new
                with mounted(copy, work / "after") as after:
                    looked = known if whole else new
                    found = network_harness.compare(after / "archive", looked, whole=whole)
                for name in ("lost", "ghosts", "partial", "orphans", "doubles"):
                    setattr(total, name, getattr(total, name) + getattr(found, name))
        finally:
            node.kill()
            node.wait(10)
            node.stdout.close()  # type: ignore[union-attr]
            for one in clients:
                one.join(20)
    if idle > cycles // 2:
        raise SystemExit("the node had stopped storing: nothing is tested")
    return {
        "cuts": cycles,
        "acknowledged": len(known),
        "L": total.lost,
        "G": total.ghosts,
        "P": total.partial,
        "O": total.orphans,
        "D": total.doubles,
        "good": not total.any,
    }


WITHOUT_SYNC = (
    "import os, runpy, sys; os.fsync = lambda fd: None; sys.argv = sys.argv[1:]; "
    "runpy.run_path(sys.argv[0], run_name='__main__')"
)


def spool_cuts(cycles: int, work: Path, chance: random.Random, mode: str) -> dict[str, object]:
    """The kiosk takes pictures; a frame whose put() has returned may never be lost."""
    from tests.crash.test_spool_crash import _missing

    lost = frames = 0
    with disk(work) as (image, place):
        # A new spool after every tenth cut: each cut looks at all that is in it.
        for first in range(0, cycles, 10):
            name = f"spool-{first}"
            (place / name).mkdir()
            said: list[list[str]] = []
            with pictures_taken(place / name, mode, said) as victim:
                for _ in range(first, min(first + 10, cycles)):
                    time.sleep(chance.random() * 0.15)
                    before: list[list[str]] = []
                    copy = cut(image, work, victim, lambda b=before, s=said: b.extend(s))
                    with mounted(copy, work / "after") as after:
                        # Not even the folder may have reached the disk: then all of it is lost.
                        (after / name / "archive").mkdir(parents=True, exist_ok=True)
                        lost += len(_missing(after / name, before))
            frames += sum(words[0] == "spooled" for words in said)
    return {"cuts": cycles, "acknowledged": frames, "L": lost, "good": not lost}


@contextlib.contextmanager
def pictures_taken(
    folder: Path, mode: str, said: list[list[str]]
) -> Iterator[subprocess.Popen[str]]:
    """A process that takes pictures; what it says of them goes to `said`."""
    from tests.crash.test_spool_crash import VICTIM

    start = [sys.executable, str(VICTIM)]
    if mode == "nosync":
        start = [sys.executable, "-c", WITHOUT_SYNC, str(VICTIM)]
    victim = subprocess.Popen(
        [*start, str(folder), "1", "safe"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    def read() -> None:
        for line in victim.stdout:  # type: ignore[union-attr]
            said.append(line.split())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        deadline = time.monotonic() + 20
        while len(said) < 3:
            if time.monotonic() > deadline:
                raise SystemExit("no frame was spooled: nothing is tested")
            time.sleep(0.01)
        yield victim
    finally:
        victim.kill()
        victim.wait(10)
        reader.join(10)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--what", choices=["node", "spool"], default="node")
    parser.add_argument("--nosync", action="store_true", help="without fsync: must lose")
    parser.add_argument("--folder", type=Path, help="where to work; default a temporary folder")
    options = parser.parse_args()
    cuts = node_cuts if options.what == "node" else spool_cuts
    mode = "nosync" if options.nosync else "safe"
    try:
        with tempfile.TemporaryDirectory(dir=options.folder) as work:
            result = cuts(options.cycles, Path(work), random.Random(options.seed), mode)
    except CannotMount as problem:
        print(f"this computer lets nobody mount an image: {problem}")
        return 3
    print(json.dumps(result))
    return 0 if result["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
