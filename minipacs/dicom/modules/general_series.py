"""General Series Module, PS3.3 C.7.3.1: the series, and how it goes back to order and performed step."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import (
    put,
    put_codes,
    put_given,
    put_given_codes,
    put_items,
    reference,
)
from minipacs.dicom.model import ImageRequest, Order, PatientKind
from minipacs.dicom.modules.base import Module, When
from minipacs.dicom.modules.conditions import present, value_is
from minipacs.dicom.moments import date_time

PERFORMED_STEP = "1.2.840.10008.3.1.2.3.3"
"""Modality Performed Procedure Step SOP Class."""

TABLE = """
SeriesDate 3
SeriesTime 3
Modality 1
SeriesDescription 3
SeriesDescriptionCodeSequence 3 [0-1] @code
PerformingPhysicianName 3
PerformingPhysicianIdentificationSequence 3 @person
OperatorsName 3
OperatorIdentificationSequence 3 @person
ReferencedPerformedProcedureStepSequence 3 [0-1] @sop
RelatedSeriesSequence 3
> StudyInstanceUID 1
> SeriesInstanceUID 1
> PurposeOfReferenceCodeSequence 2 @code
AnatomicalOrientationType 1C =BIPED|QUADRUPED
BodyPartExamined 3
ProtocolName 3
PatientPosition 2C
SeriesInstanceUID 1
SeriesNumber 2
Laterality 2C =R|L
SmallestPixelValueInSeries 3
LargestPixelValueInSeries 3
PerformedProcedureStepStartDate 3
PerformedProcedureStepStartTime 3
PerformedProcedureStepEndDate 3
PerformedProcedureStepEndTime 3
PerformedProcedureStepID 3
PerformedProcedureStepDescription 3
PerformedProtocolCodeSequence 3 @code
> ProtocolContextSequence 3 @content_item
RequestAttributesSequence 3
> AccessionNumber 3
> IssuerOfAccessionNumberSequence 3 [0-1] @hl7
> ReferencedStudySequence 3 @sop
> StudyInstanceUID 3
> RequestedProcedureDescription 3
> RequestedProcedureCodeSequence 3 @code
> ScheduledProcedureStepDescription 3
> ScheduledProtocolCodeSequence 3 @code
>> ProtocolContextSequence 3 @content_item
> ScheduledProcedureStepID 1C
> RequestedProcedureID 1C
> ReasonForTheRequestedProcedure 3
> ReasonForRequestedProcedureCodeSequence 3 @code
CommentsOnThePerformedProcedureStep 3
TreatmentSessionUID 3
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the series. A walk-in has no Request Attributes Sequence: nothing was requested."""
    series, order = request.series, request.order
    put(ds, "SeriesInstanceUID", series.instance_uid)
    put(ds, "SeriesNumber", series.number)
    put_given(ds, "SeriesDescription", series.description)
    put_given(ds, "ProtocolName", series.protocol_name)
    # One instant for all images of the series, so never that of an image.
    date, time = date_time(series.started_at or request.study_started_at)
    put(ds, "SeriesDate", date)
    put(ds, "SeriesTime", time)
    put_given(ds, "OperatorsName", request.operator)
    put_given(ds, "PerformingPhysicianName", order.performing_physician)
    if request.patient.kind is PatientKind.ANIMAL:
        put(ds, "AnatomicalOrientationType", "QUADRUPED")
    if order.is_scheduled:
        put_items(ds, "RequestAttributesSequence", [_request_attributes(order)])
        put_given_codes(ds, "PerformedProtocolCodeSequence", order.protocol_codes)
    _write_step(ds, request)


def _request_attributes(order: Order) -> Dataset:
    item = Dataset()
    put_given(item, "AccessionNumber", order.accession_number)
    put(item, "StudyInstanceUID", order.study_instance_uid)
    if order.referenced_studies:
        put_items(
            item,
            "ReferencedStudySequence",
            [reference(*study) for study in order.referenced_studies],
        )
    put_given(item, "RequestedProcedureDescription", order.requested_procedure_description)
    put_given_codes(item, "RequestedProcedureCodeSequence", order.requested_procedure_codes)
    put_given(item, "ScheduledProcedureStepDescription", order.step_description)
    put_given_codes(item, "ScheduledProtocolCodeSequence", order.protocol_codes)
    put(item, "ScheduledProcedureStepID", order.step_id)
    if order.requested_procedure_id:
        put(item, "RequestedProcedureID", order.requested_procedure_id)
    put_given(item, "ReasonForTheRequestedProcedure", order.reason)
    if order.reason_codes:
        put_codes(item, "ReasonForRequestedProcedureCodeSequence", order.reason_codes)
    return item


def _write_step(ds: Dataset, request: ImageRequest) -> None:
    step = request.step
    if step is None:
        return
    date, time = date_time(step.started_at)
    put_items(
        ds,
        "ReferencedPerformedProcedureStepSequence",
        [reference(PERFORMED_STEP, step.instance_uid)],
    )
    put_given(ds, "PerformedProcedureStepID", step.step_id)
    put(ds, "PerformedProcedureStepStartDate", date)
    put(ds, "PerformedProcedureStepStartTime", time)
    put_given(ds, "PerformedProcedureStepDescription", step.description)


MODULE = Module(
    "General Series",
    "C.7.3.1",
    TABLE,
    write,
    {
        "AnatomicalOrientationType": When(
            "a non-human organism's Patient Orientation is not that of a biped", lambda *_: False
        ),
        "Laterality": When(
            "there is no Image Laterality, and the body part may be a paired one",
            lambda ds, _: (
                not (present(ds, "ImageLaterality") or present(ds, "MeasurementLaterality"))
            ),
            forbidden_otherwise=True,
            severity="warning",
        ),
        "PatientPosition": When(
            "the SOP class is CT or MR",
            lambda ds, _: (
                value_is(ds, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.2")
                and not present(ds, "PatientOrientationCodeSequence")
            ),
        ),
        "RequestAttributesSequence.ScheduledProcedureStepID": When(
            "the procedure was scheduled", lambda *_: False
        ),
        "RequestAttributesSequence.RequestedProcedureID": When(
            "the procedure was scheduled", lambda *_: False
        ),
    },
)
