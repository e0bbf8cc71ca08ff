"""The same with the archive and the objects of the project itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from minipacs import fhir
from minipacs.archive import Archive, Origin
from minipacs.dicom import iods, part10
from minipacs.dicom.uids import CountedUids
from minipacs.media import fileset, iso
from minipacs.media.errors import BadSelection, ProfileRefused
from tests.builders import a_dog, a_patient, an_image_request, an_order, frozen_clock
from tests.minipacs.media.objects import an_image
from tests.peers import dciodvfy, run

KINDS = ("io", "px", "ceph", "cr", "sc", "us", "photo", "endo")


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "real", clock=frozen_clock, reserve_bytes=0) as archive:
        yield archive


def fill(archive: Archive, uids: CountedUids, *kinds: str) -> None:
    for n, kind in enumerate(kinds):
        patient = a_dog() if n % 2 else a_patient()
        request = an_image_request(kind, uids, patient=patient, order=an_order(uids))
        archive.ingest(part10.write(iods.build(request)), Origin("kiosk"))


def test_every_kind_goes_onto_a_medium_and_back(real, tmp_path, medium, uids) -> None:
    fill(real, uids, *KINDS)
    report = fileset.create(
        real, medium, all_=True, with_pages=True, clock=frozen_clock, uids=uids, file_set_id="ALL"
    )
    assert (report.patients, report.studies, report.instances) == (2, len(KINDS), len(KINDS))
    assert dciodvfy(medium / "DICOMDIR") == []
    images = sorted(medium.glob("PT*/ST*/SE*/IM*"))
    assert not re.search(r"^Error", run("dcentvfy", *images).stdout, re.MULTILINE)
    assert len(list((medium / "IHE_PDI").rglob("*.JPG"))) == len(KINDS)
    assert iso.write_iso(medium, tmp_path / "all.iso").stat().st_size > 0
    with Archive.open(tmp_path / "other", clock=frozen_clock, reserve_bytes=0) as other:
        back = fileset.import_(other, medium)
        assert (back.stored, back.refused) == (len(KINDS), ())
        assert {row.sha256 for row in other.instances()} == {row.sha256 for row in real.instances()}
        assert fileset.import_(other, medium).already == len(KINDS)


def test_the_dental_profile_takes_the_project_s_own_radiographs(real, medium, uids) -> None:
    fill(real, uids, "io", "px", "ceph")
    fileset.create(real, medium, all_=True, profile="STD-DEN-CD", clock=frozen_clock, uids=uids)
    said = run("dciodvfy", "-profile", "Dental", medium / "DICOMDIR").stdout
    assert not re.search(r"^(Error|Warning)", said, re.MULTILINE), said


@pytest.mark.parametrize("kind", ["cr", "sc", "us", "photo", "endo"])
def test_the_dental_profile_refuses_other_kinds(real, medium, uids, kind) -> None:
    fill(real, uids, "io", kind)
    with pytest.raises(ProfileRefused, match="SOP class"):
        fileset.create(real, medium, all_=True, profile="STD-DEN-CD", clock=frozen_clock, uids=uids)
    assert not medium.exists()


def test_an_unknown_study_is_told(real, medium, uids) -> None:
    with pytest.raises(BadSelection):
        fileset.create(real, medium, studies=["2.25.404"], clock=frozen_clock, uids=uids)


def test_cuts_and_changes_of_a_file_are_stored_or_refused(real, medium, uids) -> None:
    data = an_image(uids)
    medium.mkdir()
    for cut in range(0, len(data), 29):
        (medium / f"C{cut}").write_bytes(data[:cut])
        broken = bytearray(data)
        broken[cut] ^= 0xFF
        (medium / f"B{cut}").write_bytes(broken)
    report = fileset.import_(real, medium)
    assert report.found == report.stored + report.already + report.conflict + len(report.refused)
    assert report.refused


@pytest.mark.parametrize("release", ["R5", "R6"])
def test_imaging_study_of_the_real_archive(real, uids, release) -> None:
    fill(real, uids, "io")
    (row,) = real.instances()
    resource = fhir.imaging_study(real, row.study_instance_uid, release=release)
    assert resource["numberOfInstances"] == 1
    assert resource["series"][0]["instance"][0]["uid"] == row.sop_instance_uid
