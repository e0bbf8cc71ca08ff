"""Objects broken on purpose, one thing at a time: dciodvfy and our validation both complain, and not before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.config import IGNORE
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from minipacs.dicom import part10
from minipacs.dicom.iods import build, kinds
from minipacs.dicom.model import Shot
from minipacs.dicom.validate import Finding, validate
from tests.builders import CANARY, a_dog, an_image_request, colour_frame, grey_frame
from tests.minipacs.dicom.judges import complaints_about_broken, jpeg_frame

Break = Callable[[Dataset], None]


def without(keyword: str) -> Break:
    def breaker(ds: Dataset) -> None:
        delattr(ds, keyword)

    return breaker


def with_value(keyword: str, value: Any, vr: str = "") -> Break:
    """Put a value in as it is, whatever pydicom thinks of it."""

    def breaker(ds: Dataset) -> None:
        tag = tag_for_keyword(keyword)
        assert tag is not None
        used = vr or dictionary_VR(tag)
        ds[tag] = DataElement(tag, used, value, validation_mode=IGNORE)

    return breaker


def inside(sequence: str, breaker: Break) -> Break:
    return lambda ds: breaker(ds[sequence].value[0])


def shorter_pixels(ds: Dataset) -> None:
    ds.PixelData = ds.PixelData[:-2]


def no_window(ds: Dataset) -> None:
    del ds.WindowCenter
    del ds.WindowWidth


def two_regions(ds: Dataset) -> None:
    ds.AnatomicRegionSequence = [*ds.AnatomicRegionSequence, ds.AnatomicRegionSequence[0]]


def unknown_even_tag(ds: Dataset) -> None:
    ds.add_new(0x00081FFE, "LO", "x")


def private_without_creator(ds: Dataset) -> None:
    ds.add_new(0x00291001, "LO", "x")


# (kind, keyword that our finding has to name, what is done)
BOTH: list[tuple[str, str, Break]] = [
    ("io", "PatientName", without("PatientName")),
    ("io", "PatientID", without("PatientID")),
    ("io", "StudyInstanceUID", without("StudyInstanceUID")),
    ("io", "StudyInstanceUID", with_value("StudyInstanceUID", "")),
    ("io", "StudyDate", without("StudyDate")),
    ("io", "AccessionNumber", without("AccessionNumber")),
    ("io", "SeriesInstanceUID", without("SeriesInstanceUID")),
    ("io", "SeriesNumber", without("SeriesNumber")),
    ("io", "Modality", without("Modality")),
    ("io", "Modality", with_value("Modality", "DX")),
    ("io", "PresentationIntentType", without("PresentationIntentType")),
    ("io", "PresentationIntentType", with_value("PresentationIntentType", "FOR FUN")),
    ("io", "Manufacturer", without("Manufacturer")),
    ("io", "InstanceNumber", without("InstanceNumber")),
    ("io", "ImageType", without("ImageType")),
    ("io", "ImageType", with_value("ImageType", ["FIRST", "PRIMARY", ""])),
    ("io", "ImageType", with_value("ImageType", ["ORIGINAL", "THIRD", ""])),
    ("io", "PatientOrientation", without("PatientOrientation")),
    ("io", "PatientOrientation", with_value("PatientOrientation", "")),
    ("io", "PatientOrientation", with_value("PatientOrientation", ["X", "F"])),
    ("io", "PixelIntensityRelationship", without("PixelIntensityRelationship")),
    ("io", "PixelIntensityRelationship", with_value("PixelIntensityRelationship", "SQR")),
    ("io", "PixelIntensityRelationshipSign", without("PixelIntensityRelationshipSign")),
    ("io", "PixelIntensityRelationshipSign", with_value("PixelIntensityRelationshipSign", 2)),
    ("io", "RescaleIntercept", without("RescaleIntercept")),
    ("io", "RescaleIntercept", with_value("RescaleIntercept", "5")),
    ("io", "RescaleSlope", with_value("RescaleSlope", "2")),
    ("io", "RescaleType", with_value("RescaleType", "HU")),
    ("io", "PresentationLUTShape", without("PresentationLUTShape")),
    ("io", "PresentationLUTShape", with_value("PresentationLUTShape", "INVERSE")),
    ("io", "LossyImageCompression", without("LossyImageCompression")),
    ("io", "LossyImageCompression", with_value("LossyImageCompression", "02")),
    ("io", "BurnedInAnnotation", without("BurnedInAnnotation")),
    ("io", "BurnedInAnnotation", with_value("BurnedInAnnotation", "SOME")),
    ("io", "WindowCenter", no_window),
    ("io", "WindowWidth", without("WindowWidth")),
    ("io", "WindowWidth", with_value("WindowWidth", "0")),
    ("io", "ImagerPixelSpacing", without("ImagerPixelSpacing")),
    ("io", "ImagerPixelSpacing", with_value("ImagerPixelSpacing", "0.02")),
    ("io", "DetectorType", without("DetectorType")),
    ("io", "DetectorType", with_value("DetectorType", "CCD")),
    ("io", "PositionerType", without("PositionerType")),
    ("io", "PositionerType", with_value("PositionerType", "PANORAMIC")),
    ("io", "ImageLaterality", without("ImageLaterality")),
    ("io", "ImageLaterality", with_value("ImageLaterality", "U")),
    ("io", "AnatomicRegionSequence", without("AnatomicRegionSequence")),
    ("io", "AnatomicRegionSequence", with_value("AnatomicRegionSequence", [])),
    ("io", "AnatomicRegionSequence", two_regions),
    ("io", "PrimaryAnatomicStructureSequence", without("PrimaryAnatomicStructureSequence")),
    ("io", "AcquisitionContextSequence", without("AcquisitionContextSequence")),
    ("io", "CodeValue", inside("AnatomicRegionSequence", without("CodeValue"))),
    ("io", "CodeMeaning", inside("AnatomicRegionSequence", without("CodeMeaning"))),
    (
        "io",
        "CodingSchemeDesignator",
        inside("AnatomicRegionSequence", without("CodingSchemeDesignator")),
    ),
    (
        "io",
        "ReferencedSOPInstanceUID",
        inside("ReferencedStudySequence", without("ReferencedSOPInstanceUID")),
    ),
    ("io", "SOPClassUID", without("SOPClassUID")),
    ("io", "Rows", without("Rows")),
    ("io", "BitsAllocated", without("BitsAllocated")),
    ("io", "BitsStored", with_value("BitsStored", 5)),
    ("io", "HighBit", with_value("HighBit", 9)),
    ("io", "PixelRepresentation", with_value("PixelRepresentation", 1)),
    ("io", "SamplesPerPixel", without("SamplesPerPixel")),
    ("io", "PhotometricInterpretation", with_value("PhotometricInterpretation", "RGB")),
    ("io", "PlanarConfiguration", with_value("PlanarConfiguration", 0)),
    ("io", "PixelData", without("PixelData")),
    ("io", "PixelData", shorter_pixels),
    ("io", "PatientSex", with_value("PatientSex", "X")),
    ("io", "PatientBirthDate", with_value("PatientBirthDate", "02.03.1984")),
    ("io", "StudyTime", with_value("StudyTime", "25:61")),
    ("io", "StudyID", with_value("StudyID", "x" * 17)),
    ("io", "StudyDescription", with_value("StudyDescription", "x" * 65)),
    ("io", "PatientAge", with_value("PatientAge", "42")),
    ("io", "KVP", with_value("KVP", "0.1234567890123456789", "LO")),
    ("io", "SeriesInstanceUID", with_value("SeriesInstanceUID", "1.02.3")),
    ("io", "SeriesInstanceUID", with_value("SeriesInstanceUID", "1.2." + "3" * 62)),
    ("io", "BodyPartExamined", with_value("BodyPartExamined", "jaw")),
    ("io", "(0008,1FFE)", unknown_even_tag),
    ("io", "SliceThickness", with_value("SliceThickness", "1")),
    ("dx", "AnatomicRegionSequence", without("AnatomicRegionSequence")),
    ("dx", "ImageLaterality", with_value("ImageLaterality", "X")),
    ("px", "Modality", with_value("Modality", "US")),
    ("cr", "BodyPartExamined", without("BodyPartExamined")),
    ("cr", "ViewPosition", without("ViewPosition")),
    ("cr", "Laterality", without("ImageLaterality")),
    ("sc", "ConversionType", without("ConversionType")),
    ("us", "ImageType", without("ImageType")),
    ("us", "SequenceOfUltrasoundRegions", with_value("SequenceOfUltrasoundRegions", [])),
    ("us", "RegionFlags", inside("SequenceOfUltrasoundRegions", without("RegionFlags"))),
    ("us", "PhysicalDeltaX", inside("SequenceOfUltrasoundRegions", without("PhysicalDeltaX"))),
    (
        "us",
        "PhysicalUnitsXDirection",
        inside("SequenceOfUltrasoundRegions", without("PhysicalUnitsXDirection")),
    ),
    ("photo", "Modality", with_value("Modality", "US")),
    ("photo", "ImageType", without("ImageType")),
    ("photo", "LossyImageCompression", without("LossyImageCompression")),
    ("photo", "PlanarConfiguration", without("PlanarConfiguration")),
    ("photo", "PhotometricInterpretation", with_value("PhotometricInterpretation", "YBR_FULL")),
    ("photo", "AcquisitionContextSequence", without("AcquisitionContextSequence")),
    (
        "photo",
        "ConceptNameCodeSequence",
        inside("AcquisitionContextSequence", without("ConceptNameCodeSequence")),
    ),
    ("endo", "Modality", with_value("Modality", "XC")),
    ("dog", "PatientSpeciesDescription", without("PatientSpeciesCodeSequence")),
    ("dog", "PatientBreedCodeSequence", without("PatientBreedCodeSequence")),
    ("dog", "PatientBreedDescription", without("PatientBreedDescription")),
    ("dog", "BreedRegistrationSequence", without("BreedRegistrationSequence")),
    ("dog", "ResponsiblePerson", without("ResponsiblePerson")),
    ("dog", "ResponsiblePersonRole", without("ResponsiblePersonRole")),
    ("dog", "ResponsibleOrganization", without("ResponsibleOrganization")),
    ("dog", "PatientSexNeutered", without("PatientSexNeutered")),
    ("dog", "PatientOrientation", with_value("PatientOrientation", ["P", "F"])),
]


def a_good_object(kind: str) -> Dataset:
    from tests.builders import an_order

    order = an_order(referenced_studies=(("1.2.840.10008.3.1.2.3.1", "2.25.9"),))
    if kind == "dog":
        return build(an_image_request("io", order=order, patient=a_dog()))
    if kind == "photo":
        shot = Shot(view="photo-frontal")
        return build(an_image_request("photo", order=order, shot=shot))
    return build(an_image_request(kind, order=order))


@pytest.mark.parametrize("kind", [*kinds(), "dog"])
def test_before_it_is_broken_neither_complains(kind: str, tmp_path: Path) -> None:
    ds = a_good_object(kind)
    assert complaints_about_broken(ds, tmp_path) == []
    assert validate(ds) == []


@pytest.mark.parametrize(
    ("kind", "keyword", "breaker"), BOTH, ids=[f"{n} {k} {w}" for n, (k, w, _) in enumerate(BOTH)]
)
def test_what_dciodvfy_finds_we_find(
    kind: str, keyword: str, breaker: Break, tmp_path: Path
) -> None:
    ds = a_good_object(kind)
    breaker(ds)

    ours = validate(ds)

    assert [f for f in ours if keyword in f.keyword.split(".")[-1]], ours
    if keyword != "SOPClassUID":  # dcmwrite refuses to make that file
        assert complaints_about_broken(ds, tmp_path) != []


OURS: list[tuple[str, str, str, Break]] = [
    # what dciodvfy of 2022 is silent about, and the clause that isn't
    (
        "PS3.3 C.7.6.1.1.5.2",
        "io",
        "LossyImageCompressionRatio",
        with_value("LossyImageCompression", "01"),
    ),
    ("PS3.5 7.8.1", "io", "(0029,1001)", private_without_creator),
    ("PS3.3 A.6", "us", "Modality", with_value("Modality", "CT")),
]


@pytest.mark.parametrize(("rule", "kind", "keyword", "breaker"), OURS, ids=[o[2] for o in OURS])
def test_what_dciodvfy_overlooks_we_find(
    rule: str, kind: str, keyword: str, breaker: Break
) -> None:
    ds = a_good_object(kind)
    breaker(ds)
    assert (keyword, rule) in {(f.keyword, f.rule) for f in validate(ds)}


def test_letters_outside_of_the_character_set_are_found() -> None:
    ds = a_good_object("io")
    ds.PatientName = "Müller^Ä"
    assert validate(ds) == []
    del ds.SpecificCharacterSet
    assert "PatientName" in {f.keyword for f in validate(ds) if f.severity == "error"}
    ds.SpecificCharacterSet = "ISO_IR 144"
    assert "PatientName" in {f.keyword for f in validate(ds) if f.severity == "error"}


def test_a_retired_attribute_is_a_warning() -> None:
    ds = a_good_object("io")
    ds.OtherPatientIDs = "X"
    assert {(f.severity, f.keyword) for f in validate(ds)} == {("warning", "OtherPatientIDs")}


def test_a_retired_coding_scheme_is_a_warning() -> None:
    ds = a_good_object("io")
    ds.AnatomicRegionSequence[0].CodingSchemeDesignator = "SRT"
    assert [(f.severity, f.keyword) for f in validate(ds)] == [
        ("warning", "AnatomicRegionSequence[0].CodingSchemeDesignator")
    ]


def test_a_lossy_transfer_syntax_needs_its_mark(tmp_path: Path) -> None:
    ds = build(an_image_request("photo", frame=jpeg_frame(colour=True)))
    ds.LossyImageCompression = "00"
    assert "LossyImageCompression" in {f.keyword for f in validate(ds)}


def test_a_modifier_beside_the_teeth_is_told_but_only_as_a_warning() -> None:
    code = {"CodeValue": "661005", "CodingSchemeDesignator": "SCT", "CodeMeaning": "Jaw region"}
    details = {
        "AnatomicRegionSequence": [{**code, "AnatomicRegionModifierSequence": [code]}],
        "PrimaryAnatomicStructureSequence": [code],
    }
    ds = build(an_image_request("io", details=details))
    assert {f.severity for f in validate(ds)} == {"warning"}


def test_an_optional_module_that_is_begun_has_to_be_whole() -> None:
    ds = a_good_object("io")
    ds.ShutterLeftVerticalEdge = 3
    assert "ShutterShape" in {f.keyword for f in validate(ds) if f.severity == "error"}


def test_a_private_block_with_its_creator_is_fine() -> None:
    ds = a_good_object("io")
    ds.private_block(0x0029, "CHAIRSIDE TEST", create=True).add_new(1, "LO", "x")
    assert validate(ds) == []


def test_a_finding_says_where_by_which_clause_and_how_to_mend() -> None:
    ds = a_good_object("io")
    del ds.AnatomicRegionSequence[0].CodeMeaning
    found = {f.keyword: f for f in validate(ds)}["AnatomicRegionSequence[0].CodeMeaning"]
    assert found.severity == "error"
    assert found.tag == "(0008,0104)"
    assert found.rule.startswith("PS3.3")
    assert "missing" in found.what
    assert found.mend


def test_errors_stand_before_warnings() -> None:
    ds = a_good_object("io")
    ds.SliceThickness = 1
    del ds.Modality
    severities = [f.severity for f in validate(ds)]
    assert severities == sorted(severities)
    assert set(severities) == {"error", "warning"}


def test_no_finding_quotes_a_value() -> None:
    ds = a_good_object("io")
    for keyword in ("PatientName", "StudyID", "StudyDate", "PatientSex", "StudyInstanceUID"):
        with_value(keyword, CANARY + "^" + "x" * 70 + "=" * 4)(ds)
    found = validate(ds)
    assert len(found) >= 5
    assert all(CANARY not in str(finding) for finding in found)


def a_foreign_object() -> Dataset:
    """A Presentation State: nothing that is built here, no pixels."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.11.1"
    ds.SOPInstanceUID = "2.25.1"
    ds.PatientName, ds.PatientID = CANARY, "1"
    ds.StudyDate, ds.StudyTime, ds.StudyID = "20261120", "10", "1"
    ds.SeriesNumber, ds.InstanceNumber = 1, 1
    return ds


