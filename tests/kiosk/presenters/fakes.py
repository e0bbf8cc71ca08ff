"""Small fakes of what the screens need: they behave, they record, and they can be told to fail."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kiosk.exam.errors import NeedsTooth, NothingStored, SlotBusy, Unresolved
from kiosk.exam.machine import ExposureState, StepState
from kiosk.exam.templates import Template, Tile
from kiosk.exam.token import Token
from kiosk.exam.views import (
    EventKind,
    ExamEvent,
    ExposureView,
    PerformedView,
    Preview,
    SlotState,
    SlotView,
    StepReport,
    StoredImage,
    Summary,
    WorklistClosing,
)
from kiosk.i18n import text
from kiosk.imaging.preview import thumbnail
from kiosk.imaging.window import auto_window
from kiosk.presenters.ports import (
    AlertLine,
    Destination,
    KnownPatient,
    NodeStatus,
    OutboxLine,
    Picture,
    Place,
    Ports,
    ProfileChoice,
    RecoveredExam,
    SourceLine,
    SourceState,
    StoredPicture,
    Stray,
    StudyKey,
    Written,
)
from kiosk.tasks import Cancelled, Job
from minipacs.dicom.codes.teeth import teeth_in
from minipacs.dicom.model import Code, Frame, Order, Patient, PerformedStep, Series, Shot
from tests.builders import NOW, a_patient, an_order, frozen_clock, some_equipment

BLURRED = Code("111207", "DCM", "Image artifact(s)")
MOVED = Code("111210", "DCM", "Motion blur")
STOPPED = Code("110500", "DCM", "Doctor canceled procedure")
DOG = Code("448771007", "SCT", "Canis lupus familiaris")
CAT = Code("448169003", "SCT", "Felis catus")


class Recorder:
    """Remembers each call as (name, arguments); the last one of a name by `last`."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        if not name.startswith(("show_", "ask")):
            raise AttributeError(name)

        def record(*args: Any) -> None:
            self.calls.append((name, args))

        return record

    def last(self, name: str) -> tuple[Any, ...]:
        """The arguments of the last call of that name."""
        return next(args for called, args in reversed(self.calls) if called == name)

    def names(self) -> list[str]:
        """What was called, in order."""
        return [name for name, _ in self.calls]


class InlineTasks:
    """Runs work at once; or, when `held`, only when `run_all` says so."""

    def __init__(self, held: bool = False) -> None:
        self.held = held
        self.waiting: list[Callable[[], None]] = []

    def submit(self, work: Any, done: Any, failed: Any = None) -> None:
        def run() -> None:
            try:
                result = work()
            except Exception as error:
                if failed is None:
                    raise
                failed(error)
            else:
                done(result)

        if self.held:
            self.waiting.append(run)
        else:
            run()

    def start(self, work: Any, done: Any, failed: Any = None, progress: Any = None) -> Job:
        job = Job(progress or (lambda fraction, note: None))

        def checked() -> Any:
            job.check()
            return work(job)

        self.submit(checked, done, failed)
        return job

    def run_all(self) -> None:
        waiting, self.waiting = self.waiting, []
        for run in waiting:
            run()


def tiny_template(**changes: Any) -> Template:
    """Three positions in a row."""
    tiles = tuple(
        Tile(f"t{n}", (n - 1) / 3, 0, 1 / 3, 1, n, "io", (tooth,), "periapical", label=tooth)
        for n, tooth in enumerate(("16", "11", "26"), 1)
    )
    return dataclasses.replace(Template("tiny", "Three teeth", "io", tiles), **changes)


def grey_ramp(shot: Shot) -> Frame:
    """A small picture with a gradient."""
    ys, xs = np.mgrid[0:120, 0:90]
    pixels = ((ys * 20 + xs * 8) % 4096).astype(np.uint16)
    return Frame(pixels=pixels, rows=120, columns=90, bits_stored=12)


