from __future__ import annotations

import pytest

from minipacs.media import fileset
from minipacs.media.errors import DamagedDirectory
from tests.builders import CANARY
from tests.minipacs.media.objects import an_image

IMAGE = "PT000000/ST000000/SE000000/IM000000"


def test_a_good_medium_is_good(create, medium) -> None:
    create()
    report = fileset.check(medium)
    assert report.is_good
    assert (report.instances, report.hashed) == (5, 5)


def test_one_changed_byte_is_found(create, medium) -> None:
    create()
    path = medium / IMAGE
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert fileset.check(medium).damaged == (
        f"{IMAGE}: it is not what was written: its hash differs",
    )


def test_a_lost_file_is_found(create, medium) -> None:
    create()
    (medium / IMAGE).unlink()
    report = fileset.check(medium)
    assert report.missing == (f"{IMAGE}: it is not on the medium",)
    assert not report.is_good


def test_a_swapped_file_is_found_without_hashes(create, medium, uids) -> None:
    create()
    (medium / "SHA256").unlink()
    (medium / IMAGE).write_bytes(an_image(uids))
    (sentence,) = fileset.check(medium).damaged
    assert "another instance UID" in sentence
    assert CANARY not in sentence


def test_an_orphan_is_found_and_removed_only_when_it_is_ours(create, medium, uids) -> None:
    create()
    ours = medium / "PT000000" / "ST000000" / "SE000000" / "IM000099"
    theirs = medium / "OLD.DCM"
    ours.write_bytes(an_image(uids))
    theirs.write_bytes(an_image(uids))
    (medium / "README.TXT").write_text("no image")
    assert len(fileset.check(medium).orphans) == 2
    report = fileset.check(medium, repair=True)
    assert report.orphans == ("OLD.DCM: the DICOMDIR does not reference it",)
    assert len(report.removed) == 1
    assert not ours.exists()
    assert theirs.exists()


def test_offsets_in_a_circle_are_told(create, medium) -> None:
    create()
    path = medium / "DICOMDIR"
    data = bytearray(path.read_bytes())
    first = data.index(b"\xfe\xff\x00\xe0")
    # The first record's own "next" points to itself.
    data[first + 16 : first + 20] = first.to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(DamagedDirectory, match="circle"):
        fileset.check(medium)
    with pytest.raises(DamagedDirectory, match="circle"):
        fileset.list_(medium)


def test_an_offset_into_nowhere_is_told(create, medium) -> None:
    create()
    path = medium / "DICOMDIR"
    data = bytearray(path.read_bytes())
    first = data.index(b"\xfe\xff\x00\xe0")
    data[first + 16 : first + 20] = (first + 3).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(DamagedDirectory, match="no record"):
        fileset.list_(medium)


@pytest.mark.parametrize("cut", [0, 100, 140, 400, 1000])
def test_a_cut_off_dicomdir_is_told(create, medium, cut) -> None:
    create()
    path = medium / "DICOMDIR"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DamagedDirectory):
        fileset.list_(medium)
