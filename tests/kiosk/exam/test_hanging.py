"""Stored pictures find their tile again, and only theirs."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from pydicom.dataset import Dataset

from kiosk.exam.hanging import hang
from kiosk.exam.templates import Template, Tile, load_templates
from minipacs.dicom import iods
from minipacs.dicom.model import PatientKind, Series
from tests.builders import a_dog, a_patient, an_image_request

TEMPLATES = load_templates()
ALONE = [key for key, one in TEMPLATES.items() if key not in ("photos-8", "document-4")]


def picture(template: Template, tile: Tile, **changes: Any) -> Dataset:
    animal = template.patient_kind is PatientKind.ANIMAL
    base = an_image_request(
        tile.kind,
        patient=a_dog() if animal else a_patient(),
        shot=tile.shot,
        details=tile.details,
        series=Series("2.25.8", 1, template.title, template.title),
    )
    frame = dataclasses.replace(base.frame, simulated=True)
    return iods.build(dataclasses.replace(base, frame=frame, **changes))


@pytest.mark.parametrize("key", ALONE)
def test_each_picture_of_a_mount_finds_its_own_tile(key: str) -> None:
    template = TEMPLATES[key]
    tiles = list(reversed(template.tiles))
    hanging = hang([picture(template, tile) for tile in tiles], TEMPLATES)
    assert hanging is not None
    assert hanging.template.key == key
    assert dict(hanging.places) == {tile.key: n for n, tile in enumerate(tiles)}


def test_tiles_that_look_alike_are_filled_in_the_order_of_acquisition() -> None:
    template = TEMPLATES["document-4"]
    hanging = hang([picture(template, template.tiles[0])] * 3, TEMPLATES)
    assert hanging is not None
    assert list(hanging.places) == [tile.key for tile in template.tiles[:3]]


def test_of_two_for_one_tile_the_later_hangs() -> None:
    template = TEMPLATES["bwx-2"]
    first = template.tiles[0]
    hanging = hang([picture(template, first), picture(template, first)], TEMPLATES)
    assert hanging is not None
    assert dict(hanging.places) == {first.key: 1}


def test_a_picture_of_another_exam_finds_no_tile() -> None:
    template = TEMPLATES["fmx-18"]
    stray = picture(template, template.tiles[0], series=Series("2.25.9", 2, "Other", "Other"))
    hanging = hang([picture(template, template.tiles[1]), stray], TEMPLATES)
    assert hanging is not None
    assert dict(hanging.places) == {template.tiles[1].key: 0}


def test_pictures_that_name_no_mount_hang_nowhere() -> None:
    template = TEMPLATES["fmx-18"]
    other = picture(template, template.tiles[0], series=Series("2.25.9", 2, "Other", "Other"))
    assert hang([other], TEMPLATES) is None
    assert hang([Dataset()], TEMPLATES) is None
    assert hang([], TEMPLATES) is None