def test_a_foreign_object_gets_the_general_checks_only() -> None:
    ds = a_foreign_object()
    assert validate(ds) == []
    with_value("StudyDate", "yesterday")(ds)
    assert [f.keyword for f in validate(ds)] == ["StudyDate"]


def test_a_directory_needs_no_identity_of_its_own() -> None:
    ds = Dataset()
    ds.FileSetID, ds.DirectoryRecordSequence = "", []
    assert validate(ds) == []


def test_a_code_without_meaning_is_found_in_a_foreign_object() -> None:
    ds, code = a_foreign_object(), Dataset()
    code.CodeValue, code.CodingSchemeDesignator = "1", "SCT"
    ds.ProcedureCodeSequence = [code]
    assert [f.keyword for f in validate(ds)] == ["ProcedureCodeSequence[0].CodeMeaning"]


def test_a_code_with_two_values_is_found() -> None:
    ds, code = a_foreign_object(), Dataset()
    code.CodeValue, code.LongCodeValue = "1", "2"
    code.CodingSchemeDesignator, code.CodeMeaning = "SCT", "x"
    ds.ProcedureCodeSequence = [code]
    assert [f.keyword for f in validate(ds)] == ["ProcedureCodeSequence[0].LongCodeValue"]


def test_an_empty_dataset_is_told_what_it_lacks() -> None:
    assert {f.keyword for f in validate(Dataset()) if f.severity == "error"} == {
        "SOPClassUID",
        "SOPInstanceUID",
    }


