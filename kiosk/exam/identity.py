"""Fixes, at arm time, everything that identifies a picture: series, step, number, UID."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib

from kiosk.exam.building import shot_in
from kiosk.exam.journal import Record, SeriesRecord, StepRecord
from kiosk.exam.reporting import modality_of
from kiosk.exam.templates import Tile
from kiosk.exam.token import Token
from minipacs.dicom.model import Equipment, Order, Patient, PerformedStep, Series
from minipacs.dicom.uids import UidPolicy

_EXPECTED_BYTES = {"px": 40_000_000, "ceph": 40_000_000, "dx": 40_000_000, "photo": 80_000_000}


def short_name(uid: str) -> str:
    """A file-safe name made of a UID, for spool and journal."""
    return hashlib.sha256(uid.encode()).hexdigest()[:32]


def with_study(order: Order | None, uids: UidPolicy, at: dt.datetime) -> Order:
    """The order with what its study must have: a UID (a walk-in gets one) and a Study ID.

    Study ID is Type 1 in a DICOMDIR record, so it is never left empty; where an order gives none it is the
    Requested Procedure ID (dicom-facts 4.7).
    """
    order = order or Order(study_instance_uid=uids.study())
    if not order.study_instance_uid:
        order = dataclasses.replace(order, study_instance_uid=uids.study())
    if not order.study_id:
        name = order.requested_procedure_id or at.strftime("W%y%m%d%H%M%S")
        order = dataclasses.replace(order, study_id=name[:16])
    return order


def same_patient(one: Patient, other: Patient) -> bool:
    """Whether issuer, ID and birth date are the same (reliability, patient safety 8)."""
    return (one.issuer, one.identifier, one.birth_date) == (
        other.issuer,
        other.identifier,
        other.birth_date,
    )


def expected_bytes(kind: str) -> int:
    """What a frame of a kind may need in the spool, at most, for the check before the exposure."""
    return _EXPECTED_BYTES.get(kind, 20_000_000)


def new_token(
    record: Record, tile: Tile, equipment: Equipment, uids: UidPolicy, at: dt.datetime
) -> tuple[Token, Record]:
    """A token for a tile, and the record with the series and step that it uses.

    One series for each kind and device (PS3.3 C.7.3.1: one modality, one equipment); one step for each modality.
    """
    step = _step_for(record, modality_of(tile.kind), uids, at)
    series = _series_for(record, tile, equipment, uids, at)
    series = dataclasses.replace(series, numbers=series.numbers + 1)
    sop_instance_uid = uids.instance()
    token = Token(
        identifier=short_name(sop_instance_uid),
        exam_id=record.exam_id,
        patient=record.patient,
        order=record.order,
        kind=tile.kind,
        slot=tile.key,
        template=record.template.key,
        shot=tile.shot,
        operator=record.operator,
        equipment=equipment,
        series=series.series,
        step=step.step,
        modality=step.modality,
        sop_instance_uid=sop_instance_uid,
        instance_number=series.numbers,
        study_started_at=record.started_at,
        armed_at=at,
        details=tile.details,
    )
    token = dataclasses.replace(token, shot=shot_in(tile, token))
    return token, record.with_step(step).with_series(series)


def _series_for(
    record: Record, tile: Tile, equipment: Equipment, uids: UidPolicy, at: dt.datetime
) -> SeriesRecord:
    for item in record.series:
        if item.kind == tile.kind and item.equipment == equipment:
            return item
    title = record.template.title
    series = Series(
        instance_uid=uids.series(),
        number=len(record.series) + 1,
        description=title,
        protocol_name=title,
        started_at=at,
    )
    return SeriesRecord(tile.kind, equipment, series, record.operator)


def _step_for(record: Record, modality: str, uids: UidPolicy, at: dt.datetime) -> StepRecord:
    for item in record.steps:
        if item.modality == modality:
            return item
    order = record.order
    # SH, at most 16 characters; dcm4chee takes the Requested Procedure ID (dicom-facts 4.7).
    name = order.requested_procedure_id or at.strftime("P%y%m%d%H%M%S")
    step = PerformedStep(
        instance_uid=uids.performed_step(),
        step_id=name[:16],
        started_at=at,
        description=order.requested_procedure_description or record.template.title,
    )
    return StepRecord(modality, step)
