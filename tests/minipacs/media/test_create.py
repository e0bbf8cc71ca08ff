from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.fileset import FileSet
from pydicom.uid import ImplicitVRLittleEndian

from minipacs.media import fileset
from minipacs.media.errors import (
    AlreadyAFileSet,
    BadSelection,
    Cancelled,
    MediumFull,
    ProfileRefused,
    VerifyFailed,
)
from tests.builders import CANARY
from tests.minipacs.media.objects import (
    PHOTO,
    SmallArchive,
    a_mouth,
    a_presentation_state,
    a_report,
    an_image,
)
from tests.peers import dciodvfy, run


def images_on(medium: Path) -> list[Path]:
    return sorted(path for path in medium.rglob("IM*") if path.is_file())


def no_complaint(medium: Path, profile: str = "") -> None:
    """dcmdump, dciodvfy, dcentvfy, gdcm, dcmdirdump-like reading and pydicom all agree."""
    directory = medium / "DICOMDIR"
    dump = run("dcmdump", directory)
    assert dump.returncode == 0
    assert not re.search(r"^[EW]:", dump.stdout, re.MULTILINE), dump.stdout
    assert dciodvfy(directory) == []
    if profile:
        said = run("dciodvfy", "-profile", profile, directory).stdout
        assert not re.search(r"^(Error|Warning)", said, re.MULTILINE), said
    assert run("gdcminfo", directory).returncode == 0
    files = images_on(medium)
    if files:
        entities = run("dcentvfy", *files).stdout
        assert not re.search(r"^Error", entities, re.MULTILINE), entities
    assert len(list(FileSet(directory))) == len(files)


def test_the_images_of_all_studies_arrive_unchanged(create, archive, medium) -> None:
    report = create()
    assert (report.patients, report.studies, report.series, report.instances) == (1, 2, 2, 5)
    assert (report.written, report.verified) == (5, 5)
    written = {hashlib.sha256(path.read_bytes()).hexdigest() for path in images_on(medium)}
    assert written == {row.sha256 for row in archive.rows.values()}
    no_complaint(medium)


def test_one_study_alone(create, medium) -> None:
    report = create(studies=["2.25.112"])
    assert (report.studies, report.instances) == (1, 2)
    assert {dcmread(path).StudyInstanceUID for path in images_on(medium)} == {"2.25.112"}


def test_an_empty_file_set_is_valid(create, medium) -> None:
    report = create(empty=True, file_set_id="EMPTY")
    assert (report.instances, report.written) == (0, 0)
    assert fileset.list_(medium).patients == ()
    no_complaint(medium)


def test_file_names_are_what_every_system_can_hold(create, medium) -> None:
    create()
    for path in images_on(medium):
        parts = path.relative_to(medium).parts
        assert len(parts) <= 8
        assert all(re.fullmatch(r"[A-Z0-9_]{1,8}", part) for part in parts)
        assert CANARY.split("^")[0] not in str(parts)


def test_files_that_were_there_stay_and_names_are_not_given_twice(create, medium) -> None:
    theirs = medium / "pt000000" / "letter.doc"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    (medium / "PT000001").write_text("a file where a folder could be")
    create()
    assert theirs.read_text() == "mine"
    assert fileset.check(medium).is_good


def test_type_1_keys_are_invented_in_the_record_and_not_in_the_image(
    create, tmp_path, medium, uids
) -> None:
    empty = dict.fromkeys(("StudyID", "StudyDate", "StudyTime", "PatientID"), "")
    data = [
        an_image(uids, InstanceNumber=None, SeriesNumber=None, SeriesDate="20250101", **empty)
        for _ in range(2)
    ]
    create(SmallArchive(tmp_path / "bare", data))
    records = dcmread(medium / "DICOMDIR").DirectoryRecordSequence
    patient, study, series, *images = records
    assert patient.PatientID.startswith("NO_ID_")
    assert (study.StudyDate, study.StudyTime) == ("20250101", "000000")
    assert study.StudyID
    assert series.SeriesNumber == 1
    assert [image.InstanceNumber for image in images] == [1, 2]
    assert {path.read_bytes() for path in images_on(medium)} == set(data)
    no_complaint(medium)


def test_series_without_number_comes_behind_those_that_have_one(
    create, tmp_path, medium, uids
) -> None:
    data = [
        an_image(uids, SeriesInstanceUID="2.25.1", SeriesNumber=None),
        an_image(uids, SeriesInstanceUID="2.25.2", SeriesNumber=7),
    ]
    create(SmallArchive(tmp_path / "bare", data))
    (patient,) = fileset.list_(medium).patients
    assert [series.number for series in patient.studies[0].series] == ["8", "7"]


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 192", "Wang^XiaoDong=王^小東="),
        ("ISO_IR 192", "Müller^Jürgen"),
        ("ISO_IR 100", "Müller^Jürgen"),
        ("ISO_IR 144", "Люкceмбypг^Иван"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
        ("GB18030", "Wang^XiaoDong=王^小东="),
    ],
)
def test_names_in_any_script(create, tmp_path, medium, uids, charset, name) -> None:
    data = an_image(uids, SpecificCharacterSet=charset, PatientName=name)
    create(SmallArchive(tmp_path / "names", [data]))
    (patient,) = fileset.list_(medium).patients
    assert patient.name.rstrip("=") == name.rstrip("=")
    record = dcmread(medium / "DICOMDIR").DirectoryRecordSequence[0]
    assert str(record.PatientName).rstrip("=") == name.rstrip("=")
    if charset != "ISO_IR 13":  # dciodvfy knows no half-width katakana, PS3.3 C.12.1.1.2
        no_complaint(medium)


