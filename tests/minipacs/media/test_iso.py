from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from minipacs.media import iso
from minipacs.media.errors import BadSelection, DiscToolMissing, NotAFileSet, VerifyFailed
from tests.peers import dciodvfy, need, run


def test_an_image_of_a_file_set_is_read_by_others(create, medium, tmp_path) -> None:
    need("xorriso")
    create(with_pages=True)
    target = iso.write_iso(medium, tmp_path / "disc.iso")
    out = tmp_path / "out"
    run("xorriso", "-osirrox", "on", "-indev", target, "-extract", "/", out)
    written = {p.relative_to(medium): p for p in medium.rglob("*") if p.is_file()}
    assert written
    for name, path in written.items():
        copy = out / name
        assert (
            hashlib.sha256(copy.read_bytes()).digest() == hashlib.sha256(path.read_bytes()).digest()
        )
    assert dciodvfy(out / "DICOMDIR") == []
    assert not list(tmp_path.glob("*.TMP"))


def test_a_folder_without_file_set_makes_no_disc(tmp_path) -> None:
    with pytest.raises(NotAFileSet):
        iso.write_iso(tmp_path, tmp_path / "disc.iso")


@pytest.mark.parametrize("name", ["letter.docx", "lower", "WITH SPACE", "ÜBER"])
def test_a_name_that_a_disc_cannot_hold_is_told(create, medium, tmp_path, name) -> None:
    create()
    (medium / name).write_text("theirs")
    with pytest.raises(BadSelection, match="cannot hold"):
        iso.write_iso(medium, tmp_path / "disc.iso")
    assert not (tmp_path / "disc.iso").exists()


def test_the_image_is_not_put_into_its_own_folder(create, medium) -> None:
    create()
    with pytest.raises(BadSelection):
        iso.write_iso(medium, medium / "DISC.ISO")


def test_a_disc_that_reads_back_differently_is_not_handed_out(
    create, medium, tmp_path, monkeypatch
) -> None:
    create()
    monkeypatch.setattr(iso.durable, "hash_from_medium", lambda path: "0" * 64)
    with pytest.raises(VerifyFailed):
        iso.write_iso(medium, tmp_path / "disc.iso")
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == []


def test_without_the_extra_there_is_a_sentence(create, medium, tmp_path, monkeypatch) -> None:
    create()
    monkeypatch.setitem(sys.modules, "pycdlib", None)
    with pytest.raises(DiscToolMissing, match="extra `disc`"):
        iso.write_iso(medium, Path(tmp_path / "disc.iso"))
