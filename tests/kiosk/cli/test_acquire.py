"""Pictures from files become stored images, whatever the picture and the kind; other programs are the judges."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest

from minipacs.dicom import iods
from tests.kiosk.cli.conftest import NOTHING, WHO, Cli, left_behind
from tests.peers import dciodvfy, need, run
from tests.pictures import COLOUR, GREY8, GREY16, Pictures

CLASSES = {
    "io": "1.2.840.10008.5.1.4.1.1.1.3",
    "px": "1.2.840.10008.5.1.4.1.1.1.1",
    "ceph": "1.2.840.10008.5.1.4.1.1.1.1",
    "dx": "1.2.840.10008.5.1.4.1.1.1.1",
    "cr": "1.2.840.10008.5.1.4.1.1.1",
    "sc": "1.2.840.10008.5.1.4.1.1.7",
    "us": "1.2.840.10008.5.1.4.1.1.6.1",
    "photo": "1.2.840.10008.5.1.4.1.1.77.1.4",
    "endo": "1.2.840.10008.5.1.4.1.1.77.1.1",
}
X_RAY = ("io", "px", "ceph", "dx", "cr")
GREY = {
    "grey8.png": GREY8, "grey8.bmp": GREY8, "grey8.tif": GREY8, "grey16.png": GREY16, "grey16.tif": GREY16,
    "sensor.raw": GREY16,
}  # fmt: skip
COLOURED = {"colour.png": COLOUR, "colour.bmp": COLOUR, "colour.tif": COLOUR}
FITS = {
    **dict.fromkeys(X_RAY, GREY),
    "sc": {**GREY, **COLOURED},
    "us": {name: GREY[name] for name in ("grey8.png", "grey8.bmp")} | COLOURED,
    "photo": COLOURED,
    "endo": COLOURED,
}
BASELINE = "1.2.840.10008.1.2.4.50"


def raw_of(pictures: Pictures, name: str) -> tuple[object, ...]:
    return ("--sidecar", pictures("sensor.json")) if name.endswith(".raw") else ()


@pytest.mark.parametrize("kind", iods.kinds())
def test_every_sort_of_picture_becomes_a_valid_image_with_the_same_pixels(
    cli: Cli, pictures: Pictures, data: Path, kind: str
) -> None:
    need("dciodvfy")
    plain = [name for name in FITS[kind] if not name.endswith(".raw")]
    raws = [name for name in FITS[kind] if name.endswith(".raw")]
    for names in filter(None, (plain, raws)):
        files = [pictures(name) for name in names]
        said = cli("acquire", "--kind", kind, *files, *WHO, *raw_of(pictures, names[0]), "--json")
        assert said.status == 0, said.err
        assert said.err == ""
        assert set(said.value) == {"study_instance_uid", "instances"}
        for name, image in zip(names, said.value["instances"], strict=True):
            assert list(image) == ["kind", "sop_class_uid", "sop_instance_uid", "path", "findings"]
            assert image["kind"] == kind
            assert image["sop_class_uid"] == CLASSES[kind]
            assert image["findings"] == []
            path = Path(image["path"])
            assert path.is_relative_to(data / "archive")
            assert dciodvfy(path) == [], name
            ds = pydicom.dcmread(path)
            assert ds.SOPInstanceUID == image["sop_instance_uid"]
            assert ds.StudyInstanceUID == said.value["study_instance_uid"]
            assert np.array_equal(ds.pixel_array, FITS[kind][name]), name
    count = len(plain) + len(raws)
    assert left_behind(data) == {**NOTHING, "instances": count, "outbox": 4 if raws else 2}


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, "grey8.jpg") for kind in (*X_RAY, "sc", "us")]
    + [(kind, "colour.jpg") for kind in ("photo", "endo", "sc", "us")],
)
def test_a_jpeg_goes_in_untouched(cli: Cli, pictures: Pictures, kind: str, name: str) -> None:
    said = cli("acquire", "--kind", kind, pictures(name), *WHO, "--json")
    assert said.status == 0, said.err
    path = Path(said.value["instances"][0]["path"])
    assert dciodvfy(path) == []
    ds = pydicom.dcmread(path)
    assert ds.file_meta.TransferSyntaxUID == BASELINE
    (frame,) = pydicom.encaps.generate_frames(ds.PixelData, number_of_frames=1)
    stream = pictures(name).read_bytes()
    assert bytes(frame)[: len(stream)] == stream
    assert len(frame) - len(stream) <= 1
    assert ds.LossyImageCompression == "01"
    assert ds.PhotometricInterpretation == ("MONOCHROME2" if "grey" in name else "YBR_FULL_422")


def test_each_page_of_a_tiff_is_an_image_of_one_series(cli: Cli, pictures: Pictures) -> None:
    said = cli(
        "acquire", "--kind", "sc", pictures("pages.tif"), pictures("pages16.tif"), *WHO, "--json"
    )
    found = [pydicom.dcmread(image["path"]) for image in said.value["instances"]]
    assert [int(ds.InstanceNumber) for ds in found] == [1, 2, 3, 4]
    assert len({ds.SeriesInstanceUID for ds in found}) == 1
    assert np.array_equal(found[1].pixel_array, GREY8[::-1])
    assert np.array_equal(found[3].pixel_array, GREY16[::-1])


def test_teeth_view_and_notation_stand_in_the_image(cli: Cli, pictures: Pictures) -> None:
    need("dcmdump")
    for notation, teeth in (("fdi", "36,37"), ("universal", "19,18"), ("palmer", "LL6,LL7")):
        said = cli(
            "acquire", "--kind", "io", pictures("grey16.png"), *WHO, "--tooth", teeth,
            "--notation", notation, "--view", "periapical", "--operator", "CANARY^OPERATOR", "--json",
        )  # fmt: skip
        assert said.status == 0, said.err
        path = said.value["instances"][0]["path"]
        shown = run("dcmdump", path).stdout
        assert "[866006002]" in shown, f"tooth 36 in {notation}"
        assert "[863898000]" in shown, f"tooth 37 in {notation}"
        assert "CS [L] " in shown.split("ImageLaterality")[0].splitlines()[-1]
        assert "[CANARY^OPERATOR]" in shown


def test_a_deciduous_tooth_and_a_bitewing(cli: Cli, pictures: Pictures) -> None:
    said = cli(
        "acquire", "--kind", "io", pictures("grey8.png"), *WHO, "--tooth", "75", "--json",
    )  # fmt: skip
    ds = pydicom.dcmread(said.value["instances"][0]["path"])
    assert ds.PrimaryAnatomicStructureSequence[0].CodeValue == "49330006"
    said = cli(
        "acquire", "--kind", "io", pictures("grey8.png"), *WHO, "--view", "bitewing",
        "--tooth", "16,46", "--json",
    )  # fmt: skip
    ds = pydicom.dcmread(said.value["instances"][0]["path"])
    assert ds.ImageLaterality == "R"
    assert ds.PatientOrientation[0] in ("A", "P")


def test_an_animal_with_its_owner(cli: Cli, pictures: Pictures) -> None:
    said = cli(
        "acquire", "--kind", "io", pictures("grey16.png"), "--patient-id", "D-17", "--patient-name",
        "CANARY^REX", "--species", "dog", "--breed", "beagle", "--breed-registration", "B-1^america-kennel-club",
        "--neutered", "ALTERED", "--owner", "CANARY^OWNER", "--owner-role", "OWNER",
        "--other-id", "276098102345678^RFID", "--json",
    )  # fmt: skip
    assert said.status == 0, said.err
    path = Path(said.value["instances"][0]["path"])
    assert dciodvfy(path) == []
    ds = pydicom.dcmread(path)
    assert ds.PatientSpeciesCodeSequence[0].CodeValue == "448771007"
    assert ds.PatientBreedCodeSequence[0].CodeMeaning == "Beagle"
    assert ds.BreedRegistrationSequence[0].BreedRegistrationNumber == "B-1"
    assert (ds.ResponsiblePerson, ds.ResponsiblePersonRole) == ("CANARY^OWNER", "OWNER")
    assert ds.OtherPatientIDsSequence[0].TypeOfPatientID == "RFID"
    assert ds.PatientSexNeutered == "ALTERED"
    assert ds.AnatomicalOrientationType == "QUADRUPED"


def test_names_in_any_script_are_kept(cli: Cli, pictures: Pictures) -> None:
    name = "Yamada^Tarou=山田^太郎=やまだ^たろう"
    said = cli(
        "acquire", "--kind", "photo", pictures("colour.jpg"), "--patient-id", "P1", "--patient-name",
        name, "--json",
    )  # fmt: skip
    ds = pydicom.dcmread(said.value["instances"][0]["path"])
    assert str(ds.PatientName) == name
    assert ds.SpecificCharacterSet == "ISO_IR 192"


def test_details_with_nested_sequences(cli: Cli, pictures: Pictures, tmp_path: Path) -> None:
    context = {
        "ValueType": "CODE",
        "ConceptNameCodeSequence": [
            {"CodeValue": "111031", "CodingSchemeDesignator": "DCM", "CodeMeaning": "Image View"}
        ],
        "ConceptCodeSequence": [
            {"CodeValue": "399033003", "CodingSchemeDesignator": "SCT", "CodeMeaning": "frontal"}
        ],
    }
    details = tmp_path / "details.json"
    details.write_text(
        json.dumps({"KVP": 70, "ExposureTime": 120, "AcquisitionContextSequence": [context]})
    )
    said = cli(
        "acquire", "--kind", "io", pictures("grey16.png"), *WHO, "--details", details, "--json"
    )
    assert said.status == 0, said.err
    path = Path(said.value["instances"][0]["path"])
    assert dciodvfy(path) == []
    ds = pydicom.dcmread(path)
    assert (float(ds.KVP), int(ds.ExposureTime)) == (70, 120)
    item = ds.AcquisitionContextSequence[0]
    assert item.ConceptCodeSequence[0].CodeValue == "399033003"


def test_without_json_a_line_for_each_image(cli: Cli, pictures: Pictures) -> None:
    said = cli("acquire", "--kind", "io", pictures("grey8.png"), *WHO)
    assert said.status == 0
    word, kind, uid = said.out.split()
    assert (word, kind) == ("stored", "io")
    assert uid.startswith("2.25.")


def test_one_patient_after_the_other(cli: Cli, pictures: Pictures) -> None:
    studies = set()
    for who in ("P-1", "P-2", "P-1"):
        words = ("--patient-id", who, "--patient-name", "CANARY^PATIENT")
        said = cli("acquire", "--kind", "io", pictures("grey8.png"), *words, "--json")
        assert said.status == 0, said.err
        studies.add(said.value["study_instance_uid"])
    assert len(studies) == 3, "each walk-in has a study of its own"


def test_a_second_picture_can_join_a_study_of_the_same_patient_only(
    cli: Cli, pictures: Pictures
) -> None:
    first = cli("acquire", "--kind", "io", pictures("grey8.png"), *WHO, "--json").value
    study = first["study_instance_uid"]
    second = cli(
        "acquire", "--kind", "px", pictures("grey8.png"), *WHO, "--study-uid", study, "--json"
    )
    assert second.value["study_instance_uid"] == study
    other = cli(
        "acquire", "--kind", "px", pictures("grey8.png"), "--patient-id", "OTHER", "--patient-name",
        "CANARY^OTHER", "--study-uid", study,
    )  # fmt: skip
    assert other.status == 1
    assert "belongs to another patient" in other.err


def test_accepted_images_wait_for_the_destinations_of_the_settings(
    cli: Cli, pictures: Pictures, data: Path
) -> None:
    data.mkdir()
    (data / "chairside.toml").write_text('[delivery]\nsend_to = ["PACS@127.0.0.1:1"]\n')
    said = cli("acquire", "--kind", "io", pictures("grey8.png"), *WHO, "--json")
    uid = said.value["instances"][0]["sop_instance_uid"]
    waiting = [row for row in cli("outbox", "list", "--json").value if row["kind"] == "store"]
    assert [(row["uid"], row["destination"], row["state"]) for row in waiting] == [
        (uid, "PACS@127.0.0.1:1", "QUEUED")
    ]
