"""What the screens need from outside, as small Protocols. The app adapts archive, node, exams and media to them.

Unless it says otherwise a method may block and raise; presenters call it on a worker.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.exam.templates import Template
from kiosk.exam.token import Token
from kiosk.exam.views import ExamEvent, ExposureView, Preview, SlotView, Summary
from kiosk.i18n import NO_TEXT, Text
from kiosk.tasks import Job
from minipacs.dicom.model import Code, Order, Patient


class Entry(Protocol):
    """A line of the worklist; the archive's WorklistEntry and the exam's Entry are such."""

    @property
    def patient(self) -> Patient:
        """Who."""

    @property
    def order(self) -> Order:
        """What was asked."""

    @property
    def status(self) -> str:
        """SCHEDULED, STARTED, COMPLETED, DISCONTINUED, or another word of the node."""


class WorklistPort(Protocol):
    """The worklist of the configured node."""

    @property
    def node(self) -> str:
        """How the node is called on the screen: `MINIPACS@127.0.0.1:11112`. At once."""

    def entries(self, date: dt.date) -> Sequence[Entry]:
        """The entries of a day. Raises when the node does not answer."""


@dataclass(frozen=True)
class RecoveredExam:
    """An exam that a crash or a power cut broke off; its frames are safe in the spool."""

    exam_id: str
    patient: Patient
    template_title: str
    pictures: int
    last_at: dt.datetime


class LiveExam(Protocol):
    """A running exam, as its screen needs it; kiosk.exam.Exam is one."""

    @property
    def exam_id(self) -> str:
        """Of this exam."""

    @property
    def patient(self) -> Patient:
        """Who; fixed."""

    @property
    def order(self) -> Order:
        """What was asked; fixed."""

    @property
    def template(self) -> Template:
        """The mount."""

    @property
    def closed(self) -> bool:
        """Finished or discontinued. At once."""

    @property
    def armed(self) -> Token | None:
        """What waits for its exposure. At once."""

    def slots(self) -> Sequence[SlotView]:
        """All positions as they stand. At once."""

    def exposures(self) -> Sequence[ExposureView]:
        """All exposures, rejected ones too. At once."""

    def next_slot(self, after: str = "") -> str:
        """The next position without a picture, in the order of acquisition; empty when full. At once."""

    def arm(self, slot: str) -> Token:
        """Make the token of the next exposure of this position."""

    def disarm(self) -> None:
        """Take the token back."""

    def retake(self, slot: str, reason: Code, operator: str = "") -> Token:
        """Do not keep the picture of this position, for a reason, and arm it again."""

    def preview(self, exposure_id: str) -> Preview:
        """The picture of an exposure, for the eye."""

    def accept(self, exposure_id: str) -> object:
        """Keep it: on return it is safe in the archive."""

    def save_again(self, exposure_id: str) -> None:
        """Try again to save a frame that the disk did not take."""

    def adopt(self, quarantine_id: str, slot: str) -> str:
        """A person says where a stray frame belongs."""

    def move(self, exposure_id: str, slot: str) -> None:
        """Put a picture under review into another position."""

    def subscribe(self, callback: Callable[[ExamEvent], None]) -> Callable[[], None]:
        """Be told what happens, on any thread; call the result to hear no more."""

    def finish(self) -> Summary:
        """End it; raises Unresolved or NothingStored."""

    def discontinue(self, reason: Code) -> Summary:
        """Break it off with a reason of CID 9300."""


class SourceState:
    """Where a source stands, as the screen knows it."""

    OFF, STARTING, READY, ARMED, READING, ERROR = (
        "off",
        "starting",
        "ready",
        "armed",
        "reading",
        "error",
    )


@dataclass(frozen=True)
class SourceLine:
    """The capture source now."""

    name: str
    state: str = SourceState.OFF
    note: str = ""
    can_expose: bool = False
    """The program itself can make the picture (the simulator); else the person exposes at the device."""
    can_pick: bool = False
    """The picture is chosen from files."""


class SourcePort(Protocol):
    """The chosen source of pictures."""

    def line(self) -> SourceLine:
        """How it stands. At once."""

    def subscribe(self, callback: Callable[[SourceLine], None]) -> object:
        """Be told when that changes, on any thread."""

    def arm(self, token: Token) -> None:
        """Wait for the exposure of this token."""

    def disarm(self) -> None:
        """Wait no longer."""

    def expose(self) -> None:
        """Make the picture (simulator only)."""

    def take_files(self, paths: Sequence[Path]) -> None:
        """Use these files as the picture (file source only)."""


@dataclass(frozen=True)
class Stray:
    """A frame without a place: it came without a valid token."""

    entry_id: str
    came_at: dt.datetime
    reason: str
    thumbnail: NDArray[np.uint8] | None = None


class ExamsPort(Protocol):
    """Opens exams."""

    def templates(self) -> Sequence[Template]:
        """The mounts to choose from, in their order. At once."""

    def suggest(self, order: Order) -> str:
        """The key of the mount that fits an order. At once."""

    def open(self, patient: Patient, order: Order | None, template: str) -> LiveExam:
        """Begin an exam; without an order it is a walk-in and gets a study of its own."""

    def recovered(self) -> Sequence[RecoveredExam]:
        """Exams that were broken off or paused, and can go on."""

    def resume(self, exam_id: str) -> LiveExam:
        """Go on with one of them."""

    def strays(self) -> Sequence[Stray]:
        """Frames in quarantine."""

    def new_identifier(self) -> str:
        """An identifier for a patient who has none, unlike any other. At once."""

    def reject_reasons(self) -> Sequence[Code]:
        """CID 7011. At once."""

    def discontinue_reasons(self) -> Sequence[Code]:
        """CID 9300. At once."""

    def species(self) -> Sequence[Code]:
        """CID 7454, for animals. At once."""

    def show_tooth(self, tooth: str) -> str:
        """An FDI number in the notation of the settings. At once."""


class Study(Protocol):
    """A study of the archive; its StudyRow is such."""

    @property
    def study_instance_uid(self) -> str:
        """Study Instance UID."""

    @property
    def patient_name(self) -> str:
        """As stored, PN."""

    @property
    def patient_id(self) -> str:
        """Patient ID."""

    @property
    def patient_birth_date(self) -> str:
        """YYYYMMDD or empty."""

    @property
    def patient_sex(self) -> str:
        """M, F, O or empty."""

    @property
    def study_date(self) -> str:
        """YYYYMMDD or empty."""

    @property
    def study_time(self) -> str:
        """HHMMSS or empty."""

    @property
    def study_description(self) -> str:
        """Study Description."""

    @property
    def modalities(self) -> Sequence[str]:
        """Each once."""

    @property
    def instances(self) -> int:
        """How many."""


@dataclass(frozen=True)
class StoredPicture:
    """An image of a study, for the eye. `thumbnail` is None where it cannot be shown; `note` says why."""

    sop_instance_uid: str
    series_title: str
    title: str
    thumbnail: NDArray[np.uint8] | None
    note: Text = NO_TEXT


@dataclass(frozen=True)
class Picture:
    """A picture to look at in full. Display only: nothing done to it ever reaches the stored pixels."""

    pixels: NDArray[np.generic]
    window: tuple[float, float]
    inverted: bool = False
    """Stored as MONOCHROME1: high values are dark."""
    orientation: tuple[str, str] | None = None
    """Patient Orientation (0020,0020): of the rows, of the columns."""
    rotation: int = 0
    title: Text = NO_TEXT
    details: tuple[Text, ...] = ()
    spacing_mm: tuple[float, float] | None = None
    simulated: bool = False


class ArchivePort(Protocol):
    """The archive, as its screen needs it."""

    def studies(
        self, text: str, *, date_from: str = "", date_to: str = "", modality: str = ""
    ) -> Sequence[Study]:
        """Newest first, a bounded number."""

    def pictures(self, study_instance_uid: str) -> Sequence[StoredPicture]:
        """The images of a study with previews."""

    def picture(self, sop_instance_uid: str) -> Picture:
        """One image in full. Raises CannotDisplay, Damaged, Missing."""

    def verify(self, study_instance_uid: str, job: Job) -> Sequence[str]:
        """Every file against its hash; the UIDs that fail."""


@dataclass(frozen=True)
class Destination:
    """A node that images can be sent to."""

    ae_title: str
    title: str


@dataclass(frozen=True)
class OutboxLine:
    """One delivery. `state` is QUEUED, SENDING, SENT, COMMITTED or FAILED, by the peer's own answer."""

    entry_id: str
    what: Text
    destination: str
    state: str
    tries: int = 0
    reason: str = ""
    next_try_at: dt.datetime | None = None


