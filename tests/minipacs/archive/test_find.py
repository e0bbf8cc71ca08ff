"""C-FIND: what matches by PS3.4 C.2.2.2, what is answered, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from minipacs.archive import Archive, BadQuery, Ingested
from minipacs.archive.matching.patterns import bounds, fits, simplified
from tests.minipacs.archive.rig import HERE, HandClock
from tests.objects import an_object

Keep = Callable[..., Ingested]

PEOPLE = [
    ("P-1", "Smith^John", "20260105", "081500"),
    ("P-2", "Smith^Jane", "20260110", "120000.500"),
    ("P-3", "Smythe^Ann", "20260115", "235959"),
    ("P-4", "Müller^Jürgen", "20260120", "1030"),
    ("P-5", "Yamada^Tarou=山田^太郎=やまだ^たろう", "20260125", "10"),
    ("P_6", "100%[a]*?^Odd", "", ""),
    ("P-7", 'O\'Brien^"x"; DROP TABLE patient', "20260201", "110000"),
]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Seven patients with a study of two images each; no test changes them."""
    folder = tmp_path_factory.mktemp("clinic") / "archive"
    with Archive.open(folder, clock=HandClock(), reserve_bytes=0) as archive:
        fill(archive)
        yield archive


def fill(archive: Archive) -> None:
    for number, (patient, name, date, time) in enumerate(PEOPLE, 1):
        for instance in (1, 2):
            data = an_object(
                uid=f"2.25.{number}.3.{instance}",
                study=f"2.25.{number}",
                series=f"2.25.{number}.2",
                PatientID=patient,
                PatientName=name,
                StudyDate=date,
                StudyTime=time,
                AccessionNumber=f"A-{number}",
                InstanceNumber=instance,
                StudyDescription=f"Study {number}",
                ReferringPhysicianName="House^Gregory",
                PatientComments=f"comment {number}",
            )
            archive.ingest(data, HERE)


def keys(**values: Any) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def patients(archive: Archive, **values: Any) -> set[str]:
    asked = keys(**{"PatientID": "", **values})
    return {ds.PatientID for ds in archive.find("STUDY", "STUDY", asked)}


ALL = {patient for patient, *_ in PEOPLE}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ALL),
        ({"PatientID": "P-1"}, {"P-1"}),
        ({"PatientID": "p-1"}, set()),
        ({"PatientID": "P-?"}, ALL - {"P_6"}),
        ({"PatientID": "P_*"}, {"P_6"}),
        ({"PatientID": "*"}, ALL),
        ({"PatientID": ["P-1", "P-3"]}, {"P-1", "P-3"}),
        ({"PatientName": "SMITH^JOHN"}, {"P-1"}),
        ({"PatientName": "smith*"}, {"P-1", "P-2"}),
        ({"PatientName": "Sm?th^J*"}, {"P-1", "P-2"}),
        ({"PatientName": "*an*"}, {"P-2", "P-3"}),
        ({"PatientName": "smith"}, set()),
        ({"PatientName": "muller*"}, {"P-4"}),
        ({"PatientName": "MÜLLER^JÜRGEN"}, {"P-4"}),
        ({"PatientName": "山田*"}, {"P-5"}),
        ({"PatientName": "yamada^tarou"}, {"P-5"}),
        ({"PatientName": "Yamada*=山*"}, {"P-5"}),
        ({"PatientName": "Yamada*=川*"}, set()),
        ({"PatientName": "=山田^太郎"}, {"P-5"}),
        ({"PatientName": "100%[a]*"}, {"P_6"}),
        ({"PatientName": "100%[b]*"}, set()),
        ({"PatientName": "O'Brien*"}, {"P-7"}),
        ({"PatientName": "x' OR 1=1 --*"}, set()),
        ({"StudyDate": "20260110"}, {"P-2"}),
        ({"StudyDate": "20260110-20260120"}, {"P-2", "P-3", "P-4"}),
        ({"StudyDate": "-20260110"}, {"P-1", "P-2"}),
        ({"StudyDate": "20260125-"}, {"P-5", "P-7"}),
        ({"StudyDate": "2026.01.05"}, {"P-1"}),
        ({"StudyDate": "*"}, ALL),
        ({"StudyTime": "1000-1100"}, {"P-4", "P-5", "P-7"}),
        ({"StudyTime": "120000"}, {"P-2"}),
        ({"StudyTime": "12"}, {"P-2"}),
        ({"StudyTime": "-0900"}, {"P-1"}),
        ({"StudyTime": "235959-"}, {"P-3"}),
        ({"AccessionNumber": "A-3"}, {"P-3"}),
        ({"StudyInstanceUID": "2.25.4"}, {"P-4"}),
        ({"StudyInstanceUID": ["2.25.4", "2.25.5"]}, {"P-4", "P-5"}),
        ({"ModalitiesInStudy": "IO"}, ALL),
        ({"ModalitiesInStudy": ["CT", "IO"]}, ALL),
        ({"ModalitiesInStudy": "CT"}, set()),
        ({"ReferringPhysicianName": "house*", "PatientID": "P-1"}, {"P-1"}),
        ({"ReferringPhysicianName": "wilson*"}, set()),
        ({"PatientComments": "comment 2"}, {"P-2"}),
        ({"PatientComments": "*"}, ALL),
        ({"StudyDescription": "Study [1]"}, set()),
        ({"NumberOfStudyRelatedInstances": "7"}, ALL),
    ],
)
def test_matching(clinic: Archive, asked: dict[str, Any], found: set[str]) -> None:
    assert patients(clinic, **asked) == found


