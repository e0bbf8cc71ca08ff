from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydicom.dataset import Dataset

from minipacs import fhir
from minipacs.archive.rows import Origin
from minipacs.dicom import iods, part10
from minipacs.dicom.uids import CountedUids
from tests.builders import NOW, a_dog, an_image_request, an_order
from tests.minipacs.media.objects import PHOTO, SmallArchive, an_object
from tests.minipacs.media.objects import part10 as bytes_of

SCHEMA = Path(__file__).with_name("fhir-r5-imagingstudy.schema.json")
STUDY = "2.25.111"


def r5_schema() -> dict[str, Any]:
    return json.loads(SCHEMA.read_text("utf-8"))


def r6_schema() -> dict[str, Any]:
    """Patched by hand from R5 after the R6 ballot 3 pages; not an official schema."""
    schema = copy.deepcopy(r5_schema())
    study = schema["definitions"]["ImagingStudy"]["properties"]
    series = schema["definitions"]["ImagingStudy_Series"]["properties"]
    instance = schema["definitions"]["ImagingStudy_Instance"]["properties"]
    del study["partOf"], series["laterality"]
    study["procedure"]["items"] = {"$ref": "#/definitions/Reference"}
    instance["sopClass"] = {"type": "string", "pattern": r"^urn:oid:[0-2](\.(0|[1-9][0-9]*))+$"}
    return schema


SCHEMAS = {"R5": r5_schema, "R6": r6_schema}
STATUS = {"registered", "available", "cancelled", "entered-in-error", "unknown"}


def valid(resource: dict[str, Any], release: str) -> None:
    """The schema, and what it does not say: required primitives, cardinalities, references, nothing empty."""
    jsonschema.Draft6Validator(SCHEMAS[release]()).validate(resource)
    assert resource["status"] in STATUS
    assert len([i for i in resource["identifier"] if i.get("system") == "urn:dicom:uid"]) == 1
    assert resource["numberOfSeries"] == len(resource["series"])
    assert resource["numberOfInstances"] == sum(len(s["instance"]) for s in resource["series"])
    for series in resource["series"]:
        assert series["uid"]
        assert series["modality"]["coding"][0]["code"]
        assert series["numberOfInstances"] == len(series["instance"])
        assert all(performer["actor"] for performer in series.get("performer", []))
        assert all(one["uid"] and one["sopClass"] for one in series["instance"])
    ids = [contained["id"] for contained in resource["contained"]]
    assert len(set(ids)) == len(ids)
    text = json.dumps(resource)
    # dom-3: each contained resource is referenced, and each local reference leads to one.
    assert set(ids) == {part.split('"')[0] for part in text.split('"reference": "#')[1:]}
    assert_nothing_empty(resource)


def assert_nothing_empty(value: Any) -> None:
    assert value not in ("", None, [], {})
    if isinstance(value, dict):
        for item in value.values():
            assert_nothing_empty(item)
    if isinstance(value, list):
        for item in value:
            assert_nothing_empty(item)


def code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


@pytest.fixture
def store(tmp_path: Path):
    def put(*objects: Dataset) -> SmallArchive:
        return SmallArchive(tmp_path / "archive", [bytes_of(ds) for ds in objects])

    return put


def a_full_object(uids: CountedUids, **changes: Any) -> Dataset:
    ds = an_object(uids, TimezoneOffsetFromUTC="+0100", **changes)
    ds.SeriesDate, ds.SeriesTime, ds.SeriesDescription = "20261120", "103016.250000", "FMX"
    ds.ReferringPhysicianName, ds.PerformingPhysicianName = "Ref^A", "Phys^B"
    ds.OperatorsName, ds.InstitutionalDepartmentName = ["Op^C", "Op^D"], "Radiology"
    ds.ProcedureCodeSequence = [code("24641-3", "LN", "XR Teeth Full mouth")]
    ds.AnatomicRegionSequence = [code("28035005", "SCT", "Teeth, gums and supporting structures")]
    ds.ImageLaterality = "L"
    request = Dataset()
    request.ReasonForRequestedProcedureCodeSequence = [code("27355003", "SCT", "Toothache")]
    ds.RequestAttributesSequence = [request]
    return ds


