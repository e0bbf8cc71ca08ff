"""kill -9 at any moment between frame and archive loses no frame (reliability, bar 11).

Few cycles in the suite; CHAIRSIDE_CRASH_CYCLES=300 for the figure of the release.
"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from kiosk.exam.recovery import recover
from kiosk.exam.spool import Spool
from minipacs.clock import system_clock
from minipacs.dicom import part10
from minipacs.dicom.model import Equipment
from minipacs.dicom.uids import UidPolicy

CYCLES = int(os.environ.get("CHAIRSIDE_CRASH_CYCLES", "6"))
VICTIM = Path(__file__).with_name("spool_victim.py")
ROOT = Path(__file__).resolve().parents[2]


def _victim_module():
    import importlib.util

    spec = importlib.util.spec_from_file_location("spool_victim", VICTIM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _killed(folder: Path, seed: int, mode: str, rng: random.Random) -> list[list[str]]:
    """What a run said before it was killed at a random moment; a cut last line was not said."""
    process = subprocess.Popen(
        [sys.executable, str(VICTIM), str(folder), str(seed), mode],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        first = process.stdout.readline()
        assert first == b"ready\n", process.stderr.read().decode()
        time.sleep(rng.uniform(0.0, 0.5))  # the moment of the power cut
    finally:
        process.kill()
    said, trouble = process.communicate(timeout=20)
    assert not trouble, trouble.decode()
    lines = said.decode().split("\n")[:-1]
    return [line.split(" ") for line in lines]


def _missing(folder: Path, ledger: list[list[str]]) -> list[str]:
    """Which frames that were said to be safe are neither in spool nor archive, whole and with their facts."""
    spool = Spool(folder / "spool", system_clock)
    store = _victim_module().FolderStore(folder / "archive")
    in_archive = {}
    for path in (folder / "archive").glob("*.dcm"):
        ds = part10.read(path)
        in_archive[hashlib.sha256(ds.PixelData).hexdigest()] = (str(ds.PatientID), float(ds.KVP))
    in_spool = {}
    for entry in spool.entries():
        frame, token = spool.load(entry.entry_id)
        digest = hashlib.sha256(frame.pixels.tobytes()).hexdigest()
        in_spool[digest] = (token.patient.identifier, token.slot, frame.exposure.kvp)
    lost = []
    for words in ledger:
        if words[0] != "spooled":
            continue
        _, exposure, patient, slot, kvp, digest = words
        spooled = in_spool.get(digest) == (patient, slot, float(kvp))
        archived = in_archive.get(digest) == (patient, float(kvp))
        if not spooled and not archived:
            lost.append(exposure)
    _take_up(spool, store)
    return lost


def _take_up(spool: Spool, store: object) -> None:
    """The next start: every frame is an exposure again, and what the archive has is not made twice."""
    pending = {entry.entry_id for entry in spool.entries()}
    exams = recover(
        spool,
        store=store,
        steps=_victim_module().QuietSteps(),
        uids=UidPolicy(),
        clock=system_clock,
        equipment=Equipment(),
    )
    again = {item.exposure_id for exam in exams for item in exam.exposures()}
    assert pending <= again
    assert spool.entries() == [] or {entry.entry_id for entry in spool.entries()} <= again


def _run(tmp_path: Path, mode: str, cycles: int) -> tuple[int, int]:
    rng = random.Random(11)
    frames = lost = 0
    for cycle in range(cycles):
        folder = tmp_path / f"{mode}{cycle}"
        folder.mkdir()
        ledger = _killed(folder, cycle, mode, rng)
        frames += sum(1 for words in ledger if words[0] == "spooled")
        lost += len(_missing(folder, ledger))
    print(f"{mode}: {cycles} kills, {frames} frames said to be safe, {lost} lost")
    return frames, lost


def test_no_frame_is_lost_by_kill_9(tmp_path):
    frames, lost = _run(tmp_path, "safe", CYCLES)
    assert frames > 0
    assert lost == 0


def test_the_harness_would_see_a_loss(tmp_path):
    """Negative control: a spool that says "safe" before it wrote loses frames here."""
    _, lost = _run(tmp_path, "unsafe", 3)
    assert lost > 0