def test_an_ascii_name_needs_no_character_set_in_its_record(create, medium) -> None:
    create()
    records = dcmread(medium / "DICOMDIR").DirectoryRecordSequence
    assert not any("SpecificCharacterSet" in record for record in records)


def test_patients_without_an_identifier_are_never_joined_by_name(
    create, tmp_path, medium, uids
) -> None:
    data = [
        an_image(uids, PatientID="", StudyInstanceUID=f"2.25.{n}", SeriesInstanceUID=f"2.25.9{n}")
        for n in range(2)
    ]
    assert create(SmallArchive(tmp_path / "two", data)).patients == 2
    no_complaint(medium)


def test_a_shared_identifier_with_other_birth_date_or_issuer_is_another_patient(
    create, tmp_path, medium, uids
) -> None:
    others = [{}, {"PatientBirthDate": "19500101"}, {"IssuerOfPatientID": "OTHER"}]
    data = [
        an_image(uids, StudyInstanceUID=f"2.25.{n}", SeriesInstanceUID=f"2.25.9{n}", **other)
        for n, other in enumerate(others)
    ]
    assert create(SmallArchive(tmp_path / "three", data)).patients == 3
    identifiers = [patient.identifier for patient in fileset.list_(medium).patients]
    assert len(set(identifiers)) == 3
    assert all(identifier.startswith("P-4711") for identifier in identifiers)


def test_a_study_of_two_patients_is_refused(create, tmp_path, medium, uids) -> None:
    data = [an_image(uids), an_image(uids, PatientID="SOMEONE-ELSE")]
    with pytest.raises(ProfileRefused, match="more than one patient"):
        create(SmallArchive(tmp_path / "mixed", data))
    assert not medium.exists()


def test_presentation_states_and_reports_get_their_own_records(
    create, tmp_path, medium, uids
) -> None:
    data = [*a_mouth(uids), a_presentation_state(uids), a_report(uids)]
    create(SmallArchive(tmp_path / "more", data))
    records = dcmread(medium / "DICOMDIR").DirectoryRecordSequence
    by_kind = {record.DirectoryRecordType: record for record in records}
    state, report = by_kind["PRESENTATION"], by_kind["SR DOCUMENT"]
    assert state.ContentLabel == "BEST"
    assert state.ReferencedSeriesSequence[0].SeriesInstanceUID == "2.25.222"
    assert report.VerificationDateTime == "20261120110500"
    assert [item.RelationshipType for item in report.ContentSequence] == ["HAS CONCEPT MOD"]
    no_complaint(medium)


def test_an_object_that_lacks_a_key_of_its_record_is_refused_by_keyword(
    create, tmp_path, medium, uids
) -> None:
    bare = a_presentation_state(uids, ContentLabel="")
    with pytest.raises(ProfileRefused, match="ContentLabel"):
        create(SmallArchive(tmp_path / "bare", [bare]))
    assert not medium.exists()


def test_offsets_lead_dcmtk_to_every_image(create, medium, tmp_path) -> None:
    create()
    listed = run("dcmdump", "+P", "0004,1500", medium / "DICOMDIR").stdout
    assert len(re.findall(r"PT\d{6}", listed)) == 5
    # dcmmkdir appends to a DICOMDIR only if it can follow all of its offsets.
    extra = medium / "EXTRA"
    archive = SmallArchive(tmp_path / "x", a_mouth(images=1, StudyInstanceUID="2.25.8"))
    extra.write_bytes(archive.read(next(iter(archive.rows))))
    appended = run("dcmmkdir", "+A", "+D", "DICOMDIR", "EXTRA", cwd=medium)
    assert appended.returncode == 0, appended.stdout
    assert fileset.list_(medium).patients[0].studies[0].description == "Full mouth"


def test_implicit_images_are_made_explicit_where_the_profile_asks(
    create, tmp_path, medium, uids
) -> None:
    data = an_image(uids, syntax=ImplicitVRLittleEndian)
    report = create(SmallArchive(tmp_path / "implicit", [data]))
    assert report.transcoded == 1
    (path,) = images_on(medium)
    ds = dcmread(path)
    assert ds.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert ds.PixelData == bytes(range(48))
    no_complaint(medium)


