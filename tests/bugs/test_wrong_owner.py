"""Pictures that reach a patient or a tooth that nobody chose."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.capture.folder import WatchedFolder
from kiosk.exam.errors import ExamError
from kiosk.exam.templates import load_templates
from minipacs.dicom.model import Shot
from tests.builders import a_patient, grey_frame
from tests.kiosk.exam.conftest import Clinic


@dataclasses.dataclass(frozen=True)
class Armed:
    identifier: str
    exam_id: str
    kind: str = "io"
    slot: str = "a"
    shot: Shot = dataclasses.field(default_factory=Shot)


class Ear:
    def __init__(self) -> None:
        self.tokens = []

    def on_frame(self, frame, token) -> None:
        self.tokens.append(token)

    def on_state(self, state, text) -> None:
        pass


def _picture(path: Path) -> None:
    Image.fromarray(np.full((20, 30), 100, np.uint16)).save(path)


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path / "spool")


def _watched(inbox: Path) -> tuple[WatchedFolder, Ear]:
    inbox.mkdir()
    source, ear = WatchedFolder(inbox), Ear()
    source._listener = ear
    source.look()
    return source, ear


def test_a_single_periapical_claims_no_tooth_that_nobody_chose():
    (tile,) = load_templates()["pa-1"].tiles
    assert tile.teeth == ()


def test_a_file_that_was_dealt_with_is_not_given_to_the_next_patient_when_the_share_comes_back(
    tmp_path,
):
    inbox = tmp_path / "inbox"
    source, ear = _watched(inbox)
    (inbox / "taken").write_text("moving is not allowed here")
    source.arm(Armed("token-of-a", "exam-a"))
    _picture(inbox / "a.png")
    source.look()
    source.look()
    assert [token.exam_id for token in ear.tokens] == ["exam-a"]
    source.arm(Armed("token-of-b", "exam-b"))
    (inbox / "a.png").rename(
        tmp_path / "a.png"
    )  # the mount point is empty while the share is not mounted
    source.look()
    (tmp_path / "a.png").rename(inbox / "a.png")
    source.look()
    source.look()
    assert len(ear.tokens) == 1


def test_a_frame_armed_for_another_patient_is_not_adopted(clinic):
    first = clinic.exam("bwx-2")
    token = first.arm("bw-right")
    first.disarm()
    assert first.receive(grey_frame(), token) is None  # late: kept aside with its token as evidence
    other = dataclasses.replace(a_patient(), identifier="OTHER-ID", name="CANARY^OTHER")
    second = clinic.exam("bwx-2", patient=other)
    (stray,) = clinic.spool.quarantined()
    with pytest.raises(ExamError):
        second.adopt(stray.entry_id, "bw-left")


def test_a_picture_is_not_moved_onto_a_stored_one_after_a_restart(clinic):
    exam = clinic.exam("bwx-4")
    exam.accept(clinic.shoot(exam, "bw-molar-right"))
    clinic.shoot(exam, "bw-molar-left")
    (again,) = clinic.recovered()
    (view,) = [one for one in again.exposures() if one.slot == "bw-molar-left"]
    with pytest.raises(ExamError):
        again.move(view.exposure_id, "bw-molar-right")