@dataclass(frozen=True)
class AlertLine:
    """Something that a person should know of; without names."""

    alert_id: str
    words: str
    at: dt.datetime | None = None


class DeliveryPort(Protocol):
    """The outbox and the alerts."""

    def destinations(self) -> Sequence[Destination]:
        """Where images can be sent. At once."""

    def send(self, study_instance_uid: str, ae_title: str) -> int:
        """Put the images of a study into the outbox; how many."""

    def outbox(self) -> Sequence[OutboxLine]:
        """All that is not done, newest first, and the last ones done."""

    def study_states(self, study_instance_uid: str) -> dict[str, int]:
        """State -> how many deliveries of this study."""

    def retry(self, entry_id: str) -> None:
        """Try a failed one again now; empty tries all."""

    def drop(self, entry_id: str) -> None:
        """Give one up."""

    def alerts(self) -> Sequence[AlertLine]:
        """The open ones."""

    def acknowledge(self, alert_id: str) -> None:
        """A person has read it."""


@dataclass(frozen=True)
class Place:
    """A folder that a medium can be written to."""

    path: Path
    title: str
    free_bytes: int
    removable: bool = False


@dataclass(frozen=True)
class ProfileChoice:
    """A media profile, PS3.11."""

    name: str
    title: str


@dataclass(frozen=True)
class Written:
    """What was written and read back."""

    folder: Path
    instances: int
    bytes_written: int
    verified: bool
    """Every file was read back and has the right hash."""


