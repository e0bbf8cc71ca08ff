"""Every attribute row of attributes.csv can be given on the command line and then stands in the stored object.

Who and what is asked for go by options, the devices by chairside.toml, all else by --details.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataelem import DataElement

from minipacs.cli.patients import ORDER, PATIENT
from minipacs.dicom import iods
from tests.kiosk.cli.conftest import Cli
from tests.minipacs.dicom.test_attributes import VALUES, details_of, every, rows_of
from tests.peers import dciodvfy, need
from tests.pictures import Pictures

SETTINGS = """
[station]
name = "ROOM1"
institution = "Practice"
address = "Some Street 1\\r\\nSome Town"
department = "Radiology"

[equipment.default]
manufacturer = "Maker"
model_name = "Model"
serial_number = "123"
software_versions = ["1.0", "2.0"]
spatial_resolution_mm = 0.05
detector_type = "STORAGE"
detector_id = "DET-2"
"""
BY_SETTINGS = {
    "StationName", "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName",
    "Manufacturer", "ManufacturerModelName", "DeviceSerialNumber", "SoftwareVersions",
    "SpatialResolution", "DetectorType", "DetectorID",
}  # fmt: skip
SPELLED = {
    "BreedRegistrationSequence": "B-1^america-kennel-club",
    "PatientBreedCodeSequence": "beagle",
    "PatientName": "CANARY^REX",
    "PatientID": "D-17",
}
NO_PICTURE_OF_ITS_OWN = {"LossyImageCompression", "LossyImageCompressionRatio"}


def options_of(kind: str) -> tuple[list[str], set[str]]:
    """The options for the rows of a kind, and the keywords that they give."""
    own = {row["keyword"] for row in rows_of(kind)}
    words: list[str] = []
    given: set[str] = set()
    for option, keyword, _ in (*PATIENT, *ORDER):
        value = SPELLED.get(keyword, VALUES.get(keyword))
        if keyword in own and value is not None:
            words += [option, str(value)]
            given.add(keyword)
    return words, given


def picture_of(kind: str, colour: bool) -> str:
    if colour:
        return "colour.png"
    return "grey8.png" if kind == "us" else "grey16.png"


@pytest.mark.parametrize("kind", iods.kinds())
def test_every_row_given_on_the_command_line_stands_in_the_stored_object(
    cli: Cli, pictures: Pictures, data: Path, tmp_path: Path, kind: str
) -> None:
    need("dciodvfy")
    data.mkdir()
    (data / "chairside.toml").write_text(SETTINGS, encoding="utf-8")
    options, by_options = options_of(kind)
    if kind == "us":
        options += ["--species", "dog"]  # its rows have no species, but a direction of an animal
    colours = {"photo": (True,), "endo": (True,), "sc": (False, True), "us": (False, True)}
    runs = [(colour, details_of(kind)) for colour in colours.get(kind, (False,))]
    if kind == "io":
        # The one excludes the other (PS3.3 Table C.8-76), so it needs an object of its own.
        modifier = {"AnatomicRegionSequence": VALUES["AnatomicRegionSequence"]}
        runs.append((False, modifier))
    found: dict[str, DataElement] = {}
    for colour, details in runs:
        rest = {k: v for k, v in details.items() if k not in by_options | BY_SETTINGS}
        if colour:
            rest = {k: v for k, v in rest.items() if not k.startswith("Window")}
        found |= _run(cli, kind, pictures(picture_of(kind, colour)), options, rest, tmp_path)
    missing = {row["keyword"] for row in rows_of(kind)} - set(found)
    assert missing <= {"PlanarConfiguration"}, missing
    for row in rows_of(kind):
        keyword = row["keyword"]
        if keyword not in found:
            continue
        assert found[keyword].VR in row["vr"].split(" or "), keyword
        if keyword in by_options | BY_SETTINGS and found[keyword].VR != "SQ":
            assert _same(found[keyword].value, SPELLED.get(keyword) or VALUES[keyword]), keyword


def _run(
    cli: Cli, kind: str, picture: Path, options: list[str], details: dict[str, Any], folder: Path
) -> dict[str, DataElement]:
    file = folder / "details.json"
    file.write_text(json.dumps(details))
    said = cli("acquire", "--kind", kind, picture, *options, "--details", file, "--json")
    assert said.status == 0, said.err
    (image,) = said.value["instances"]
    assert image["findings"] == []
    assert dciodvfy(Path(image["path"])) == []
    ds = pydicom.dcmread(image["path"])
    for keyword, value in details.items():
        if not isinstance(value, list) or not isinstance(value[0], dict):
            assert _same(ds[keyword].value, value), keyword
    return {element.keyword: element for element in every(ds)}


def _same(got: Any, wanted: Any) -> bool:
    def plain(value: Any) -> list[str]:
        many = value if isinstance(value, (list, pydicom.multival.MultiValue)) else [value]
        return [f"{float(v):g}" if _number(v) else str(v) for v in many]

    return plain(got) == plain(wanted)


def _number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
