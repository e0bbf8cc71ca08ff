"""The code tables agree with PS3.16, and the tooth chart with ISO 3950."""

from __future__ import annotations

import pytest
from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts

from minipacs.dicom.codes import tables, teeth
from minipacs.dicom.codes.teeth import UnknownTooth
from minipacs.dicom.model import Code

PERMANENT = [f"{quadrant}{n}" for quadrant in "1234" for n in "12345678"]
DECIDUOUS = [f"{quadrant}{n}" for quadrant in "5678" for n in "12345"]
TABLES = (
    "teeth.csv",
    "supernumerary.csv",
    "views.csv",
    "anatomy.csv",
    "species.csv",
    "breeds.csv",
    "registries.csv",
    "reject_reasons.csv",
    "discontinuation_reasons.csv",
)


def group(cid: int) -> dict[tuple[str, str], str]:
    """(scheme, code) -> meaning of a context group, as pydicom has it."""
    return {
        (scheme, code): meaning
        for scheme, keywords in cid_concepts[cid].items()
        for keyword in keywords
        for code, (meaning, cids) in concepts[scheme][keyword].items()
        if cid in cids
    }


# ------------------------------------------------------------------------------------------- tables


@pytest.mark.parametrize("name", TABLES)
def test_every_key_stands_once_and_every_meaning_fits_64_characters(name):
    rows = tables.rows_of(name)
    keys = [row.get("key") or row["fdi"] for row in rows]
    assert len(keys) == len(set(keys))
    for row in rows:
        assert len(row["meaning"] or "") <= 64
        assert len(row["code"] or "") <= 16
        assert None not in row
        assert None not in row.values()


@pytest.mark.parametrize(
    ("cid", "codes"),
    [
        (7011, tables.reject_reasons),
        (9301, tables.discontinuation_reasons),
        (9300, tables.discontinuation_reasons),
        (7454, tables.species),
        (7480, tables.breeds),
        (7481, tables.registries),
        (4016, lambda: tables.regions(4016)),
        (4017, lambda: tables.regions(4017)),
        (4009, lambda: tables.regions(4009)),
    ],
)
def test_every_code_is_in_its_context_group_with_its_meaning(cid, codes):
    known = group(cid)
    for code in codes().values():
        assert known[code.scheme, code.value] == code.meaning


def test_the_reasons_and_regions_are_complete():
    assert len(tables.reject_reasons()) == len(group(7011))
    assert len(tables.discontinuation_reasons()) == len(group(9301))
    assert len(tables.regions(4016)) == 4
    assert len(tables.regions(4017)) == 8


def test_every_view_code_is_one_of_cid_4010_or_7484_and_every_region_exists():
    known = {**group(7484), **group(4010)}
    for view in tables.views().values():
        if view.code is not None:
            assert (view.code.scheme, view.code.value) in known
        if view.region:
            assert tables.region(view.region)
        assert view.kinds


def test_an_unknown_key_names_the_known_ones():
    with pytest.raises(tables.UnknownKey, match="bitewing"):
        tables.view("bite-wing")


def test_breeds_of_one_species():
    assert tables.breeds("cat")["maine-coon"].value == "81866001"
    assert "beagle" not in tables.breeds("cat")
    for row in tables.rows_of("breeds.csv"):
        assert row["species"] in tables.species()


# ------------------------------------------------------------------------------------------- tooth codes


def test_the_chart_has_the_52_teeth():
    assert list(teeth.all_teeth()) == PERMANENT + DECIDUOUS
    assert len(teeth.all_teeth(supernumerary=True)) == 104


def test_every_tooth_code_is_current_unique_and_of_its_group():
    known = {**group(4018), **group(4019), **group(4025)}
    codes = [teeth.tooth_code(fdi) for fdi in teeth.all_teeth(supernumerary=True)]
    assert {(code.scheme, code.value): code.meaning for code in codes} == known
    assert len({code.value for code in codes}) == 104


