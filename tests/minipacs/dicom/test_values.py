from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipacs.dicom.errors import BadRequest
from minipacs.dicom.values import (
    decimal_string,
    element,
    fault,
    multiplicity_fault,
    show_tag,
)

GOOD = [
    ("AE", "KIOSK"), ("AS", "034Y"), ("CS", "ORIGINAL"), ("CS", ""), ("DA", "20240229"),
    ("DS", "1.5e-3"), ("DS", " 12 "), ("DT", "20261120103015.25+0100"), ("DT", "2026"),
    ("IS", "-12"), ("LO", "a b"), ("LT", "a\r\nb\\c"), ("PN", "Yamada^Tarou=山田^太郎=やまだ"),
    ("SH", "x" * 16), ("ST", "x\ny"), ("TM", "10"), ("TM", "103015.123456"), ("TM", "235960"),
    ("UI", "1.2.840.0.1"), ("UR", "https://example.org/a?b=1"), ("US", 65535), ("SS", -32768),
    ("UL", 2**32 - 1), ("FD", 1e300), ("OB", b"\x00"), ("UT", "x" * 20000), ("AT", 0x00100010),
]  # fmt: skip
BAD = [
    ("AE", "   "), ("AE", "A\\B"), ("AE", "x" * 17), ("AE", "Ä"), ("AS", "34Y"), ("AS", "034X"),
    ("CS", "lower"), ("CS", "X" * 17), ("DA", "20250229"), ("DA", "2026.11.20"), ("DA", "٢٠٢٦١١٢٠"),
    ("DS", "1,5"), ("DS", "12345678901234567"), ("DS", "nan"), ("DT", "20261320"),
    ("IS", "1.5"), ("IS", "2147483648"), ("LO", "x" * 65), ("LO", "a\\b"), ("LO", "a\tb"),
    ("LT", "a\x00b"), ("PN", "a=b=c=d"), ("PN", "a^b^c^d^e^f"), ("PN", "x" * 65), ("SH", "x" * 17),
    ("ST", "x" * 1025), ("TM", "2400"), ("TM", "10:30"), ("UI", "1.2."), ("UI", "1.02"),
    ("UI", "1" * 65), ("UR", "a b"), ("US", 65536), ("US", -1), ("US", 1.5), ("US", True),
    ("SS", 32768), ("FD", math.inf),
]  # fmt: skip


@pytest.mark.parametrize(("vr", "value"), GOOD)
def test_a_right_value_has_no_fault(vr: str, value: object) -> None:
    assert fault(vr, value) == ""


@pytest.mark.parametrize(("vr", "value"), BAD)
def test_a_wrong_value_has_one(vr: str, value: object) -> None:
    assert fault(vr, value)


@pytest.mark.parametrize(
    ("vm", "right", "wrong"),
    [
        ("1", [1], [0, 2]),
        ("2", [2], [1, 3]),
        ("1-3", [1, 2, 3], [0, 4]),
        ("1-n", [1, 9], [0]),
        ("2-2n", [2, 4, 8], [1, 3]),
        ("3-3n", [3, 6], [2, 4]),
    ],
)
def test_multiplicity_is_that_of_the_dictionary(
    vm: str, right: list[int], wrong: list[int]
) -> None:
    assert all(multiplicity_fault(vm, count) == "" for count in right)
    assert all(multiplicity_fault(vm, count) for count in wrong)


def test_numbers_are_written_short_and_exact_where_that_fits() -> None:
    assert [decimal_string(n) for n in (1, 1.0, 0.02, 2047.5, -0.1, 1e-7)] == [
        "1", "1", "0.02", "2047.5", "-0.1", "1e-07",
    ]  # fmt: skip
    assert decimal_string(math.pi) == "3.14159265358979"


@given(st.floats(-1e15, 1e15))
def test_a_written_number_is_a_valid_decimal_string(number: float) -> None:
    assert fault("DS", decimal_string(number)) == ""


def test_an_element_gets_its_vr_from_the_dictionary() -> None:
    assert element("KVP", 70).VR == "DS"
    assert element("SmallestImagePixelValue", 3).VR == "US"
    assert element("SmallestImagePixelValue", -3, signed=True).VR == "SS"
    assert element("PatientOrientation", ["L", "F"]).VM == 2
    assert element("StudyDate", "").is_empty
    assert element("StudyDate", None).is_empty
    assert element("FrameIncrementPointer", "(0018,1063)").value == 0x00181063
    assert element("FrameIncrementPointer", "FrameTime").value == 0x00181063


@pytest.mark.parametrize(
    ("keyword", "plain"),
    [("FrameIncrementPointer", "no tag"), ("PixelData", "abc"), ("StudyDate", b"20260101")],
)
def test_what_can_be_no_value_is_refused(keyword: str, plain: object) -> None:
    with pytest.raises(BadRequest) as caught:
        element(keyword, plain)
    assert caught.value.keyword == keyword


def test_a_tag_is_shown_as_people_read_it() -> None:
    assert show_tag(0x00100010) == "(0010,0010)"
    assert show_tag(0x7FE00010) == "(7FE0,0010)"
