"""Takes pictures until it is killed. What it says on stdout has happened; the test keeps the ledger.

    spooled ID PATIENT SLOT KVP DIGEST    put() has returned: this frame may never be lost
    stored ID                             the archive has it

With `unsafe` it is the negative control: put() only remembers the frame and writes it some pictures later.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import numpy as np

from kiosk.exam.exam import Exam
from kiosk.exam.ports import Reported, Stored
from kiosk.exam.spool import Spool
from kiosk.exam.templates import load_templates
from minipacs.clock import system_clock
from minipacs.dicom import part10
from minipacs.dicom.model import Equipment, Exposure, Frame, Order, Patient
from minipacs.dicom.uids import UidPolicy


class FolderStore:
    """An archive as thin as can be: one synced file for each object."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def ingest(self, data: bytes) -> Stored:
        ds = part10.header(data)
        uid = str(ds.SOPInstanceUID)
        part = self._folder / f"{uid}.part"
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._folder / f"{uid}.dcm")
        return self._stored(uid)

    def holds(self, sop_instance_uid: str) -> Stored | None:
        path = self._folder / f"{sop_instance_uid}.dcm"
        return self._stored(sop_instance_uid) if path.exists() else None

    def read(self, sop_instance_uid: str) -> bytes:
        return (self._folder / f"{sop_instance_uid}.dcm").read_bytes()

    def check_room(self) -> None:
        """There is room."""

    def waiting(self) -> int:
        return 0

    def _stored(self, uid: str) -> Stored:
        ds = part10.header(self.read(uid))
        return Stored(str(ds.SOPClassUID), uid, str(ds.SeriesInstanceUID))


class QuietSteps:
    """A node that takes every message."""

    def create(self, *args, **more):
        return Reported(True)

    complete = discontinue = create


class LateSpool(Spool):
    """The negative control: says that a frame is safe before it is."""

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self._held = []

    def put(self, frame, token, **more):
        self._held.append((frame, token, more))
        if len(self._held) > 4:
            for held, its_token, its_more in self._held:
                super().put(held, its_token, **its_more)
            self._held.clear()
        from kiosk.exam.spool import SpoolEntry

        return SpoolEntry(token.identifier, token, system_clock(), self.folder, frame)


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main(folder: Path, seed: int, mode: str) -> None:
    rng = np.random.default_rng(seed)
    spool = (LateSpool if mode == "unsafe" else Spool)(folder / "spool", system_clock)
    template = load_templates()["fmx-18"]
    uids = UidPolicy()
    number = 0
    say("ready")
    while True:
        number += 1
        patient = Patient(name="CANARY^PATIENT", identifier=f"P-{seed}-{number}")
        exam = Exam(
            patient,
            Order(study_instance_uid=uids.study(), step_id="S1", requested_procedure_id="RP1"),
            template,
            spool=spool,
            store=FolderStore(folder / "archive"),
            steps=QuietSteps(),
            uids=uids,
            clock=system_clock,
            equipment=Equipment(manufacturer="Chairside", detector_type="SCINTILLATOR"),
        )
        exam._intake.show = lambda exposure, frame: None  # pictures are not looked at here
        for tile in template.tiles[:4]:
            token = exam.arm(tile.key)
            kvp = float(rng.integers(50, 90))
            pixels = rng.integers(0, 4096, (300, 400)).astype(np.uint16)
            frame = Frame(
                pixels=pixels,
                rows=300,
                columns=400,
                bits_stored=12,
                pixel_spacing_mm=(0.02, 0.02),
                exposure=Exposure(kvp=kvp),
            )
            exposure = exam.receive(frame, token)
            digest = hashlib.sha256(pixels.tobytes()).hexdigest()
            say("spooled", exposure, patient.identifier, tile.key, kvp, digest)
            if rng.random() < 0.6 and mode == "safe":
                show(exam, exposure)
                exam.accept(exposure)
                say("stored", exposure)


def show(exam: Exam, exposure: str) -> None:
    """Someone looked at it."""
    from kiosk.exam.machine import ExposureState

    exam._board.exposures[exposure].go(ExposureState.PREVIEWED)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
