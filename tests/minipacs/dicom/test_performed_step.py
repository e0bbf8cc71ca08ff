"""The messages of a performed procedure step follow dicom-facts 4.7 and 4.8."""

from __future__ import annotations

import datetime as dt

import pytest
from pydicom.uid import ImplicitVRLittleEndian

from minipacs.dicom import part10
from minipacs.dicom.codes import tables
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.model import Code, Order, PerformedStep
from minipacs.dicom.performed_step import (
    Dose,
    PerformedSeries,
    create_dataset,
    final_dataset,
)
from tests.builders import NOW, a_dog, a_patient, an_order

STEP = PerformedStep("2.25.77", "PPS-1", NOW)
LATER = NOW + dt.timedelta(minutes=20)
SERIES = PerformedSeries(
    "2.25.5",
    "Bitewings",
    "BWX 4",
    "CANARY^OPERATOR",
    "CANARY^DOCTOR",
    (("1.2.3", "2.25.6"),),
    "PACS",
)
FMX = Code("FMX", "99LOCAL", "Full mouth")


def keywords(text: str) -> list[str]:
    return text.split()


TYPE_1 = keywords(
    """ScheduledStepAttributesSequence PerformedStationAETitle PerformedProcedureStepStartDate
PerformedProcedureStepStartTime PerformedProcedureStepStatus PerformedProcedureStepID Modality"""
)
TYPE_2 = keywords(
    """PatientName PatientID PatientBirthDate PatientSex ReferencedPatientSequence PerformedStationName
PerformedLocation PerformedProcedureStepDescription PerformedProcedureTypeDescription ProcedureCodeSequence
PerformedProcedureStepEndDate PerformedProcedureStepEndTime StudyID PerformedProtocolCodeSequence
PerformedSeriesSequence PerformedProcedureStepDiscontinuationReasonCodeSequence"""
)
SCHEDULED = keywords(
    """StudyInstanceUID ReferencedStudySequence AccessionNumber RequestedProcedureID
RequestedProcedureDescription ScheduledProcedureStepID ScheduledProcedureStepDescription
ScheduledProtocolCodeSequence"""
)
SERIES_KEYS = keywords(
    """PerformingPhysicianName ProtocolName OperatorsName SeriesInstanceUID SeriesDescription
RetrieveAETitle ReferencedImageSequence ReferencedNonImageCompositeSOPInstanceSequence"""
)


def created(order=None, patient=None, **changes):
    given = {"modality": "IO", "station_ae": "KIOSK", "operator": "CANARY^OPERATOR"} | changes
    return create_dataset(patient or a_patient(), order or an_order(), STEP, **given)


@pytest.mark.parametrize("patient", [a_patient(), a_dog()])
def test_the_creation_has_everything_of_type_1_and_2(patient):
    ds = created(patient=patient)
    assert [keyword for keyword in TYPE_1 if not ds.get(keyword)] == []
    assert [keyword for keyword in TYPE_2 if keyword not in ds] == []
    (item,) = ds.ScheduledStepAttributesSequence
    assert [keyword for keyword in SCHEDULED if keyword not in item] == []
    assert ds.PerformedProcedureStepStatus == "IN PROGRESS"
    assert "PatientSexNeutered" in ds or patient.sex_neutered == ""


def test_the_order_stands_in_the_creation():
    order = an_order(
        requested_procedure_codes=(FMX,),
        protocol_codes=(Code("P1", "99LOCAL", "Paralleling"),),
        referenced_studies=(("1.2.840.10008.3.1.2.3.1", "2.25.9"),),
        reason_codes=(Code("R1", "99LOCAL", "Pain"),),
    )
    ds = created(order)
    (item,) = ds.ScheduledStepAttributesSequence
    assert item.StudyInstanceUID == order.study_instance_uid
    assert item.AccessionNumber == "A-1001"
    assert item.RequestedProcedureID == "RP1"
    assert item.ScheduledProcedureStepID == "S1"
    assert item.ScheduledProtocolCodeSequence[0].CodeValue == "P1"
    assert item.ReferencedStudySequence[0].ReferencedSOPInstanceUID == "2.25.9"
    assert ds.ProcedureCodeSequence[0].CodeValue == "FMX"
    assert ds.ReasonForPerformedProcedureCodeSequence[0].CodeValue == "R1"
    assert ds.PerformedProcedureStepDescription == "Full mouth series"
    assert ds.StudyID == "RP1"


