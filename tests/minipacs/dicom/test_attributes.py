"""Every attribute that a comparable product states for a kind of image can be given and then stands in the object.

attributes.csv has the facts of its conformance statement: keyword, tag, VR, and the kinds that the row names.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from minipacs.dicom.errors import BadRequest
from minipacs.dicom.iods import build, kinds
from minipacs.dicom.model import Code, Frame, Shot
from tests.builders import a_dog, a_patient, an_image_request, colour_frame, grey_frame
from tests.minipacs.dicom.judges import complaints, findings

REGION = {"CodeValue": "661005", "CodingSchemeDesignator": "SCT", "CodeMeaning": "Jaw region"}
MOLAR = {
    "CodeValue": "699507006",
    "CodingSchemeDesignator": "SCT",
    "CodeMeaning": "First molar region",
}
TOOTH = {
    "CodeValue": "866006002",
    "CodingSchemeDesignator": "SCT",
    "CodeMeaning": "Mandibular left first molar tooth",
}
IMAGE_VIEW = {"CodeValue": "111031", "CodingSchemeDesignator": "DCM", "CodeMeaning": "Image View"}
FRONTAL = {"CodeValue": "399033003", "CodingSchemeDesignator": "SCT", "CodeMeaning": "frontal"}
BEAGLE = {"CodeValue": "132465007", "CodingSchemeDesignator": "SCT", "CodeMeaning": "Beagle"}
REGISTRY = {
    "CodeValue": "109200",
    "CodingSchemeDesignator": "DCM",
    "CodeMeaning": "American Kennel Club",
}

VALUES: dict[str, Any] = {
    "PatientBirthDate": "20190501",
    "PatientSex": "F",
    "EthnicGroup": "None told",
    "PatientSpeciesDescription": "Dog",
    "PatientBreedDescription": "Beagle",
    "ResponsiblePerson": "CANARY^OWNER",
    "ResponsiblePersonRole": "OWNER",
    "ResponsibleOrganization": "Shelter",
    "PatientComments": "Nervous",
    "StudyDate": "20261119",
    "StudyTime": "0915",
    "ReferringPhysicianName": "CANARY^REFERRER",
    "StudyID": "ST-1",
    "AccessionNumber": "ACC-1",
    "StudyDescription": "Full mouth",
    "NameOfPhysiciansReadingStudy": ["CANARY^READER", "CANARY^OTHER"],
    "PatientAge": "007Y",
    "PatientSize": 0.4,
    "PatientWeight": 12.5,
    "AdmittingDiagnosesDescription": "Fracture",
    "AdditionalPatientHistory": "None",
    "PatientSexNeutered": "UNALTERED",
    "SeriesNumber": 7,
    "SeriesDate": "20261119",
    "SeriesTime": "091501.5",
    "PerformingPhysicianName": "CANARY^DENTIST",
    "BodyPartExamined": "JAW",
    "ProtocolName": "Abdomen",
    "ViewPosition": "DV",
    "PresentationIntentType": "FOR PRESENTATION",
    "Manufacturer": "Maker",
    "InstitutionName": "Practice",
    "StationName": "ROOM1",
    "InstitutionalDepartmentName": "Radiology",
    "InstitutionAddress": "Some Street 1\r\nSome Town",
    "ManufacturerModelName": "Model",
    "DeviceSerialNumber": "123",
    "SoftwareVersions": ["1.0", "2.0"],
    "SpatialResolution": 0.05,
    "ConversionType": "SD",
    "SecondaryCaptureDeviceID": "SCAN1",
    "SecondaryCaptureDeviceManufacturer": "Maker",
    "SecondaryCaptureDeviceManufacturerModelName": "Scanner",
    "SecondaryCaptureDeviceSoftwareVersions": "3.1",
    "InstanceNumber": 3,
    "PatientOrientation": ["LE", "V"],
    "ContentDate": "20261119",
    "ContentTime": "091502",
    "AnatomicRegionSequence": [{**REGION, "AnatomicRegionModifierSequence": [MOLAR]}],
    "ImageType": ["DERIVED", "PRIMARY", ""],
    "AcquisitionDate": "20261119",
    "AcquisitionTime": "091502",
    "BurnedInAnnotation": "YES",
    "ImageComments": "Slightly dark",
    "LossyImageCompression": "01",
    "LossyImageCompressionRatio": 8.5,
    "PresentationLUTShape": "IDENTITY",
    "DateOfSecondaryCapture": "20261119",
    "TimeOfSecondaryCapture": "0916",
    "KVP": 70,
    "PlateID": "PL1",
    "DistanceSourceToDetector": 300,
    "DistanceSourceToPatient": 200.5,
    "ExposureTime": 120,
    "XRayTubeCurrent": 7,
    "Exposure": 1,
    "ExposureInuAs": 840,
    "ImagerPixelSpacing": [0.04, 0.04],
    "GeneratorPower": 1,
    "AcquisitionDeviceProcessingDescription": "Sharpened",
    "AcquisitionDeviceProcessingCode": "SHARP",
    "CassetteOrientation": "PORTRAIT",
    "CassetteSize": "18CMX24CM",
    "ExposuresOnPlate": 12,
    "RelativeXRayExposure": 150,
    "Sensitivity": 200,
    "ImageLaterality": "B",
    "PrimaryAnatomicStructureSequence": [TOOTH],
    "PixelIntensityRelationshipSign": -1,
    "RescaleIntercept": 0,
    "RescaleSlope": 1,
    "RescaleType": "US",
    "WindowCenter": 2000,
    "WindowWidth": 1500,
    "DetectorType": "STORAGE",
    "DetectorID": "DET-2",
    "PositionerType": "NONE",
    "PixelSpacing": [0.1, 0.1],
    "UltrasoundColorDataPresent": 0,
    "TransducerType": "SECTOR_PHASED",
    "SequenceOfUltrasoundRegions": [
        {
            "RegionSpatialFormat": 1,
            "RegionDataType": 1,
            "RegionFlags": 2,
            "RegionLocationMinX0": 0,
            "RegionLocationMinY0": 0,
            "RegionLocationMaxX1": 79,
            "RegionLocationMaxY1": 59,
            "PhysicalUnitsXDirection": 3,
            "PhysicalUnitsYDirection": 3,
            "PhysicalDeltaX": 0.01,
            "PhysicalDeltaY": 0.01,
        }
    ],
    "AcquisitionContextSequence": [
        {
            "ValueType": "CODE",
            "ConceptNameCodeSequence": [IMAGE_VIEW],
            "ConceptCodeSequence": [FRONTAL],
        }
    ],
    "BreedRegistrationSequence": [
        {"BreedRegistrationNumber": "B-1", "BreedRegistryCodeSequence": [REGISTRY]}
    ],
    "PatientBreedCodeSequence": [BEAGLE],
}
GIVEN_OTHERWISE = {
    # who and what the object is, and its pixels: by patient, order, series and frame
    "PatientName", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPClassUID",
    "SOPInstanceUID", "Modality", "PixelData", "BitsAllocated", "BitsStored", "Columns", "HighBit",
    "LargestImagePixelValue", "PhotometricInterpretation", "PixelRepresentation",
    "PlanarConfiguration", "Rows", "SamplesPerPixel", "SmallestImagePixelValue",
}  # fmt: skip
INSIDE = {
    "CodeValue", "CodingSchemeDesignator", "CodeMeaning", "AnatomicRegionModifierSequence",
}  # fmt: skip


def rows() -> list[dict[str, str]]:
    with (Path(__file__).parent / "attributes.csv").open() as file:
        return list(csv.DictReader(file))


def rows_of(kind: str) -> list[dict[str, str]]:
    return [row for row in rows() if kind in row["kinds"].split()]


def details_of(kind: str) -> dict[str, Any]:
    own = {row["keyword"] for row in rows_of(kind)}
    found = {keyword: value for keyword, value in VALUES.items() if keyword in own}
    if kind == "io":
        # The one is only there when the other isn't (PS3.3 Table C.8-76): given in another object.
        found["AnatomicRegionSequence"] = [REGION]
    if kind in ("endo", "photo", "sc", "us", "cr"):
        found["ImageType"] = ["DERIVED", "PRIMARY"]
    if "LossyImageCompression" in found:
        found["LossyImageCompressionRatio"] = 8.5
    return found


def every(ds: Dataset) -> Iterator[DataElement]:
    for element in ds:
        yield element
        for item in element.value if element.VR == "SQ" else ():
            yield from every(item)


def frames_of(kind: str) -> list[Frame]:
    if kind in ("endo", "photo"):
        return [colour_frame()]
    grey = grey_frame(bits=8 if kind == "us" else 12)
    return [grey, colour_frame()] if kind in ("sc", "us") else [grey]


def test_every_row_has_a_way_in() -> None:
    regions = set(VALUES["SequenceOfUltrasoundRegions"][0])
    known = set(VALUES) | GIVEN_OTHERWISE | INSIDE | regions
    assert {row["keyword"] for row in rows()} - known == set()


@pytest.mark.parametrize("kind", kinds())
def test_every_row_of_the_kind_stands_in_the_object_with_its_vr(kind: str, tmp_path: Path) -> None:
    elements: dict[str, DataElement] = {}
    for frame in frames_of(kind):
        details = details_of(kind)
        if frame.samples == 3:
            details = {k: v for k, v in details.items() if not k.startswith("Window")}
        request = an_image_request(
            kind, patient=a_dog(species=None), frame=frame, shot=Shot(), details=details
        )
        ds = build(request)
        elements |= {element.keyword: element for element in every(ds)}
        assert complaints(ds, tmp_path) == []
        assert findings(ds) == []

    if kind == "io":
        modified = {"AnatomicRegionSequence": VALUES["AnatomicRegionSequence"]}
        ds = build(an_image_request("io", patient=a_dog(), shot=Shot(), details=modified))
        elements |= {element.keyword: element for element in every(ds)}
        assert complaints(ds, tmp_path) == []
    missing = {row["keyword"] for row in rows_of(kind)} - set(elements)
    # PS3.3 C.7.6.3: one sample a pixel has no Planar Configuration, it "shall not be present otherwise".
    allowed = {"PlanarConfiguration"} if kind in ("ceph", "cr", "dx", "io", "px") else set()
    assert missing == allowed
    for row in rows_of(kind):
        if row["keyword"] in allowed:
            continue
        element = elements[row["keyword"]]
        assert element.VR in row["vr"].split(" or "), row["keyword"]
        assert f"({element.tag.group:04X},{element.tag.element:04X})" == row["tag"]


@pytest.mark.parametrize("kind", kinds())
def test_a_given_value_stands_in_the_object_as_given(kind: str) -> None:
    details = details_of(kind)
    ds = build(
        an_image_request(
            kind, patient=a_dog(species=None), frame=frames_of(kind)[0], details=details
        )
    )
    for keyword, value in details.items():
        if isinstance(value, list) and isinstance(value[0], dict):
            assert len(ds[keyword].value) == len(value)
            continue
        wanted = value if isinstance(value, list) else [value]
        got = list(ds[keyword].value) if ds[keyword].VM > 1 else [ds[keyword].value]
        if isinstance(wanted[0], (int, float)):
            assert [float(v) for v in got] == [float(v) for v in wanted]
        else:
            assert [str(v) for v in got] == [str(v) for v in wanted]


def test_what_patient_equipment_and_order_tell_needs_no_details() -> None:
    dog = a_dog(
        breeds=(Code("132465007", "SCT", "Beagle"), Code("132652006", "SCT", "Mixed")),
        age="007Y",
        weight_kg=12.5,
        size_m=0.4,
        history="None",
        admitting_diagnoses="Fracture",
        comments="Nervous",
        ethnic_group="None",
        responsible_organization="Shelter",
    )
    ds = build(an_image_request("io", patient=dog))
    assert len(ds.PatientBreedCodeSequence) == 2
    assert ds.PatientSpeciesCodeSequence[0].CodeValue == "448771007"
    assert (ds.PatientAge, ds.PatientWeight, ds.PatientSize) == ("007Y", 12.5, 0.4)
    assert ds.PatientSexNeutered == "ALTERED"
    assert ds.ResponsiblePersonRole == "OWNER"
    for keyword in (
        "AdditionalPatientHistory",
        "AdmittingDiagnosesDescription",
        "PatientComments",
        "EthnicGroup",
        "ResponsibleOrganization",
    ):
        assert ds[keyword].value, keyword


def test_an_animal_of_unknown_breed_has_the_attributes_empty_and_a_person_none(
    tmp_path: Path,
) -> None:
    ds = build(an_image_request("io", patient=a_dog(breed_description="", responsible_person="")))
    for keyword in (
        "PatientBreedCodeSequence",
        "PatientBreedDescription",
        "BreedRegistrationSequence",
        "ResponsiblePerson",
        "ResponsibleOrganization",
    ):
        assert keyword in ds
        assert ds[keyword].is_empty
    assert "ResponsiblePersonRole" not in ds
    assert complaints(ds, tmp_path) == []
    person = build(an_image_request("io", patient=a_patient()))
    assert "PatientBreedCodeSequence" not in person
    assert "PatientSpeciesDescription" not in person


def test_a_child_has_a_guardian_and_no_breed(tmp_path: Path) -> None:
    child = a_patient(responsible_person="CANARY^MOTHER")
    ds = build(an_image_request("io", patient=child))
    assert ds.ResponsiblePersonRole == "GUARDIAN"
    assert "PatientBreedCodeSequence" not in ds
    assert complaints(ds, tmp_path) == []
    assert findings(ds) == []


def test_a_microchip_is_an_other_patient_id() -> None:
    from minipacs.dicom.model import BreedRegistration, OtherPatientId

    dog = a_dog(
        other_ids=(OtherPatientId("276098106000001", "RFID"),),
        breed_registrations=(
            BreedRegistration("B-1", Code("109200", "DCM", "American Kennel Club")),
        ),
    )
    ds = build(an_image_request("io", patient=dog))
    other = ds.OtherPatientIDsSequence[0]
    assert (other.PatientID, other.TypeOfPatientID) == ("276098106000001", "RFID")
    assert ds.BreedRegistrationSequence[0].BreedRegistryCodeSequence[0].CodeValue == "109200"


def test_a_species_that_both_code_and_text_lack_is_refused_in_details() -> None:
    with pytest.raises(BadRequest) as caught:
        build(
            an_image_request(
                "io", patient=a_dog(species=None), details={"PatientSpeciesDescription": ""}
            )
        )
    assert caught.value.keyword == "PatientSpeciesDescription"
