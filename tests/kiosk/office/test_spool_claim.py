"""Two programs on one data folder never touch each other's frames, and what one leaves the next start takes up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.exam.errors import SpoolFailed
from kiosk.exam.spool import Spool
from kiosk.office.rooms import SpoolClaim
from minipacs.clock import system_clock
from tests.builders import a_patient, an_order, grey_frame
from tests.kiosk.office.conftest import OpenOffice


def test_each_has_a_spool_of_its_own(tmp_path: Path) -> None:
    first, second = SpoolClaim(tmp_path / "spool"), SpoolClaim(tmp_path / "spool")
    assert first.folder == tmp_path / "spool"
    assert second.folder == tmp_path / "spool-2"
    first.release()
    third = SpoolClaim(tmp_path / "spool")
    assert third.folder == tmp_path / "spool"
    second.release()
    third.release()
    third.release()


def test_a_claim_ends_with_its_process(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom kiosk.office.rooms import SpoolClaim\n"
        "SpoolClaim(Path(sys.argv[1]))\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "spool")], timeout=30)
    assert done.returncode == -9
    claim = SpoolClaim(tmp_path / "spool")
    assert claim.folder == tmp_path / "spool"
    claim.release()


def test_too_many_programs_are_refused(tmp_path: Path) -> None:
    claims = [SpoolClaim(tmp_path / "spool") for _ in range(16)]
    with pytest.raises(SpoolFailed, match="too many programs"):
        SpoolClaim(tmp_path / "spool")
    for claim in claims:
        claim.release()


def test_a_command_leaves_the_windows_half_written_frame_alone(
    open_office: OpenOffice, tmp_path: Path
) -> None:
    """The sweep of a second program would take a frame that is just being written for torn."""
    window = open_office()
    part = tmp_path / "data" / "spool" / "pending" / "0123.frame.part"
    part.write_bytes(b"half of a frame")
    exam = window.exams.open(a_patient(), an_order(), "bwx-2")
    exam.arm(exam.next_slot())
    command = open_office()
    assert command.spool.folder.name == "spool-2"
    assert part.read_bytes() == b"half of a frame"
    assert list((tmp_path / "data" / "spool" / "exams").glob("*.json")), (
        "the journal of the armed exam stays"
    )
    assert command.exams.recovered() == []


def test_what_a_killed_command_left_is_taken_up_with_its_patient(
    open_office: OpenOffice, tmp_path: Path
) -> None:
    window = open_office()
    command = open_office()
    exam = command.exams.open(a_patient(), an_order(), "bwx-2")
    exposure = exam.receive(grey_frame(), exam.arm(exam.next_slot()))
    assert exposure is not None
    command.stop()  # as far as the disk goes, a kill: the exam is neither decided nor closed
    window.stop()
    assert len(list((tmp_path / "data" / "spool-2" / "pending").glob("*.frame"))) == 1
    again = open_office()
    (waiting,) = again.exams.recovered()
    assert waiting.patient == a_patient()
    assert not list((tmp_path / "data" / "spool-2" / "pending").iterdir())
    taken = again.exams.resume(waiting.exam_id)
    taken.accept(exposure)
    assert taken.finish().mpps.value == "delivered"
    assert again.archive.counts().instances == 1


def test_a_spool_in_use_is_not_gathered(tmp_path: Path) -> None:
    first = SpoolClaim(tmp_path / "spool")
    second = SpoolClaim(tmp_path / "spool")
    Spool(second.folder, system_clock, reserve_bytes=0).put(grey_frame(), None)
    first.release()
    third = SpoolClaim(tmp_path / "spool")
    assert third.folder == tmp_path / "spool"
    assert len(list((second.folder / "quarantine").glob("*.frame"))) == 1
    second.release()
    third.release()
    SpoolClaim(tmp_path / "spool").release()
    assert len(list((tmp_path / "spool" / "quarantine").glob("*.frame"))) == 1


def test_a_frame_of_the_same_name_is_not_written_over(tmp_path: Path) -> None:
    for name, text in (("spool", b"mine"), ("spool-2", b"other")):
        folder = tmp_path / name / "pending"
        folder.mkdir(parents=True)
        (folder / "a.frame").write_bytes(text)
    SpoolClaim(tmp_path / "spool").release()
    assert (tmp_path / "spool/pending/a.frame").read_bytes() == b"mine"
    assert (tmp_path / "spool-2/pending/a.frame").read_bytes() == b"other"


@pytest.mark.skipif(sys.platform == "win32", reason="no such place")
def test_a_folder_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SpoolFailed, match=r"[Nn]ot a directory|[Ff]ile exists"):
        SpoolClaim(tmp_path / "file" / "spool")
