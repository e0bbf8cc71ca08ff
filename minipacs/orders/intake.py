"""From checked orders to complete ones: what an order leaves open is filled in, the same way each time.

A file that is imported again finds its own entries again: a step without an ID gets one from its content.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from minipacs.dicom.model import Order, Patient
from minipacs.dicom.uids import UidPolicy
from minipacs.orders.errors import BadOrder, BadOrderFile
from minipacs.orders.flat import from_flat
from minipacs.orders.formats import Record

Known = Callable[[str], Order | None]
"""Step ID -> the order that the worklist has for it."""


@dataclass(frozen=True)
class Step:
    """A complete order; `is_new` is False when the worklist has this step already."""

    patient: Patient
    order: Order
    is_new: bool


def complete(
    patient: Patient, order: Order, *, today: dt.date, uids: UidPolicy, known: Known
) -> Step:
    """An order with everything that a worklist entry must have (PS3.4 table K.6-1).

    A missing step ID comes from the content, a missing study from the entry that exists or is new, a missing date is
    today, a missing Requested Procedure ID is the step ID.
    """
    step_id = order.step_id or _step_id(patient, order)
    before = known(step_id)
    study = order.study_instance_uid or (before.study_instance_uid if before else "")
    filled = dataclasses.replace(
        order,
        step_id=step_id,
        study_instance_uid=study or uids.study(),
        requested_procedure_id=order.requested_procedure_id or step_id,
        start_date=order.start_date or today.strftime("%Y%m%d"),
    )
    return Step(patient, filled, before is None)


def take_in(
    records: Sequence[Record], name: str, *, today: dt.date, uids: UidPolicy, known: Known
) -> list[Step]:
    """All orders of a file, or none.

    Raises:
        BadOrderFile: with every mistake of every order and its place.
    """
    mistakes: list[str] = []
    steps: list[Step] = []
    places: dict[str, str] = {}
    studies: dict[tuple[str, str], str] = {}
    for record in records:
        try:
            patient, order = from_flat(record.flat)
        except BadOrder as problem:
            mistakes += [f"{record.place}: {one}" for one in problem.mistakes]
            continue
        # Steps of one accession number belong to one study.
        shared = (patient.identifier, order.accession_number)
        if order.accession_number and not order.study_instance_uid and shared in studies:
            order = dataclasses.replace(order, study_instance_uid=studies[shared])
        step = complete(patient, order, today=today, uids=uids, known=known)
        if order.accession_number:
            studies.setdefault(shared, step.order.study_instance_uid)
        first = places.setdefault(step.order.step_id, record.place)
        if first != record.place:
            mistakes.append(
                f"{record.place}: ScheduledProcedureStepID is the one of {first}; each step needs its own"
            )
        steps.append(step)
    if not records:
        mistakes.append("it has no orders")
    if mistakes:
        raise BadOrderFile(name, mistakes)
    return steps


def _step_id(patient: Patient, order: Order) -> str:
    """Sixteen characters (SH) that the same order gets each time."""
    content = "\0".join(
        (
            patient.identifier,
            patient.issuer,
            order.accession_number,
            order.requested_procedure_id,
            order.start_date,
            order.start_time,
            order.modality,
            order.step_description,
            order.station_ae,
        )
    )
    return "S" + hashlib.sha256(content.encode()).hexdigest()[:15].upper()