def test_the_meaning_of_a_code_names_the_tooth_of_its_number():
    jaws = {"1": "maxillary right", "2": "maxillary left", "3": "mandibular left"}
    jaws |= {"4": "mandibular right"}
    names = {1: "central incisor", 2: "lateral", 3: "canine", 4: "first premolar"}
    names |= {5: "second premolar", 6: "first molar", 7: "second molar", 8: "third molar"}
    for fdi in teeth.all_teeth(supernumerary=True):
        meaning = teeth.tooth_code(fdi).meaning.lower()
        quadrant, position = int(fdi[0]), int(fdi[1])
        if quadrant > 4:
            assert "deciduous" in meaning
            quadrant, position = quadrant - 4, position if position < 4 else position + 2
        else:
            assert "deciduous" not in meaning
        assert jaws[str(quadrant)] in meaning
        assert names[position] in meaning
        assert ("supernumerary" in meaning) == fdi.endswith("S")


def test_older_and_third_codes_are_read_and_never_written():
    written = {teeth.tooth_code(fdi).value for fdi in teeth.all_teeth(supernumerary=True)}
    for row in tables.rows_of("teeth.csv"):
        for column in ("code", "older", "third"):
            if row[column]:
                assert teeth.tooth_of(Code(row[column], "SCT", "any")) == row["fdi"]
        assert row["older"] not in written
        assert row["third"] not in written
    assert teeth.tooth_of(Code("22120004", "SCT", "")) == "11"
    assert teeth.tooth_of(Code("245637009", "SCT", "Entire tooth")) == "75"


def test_no_code_stands_for_two_teeth():
    owner: dict[str, str] = {}
    for row in tables.rows_of("teeth.csv") + tables.rows_of("supernumerary.csv"):
        for code in {row.get("code"), row.get("older"), row.get("third")} - {None, ""}:
            assert owner.setdefault(code, row["fdi"]) == row["fdi"]


def test_a_code_of_another_scheme_is_no_tooth():
    assert teeth.tooth_of(Code("22120004", "DCM", "")) is None
    assert teeth.tooth_of(Code("1", "SCT", "")) is None


def test_the_region_of_a_tooth():
    assert teeth.region_modifier_of("36").meaning == "First molar region"
    assert teeth.region_modifier_of("75").meaning == "Second premolar region"


# ------------------------------------------------------------------------------------------- notations


@pytest.mark.parametrize(
    ("fdi", "universal", "palmer"),
    [
        ("18", "1", "UR8"),
        ("11", "8", "UR1"),
        ("21", "9", "UL1"),
        ("28", "16", "UL8"),
        ("38", "17", "LL8"),
        ("36", "19", "LL6"),
        ("31", "24", "LL1"),
        ("41", "25", "LR1"),
        ("48", "32", "LR8"),
        ("55", "A", "URE"),
        ("51", "E", "URA"),
        ("61", "F", "ULA"),
        ("65", "J", "ULE"),
        ("75", "K", "LLE"),
        ("71", "O", "LLA"),
        ("81", "P", "LRA"),
        ("85", "T", "LRE"),
        ("11S", "58", "UR1S"),
        ("85S", "TS", "LRES"),
    ],
)
def test_one_tooth_in_three_notations(fdi, universal, palmer):
    assert teeth.show_tooth(fdi) == fdi
    assert teeth.show_tooth(fdi, "universal") == universal
    assert teeth.show_tooth(fdi, "palmer") == palmer


@pytest.mark.parametrize("notation", teeth.NOTATIONS)
def test_what_is_shown_is_read_back(notation):
    for fdi in teeth.all_teeth(supernumerary=True):
        shown = teeth.show_tooth(fdi, notation)
        assert teeth.parse_teeth(shown, notation) == (fdi,)
        assert teeth.parse_teeth(shown.lower(), notation) == (fdi,)
    everything = {teeth.show_tooth(fdi, notation) for fdi in teeth.all_teeth(supernumerary=True)}
    assert len(everything) == 104


@pytest.mark.parametrize(
    ("text", "notation", "found"),
    [
        ("36,37", "fdi", ("36", "37")),
        (" 36; 37 36 ", "fdi", ("36", "37")),
        ("", "fdi", ()),
        ("19 k", "universal", ("36", "75")),
        ("08", "universal", ("11",)),
        ("UR6, UL-D", "palmer", ("16", "64")),
        ("6⏌ ⎿6 6⏋ ⎾6", "palmer", ("16", "26", "46", "36")),
        ("D┘ └d ┌1 2┐", "palmer", ("54", "64", "31", "42")),
    ],
)
def test_teeth_are_read_from_a_list(text, notation, found):
    assert teeth.parse_teeth(text, notation) == found


