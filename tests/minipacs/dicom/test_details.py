from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minipacs.dicom import part10
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.iods import build, iod_for, kinds
from minipacs.dicom.model import Shot
from minipacs.dicom.validate import validate
from tests.builders import CANARY, an_image_request, grey_frame
from tests.minipacs.dicom.judges import complaints

CODE = {"CodeValue": "661005", "CodingSchemeDesignator": "SCT", "CodeMeaning": "Jaw region"}


def refusal(kind: str, details: dict[str, Any]) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        build(an_image_request(kind, details=details))
    return caught.value


@pytest.mark.parametrize(
    ("keyword", "suggestion"),
    [
        ("PatientsSex", "PatientSex"),
        ("kvp", "KVP"),
        ("ImageComment", "ImageComments"),
        ("DetectorTyp", "DetectorType"),
    ],
)
def test_a_misspelt_keyword_is_refused_with_the_likely_one(keyword: str, suggestion: str) -> None:
    error = refusal("io", {keyword: "1"})
    assert error.keyword == keyword
    assert f"did you mean {suggestion}?" in error.why


def test_nonsense_is_refused_without_a_guess() -> None:
    error = refusal("io", {"Zzyzx": "1"})
    assert "is not a DICOM keyword" in error.why
    assert "did you mean" not in error.why


@pytest.mark.parametrize(
    ("kind", "keyword"),
    [
        ("io", "SequenceOfUltrasoundRegions"),
        ("io", "SliceThickness"),
        ("photo", "KVP"),
        ("us", "DetectorType"),
        ("io", "CodeValue"),
        ("io", "TransferSyntaxUID"),
    ],
)
def test_a_keyword_outside_of_the_iod_is_refused_by_name(kind: str, keyword: str) -> None:
    error = refusal(kind, {keyword: "1"})
    assert error.keyword == keyword
    assert iod_for(kind).title in error.why


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("SOPInstanceUID", "2.25.1"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7"),
        ("StudyInstanceUID", "2.25.1"),
        ("SeriesInstanceUID", "2.25.1"),
        ("PatientName", "CANARY^OTHER"),
        ("PatientID", "other"),
        ("SpecificCharacterSet", "ISO_IR 100"),
        ("Rows", 61),
        ("BitsStored", 8),
        ("PhotometricInterpretation", "RGB"),
        ("PlanarConfiguration", 0),
        ("LargestImagePixelValue", 7),
    ],
)
def test_identity_and_pixels_cannot_be_changed(keyword: str, value: object) -> None:
    error = refusal("io", {keyword: value})
    assert error.keyword == keyword
    assert "can't change" in error.why


def test_saying_the_same_again_is_no_change() -> None:
    details = {"Rows": 60, "PatientName": CANARY, "BitsStored": 12, "Modality": "IO"}
    assert build(an_image_request("io", details=details)).Rows == 60


@pytest.mark.parametrize(
    ("keyword", "value", "why"),
    [
        ("PatientBirthDate", "2026-11-20", "YYYYMMDD"),
        ("PatientBirthDate", "20260231", "YYYYMMDD"),
        ("StudyTime", "25:00", "HHMMSS"),
        ("PatientAge", "35", "034Y"),
        ("KVP", "high", "number"),
        ("KVP", float("nan"), "number"),
        ("ExposureTime", 1.5, "whole number"),
        ("ExposureTime", 2**31, "between"),
        ("PatientSex", "f", "capital"),
        ("PatientSex", "X", "one of F, M, O"),
        ("BurnedInAnnotation", "MAYBE", "one of NO, YES"),
        ("PositionerType", "PANORAMIC", "one of CEPHALOSTAT, NONE, RIGID"),
        ("StudyID", "x" * 17, "at most 16"),
        ("StudyDescription", "x" * 65, "at most 64"),
        ("StudyDescription", "a\\b", "backslash"),
        ("StudyDescription", "a\nb", "control characters"),
        ("PatientComments", "a\x07b", "control characters"),
        ("ReferringPhysicianName", "a^b^c^d^e^f", "five parts"),
        ("ReferringPhysicianName", "a=b=c=d", "three groups"),
        ("ImagerPixelSpacing", [0.1], "2 values"),
        ("ImagerPixelSpacing", [0.1, 0.1, 0.1], "2 values"),
        ("StudyID", ["a", "b"], "1 value"),
        ("StudyID", {"a": 1}, "not a sequence"),
        ("StudyID", True, "text or a number"),
        ("StudyID", [["a"]], "text or a number"),
        ("IrradiationEventUID", "1.02.3", "UID"),
        ("AnatomicRegionSequence", "jaw", "list of objects"),
        ("AnatomicRegionSequence", ["jaw"], "object of keywords"),
        ("AnatomicRegionSequence", [CODE, CODE], "1 item"),
        ("AnatomicRegionSequence", [], "1 item"),
        ("DetectorTemperature", "warm", "number"),
        ("ShutterPresentationValue", 70000, "between 0 and 65535"),
        ("DetectorType", "CCD", "one of"),
        ("PresentationIntentType", "", "needs a value"),
    ],
)
def test_a_value_that_is_not_valid_is_refused_by_name(keyword: str, value: Any, why: str) -> None:
    error = refusal("io", {keyword: value})
    assert error.keyword.startswith(keyword)
    assert why in error.why