def test_what_cannot_be_decoded_is_a_finding_and_no_exception() -> None:
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import Tag

    ds = a_good_object("io")
    for tag, vr, value in (
        (0x00280010, "US", b"\x01"),
        (0x00180060, "DS", b"high"),
        (0x00200013, "IS", b"first"),
        (0x00082218, "SQ", b"\x01\x02\x03"),
    ):
        raw = RawDataElement(Tag(tag), vr, len(value), value, 0, False, True, True, None)
        ds._dict[Tag(tag)] = raw
    keywords = {f.keyword for f in validate(ds) if f.severity == "error"}
    assert {"Rows", "KVP", "InstanceNumber"} <= keywords


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["io", "us", "photo"]),
    st.lists(
        st.tuples(
            st.integers(0, 200),
            st.sampled_from(["LO", "UN", "US", "DS", "SQ", "CS", "OB"]),
            st.binary(max_size=20),
        ),
        max_size=4,
    ),
)
def test_no_damage_makes_it_raise(kind: str, damages: list[tuple[int, str, bytes]]) -> None:
    from pydicom.dataelem import RawDataElement

    ds = build(
        an_image_request(
            kind, frame=colour_frame(4, 4) if kind == "photo" else grey_frame(4, 4, bits=8)
        )
    )
    tags = sorted(ds.keys())
    for index, vr, value in damages:
        tag = tags[index % len(tags)]
        ds._dict[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True, True, None)
    assert all(isinstance(finding, Finding) for finding in validate(ds))


def test_an_object_read_from_its_file_is_as_good_as_the_built_one() -> None:
    for kind in kinds():
        data = part10.write(build(an_image_request(kind)))
        assert validate(part10.read(data)) == []