class FakeExam:
    """An exam in memory."""

    def __init__(
        self,
        patient: Patient | None = None,
        order: Order | None = None,
        template: Template | None = None,
        draw: Callable[[Tile], Frame] | None = None,
    ) -> None:
        self.patient = patient or a_patient()
        self.order = order or an_order()
        self.template = template or tiny_template()
        self.exam_id = "exam-1"
        self.closed = False
        self.armed: Token | None = None
        self.fail: Exception | None = None
        self.calls: list[str] = []
        self._draw = draw or (lambda tile: grey_ramp(tile.shot))
        self._frames: dict[str, Frame] = {}
        self._exposures: dict[str, ExposureView] = {}
        self._subscribers: list[Callable[[ExamEvent], None]] = []
        self._count = 0

    def slots(self) -> list[SlotView]:
        return [self._slot(tile) for tile in self.template.tiles]

    def exposures(self) -> list[ExposureView]:
        return list(self._exposures.values())

    def next_slot(self, after: str = "") -> str:
        slots = self.slots()
        keys = [slot.key for slot in slots]
        start = keys.index(after) + 1 if after in keys else 0
        ring = slots[start:] + slots[:start]
        open_ = (SlotState.EMPTY, SlotState.ARMED)
        return next((slot.key for slot in ring if slot.state in open_), "")

    def arm(self, slot: str) -> Token:
        self._may()
        tile = self._tile(slot)
        if tile.needs_teeth:
            raise NeedsTooth(slot)
        if self._slot(tile).state not in (SlotState.EMPTY, SlotState.ARMED):
            raise SlotBusy(slot, "a picture is in it")
        self._count += 1
        self.calls.append(f"arm {slot}")
        self.armed = Token(
            identifier=f"e{self._count}",
            exam_id=self.exam_id,
            patient=self.patient,
            order=self.order,
            kind=tile.kind,
            slot=slot,
            template=self.template.key,
            shot=tile.shot,
            operator="",
            equipment=some_equipment(),
            series=Series("1.2.3", 1),
            step=PerformedStep("1.2.4", "S1", NOW),
            modality="IO",
            sop_instance_uid=f"1.2.5.{self._count}",
            instance_number=self._count,
            study_started_at=NOW,
            armed_at=NOW,
        )
        self._tell(EventKind.ARMED, slot)
        return self.armed

    def name_teeth(self, slot: str, teeth: Sequence[str]) -> None:
        self._may()
        self.calls.append(f"name {slot} {' '.join(teeth)}")
        self.template = self.template.with_teeth(slot, tuple(teeth))
        self._tell(EventKind.TEETH, slot)

    def disarm(self) -> None:
        self.armed = None
        self._tell(EventKind.DISARMED)

    def receive(self, token: Token) -> None:
        """The source has a picture."""
        tile = self._tile(token.slot)
        frame = self._draw(tile)
        self._frames[token.identifier] = frame
        pixels = frame.pixels
        assert pixels is not None
        self._exposures[token.identifier] = ExposureView(
            exposure_id=token.identifier,
            slot=token.slot,
            kind=token.kind,
            shot=token.shot,
            state=ExposureState.PREVIEWED,
            sop_instance_uid=token.sop_instance_uid,
            operator="",
            armed_at=NOW,
            taken_at=NOW,
            rows=pixels.shape[0],
            columns=pixels.shape[1],
            bits_stored=frame.bits_stored,
            pixel_spacing_mm=frame.pixel_spacing_mm,
            exposure=frame.exposure,
            simulated=frame.simulated,
        )
        self.armed = None
        self._tell(EventKind.PREVIEW, token.slot, token.identifier)

    def retake(self, slot: str, reason: Code, operator: str = "") -> Token:
        self._may()
        self.calls.append(f"retake {slot} {reason.value}")
        shown = self._shown(slot)
        if shown is not None:
            self._exposures[shown.exposure_id] = dataclasses.replace(
                shown, state=ExposureState.REJECTED, reject_reason=reason
            )
        return self.arm(slot)

    def preview(self, exposure_id: str) -> Preview:
        frame, view = self._frames[exposure_id], self._exposures[exposure_id]
        tile = self._tile(view.slot)
        window = frame.window or auto_window(frame.pixels)
        return Preview(
            pixels=frame.pixels,
            thumbnail=thumbnail(frame.pixels, window, 400, rotation=tile.rotation),
            window=window,
            inverted=frame.inverted,
            patient_orientation=("P", "F") if tile.kind == "io" else ("L", "F"),
            rotation=tile.rotation,
        )

    def accept(self, exposure_id: str) -> object:
        self._may()
        self.calls.append(f"accept {exposure_id}")
        view = self._exposures[exposure_id]
        self._exposures[exposure_id] = dataclasses.replace(view, state=ExposureState.STORED)
        self._tell(EventKind.STORED, view.slot, exposure_id)
        return None

    def save_again(self, exposure_id: str) -> None:
        self._may()
        self.calls.append(f"save_again {exposure_id}")

    def adopt(self, quarantine_id: str, slot: str) -> str:
        self.calls.append(f"adopt {quarantine_id} {slot}")
        self.receive(self.arm(slot))
        return "adopted"

    def move(self, exposure_id: str, slot: str) -> None:
        self._may()
        self.calls.append(f"move {exposure_id} {slot}")
        view, other = self._exposures[exposure_id], self._shown(slot)
        former = self._tile(view.slot)
        for one, tile in ((view, self._tile(slot)), (other, former)):
            if one is not None:
                self._exposures[one.exposure_id] = dataclasses.replace(
                    one, slot=tile.key, shot=tile.shot
                )
        self._tell(EventKind.MOVED, slot, exposure_id, former.key)

    def subscribe(self, callback: Callable[[ExamEvent], None]) -> Callable[[], None]:
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def tell_unsaved(self, slot: str) -> None:
        """The disk did not take the frame of this position."""
        self._tell(EventKind.FRAME_NOT_SAVED, slot, "e1")

    def finish(self) -> Summary:
        self._may()
        self.calls.append("finish")
        slots = self.slots()
        undecided = [s.exposure.exposure_id for s in slots if s.state is SlotState.REVIEW]
        if undecided:
            raise Unresolved(undecided)
        if self._exposures and not any(s.state is SlotState.STORED for s in slots):
            raise NothingStored
        self.closed = True
        return self._summary()

    def discontinue(self, reason: Code) -> Summary:
        self.calls.append(f"discontinue {reason.value}")
        self.closed = True
        return self._summary()

    def _summary(self) -> Summary:
        slots = self.slots()
        rejected = [e for e in self._exposures.values() if e.state is ExposureState.REJECTED]
        stored = [s.exposure for s in slots if s.state is SlotState.STORED and s.exposure]
        reported = StepReport.DELIVERED if self._exposures else StepReport.NONE
        return Summary(
            exam_id=self.exam_id,
            study_instance_uid=self.order.study_instance_uid,
            template=self.template.key,
            closed=self.closed,
            stored=tuple(
                StoredImage(e.exposure_id, e.slot, e.kind, "1.2", e.sop_instance_uid, "1.3")
                for e in stored
            ),
            rejected=len(rejected),
            reject_reasons={"Motion blur": len(rejected)} if rejected else {},
            rejected_by={},
            left=tuple(slot.key for slot in slots if slot.state is SlotState.EMPTY),
            unresolved=(),
            quarantined=0,
            steps=(PerformedView("1.2.4", "IO", StepState.COMPLETED, reported),),
            mpps=reported,
            worklist=WorklistClosing.CLOSED if reported is StepReport.DELIVERED
            else WorklistClosing.OPEN,
            queued=len(stored),
        )  # fmt: skip

    def _may(self) -> None:
        if self.fail is not None:
            raise self.fail

    def _tile(self, key: str) -> Tile:
        tile = self.template.tile(key)
        assert tile is not None
        return tile

    def _shown(self, slot: str) -> ExposureView | None:
        views = [e for e in self._exposures.values() if e.slot == slot]
        kept = [e for e in views if e.state is not ExposureState.REJECTED]
        return kept[-1] if kept else None

    def _slot(self, tile: Tile) -> SlotView:
        shown = self._shown(tile.key)
        state = SlotState.EMPTY
        if shown is not None:
            stored = shown.state is ExposureState.STORED
            state = SlotState.STORED if stored else SlotState.REVIEW
        elif self.armed is not None and self.armed.slot == tile.key:
            state = SlotState.ARMED
        rejected = sum(
            e.slot == tile.key and e.state is ExposureState.REJECTED
            for e in self._exposures.values()
        )
        return SlotView(tile, state, shown, rejected)

    def _tell(self, kind: EventKind, slot: str = "", exposure_id: str = "", text: str = "") -> None:
        for callback in list(self._subscribers):
            callback(ExamEvent(kind, self.exam_id, slot, exposure_id, text))