class MediaPort(Protocol):
    """Writes file-sets."""

    def places(self) -> Sequence[Place]:
        """Sticks and folders, sticks first."""

    def profiles(self) -> Sequence[ProfileChoice]:
        """The profiles, the usual one first. At once."""

    def write(self, studies: Sequence[str], folder: Path, profile: str, job: Job) -> Written:
        """Write and read back; `job` hears the progress and stops it. Raises MediaError."""


@dataclass(frozen=True)
class NodeStatus:
    """What the status line says; each part is what is known, never what is hoped."""

    address: str = ""
    """AET@HOST:PORT of the node inside; empty when there is none."""
    listening: bool = False
    worklist_node: str = ""
    worklist_ok: bool | None = None
    """None: not asked yet."""
    outbox: dict[str, int] = field(default_factory=dict)
    """State -> count."""
    free_bytes: int = -1
    reserve_bytes: int = 0
    alerts: int = 0
    not_released: int = 0
    """Frames that wait in the spool."""


class StatusPort(Protocol):
    """Node, outbox, disk."""

    def status(self) -> NodeStatus:
        """Now."""


@dataclass(frozen=True)
class Ports:
    """All of them, for the desk."""

    worklist: WorklistPort
    exams: ExamsPort
    source: SourcePort
    archive: ArchivePort
    delivery: DeliveryPort
    media: MediaPort
    status: StatusPort