@pytest.mark.parametrize("release", ["R5", "R6"])
def test_a_full_study(store, release) -> None:
    uids = CountedUids()
    archive = store(
        a_full_object(uids, InstanceNumber=2),
        a_full_object(uids, InstanceNumber=1),
        a_full_object(
            uids, sop_class=PHOTO, SeriesInstanceUID="2.25.9", SeriesNumber=2, Modality="XC"
        ),
    )
    resource = fhir.imaging_study(archive, STUDY, release=release)
    valid(resource, release)
    assert resource["id"] == STUDY
    assert resource["identifier"][0] == {"system": "urn:dicom:uid", "value": f"urn:oid:{STUDY}"}
    assert [m["coding"][0]["code"] for m in resource["modality"]] == ["IO", "XC"]
    assert resource["basedOn"][0]["identifier"]["value"] == "A-1"
    assert resource["basedOn"][0]["identifier"]["type"]["coding"][0]["code"] == "ACSN"
    assert resource["started"] == "2026-11-20T10:30:15+01:00"
    assert resource["reason"][0]["concept"]["text"] == "Toothache"
    first = resource["series"][0]
    assert first["started"] == "2026-11-20T10:30:16.25+01:00"
    assert [one["number"] for one in first["instance"]] == [1, 2]
    assert first["bodySite"]["concept"]["coding"][0]["code"] == "28035005"
    functions = [p["function"]["coding"][0]["code"] for p in first["performer"]]
    assert functions == ["PRF", "SPRF", "SPRF", "PRF", "PRF"]


def test_what_differs_between_the_releases(store) -> None:
    archive = store(a_full_object(CountedUids()))
    r5, r6 = (fhir.imaging_study(archive, STUDY, release=release) for release in ("R5", "R6"))
    series5, series6 = r5["series"][0], r6["series"][0]
    assert series5["instance"][0]["sopClass"]["code"] == "urn:oid:1.2.840.10008.5.1.4.1.1.1.3"
    assert series6["instance"][0]["sopClass"] == "urn:oid:1.2.840.10008.5.1.4.1.1.1.3"
    assert series5["laterality"]["coding"][0]["code"] == "7771000"
    assert "laterality" not in series6
    structure = next(r for r in r6["contained"] if r["resourceType"] == "BodyStructure")
    assert structure["includedStructure"][0]["laterality"]["coding"][0]["code"] == "7771000"
    assert "concept" in r5["procedure"][0]
    assert r6["procedure"][0]["reference"].startswith("#procedure")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft6Validator(r6_schema()).validate(r5)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft6Validator(r5_schema()).validate(r6)


@pytest.mark.parametrize("release", ["R5", "R6"])
def test_a_bare_study_says_nothing_empty(store, release) -> None:
    empty = dict.fromkeys(
        ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyID", "StudyDate",
         "StudyTime", "AccessionNumber", "StudyDescription", "Manufacturer", "InstitutionName",
         "ManufacturerModelName"), "",
    )  # fmt: skip
    archive = store(an_object(CountedUids(), SeriesNumber=None, InstanceNumber=None, **empty))
    resource = fhir.imaging_study(archive, STUDY, release=release)
    valid(resource, release)
    assert "started" not in resource
    assert resource["contained"] == [{"resourceType": "Patient", "id": "subject"}]


def test_the_output_is_the_same_each_time(store) -> None:
    uids = CountedUids()
    archive = store(*(a_full_object(uids, InstanceNumber=n) for n in (3, 1, 2)))
    one, two = (json.dumps(fhir.imaging_study(archive, STUDY)) for _ in range(2))
    assert one == two


def test_a_time_without_zone_is_only_a_date(store) -> None:
    archive = store(an_object(CountedUids()))
    assert fhir.imaging_study(archive, STUDY)["started"] == "2026-11-20"