class FakeSource:
    """A source that exposes when told; `deliver` is where its pictures go."""

    def __init__(self, can_expose: bool = True) -> None:
        self._line = SourceLine("Simulator", SourceState.READY, can_expose=can_expose)
        self._callbacks: list[Callable[[SourceLine], None]] = []
        self.token: Token | None = None
        self.deliver: Callable[[Token], None] = lambda token: None
        self.fail: Exception | None = None
        self.files: list[Path] = []

    def line(self) -> SourceLine:
        return self._line

    def become(self, state: str, note: str = "") -> None:
        self._line = dataclasses.replace(self._line, state=state, note=note)
        for callback in self._callbacks:
            callback(self._line)

    def subscribe(self, callback: Callable[[SourceLine], None]) -> object:
        self._callbacks.append(callback)
        return None

    def arm(self, token: Token) -> None:
        if self.fail is not None:
            raise self.fail
        self.token = token
        self.become(SourceState.ARMED)

    def disarm(self) -> None:
        self.token = None
        self.become(SourceState.READY)

    def expose(self) -> None:
        token, self.token = self.token, None
        if token is not None:
            self.deliver(token)
            self.become(SourceState.READY)

    def take_files(self, paths: Sequence[Path]) -> None:
        self.files.extend(paths)


class FakeExams:
    """Opens FakeExams."""

    def __init__(self, templates: Sequence[Template] = ()) -> None:
        self._templates = list(templates) or [tiny_template()]
        self.opened: list[FakeExam] = []
        self.waiting: list[RecoveredExam] = []
        self.left = 0
        self.stray_list: list[Stray] = []
        self.fail: Exception | None = None
        self.draw: Callable[[Tile], Frame] | None = None
        self.on_open: Callable[[FakeExam], None] = lambda exam: None

    def templates(self) -> list[Template]:
        return self._templates

    def suggest(self, order: Order) -> str:
        wanted = order.step_description.lower().replace(" ", "-")
        return next((t.key for t in self._templates if t.key == wanted), self._templates[0].key)

    def open(self, patient: Patient, order: Order | None, template: str) -> FakeExam:
        if self.fail is not None:
            raise self.fail
        found = next(one for one in self._templates if one.key == template)
        exam = FakeExam(patient, order, found, self.draw)
        self.opened.append(exam)
        self.on_open(exam)
        return exam

    def recovered(self) -> list[RecoveredExam]:
        return self.waiting

    def resume(self, exam_id: str) -> FakeExam:
        return self.open(a_patient(), an_order(), self._templates[0].key)

    def leave(self) -> None:
        self.left += 1

    def strays(self) -> list[Stray]:
        return self.stray_list

    def new_identifier(self) -> str:
        return "W-20261120-1"

    def reject_reasons(self) -> list[Code]:
        return [BLURRED, MOVED]

    def discontinue_reasons(self) -> list[Code]:
        return [STOPPED]

    def species(self) -> list[Code]:
        return [DOG, CAT]

    def show_tooth(self, tooth: str) -> str:
        return tooth

    def teeth_of(self, order: Order) -> tuple[str, ...]:
        return teeth_in(order.step_description)


