"""Modality Worklist: today's list from whoever keeps it. PS3.4 annex K."""

from __future__ import annotations

import logging
import ssl
import threading

from pydicom.dataset import Dataset

from minipacs.dicom import worklist_item
from minipacs.dicom.model import Order, Patient
from minipacs.net.association import DEFAULT_TIMEOUTS, associate
from minipacs.net.peers import Peer
from minipacs.net.scu.query import UTF_8, matches
from minipacs.net.transcript import Transcript
from minipacs.net.wire import Timeouts

log = logging.getLogger(__name__)

WORKLIST_FIND = "1.2.840.10008.5.1.4.31"
MOST_ENTRIES = 5000
"""A list that nobody could read is cut off at the peer."""

_STEP_KEYS = (
    "Modality",
    "ScheduledStationAETitle",
    "ScheduledProcedureStepStartDate",
    "ScheduledProcedureStepStartTime",
    "ScheduledPerformingPhysicianName",
    "ScheduledProcedureStepDescription",
    "ScheduledProtocolCodeSequence",
    "ScheduledProcedureStepID",
    "ScheduledStationName",
    "ScheduledProcedureStepLocation",
    "ScheduledProcedureStepStatus",
)
_ORDER_KEYS = (
    "StudyInstanceUID",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
    "RequestingPhysician",
    "RequestedProcedureID",
    "RequestedProcedureDescription",
    "RequestedProcedureCodeSequence",
    "ReasonForTheRequestedProcedure",
    "ReasonForRequestedProcedureCodeSequence",
    "StudyDescription",
    "ReferencedStudySequence",
)
_PATIENT_KEYS = (
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "OtherPatientIDsSequence",
    "PatientBirthDate",
    "PatientSex",
    "PatientAge",
    "PatientSize",
    "PatientWeight",
    "PatientComments",
    "EthnicGroup",
    "AdditionalPatientHistory",
    "AdmittingDiagnosesDescription",
    "PatientSpeciesDescription",
    "PatientSpeciesCodeSequence",
    "PatientBreedDescription",
    "PatientBreedCodeSequence",
    "BreedRegistrationSequence",
    "ResponsiblePerson",
    "ResponsiblePersonRole",
    "ResponsibleOrganization",
    "PatientSexNeutered",
)


def worklist(
    peer: Peer,
    *,
    calling_ae: str,
    date: str = "",
    modality: str = "",
    station_ae: str = "",
    patient_id: str = "",
    patient_name: str = "",
    accession_number: str = "",
    step_id: str = "",
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    tls: ssl.SSLContext | None = None,
    transcript: Transcript | None = None,
    cancel: threading.Event | None = None,
) -> list[tuple[Patient, Order]]:
    """The scheduled steps that match; an empty text matches all.

    Args:
        date: YYYYMMDD, or a range YYYYMMDD-YYYYMMDD with either end open.
        patient_name: PN, with * and ? as wildcards.

    Raises:
        PeerUnreachable, PeerRejected, PeerRefused: the list could not be had.
    """
    wanted = {
        "Modality": modality,
        "ScheduledStationAETitle": station_ae,
        "ScheduledProcedureStepStartDate": date,
        "PatientID": patient_id,
        "PatientName": patient_name,
        "AccessionNumber": accession_number,
        "ScheduledProcedureStepID": step_id,
    }
    identifier = query_of(wanted, peer.character_set or UTF_8)
    found: list[tuple[Patient, Order]] = []
    with associate(
        peer,
        [WORKLIST_FIND],
        calling_ae=calling_ae,
        timeouts=timeouts,
        tls=tls,
        transcript=transcript,
        cancel=cancel,
    ) as conversation:
        for item in matches(conversation, WORKLIST_FIND, identifier, limit=MOST_ENTRIES):
            try:
                found.append(worklist_item.from_dataset(item))
            except Exception as problem:  # noqa: BLE001 - one strange entry must not hide the day
                log.warning(
                    "%s sent a worklist entry that cannot be used (%s)",
                    peer,
                    type(problem).__name__,
                )
    return found


def query_of(wanted: dict[str, str], character_set: str) -> Dataset:
    """The identifier of a worklist query: `wanted` by keyword, and every return key that an image needs.

    There is no Query/Retrieve Level in it: a worklist has none (PS3.4 K.4.1.1.3).
    """
    step = Dataset()
    for keyword in _STEP_KEYS:
        setattr(step, keyword, _key(keyword, wanted))
    ds = Dataset()
    ds.SpecificCharacterSet = character_set
    for keyword in (*_ORDER_KEYS, *_PATIENT_KEYS):
        setattr(ds, keyword, _key(keyword, wanted))
    ds.ScheduledProcedureStepSequence = [step]
    return ds


def _key(keyword: str, wanted: dict[str, str]) -> str | list[Dataset] | None:
    if keyword.endswith("Sequence"):
        return []
    return wanted.get(keyword) or None
