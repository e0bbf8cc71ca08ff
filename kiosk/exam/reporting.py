"""Tells the node what an exam performs (MPPS), one step for each modality. PS3.4 F.7.

Whatever the reporter raises, the exam goes on: a picture is worth more than its paperwork.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable, Sequence

from kiosk.exam.journal import Record, StepRecord
from kiosk.exam.machine import StepState, advance_step
from kiosk.exam.ports import Reported, StepReporter
from kiosk.exam.views import StepReport, WorklistClosing
from minipacs.dicom import iods
from minipacs.dicom.model import Code
from minipacs.dicom.performed_step import PerformedSeries

log = logging.getLogger(__name__)

NOT_SENT = "The step could not be reported; the pictures are safe."


def begin(reporter: StepReporter, record: Record, begun: StepRecord) -> StepRecord:
    """N-CREATE for a step whose first exposure was made."""
    operator = _operator(record, begun)
    reported = _guarded(
        lambda: reporter.create(
            record.patient,
            record.order,
            begun.step,
            modality=begun.modality,
            operator=operator,
        )
    )
    return _after(begun, StepState.IN_PROGRESS, reported)


def end(
    reporter: StepReporter,
    record: Record,
    ended: StepRecord,
    at: dt.datetime,
    reason: Code | None,
) -> StepRecord:
    """N-SET to COMPLETED, or to DISCONTINUED when there is a reason, with what was really stored."""
    series = performed_series(record, ended)
    if reason is None:
        reported = _guarded(lambda: reporter.complete(ended.step, at, series))
        return _after(ended, StepState.COMPLETED, reported)
    reported = _guarded(lambda: reporter.discontinue(ended.step, at, series, reason))
    return _after(ended, StepState.DISCONTINUED, reported)


def performed_series(record: Record, step: StepRecord) -> Sequence[PerformedSeries]:
    """The Performed Series Sequence: at least one item at the end, a series without images included.

    dicom-facts 4.8: (0040,0340) must have an item when the step is completed or discontinued.
    """
    found = []
    for item in record.series:
        if modality_of(item.kind) != step.modality:
            continue
        images = tuple(
            (image.sop_class_uid, image.sop_instance_uid)
            for image in record.stored
            if image.series_instance_uid == item.series.instance_uid
        )
        found.append(
            PerformedSeries(
                instance_uid=item.series.instance_uid,
                description=item.series.description,
                protocol_name=item.series.protocol_name,
                operator=item.operator,
                physician=record.order.performing_physician,
                images=images,
                retrieve_ae="",
            )
        )
    filled = [item for item in found if item.images]
    return filled or found[:1]


def worklist_closing(record: Record) -> WorklistClosing:
    """What can truly be said of the worklist entry."""
    if not record.order.is_scheduled:
        return WorklistClosing.WALK_IN
    done = (StepState.COMPLETED, StepState.DISCONTINUED)
    ended = [step for step in record.steps if step.state in done]
    if not ended or len(ended) < len(
        [s for s in record.steps if s.state is not StepState.SCHEDULED]
    ):
        return WorklistClosing.OPEN
    if all(step.report is StepReport.DELIVERED for step in ended):
        return WorklistClosing.CLOSED
    return WorklistClosing.WAITING


def least(steps: Sequence[StepRecord]) -> StepReport:
    """The report of the step that is least known to the node."""
    reports = {step.report for step in steps}
    ranks = (StepReport.FAILED, StepReport.WAITING, StepReport.DELIVERED)
    return next((rank for rank in ranks if rank in reports), StepReport.NONE)


def modality_of(kind: str) -> str:
    """Modality (0008,0060) of a kind, as the performed step names it."""
    found = iods.iods().get(kind)
    return found.modality if found is not None else "OT"


def _operator(record: Record, begun: StepRecord) -> str:
    operators = [
        item.operator for item in record.series if modality_of(item.kind) == begun.modality
    ]
    return next((name for name in operators if name), record.operator)


def _after(step: StepRecord, state: StepState, reported: Reported | None) -> StepRecord:
    if reported is None:
        return dataclasses.replace(step, report=StepReport.FAILED, note=NOT_SENT)
    report = StepReport.DELIVERED if reported.delivered else StepReport.WAITING
    if reported.refused or (step.report is StepReport.FAILED and not reported.delivered):
        # What follows a refused message waits behind it for ever.
        report = StepReport.FAILED
    return dataclasses.replace(
        step, state=advance_step(step.state, state), report=report, note=reported.note or step.note
    )


def _guarded(send: Callable[[], Reported | None]) -> Reported | None:
    try:
        return send()
    except Exception as problem:  # noqa: BLE001 - whatever the network does, the exam goes on
        log.warning("a performed step was not reported: %s", type(problem).__name__)
        return None