def test_a_name_with_an_open_end_of_components_is_the_bare_name_too(
    archive: Archive, keep: Keep
) -> None:
    keep(an_object(PatientName="REX"))
    assert patients(archive, PatientName="rex^*") == {"P-4711"}
    assert patients(archive, PatientName="rex^^^^") == {"P-4711"}


def test_a_list_of_more_than_256_uids_still_filters(clinic: Archive) -> None:
    uids = [f"2.25.9{number}" for number in range(600)] + ["2.25.3"]
    assert patients(clinic, StudyInstanceUID=uids) == {"P-3"}


def test_date_and_time_are_one_period_only_when_negotiated(clinic: Archive) -> None:
    asked = keys(PatientID="", StudyDate="20260105-20260110", StudyTime="1000-1300")
    apart = {ds.PatientID for ds in clinic.find("STUDY", "STUDY", asked)}
    assert apart == {"P-2"}
    asked = keys(PatientID="", StudyDate="20260105-20260115", StudyTime="0900-1300")
    both = clinic.find("STUDY", "STUDY", asked, combined_datetime=True)
    assert {ds.PatientID for ds in both} == {"P-2"}


def test_counters_and_gathered_values_are_answered(clinic: Archive) -> None:
    asked = keys(
        PatientID="P-1",
        ModalitiesInStudy="",
        SOPClassesInStudy="",
        NumberOfStudyRelatedSeries="",
        NumberOfStudyRelatedInstances="",
        NumberOfPatientRelatedStudies="",
        NumberOfPatientRelatedSeries="",
        NumberOfPatientRelatedInstances="",
    )
    (answer,) = clinic.find("STUDY", "STUDY", asked)
    assert answer.ModalitiesInStudy == "IO"
    assert answer.SOPClassesInStudy == "1.2.840.10008.5.1.4.1.1.1.3"
    assert (answer.NumberOfStudyRelatedSeries, answer.NumberOfStudyRelatedInstances) == (1, 2)
    assert answer.NumberOfPatientRelatedStudies == 1
    assert answer.NumberOfPatientRelatedInstances == 2
    assert answer.StudyInstanceUID == "2.25.1"
    assert answer.QueryRetrieveLevel == "STUDY"


def test_several_modalities_are_several_values(archive: Archive, keep: Keep) -> None:
    keep(an_object(series="2.25.51", Modality="PX"))
    keep(an_object(series="2.25.52", Modality="IO"))
    (answer,) = archive.find("STUDY", "STUDY", keys(ModalitiesInStudy="PX"))
    assert list(answer.ModalitiesInStudy) == ["IO", "PX"]