def test_the_dental_profile(create, medium) -> None:
    create(profile="STD-DEN-CD")
    no_complaint(medium, "Dental")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"DetectorID": None}, "needs Detector ID"),
        ({"InstitutionName": None}, "needs Institution Name"),
        ({"BitsStored": 14, "HighBit": 13}, "not 14"),
        ({"BitsStored": 8, "HighBit": 7}, "8 bits stored only in 8 bits allocated"),
        ({"sop_class": PHOTO}, "SOP class VL Photographic Image Storage"),
    ],
)
def test_the_dental_profile_refuses_by_a_sentence(
    create, tmp_path, medium, uids, changes, sentence
) -> None:
    data = an_image(uids, **changes)
    with pytest.raises(ProfileRefused, match=sentence) as caught:
        create(SmallArchive(tmp_path / "bad", [data]), profile="STD-DEN-CD")
    assert CANARY not in str(caught.value)
    assert not medium.exists()


def test_the_dental_profile_allows_no_empty_file_set(create, medium) -> None:
    with pytest.raises(ProfileRefused, match="without images"):
        create(empty=True, profile="STD-DEN-CD")
    assert not medium.exists()


@pytest.mark.parametrize("profile", ["STD-GEN-USB-JPEG", "STD-GEN-DVD-JPEG"])
def test_the_jpeg_profiles_give_a_viewer_more_keys(create, medium, profile) -> None:
    create(profile=profile)
    records = dcmread(medium / "DICOMDIR").DirectoryRecordSequence
    image = next(record for record in records if record.DirectoryRecordType == "IMAGE")
    assert (image.Rows, image.Columns) == (4, 6)
    assert run("dcmdump", medium / "DICOMDIR").returncode == 0
    assert len(list(FileSet(medium / "DICOMDIR"))) == 5


def test_a_jpeg_profile_refuses_an_image_without_rows(create, tmp_path, medium, uids) -> None:
    data = an_image(uids, Rows=None)
    with pytest.raises(ProfileRefused, match="needs Rows"):
        create(SmallArchive(tmp_path / "bad", [data]), profile="STD-GEN-USB-JPEG")


@pytest.mark.parametrize("sop_class", ["1.2.3.4", "1.2.840.10008.5.1.4.38.1", "1.2.840.10008.1.1"])
def test_what_has_no_record_below_a_patient_is_refused(create, tmp_path, uids, sop_class) -> None:
    data = an_image(uids, sop_class=sop_class)
    with pytest.raises(ProfileRefused, match="SOP class"):
        create(SmallArchive(tmp_path / "bad", [data]))


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"studies": ["2.25.404"]}, BadSelection),
        ({"studies": ["2.25.111"], "all_": True}, BadSelection),
        ({"studies": []}, BadSelection),
        ({"profile": "STD-US-ID-MF-MOD540"}, BadSelection),
        ({"file_set_id": "lower case"}, BadSelection),
        ({"file_set_id": "SEVENTEEN_LETTERS"}, BadSelection),
    ],
)
def test_what_cannot_be_meant_is_refused(create, medium, options, error) -> None:
    with pytest.raises(error):
        create(**options)
    assert not medium.exists()


@pytest.mark.parametrize("name", ["DICOMDIR", "dicomdir"])
def test_a_file_set_is_never_written_over(create, medium, name) -> None:
    medium.mkdir()
    (medium / name).write_bytes(b"theirs")
    with pytest.raises(AlreadyAFileSet):
        create()
    assert (medium / name).read_bytes() == b"theirs"


def test_a_full_medium_is_told_before_anything_is_written(create, medium, monkeypatch) -> None:
    monkeypatch.setattr(fileset, "_free_bytes", lambda folder: 1000)
    with pytest.raises(MediumFull, match="0 MB free"):
        create()
    assert not medium.exists()


def test_what_reads_back_differently_is_taken_away_again(create, medium, monkeypatch) -> None:
    from minipacs.media import durable

    monkeypatch.setattr(durable, "hash_from_medium", lambda path: "0" * 64)
    with pytest.raises(VerifyFailed, match="reads back differently"):
        create()
    assert not list(medium.rglob("*")) if medium.exists() else True


def test_progress_runs_to_its_end_and_cancel_leaves_nothing(create, medium) -> None:
    steps: list[tuple[int, int]] = []
    with pytest.raises(Cancelled):
        create(progress=lambda *step: steps.append(step), cancel=lambda: len(steps) >= 3)
    assert not medium.exists()
    steps.clear()
    create(progress=lambda *step: steps.append(step))
    assert steps[-1] == (10, 10)
    assert steps == sorted(steps)


def test_cancel_takes_only_away_what_was_written(create, medium) -> None:
    (medium / "PHOTOS").mkdir(parents=True)
    (medium / "PHOTOS" / "cat.jpg").write_bytes(b"cat")
    with pytest.raises(Cancelled):
        create(cancel=lambda: True)
    assert [p.name for p in sorted(medium.rglob("*"))] == ["PHOTOS", "cat.jpg"]


def test_the_list_of_hashes_is_read_by_sha256sum(create, medium) -> None:
    create()
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256"], cwd=medium, capture_output=True, check=False
    )
    assert checked.returncode == 0
