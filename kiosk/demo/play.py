"""Plays the whole loop without a window: worklist, exposures, storage, MPPS, commitment, medium, FHIR, previews.

It goes through the same office as the window does; each line it prints is something that happened.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from kiosk.demo.clinic import orders, visits
from kiosk.exam.exam import Exam
from kiosk.exam.ports import Entry
from kiosk.exam.views import EventKind, ExamEvent, Summary
from kiosk.office.office import Choices, Office
from kiosk.office.places import Places
from kiosk.settings import (
    CaptureSection,
    DeliverySection,
    DisplaySection,
    NodeSection,
    Settings,
    StationSection,
)
from minipacs import fhir
from minipacs.archive import Archive
from minipacs.clock import Clock
from minipacs.dicom.uids import UidPolicy
from minipacs.media import checking, fileset
from minipacs.net.peers import Peer
from minipacs.server import MiniPacs, NodeSettings

HOSPITAL = "HOSPITAL"
PATIENCE_S = 30.0
_ENDS = (EventKind.PREVIEW, EventKind.FRAME_NOT_SAVED, EventKind.QUARANTINED)

Say = Callable[[str], None]


class DemoFailed(Exception):
    """A step of the demo did not come out as it must."""


@dataclass(frozen=True)
class Played:
    """What the headless demo left behind."""

    folder: Path
    exams: int
    images: int
    seconds: float


@contextmanager
def hospital(folder: Path, clock: Clock) -> Iterator[Peer]:
    """A second node with an archive of its own, that images are sent to and that confirms them."""
    with Archive.open(folder, clock=clock) as archive:
        node = MiniPacs(
            archive, NodeSettings(ae_title=HOSPITAL, port=0, deliver=False), clock=clock
        )
        host, port = node.start()
        try:
            yield Peer(HOSPITAL, host, port)
        finally:
            node.stop()


def demo_settings(destination: Peer | None, *, fullscreen: bool = False) -> Settings:
    """The settings of the throw-away clinic."""
    return Settings(
        node=NodeSection(port=0),
        station=StationSection(
            name="CHAIR 1", institution="Demo Practice", operator="Moreau^Camille"
        ),
        delivery=DeliverySection(send_to=(str(destination),) if destination else ()),
        capture=CaptureSection(reserve_mb=50),
        display=DisplaySection(fullscreen=fullscreen),
    )


def fill_worklist(office: Office) -> int:
    """Put the demo's day into the worklist of the node inside."""
    day = orders(office.uids, office.clock(), office.settings.station.ae_title)
    for patient, order in day:
        office.archive.worklist.add(patient, order)
    return len(day)


def play(folder: Path, clock: Clock, say: Say, uids: UidPolicy | None = None) -> Played:
    """The whole loop; leaves data, hospital, media, fhir and previews under `folder`.

    Raises:
        DemoFailed: something did not come out as it must; it says what.
    """
    began = time.perf_counter()
    with hospital(folder / "hospital", clock) as peer:
        choices = Choices(source={"delay": 0.0, "seed": 7})
        with Office(
            Places(folder / "data"), demo_settings(peer), clock=clock, uids=uids, choices=choices
        ) as office:
            say(f"node       {office.worklist.node} serves; images also go to {peer}")
            say(f"worklist   {fill_worklist(office)} orders put in for today")
            wanted = {visit.patient.identifier for visit in visits() if visit.played}
            entries = [
                entry for entry in office.worklist.today() if entry.patient.identifier in wanted
            ]
            say(f"worklist   C-FIND answered; {len(entries)} of today's exams are played")
            images = sum(len(_play_exam(office, entry, say).stored) for entry in entries)
            _await_commitment(office, images, say)
            _write_medium(office, folder / "media", images, say)
            _write_fhir(office, folder / "fhir", say)
            _write_previews(office, folder / "previews", say)
    return Played(folder, len(entries), images, time.perf_counter() - began)


def _play_exam(office: Office, entry: Entry, say: Say) -> Summary:
    mount = office.exams.suggest_for(entry.patient, entry.order)
    exam = office.exams.open(entry.patient, entry.order, mount)
    began = time.perf_counter()
    retakes = 0
    while slot := exam.next_slot():
        taken = _expose(office, exam, slot)
        if mount.startswith("fmx") and not retakes:
            exam.reject(taken, office.exams.reject_reasons()[0])
            retakes += 1
            continue
        exam.accept(taken)
    summary = exam.finish()
    office.exams.leave()
    if summary.mpps.value != "delivered" or summary.worklist.value != "closed":
        raise DemoFailed(
            f"the step of {mount} was not reported: {summary.mpps.value}, {summary.worklist.value}"
        )
    say(
        f"exam       {exam.template.title}: {len(summary.stored)} images stored, {summary.rejected} retaken, "
        f"MPPS completed, worklist entry closed ({time.perf_counter() - began:.1f} s)"
    )
    return summary


def _expose(office: Office, exam: Exam, slot: str) -> str:
    """Arm, expose, and wait until the picture is there; gives the exposure's id."""
    seen = threading.Event()
    ends: list[ExamEvent] = []

    def hear(event: ExamEvent) -> None:
        if event.kind in _ENDS:
            ends.append(event)
            seen.set()

    quiet = exam.subscribe(hear)
    try:
        token = exam.arm(slot)
        office.source.arm(token)
        office.source.expose()
        if not seen.wait(PATIENCE_S) or ends[0].kind is not EventKind.PREVIEW:
            raise DemoFailed(f"no picture came for position {slot}")
    finally:
        quiet()
    return ends[0].exposure_id


def _await_commitment(office: Office, images: int, say: Say) -> None:
    """Wait until the hospital has confirmed every image."""
    tick, deadline = threading.Event(), time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        counts = {state.value: count for state, count in office.archive.outbox.counts().items()}
        if counts.get("COMMITTED", 0) >= images:
            say(
                f"outbox     {images} images sent to {HOSPITAL} and confirmed by storage commitment"
            )
            return
        tick.wait(0.05)
    raise DemoFailed(f"the hospital did not confirm all images: {counts}")


def _write_medium(office: Office, target: Path, images: int, say: Say) -> None:
    report = fileset.create(
        office.archive, target, all_=True, profile="STD-GEN-USB-JPEG", file_set_id="DEMO",
        clock=office.clock, uids=office.uids,
    )  # fmt: skip
    checked = checking.check(target)
    if not checked.is_good or report.instances != images:
        raise DemoFailed(f"the medium has {report.instances} of {images} images, or is damaged")
    say(
        f"medium     DICOMDIR with {report.instances} images, {report.verified} read back with the right hash"
    )


def _write_fhir(office: Office, target: Path, say: Say) -> None:
    target.mkdir(parents=True, exist_ok=True)
    rows = office.archive.studies()
    for number, row in enumerate(rows, 1):
        study = fhir.imaging_study(office.archive, row.study_instance_uid, release="R5")
        text = json.dumps(study, ensure_ascii=False, indent=2)
        (target / f"imagingstudy-{number:02d}.json").write_text(text + "\n", encoding="utf-8")
    say(f"fhir       {len(rows)} ImagingStudy resources (R5)")


def _write_previews(office: Office, target: Path, say: Say) -> None:
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    for study, row in enumerate(office.archive.studies(), 1):
        for number, image in enumerate(office.archive.instances(study=row.study_instance_uid), 1):
            look = office.pictures.preview(image.sop_instance_uid, 480)
            Image.fromarray(look).save(target / f"study{study:02d}-image{number:02d}.png")
            count += 1
    say(f"previews   {count} PNG files")
