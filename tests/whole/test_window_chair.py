"""What goes wrong at the chair with a watched folder, each in the real window."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.peers import wait_until
from tests.pictures import make_pictures
from tests.whole.chair import Chair
from tests.whole.hands import Kiosk

pytestmark = pytest.mark.slow


def armed(chair: Chair, identifier: str = "P-1", name: str = "CANARY^Ada") -> Kiosk:
    """A window with one patient, armed."""
    chair.uses_folder()
    chair.order(identifier, name, "--step-description", "BWX 4")
    kiosk = chair.open()
    chair.begin(kiosk, name.replace("^", ", "))
    chair.arm(kiosk)
    return kiosk


def test_a_folder_that_vanishes_while_armed_is_said_and_found_again(chair: Chair):
    kiosk = armed(chair)
    away = chair.folder / "unplugged"
    chair.inbox.rename(away)
    kiosk.shows("Watched folder fault")
    kiosk.shows("The watched folder is not there")
    # What another program wrote while it was out of sight may be of anybody.
    shutil.copy(chair.picture(), away / "meanwhile.png")
    away.rename(chair.inbox)
    kiosk.shows("Not in the mount (1)")
    kiosk.shows("Armed for")
    chair.drop(chair.picture())
    kiosk.accept()
    kiosk.shows("1 of 4 stored")
    assert len(chair.of("P-1")) == 1


def test_a_picture_that_is_written_slowly_is_taken_when_it_is_whole(chair: Chair):
    kiosk = armed(chair)
    whole = chair.folder / "slow.png"
    noise = np.random.default_rng(4).integers(0, 65535, (500, 700)).astype(np.uint16)
    Image.fromarray(noise).save(whole)
    data = whole.read_bytes()
    with (chair.inbox / "slow.png").open("wb") as out:
        for part in range(6):
            out.write(data[part * len(data) // 6 : (part + 1) * len(data) // 6])
            out.flush()
            assert kiosk.find("accept or retake") is None, "half a picture was taken"
            time.sleep(0.7)
    kiosk.shows("accept or retake")
    kiosk.shows("700 × 500 · 16 bit")
    kiosk.press("Return")
    kiosk.shows("1 of 4 stored")
    assert [path.name for path in (chair.inbox / "taken").iterdir()] == ["slow.png"]


def test_files_that_are_no_pictures_are_set_aside_and_said(chair: Chair):
    names = ("text.png", "truncated.png", "cmyk.tif")
    pictures = make_pictures(chair.folder / "pictures")
    kiosk = armed(chair)
    for name in names:
        chair.drop(pictures(name))
    refused = chair.inbox / "refused"
    kiosk.shows("was refused", 40)
    kiosk.shows("PICTURE-REFUSED", 1)
    for name in names:
        wait_until((refused / f"{name}.txt").exists, 10, f"the reason for {name}")
        kiosk.press("Return")
    # It stays armed, and the next picture is taken.
    kiosk.shows("Armed for")
    chair.drop(chair.picture())
    kiosk.shows("accept or retake")
    assert chair.stored() == []


def test_a_picture_with_nothing_armed_waits_and_a_person_says_where_it_belongs(chair: Chair):
    kiosk = armed(chair)
    kiosk.click("Disarm")
    kiosk.gone("Armed for")
    chair.drop(chair.picture())
    kiosk.shows("Not in the mount (1)")
    assert len(chair.in_spool("quarantine")) >= 1
    assert chair.stored() == []
    stray = next(one for one in kiosk.seen() if len(one.words) == 5 and one.words[2] == ":")
    kiosk.click_at(stray.x, stray.y)
    kiosk.click("Put it there")
    kiosk.shows("accept or retake")
    kiosk.gone("Not in the mount")
    kiosk.press("Return")
    kiosk.shows("1 of 4 stored")
    assert len(chair.of("P-1")) == 1


def test_a_picture_that_comes_after_a_change_of_patient_never_reaches_the_next_one(chair: Chair):
    chair.uses_folder()
    for number, name in (("P-1", "CANARY^Ada"), ("P-2", "CANARY^Ben")):
        chair.order(number, name, "--step-description", "BWX 4")
    kiosk = chair.open()
    chair.begin(kiosk, "CANARY, Ada")
    chair.arm(kiosk)
    slow = chair.inbox / "of the first.png"
    data = chair.picture().read_bytes()
    slow.write_bytes(data[: len(data) // 2])  # it appears while Ada's position is armed
    time.sleep(1.2)
    kiosk.press("Escape")
    kiosk.shows("Refresh")
    chair.begin(kiosk, "CANARY, Ben")
    chair.arm(kiosk)
    slow.write_bytes(data)  # and is whole when Ben's is
    kiosk.shows("Not in the mount (1)")
    kiosk.shows("Armed for")
    chair.drop(chair.picture())
    kiosk.accept()
    chair.wait_stored(1)
    assert len(chair.of("P-2")) == 1
    assert chair.of("P-1") == []


def test_a_paused_exam_stands_above_the_worklist_and_goes_on(chair: Chair):
    chair.uses_folder()
    for number, name in (("P-1", "CANARY^Ada"), ("P-2", "CANARY^Ben")):
        chair.order(number, name, "--step-description", "BWX 4")
    kiosk = chair.open()
    chair.begin(kiosk, "CANARY, Ada")
    chair.arm(kiosk)
    chair.drop(chair.picture())
    kiosk.accept()
    kiosk.shows("1 of 4 stored")
    kiosk.press("Escape")
    kiosk.shows("Leave this exam?")
    kiosk.click("Pause")
    kiosk.shows("An exam is not finished: CANARY, Ada")
    kiosk.click("Go on with it")
    kiosk.shows("1 of 4 stored")


def test_files_that_lay_there_before_the_start_are_nobodys(chair: Chair):
    chair.inbox.mkdir()
    shutil.copy(chair.picture(), Path(chair.inbox) / "of yesterday.png")
    kiosk = armed(chair)
    kiosk.shows("Not in the mount (1)")
    kiosk.shows("Armed for")
    assert chair.stored() == []