def test_every_level_of_both_roots(clinic: Archive) -> None:
    above = {"PatientID": "P-1", "StudyInstanceUID": "2.25.1", "SeriesInstanceUID": "2.25.1.2"}
    order = ["PatientID", "StudyInstanceUID", "SeriesInstanceUID"]
    for root, levels, skip in (
        ("PATIENT", ("PATIENT", "STUDY", "SERIES", "IMAGE"), 0),
        ("STUDY", ("STUDY", "SERIES", "IMAGE"), 1),
    ):
        for depth, level in enumerate(levels):
            given_keys = {k: above[k] for k in order[skip : skip + depth]}
            unique = {**dict.fromkeys(order, ""), "SOPInstanceUID": ""} | given_keys
            found = list(clinic.find(root, level, keys(**unique)))
            expected = {"PATIENT": 7, "STUDY": 7 if skip else 1, "SERIES": 1, "IMAGE": 2}[level]
            assert len(found) == expected, (root, level)


def test_patient_level_answers(clinic: Archive) -> None:
    asked = keys(PatientName="smith*", PatientID="", PatientBirthDate="", PatientSex="")
    found = sorted(clinic.find("PATIENT", "PATIENT", asked), key=lambda ds: str(ds.PatientID))
    assert [(d.PatientID, d.PatientBirthDate, d.PatientSex) for d in found] == [
        ("P-1", "19840302", "F"),
        ("P-2", "19840302", "F"),
    ]


def test_image_level_answers_the_instance_itself(clinic: Archive) -> None:
    asked = keys(
        PatientID="P-1",
        StudyInstanceUID="2.25.1",
        SeriesInstanceUID="2.25.1.2",
        InstanceNumber="2",
        SOPInstanceUID="",
        SOPClassUID="",
        Rows=None,
        PhotometricInterpretation="",
        ImageComments="",
    )
    (answer,) = clinic.find("PATIENT", "IMAGE", asked)
    assert answer.SOPInstanceUID == "2.25.1.3.2"
    assert answer.Rows == 16
    assert answer.PhotometricInterpretation == "MONOCHROME2"
    assert answer.ImageComments == ""


def test_the_character_set_is_named_only_where_it_is_needed(clinic: Archive) -> None:
    (plain,) = clinic.find("STUDY", "STUDY", keys(PatientID="P-1", PatientName=""))
    (wide,) = clinic.find("STUDY", "STUDY", keys(PatientID="P-5", PatientName=""))
    assert "SpecificCharacterSet" not in plain
    assert wide.SpecificCharacterSet == "ISO_IR 192"
    assert str(wide.PatientName).startswith("Yamada^Tarou=山田^太郎")


def test_a_sequence_key_matches_by_its_item(archive: Archive, keep: Keep) -> None:
    for number in (1, 2):
        item = keys(RequestedProcedureID=f"RP{number}", ScheduledProcedureStepID=f"S{number}")
        keep(an_object(series=f"2.25.6{number}", RequestAttributesSequence=[item]))

    def series(step: str) -> list[str]:
        wanted = keys(ScheduledProcedureStepID=step, RequestedProcedureID="")
        asked = keys(
            StudyInstanceUID="2.25.11", SeriesInstanceUID="", RequestAttributesSequence=[wanted]
        )
        return [d.SeriesInstanceUID for d in archive.find("STUDY", "SERIES", asked)]

    assert series("S1") == ["2.25.61"]
    assert series("S?") == ["2.25.61", "2.25.62"]
    assert series("S9") == []
    assert series("") == ["2.25.61", "2.25.62"]


@pytest.mark.parametrize(
    ("root", "level", "asked", "keyword"),
    [
        ("PATIENT", "STUDY", {"StudyInstanceUID": ""}, "PatientID"),
        ("PATIENT", "STUDY", {"PatientID": "P*"}, "PatientID"),
        ("STUDY", "SERIES", {"SeriesInstanceUID": ""}, "StudyInstanceUID"),
        ("STUDY", "SERIES", {"StudyInstanceUID": ["2.25.1", "2.25.2"]}, "StudyInstanceUID"),
        ("STUDY", "IMAGE", {"StudyInstanceUID": "2.25.1"}, "SeriesInstanceUID"),
        ("STUDY", "PATIENT", {"PatientID": ""}, "QueryRetrieveLevel"),
        ("STUDY", "NONSENSE", {"PatientID": ""}, "QueryRetrieveLevel"),
    ],
)
def test_the_unique_keys_above_are_needed(
    clinic: Archive, root: str, level: str, asked: dict[str, Any], keyword: str
) -> None:
    with pytest.raises(BadQuery) as caught:
        clinic.find(root, level, keys(**asked))
    assert caught.value.keyword == keyword


