"""kill -9, a full disk, a window that is closed: nothing is lost, nothing doubled, nobody mixed up."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.peers import run, wait_until
from tests.whole.chair import Chair
from tests.whole.hands import Kiosk

pytestmark = pytest.mark.slow


def exam(chair: Chair) -> Kiosk:
    """A window with the exam of P-1 opened; P-2 waits."""
    chair.uses_folder()
    chair.order("P-1", "CANARY^Ada", "--step-description", "BWX 4")
    chair.order("P-2", "CANARY^Ben", "--step-description", "BWX 4")
    kiosk = chair.open()
    chair.begin(kiosk, "CANARY, Ada")
    return kiosk


def go_on(chair: Chair) -> Kiosk:
    """The next start, in the exam that was broken off."""
    kiosk = chair.open()
    kiosk.shows("An exam is not finished: CANARY, Ada")
    kiosk.click("Go on with it")
    kiosk.shows("CANARY, Ada")
    return kiosk


def finish(kiosk: Kiosk) -> None:
    """With empty positions; keys rest while the next one is being armed."""
    wait_until(
        lambda: kiosk.find("Armed for") or kiosk.find("then arm") or kiosk.find("is safe"), 10
    )
    kiosk.press("F10")
    kiosk.shows("empty positions?")
    kiosk.press("Return")
    kiosk.shows("Exam finished")


def test_killed_while_armed_begins_as_if_nothing_had_been(chair: Chair):
    kiosk = exam(chair)
    chair.arm(kiosk)
    kiosk.kill()
    late = chair.drop(chair.picture())
    kiosk = chair.open()
    kiosk.shows("CANARY, Ada")
    wait_until(lambda: not late.exists(), 10, "the late file taken as a stray")
    chair.begin(kiosk, "CANARY, Ben")
    kiosk.shows("Not in the mount (1)")
    assert chair.stored() == []


def test_killed_with_a_picture_to_judge_offers_it_again_in_its_position(chair: Chair):
    kiosk = exam(chair)
    chair.arm(kiosk)
    chair.drop(chair.picture())
    kiosk.shows("accept or retake")
    position = kiosk.shows("Look at").words.partition(":")[0]
    kiosk.kill()
    kiosk = go_on(chair)
    kiosk.shows(position)
    kiosk.press("Return")
    kiosk.shows("1 of 4 stored")
    assert len(chair.of("P-1")) == len(chair.stored()) == 1
    finish(kiosk)
    kiosk.shows("Worklist entry closed")
    assert chair.worklist() == {"P-1": "COMPLETED", "P-2": "SCHEDULED"}
    assert chair.in_spool("pending") == []


@pytest.mark.parametrize("delay", [0.0, 0.05])
def test_killed_during_accept_stores_it_once(chair: Chair, delay: float):
    kiosk = exam(chair)
    chair.arm(kiosk)
    chair.drop(chair.picture())
    kiosk.accept()
    time.sleep(delay)
    kiosk.kill()
    kiosk = go_on(chair)
    if kiosk.find("1 of 4 stored") is None:
        kiosk.accept()
        kiosk.shows("1 of 4 stored")
    assert len(chair.of("P-1")) == len(chair.stored()) == 1
    assert chair.is_sound()["instances"] == 1


def test_killed_before_finish_reports_what_was_stored_at_the_next_start(chair: Chair):
    kiosk = exam(chair)
    for number in (1, 2):
        if number == 1:
            chair.arm(kiosk)
        kiosk.shows("Armed for")
        chair.drop(chair.picture())
        kiosk.accept()
        kiosk.shows(f"{number} of 4 stored")
    kiosk.kill()
    kiosk = go_on(chair)
    kiosk.shows("2 of 4 stored")
    finish(kiosk)
    kiosk.shows("2 pictures stored")
    kiosk.shows("Worklist entry closed")
    assert chair.worklist()["P-1"] == "COMPLETED"
    assert len(chair.stored()) == 2


def test_killed_after_nothing_but_a_retake_can_still_be_ended(chair: Chair):
    kiosk = exam(chair)
    chair.arm(kiosk)
    chair.drop(chair.picture())
    kiosk.shows("accept or retake")
    kiosk.press("BackSpace")
    kiosk.shows("again?")
    kiosk.press("Return")
    kiosk.shows("Armed for")
    kiosk.kill()
    kiosk = go_on(chair)
    kiosk.press("F10")
    kiosk.shows("Why does the exam end?")
    kiosk.press("Return")
    kiosk.shows("No picture was stored")
    assert chair.worklist()["P-1"] == "DISCONTINUED"
    assert len(chair.in_spool("rejected")) >= 1
    assert chair.stored() == []


def test_closing_the_window_during_an_exam_asks(chair: Chair):
    kiosk = exam(chair)
    chair.arm(kiosk)
    chair.drop(chair.picture())
    kiosk.shows("accept or retake")
    kiosk.close()
    kiosk.shows("Leave this exam?")
    assert kiosk.process.poll() is None
    kiosk.click("Stay")
    kiosk.shows("accept or retake")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting needs root")
def test_a_full_disk_refuses_before_the_exposure_and_works_again_without_a_restart(chair: Chair):
    small = chair.folder / "data"
    small.mkdir()
    mounted = run("mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", small)
    if mounted.returncode:
        pytest.skip(f"no tmpfs here: {mounted.stdout.strip()}")
    try:
        kiosk = exam(chair)
        ballast = Path(small) / "ballast"
        ballast.write_bytes(b"\0" * (48 << 20))
        kiosk.press("space")
        kiosk.shows("I have read it")
        words = kiosk.text()
        assert "MB" in words
        assert "this picture" not in words, "there is no picture yet"
        kiosk.press("Return")
        assert kiosk.find("Armed for") is None
        kiosk.shows("Disk full")
        ballast.unlink()
        chair.arm(kiosk)
        chair.drop(chair.picture())
        kiosk.accept()
        kiosk.shows("1 of 4 stored")
        kiosk.kill()
    finally:
        run("umount", "-l", small)
