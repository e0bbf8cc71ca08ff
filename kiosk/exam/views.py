"""What an exam shows of itself: plain values that a presenter can keep, compare and draw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from kiosk.exam.machine import ExposureState, StepState
from kiosk.exam.templates import Tile
from minipacs.dicom.model import Code, Exposure, Shot


class SlotState(Enum):
    """What a position of the mount shows."""

    EMPTY = "empty"
    ARMED = "armed"
    """Waits for the exposure."""
    UNSAVED = "unsaved"
    """Exposed, but the disk did not take the frame: blocks further exposures."""
    REVIEW = "review"
    """A picture waits to be accepted or rejected."""
    STORING = "storing"
    STORED = "stored"


@dataclass(frozen=True)
class ExposureView:
    """One exposure as it stands."""

    exposure_id: str
    slot: str
    kind: str
    shot: Shot
    state: ExposureState
    sop_instance_uid: str
    operator: str
    armed_at: dt.datetime
    taken_at: dt.datetime
    rows: int
    columns: int
    bits_stored: int
    pixel_spacing_mm: tuple[float, float] | None = None
    exposure: Exposure | None = None
    simulated: bool = False
    reject_reason: Code | None = None
    problem: str = ""
    """Why the last try to accept it did not work, or why it is not saved."""


@dataclass(frozen=True)
class SlotView:
    """A position of the mount as it stands; `exposure` is the picture that it shows."""

    tile: Tile
    state: SlotState
    exposure: ExposureView | None = None
    rejected: int = 0
    """How many pictures of this position were rejected."""
    kept: int = 0
    """How many are stored, whatever is shown or armed now."""

    @property
    def key(self) -> str:
        """Of the tile."""
        return self.tile.key


class EventKind(Enum):
    """What happened in an exam."""

    TEETH = "teeth"
    """The teeth of a position were said."""
    ARMED = "armed"
    DISARMED = "disarmed"
    FRAME_SAVED = "frame saved"
    """The frame is safe in the spool."""
    FRAME_NOT_SAVED = "frame not saved"
    """Blocking: retry with `Exam.save_again`."""
    PREVIEW = "preview"
    QUARANTINED = "quarantined"
    """A frame without a valid token; `exposure_id` is its id in the quarantine of the spool."""
    ACCEPTING = "accepting"
    STORED = "stored"
    NOT_STORED = "not stored"
    """The archive or the validator refused; the frame is kept and can be accepted again."""
    REJECTED = "rejected"
    MOVED = "moved"
    STEP = "step"
    """The performed step was reported, or its report waits."""
    CLOSED = "closed"


@dataclass(frozen=True)
class ExamEvent:
    """Tells a subscriber what happened. Called on the thread that did it; never with the exam's lock held."""

    kind: EventKind
    exam_id: str
    slot: str = ""
    exposure_id: str = ""
    text: str = ""
    """A sentence for the person, without a name; may be empty."""


Subscriber = Callable[[ExamEvent], None]


@dataclass(frozen=True)
class Preview:
    """A picture to look at: for grey the stored values and a window, for colour the RGB."""

    pixels: NDArray[np.generic]
    """(rows, columns) uint8/uint16 or (rows, columns, 3) uint8: the stored pixels, never changed."""
    thumbnail: NDArray[np.uint8]
    """8 bit, at most 400 pixels a side, windowed, upright for its tile: for the mount."""
    window: tuple[float, float]
    """(center, width)."""
    inverted: bool
    patient_orientation: tuple[str, str] | None
    rotation: int
    """Clockwise turn for display, from the tile."""


class StepReport(Enum):
    """How far the node knows of the performed step."""

    NONE = "none"
    """No exposure was made, so there is nothing to report."""
    DELIVERED = "delivered"
    WAITING = "waiting"
    """The message waits in the outbox."""
    FAILED = "failed"
    """It could neither be sent nor queued; the exam is offered again at the next start."""


class WorklistClosing(Enum):
    """What became of the worklist entry."""

    WALK_IN = "walk-in"
    """There was none."""
    OPEN = "open"
    WAITING = "waiting"
    """It closes when the waiting message is delivered."""
    CLOSED = "closed"


@dataclass(frozen=True)
class StoredImage:
    """One image of this exam that is safe in the archive."""

    exposure_id: str
    slot: str
    kind: str
    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str


@dataclass(frozen=True)
class PerformedView:
    """A performed step of the exam (one for each modality) and how far it is reported."""

    instance_uid: str
    modality: str
    state: StepState
    report: StepReport
    note: str = ""


@dataclass(frozen=True)
class Summary:
    """What an exam came to; says nothing that did not happen."""

    exam_id: str
    study_instance_uid: str
    template: str
    closed: bool
    stored: tuple[StoredImage, ...]
    rejected: int
    reject_reasons: Mapping[str, int]
    """Code meaning -> how often."""
    rejected_by: Mapping[str, int]
    """Operator -> how often; empty text where no operator is known."""
    left: tuple[str, ...]
    """Keys of tiles without a stored picture."""
    unresolved: tuple[str, ...]
    """Exposure ids that wait for a decision."""
    quarantined: int
    """Frames that came during this exam without a valid token."""
    steps: tuple[PerformedView, ...]
    mpps: StepReport
    """The least advanced of the steps."""
    worklist: WorklistClosing
    queued: int
    """Deliveries waiting in the outbox, of all exams."""
