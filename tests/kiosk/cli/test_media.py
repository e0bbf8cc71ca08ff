"""`chairside media` on file-sets: other programs read what it writes; what a profile forbids is said."""

from __future__ import annotations

import json
from pathlib import Path

import pydicom
import pytest

from tests.kiosk.cli.conftest import WHO, Cli, sentence_of
from tests.peers import dciodvfy, need, run
from tests.pictures import Pictures

DENTAL = """
[station]
institution = "Practice"

[equipment.default]
model_name = "M"
detector_type = "DIRECT"
detector_id = "D1"
detector_manufacturer = "M"
detector_model_name = "S"
"""


@pytest.fixture
def studies(cli: Cli, pictures: Pictures, data: Path) -> dict[str, str]:
    """An intra-oral study and a photo study (JPEG)."""
    data.mkdir()
    (data / "chairside.toml").write_text(DENTAL)
    found = {}
    for kind, names in (("io", ("grey16.png", "grey8.png")), ("photo", ("colour.jpg",))):
        said = cli("acquire", "--kind", kind, *map(pictures, names), *WHO, "--json")
        assert said.status == 0, said.err
        found[kind] = said.value["study_instance_uid"]
    return found


def references(folder: Path) -> list[str]:
    """The file names of a DICOMDIR, as dcmdump shows them."""
    need("dcmdump")
    lines = run("dcmdump", "+P", "0004,1500", folder / "DICOMDIR").stdout.splitlines()
    return [line.split("[")[1].split("]")[0].replace("\\", "/") for line in lines if "[" in line]


