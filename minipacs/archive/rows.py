"""What the archive hands out: plain values, never a row of the database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from minipacs.dicom.model import Order, Patient


class Outcome(Enum):
    """What became of an object that was offered."""

    STORED = "stored"
    ALREADY = "already"
    """The same object was here, whole: nothing was written."""
    CONFLICT = "conflict"
    """Another object of that UID was here: the first stays, this one is kept in quarantine, an alert says so."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an object came from."""

    kind: str
    """store, kiosk, import, retrieve or cli."""
    ae_title: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Ingested:
    """The answer of `Archive.ingest`: the object is on the disk, durable, when this is handed back."""

    outcome: Outcome
    sop_class_uid: str
    sop_instance_uid: str
    study_instance_uid: str
    series_instance_uid: str
    sha256: str
    """Of the bytes that were offered."""
    path: Path
    """Where these bytes are, for CONFLICT in quarantine."""
    alert: str = ""


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """One stored object."""

    sop_instance_uid: str
    sop_class_uid: str
    series_instance_uid: str
    study_instance_uid: str
    patient_id: str
    issuer: str
    patient_name: str
    modality: str
    series_number: str
    instance_number: str
    transfer_syntax: str
    size: int
    """Bytes of the file."""
    sha256: str
    path: Path
    stored_at: str
    """ISO 8601 with zone."""
    origin: Origin


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One study as the archive page lists it. A Study Instance UID under two patients is two rows."""

    study_instance_uid: str
    patient_id: str
    issuer: str
    patient_name: str
    birth_date: str
    sex: str
    study_date: str
    study_time: str
    study_description: str
    accession_number: str
    study_id: str
    modalities: tuple[str, ...]
    series_count: int
    instance_count: int
    stored_at: str


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One series."""

    series_instance_uid: str
    study_instance_uid: str
    modality: str
    number: str
    description: str
    body_part: str
    laterality: str
    instance_count: int


@dataclass(frozen=True, slots=True)
class WorklistEntry:
    """One scheduled step with its patient."""

    patient: Patient
    order: Order
    status: str
    """SCHEDULED, STARTED, COMPLETED, DISCONTINUED or CLOSED (by hand)."""


class DeliveryState(Enum):
    """How far an instance or message is on its way to a destination."""

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    COMMITTED = "COMMITTED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One thing to deliver to one destination."""

    id: int
    kind: str
    """store, mpps-create, mpps-set or commitment."""
    uid: str
    """SOP Instance UID of the image or of the performed step; Transaction UID of a commitment."""
    destination: str
    """AE title."""
    state: DeliveryState
    reason: str
    status: int | None
    """What the peer answered last."""
    attempts: int
    created_at: str
    next_try_at: str
    dataset: bytes
    """Of a message: `archive.outbox.message(entry)` decodes it."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """A storage commitment transaction, ours ("scu") or a peer's ("scp")."""

    transaction_uid: str
    peer: str
    role: str
    refs: tuple[tuple[str, str], ...]
    """(SOP Class UID, SOP Instance UID) each."""
    created_at: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person should look at. Its text holds UIDs and keywords, never names."""

    id: int
    kind: str
    text: str
    uid: str
    raised_at: str
    acknowledged_at: str
    """Empty while open."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One line of the audit trail."""

    number: int
    at: str
    event: str
    outcome: str
    user: str
    detail: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `Archive.check` found and could not mend, by UID or file name; quarantined is for information."""

    instances: int
    damaged: tuple[str, ...]
    missing: tuple[str, ...]
    orphans: tuple[str, ...]
    quarantined: tuple[str, ...]
    repaired: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether every row has its file, whole, and every file its row."""
        return not (self.damaged or self.missing or self.orphans)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is."""

    patients: int
    studies: int
    series: int
    instances: int
    bytes: int
    quarantined: int
    open_alerts: int
