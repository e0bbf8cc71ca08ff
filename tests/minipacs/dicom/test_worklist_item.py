"""A worklist item to and from our values."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from minipacs.dicom import part10, worklist_item
from minipacs.dicom.codes import tables
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.model import (
    BreedRegistration,
    Code,
    Order,
    OtherPatientId,
    Patient,
    PatientKind,
)
from tests.builders import a_dog, a_patient, an_order


def keywords(text: str) -> list[str]:
    return text.split()


# PS3.4 Table K.6-1: return keys of Type 1 and 2.
TOP = keywords(
    """PatientName PatientID PatientBirthDate PatientSex PatientWeight StudyInstanceUID AccessionNumber
ReferringPhysicianName RequestingPhysician RequestedProcedureID RequestedProcedureDescription
RequestedProcedurePriority PatientTransportArrangements ReferencedStudySequence ReferencedPatientSequence
AdmissionID CurrentPatientLocation ConfidentialityConstraintOnPatientDataDescription PatientState
PregnancyStatus MedicalAlerts Allergies SpecialNeeds ScheduledProcedureStepSequence"""
)
STEP = keywords(
    """Modality ScheduledStationAETitle ScheduledProcedureStepStartDate ScheduledProcedureStepStartTime
ScheduledPerformingPhysicianName ScheduledProcedureStepDescription ScheduledProcedureStepID
ScheduledStationName ScheduledProcedureStepLocation"""
)


def sent(ds: Dataset, syntax: str = ImplicitVRLittleEndian) -> Dataset:
    """As a peer gets it: encoded and decoded."""
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.3", "1.2.3.4"
    return part10.read(part10.write(ds, transfer_syntax=syntax))


@pytest.mark.parametrize("patient", [a_patient(), a_dog()])
def test_every_return_key_of_type_1_and_2_is_there(patient):
    ds = worklist_item.to_dataset(patient, an_order())
    assert [keyword for keyword in TOP if keyword not in ds] == []
    (step,) = ds.ScheduledProcedureStepSequence
    assert [keyword for keyword in STEP if keyword not in step] == []
    assert ds.SpecificCharacterSet == "ISO_IR 192"


def test_a_person_has_no_keys_of_an_animal():
    ds = worklist_item.to_dataset(a_patient(), an_order())
    assert not [
        element for element in ds if "Breed" in element.keyword or "Species" in element.keyword
    ]


def test_a_microchip_travels():
    patient = a_dog(other_ids=(OtherPatientId("276098102345678", "RFID", "ISO 11784"),))
    ds = worklist_item.to_dataset(patient, an_order())
    (item,) = ds.OtherPatientIDsSequence
    assert (item.PatientID, item.TypeOfPatientID) == ("276098102345678", "RFID")
    assert worklist_item.from_dataset(ds)[0] == patient


letters = st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="\\^=*?")
word = st.text(letters, min_size=1, max_size=12)
name = st.builds("{}^{}".format, word, word)
maybe = lambda strategy: st.one_of(st.just(""), strategy)  # noqa: E731
code = st.builds(
    Code,
    st.from_regex(r"[A-Z0-9]{1,16}", fullmatch=True),
    st.sampled_from(["SCT", "DCM", "99LOCAL"]),
    word,
)
codes = st.lists(code, max_size=3).map(tuple)
uid = st.integers(1, 2**100).map(lambda number: f"2.25.{number}")
day = st.dates().map(lambda date: date.strftime("%Y%m%d").zfill(8))
time = st.times().map(lambda one: one.strftime("%H%M%S"))

people = st.builds(
    Patient,
    name=name,
    identifier=word,
    issuer=maybe(word),
    birth_date=maybe(day),
    sex=st.sampled_from(["", "M", "F", "O"]),
    other_ids=st.lists(
        st.builds(OtherPatientId, word, st.sampled_from(["TEXT", "RFID", "BARCODE"]), maybe(word)),
        max_size=2,
    ).map(tuple),
    ethnic_group=maybe(word),
    comments=maybe(word),
    age=maybe(st.integers(0, 999).map(lambda years: f"{years:03d}Y")),
    weight_kg=st.one_of(st.none(), st.integers(1, 9999).map(lambda grams: grams / 10)),
    size_m=st.one_of(st.none(), st.integers(1, 250).map(lambda cm: cm / 100)),
    history=maybe(word),
    admitting_diagnoses=maybe(word),
    responsible_person=maybe(name),
    responsible_organization=maybe(word),
)


def _animal(person: Patient, species: Code, breeds: tuple[Code, ...], neutered: str) -> Patient:
    import dataclasses

    return dataclasses.replace(
        person,
        kind=PatientKind.ANIMAL,
        species=species,
        breeds=breeds,
        breed_description="" if breeds else "unknown",
        sex_neutered=neutered,
        breed_registrations=(
            BreedRegistration("R-1", tables.registries()["canadian-kennel-club"]),
        ),
    )


animals = st.builds(
    _animal,
    people,
    st.sampled_from([code for key, code in tables.species().items() if key != "human"]),
    st.lists(st.sampled_from(list(tables.breeds().values())), max_size=2).map(tuple),
    st.sampled_from(["", "ALTERED", "UNALTERED"]),
)
orders = st.builds(
    Order,
    study_instance_uid=uid,
    study_id=word,
    accession_number=maybe(word),
    referring_physician=maybe(name),
    requesting_physician=maybe(name),
    requested_procedure_id=word,
    requested_procedure_description=word,
    requested_procedure_codes=codes,
    reason=maybe(word),
    reason_codes=codes,
    study_description=word,
    referenced_studies=st.lists(st.tuples(uid, uid), max_size=2).map(tuple),
    step_id=word,
    step_description=maybe(word),
    protocol_codes=codes,
    performing_physician=maybe(name),
    modality=st.sampled_from(["IO", "PX", "DX", "XC", "US"]),
    station_ae=st.from_regex(r"[A-Z0-9_]{1,16}", fullmatch=True),
    station_name=maybe(word),
    step_location=maybe(word),
    start_date=day,
    start_time=time,
)


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(people, animals),
    orders,
    st.sampled_from([ImplicitVRLittleEndian, ExplicitVRLittleEndian]),
)
def test_what_is_sent_is_understood_as_it_was_meant(patient, order, syntax):
    ds = sent(worklist_item.to_dataset(patient, order), syntax)
    assert worklist_item.from_dataset(ds) == (patient, order)


def test_an_empty_answer_gives_empty_values():
    patient, order = worklist_item.from_dataset(Dataset())
    assert patient == Patient(name="", identifier="")
    assert order == Order(study_instance_uid="")


def test_what_a_foreign_server_leaves_out_falls_back():
    ds = Dataset()
    ds.PatientName, ds.PatientID = "A^B", "1"
    ds.RequestedProcedureID = "RP7"
    ds.PatientSex, ds.PatientSpeciesCodeSequence = "female", []
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "FMX", "99X", "Full mouth"
    ds.RequestedProcedureCodeSequence = [item]
    patient, order = worklist_item.from_dataset(ds)
    assert patient.kind is PatientKind.PERSON
    assert patient.sex == ""
    assert order.study_id == "RP7"
    assert order.requested_procedure_description == "Full mouth"
    assert order.study_description == "Full mouth"
    assert not order.is_scheduled


@pytest.mark.filterwarnings("ignore")
def test_old_spellings_and_overlong_descriptions_are_put_right():
    ds = Dataset()
    step = Dataset()
    ds["PatientBirthDate"] = raw("PatientBirthDate", b"1984.03.02")
    step["ScheduledProcedureStepStartTime"] = raw("ScheduledProcedureStepStartTime", b"10:30:00")
    step["ScheduledProcedureStepStartDate"] = raw("ScheduledProcedureStepStartDate", b"tomorrow")
    ds["RequestedProcedureDescription"] = raw("RequestedProcedureDescription", b"x" * 200)
    ds["PatientID"] = raw("PatientID", b"y" * 80)
    ds.ScheduledProcedureStepSequence = [step]
    patient, order = worklist_item.from_dataset(ds)
    assert patient.birth_date == "19840302"
    assert order.start_time == "103000"
    assert order.start_date == ""
    assert order.requested_procedure_description == "x" * 64
    assert patient.identifier == "y" * 80


def raw(keyword: str, value: bytes):
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import Tag

    return RawDataElement(Tag(keyword), None, len(value), value, 0, True, True)


def test_homo_sapiens_is_a_person():
    ds = worklist_item.to_dataset(a_dog(species=tables.species()["human"]), an_order())
    assert worklist_item.from_dataset(ds)[0].kind is PatientKind.PERSON


def test_a_sequence_of_the_wrong_kind_does_not_break_the_list():
    ds = Dataset()
    ds["ScheduledProcedureStepSequence"] = raw("ScheduledProcedureStepSequence", b"nonsense")
    ds["OtherPatientIDsSequence"] = raw("OtherPatientIDsSequence", b"\xff\xff\xff\xff")
    assert worklist_item.from_dataset(ds)[1].step_id == ""


def test_another_character_set_is_named():
    ds = worklist_item.to_dataset(
        a_patient(name="Müller^Änne"), an_order(), character_set="ISO_IR 100"
    )
    assert worklist_item.from_dataset(sent(ds))[0].name == "Müller^Änne"


def test_an_invalid_value_is_refused_by_keyword():
    with pytest.raises(BadRequest, match="PatientBirthDate"):
        worklist_item.to_dataset(a_patient(birth_date="2.3.1984"), an_order())