@pytest.mark.parametrize(
    ("details", "path"),
    [
        (
            {"AnatomicRegionSequence": [{**CODE, "CodeMeaning": "x" * 65}]},
            "AnatomicRegionSequence[0].CodeMeaning",
        ),
        ({"AnatomicRegionSequence": [{**CODE, "KVP": 1}]}, "AnatomicRegionSequence[0].KVP"),
        ({"AnatomicRegionSequence": [{**CODE, "Nix": 1}]}, "AnatomicRegionSequence[0].Nix"),
        (
            {"AnatomicRegionSequence": [{"CodeValue": "1", "CodingSchemeDesignator": "SCT"}]},
            "AnatomicRegionSequence[0].CodeMeaning",
        ),
        (
            {"AnatomicRegionSequence": [{"CodingSchemeDesignator": "SCT", "CodeMeaning": "x"}]},
            "AnatomicRegionSequence[0].CodeValue",
        ),
        (
            {"AnatomicRegionSequence": [{"CodeValue": "1", "CodeMeaning": "x"}]},
            "AnatomicRegionSequence[0].CodingSchemeDesignator",
        ),
        (
            {
                "RequestAttributesSequence": [
                    {"ScheduledProtocolCodeSequence": [{**CODE, "CodeMeaning": ""}]}
                ]
            },
            "RequestAttributesSequence[0].ScheduledProtocolCodeSequence[0].CodeMeaning",
        ),
    ],
)
def test_a_fault_inside_a_sequence_is_named_by_its_path(details: dict[str, Any], path: str) -> None:
    assert refusal("io", details).keyword == path


@pytest.mark.parametrize("missing", ["RegionFlags", "PhysicalDeltaX", "RegionLocationMinX0"])
def test_an_ultrasound_region_that_is_not_whole_is_refused(missing: str) -> None:
    region = {
        "RegionSpatialFormat": 1,
        "RegionDataType": 1,
        "RegionFlags": 0,
        "RegionLocationMinX0": 0,
        "RegionLocationMinY0": 0,
        "RegionLocationMaxX1": 9,
        "RegionLocationMaxY1": 9,
        "PhysicalUnitsXDirection": 3,
        "PhysicalUnitsYDirection": 3,
        "PhysicalDeltaX": 0.01,
        "PhysicalDeltaY": 0.01,
    }
    del region[missing]
    error = refusal("us", {"SequenceOfUltrasoundRegions": [region]})
    assert error.keyword == f"SequenceOfUltrasoundRegions[0].{missing}"


def test_the_sequences_of_the_order_can_be_given(tmp_path: Path) -> None:
    details = {
        "ReferencedPerformedProcedureStepSequence": [
            {
                "ReferencedSOPClassUID": "1.2.840.10008.3.1.2.3.3",
                "ReferencedSOPInstanceUID": "2.25.77",
            }
        ],
        "RequestAttributesSequence": [
            {
                "RequestedProcedureID": "RP9",
                "ScheduledProcedureStepID": "S9",
                "ScheduledProtocolCodeSequence": [CODE],
            }
        ],
    }
    ds = build(an_image_request("io", details=details))
    assert ds.RequestAttributesSequence[0].ScheduledProcedureStepID == "S9"
    assert ds.ReferencedPerformedProcedureStepSequence[0].ReferencedSOPInstanceUID == "2.25.77"
    assert complaints(ds, tmp_path) == []


