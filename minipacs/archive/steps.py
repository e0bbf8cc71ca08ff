"""Modality performed procedure steps: the state machine of PS3.4 F.7.2, and what it does to the worklist.

N-CREATE IN PROGRESS; N-SET while IN PROGRESS only, of attributes that the N-CREATE had; the final status needs at
least one performed series. Each message moves every scheduled step it names, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pydicom.dataset import Dataset

from minipacs.archive.database import Database, Session
from minipacs.archive.encoding import decode, encode
from minipacs.archive.errors import BadStep, DuplicateStep, StepClosed, UnknownStep
from minipacs.archive.texts import clean
from minipacs.dicom.part10 import text_of
from minipacs.dicom.uids import is_valid_uid

IN_PROGRESS = "IN PROGRESS"
FINAL = ("COMPLETED", "DISCONTINUED")

# dcm4chee-arc #257: what becomes of the scheduled step, and from which of its states.
_WORKLIST: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        IN_PROGRESS: ("STARTED", ("SCHEDULED", "DISCONTINUED")),
        "COMPLETED": ("COMPLETED", ("SCHEDULED", "STARTED", "DISCONTINUED")),
        "DISCONTINUED": ("DISCONTINUED", ("SCHEDULED", "STARTED")),
    }
)
# PS3.4 Table F.7.2-1, Type 1 at N-CREATE.
_NEEDED_AT_CREATE = (
    "PerformedProcedureStepID",
    "PerformedStationAETitle",
    "PerformedProcedureStepStartDate",
    "PerformedProcedureStepStartTime",
    "PerformedProcedureStepStatus",
    "Modality",
)
# The same table: "Not allowed" at N-SET.
_FIXED = frozenset(
    {
        "ScheduledStepAttributesSequence",
        "PatientName",
        "PatientID",
        "IssuerOfPatientID",
        "PatientBirthDate",
        "PatientSex",
        "ReferencedPatientSequence",
        "PerformedProcedureStepID",
        "PerformedStationAETitle",
        "PerformedStationName",
        "PerformedLocation",
        "PerformedProcedureStepStartDate",
        "PerformedProcedureStepStartTime",
        "Modality",
        "StudyID",
    }
)


class Steps:
    """The performed procedure steps of an archive."""

    def __init__(self, database: Database, now: Callable[[], str]) -> None:
        self._database = database
        self._now = now

    def create(self, uid: str, ds: Dataset) -> None:
        """N-CREATE, PS3.4 F.7.2.1.

        Raises:
            DuplicateStep: the UID exists.
            BadStep: an attribute of Type 1 is missing, or a value is not allowed.
        """
        if not is_valid_uid(uid):
            raise BadStep("AffectedSOPInstanceUID", "it is not a valid UID")
        data = _encoded(ds)
        step = decode(data)
        _check_create(step)
        now = self._now()

        def job(session: Session) -> None:
            made = session.value(
                "INSERT INTO performed_step (uid, status, data, created_at, changed_at) "
                "VALUES (?, ?, ?, ?, ?) ON CONFLICT (uid) DO NOTHING RETURNING uid",
                *(uid, IN_PROGRESS, data, now, now),
            )
            if made is None:
                raise DuplicateStep(uid)
            _move_worklist(session, step, IN_PROGRESS, now)

        self._database.write(job)

    def update(self, uid: str, ds: Dataset) -> str:
        """N-SET, PS3.4 F.7.2.2; gives the status after it.

        Raises:
            UnknownStep: never created.
            StepClosed: COMPLETED or DISCONTINUED before.
            BadStep: an attribute that the N-CREATE did not have or that may not change, a status that is none, or a
                final status without what it needs.
        """
        changes = decode(_encoded(ds))
        now = self._now()

        def job(session: Session) -> str:
            row = session.one("SELECT status, data FROM performed_step WHERE uid = ?", uid)
            if row is None:
                raise UnknownStep(uid)
            if row[0] != IN_PROGRESS:
                raise StepClosed(uid)
            step = decode(row[1])
            _merge(step, changes)
            status = text_of(step, "PerformedProcedureStepStatus")
            if status not in (IN_PROGRESS, *FINAL):
                raise BadStep("PerformedProcedureStepStatus", "it is no status of a performed step")
            if status in FINAL:
                _check_final(step)
            session.run(
                "UPDATE performed_step SET status = ?, data = ?, changed_at = ? WHERE uid = ?",
                *(status, encode(step), now, uid),
            )
            _move_worklist(session, step, status, now)
            return status

        return self._database.write(job)

    def get(self, uid: str) -> Dataset:
        """N-GET: everything known; raises UnknownStep."""
        with self._database.reading() as session:
            data = session.value("SELECT data FROM performed_step WHERE uid = ?", uid)
        if data is None:
            raise UnknownStep(uid)
        return decode(data)

    def status(self, uid: str) -> str:
        """IN PROGRESS, COMPLETED or DISCONTINUED; raises UnknownStep."""
        with self._database.reading() as session:
            found = session.value("SELECT status FROM performed_step WHERE uid = ?", uid)
        if found is None:
            raise UnknownStep(uid)
        return str(found)

    def uids(self, status: str = "") -> list[str]:
        """The steps, the oldest first."""
        where, values = ("WHERE status = ?", (status,)) if status else ("", ())
        with self._database.reading() as session:
            rows = session.all(
                f"SELECT uid FROM performed_step {where} ORDER BY created_at, uid",  # noqa: S608
                *values,
            )
        return [row[0] for row in rows]


def _encoded(ds: Dataset) -> bytes:
    try:
        return encode(ds)
    except Exception as error:  # pydicom decodes at access, and raises some ten types
        raise BadStep("dataset", "a value can't be decoded") from error


def _check_create(step: Dataset) -> None:
    items = _items(step, "ScheduledStepAttributesSequence")
    if not items:
        raise BadStep("ScheduledStepAttributesSequence", "it has no item", "missing")
    for item in items:
        if not is_valid_uid(text_of(item, "StudyInstanceUID")):
            raise BadStep("StudyInstanceUID", "a scheduled step names no valid study", "missing")
    for keyword in _NEEDED_AT_CREATE:
        if not text_of(step, keyword):
            raise BadStep(keyword, "a value is needed to create a step", "missing")
    if text_of(step, "PerformedProcedureStepStatus") != IN_PROGRESS:
        raise BadStep("PerformedProcedureStepStatus", "a step is created IN PROGRESS")


def _merge(step: Dataset, changes: Dataset) -> None:
    for element in changes:
        keyword = element.keyword or str(element.tag)
        if keyword == "SpecificCharacterSet":
            continue
        if element.tag not in step:
            raise BadStep(keyword, "it was not there when the step was created", "attribute")
        if keyword in _FIXED and step[element.tag].value != element.value:
            raise BadStep(keyword, "it may not be changed after the step was created", "attribute")
        step[element.tag] = element


def _check_final(step: Dataset) -> None:
    series = _items(step, "PerformedSeriesSequence")
    if not series:
        raise BadStep("PerformedSeriesSequence", "a step ends with at least one series", "missing")
    for item in series:
        if not is_valid_uid(text_of(item, "SeriesInstanceUID")):
            raise BadStep("SeriesInstanceUID", "a performed series has no valid UID", "missing")
        if not text_of(item, "ProtocolName"):
            raise BadStep("ProtocolName", "a performed series names its protocol", "missing")
    for keyword in ("PerformedProcedureStepEndDate", "PerformedProcedureStepEndTime"):
        if not text_of(step, keyword):
            raise BadStep(keyword, "a step that ended has it", "missing")


def _move_worklist(session: Session, step: Dataset, status: str, now: str) -> None:
    target, sources = _WORKLIST[status]
    marks = ", ".join("?" * len(sources))
    for step_id, study_uid in _scheduled(step):
        session.run(
            f"UPDATE worklist SET status = ?, changed_at = ? WHERE step_id = ? AND study_uid = ? "  # noqa: S608
            f"AND status IN ({marks})",
            *(target, now, step_id, study_uid, *sources),
        )


def _scheduled(step: Dataset) -> Iterator[tuple[str, str]]:
    for item in _items(step, "ScheduledStepAttributesSequence"):
        step_id = clean(text_of(item, "ScheduledProcedureStepID"))
        if step_id:
            yield step_id, text_of(item, "StudyInstanceUID")


def _items(ds: Dataset, keyword: str) -> list[Any]:
    value = ds.get(keyword)
    if value is None or isinstance(value, str | bytes):
        return []
    return list(value)
