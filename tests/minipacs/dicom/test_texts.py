"""Names in any script: kept group by group, in the character set that was asked for or in one that can say them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipacs.dicom import part10
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.iods import build
from tests.builders import a_patient, an_image_request
from tests.minipacs.dicom.judges import complaints

NAMES = {
    "Japanese": "Yamada^Tarou=山田^太郎=やまだ^たろう",
    "Korean": "Hong^Gildong=洪^吉洞=홍^길동",
    "Chinese": "Zhang^XiaoDong=张^小东=",
    "Greek": "Διονυσιος^Α",
    "Russian": "Люксембург^И",
    "Hebrew": "שרון^דבורה",
    "Arabic": "قباني^لنزار",
    "Thai": "นามสกุล^ชื่อ",
    "German": "Äneas^Rüdiger",
    "Emoji": "Smile^😀",
}


@pytest.mark.parametrize("script", NAMES)
def test_a_name_comes_back_with_its_groups(script: str, tmp_path: Path) -> None:
    name = NAMES[script]
    ds = build(an_image_request("io", patient=a_patient(name=name)))

    assert ds.SpecificCharacterSet == "ISO_IR 192"
    back = part10.read(part10.write(ds)).PatientName
    assert str(back) == name.rstrip("=")
    assert str(back.alphabetic) == name.split("=")[0]
    if name.count("=") == 2:
        assert (str(back.ideographic), str(back.phonetic)) == tuple(name.split("=")[1:])
    assert complaints(ds, tmp_path) == []


@pytest.mark.parametrize(
    ("script", "terms"),
    [
        ("German", "ISO_IR 100"),
        ("Greek", "ISO_IR 126"),
        ("Russian", "ISO_IR 144"),
        ("Hebrew", "ISO_IR 138"),
        ("Arabic", "ISO_IR 127"),
        ("Thai", "ISO_IR 166"),
        ("Chinese", "GB18030"),
        ("Japanese", "ISO 2022 IR 6\\ISO 2022 IR 87"),
        ("Korean", "ISO 2022 IR 6\\ISO 2022 IR 149"),
    ],
)
def test_a_peer_s_character_set_is_used_when_it_can_say_the_name(
    script: str, terms: str, tmp_path: Path
) -> None:
    name = NAMES[script]
    ds = build(an_image_request("io", patient=a_patient(name=name), character_set=terms))

    wanted = terms.split("\\")
    got = ds.SpecificCharacterSet
    assert (list(got) if len(wanted) > 1 else [got]) == wanted
    assert str(part10.read(part10.write(ds)).PatientName) == name.rstrip("=")
    assert complaints(ds, tmp_path) == []


@pytest.mark.parametrize(
    ("script", "terms"),
    [("Japanese", "ISO_IR 100"), ("German", ""), ("Greek", "ISO_IR 100"), ("Emoji", "ISO_IR 13")],
)
def test_a_name_that_the_set_cannot_say_is_written_in_unicode_never_with_question_marks(
    script: str, terms: str
) -> None:
    ds = build(
        an_image_request("io", patient=a_patient(name=NAMES[script]), character_set=terms),
    )
    assert ds.SpecificCharacterSet == "ISO_IR 192"
    assert str(part10.read(part10.write(ds)).PatientName) == NAMES[script].rstrip("=")


def test_plain_ascii_needs_no_character_set() -> None:
    assert "SpecificCharacterSet" not in build(an_image_request("io", character_set=""))


def test_a_text_deep_in_a_sequence_counts_as_well() -> None:
    details = {"RequestAttributesSequence": [{"RequestedProcedureDescription": "Röntgen"}]}
    ds = build(an_image_request("io", details=details, character_set=""))
    assert ds.SpecificCharacterSet == "ISO_IR 192"


def test_an_unknown_character_set_is_refused() -> None:
    with pytest.raises(BadRequest) as caught:
        build(an_image_request("io", character_set="LATIN-1"))
    assert caught.value.keyword == "SpecificCharacterSet"


def test_half_a_character_is_refused() -> None:
    with pytest.raises(BadRequest) as caught:
        build(an_image_request("io", patient=a_patient(name="A\ud800")))
    assert caught.value.keyword == "PatientName"


part = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters="^=\\"),
    min_size=1,
    max_size=12,
)
group = st.lists(part, min_size=1, max_size=5).map("^".join)
names = st.lists(group, min_size=1, max_size=3).map("=".join)
sets = st.sampled_from(
    [
        "",
        "ISO_IR 100",
        "ISO_IR 144",
        "ISO_IR 192",
        "GB18030",
        "GBK",
        "ISO 2022 IR 6\\ISO 2022 IR 87",
    ]
)


@settings(max_examples=80, deadline=None)
@given(names, sets)
def test_any_name_comes_back_as_it_was(name: str, terms: str) -> None:
    ds = build(an_image_request("io", patient=a_patient(name=name), character_set=terms))
    assert str(part10.read(part10.write(ds)).PatientName) == name


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=150), sets)
def test_any_text_at_all_is_a_name_or_a_refusal(name: str, terms: str) -> None:
    try:
        ds = build(an_image_request("io", patient=a_patient(name=name), character_set=terms))
    except BadRequest as error:
        refused = error.keyword
    else:
        refused = ""
        part10.read(part10.write(ds))
    assert refused in ("", "PatientName")
