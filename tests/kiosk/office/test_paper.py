"""A stored study on its way to film and paper: whose it is, what hangs where, and what may not share a page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kiosk.exam.templates import load_templates
from kiosk.imaging.film import Layout
from kiosk.office.handout import make_pdf
from kiosk.office.paper import CannotPrint, read_study
from minipacs.archive import Archive
from minipacs.archive.rows import Origin
from minipacs.dicom import iods, part10
from minipacs.dicom.model import Series
from minipacs.dicom.uids import CountedUids
from tests.builders import (
    NOW,
    a_dog,
    a_patient,
    an_image_request,
    an_order,
    frozen_clock,
    grey_frame,
)
from tests.peers import need, run

TEMPLATES = load_templates()


class Studies:
    """Stores images of one study."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.uids = CountedUids()
        self.order = an_order(self.uids)
        self.series = self.uids.series()
        self.count = 0

    def store(
        self, kind: str = "io", ds_changes: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        self.count += 1
        request = an_image_request(
            kind,
            self.uids,
            order=self.order,
            sop_instance_uid=self.uids.instance(),
            instance_number=self.count,
            **{"series": Series(self.series, 1, "Test series"), **changes},
        )
        ds = iods.build(request)
        for keyword, value in (ds_changes or {}).items():
            setattr(ds, keyword, value)
        self.archive.ingest(part10.write(ds), Origin("cli"))
        return request.sop_instance_uid

    def mount(self, key: str, *, skip: tuple[int, ...] = (), **changes: Any) -> list[str]:
        template = TEMPLATES[key]
        series = Series(self.series, 1, template.title, template.title)
        return [
            self.store(tile.kind, shot=tile.shot, series=series, **changes)
            for tile in template.tiles
            if tile.order not in skip
        ]

    def read(self, **options: Any) -> Any:
        return read_study(self.archive, self.order.study_instance_uid, TEMPLATES, **options)


@pytest.fixture
def studies(tmp_path: Path) -> Iterator[Studies]:
    with Archive.open(tmp_path / "archive", clock=frozen_clock) as archive:
        yield Studies(archive)


def words_of(study: Any, tmp_path: Path, *, raw: bool = False, **options: Any) -> tuple[str, int]:
    need("pdftotext")
    data, pages = make_pdf(study, NOW, **options)
    file = tmp_path / "made.pdf"
    file.write_bytes(data)
    assert "Error" not in run("pdfinfo", file).stdout
    return run("pdftotext", "-raw" if raw else "-layout", file, "-").stdout, pages


def test_a_page_says_whose_and_when_and_what_it_is_not_for(
    studies: Studies, tmp_path: Path
) -> None:
    studies.store()
    said, pages = words_of(studies.read(), tmp_path)
    assert pages == 1
    for words in (
        "CANARY, PATIENT", "ID P-4711", "born 1984-03-02", "female", "Test Practice",
        "2026-11-20", "Accession A-1001", "Page 1 of 1", "For viewing only, not for diagnosis",
        "36",
    ):  # fmt: skip
        assert words in said, words


def test_a_full_mount_hangs_on_one_page(studies: Studies, tmp_path: Path) -> None:
    uids = studies.mount("fmx-18")
    study = studies.read()
    assert study.template.key == "fmx-18"
    assert [one.sop_instance_uid for one in study.pictures] == uids
    assert dict(study.places) == {tile.key: tile.order - 1 for tile in study.template.tiles}
    assert words_of(study, tmp_path)[1] == 1
    said, pages = words_of(study, tmp_path, layout=Layout(2, 2))
    assert pages == 5
    assert "Page 5 of 5" in said
    assert said.count("ID P-4711") == 5, "both identifiers stand on each page"


def test_retakes_go_on_a_page_of_their_own(studies: Studies, tmp_path: Path) -> None:
    studies.mount("bwx-4")
    template = TEMPLATES["bwx-4"]
    series = Series(studies.series, 1, template.title, template.title)
    retake = studies.store(shot=template.tiles[0].shot, series=series)
    study = studies.read()
    hung = study.pictures[study.places[template.tiles[0].key]]
    assert hung.sop_instance_uid == retake
    assert len(study.pictures) == 5
    assert words_of(study, tmp_path)[1] == 2


def test_a_missing_position_stays_empty(studies: Studies, tmp_path: Path) -> None:
    studies.mount("bwx-4", skip=(2,))
    study = studies.read()
    assert len(study.places) == 3
    assert words_of(study, tmp_path)[1] == 1


def test_an_animal_has_its_species_and_owner(studies: Studies, tmp_path: Path) -> None:
    studies.mount("dog-fmx", patient=a_dog())
    study = studies.read()
    assert study.template.key == "dog-fmx"
    said, _ = words_of(study, tmp_path)
    assert "Beagle" in said
    assert "owner CANARY, OWNER" in said
    assert "103, 102, 101" in said


def test_a_very_long_name_is_wrapped_and_not_cut(studies: Studies, tmp_path: Path) -> None:
    name = f"CANARY{'abcdefghi' * 5}^MAXIMILIANA"
    studies.store(patient=a_patient(name=name))
    said, _ = words_of(studies.read(), tmp_path, raw=True)
    assert name.replace("^", ",") in "".join(said.split())


def test_a_name_without_a_font_is_told(studies: Studies) -> None:
    studies.store(patient=a_patient(name="CANARY^PATIENT=\U000f0000^\U000f0001"))
    study = studies.read()
    assert study.heading.undrawn
    assert study.heading.other_script == ""
    assert study.heading.name == "CANARY, PATIENT"


def test_the_window_of_the_object_decides(studies: Studies) -> None:
    frame = grey_frame(window=(1000.0, 500.0))
    studies.store(frame=frame)
    pixels = studies.read().pictures[0].picture.pixels
    assert pixels.dtype == np.uint8
    raw = np.asarray(frame.pixels)
    assert (pixels[raw <= 740] == 0).all()
    assert (pixels[raw >= 1260] == 255).all()
    deep = studies.read(bits=12).pictures[0].picture.pixels
    assert (deep.dtype, deep.max()) == (np.uint16, 4095)


def test_a_rescaled_object_is_windowed_in_its_own_units(studies: Studies) -> None:
    frame = grey_frame(bits=12)
    changes = {"RescaleSlope": "2", "RescaleIntercept": "-1000", "RescaleType": "US",
               "WindowCenter": "1000", "WindowWidth": "1001"}  # fmt: skip
    studies.store("cr", changes, frame=frame)
    pixels = studies.read().pictures[0].picture.pixels
    raw = np.asarray(frame.pixels).astype(int) * 2 - 1000
    assert (pixels[raw < 490] == 0).all()
    assert (pixels[raw > 1510] == 255).all()
    assert abs(int(pixels[abs(raw - 1000) <= 1].flat[0]) - 127) <= 2


def test_an_inverted_object_is_shown_as_it_is_meant(studies: Studies) -> None:
    studies.store("cr", {"PhotometricInterpretation": "MONOCHROME1"})
    pixels = studies.read().pictures[0].picture.pixels
    assert pixels[0, 0] > pixels[-1, -1]


def test_two_patients_never_share_a_page(studies: Studies) -> None:
    studies.store()
    other = studies.store(
        patient=a_patient(identifier="P-2"), series=Series(studies.uids.series(), 2, "Other")
    )
    with pytest.raises(CannotPrint, match="two patients"):
        studies.read()
    assert studies.read(images=[other]).heading.identifier == "P-2"


def test_what_cannot_be_shown_is_left_out_and_said(studies: Studies) -> None:
    good = studies.store()
    bad = studies.store()
    path = studies.archive.path_of(bad)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-100])
    study = studies.read()
    assert [one.sop_instance_uid for one in study.pictures] == [good]
    assert [uid for uid, _ in study.skipped] == [bad]
    with pytest.raises(CannotPrint, match="no picture that can be shown"):
        studies.read(images=[bad])


def test_images_come_in_the_order_that_was_asked_for(studies: Studies) -> None:
    first, second, third = (studies.store() for _ in range(3))
    study = studies.read(images=[third, first])
    assert [one.sop_instance_uid for one in study.pictures] == [third, first]
    with pytest.raises(CannotPrint, match=r"has no image 2\.25\.4"):
        studies.read(images=["2.25.4"])
    assert second not in {one.sop_instance_uid for one in study.pictures}


def test_an_unknown_study(studies: Studies) -> None:
    with pytest.raises(CannotPrint, match="has no study"):
        read_study(studies.archive, "2.25.1", TEMPLATES)


def test_teeth_are_named_as_the_office_does(studies: Studies) -> None:
    studies.store()
    assert studies.read().pictures[0].title.startswith("36")
    assert studies.read(notation="universal").pictures[0].title.startswith("19")
    assert dataclasses.is_dataclass(studies.read().heading)
