from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from pydicom.fileset import FileSet

from minipacs.media import dicomdir, fileset
from minipacs.media.errors import MediumFailed
from minipacs.media.scan import scan_bytes
from tests.builders import CANARY
from tests.minipacs.media.objects import SmallArchive, a_mouth, an_image
from tests.peers import run


@pytest.fixture
def target(tmp_path: Path) -> SmallArchive:
    return SmallArchive(tmp_path / "target")


def hostile_directory(medium: Path, data: bytes, *file_ids: str) -> None:
    """A well-formed DICOMDIR whose records name what they like."""
    head = scan_bytes(data, dicomdir.WANTED)
    entries = []
    for n, file_id in enumerate(file_ids):
        own = type(head)(head.sop_class_uid, f"2.25.7{n}", head.transfer_syntax_uid, head.values)
        entries.append(dicomdir.Entry((file_id,), own))
    built = dicomdir.build(entries, file_set_uid="2.25.1")
    medium.mkdir(exist_ok=True)
    (medium / "DICOMDIR").write_bytes(built.data)


def test_what_was_created_comes_back(create, archive, medium, target) -> None:
    create()
    report = fileset.import_(target, medium)
    assert (report.found, report.stored, report.refused) == (5, 5, ())
    assert set(report.studies) == {"2.25.111", "2.25.112"}
    assert {row.sha256 for row in target.rows.values()} == {
        row.sha256 for row in archive.rows.values()
    }


def test_a_second_import_stores_nothing_new(create, medium, target) -> None:
    create()
    fileset.import_(target, medium)
    report = fileset.import_(target, medium)
    assert (report.stored, report.already) == (0, 5)


def test_another_object_of_the_same_uid_is_a_conflict(create, archive, medium, target) -> None:
    create()
    uid = next(iter(archive.rows))
    from pydicom import dcmread

    changed = dcmread(archive.path_of(uid))
    changed.PatientName = "SOMEBODY^ELSE"
    changed.save_as(archive.path_of(uid))
    target.ingest(archive.read(uid), archive.rows[uid].origin)
    report = fileset.import_(target, medium)
    assert (report.stored, report.conflict) == (4, 1)


def test_lower_case_and_extensions_are_found(create, medium, target) -> None:
    create()
    for path in sorted(medium.rglob("*"), key=lambda p: -len(p.parts)):
        path.rename(path.with_name(path.name.lower() + (".dcm" if path.name[:2] == "IM" else "")))
    report = fileset.import_(target, medium)
    assert (report.stored, report.refused) == (5, ())


def test_without_dicomdir_the_folder_is_searched(create, medium, target) -> None:
    create()
    (medium / "DICOMDIR").unlink()
    (medium / "letter.txt").write_text("no image")
    report = fileset.import_(target, medium)
    assert report.stored == 5
    assert any("no DICOMDIR" in note for note in report.notes)


def test_a_damaged_dicomdir_is_no_reason_to_give_up(create, medium, target) -> None:
    create()
    (medium / "DICOMDIR").write_bytes((medium / "DICOMDIR").read_bytes()[:700])
    report = fileset.import_(target, medium)
    assert report.stored == 5
    assert any("cannot be read" in note for note in report.notes)


def test_files_that_the_dicomdir_misnames_are_found_all_the_same(create, medium, target) -> None:
    create()
    image = medium / "PT000000" / "ST000000" / "SE000000" / "IM000001"
    image.rename(medium / "somewhere.dcm")
    report = fileset.import_(target, medium)
    assert report.stored == 5
    assert len(report.refused) == 1


def test_pydicom_and_dcmtk_media_are_read(tmp_path, medium, target, uids) -> None:
    theirs = FileSet()
    for data in a_mouth(uids):
        path = tmp_path / "one.dcm"
        path.write_bytes(data)
        theirs.add(path)
    theirs.write(medium)
    assert fileset.import_(target, medium).stored == 3
    other = tmp_path / "dcmtk"
    other.mkdir()
    (other / "A").write_bytes(an_image(uids))
    assert run("dcmmkdir", "A", cwd=other).returncode == 0
    assert fileset.import_(target, other).stored == 1


