"""The checklist of the intra-oral image, PS3.3 A.28 and C.8.11.2 to C.8.11.9, and what the teeth tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from minipacs.dicom import part10
from minipacs.dicom.codes import tables, teeth
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.iods import build
from minipacs.dicom.model import Exposure, Frame, PatientKind, Shot
from tests.builders import a_dog, a_patient, an_image_request, grey_frame
from tests.minipacs.dicom.judges import complaints, findings


def test_the_fixed_values_are_those_of_the_standard() -> None:
    ds = build(an_image_request("io"))
    assert ds.SOPClassUID == "1.2.840.10008.5.1.4.1.1.1.3"
    assert ds.Modality == "IO"
    assert ds.PresentationIntentType == "FOR PRESENTATION"
    assert list(ds.ImageType) == ["ORIGINAL", "PRIMARY", ""]
    assert (ds.SamplesPerPixel, ds.PixelRepresentation) == (1, 0)
    assert (ds.BitsAllocated, ds.BitsStored, ds.HighBit) == (16, 12, 11)
    assert ds.PixelIntensityRelationship == "LOG"
    assert ds["PixelIntensityRelationshipSign"].VR == "SS"
    assert (ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType) == (0, 1, "US")
    assert ds.BurnedInAnnotation == "NO"
    assert ds.LossyImageCompression == "00"
    assert ds.PositionerType == "NONE"
    assert list(map(float, ds.ImagerPixelSpacing)) == [0.02, 0.02]
    assert "PixelSpacing" not in ds, "only a calibrated image has one"
    assert "Laterality" not in ds
    assert len(ds.AcquisitionContextSequence) == 0


def test_the_empty_third_value_of_image_type_survives_the_file() -> None:
    ds = part10.read(part10.write(build(an_image_request("io"))))
    assert list(ds.ImageType) == ["ORIGINAL", "PRIMARY", ""]


def test_an_inverted_frame_is_monochrome1_with_an_inverse_shape() -> None:
    ds = build(an_image_request("io", frame=grey_frame(inverted=True)))
    assert (ds.PhotometricInterpretation, ds.PresentationLUTShape) == ("MONOCHROME1", "INVERSE")
    assert ds.PixelIntensityRelationshipSign == 1
    plain = build(an_image_request("io"))
    assert (plain.PhotometricInterpretation, plain.PresentationLUTShape) == (
        "MONOCHROME2",
        "IDENTITY",
    )
    assert plain.PixelIntensityRelationshipSign == -1


def test_the_window_is_the_frame_s_or_of_its_pixels() -> None:
    given = build(an_image_request("io", frame=grey_frame(window=(1000.0, 500.0))))
    assert (given.WindowCenter, given.WindowWidth) == (1000, 500)
    pixels = np.full((100, 100), 1000, np.uint16)
    pixels[:50] = 2000
    pixels[0, 0] = 4095  # one dead pixel says nothing
    derived = build(an_image_request("io", frame=Frame(pixels=pixels, bits_stored=12)))
    assert derived.WindowCenter == pytest.approx(1500, abs=2)
    assert derived.WindowWidth == pytest.approx(1001, abs=2)
    flat = build(
        an_image_request("io", frame=Frame(pixels=np.zeros((9, 9), np.uint16), bits_stored=12))
    )
    assert flat.WindowWidth >= 1


@pytest.mark.parametrize(
    ("given", "side", "region"),
    [
        (("36",), "L", "mandible"),
        (("46", "47"), "R", "mandible"),
        (("11", "21"), "B", "maxilla"),
        (("55",), "R", "maxilla"),
        (("75",), "L", "mandible"),
        (("16", "46"), "R", "jaw"),
        (("16", "26"), "B", "maxilla"),
    ],
)
def test_side_region_and_structure_follow_the_teeth(
    given: tuple[str, ...], side: str, region: str, tmp_path: Path
) -> None:
    ds = build(an_image_request("io", shot=Shot(teeth=given, view="periapical")))

    assert ds.ImageLaterality == side
    assert len(ds.AnatomicRegionSequence) == 1
    assert ds.AnatomicRegionSequence[0].CodeValue == tables.region(region).value
    structures = [item.CodeValue for item in ds.PrimaryAnatomicStructureSequence]
    assert structures == [teeth.tooth_code(tooth).value for tooth in given]
    assert tuple(ds.PatientOrientation) == teeth.orientation_of(given, "periapical")
    assert complaints(ds, tmp_path) == []


@pytest.mark.parametrize("view", ["bitewing-right", "bitewing", "occlusal-upper", "periapical", ""])
def test_without_teeth_there_is_a_modifier_or_the_general_tooth(view: str, tmp_path: Path) -> None:
    ds = build(an_image_request("io", shot=Shot(view=view)))

    has_modifier = "AnatomicRegionModifierSequence" in ds.AnatomicRegionSequence[0]
    assert has_modifier is view.startswith(("bitewing", "occlusal"))
    assert has_modifier is not ("PrimaryAnatomicStructureSequence" in ds)
    assert ds.ImageLaterality == ("R" if view == "bitewing-right" else "B")
    assert all(ds.PatientOrientation)
    assert complaints(ds, tmp_path) == []
    assert findings(ds) == []


def test_a_region_of_the_teeth_s_positions_is_a_modifier() -> None:
    ds = build(an_image_request("io", shot=Shot(region="canine-region", laterality="R")))
    modifier = ds.AnatomicRegionSequence[0].AnatomicRegionModifierSequence[0]
    assert modifier.CodeValue == tables.region("canine-region").value
    assert ds.ImageLaterality == "R"


def test_given_side_and_orientation_win_over_derived_ones() -> None:
    shot = Shot(teeth=("36",), laterality="B", patient_orientation=("A", "F"))
    ds = build(an_image_request("io", shot=shot))
    assert (ds.ImageLaterality, list(ds.PatientOrientation)) == ("B", ["A", "F"])


@pytest.mark.parametrize(
    ("shot", "keyword"),
    [
        (Shot(teeth=("99",)), "PrimaryAnatomicStructureSequence"),
        (Shot(view="sideways"), "AnatomicRegionSequence"),
        (Shot(region="nowhere"), "AnatomicRegionSequence"),
        (Shot(teeth=("36",), laterality="U"), "ImageLaterality"),
        (Shot(teeth=("36",), laterality="X"), "ImageLaterality"),
    ],
)
def test_a_shot_that_is_none_is_refused_by_name(shot: Shot, keyword: str) -> None:
    with pytest.raises(BadRequest) as caught:
        build(an_image_request("io", shot=shot))
    assert caught.value.keyword == keyword


def test_an_animal_s_teeth_are_regions_since_their_codes_are_human_ones(tmp_path: Path) -> None:
    for tooth, modifier, side in (
        ("104", "canine-region", "R"),
        ("309", "first-molar-region", "L"),
        ("208", "second-premolar-region", "L"),
        ("411", "third-molar-region", "R"),
        ("504", "canine-region", "R"),
        ("36", "first-molar-region", "L"),
    ):
        ds = build(an_image_request("io", patient=a_dog(), shot=Shot(teeth=(tooth,))))
        assert "PrimaryAnatomicStructureSequence" not in ds
        item = ds.AnatomicRegionSequence[0].AnatomicRegionModifierSequence[0]
        assert item.CodeValue == tables.region(modifier).value, tooth
        assert ds.ImageLaterality == side
        assert ds.AnatomicalOrientationType == "QUADRUPED"
        assert complaints(ds, tmp_path) == []


def test_a_component_has_no_side_tooth_or_owner(tmp_path: Path) -> None:
    part = a_patient(kind=PatientKind.COMPONENT, responsible_person="CANARY^OWNER")
    ds = build(an_image_request("dx", patient=part))
    assert len(ds.AnatomicRegionSequence) == 0
    assert "PrimaryAnatomicStructureSequence" not in ds
    assert ds.ImageLaterality == "U"
    for keyword in ("PatientSpeciesDescription", "PatientBreedCodeSequence", "ResponsiblePerson"):
        assert keyword not in ds
    assert complaints(ds, tmp_path) == []


def test_the_exposure_is_written_in_the_integers_that_dicom_has() -> None:
    exposure = Exposure(
        kvp=65,
        tube_current_ma=7,
        time_ms=125.4,
        charge_mas=0.875,
        dose_area_product_dgy_cm2=0.31,
    )
    ds = build(an_image_request("io", frame=grey_frame(exposure=exposure)))
    assert (ds.KVP, ds.XRayTubeCurrent, ds.ExposureTime) == (65, 7, 125)
    assert (ds.Exposure, ds.ExposureInuAs) == (1, 875)
    assert float(ds.ImageAndFluoroscopyAreaDoseProduct) == 0.31
    assert build(an_image_request("cr", frame=grey_frame(exposure=exposure))).ExposureInuAs == 875