@dataclasses.dataclass(frozen=True)
class FakeEntry:
    """A line of the worklist."""

    patient: Patient
    order: Order
    status: str = "SCHEDULED"


class FakeWorklist:
    """A node that answers with `list`, or raises `fail`."""

    node = "MINIPACS@127.0.0.1:11112"

    def __init__(self, entries: Sequence[FakeEntry] = ()) -> None:
        self.list = list(entries)
        self.fail: Exception | None = None
        self.asked: list[dt.date] = []

    def entries(self, date: dt.date) -> list[FakeEntry]:
        self.asked.append(date)
        if self.fail is not None:
            raise self.fail
        return list(self.list)


@dataclasses.dataclass
class FakeStudy:
    """A row of the archive."""

    study_instance_uid: str
    patient_name: str = "CANARY^PATIENT"
    patient_id: str = "P-4711"
    issuer: str = "CLINIC"
    patient_birth_date: str = "19840302"
    patient_sex: str = "F"
    study_date: str = "20261120"
    study_time: str = "103000"
    study_description: str = "Full mouth series"
    modalities: Sequence[str] = ("IO",)
    instances: int = 3


class FakeArchive:
    """An archive of studies in memory."""

    def __init__(self, studies: Sequence[FakeStudy] = ()) -> None:
        self.list = list(studies)
        self.asked: list[tuple[str, str, str]] = []
        self.bad: list[str] = []
        self.fail: Exception | None = None
        self.shown: Callable[[str], list[StoredPicture]] = lambda study: [
            StoredPicture(f"{study}.{n}", "IO 1", f"{n}", np.full((60, 80), n * 40, np.uint8))
            for n in range(1, 4)
        ]
        self.full: Callable[[str], Picture] = lambda uid: Picture(
            np.arange(5400, dtype=np.uint16).reshape(60, 90), (2700.0, 5400.0)
        )

    def studies(
        self, text: str, *, date_from: str = "", date_to: str = "", modality: str = ""
    ) -> list[FakeStudy]:
        self.asked.append((text, date_from, modality))
        return [s for s in self.list if text.lower() in s.patient_name.lower()]

    def known_patients(self, identifier: str) -> list[KnownPatient]:
        if self.fail is not None:
            raise self.fail
        return [
            KnownPatient(one.patient_name, one.patient_birth_date)
            for one in self.list
            if one.patient_id == identifier
        ]

    def pictures(self, study: StudyKey) -> list[StoredPicture]:
        return self.shown(study.study_instance_uid)

    def picture(self, sop_instance_uid: str) -> Picture:
        if self.fail is not None:
            raise self.fail
        return self.full(sop_instance_uid)

    def verify(self, study: StudyKey, job: Job) -> list[str]:
        job.report(0.5)
        return self.bad


