"""`chairside validate` on good, broken and foreign files, and `selftest`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file

import kiosk.cli
import minipacs.cli
from minipacs.cli.frame import commands
from minipacs.dicom import iods
from tests.kiosk.cli.conftest import WHO, Cli
from tests.pictures import Pictures


@pytest.fixture
def image(cli: Cli, pictures: Pictures) -> Path:
    said = cli("acquire", "--kind", "io", pictures("grey16.png"), *WHO, "--json")
    return Path(said.value["instances"][0]["path"])


def test_a_good_file(cli: Cli, image: Path) -> None:
    said = cli("validate", image, "--json")
    assert said.status == 0
    assert said.value == [{"file": str(image), "findings": []}]
    assert "nothing to complain of" in cli("validate", image).out


def test_a_broken_file_says_what_where_why_and_how_to_mend(
    cli: Cli, image: Path, tmp_path: Path
) -> None:
    ds = pydicom.dcmread(image)
    del ds.ImageLaterality
    ds.PositionerType = ""
    bad = tmp_path / "bad.dcm"
    ds.save_as(bad)
    said = cli("validate", image, bad, "--json")
    assert said.status == 1
    good, report = said.value
    assert good["findings"] == []
    errors = {one["keyword"]: one for one in report["findings"] if one["severity"] == "error"}
    assert {"ImageLaterality", "PositionerType"} <= set(errors)
    one = errors["ImageLaterality"]
    assert one["tag"] == "(0020,0062)"
    assert "PS3.3" in one["rule"]
    assert one["what"]
    assert one["mend"]
    assert "ImageLaterality (0020,0062)" in cli("validate", bad).out


def test_a_file_of_someone_else(cli: Cli) -> None:
    """CT_small of pydicom: a class that we don't build is told as such, without a crash."""
    path = get_testdata_file("CT_small.dcm", download=False)
    said = cli("validate", path, "--json")
    assert said.status in (0, 1)
    assert isinstance(said.value[0]["findings"], list)


@pytest.mark.parametrize("what", ["text", "empty", "truncated", "missing", "folder", "noise"])
def test_what_is_no_dicom_file_is_a_finding(
    cli: Cli, image: Path, tmp_path: Path, what: str
) -> None:
    path = tmp_path / "thing"
    if what == "folder":
        path.mkdir()
    elif what != "missing":
        noise = np.random.default_rng(3).bytes(4000)
        path.write_bytes(
            {
                "text": b"hello\n" * 50,
                "empty": b"",
                "truncated": image.read_bytes()[:700],
                "noise": b"\0" * 128 + b"DICM" + noise,
            }[what]
        )
    said = cli("validate", path, "--json")
    assert said.status == 1
    (finding, *_) = said.value[0]["findings"]
    assert finding["severity"] == "error"
    assert finding["what"]
    assert "Traceback" not in cli("validate", path).out


def test_no_name_is_told(cli: Cli, image: Path) -> None:
    assert "CANARY" not in cli("validate", image).out


def test_selftest_checks_everything_and_lists_every_registry(cli: Cli, data: Path) -> None:
    said = cli("selftest", "--json")
    assert said.status == 0, said.out
    assert [one["name"] for one in said.value["checks"] if not one["ok"]] == []
    registries = said.value["registries"]
    assert registries["images"] == sorted(iods.kinds())
    assert registries["commands"] == sorted(commands(kiosk.cli))
    assert registries["node commands"] == sorted(commands(minipacs.cli))
    assert all(registries.values())
    assert not data.exists(), "the self-test leaves the practice's data alone"


def test_a_selftest_that_fails_says_what(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(folder: Path) -> None:
        raise RuntimeError("no codec")

    monkeypatch.setitem(kiosk.cli.selftest._CHECKS, "codecs", broken)
    said = cli("selftest")
    assert said.status == 1
    assert "BAD codecs" in said.out
    assert "codecs failed" in said.err