def test_a_relational_query_needs_them_not(clinic: Archive) -> None:
    asked = keys(PatientID="", SOPInstanceUID="2.25.3.3.1")
    (image,) = clinic.find("STUDY", "IMAGE", asked, relational=True)
    assert image.PatientID == "P-3"
    asked = keys(PatientID="", SOPInstanceUID="2.25.3.3.1", Modality="IO")
    (study,) = clinic.find("STUDY", "STUDY", asked, relational=True)
    assert study.PatientID == "P-3"


@pytest.mark.parametrize(
    "element",
    [
        RawDataElement(BaseTag(0x00100010), "SQ", 0, b"", 0, False, True),
        RawDataElement(BaseTag(0x00100010), "UL", 4, b"\1\0\0\0", 0, False, True),
        RawDataElement(BaseTag(0x00080020), "FD", 8, b"\1" * 8, 0, False, True),
        RawDataElement(BaseTag(0x00080020), "DA", 4, b"soon", 0, False, True),
        RawDataElement(BaseTag(0x00080030), "TM", 4, b"noon", 0, False, True),
        RawDataElement(BaseTag(0x00200013), "IS", 4, b"nine", 0, False, True),
        RawDataElement(BaseTag(0x00400275), "LO", 4, b"text", 0, False, True),
        RawDataElement(BaseTag(0x00400100), "UN", 4, b"text", 0, False, True),
        RawDataElement(BaseTag(0x00100020), "LO", 2000, b"x" * 2000, 0, False, True),
    ],
)
def test_a_key_of_another_kind_is_refused_and_nothing_more(
    clinic: Archive, element: RawDataElement
) -> None:
    ds = Dataset()
    ds[element.tag] = element
    with pytest.raises(BadQuery):
        list(clinic.find("STUDY", "IMAGE", ds, relational=True))


@pytest.mark.parametrize("vr", ["AE", "DS", "FL", "OB", "PN", "SQ", "UI", "UL", "UN", "UT", "AT"])
def test_no_vr_in_any_place_ends_in_another_error(clinic: Archive, vr: str) -> None:
    for tag in (0x00080005, 0x00080018, 0x00080020, 0x00080061, 0x00100010, 0x00100040, 0x00280010,
                0x00400275, 0x00091001, 0x00000002, 0x00020010, 0x7FE00010):  # fmt: skip
        for value in (b"", b"\xff\xfe\x00\x00", b"ab"):
            ds = Dataset()
            ds[BaseTag(tag)] = RawDataElement(BaseTag(tag), vr, len(value), value, 0, False, True)
            try:
                list(clinic.find("STUDY", "STUDY", ds))
            except BadQuery as refused:
                assert refused.keyword  # noqa: PT017


def test_nesting_is_bounded(clinic: Archive) -> None:
    ds = keys(ScheduledProcedureStepID="S1")
    for _ in range(40):
        ds = keys(RequestAttributesSequence=[ds])
    with pytest.raises(BadQuery, match="nested"):
        clinic.find("STUDY", "STUDY", ds)


def test_a_query_of_wildcards_alone_is_quick(archive: Archive, keep: Keep) -> None:
    keep(an_object(PatientName="A" * 60))
    assert patients(archive, PatientName="*?" * 30) == {"P-4711"}
    assert patients(archive, PatientName="a*" * 29 + "b") == set()
    assert patients(archive, PatientComments="a*" * 200 + "b") == set()


def test_answers_go_on_while_objects_arrive(archive: Archive, keep: Keep) -> None:
    fill(archive)
    answers = archive.find("STUDY", "STUDY", keys(PatientID=""))
    seen = {next(answers).PatientID}
    keep(an_object(uid="2.25.77", study="2.25.78", series="2.25.79", PatientID="NEW"))
    seen |= {ds.PatientID for ds in answers}
    assert seen == ALL
    assert "NEW" in patients(archive)


