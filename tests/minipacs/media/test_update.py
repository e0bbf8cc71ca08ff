from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.fileset import FileSet

from minipacs.media import fileset
from minipacs.media.errors import BadSelection, DamagedDirectory, NotAFileSet, ProfileRefused
from tests.builders import frozen_clock
from tests.minipacs.media.objects import SmallArchive, a_mouth, an_image
from tests.peers import dciodvfy, run


def remove(medium: Path, uids, **what):
    return fileset.remove(medium, clock=frozen_clock, uids=uids, **what)


def hashes(medium: Path) -> dict[str, str]:
    files = [path for path in medium.rglob("IM*") if path.is_file()]
    return {str(p.relative_to(medium)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_adding_leaves_the_old_files_alone_and_keeps_the_identity(create, add, medium) -> None:
    first = create(studies=["2.25.111"], file_set_id="CLINIC")
    before = hashes(medium)
    report = add(studies=["2.25.112"])
    assert (report.written, report.instances, report.studies) == (2, 5, 2)
    assert before.items() <= hashes(medium).items()
    assert report.file_set_uid == first.file_set_uid
    assert report.file_set_id == "CLINIC"
    assert sorted(path.name for path in medium.glob("PT000000/*")) == ["ST000000", "ST000001"]
    assert dciodvfy(medium / "DICOMDIR") == []
    assert fileset.check(medium).hashed == 5


def test_what_is_there_already_is_not_written_again(create, add, medium) -> None:
    create(studies=["2.25.111"])
    report = add(all_=True)
    assert (report.already, report.written, report.instances) == (3, 2, 5)


def test_new_images_of_a_known_series_join_its_folder(
    create, add, medium, tmp_path, archive, uids
) -> None:
    create()
    more = SmallArchive(tmp_path / "more", [an_image(uids, InstanceNumber=4)])
    add(more)
    assert len(list(medium.glob("PT*"))) == 1
    assert len(list((medium / "PT000000" / "ST000000" / "SE000000").iterdir())) == 4


def test_removing_a_study_takes_its_files_and_folders(create, medium, uids) -> None:
    create()
    report = remove(medium, uids, studies=["2.25.112"])
    assert (report.removed, report.instances) == (2, 3)
    assert len(hashes(medium)) == 3
    assert len(list(medium.glob("PT000000/*"))) == 1
    assert fileset.check(medium).is_good


def test_removing_one_image_and_one_series(create, medium, uids) -> None:
    create()
    first = fileset.list_(medium).instances[0]
    assert remove(medium, uids, instances=[first.sop_instance_uid]).instances == 4
    assert remove(medium, uids, series=["2.25.222"]).instances == 2
    assert fileset.check(medium).is_good


def test_removing_everything_leaves_an_empty_file_set(create, medium, uids) -> None:
    create()
    remove(medium, uids, studies=["2.25.111", "2.25.112"])
    assert fileset.list_(medium).patients == ()
    assert sorted(path.name for path in medium.iterdir()) == ["DICOMDIR", "SHA256"]
    assert dciodvfy(medium / "DICOMDIR") == []


def test_the_dental_profile_is_not_emptied(create, medium, uids) -> None:
    create()
    before = hashes(medium)
    with pytest.raises(ProfileRefused, match="without images"):
        remove(medium, uids, studies=["2.25.111", "2.25.112"], profile="STD-DEN-CD")
    assert hashes(medium) == before
    assert fileset.check(medium).is_good


def test_removing_what_is_not_there_is_refused(create, medium, uids) -> None:
    create()
    with pytest.raises(BadSelection):
        remove(medium, uids, studies=["2.25.404"])


def test_a_folder_without_dicomdir_is_no_file_set(add, medium, uids) -> None:
    for ask in (lambda: add(), lambda: fileset.list_(medium), lambda: fileset.check(medium)):
        with pytest.raises(NotAFileSet):
            ask()


def test_a_damaged_dicomdir_is_not_written_over(create, add, medium) -> None:
    create(studies=["2.25.111"])
    broken = (medium / "DICOMDIR").read_bytes()[:-40]
    (medium / "DICOMDIR").write_bytes(broken)
    with pytest.raises(DamagedDirectory):
        add(studies=["2.25.112"])
    assert (medium / "DICOMDIR").read_bytes() == broken
    assert len(hashes(medium)) == 3


def test_a_pydicom_file_set_is_updated_by_rebuilding(add, medium, tmp_path, uids) -> None:
    theirs = FileSet()
    for data in a_mouth(uids, StudyInstanceUID="2.25.500", SeriesInstanceUID="2.25.501"):
        path = tmp_path / "one.dcm"
        path.write_bytes(data)
        theirs.add(dcmread(path))
    theirs.write(medium)
    report = add(studies=["2.25.111"])
    assert (report.instances, report.studies) == (6, 2)
    assert fileset.check(medium).is_good
    assert len(list(FileSet(medium / "DICOMDIR"))) == 6


def test_a_dcmmkdir_file_set_is_updated_by_rebuilding(add, medium, uids) -> None:
    medium.mkdir()
    for n, data in enumerate(a_mouth(uids, StudyInstanceUID="2.25.5", SeriesInstanceUID="2.25.6")):
        (medium / f"IMG{n}").write_bytes(data)
    made = run("dcmmkdir", "+F", "THEIRS", "IMG0", "IMG1", "IMG2", cwd=medium)
    assert made.returncode == 0, made.stdout
    report = add(studies=["2.25.111"])
    assert report.instances == 6
    assert report.file_set_id == "THEIRS"
    assert fileset.check(medium).is_good


def test_foreign_names_that_dicom_forbids_are_mended(create, add, medium) -> None:
    create(studies=["2.25.111"])
    old = medium / "PT000000" / "ST000000" / "SE000000" / "IM000001"
    new = old.with_name("image-0001.dcm")
    old.rename(new)
    directory = medium / "DICOMDIR"
    content = directory.read_bytes()
    ds = dcmread(directory)
    # A DICOMDIR that a careless program wrote: pydicom keeps the offsets only if lengths stay.
    name = rb"PT000000\ST000000\SE000000\IM000001"
    assert name in content
    careless = rb"PT000000\ST000000\SE000000\im00-001"
    directory.write_bytes(content.replace(name, careless))
    new.rename(old.with_name("im00-001"))
    assert ds is not None
    report = add(studies=["2.25.112"])
    assert report.instances == 5
    assert not old.with_name("im00-001").exists()
    assert fileset.check(medium).is_good
    assert dciodvfy(directory) == []


def test_a_lower_case_dicomdir_becomes_an_upper_case_one(create, add, medium) -> None:
    create(studies=["2.25.111"])
    (medium / "DICOMDIR").rename(medium / "dicomdir")
    add(studies=["2.25.112"])
    assert "dicomdir" not in [path.name for path in medium.iterdir()]
    assert fileset.check(medium).is_good


def test_a_reference_to_a_lost_file_is_dropped_and_said(create, add, medium) -> None:
    create(studies=["2.25.111"])
    (medium / "PT000000" / "ST000000" / "SE000000" / "IM000001").unlink()
    report = add(studies=["2.25.112"])
    assert report.instances == 4
    assert any("IM000001" in warning for warning in report.warnings)
    assert fileset.check(medium).is_good


def test_a_directory_is_rebuilt_from_the_files_alone(create, medium, uids) -> None:
    create()
    (medium / "DICOMDIR").unlink()
    report = fileset.rebuild(medium, uids=uids)
    assert report.instances == 5
    assert dciodvfy(medium / "DICOMDIR") == []
    assert fileset.check(medium).is_good


def test_a_half_written_file_of_a_killed_change_is_swept(create, add, medium) -> None:
    create(studies=["2.25.111"])
    left = medium / "PT000000" / "ST000000" / "SE000000" / "IM000009.TMP"
    left.write_bytes(b"half")
    theirs = medium / "NOTES.TMP"
    theirs.write_bytes(b"theirs")
    add(studies=["2.25.112"])
    assert not left.exists()
    assert theirs.exists()
