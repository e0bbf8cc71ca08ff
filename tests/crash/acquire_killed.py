"""kill -9 in the middle of `chairside acquire`; after each kill the office is opened as at the next start.

    python -m tests.crash.acquire_killed --cycles 300
    python -m tests.crash.acquire_killed --cycles 20 --unsafe     negative control: must report losses

The command runs in a forked process and writes a ledger of its own: a picture that the spool said is safe, and one
that the archive said it has. Exit status 1 when a picture of the ledger is lost, belongs to somebody else or is
there twice. A kill shows wrong order, not a missing fsync.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from kiosk.cli.start import main as chairside
from kiosk.exam.spool import Spool, SpoolEntry
from kiosk.office.office import Choices, Office
from kiosk.office.places import Places
from kiosk.office.store import ArchiveStore
from kiosk.settings import CaptureSection, NodeSection, Settings
from minipacs.dicom import part10, pixels

PICTURES = 3


@dataclass
class Found:
    """What all cycles came to."""

    cycles: int = 0
    killed: int = 0
    moments: Counter[str] = field(default_factory=Counter)
    """How far the command had come when it was killed."""
    spooled: int = 0
    stored: int = 0
    recovered: int = 0
    lost: int = 0
    doubled: int = 0
    wrong_patient: int = 0
    damaged: int = 0

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.wrong_patient or self.damaged)


def digest(values: Any) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def make_pictures(folder: Path, cycle: int) -> list[Path]:
    rng = np.random.default_rng(cycle)
    paths = []
    for number in range(PICTURES):
        path = folder / f"cycle{cycle}-{number}.png"
        Image.fromarray(rng.integers(0, 4096, (300, 400)).astype(np.uint16)).save(path)
        paths.append(path)
    return paths


def with_ledger(ledger: int, *, unsafe: bool) -> None:
    """Let spool and archive write down what they said. Only ever called in the forked process."""
    put, ingest = Spool.put, ArchiveStore.ingest

    def note(word: str, values: Any) -> None:
        os.write(ledger, f"{word} {digest(values)}\n".encode())

    def noted_put(self: Spool, frame: Any, token: Any, **more: Any) -> SpoolEntry:
        if unsafe:
            entry = SpoolEntry(token.identifier, token, token.armed_at, self.folder, frame)
        else:
            entry = put(self, frame, token, **more)
        note("spooled", frame.pixels)
        return entry

    def noted_ingest(self: ArchiveStore, data: bytes) -> Any:
        done = ingest(self, data)
        note("stored", pixels.decode(part10.read(data)))
        return done

    Spool.put, ArchiveStore.ingest = noted_put, noted_ingest  # type: ignore[method-assign]


def acquire(data: Path, pictures: list[Path], patient: str, ledger: Path, *, unsafe: bool) -> int:
    """The command in a process of its own; gives its number."""
    pid = os.fork()
    if pid:
        return pid
    status = 3
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        with_ledger(os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), unsafe=unsafe)
        words = ["acquire", "--kind", "io", *map(str, pictures), "--data", str(data)]
        status = chairside([*words, "--patient-id", patient, "--patient-name", "CANARY^PATIENT"])
    finally:
        os._exit(status)


def next_start(data: Path, patient: str) -> tuple[Counter[str], Counter[str], int]:
    """Open the office as the window does: (in the archive, taken up again from the spool, of somebody else)."""
    settings = Settings(
        node=NodeSection(port=0), capture=CaptureSection(source="file", reserve_mb=0)
    )
    wrong = 0
    with Office(Places(data), settings, choices=Choices(port=0)) as office:
        archived = _archived(office, patient)
        again: Counter[str] = Counter()
        for waiting in office.exams.recovered():
            exam = office.exams.resume(waiting.exam_id)
            wrong += exam.patient.identifier != patient
            for view in exam.exposures():
                if view.state.value == "stored":
                    continue
                again[digest(exam.frame(view.exposure_id).pixels)] += 1
                exam.accept(view.exposure_id)
            exam.finish()
        after = _archived(office, patient)
        wrong += (archived + again) != after
        whole = office.archive.check().is_good
        assert office.exams.recovered() == []
        assert office.spool.entries() == []
    return archived, again, wrong if whole else wrong + 1000


def _archived(office: Office, patient: str) -> Counter[str]:
    rows = office.archive.instances(patient=patient)
    return Counter(
        digest(pixels.decode(part10.read(office.archive.read(row.sop_instance_uid))))
        for row in rows
    )


def one_cycle(folder: Path, cycle: int, delay: float, found: Found, *, unsafe: bool) -> None:
    data, ledger = folder / "data", folder / f"ledger-{cycle}"
    patient = f"P-{cycle}"
    files = make_pictures(folder, cycle)
    pid = acquire(data, files, patient, ledger, unsafe=unsafe)
    if cycle % 2:
        # Every other kill falls between the first frame and the end, where most is at stake.
        deadline = time.monotonic() + 10
        while not (ledger.exists() and ledger.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.001)
        delay /= 4
    time.sleep(delay)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.waitstatus_to_exitcode(status):
        raise SystemExit("the command failed by itself; run it by hand to see why")
    said = ledger.read_text().split("\n")[:-1] if ledger.exists() else []
    spooled = {line.split()[1] for line in said if line.startswith("spooled")}
    stored = {line.split()[1] for line in said if line.startswith("stored")}
    archived, again, wrong = next_start(data, patient)
    there = archived + again
    found.cycles += 1
    found.killed += os.WIFSIGNALED(status)
    found.moments[f"{len(spooled)} spooled, {len(stored)} stored"] += 1
    found.spooled += len(spooled)
    found.stored += len(stored)
    found.recovered += sum(again.values())
    found.lost += len((spooled | stored) - set(there)) + len(stored - set(archived))
    found.doubled += sum(count - 1 for count in there.values())
    found.wrong_patient += wrong % 1000
    found.damaged += wrong // 1000
    for path in (*files, ledger):
        path.unlink(missing_ok=True)


def run(cycles: int, folder: Path, seed: int, *, unsafe: bool) -> Found:
    """All cycles on one data folder; the moments of the kill are spread over a whole run's time."""
    chance, found = random.Random(seed), Found()
    began = time.perf_counter()
    files = make_pictures(folder, -1 % 2**31)
    pid = acquire(folder / "data", files, "P-first", folder / "ledger-first", unsafe=unsafe)
    _, status = os.waitpid(pid, 0)
    if status and not unsafe:
        raise SystemExit(f"the command does not work here: {status}")
    whole = time.perf_counter() - began
    for cycle in range(cycles):
        one_cycle(folder, cycle, chance.random() * whole * 1.1, found, unsafe=unsafe)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unsafe", action="store_true", help="a spool that lies: must lose")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        found = run(options.cycles, Path(place), options.seed, unsafe=options.unsafe)
    print(json.dumps({**vars(found), "good": found.good}))
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())
