"""The books of an exam: its record on the disk, and what the node is told of it.

`write` and the record are safe from any thread; the messages to the node are put in order by a lock of their own,
which is never held by anything that a person waits for.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from kiosk.exam import reporting
from kiosk.exam.errors import SpoolFailed
from kiosk.exam.journal import Journal, Record, RejectRecord, StepRecord
from kiosk.exam.machine import StepState
from kiosk.exam.ports import StepReporter
from kiosk.exam.views import PerformedView, StepReport, Summary
from minipacs.clock import Clock
from minipacs.dicom.model import Code

log = logging.getLogger(__name__)


class Ledger:
    """Keeps the record of one exam and reports its performed steps.

    Args:
        record: where it begins, or where a killed run stopped.
        journal: its file.
        rejects: the folder of rejected pictures and of what tells why.
        steps: the node.
    """

    def __init__(
        self, record: Record, journal: Journal, rejects: Path, steps: StepReporter, clock: Clock
    ) -> None:
        self._record = record
        self._journal, self._rejects = journal, rejects
        self._steps = steps
        self._clock = clock
        self._lock = threading.RLock()
        self._reports = threading.Lock()

    @property
    def record(self) -> Record:
        """As it stands; a frozen value."""
        return self._record

    def begin(self, record: Record) -> None:
        """Take this record, written first: before an exposure the exam must be on the disk.

        Raises:
            SpoolFailed: it could not be written; nothing changed.
        """
        with self._lock:
            if record != self._record:
                self._journal.write(record)
                self._record = record

    def remember(self, change: Callable[[Record], Record]) -> None:
        """Change the record in memory; the next write takes it along."""
        with self._lock:
            self._record = change(self._record)

    def write(self, change: Callable[[Record], Record]) -> bool:
        """Change the record, here and on the disk; whether the disk took it."""
        with self._lock:
            self._record = change(self._record)
            try:
                self._journal.write(self._record)
            except SpoolFailed as problem:
                exam = self._record.exam_id
                log.warning("the journal of exam %s was not written: %s", exam, problem.reason)
                return False
        return True

    def note_reject(self, slot: str, reason: Code, operator: str, *, stored: bool = False) -> None:
        """A picture was not kept, or (stored) is taken again though it is kept."""
        reject = RejectRecord(slot, reason.meaning, operator, stored)
        self.write(lambda record: dataclasses.replace(record, rejects=(*record.rejects, reject)))

    def begin_step(self, step_uid: str) -> StepRecord | None:
        """Tell the node that a step has begun, once; None when it knows."""
        with self._reports:
            waiting = [
                item
                for item in self._record.steps
                if item.step.instance_uid == step_uid and item.state is StepState.SCHEDULED
            ]
            if not waiting:
                return None
            begun = reporting.begin(self._steps, self._record, waiting[0])
            self.write(lambda record: record.with_step(begun))
            return begun

    def close(self, reason: Code | None) -> Sequence[StepRecord]:
        """Tell the node that the steps have ended; the journal goes when nothing is left to tell."""
        with self._reports:
            ended = [
                self._end(item, reason) for item in self._record.steps if self._has_begun(item)
            ]
            if not any(item.report is StepReport.FAILED for item in self._record.steps):
                if any(item.stored for item in self._record.rejects):
                    self._journal.file_away(self._rejects)
                else:
                    self._journal.remove()
        return ended

    def summary(self, *, closed: bool, unresolved: Sequence[str], queued: int) -> Summary:
        """What the exam came to so far; says nothing that did not happen."""
        record = self._record
        done = {image.slot for image in record.stored}
        rejects = [item for item in record.rejects if not item.stored]
        return Summary(
            exam_id=record.exam_id,
            study_instance_uid=record.order.study_instance_uid,
            template=record.template.key,
            closed=closed,
            stored=record.stored,
            rejected=len(rejects),
            reject_reasons=Counter(item.meaning for item in record.rejects),
            rejected_by=Counter(item.operator for item in rejects),
            left=tuple(tile.key for tile in record.template.tiles if tile.key not in done),
            unresolved=tuple(unresolved),
            quarantined=record.quarantined,
            steps=tuple(
                PerformedView(
                    item.step.instance_uid, item.modality, item.state, item.report, item.note
                )
                for item in record.steps
            ),
            mpps=reporting.least(record.steps),
            worklist=reporting.worklist_closing(record),
            queued=queued,
        )

    def _has_begun(self, item: StepRecord) -> bool:
        """Whether anything was exposed in a step that has not ended: its first report may still be under way."""
        if item.state in (StepState.COMPLETED, StepState.DISCONTINUED):
            return False
        kinds = {image.kind for image in self._record.stored}
        for reject in self._record.rejects:
            tile = self._record.template.tile(reject.slot)
            kinds |= {tile.kind} if tile is not None else set()
        exposed = item.modality in {reporting.modality_of(kind) for kind in kinds}
        told = item.state is StepState.IN_PROGRESS or item.report is not StepReport.NONE
        return exposed or told

    def _end(self, item: StepRecord, reason: Code | None) -> StepRecord:
        if item.state is StepState.SCHEDULED:
            item = reporting.begin(self._steps, self._record, item)
        if item.state is StepState.IN_PROGRESS:
            item = reporting.end(self._steps, self._record, item, self._clock(), reason)
        self.write(lambda record: record.with_step(item))
        return item
