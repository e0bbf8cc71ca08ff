"""What a killed run left: unfinished exams, with their frames as exposures to decide on."""

from __future__ import annotations

import logging

from kiosk.exam.exam import EquipmentFor, Exam
from kiosk.exam.exposure import from_entry
from kiosk.exam.journal import Journal, Record, SeriesRecord, StepRecord, read_journals
from kiosk.exam.ports import ImageStore, StepReporter
from kiosk.exam.spool import Spool, SpoolEntry
from kiosk.exam.templates import Template, Tile
from minipacs.clock import Clock
from minipacs.dicom.uids import UidPolicy

log = logging.getLogger(__name__)


def recover(
    spool: Spool,
    *,
    store: ImageStore,
    steps: StepReporter,
    uids: UidPolicy,
    clock: Clock,
    equipment: EquipmentFor,
) -> list[Exam]:
    """The unfinished exams, oldest first: each with its own patient, slots and identities.

    An image that the archive already has is noted as stored and its frame released. An exam whose journal is lost
    is made anew from the tokens of its frames. A journal of an exam without any exposure is removed.
    """
    by_exam: dict[str, list[SpoolEntry]] = {}
    for entry in spool.entries():
        if entry.token is not None:
            by_exam.setdefault(entry.token.exam_id, []).append(entry)
    records = {record.exam_id: record for record in read_journals(spool.exams)}
    for exam_id, entries in by_exam.items():
        if exam_id not in records:
            records[exam_id] = _from_entries(entries)
    exams = []
    for record in sorted(records.values(), key=lambda item: item.started_at):
        entries = by_exam.get(record.exam_id, [])
        if record.is_blank and not entries:
            Journal(spool.exams, record.exam_id).remove()
            continue
        exam = Exam(
            record.patient,
            record.order,
            record.template,
            spool=spool,
            store=store,
            steps=steps,
            uids=uids,
            clock=clock,
            equipment=equipment,
            record=record,
        )
        exam.restore(entries)
        exams.append(exam)
    return exams


def _from_entries(entries: list[SpoolEntry]) -> Record:
    """The record of an exam of which only frames are left; its mount is a row of the positions where they lie."""
    tokens = [entry.token for entry in entries if entry.token is not None]
    first = tokens[0]
    log.warning("the journal of exam %s is lost; it is made anew from its frames", first.exam_id)
    slots = {
        entry.note.slot or entry.token.slot: from_entry(entry, entry.token)
        for entry in entries
        if entry.token is not None
    }
    tiles = tuple(
        Tile(
            key=slot,
            x=place / len(slots),
            y=0.0,
            width=1 / len(slots),
            height=1.0,
            order=place + 1,
            kind=exposure.token.kind,
            teeth=exposure.shot.teeth,
            view=exposure.shot.view,
            region=exposure.shot.region,
            laterality=exposure.shot.laterality,
            label=slot,
            details=exposure.details,
        )
        for place, (slot, exposure) in enumerate(slots.items())
    )
    series = {token.series.instance_uid: token for token in tokens}
    performed = {token.step.instance_uid: token for token in tokens}
    numbers = max(token.instance_number for token in tokens)
    return Record(
        exam_id=first.exam_id,
        patient=first.patient,
        order=first.order,
        template=Template(first.template, first.series.description, first.kind, tiles),
        started_at=first.study_started_at,
        operator=first.operator,
        series=tuple(
            SeriesRecord(token.kind, token.equipment, token.series, token.operator, numbers)
            for token in series.values()
        ),
        steps=tuple(StepRecord(token.modality, token.step) for token in performed.values()),
    )