def test_a_walk_in_keeps_one_item_with_its_own_study_and_nothing_else():
    ds = created(Order(study_instance_uid="2.25.8"))
    (item,) = ds.ScheduledStepAttributesSequence
    assert item.StudyInstanceUID == "2.25.8"
    assert [keyword for keyword in SCHEDULED[1:] if keyword not in item or item.get(keyword)] == []


@pytest.mark.parametrize("modality", ["IO", "PX", "DX", "CR", "XC", "US"])
@pytest.mark.parametrize("status", ["COMPLETED", "DISCONTINUED"])
def test_the_end_sets_only_what_the_creation_has(modality, status):
    dose = Dose(4, 1.25, "with collar") if modality in ("IO", "PX", "DX", "CR") else None
    reason = (
        tables.discontinuation_reasons()["equipment-failure"] if status == "DISCONTINUED" else None
    )
    end = final_dataset(status, LATER, [SERIES], reason, dose=dose)
    assert {element.tag for element in end} <= {
        element.tag for element in created(modality=modality)
    }
    assert end.PerformedProcedureStepStatus == status


def test_the_end_has_its_time_its_series_and_its_images():
    end = final_dataset("COMPLETED", LATER, [SERIES], dose=Dose(4, 1.25))
    assert end.PerformedProcedureStepEndDate == "20261120"
    assert end.PerformedProcedureStepEndTime == "105015.250000"
    (item,) = end.PerformedSeriesSequence
    assert [keyword for keyword in SERIES_KEYS if keyword not in item] == []
    assert item.ReferencedImageSequence[0].ReferencedSOPInstanceUID == "2.25.6"
    assert item.ProtocolName == "BWX 4"
    assert item.OperatorsName == "CANARY^OPERATOR"
    assert end.TotalNumberOfExposures == 4


def test_a_series_without_protocol_or_images_is_still_whole():
    end = final_dataset("COMPLETED", LATER, [PerformedSeries("2.25.5")])
    assert end.PerformedSeriesSequence[0].ProtocolName == "UNSPECIFIED"
    assert len(end.PerformedSeriesSequence[0].ReferencedImageSequence) == 0


def test_a_discontinued_step_says_why():
    reason = tables.discontinuation_reasons()["patient-refused-to-continue-procedure"]
    end = final_dataset("DISCONTINUED", LATER, [PerformedSeries("2.25.5")], reason)
    (item,) = end.PerformedProcedureStepDiscontinuationReasonCodeSequence
    assert (item.CodeValue, item.CodingSchemeDesignator) == ("110505", "DCM")


@pytest.mark.parametrize(
    ("status", "series", "reason"),
    [
        ("IN PROGRESS", [SERIES], None),
        ("COMPLETED", [], None),
        ("COMPLETED", [SERIES], Code("110505", "DCM", "refused")),
    ],
)
def test_an_end_that_no_server_would_take_is_refused(status, series, reason):
    with pytest.raises(BadRequest):
        final_dataset(status, LATER, series, reason)


@pytest.mark.parametrize(
    ("changes", "keyword"),
    [
        ({"station_ae": ""}, "PerformedStationAETitle"),
        ({"modality": ""}, "Modality"),
        ({"operator": "a=b=c=d"}, "OperatorsName"),
    ],
)
def test_a_creation_without_its_type_1_values_is_refused(changes, keyword):
    with pytest.raises(BadRequest, match=keyword):
        created(**changes)


def test_the_messages_can_be_encoded():
    for ds in (created(patient=a_dog()), final_dataset("COMPLETED", LATER, [SERIES])):
        ds.SOPClassUID, ds.SOPInstanceUID = "1.2.3", "1.2.3.4"
        data = part10.write(ds, transfer_syntax=ImplicitVRLittleEndian)
        assert part10.read(data).PerformedProcedureStepStatus == ds.PerformedProcedureStepStatus
