"""However things are mixed up at the chair, an image's patient is the patient at arm (reliability, bar 12)."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kiosk.exam.errors import ExamError
from kiosk.exam.machine import ExposureState
from minipacs.dicom.codes import tables
from tests.builders import a_patient, grey_frame

REASON = tables.reject_reasons()["positioning"]
EXAMPLES = int(os.environ.get("CHAIRSIDE_EXAMPLES", "12"))
"""More for a long run: CHAIRSIDE_EXAMPLES=300."""
SLOTS = ("bw-premolar-right", "bw-molar-right", "bw-premolar-left")


class Chair(RuleBasedStateMachine):
    """One chair, one sensor, three patients. Each frame is marked in its pixels with the patient at arm."""

    clinic_class = None

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clinic = self.clinic_class(self.folder / "spool")
        self.exams = [self.clinic.exam(patient=a_patient(identifier=f"P-{n}")) for n in (1, 2, 3)]
        self.current = self.exams[0]
        self.tokens = []
        self.orphans = 0
        self.checked = set()

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(n=st.integers(0, 2))
    def select(self, n):
        """The operator opens another patient; the sensor may still be armed for the former."""
        self.current = self.exams[n]

    @rule(slot=st.sampled_from(SLOTS))
    def arm(self, slot):
        try:
            token = self.current.arm(slot)
        except ExamError:
            return
        assert token.patient == self.current.patient
        self.tokens.append(token)

    @rule()
    def cancel(self):
        self.current.disarm()

    @precondition(lambda self: self.tokens)
    @rule(back=st.integers(0, 6), here=st.booleans())
    def frame_arrives(self, back, here):
        """The latest token or an old one; to its own exam or, wrongly wired, to the one on the screen."""
        token = self.tokens[max(0, len(self.tokens) - 1 - back)]
        mark = int(token.patient.identifier[2:])
        owners = [exam for exam in self.exams if exam.exam_id == token.exam_id]
        exam = self.current if here or not owners else owners[0]
        frame = grey_frame(rows=10 + mark, columns=12)
        armed = exam.armed
        exposure = exam.receive(frame, token)
        if armed is not None and armed == token:
            assert exposure is not None
        else:
            assert exposure is None
            self.orphans += 1

    @rule()
    def frame_without_token(self):
        assert self.current.receive(grey_frame(rows=9, columns=12), None) is None
        self.orphans += 1

    @rule(pick=st.integers(0, 9))
    def accept(self, pick):
        exposure = self._pick(pick)
        if exposure is not None:
            self.current.accept(exposure)

    @rule(pick=st.integers(0, 9))
    def reject(self, pick):
        exposure = self._pick(pick)
        if exposure is not None:
            self.current.reject(exposure, REASON)

    @rule(pick=st.integers(0, 9), slot=st.sampled_from(SLOTS))
    def move(self, pick, slot):
        exposure = self._pick(pick)
        if exposure is not None:
            try:
                self.current.move(exposure, slot)
            except ExamError:
                return

    @rule(slot=st.sampled_from(SLOTS))
    def retake(self, slot):
        try:
            self.tokens.append(self.current.retake(slot, REASON))
        except ExamError:
            return

    @rule(n=st.integers(0, 2))
    def power_cut(self, n):
        """The program is killed and started again; the operator goes on with any of the exams."""
        again = {exam.exam_id: exam for exam in self.clinic.recovered()}
        for place, exam in enumerate(self.exams):
            patient = exam.patient
            self.exams[place] = again.get(exam.exam_id) or self.clinic.exam(patient=patient)
            assert self.exams[place].patient == patient
        self.current = self.exams[n]

    @invariant()
    def each_image_is_of_the_patient_at_arm(self):
        for uid in set(self.clinic.store.files) - self.checked:
            ds = self.clinic.store.dataset(uid)
            assert ds.PatientID == f"P-{ds.Rows - 10}"
            self.checked.add(uid)

    @invariant()
    def no_frame_is_lost(self):
        spool = self.clinic.spool
        kept = len(spool.entries()) + len(spool.rejected()) + len(self.clinic.store.files)
        received = sum(
            1
            for exam in self.exams
            for item in exam.exposures()
            if item.state is not ExposureState.ARMED
        )
        assert kept >= received
        assert len(spool.quarantined()) == self.orphans
        assert spool.torn() == []

    @invariant()
    def at_most_one_slot_is_armed_in_an_exam(self):
        for exam in self.exams:
            armed = [slot for slot in exam.slots() if slot.state.name == "ARMED"]
            assert len(armed) == (0 if exam.armed is None else 1)

    def _pick(self, pick):
        open_ones = [
            item.exposure_id
            for item in self.current.exposures()
            if item.state is ExposureState.PREVIEWED
        ]
        return open_ones[pick % len(open_ones)] if open_ones else None


def test_an_image_is_always_of_the_patient_at_arm(clinic):
    from hypothesis.stateful import run_state_machine_as_test

    Chair.clinic_class = type(clinic)
    run_state_machine_as_test(
        Chair,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