def hashes(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_life_of_a_medium(cli: Cli, studies: dict[str, str], tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    made = cli(
        "media", "create", stick, "--study", studies["io"], "--file-set-id", "DENTAL_1", "--json"
    )
    assert made.status == 0, made.err
    assert (made.value["instances"], made.value["verified"]) == (2, 2)
    assert dciodvfy(stick / "DICOMDIR") == []
    names = references(stick)
    assert len(names) == 2
    assert all((stick / name).is_file() for name in names)
    assert all(
        len(part) <= 8 and set(part) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
        for name in names
        for part in name.split("/")
    )

    listed = cli("media", "list", stick, "--json").value
    assert [s["instance_uid"] for p in listed["patients"] for s in p["studies"]] == [studies["io"]]
    assert studies["io"] in cli("media", "list", stick).out
    assert cli("media", "check", stick, "--json").value["is_good"] is True

    added = cli("media", "add", stick, "--all", "--json")
    assert added.status == 0, added.err
    assert added.value["instances"] == 3
    assert cli("media", "check", stick).status == 0

    removed = cli("media", "remove", stick, "--study", studies["io"], "--json")
    assert removed.status == 0, removed.err
    assert (removed.value["removed"], removed.value["instances"]) == (2, 1)
    assert len(references(stick)) == 1
    assert cli("media", "check", stick).status == 0


def test_a_medium_is_imported_by_another_office(
    cli: Cli, studies: dict[str, str], tmp_path: Path
) -> None:
    stick, other = tmp_path / "stick", tmp_path / "other"
    assert cli("media", "create", stick, "--all", "--profile", "STD-GEN-USB-JPEG").status == 0
    taken = cli("media", "import", stick, "--json", at=other)
    assert taken.status == 0, taken.err
    assert taken.value["stored"] == 3
    again = cli("media", "import", stick, "--json", at=other)
    assert (again.value["stored"], again.value["already"]) == (0, 3)
    rows = cli("minipacs", "query", "--json", at=other).value
    assert {row["StudyInstanceUID"] for row in rows} == set(studies.values())
    assert cli("minipacs", "check", at=other).status == 0


def test_a_jpeg_stays_one_where_the_profile_has_jpeg_and_is_unpacked_where_not(
    cli: Cli, studies: dict[str, str], tmp_path: Path
) -> None:
    for profile, syntax in (
        ("STD-GEN-USB-JPEG", "1.2.840.10008.1.2.4.50"),
        ("STD-GEN-CD", "1.2.840.10008.1.2.1"),
    ):
        folder = tmp_path / profile
        done = cli("media", "create", folder, "--study", studies["photo"], "--profile", profile)
        assert done.status == 0, done.err
        (name,) = references(folder)
        ds = pydicom.dcmread(folder / name)
        assert ds.file_meta.TransferSyntaxUID == syntax
        assert ds.LossyImageCompression == "01"
        assert dciodvfy(folder / name) == []


def test_the_dental_profile_takes_x_rays_and_refuses_photos_and_an_empty_set(
    cli: Cli, studies: dict[str, str], tmp_path: Path
) -> None:
    good = tmp_path / "good"
    done = cli("media", "create", good, "--study", studies["io"], "--profile", "STD-DEN-CD")
    assert done.status == 0, done.err
    for words in (("--study", studies["photo"]), ("--empty",), ("--all",)):
        folder = tmp_path / "bad"
        told = sentence_of(
            cli("media", "create", folder, *words, "--profile", "STD-DEN-CD", "--json")
        )
        assert "STD-DEN-CD" in told
        assert not (folder / "DICOMDIR").exists()
    before = hashes(good)
    assert cli("media", "add", good, "--all", "--profile", "STD-DEN-CD").status == 1
    assert hashes(good) == before, "a refused change changes nothing"


def test_an_empty_file_set(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    assert cli("media", "create", folder, "--empty").status == 0
    assert dciodvfy(folder / "DICOMDIR") == []
    assert cli("media", "list", folder, "--json").value["patients"] == []
    assert cli("media", "check", folder).status == 0


def test_what_was_there_is_not_written_over(
    cli: Cli, studies: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("keep me")
    cli("media", "create", folder, "--all")
    assert (folder / "letter.txt").read_text() == "keep me"
    first = hashes(folder)
    sentence_of(cli("media", "create", folder, "--empty"))
    assert hashes(folder) == first


@pytest.mark.parametrize("harm", ["flip", "remove", "truncate"])
def test_check_finds_harm(cli: Cli, studies: dict[str, str], tmp_path: Path, harm: str) -> None:
    stick = tmp_path / "stick"
    cli("media", "create", stick, "--all")
    victim = stick / references(stick)[0]
    if harm == "remove":
        victim.unlink()
    elif harm == "truncate":
        victim.write_bytes(victim.read_bytes()[:-100])
    else:
        data = bytearray(victim.read_bytes())
        data[-10] ^= 1
        victim.write_bytes(data)
    said = cli("media", "check", stick, "--json")
    assert said.status == 1
    assert said.value["is_good"] is False
    assert "write it again" in said.err
    assert len(said.value["missing"]) + len(said.value["damaged"]) == 1


def test_an_iso_image(cli: Cli, studies: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("pycdlib")
    stick, iso = tmp_path / "stick", tmp_path / "disc.iso"
    cli("media", "create", stick, "--all")
    said = cli("media", "iso", stick, iso, "--json")
    assert said.status == 0, said.err
    assert said.value["bytes"] == iso.stat().st_size
    import pycdlib

    disc = pycdlib.PyCdlib()
    disc.open(str(iso))
    names = [child.file_identifier().decode() for child in disc.list_children(iso_path="/")]
    disc.close()
    assert any(name.startswith("DICOMDIR") for name in names)
    sentence_of(cli("media", "iso", stick, iso / "below.iso"))


def test_a_folder_that_is_no_medium(cli: Cli, pictures: Pictures, tmp_path: Path) -> None:
    told = sentence_of(cli("media", "import", pictures.folder))
    assert "no DICOM object" in told


def test_fhir(cli: Cli, studies: dict[str, str]) -> None:
    for release, sop_class in (("R5", "dict"), ("R6", "str")):
        said = cli("fhir", "--study", studies["io"], "--release", release, "--json")
        assert said.status == 0, said.err
        study = said.value
        assert study["resourceType"] == "ImagingStudy"
        assert (study["numberOfSeries"], study["numberOfInstances"]) == (1, 2)
        assert {"system": "urn:dicom:uid", "value": f"urn:oid:{studies['io']}"} in study[
            "identifier"
        ]
        instance = study["series"][0]["instance"][0]
        assert type(instance["sopClass"]).__name__ == sop_class
    schema = Path(__file__).parents[2] / "minipacs/fhir/fhir-r5-imagingstudy.schema.json"
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(cli("fhir", "--study", studies["io"]).value, json.loads(schema.read_text()))
