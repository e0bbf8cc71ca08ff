"""General Study Module, PS3.3 C.7.2.1: the study as the order names it."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import (
    put,
    put_given,
    put_given_codes,
    put_items,
    reference,
)
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module
from minipacs.dicom.moments import date_time

TABLE = """
StudyDate 2
StudyTime 2
AccessionNumber 2
IssuerOfAccessionNumberSequence 3 [0-1] @hl7
ReferringPhysicianName 2
ReferringPhysicianIdentificationSequence 3 @person
ConsultingPhysicianName 3
ConsultingPhysicianIdentificationSequence 3 @person
StudyDescription 3
ProcedureCodeSequence 3 @code
PhysiciansOfRecord 3
PhysiciansOfRecordIdentificationSequence 3 @person
NameOfPhysiciansReadingStudy 3
PhysiciansReadingStudyIdentificationSequence 3 @person
ReferencedStudySequence 3 @sop
StudyInstanceUID 1
StudyID 2
RequestingService 3
RequestingServiceCodeSequence 3 @code
ReasonForPerformedProcedureCodeSequence 3 @code
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the study; what the worklist says goes over unchanged (PS3.17 J.2)."""
    order = request.order
    date, time = date_time(request.study_started_at)
    put(ds, "StudyInstanceUID", order.study_instance_uid)
    put(ds, "StudyDate", date)
    put(ds, "StudyTime", time)
    # Type 2, but a DICOMDIR needs one (PS3.3 F.5.2): without an order the study is named by its beginning.
    named = order.study_id or order.requested_procedure_id
    put(ds, "StudyID", named or request.study_started_at.strftime("%Y%m%d%H%M%S"))
    put(ds, "AccessionNumber", order.accession_number)
    put(ds, "ReferringPhysicianName", order.referring_physician)
    put_given(
        ds, "StudyDescription", order.study_description or order.requested_procedure_description
    )
    put_given_codes(ds, "ProcedureCodeSequence", order.requested_procedure_codes)
    put_given_codes(ds, "ReasonForPerformedProcedureCodeSequence", order.reason_codes)
    if order.referenced_studies:
        put_items(
            ds, "ReferencedStudySequence", [reference(*study) for study in order.referenced_studies]
        )


MODULE = Module("General Study", "C.7.2.1", TABLE, write)
