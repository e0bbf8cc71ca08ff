"""Reports performed steps over DICOM, through the outbox: written down first, so that no crash loses a message."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Sequence

from pydicom.dataset import Dataset

from kiosk.exam.ports import Reported, StepReporter
from minipacs.archive import Archive
from minipacs.archive.rows import DeliveryState
from minipacs.dicom import performed_step
from minipacs.dicom.model import Code, Order, Patient, PerformedStep
from minipacs.dicom.performed_step import PerformedSeries

PATIENCE_S = 4.0
"""How long an exam waits for the node's answer before it goes on; the message then waits in the outbox."""


class DicomSteps:
    """kiosk.exam.ports.StepReporter on the outbox.

    Args:
        destination: the node that keeps the worklist, as the outbox names it.
        wake: tells the delivery that there is work.
    """

    def __init__(
        self, archive: Archive, destination: str, station_ae: str, wake: Callable[[], None]
    ) -> None:
        self._archive, self._destination = archive, destination
        self._station_ae, self._wake = station_ae, wake

    def create(
        self, patient: Patient, order: Order, step: PerformedStep, *, modality: str, operator: str
    ) -> Reported:
        """N-CREATE, IN PROGRESS."""
        dataset = performed_step.create_dataset(
            patient, order, step, modality=modality, station_ae=self._station_ae, operator=operator
        )
        return self._report("mpps-create", step.instance_uid, dataset)

    def complete(
        self, step: PerformedStep, ended_at: dt.datetime, series: Sequence[PerformedSeries]
    ) -> Reported:
        """N-SET to COMPLETED."""
        dataset = performed_step.final_dataset("COMPLETED", ended_at, series, None)
        return self._report("mpps-set", step.instance_uid, dataset)

    def discontinue(
        self,
        step: PerformedStep,
        ended_at: dt.datetime,
        series: Sequence[PerformedSeries],
        reason: Code,
    ) -> Reported:
        """N-SET to DISCONTINUED."""
        dataset = performed_step.final_dataset("DISCONTINUED", ended_at, series, reason)
        return self._report("mpps-set", step.instance_uid, dataset)

    def _report(self, kind: str, uid: str, dataset: Dataset) -> Reported:
        entry_id = self._told_before(kind, uid, dataset)
        if entry_id is None:
            entry_id = self._archive.outbox.enqueue_message(kind, uid, dataset, self._destination)
        self._wake()
        tick, deadline = threading.Event(), time.monotonic() + PATIENCE_S
        while True:
            entry = self._archive.outbox.get(entry_id)
            if entry.state in (DeliveryState.SENT, DeliveryState.COMMITTED):
                return Reported(delivered=True)
            tried = entry.attempts and entry.state is DeliveryState.QUEUED
            if entry.state is DeliveryState.FAILED:
                return Reported(delivered=False, note=entry.reason, refused=True)
            if tried or time.monotonic() > deadline:
                return Reported(delivered=False, note=entry.reason)
            tick.wait(0.02)

    def _told_before(self, kind: str, uid: str, dataset: Dataset) -> int | None:
        """The entry of the same message, put in by a run that was killed before it could note that."""
        outbox, said = self._archive.outbox, _said(dataset)
        for entry in outbox.messages(kind, uid, self._destination):
            if entry.state is not DeliveryState.FAILED and _said(outbox.message(entry)) == said:
                return entry.id
        return None


def _said(dataset: Dataset) -> tuple[str, list[tuple[str, list[str]]]]:
    """What a message says was done: the state, and the images of each series. When it was said does not count."""
    series = [
        (
            str(item.SeriesInstanceUID),
            [
                str(image.ReferencedSOPInstanceUID)
                for image in item.get("ReferencedImageSequence") or ()
            ],
        )
        for item in dataset.get("PerformedSeriesSequence") or ()
    ]
    return str(dataset.get("PerformedProcedureStepStatus", "")), series


class HeldSteps:
    """kiosk.exam.ports.StepReporter for pictures that exist already: nothing is told before they are stored.

    An exam asks again at its end for a begin that was not reported, so the node hears begin and end together. A call
    that stores nothing thus leaves worklist and performed steps as they were.
    """

    def __init__(self, steps: StepReporter) -> None:
        self._steps, self._held = steps, True

    def let_go(self) -> None:
        """From now on report."""
        self._held = False

    def create(
        self, patient: Patient, order: Order, step: PerformedStep, *, modality: str, operator: str
    ) -> Reported | None:
        """N-CREATE, once it is let go."""
        if self._held:
            return None
        return self._steps.create(patient, order, step, modality=modality, operator=operator)

    def complete(
        self, step: PerformedStep, ended_at: dt.datetime, series: Sequence[PerformedSeries]
    ) -> Reported | None:
        """N-SET to COMPLETED."""
        return self._steps.complete(step, ended_at, series)

    def discontinue(
        self,
        step: PerformedStep,
        ended_at: dt.datetime,
        series: Sequence[PerformedSeries],
        reason: Code,
    ) -> Reported | None:
        """N-SET to DISCONTINUED."""
        return self._steps.discontinue(step, ended_at, series, reason)
