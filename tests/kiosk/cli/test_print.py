"""`chairside print` on DCMTK's printer: what was printed is what was stored, with whose it is below."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest

from tests.kiosk.cli.conftest import WHO, Cli, sentence_of
from tests.peers import free_port, wait_until
from tests.pictures import Pictures
from tests.printers import dcmprscp


@pytest.fixture
def study(cli: Cli, pictures: Pictures) -> str:
    said = cli(
        "acquire", "--kind", "io", pictures("grey16.png"), pictures("grey8.png"), *WHO, "--json"
    )
    return str(said.value["study_instance_uid"])


def test_dcmtk_prints_a_study(cli: Cli, study: str, tmp_path: Path) -> None:
    with dcmprscp(tmp_path / "printer") as (peer, database):
        said = cli(
            "print", "--study", study, "--to", peer, "--layout", "1x2", "--medium", "paper",
            "--copies", "2", "--json",
        )  # fmt: skip
        assert said.status == 0, said.err
        wait_until(lambda: list(database.glob("SP_*.dcm")), what="a stored print")
    (film,) = said.value["films"]
    assert (len(film["images"]), film["status"]) == (2, "0000")
    assert (said.value["printer_status"], said.value["notes"]) == ("NORMAL", [])
    printed = [pydicom.dcmread(path) for path in database.glob("HG_*.dcm")]
    assert len(printed) == 2
    for ds in printed:
        # Half of a sheet of 8 x 10 inches, with the words in white below the picture.
        assert ds.Columns / ds.Rows == pytest.approx(8 / 5, rel=0.01)
        strip = ds.pixel_array[-ds.Rows // 20 :]
        assert strip.max() == 255
        assert np.median(strip) == 0


def test_usual_layouts_and_12_bits(cli: Cli, study: str, tmp_path: Path) -> None:
    with dcmprscp(tmp_path / "printer") as (peer, database):
        said = cli("print", "--study", study, "--to", peer, "--bits", "12")
        assert said.status == 0, said.err
        assert "2 images on 1 film of 1x2" in said.out
        wait_until(lambda: list(database.glob("SP_*.dcm")), what="a stored print")
    assert {pydicom.dcmread(path).BitsStored for path in database.glob("HG_*.dcm")} == {12}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--layout", "4x5"), "film: invalid attribute value"),
        (("--film", "A4"), "film: invalid attribute value"),
        (("--medium", "GLASS"), "film session: invalid attribute value"),
    ],
)
def test_what_the_printer_has_not_is_one_sentence(
    cli: Cli, study: str, tmp_path: Path, words: tuple[str, str], said: str
) -> None:
    with dcmprscp(tmp_path / "printer") as (peer, database):
        assert said in sentence_of(cli("print", "--study", study, "--to", peer, *words))
    assert list(database.glob("*.dcm")) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--layout", "0x2"), "COLUMNSxROWS"),
        (("--film", "BIG"), "no film size"),
        (("--copies", "0"), "give 1 to 20"),
        (("--orientation", "UPSIDE"), "PORTRAIT or LANDSCAPE"),
        (("--to", "nowhere"), "AETITLE@HOST:PORT"),
        (("--study", "2.25.1"), "has no study"),
    ],
)
def test_a_wrong_wish_is_one_sentence_and_calls_nobody(
    cli: Cli, study: str, words: tuple[str, str], said: str
) -> None:
    to = f"FILM@127.0.0.1:{free_port()}"
    assert said in sentence_of(cli("print", "--study", study, "--to", to, *words))


def test_nobody_listens(cli: Cli, study: str) -> None:
    to = f"FILM@127.0.0.1:{free_port()}"
    assert "cannot be reached" in sentence_of(cli("print", "--study", study, "--to", to))