@pytest.mark.parametrize(
    ("root", "level", "asked"),
    [
        ("STUDY", "STUDY", {"PatientID": "P-1"}),
        ("STUDY", "STUDY", {"PatientName": "smi*"}),
        ("STUDY", "STUDY", {"PatientName": "Smith^John"}),
        ("STUDY", "STUDY", {"PatientName": "smi*=山*"}),
        ("STUDY", "STUDY", {"StudyDate": "20260101-20260102"}),
        ("STUDY", "STUDY", {"StudyDate": "20260101", "ModalitiesInStudy": "IO"}),
        ("STUDY", "STUDY", {"StudyDate": "20260101-", "PatientName": "s*"}),
        ("STUDY", "STUDY", {"AccessionNumber": "A-1"}),
        ("STUDY", "STUDY", {"StudyInstanceUID": ["2.25.1", "2.25.2"]}),
        ("PATIENT", "PATIENT", {"PatientID": "P-1"}),
        ("PATIENT", "PATIENT", {"PatientName": "smith*"}),
        ("STUDY", "SERIES", {"StudyInstanceUID": "2.25.1"}),
        ("STUDY", "IMAGE", {"StudyInstanceUID": "2.25.1", "SeriesInstanceUID": "2.25.1.2"}),
        ("STUDY", "IMAGE", {"SOPInstanceUID": "2.25.1.3.1"}),
    ],
)
def test_a_query_uses_an_index(
    clinic: Archive, root: str, level: str, asked: dict[str, Any]
) -> None:
    steps = clinic._finder.explain(root, level, keys(**asked))
    assert steps
    assert not [step for step in steps if step.startswith("SCAN")], steps


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("smi", {"P-1", "P-2"}),
        ("ann", {"P-3"}),
        ("太郎", {"P-5"}),
        ("P-4", {"P-4"}),
        ("A-2", {"P-2"}),
        ("100%[a", {"P_6"}),
        ("Study 7", {"P-7"}),
        ("nobody", set()),
    ],
)
def test_search_as_you_type(clinic: Archive, text: str, found: set[str]) -> None:
    assert {row.patient_id for row in clinic.studies(text)} == found


def test_the_archive_page_is_newest_first_and_in_pages(clinic: Archive) -> None:
    rows = clinic.studies()
    assert [row.patient_id for row in rows[:2]] == ["P-7", "P-5"]
    assert clinic.studies(limit=2, offset=2) == rows[2:4]
    assert {r.patient_id for r in clinic.studies(date_from="20260120", date_to="20260125")} == {
        "P-4",
        "P-5",
    }
    assert clinic.studies(modality="CT") == []
    assert rows[0].modalities == ("IO",)
    assert (rows[0].series_count, rows[0].instance_count) == (1, 2)
    (series,) = clinic.series("2.25.1")
    assert (series.modality, series.instance_count) == ("IO", 2)


@settings(max_examples=300, deadline=None)
@given(st.text("ab*?", max_size=12), st.text("ab", max_size=12))
def test_a_simplified_pattern_means_the_same(pattern: str, text: str) -> None:
    from fnmatch import fnmatchcase

    assert fits(pattern, text) == fnmatchcase(text, pattern)
    assert fits(simplified(pattern), text) == fits(pattern, text)


@pytest.mark.parametrize(
    ("text", "edges"),
    [
        ("20260101", ("20260101", "20260101~")),
        ("20260101-20260201", ("20260101", "20260201~")),
        ("-20260201", ("", "20260201~")),
        ("20260101120000.5+0100-", ("20260101120000.5", "")),
        ("20260101-0500", ("20260101", "20260101~")),
    ],
)
def test_datetime_ranges(text: str, edges: tuple[str, str]) -> None:
    assert bounds("AcquisitionDateTime", "DT", text) == edges


def test_an_acquisition_datetime_is_matched_from_the_header(archive: Archive, keep: Keep) -> None:
    keep(an_object(AcquisitionDateTime="20260101120000"))
    assert patients(archive, AcquisitionDateTime="20260101-20260102") == {"P-4711"}
    assert patients(archive, AcquisitionDateTime="20260102-") == set()


def test_private_keys_are_answered_empty(clinic: Archive) -> None:
    asked = keys(PatientID="P-1")
    asked.add(DataElement(BaseTag(0x00091001), "LO", ""))
    (answer,) = clinic.find("STUDY", "STUDY", asked)
    assert answer[0x00091001].value in ("", None)