@pytest.mark.parametrize(
    "file_id",
    [
        "..\\outside",
        "..",
        ".",
        "/etc/passwd",
        "C:\\IMAGE",
        "A\\..\\..\\outside",
        "../outside",
        "\\",
        "LINK",
        "DIRLINK\\outside",
        "PIPE",
        "FOLDER",
        "NULL",
        "A\x00B",
        "X" * 3000,
        "\\".join("A" * 40),
    ],
)
def test_a_hostile_file_id_reaches_nothing(medium, target, tmp_path, uids, file_id) -> None:
    secret = tmp_path / "outside"
    secret.write_bytes(an_image(uids))
    medium.mkdir()
    (medium / "FOLDER").mkdir()
    (medium / "LINK").symlink_to(secret)
    (medium / "DIRLINK").symlink_to(tmp_path)
    os.mkfifo(medium / "PIPE")
    (medium / "NULL").symlink_to("/dev/zero")
    hostile_directory(medium, an_image(uids), file_id)
    report = fileset.import_(target, medium)
    assert report.stored == 0
    assert len(report.refused) == 1
    assert target.rows == {}
    if "LINK" in file_id or file_id == "NULL":
        assert "links are not followed" in report.refused[0]
    if file_id in ("..", ".", "..\\outside", "/etc/passwd", "C:\\IMAGE", "../outside", "\\"):
        assert "leads out of the medium" in report.refused[0]


def test_a_search_follows_no_link_out_of_the_medium(medium, target, tmp_path, uids) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "IMAGE").write_bytes(an_image(uids))
    medium.mkdir()
    (medium / "LINK").symlink_to(outside)
    (medium / "FILE").symlink_to(outside / "IMAGE")
    (medium / "LOOP").symlink_to(medium)
    os.mkfifo(medium / "PIPE")
    assert fileset.import_(target, medium).found == 0


def test_a_hundred_thousand_records_for_one_file(medium, target, uids) -> None:
    data = an_image(uids)
    medium.mkdir()
    (medium / "ONE").write_bytes(data)
    hostile_directory(medium, data, "ONE")
    content = (medium / "DICOMDIR").read_bytes()
    sequence = content.index(b"\x04\x00\x20\x12SQ")
    last = content.rindex(b"\xfe\xff\x00\xe0")
    record = content[last:]
    repeated = record * 100_000
    body = content[sequence + 12 : last] + repeated
    head = content[: sequence + 8] + struct.pack("<I", len(body))
    (medium / "DICOMDIR").write_bytes(head + body)
    report = fileset.import_(target, medium)
    assert report.stored == 1
    assert any("99999 records name a file" in note for note in report.notes)


def test_offsets_in_a_circle_do_not_stop_an_import(create, medium, target) -> None:
    create()
    path = medium / "DICOMDIR"
    data = bytearray(path.read_bytes())
    first = data.index(b"\xfe\xff\x00\xe0")
    data[first + 16 : first + 20] = first.to_bytes(4, "little")
    path.write_bytes(data)
    assert fileset.import_(target, medium).stored == 5


def test_what_is_no_image_is_refused_with_its_reason(create, medium, target) -> None:
    create()
    image = medium / "PT000000" / "ST000000" / "SE000000" / "IM000001"
    image.write_bytes(b"not DICOM at all")
    report = fileset.import_(target, medium)
    assert report.stored == 4
    assert "not a DICOM file" in report.refused[0]
    assert CANARY not in "".join(report.refused)


def test_a_medium_that_is_not_there(tmp_path, target) -> None:
    with pytest.raises(MediumFailed, match="put the medium in"):
        fileset.import_(target, tmp_path / "nothing")
