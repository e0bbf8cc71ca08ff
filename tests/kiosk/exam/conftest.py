"""An exam in a temporary folder, with a fake archive and a fake node."""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from pathlib import Path

import pytest

from kiosk.exam.exam import Exam
from kiosk.exam.recovery import recover
from kiosk.exam.spool import Spool
from kiosk.exam.templates import load_templates
from minipacs.dicom.uids import CountedUids
from tests.builders import NOW, a_dog, a_patient, an_order, colour_frame, grey_frame, some_equipment


def _load(name: str):
    """A helper of this folder; tests are imported by path, so a plain import does not find it."""
    full = f"chairside_tests_exam_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, Path(__file__).with_name(f"{name}.py"))
        module = importlib.util.module_from_spec(spec)
        sys.modules[full] = module
        spec.loader.exec_module(module)
    return sys.modules[full]


class Clinic:
    """What a test needs, together; `restart` is what comes after a kill."""

    def __init__(self, folder: Path) -> None:
        fakes = _load("fakes")
        self.folder = folder
        self.store = fakes.FakeStore()
        self.steps = fakes.FakeSteps()
        self.uids = CountedUids()
        self.now = NOW
        self.templates = load_templates()
        self.free = 10_000_000_000
        self.spool = self.new_spool()
        self.events = []

    def clock(self) -> dt.datetime:
        self.now += dt.timedelta(milliseconds=250)
        return self.now

    def new_spool(self) -> Spool:
        return Spool(self.folder, self.clock, free_bytes=lambda path: self.free)

    def exam(self, template: str = "bwx-4", *, patient=None, order="scheduled", **more) -> Exam:
        if order == "scheduled":
            order = an_order(self.uids)
        if patient is None:
            patient = a_dog() if template.startswith("dog") else a_patient()
        exam = Exam(
            patient,
            order,
            self.templates[template],
            spool=self.spool,
            store=self.store,
            steps=self.steps,
            uids=self.uids,
            clock=self.clock,
            equipment=some_equipment(),
            **{"operator": "CANARY^OPERATOR", **more},
        )
        exam.subscribe(self.events.append)
        return exam

    def recovered(self) -> list[Exam]:
        self.spool = self.new_spool()
        return recover(
            self.spool,
            store=self.store,
            steps=self.steps,
            uids=self.uids,
            clock=self.clock,
            equipment=some_equipment(),
        )

    def shoot(self, exam: Exam, slot: str, frame=None) -> str:
        if exam.slot(slot).tile.needs_teeth:
            exam.name_teeth(slot, ("36",))
        token = exam.arm(slot)
        if frame is None:
            frame = colour_frame() if token.kind in ("photo", "endo") else grey_frame()
        exposure = exam.receive(frame, token)
        assert exposure is not None
        return exposure

    def kinds_of_events(self) -> list[str]:
        return [event.kind.name for event in self.events]


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path / "spool")
