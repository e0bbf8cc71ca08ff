"""The mounts: what they ask for exists, and lies where it should."""

from __future__ import annotations

import pytest

from kiosk.exam.errors import BadTemplate
from kiosk.exam.templates import load_templates, parse_template
from minipacs.dicom import iods
from minipacs.dicom.codes import tables, teeth
from minipacs.dicom.model import PatientKind

TEMPLATES = load_templates()
TILES = [(template, tile) for template in TEMPLATES.values() for tile in template.tiles]
NAMES = [f"{template.key}-{tile.key}" for template, tile in TILES]


def test_the_mounts_that_are_promised_are_there():
    counts = {key: len(template.tiles) for key, template in TEMPLATES.items()}
    assert counts == {
        "pa-1": 1,
        "bwx-2": 2,
        "bwx-2-child": 2,
        "bwx-4": 4,
        "fmx-18": 18,
        "fmx-20": 20,
        "panoramic": 1,
        "cephalometric": 2,
        "photos-8": 8,
        "ultrasound-6": 6,
        "document-4": 4,
        "dog-fmx": 14,
    }


@pytest.mark.parametrize(("template", "tile"), TILES, ids=NAMES)
def test_teeth_views_regions_and_kinds_of_each_tile_are_in_the_code_tables(template, tile):
    assert tile.kind in iods.kinds()
    view = tables.view(tile.view)
    assert tile.kind in view.kinds
    if tile.region:
        tables.region(tile.region)
    if template.patient_kind is PatientKind.PERSON:
        for tooth in tile.teeth:
            teeth.tooth_code(tooth)
    else:
        assert all(len(tooth) == 3 and tooth[0] in "1234" for tooth in tile.teeth)


@pytest.mark.parametrize("key", ["fmx-18", "fmx-20", "bwx-4", "dog-fmx"])
def test_the_patients_right_lies_on_the_viewers_left(key):
    """Labial mounting: a mouth seen from the front; upper teeth above lower ones."""
    for tile in TEMPLATES[key].tiles:
        quadrants = {tooth[0] for tooth in tile.teeth}
        middle = tile.x + tile.width / 2
        if quadrants <= {"1", "4"}:
            assert middle < 0.5, tile.key
        elif quadrants <= {"2", "3"}:
            assert middle > 0.5, tile.key
        else:
            assert middle == pytest.approx(0.5), tile.key
        if quadrants <= {"1", "2"}:
            assert tile.y < 0.4
        elif quadrants <= {"3", "4"}:
            assert tile.y > 0.4


@pytest.mark.parametrize("key", ["fmx-18", "fmx-20"])
def test_a_full_mouth_shows_every_tooth(key):
    periapical = [t for t in TEMPLATES[key].tiles if t.view == "periapical"]
    shown = {tooth for tile in periapical for tooth in tile.teeth}
    assert shown == {fdi for fdi in teeth.all_teeth() if fdi[0] in "1234"}
    assert len(periapical) == (14 if key == "fmx-18" else 16)


def test_teeth_of_a_periapical_are_named_from_the_viewers_left_to_right():
    for key in ("fmx-18", "fmx-20"):
        for tile in TEMPLATES[key].tiles:
            for arch in ("12", "34"):
                row = [t for t in tile.teeth if t[0] in arch]
                places = [-int(t[1]) if t[0] in "14" else int(t[1]) for t in row]
                assert places == sorted(places), tile.key


GOOD = """
title = "Two"
kind = "io"
grid = [2, 1]
[[tiles]]
key = "a"
box = [0, 0, 1, 1]
teeth = ["36"]
view = "periapical"
[[tiles]]
key = "b"
box = [1, 0, 1, 1]
view = "periapical"
rotation = 180
"""


def test_a_mount_file_is_read():
    template = parse_template("two", GOOD)
    assert [tile.order for tile in template.tiles] == [1, 2]
    assert template.tile("b").x == 0.5
    assert template.tile("b").rotation == 180
    assert template.tile("a").shot.teeth == ("36",)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("box = [1, 0, 1, 1]", "box = [0.9, 0, 1, 1]", "overlap"),
        ("box = [1, 0, 1, 1]", "box = [1.5, 0, 1, 1]", "leaves"),
        ("box = [1, 0, 1, 1]", "box = [1, 0, 1]", "values"),
        ('key = "b"', 'key = "a"', "same key"),
        ("rotation = 180", "rotation = 45", "rotation"),
        ("rotation = 180", "order = 5", "count from 1"),
        ('kind = "io"', "", "kind is missing"),
        ("[2, 1]", "[2, 1", "TOML"),
        ('kind = "io"', 'kind = "io"\npatient_kind = "plant"', "PatientKind"),
    ],
)
def test_a_wrong_mount_file_is_refused_with_the_reason(old, new, why):
    with pytest.raises(BadTemplate, match=why):
        parse_template("two", GOOD.replace(old, new, 1))


def test_a_mount_of_the_office_takes_the_place_of_a_built_in_one(tmp_path):
    (tmp_path / "bwx-2.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "own.toml").write_text(GOOD, encoding="utf-8")
    found = load_templates(tmp_path)
    assert found["bwx-2"].title == "Two"
    assert "own" in found
