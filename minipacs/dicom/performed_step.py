"""The messages of a Modality Performed Procedure Step: N-CREATE at its start, N-SET at its end. PS3.4 F.7.2.

Only what stands in the N-CREATE may be set later (F.7.2.2.2), so everything that the end brings is created empty.
An order's scheduled attributes go into the Scheduled Step Attributes Sequence (0040,0270); a walk-in keeps one item
with its own Study Instance UID and the rest empty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import (
    put,
    put_codes,
    put_given,
    put_given_codes,
    put_items,
    reference,
)
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.model import Code, Order, Patient, PatientKind, PerformedStep
from minipacs.dicom.moments import date_time
from minipacs.dicom.values import fault

SOP_CLASS_UID = "1.2.840.10008.3.1.2.3.3"
FINAL_STATES = ("COMPLETED", "DISCONTINUED")
_XRAY = frozenset({"IO", "PX", "DX", "CR"})


@dataclass(frozen=True, slots=True)
class PerformedSeries:
    """A series that the step made: an item of the Performed Series Sequence (0040,0340)."""

    instance_uid: str
    description: str = ""
    protocol_name: str = ""
    """Type 1 at the end; empty takes the description."""
    operator: str = ""
    physician: str = ""
    images: tuple[tuple[str, str], ...] = ()
    """(SOP Class UID, SOP Instance UID) of what was really stored."""
    retrieve_ae: str = ""


@dataclass(frozen=True, slots=True)
class Dose:
    """What the whole step radiated, as far as it is known. PS3.3 C.4.16."""

    exposures: int | None = None
    """All of them, rejected ones too."""
    area_dose_product_dgy_cm2: float | None = None
    comment: str = ""


def create_dataset(
    patient: Patient,
    order: Order,
    step: PerformedStep,
    *,
    modality: str,
    station_ae: str,
    operator: str = "",
    character_set: str = "ISO_IR 192",
) -> Dataset:
    """The attribute list of the N-CREATE, status IN PROGRESS. `step.instance_uid` goes into the command.

    Args:
        operator: who starts it. The step has no operator of its own (the series have, at the end); the name is
            checked here, so that the end of an exam can't fail over it.

    Raises:
        BadRequest: a value is not valid, or one of Type 1 is empty.
    """
    if wrong := fault("PN", operator):
        raise BadRequest("OperatorsName", wrong)
    for keyword, value in (
        ("StudyInstanceUID", order.study_instance_uid),
        ("PerformedProcedureStepID", step.step_id),
        ("PerformedStationAETitle", station_ae),
        ("Modality", modality),
    ):
        if not value:
            raise BadRequest(keyword, "must have a value when the step begins (PS3.4 F.7.2.1.1)")
    ds = Dataset()
    put(ds, "SpecificCharacterSet", character_set)
    _write_relationship(ds, patient, order)
    _write_information(ds, order, step, station_ae)
    _write_results(ds, order, modality)
    return ds


def _write_relationship(ds: Dataset, patient: Patient, order: Order) -> None:
    """PS3.3 C.4.13."""
    put_items(ds, "ScheduledStepAttributesSequence", [_scheduled(order)])
    put(ds, "PatientName", patient.name)
    put(ds, "PatientID", patient.identifier)
    put_given(ds, "IssuerOfPatientID", patient.issuer)
    put(ds, "PatientBirthDate", patient.birth_date)
    put(ds, "PatientSex", patient.sex)
    if patient.kind is PatientKind.ANIMAL:
        put(ds, "PatientSexNeutered", patient.sex_neutered)
    put_items(ds, "ReferencedPatientSequence", [])


def _scheduled(order: Order) -> Dataset:
    item = Dataset()
    put(item, "StudyInstanceUID", order.study_instance_uid)
    put_items(item, "ReferencedStudySequence", [reference(*s) for s in order.referenced_studies])
    put(item, "AccessionNumber", order.accession_number)
    put(item, "RequestedProcedureID", order.requested_procedure_id)
    put_given_codes(item, "RequestedProcedureCodeSequence", order.requested_procedure_codes)
    put(item, "RequestedProcedureDescription", order.requested_procedure_description)
    put(item, "ScheduledProcedureStepID", order.step_id)
    put(item, "ScheduledProcedureStepDescription", order.step_description)
    put_codes(item, "ScheduledProtocolCodeSequence", order.protocol_codes)
    return item


def _write_information(ds: Dataset, order: Order, step: PerformedStep, station_ae: str) -> None:
    """PS3.3 C.4.14."""
    date, time = date_time(step.started_at)
    put(ds, "PerformedStationAETitle", station_ae)
    put(ds, "PerformedStationName", order.station_name)
    put(ds, "PerformedLocation", order.step_location)
    put(ds, "PerformedProcedureStepStartDate", date)
    put(ds, "PerformedProcedureStepStartTime", time)
    put(ds, "PerformedProcedureStepStatus", "IN PROGRESS")
    put(ds, "PerformedProcedureStepID", step.step_id)
    put(
        ds,
        "PerformedProcedureStepDescription",
        step.description or order.requested_procedure_description,
    )
    put(ds, "PerformedProcedureTypeDescription", "")
    put_codes(ds, "ProcedureCodeSequence", order.requested_procedure_codes)
    put_given_codes(ds, "ReasonForPerformedProcedureCodeSequence", order.reason_codes)
    put(ds, "PerformedProcedureStepEndDate", "")
    put(ds, "PerformedProcedureStepEndTime", "")
    put(ds, "CommentsOnThePerformedProcedureStep", "")
    put_items(ds, "PerformedProcedureStepDiscontinuationReasonCodeSequence", [])


def _write_results(ds: Dataset, order: Order, modality: str) -> None:
    """PS3.3 C.4.15 and, for X-rays, C.4.16."""
    put(ds, "Modality", modality)
    put(ds, "StudyID", order.study_id)
    put_codes(ds, "PerformedProtocolCodeSequence", order.protocol_codes)
    put_items(ds, "PerformedSeriesSequence", [])
    if modality in _XRAY:
        put(ds, "TotalNumberOfExposures", "")
        put(ds, "ImageAndFluoroscopyAreaDoseProduct", "")
        put(ds, "CommentsOnRadiationDose", "")


def final_dataset(
    status: str,
    ended_at: dt.datetime,
    series: Sequence[PerformedSeries],
    reason: Code | None = None,
    *,
    dose: Dose | None = None,
    character_set: str = "ISO_IR 192",
) -> Dataset:
    """The modification list of the N-SET that ends the step.

    Args:
        status: COMPLETED or DISCONTINUED.
        series: at least one, even if it got no image (PS3.4 F.7.2.2.2).
        reason: why it was discontinued, a code of CID 9300 (`codes.tables.discontinuation_reasons`).
        dose: only for an X-ray step.

    Raises:
        BadRequest: another status, no series, a reason for a completed step, or a value that is not valid.
    """
    if status not in FINAL_STATES:
        raise BadRequest("PerformedProcedureStepStatus", "must be COMPLETED or DISCONTINUED")
    if not series:
        raise BadRequest("PerformedSeriesSequence", "must have a series, if need be without images")
    if reason is not None and status == "COMPLETED":
        raise BadRequest(
            "PerformedProcedureStepDiscontinuationReasonCodeSequence",
            "a completed step has no reason for its discontinuation",
        )
    ds = Dataset()
    date, time = date_time(ended_at)
    put(ds, "SpecificCharacterSet", character_set)
    put(ds, "PerformedProcedureStepStatus", status)
    put(ds, "PerformedProcedureStepEndDate", date)
    put(ds, "PerformedProcedureStepEndTime", time)
    put_given_codes(
        ds, "PerformedProcedureStepDiscontinuationReasonCodeSequence", [reason] if reason else []
    )
    put_items(ds, "PerformedSeriesSequence", [_series(one) for one in series])
    if dose is not None:
        put_given(ds, "TotalNumberOfExposures", dose.exposures)
        put_given(ds, "ImageAndFluoroscopyAreaDoseProduct", dose.area_dose_product_dgy_cm2)
        put_given(ds, "CommentsOnRadiationDose", dose.comment)
    return ds


def _series(series: PerformedSeries) -> Dataset:
    item = Dataset()
    put(item, "PerformingPhysicianName", series.physician)
    put(item, "ProtocolName", series.protocol_name or series.description or "UNSPECIFIED")
    put(item, "OperatorsName", series.operator)
    put(item, "SeriesInstanceUID", series.instance_uid)
    put(item, "SeriesDescription", series.description)
    put(item, "RetrieveAETitle", series.retrieve_ae)
    put_items(item, "ReferencedImageSequence", [reference(*image) for image in series.images])
    put_items(item, "ReferencedNonImageCompositeSOPInstanceSequence", [])
    return item