def test_one_object_stands_for_a_list_of_one() -> None:
    ds = build(an_image_request("io", details={"AnatomicRegionSequence": CODE}))
    assert ds.AnatomicRegionSequence[0].CodeValue == "661005"


def test_given_teeth_replace_a_derived_modifier_and_the_other_way_round(tmp_path: Path) -> None:
    teeth = build(
        an_image_request(
            "io",
            shot=Shot(view="bitewing"),
            details={"PrimaryAnatomicStructureSequence": [CODE]},
        )
    )
    assert "AnatomicRegionModifierSequence" not in teeth.AnatomicRegionSequence[0]
    region = build(
        an_image_request(
            "io",
            details={
                "AnatomicRegionSequence": [{**CODE, "AnatomicRegionModifierSequence": [CODE]}]
            },
        )
    )
    assert "PrimaryAnatomicStructureSequence" not in region
    for ds in (teeth, region):
        assert complaints(ds, tmp_path) == []


@pytest.mark.parametrize(("kind", "modality"), [("photo", "ES"), ("px", "US"), ("io", "DX")])
def test_a_modality_that_the_sop_class_has_not_is_refused(kind: str, modality: str) -> None:
    error = refusal(kind, {"Modality": modality})
    assert error.keyword == "Modality"


def test_a_secondary_capture_may_have_its_source_s_modality(tmp_path: Path) -> None:
    ds = build(an_image_request("sc", details={"Modality": "PX"}))
    assert ds.Modality == "PX"
    assert complaints(ds, tmp_path) == []


def test_a_given_series_side_replaces_the_derived_image_side(tmp_path: Path) -> None:
    ds = build(an_image_request("cr", details={"Laterality": "R"}))
    assert "ImageLaterality" not in ds
    assert complaints(ds, tmp_path) == []


def test_device_facts_stand_in_the_object_and_details_win_over_them() -> None:
    frame = grey_frame(facts={"KVP": 60, "ExposureTime": 100, "SliceThickness": 1})
    ds = build(an_image_request("io", frame=frame, details={"KVP": 65}))
    assert (ds.KVP, ds.ExposureTime) == (65, 100)
    assert "SliceThickness" not in ds, "a fact that the IOD has no place for is left out"


def test_a_device_fact_is_no_way_to_another_identity() -> None:
    frame = grey_frame(facts={"PatientID": "X", "Rows": 3})
    ds = build(an_image_request("io", frame=frame))
    assert (ds.PatientID, ds.Rows) == ("P-4711", 60)


def test_no_refusal_quotes_what_it_refuses(raises_without_names: Any) -> None:
    for keyword in ("PatientName", "PatientID", "PatientSex", "PatientBirthDate", "KVP", "StudyID"):
        with raises_without_names(BadRequest):
            build(an_image_request("io", details={keyword: f"{CANARY} {'x' * 70}"}))


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["CodeValue", "CodeMeaning", "PatientID", "Nix"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_is_given_makes_a_conforming_object_or_a_refusal_by_name(data: Any) -> None:
    kind = data.draw(st.sampled_from(kinds()))
    keyword = data.draw(st.sampled_from(sorted(iod_for(kind).attributes)))
    value = data.draw(plain)
    request = an_image_request(kind, details={keyword: value})

    try:
        ds = build(request)
    except BadRequest as error:
        refused = error.keyword.split("[")[0]
    else:
        refused = ""
    if refused:
        assert refused in iod_for(kind).attributes
        return
    back = part10.read(part10.write(ds))
    assert [f for f in validate(back) if f.severity == "error"] == []


@settings(max_examples=100, deadline=None)
@given(st.floats(-1e300, 1e300))
def test_any_number_fits_a_decimal_string(number: float) -> None:
    from minipacs.dicom.values import decimal_string

    text = decimal_string(number)
    assert len(text) <= 16
    assert float(text) == pytest.approx(number, rel=1e-7)
