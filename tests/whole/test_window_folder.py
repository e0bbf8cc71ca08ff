"""A folder of real pictures goes through the real window to a medium, as a new user would do it."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest

from minipacs.media import checking
from tests.peers import dciodvfy, need, run
from tests.whole import real_pictures
from tests.whole.chair import Chair
from tests.whole.hands import numbers_in

COLOUR = ("camera upright.JPG", "口腔.png")


def judge_medium(folder: Path, count: int) -> None:
    """The medium as others read it."""
    need("dcmdump", "dcmmkdir")
    dump = run("dcmdump", "+L", folder / "DICOMDIR")
    assert dump.returncode == 0, dump.stdout
    assert dump.stdout.count("DirectoryRecordType") >= count
    assert dump.stdout.count("CS [IMAGE]") == count, dump.stdout
    files = [path for path in folder.rglob("IM*") if path.is_file()]
    assert len(files) == count
    for path in files:
        assert dciodvfy(path) == [], path.name
    again = folder.parent / "again"
    # dcmmkdir must accept every file for a directory of its own.
    said = run(
        "dcmmkdir", "--general-purpose", "+r", "+id", folder, "+D", again,
        *sorted(str(path.relative_to(folder)) for path in files),
    )  # fmt: skip
    assert said.returncode == 0, said.stdout
    assert checking.check(folder).is_good


@pytest.mark.slow
def test_a_folder_of_pictures_goes_through_the_window_to_a_medium(chair: Chair):
    pictures = [
        path for path in real_pictures.make(chair.folder / "pictures") if path.name not in COLOUR
    ]
    chair.uses_folder()
    chair.order("P-77", "CANARY^Jürgen", "--step-description", "FMX 18", "--birth-date", "19790418")
    kiosk = chair.open()
    chair.begin(kiosk, "CANARY, Jürgen")
    # Two identifiers stand beside the arm button.
    assert "P-77" in kiosk.text()
    assert "1979-04-18" in kiosk.text()
    chair.arm(kiosk)
    for number, picture in enumerate(pictures, 1):
        chair.drop(picture)
        kiosk.accept()
        kiosk.shows(f"{number} of 18 stored")
        assert len(chair.stored()) == number, "the screen says stored, the archive does not"
        kiosk.shows("Armed for")
    kiosk.press("F10")
    kiosk.shows("Finish with 11 empty positions?")
    kiosk.press("Return")
    kiosk.shows("Worklist entry closed")
    assert numbers_in(kiosk.shows("pictures stored").words) == [len(chair.of("P-77"))] == [7]
    assert numbers_in(kiosk.shows("positions of the mount").words) == [11]
    assert chair.worklist() == {"P-77": "COMPLETED"}
    kiosk.press("F9")
    kiosk.click("Documents")
    kiosk.click("Write")
    kiosk.shows("Every file is right")
    judge_medium(chair.documents, 7)
    kiosk.press("Return")
    assert kiosk.leave() == 0
    assert chair.is_sound()["instances"] == 7
    assert {path.name for path in (chair.inbox / "taken").iterdir()} == {p.name for p in pictures}
    # 16 bits stay 16 bits.
    bits = sorted(
        pydicom.dcmread(path, stop_before_pixels=True).BitsStored
        for path in chair.documents.rglob("IM*")
    )
    assert bits == [8, 8, 8, 8, 8, 12, 16]  # the TIFF has twelve of its sixteen


@pytest.mark.slow
def test_colour_pictures_go_into_a_photo_series(chair: Chair):
    pictures = [
        path for path in real_pictures.make(chair.folder / "pictures") if path.name in COLOUR
    ]
    pictures.append(real_pictures.turned_jpeg(chair.folder / "pictures" / "turned.jpg"))
    chair.uses_folder()
    chair.order("P-5", "CANARY^Foto", "--step-description", "Photo series", modality="XC")
    kiosk = chair.open()
    chair.begin(kiosk, "CANARY, Foto")
    chair.arm(kiosk)
    for number, picture in enumerate(pictures, 1):
        chair.drop(picture)
        kiosk.accept()
        kiosk.shows(f"{number} of 8 stored")
        kiosk.shows("Armed for")
    assert {row.sop_class_uid for row in chair.of("P-5")} == {"1.2.840.10008.5.1.4.1.1.77.1.4"}
    for row in chair.stored():
        with chair.archive() as archive:
            assert dciodvfy(archive.path_of(row.sop_instance_uid)) == []


@pytest.mark.slow
def test_a_colour_picture_in_an_x_ray_position_is_kept_and_the_advice_is_right(chair: Chair):
    chair.uses_folder()
    chair.order("P-6", "CANARY^Eve", "--step-description", "BWX 2")
    kiosk = chair.open()
    chair.begin(kiosk, "CANARY, Eve")
    chair.arm(kiosk)
    pictures = real_pictures.make(chair.folder / "pictures")
    chair.drop(next(path for path in pictures if path.name == "口腔.png"))
    kiosk.accept()
    kiosk.shows("I have read it")
    assert "colour" in kiosk.text()
    assert "settings" not in kiosk.text(), "no setting makes a colour picture grey"
    assert chair.stored() == []
    kiosk.press("Return")
    kiosk.shows("Not stored. The picture is kept")


@pytest.mark.slow
def test_a_scheduled_patient_without_accession_number_is_no_walk_in(chair: Chair):
    chair.uses("simulator")
    chair.order("P-8", "CANARY^Ida", "--step-description", "BWX 2")
    kiosk = chair.open()
    chair.begin(kiosk, "CANARY, Ida")
    assert kiosk.find("Walk-in") is None
