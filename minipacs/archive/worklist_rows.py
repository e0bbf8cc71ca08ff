"""The rows of the worklist: from a patient and an order, to a row, to an answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import ExplicitVRLittleEndian

from minipacs.archive.database import Session
from minipacs.archive.encoding import UTF_8, decode, encode, is_ascii
from minipacs.archive.errors import DuplicateEntry
from minipacs.archive.matching.keys import Key
from minipacs.archive.rows import WorklistEntry
from minipacs.archive.texts import clean, date_key, name_keys, time_key
from minipacs.dicom import part10, worklist_item
from minipacs.dicom.model import Order, Patient

STEPS = "ScheduledProcedureStepSequence"
_COLUMNS = [
    "status",
    "patient_id",
    "issuer",
    "name",
    "name_a",
    "name_i",
    "name_p",
    "accession",
    "study_uid",
    "procedure_id",
    "station_ae",
    "start_date",
    "start_time",
    "modality",
    "performer",
    "performer_a",
    "performer_i",
    "performer_p",
    "wide",
    "data",
    "changed_at",
]
_INSERT = (
    f"INSERT INTO worklist ({', '.join(_COLUMNS)}, step_id, added_at) "  # noqa: S608 - our own names
    f"VALUES ({', '.join('?' * (len(_COLUMNS) + 2))})"
)
_UPDATE = (
    f"UPDATE worklist SET {', '.join(f'{column} = ?' for column in _COLUMNS)} WHERE step_id = ?"  # noqa: S608
)


class TakenMeanwhile(DuplicateEntry):
    """Another program took the step ID that was made up for an order without one."""


def put_all(
    session: Session, rows: Iterable[tuple[str, bool, tuple[object, ...]]], again: bool, now: str
) -> None:
    """Write entries (step ID, whether it was made up, columns); raises DuplicateEntry, TakenMeanwhile."""
    for step_id, made_up, values in rows:
        if not exists(session, step_id):
            session.run(_INSERT, *values, step_id, now)
        elif made_up:
            raise TakenMeanwhile(step_id)
        elif not again:
            raise DuplicateEntry(step_id)
        else:
            session.run(_UPDATE, *values, step_id)


def exists(session: Session, step_id: str) -> bool:
    """Whether the worklist has a step of that ID."""
    return session.one("SELECT 1 FROM worklist WHERE step_id = ?", step_id) is not None


def values_of(
    patient: Patient, order: Order, step_id: str, status: str, now: str
) -> tuple[object, ...]:
    """The columns of an entry, in the order of `_COLUMNS`; raises BadRequest by `worklist_item`."""
    order = dataclasses.replace(order, step_id=step_id)
    item = worklist_item.to_dataset(patient, order)
    return (
        status,
        clean(patient.identifier),
        clean(patient.issuer),
        clean(patient.name),
        *name_keys(clean(patient.name)),
        clean(order.accession_number),
        order.study_instance_uid,
        clean(order.requested_procedure_id),
        clean(order.station_ae),
        date_key(order.start_date),
        time_key(order.start_time),
        clean(order.modality),
        clean(order.performing_physician),
        *name_keys(clean(order.performing_physician)),
        int(not is_ascii(item)),
        encode(item),
        now,
    )


def entry_of(data: bytes, status: str) -> WorklistEntry:
    """An entry as values."""
    patient, order = worklist_item.from_dataset(decode(data))
    return WorklistEntry(patient, order, status)


def lazily(data: bytes) -> Dataset:
    """An item whose values are decoded only when somebody looks at them."""
    return part10.scan(bytes(data), str(ExplicitVRLittleEndian)).dataset


def answer_of(
    item: Dataset,
    keys: Sequence[Key],
    inner: dict[str, Key],
    status: str,
    *,
    wide: bool,
    station: str = "",
) -> Dataset:
    """What a modality gets: the keys it asked for, empty where the item has none.

    Args:
        station: stands for the station of a step that any station may do: Scheduled Station AE Title may not be empty
            in an answer (PS3.4 table K.6-1, type 1).
    """
    answer = Dataset()
    if wide:
        answer.SpecificCharacterSet = UTF_8
    for key in keys:
        if key.keyword == STEPS:
            answer.add(_steps(item, key, inner, status, station))
        elif key.tag in item:
            answer.add(item[key.tag])
        else:
            answer.add(_empty(key))
    if "RequestedProcedureDescription" in answer and not answer.RequestedProcedureDescription:
        _describe(answer, item, "RequestedProcedureDescription", "RequestedProcedureCodeSequence")
    return answer


def _describe(into: Dataset, item: Dataset, keyword: str, codes: str) -> None:
    """Description or code may not both be empty (type 1C); step and procedure can stand for each other."""
    step = item[STEPS].value[0]
    if into.get(codes) or item.get(codes) or step.get(codes):
        return
    found = (
        step.get("ScheduledProcedureStepDescription"),
        item.get("RequestedProcedureDescription"),
        step.get("Modality"),
    )
    setattr(into, keyword, next((str(text) for text in found if text), ""))


NO_TIME = "000000"
"""Start time in the answer for a step that has only a day: it may not be empty either, and sorts first."""


def _steps(
    item: Dataset, key: Key, inner: dict[str, Key], status: str, station: str
) -> DataElement:
    steps = []
    for step in item[key.tag].value:
        whole = Dataset()
        wanted = inner or {e.keyword: Key(e.tag, e.keyword, e.VR) for e in step}
        for name, asked in wanted.items():
            if name == "ScheduledProcedureStepStatus":
                whole.ScheduledProcedureStepStatus = status
            elif asked.tag in step:
                whole.add(step[asked.tag])
            else:
                whole.add(_empty(asked))
        if "ScheduledStationAETitle" in whole and not whole.ScheduledStationAETitle:
            whole.ScheduledStationAETitle = _asked_station(inner) or station
        if "ScheduledProcedureStepStartTime" in whole and not whole.ScheduledProcedureStepStartTime:
            whole.ScheduledProcedureStepStartTime = NO_TIME
        keyword = "ScheduledProcedureStepDescription"
        if keyword in whole and not whole.get(keyword):
            _describe(whole, item, keyword, "ScheduledProtocolCodeSequence")
        steps.append(whole)
    return DataElement(key.tag, "SQ", Items(steps))


def _asked_station(inner: dict[str, Key]) -> str:
    """The one station that was asked for; empty when it is none, a pattern or several."""
    key = inner.get("ScheduledStationAETitle")
    values = key.values if key is not None else ()
    return values[0] if len(values) == 1 and not set(values[0]) & set("*?") else ""


def _empty(key: Key) -> DataElement:
    return DataElement(key.tag, key.vr, Items() if key.vr == "SQ" else "")