class FakeDelivery:
    """An outbox in memory."""

    def __init__(self) -> None:
        self.nodes = [Destination("CLINIC", "Clinic archive")]
        self.lines: list[OutboxLine] = []
        self.alert_lines: list[AlertLine] = []
        self.states: dict[str, int] = {}
        self.calls: list[str] = []

    def destinations(self) -> list[Destination]:
        return self.nodes

    def send(self, study: StudyKey, ae_title: str) -> int:
        self.calls.append(f"send {ae_title}")
        return 3

    def outbox(self) -> list[OutboxLine]:
        return self.lines

    def study_states(self, study: StudyKey) -> dict[str, int]:
        return self.states

    def retry(self, entry_id: str) -> None:
        self.calls.append(f"retry {entry_id}")

    def drop(self, entry_id: str) -> None:
        self.calls.append(f"drop {entry_id}")

    def alerts(self) -> list[AlertLine]:
        return self.alert_lines

    def acknowledge(self, alert_id: str) -> None:
        self.calls.append(f"acknowledge {alert_id}")


class FakeMedia:
    """Writes nothing, but says so step by step."""

    def __init__(self) -> None:
        self.fail: Exception | None = None
        self.verified = True
        self.stop_at: float | None = None

    def places(self) -> list[Place]:
        return [
            Place(Path("stick"), "USB stick", 14_900_000_000, removable=True),
            Place(Path("documents"), "Documents", 210_000_000_000),
        ]

    def profiles(self) -> list[ProfileChoice]:
        return [
            ProfileChoice("STD-GEN-CD", "General CD"),
            ProfileChoice("STD-GEN-USB-JPEG", "USB"),
            ProfileChoice("STD-DEN-CD", "Dental CD"),
        ]

    def write(self, studies: Sequence[StudyKey], folder: Path, profile: str, job: Job) -> Written:
        if self.fail is not None:
            raise self.fail
        for step in (0.25, 0.5, 0.75):
            if self.stop_at is not None and step >= self.stop_at:
                raise Cancelled
            job.report(step)
        job.report(0.9, "verify")
        return Written(folder, 3 * len(studies), 13_200_000, self.verified)


class FakeStatus:
    """Says what it is told to say."""

    def __init__(self) -> None:
        self.now = NodeStatus(
            address="MINIPACS@127.0.0.1:11112",
            listening=True,
            worklist_ok=True,
            outbox={"QUEUED": 0},
            free_bytes=214_000_000_000,
            reserve_bytes=200_000_000,
        )
        self.fail: Exception | None = None

    def status(self) -> NodeStatus:
        if self.fail is not None:
            raise self.fail
        return self.now


def an_outbox() -> list[OutboxLine]:
    """One line of each state."""
    what = text("Image {n}", n=4)
    return [
        OutboxLine("1", what, "CLINIC", "FAILED", 5, "Refused: out of resources (A700H)", NOW),
        OutboxLine("2", what, "CLINIC", "QUEUED", 0, "", NOW),
        OutboxLine("3", what, "CLINIC", "SENT", 1),
        OutboxLine("4", text("Report of the performed step"), "RIS", "COMMITTED", 1),
    ]


@dataclasses.dataclass
class Office:
    """All fakes, wired: what the source exposes arrives in the exam that is open."""

    worklist: FakeWorklist = dataclasses.field(default_factory=FakeWorklist)
    exams: FakeExams = dataclasses.field(default_factory=FakeExams)
    source: FakeSource = dataclasses.field(default_factory=FakeSource)
    archive: FakeArchive = dataclasses.field(default_factory=FakeArchive)
    delivery: FakeDelivery = dataclasses.field(default_factory=FakeDelivery)
    media: FakeMedia = dataclasses.field(default_factory=FakeMedia)
    status: FakeStatus = dataclasses.field(default_factory=FakeStatus)

    def __post_init__(self) -> None:
        self.source.deliver = lambda token: self.exams.opened[-1].receive(token)

    @property
    def ports(self) -> Ports:
        return Ports(
            self.worklist,
            self.exams,
            self.source,
            self.archive,
            self.delivery,
            self.media,
            self.status,
        )


clock = frozen_clock