@pytest.mark.parametrize(
    ("text", "notation"),
    [("19", "fdi"), ("56", "fdi"), ("33,0", "universal"), ("U", "universal"), ("UR9", "palmer"),
     ("URF", "palmer"), ("6", "palmer"), ("36", "palmer"), ("⏌", "palmer"), ("3６", "fdi")],
)  # fmt: skip
def test_what_is_no_tooth_is_refused_by_name(text, notation):
    with pytest.raises(UnknownTooth, match=notation):
        teeth.parse_teeth(text, notation)


def test_an_unknown_notation_is_refused():
    with pytest.raises(ValueError, match="triadan"):
        teeth.parse_teeth("101", "triadan")


# ------------------------------------------------------------------------------------------- sides, directions


@pytest.mark.parametrize("fdi", teeth.all_teeth(supernumerary=True))
def test_the_side_of_every_tooth(fdi):
    assert teeth.laterality_of([fdi]) == ("R" if fdi[0] in "1458" else "L")


def test_teeth_on_both_sides_are_on_the_midline():
    assert teeth.laterality_of(["11", "21"]) == "B"
    assert teeth.laterality_of(["36", "37"]) == "L"
    assert teeth.laterality_of([]) == ""


FRONT, RIGHT, LEFT = ("L", "F"), ("A", "F"), ("P", "F")
PERIAPICAL = {
    **{f"{q}{n}": FRONT for q in "12345678" for n in "123"},
    **{f"{q}{n}": RIGHT for q in "14" for n in "45678"},
    **{f"{q}{n}": LEFT for q in "23" for n in "45678"},
    **{f"{q}{n}": RIGHT for q in "58" for n in "45"},
    **{f"{q}{n}": LEFT for q in "67" for n in "45"},
}


@pytest.mark.parametrize("fdi", teeth.all_teeth())
def test_the_directions_of_a_periapical_of_every_tooth(fdi):
    assert len(PERIAPICAL) >= 52
    assert teeth.orientation_of([fdi], "periapical") == PERIAPICAL[fdi]
    assert teeth.orientation_of([fdi]) == PERIAPICAL[fdi]


@pytest.mark.parametrize(
    ("given", "view", "found"),
    [
        (["13", "14"], "periapical", RIGHT),
        (["12", "11", "21", "22"], "periapical", FRONT),
        (["14", "24"], "periapical", FRONT),
        (["16", "17", "46", "47"], "bitewing", RIGHT),
        (["26", "27", "36", "37"], "bitewing", LEFT),
        ([], "bitewing-right", RIGHT),
        ([], "bitewing-left", LEFT),
        (["11", "21"], "occlusal", ("L", "P")),
        (["31", "41"], "occlusal", ("L", "A")),
        ([], "occlusal-upper", ("L", "P")),
        ([], "occlusal-lower", ("L", "A")),
        ([], "panoramic", FRONT),
        ([], "ceph-lateral", RIGHT),
        ([], "ceph-pa", FRONT),
        ([], "photo-frontal", FRONT),
        ([], "photo-profile-right", RIGHT),
        ([], "photo-profile-left", LEFT),
        (["46"], "endo-tooth", RIGHT),
        ([], "periapical", ("", "")),
        ([], "", ("", "")),
        ([], "document", ("", "")),
    ],
)
def test_the_directions_of_a_view(given, view, found):
    assert teeth.orientation_of(given, view) == found


@pytest.mark.parametrize(
    ("given", "view", "found"),
    [
        (["16"], "periapical", ("R", "V")),
        (["26"], "periapical", ("CD", "V")),
        (["11"], "periapical", ("LE", "V")),
        ([], "vet-dorsoventral", ("LE", "CD")),
        ([], "vet-lateral-right", ("CD", "V")),
        ([], "occlusal-upper", ("LE", "CD")),
        ([], "", ("", "")),
    ],
)
def test_the_directions_of_a_quadruped(given, view, found):
    assert teeth.orientation_of(given, view, quadruped=True) == found


def test_an_unknown_tooth_or_view_is_refused():
    with pytest.raises(UnknownTooth):
        teeth.orientation_of(["99"])
    with pytest.raises(tables.UnknownKey):
        teeth.orientation_of([], "sideways")
