"""`chairside pdf`: a file that an office hands out, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.kiosk.cli.conftest import WHO, Cli, sentence_of
from tests.peers import need, run
from tests.pictures import Pictures


@pytest.fixture
def study(cli: Cli, pictures: Pictures) -> str:
    said = cli(
        "acquire", "--kind", "io", pictures("grey16.png"), pictures("grey8.png"), *WHO, "--json"
    )
    return str(said.value["study_instance_uid"])


def test_a_study_becomes_a_file(cli: Cli, study: str, tmp_path: Path) -> None:
    need("pdfinfo")
    file = tmp_path / "handout.pdf"
    said = cli("pdf", file, "--study", study, "--paper", "letter", "--json")
    assert said.status == 0, said.err
    assert said.value["pages"] == 1
    assert len(said.value["images"]) == 2
    assert said.value["bytes"] == file.stat().st_size
    assert "letter" in run("pdfinfo", file).stdout
    assert "P-4711" in run("pdftotext", file, "-").stdout
    assert (
        "2 images on 1 page, for viewing only" in cli("pdf", file, "--study", study, "--force").out
    )
    layout = cli("pdf", file, "--study", study, "--force", "--layout", "1x1", "--json")
    assert layout.value["pages"] == 2
    one = cli(
        "pdf", file, "--study", study, "--force", "--json", "--images", said.value["images"][1]
    )
    assert one.value["images"] == said.value["images"][1:]


def test_a_file_that_is_there_is_never_overwritten_unasked(
    cli: Cli, study: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.pdf"
    file.write_bytes(b"precious")
    assert "--force" in sentence_of(cli("pdf", file, "--study", study))
    assert file.read_bytes() == b"precious"
    assert cli("pdf", file, "--study", study, "--force").status == 0
    assert file.read_bytes().startswith(b"%PDF-1.5")


def test_a_disk_that_fails_leaves_nothing_behind(
    cli: Cli, study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.pdf"
    file.write_bytes(b"precious")

    rename = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target == file:
            assert self.read_bytes().startswith(b"%PDF"), "the whole file was there before"
            raise OSError(28, os.strerror(28))
        return rename(self, target)

    before = sorted(tmp_path.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        assert "no space left" in sentence_of(cli("pdf", file, "--study", study, "--force"))
    assert file.read_bytes() == b"precious"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--study", "2.25.1"), "the archive has no study 2.25.1"),
        (("--study", "STUDY", "--layout", "2by3"), "COLUMNSxROWS"),
        (("--study", "STUDY", "--paper", "B5"), "A4 or Letter"),
        (("--study", "STUDY", "--images", "2.25.1"), "has no image 2.25.1"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_no_file(
    cli: Cli, study: str, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "x.pdf"
    given = [study if word == "STUDY" else word for word in words]
    assert said in sentence_of(cli("pdf", file, *given))
    assert not file.exists()


def test_a_folder_that_is_not_there(cli: Cli, study: str, tmp_path: Path) -> None:
    assert "make it first" in sentence_of(cli("pdf", tmp_path / "no" / "x.pdf", "--study", study))
    assert "is a folder" in sentence_of(cli("pdf", tmp_path, "--study", study))
