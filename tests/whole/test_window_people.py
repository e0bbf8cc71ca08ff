"""Walk-ins, animals, and pictures from other places than a watched folder, in the real window."""

from __future__ import annotations

import pydicom
import pytest

from tests.peers import dciodvfy, wait_until
from tests.whole.chair import Chair
from tests.whole.hands import Kiosk

pytestmark = pytest.mark.slow


def take(kiosk: Kiosk, count: int, of: int) -> None:
    """So many pictures from the simulator, accepted one after another."""
    kiosk.press("space")
    for number in range(1, count + 1):
        kiosk.shows("Armed for")
        kiosk.press("space")
        kiosk.accept()
        kiosk.shows(f"{number} of {of} stored")


def headers(chair: Chair, identifier: str) -> list[pydicom.Dataset]:
    """What the archive has of a patient, each valid."""
    with chair.archive() as archive:
        paths = [archive.path_of(row.sop_instance_uid) for row in chair.of(identifier)]
    for path in paths:
        assert dciodvfy(path) == []
    return [pydicom.dcmread(path, stop_before_pixels=True) for path in paths]


def test_a_person_who_walks_in(chair: Chair):
    chair.uses("simulator")
    kiosk = chair.open()
    kiosk.press("F2")
    kiosk.shows("Walk-in exam")
    kiosk.click("Begin exam")
    kiosk.shows("Give a last name")
    kiosk.click("Last name")
    kiosk.press("Tab", "shift+Tab")
    kiosk.type("CANARY")
    kiosk.press("Tab")
    kiosk.type("Ada")
    kiosk.click("Make one")
    kiosk.gone("press Make one")
    kiosk.choose_mount("Bitewings 2")
    kiosk.click("Begin exam")
    kiosk.shows("then arm")
    kiosk.shows("Walk-in")
    take(kiosk, 2, 2)
    kiosk.press("F10")
    kiosk.shows("2 pictures stored")
    kiosk.shows("Walk-in: there was no worklist entry")
    kiosk.shows("Reported to the node")
    stored, _ = chair.stored()
    header, _ = headers(chair, stored.patient_id)
    assert str(header.PatientName) == "CANARY^Ada"
    assert header.StudyInstanceUID == stored.study_instance_uid
    assert chair.worklist() == {}


def test_an_animal_that_walks_in(chair: Chair):
    chair.uses("simulator")
    kiosk = chair.open()
    kiosk.press("F2")
    kiosk.shows("Walk-in exam")
    kiosk.click("Animal")
    kiosk.shows("Species")
    kiosk.type("Rex")
    kiosk.press("Tab")
    kiosk.type("CANARY, Astrid")
    kiosk.click("Make one")
    kiosk.click("Choose")
    kiosk.shows("Which species?")
    kiosk.click("Canis lupus familiaris")
    kiosk.choose_mount("Bitewings 2")
    kiosk.click("Begin exam")
    kiosk.shows("owner CANARY, Astrid")
    take(kiosk, 1, 2)
    (stored,) = chair.stored()
    (header,) = headers(chair, stored.patient_id)
    assert header.ResponsiblePerson == "CANARY^Astrid"
    assert header.PatientName == "CANARY^Rex"
    assert header.PatientSpeciesCodeSequence[0].CodeValue == "448771007"


@pytest.mark.parametrize(
    ("mount", "modality", "count", "of"),
    [("Panoramic", "PX", 1, 1), ("Photo series", "XC", 3, 8), ("Ultrasound", "US", 1, 6)],
)
def test_other_mounts_from_the_simulator(
    chair: Chair, mount: str, modality: str, count: int, of: int
):
    chair.uses("simulator")
    chair.order("P-3", "CANARY^Cid", "--step-description", mount, modality=modality)
    kiosk = chair.open()
    chair.begin(kiosk, "CANARY, Cid")
    take(kiosk, count, of)
    assert [header.Modality for header in headers(chair, "P-3")] == [modality] * count


def test_picked_files_fill_the_positions(chair: Chair):
    chair.uses("file")
    chair.order("P-4", "CANARY^Dee", "--step-description", "BWX 2")
    picture = chair.picture()
    kiosk = chair.open()
    chair.begin(kiosk, "CANARY, Dee")
    kiosk.press("space")
    kiosk.shows("Choose the picture of")
    kiosk.press("space")
    kiosk.shows("File names:")  # Tk's own dialog: its field has the focus
    kiosk.type(str(picture))
    kiosk.press("Return")
    kiosk.shows("accept or retake")
    # The buttons rest until the source has done all of its files and the node has heard of the begin.
    wait_until(
        lambda: kiosk.press("Return") or kiosk.find("1 of 2 stored"), 10, "the picture stored"
    )
    assert len(headers(chair, "P-4")) == 1


def test_a_picked_file_that_is_no_picture_is_said(chair: Chair):
    chair.uses("file")
    chair.order("P-4", "CANARY^Dee", "--step-description", "BWX 2")
    text = chair.folder / "text.png"
    text.write_text("no picture\n" * 20)
    kiosk = chair.open()
    chair.begin(kiosk, "CANARY, Dee")
    kiosk.press("space")
    kiosk.shows("Choose the picture of")
    kiosk.press("space")
    kiosk.shows("File names:")
    kiosk.type(str(text))
    kiosk.press("Return")
    kiosk.shows("PICTURE-REFUSED")
    kiosk.press("Return")
    kiosk.shows("Choose the picture of")
    assert chair.stored() == []


def test_very_long_names_and_empty_fields_stay_on_the_screen(chair: Chair):
    chair.uses("simulator")
    family, given = "CANARY" + "Wolfeschlegelsteinhausenbergerdorff" * 1, "Hubert Blaine Adolph Ü"
    chair.order(
        "PATIENT-WITH-A-VERY-LONG-NUMBER-0123456789-0123456789-01234567", f"{family}^{given}",
        "--step-description", "BWX 2 of a region with a description of nearly sixty-four signs",
    )  # fmt: skip
    kiosk = chair.open()
    kiosk.click("CANARY")
    kiosk.shows("Begin exam")
    kiosk.picture(chair.folder / "long-list.png")
    kiosk.click("Begin exam")
    kiosk.shows("then arm")
    # The large buttons and the status line are where they always are.
    for words in ("Arm", "Finish", "No alerts"):
        place = kiosk.shows(words)
        assert 0 < place.x < 1280, words
        assert 0 < place.y < 800, words
    kiosk.picture(chair.folder / "long-exam.png")
