"""The process that is killed: stores objects and writes one ledger line for each, after `ingest` has returned.

Run as a script under strace by test_faults.py, and forked by harness.py.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import threading
from pathlib import Path

from pydicom.dataset import Dataset

from minipacs.archive import Archive, ArchiveError, Origin
from minipacs.clock import system_clock
from minipacs.dicom.model import Order, Patient
from tests.objects import an_object

DESTINATION = "PACS"
STEP = "2.25.900"
STUDY = "2.25.11"


def open_archive(folder: Path) -> Archive:
    return Archive.open(folder, clock=system_clock, reserve_bytes=0)


def say(ledger: int, *words: str) -> None:
    """One line in one write, so that a kill leaves it whole or absent."""
    os.write(ledger, (" ".join(words) + "\n").encode())


def store(folder: Path, ledger: int, first: int, threads: int, *, early: bool = False) -> None:
    """Store without end, on several threads; `early` acknowledges before the object is safe (negative control)."""
    archive = open_archive(folder)
    numbers = iter(range(first, first + 1_000_000))
    lock = threading.Lock()

    def run(seed: int) -> None:
        chance = random.Random(seed)
        while True:
            with lock:
                number = next(numbers)
            side = chance.choice((16, 64, 160))
            data = an_object(
                uid=f"2.25.{number}", series=f"2.25.12{number % 3}", rows=side, columns=side
            )
            sha256 = hashlib.sha256(data).hexdigest()
            if early:
                say(ledger, "stored", f"2.25.{number}", sha256)
            archive.ingest(data, Origin("store"), destinations=[DESTINATION])
            if not early:
                say(ledger, "stored", f"2.25.{number}", sha256)
            if chance.random() < 0.2:
                # A peer that lost the answer sends again.
                archive.ingest(data, Origin("store"), destinations=[DESTINATION])

    workers = [threading.Thread(target=run, args=(first + n,)) for n in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def prepare(folder: Path) -> None:
    """An archive with a worklist entry, a step in progress and one stored object."""
    with open_archive(folder) as archive:
        patient = Patient(name="CANARY^PATIENT", identifier="P-4711")
        archive.worklist.add(patient, Order(study_instance_uid=STUDY, step_id="S1", modality="IO"))
        archive.steps.create(STEP, _step())
        archive.ingest(an_object(uid="2.25.1"), Origin("store"))


def once(folder: Path, ledger: int) -> None:
    """One of each: store a new object, end the step; then, whatever failed, store another object."""
    archive = open_archive(folder)
    _attempt(ledger, archive, "2.25.2")
    try:
        archive.steps.update(STEP, _end())
        say(ledger, "ended", STEP)
    except ArchiveError as error:
        say(ledger, "failed", type(error).__name__)
    _attempt(ledger, archive, "2.25.3")
    say(ledger, "done")
    archive.close()


def _attempt(ledger: int, archive: Archive, uid: str) -> None:
    data = an_object(uid=uid, rows=64, columns=64)
    try:
        archive.ingest(data, Origin("store"), destinations=[DESTINATION])
        say(ledger, "stored", uid, hashlib.sha256(data).hexdigest())
    except ArchiveError as error:
        say(ledger, "failed", type(error).__name__)


def _step() -> Dataset:
    item = Dataset()
    item.ScheduledProcedureStepID, item.StudyInstanceUID = "S1", STUDY
    ds = Dataset()
    ds.ScheduledStepAttributesSequence = [item]
    ds.PerformedProcedureStepID, ds.PerformedStationAETitle = "PPS1", "KIOSK"
    ds.PerformedProcedureStepStartDate, ds.PerformedProcedureStepStartTime = "20261120", "103000"
    ds.PerformedProcedureStepStatus, ds.Modality = "IN PROGRESS", "IO"
    ds.PerformedProcedureStepEndDate = ds.PerformedProcedureStepEndTime = ""
    ds.PerformedSeriesSequence = []
    return ds


def _end() -> Dataset:
    series = Dataset()
    series.SeriesInstanceUID, series.ProtocolName = "2.25.9", "FMX"
    ds = Dataset()
    ds.PerformedProcedureStepStatus = "COMPLETED"
    ds.PerformedProcedureStepEndDate, ds.PerformedProcedureStepEndTime = "20261120", "110000"
    ds.PerformedSeriesSequence = [series]
    return ds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["prepare", "once"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ledger", type=Path)
    parser.add_argument("--no-fsync", action="store_true", help="negative control: not durable")
    options = parser.parse_args()
    if options.no_fsync:
        os.fsync = lambda fd: None  # type: ignore[assignment]
    if options.what == "prepare":
        prepare(options.folder)
    else:
        once(options.folder, os.open(options.ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