@pytest.mark.parametrize("release", ["R5", "R6"])
def test_an_animal_carries_its_extension_and_owner(store, release) -> None:
    dog = an_object(CountedUids())
    dog.PatientSpeciesCodeSequence = [code("448771007", "SCT", "Canis lupus familiaris")]
    dog.PatientBreedCodeSequence, dog.PatientBreedDescription = [], "Beagle"
    dog.PatientSexNeutered = "ALTERED"
    dog.ResponsiblePerson, dog.ResponsiblePersonRole = "Owner^Ann", "OWNER"
    resource = fhir.imaging_study(store(dog), STUDY, release=release)
    valid(resource, release)
    patient = resource["contained"][0]
    (extension,) = patient["extension"]
    assert extension["url"] == "http://hl7.org/fhir/StructureDefinition/patient-animal"
    parts = {part["url"]: part["valueCodeableConcept"] for part in extension["extension"]}
    assert parts["species"]["coding"][0]["code"] == "448771007"
    assert parts["breed"] == {"text": "Beagle"}
    assert parts["genderStatus"]["coding"][0]["code"] == "neutered"
    assert patient["contact"][0]["relationship"] == [{"text": "Owner"}]


@pytest.mark.parametrize("release", ["R5", "R6"])
def test_a_component_is_a_device(store, release) -> None:
    weld = a_full_object(CountedUids(), PatientName="Weld 7", PatientID="W-7")
    weld.ComponentManufacturer = "Steel Works"
    resource = fhir.imaging_study(store(weld), STUDY, release=release)
    valid(resource, release)
    device = resource["contained"][0]
    assert (device["resourceType"], device["displayName"]) == ("Device", "Weld 7")
    assert not any(r["resourceType"] == "BodyStructure" for r in resource["contained"])


def test_names_in_other_scripts_keep_their_groups(store) -> None:
    archive = store(an_object(CountedUids(), PatientName="Yamada^Tarou=山田^太郎=やまだ^たろう"))
    resource = fhir.imaging_study(archive, STUDY)
    valid(resource, "R5")
    names = resource["contained"][0]["name"]
    assert [name["family"] for name in names] == ["Yamada", "山田", "やまだ"]
    assert [name["extension"][0]["valueCode"] for name in names] == ["ABC", "IDE", "SYL"]


def test_a_series_of_several_regions_names_none(store) -> None:
    uids = CountedUids()
    other = a_full_object(uids)
    other.AnatomicRegionSequence = [code("70925003", "SCT", "Maxilla")]
    resource = fhir.imaging_study(store(a_full_object(uids), other), STUDY)
    assert "bodySite" not in resource["series"][0]


@pytest.mark.parametrize("release", ["R5", "R6"])
@pytest.mark.parametrize("kind", ["io", "px", "photo", "us"])
def test_what_the_kernel_writes(tmp_path, kind, release) -> None:
    uids = CountedUids()
    order = an_order(uids)
    ds = iods.build(an_image_request(kind, uids, order=order, operator="Op^X", patient=a_dog()))
    archive = SmallArchive(tmp_path / "archive")
    archive.ingest(part10.write(ds), Origin("kiosk"))
    resource = fhir.imaging_study(archive, order.study_instance_uid, release=release)
    valid(resource, release)
    assert resource["started"].endswith(NOW.strftime("%z")[:3] + ":00")


def test_damaged_codes_are_left_out(store) -> None:
    ds = an_object(CountedUids())
    ds.ProcedureCodeSequence = [Dataset()]
    ds.StudyDate = "20261399"
    resource = fhir.imaging_study(store(ds), STUDY)
    valid(resource, "R5")
    assert "procedure" not in resource
    assert "started" not in resource


def test_unknown_study_and_release_are_told(store) -> None:
    archive = store(an_object(CountedUids()))
    with pytest.raises(fhir.UnknownStudy, match=r"no study 2\.25\.404"):
        fhir.imaging_study(archive, "2.25.404")
    with pytest.raises(fhir.UnknownRelease, match="R5, R6"):
        fhir.imaging_study(archive, STUDY, release="STU3")


def test_the_releases_say_which_version_they_follow() -> None:
    versions = {name: release.version for name, release in fhir.releases().items()}
    assert versions == {"R5": "5.0.0", "R6": "6.0.0-ballot3"}


def test_the_schema_finds_what_is_wrong(store) -> None:
    resource = fhir.imaging_study(store(an_object(CountedUids())), STUDY)
    for path, bad in ((("series", 0, "uid"), "not a uid!"), (("numberOfSeries",), "one")):
        broken = copy.deepcopy(resource)
        at: Any = broken
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = bad
        with pytest.raises(jsonschema.ValidationError):
            valid(broken, "R5")
