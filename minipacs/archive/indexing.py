"""The rows of one object at its four levels, with the alerts and deliveries that come with it: one transaction.

Most objects join a patient, study and series that are there, so those are looked for before they are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minipacs.archive.alerts import raise_alert
from minipacs.archive.blobs import Blob
from minipacs.archive.database import Session
from minipacs.archive.facts import (
    INSTANCE_COLUMNS,
    PATIENT_COLUMNS,
    SERIES_COLUMNS,
    STUDY_COLUMNS,
    Facts,
)
from minipacs.archive.outbox import queue_instance
from minipacs.archive.rows import Origin

_COMPARED = {
    "patient": ("name", "birth_date", "sex"),
    "study": ("study_date", "accession", "study_id", "description", "referring"),
    "series": ("modality", "number", "description", "body_part", "laterality"),
}
_KEYWORDS = {
    "name": "PatientName",
    "birth_date": "PatientBirthDate",
    "sex": "PatientSex",
    "study_date": "StudyDate",
    "accession": "AccessionNumber",
    "study_id": "StudyID",
    "referring": "ReferringPhysicianName",
    "modality": "Modality",
    "number": "SeriesNumber",
    "body_part": "BodyPartExamined",
    "laterality": "Laterality",
}


def _insert(table: str, first: str, columns: Sequence[str], conflict: str) -> str:
    names = f"{first}, {', '.join(columns)}"
    marks = ", ".join("?" * (names.count(",") + 1))
    return (
        f"INSERT INTO {table} ({names}) VALUES ({marks}) "  # noqa: S608 - our own names
        f"ON CONFLICT ({conflict}) DO NOTHING RETURNING id"
    )


_INSERT_PATIENT = _insert("patient", "identity", PATIENT_COLUMNS, "identity")
_INSERT_STUDY = _insert(
    "study", "patient, study_uid, stored_at", STUDY_COLUMNS, "study_uid, patient"
)
_INSERT_SERIES = _insert("series", "study, series_uid", SERIES_COLUMNS, "series_uid, study")
_INSERT_INSTANCE = _insert(
    "instance",
    "series, sop_uid, sop_class, syntax, key, size, sha256, stored_at, origin, origin_ae, "
    "origin_address",
    INSTANCE_COLUMNS,
    "sop_uid",
)
_FIND_PATIENT = f"SELECT id, {', '.join(PATIENT_COLUMNS)} FROM patient WHERE identity = ?"  # noqa: S608
_FIND_STUDY = (
    f"SELECT id, {', '.join(STUDY_COLUMNS)} FROM study WHERE study_uid = ? AND patient = ?"  # noqa: S608
)
_FIND_SERIES = (
    f"SELECT id, {', '.join(SERIES_COLUMNS)} FROM series WHERE series_uid = ? AND study = ?"  # noqa: S608
)


def write_rows(
    session: Session,
    facts: Facts,
    blob: Blob,
    sha256: bytes,
    origin: Origin,
    destinations: Sequence[str],
    now: str,
) -> list[str] | None:
    """Every row of one object; None when the UID is there already. Gives the alerts that were raised."""
    if session.one("SELECT 1 FROM instance WHERE sop_uid = ?", facts.sop_uid):
        return None
    alerts: list[str] = []
    patient, row = _level(
        session, _INSERT_PATIENT, (facts.identity, *facts.patient), _FIND_PATIENT, (facts.identity,)
    )
    _compare("patient", PATIENT_COLUMNS, row, facts.patient, alerts)
    study, row = _level(
        session,
        _INSERT_STUDY,
        (patient, facts.study_uid, now, *facts.study),
        _FIND_STUDY,
        (facts.study_uid, patient),
    )
    _compare("study", STUDY_COLUMNS, row, facts.study, alerts)
    if row is None:
        _look_for_another_patient(session, facts, patient, alerts)
    series, row = _level(
        session,
        _INSERT_SERIES,
        (study, facts.series_uid, *facts.series),
        _FIND_SERIES,
        (facts.series_uid, study),
    )
    _compare("series", SERIES_COLUMNS, row, facts.series, alerts)
    instance = session.value(
        _INSERT_INSTANCE,
        series,
        facts.sop_uid,
        facts.sop_class,
        facts.syntax,
        blob.key,
        blob.size,
        sha256,
        now,
        origin.kind,
        origin.ae_title,
        origin.address,
        *facts.instance,
    )
    if facts.header:
        session.run("INSERT INTO header (instance, data) VALUES (?, ?)", instance, facts.header)
    for text in alerts:
        raise_alert(session, "difference", text, facts.study_uid, now)
    for destination in destinations:
        queue_instance(session, facts.sop_uid, destination, now)
    return alerts


def _level(
    session: Session,
    insert: str,
    values: tuple[Any, ...],
    find: str,
    keys: tuple[Any, ...],
) -> tuple[int, tuple[Any, ...] | None]:
    """(id, the row that was there before); most objects join rows that are there, so those are looked for first."""
    row = session.one(find, *keys)
    if row is not None:
        return row[0], row[1:]
    made = session.value(insert, *values)
    if made is None:
        # Only with PostgreSQL, where another connection may have inserted it in between.
        row = session.one(find, *keys)
        return (row[0], row[1:]) if row else (0, None)
    return int(made), None


def _compare(
    level: str,
    columns: Sequence[str],
    before: tuple[Any, ...] | None,
    now: tuple[str, ...],
    alerts: list[str],
) -> None:
    """The first stored value wins at patient, study and series; a difference is listed, by keyword only."""
    if before is None or before == now:
        return
    other = [
        _KEYWORDS.get(column, f"{level.capitalize()}Description")
        for column, first, second in zip(columns, before, now, strict=True)
        if column in _COMPARED[level] and first and second and first != second
    ]
    if other:
        alerts.append(
            f"an instance of this study has another {', '.join(other)} than its {level} had at first"
        )


def _look_for_another_patient(
    session: Session, facts: Facts, patient: int, alerts: list[str]
) -> None:
    row = session.one(
        "SELECT 1 FROM study WHERE study_uid = ? AND patient <> ? LIMIT 1", facts.study_uid, patient
    )
    if row:
        alerts.append(
            "this Study Instance UID came with another patient before: its instances were kept with "
            "their own patient each; one of them may have been labelled wrongly"
        )


def quarantine_row(
    session: Session,
    blob: Blob,
    sop_uid: str,
    reason: str,
    sha256: bytes,
    origin: Origin,
    now: str,
) -> None:
    """Write down a file of quarantine."""
    session.run(
        "INSERT INTO quarantine (key, sop_uid, reason, sha256, size, kept_at, origin, origin_ae, "
        "origin_address) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
        blob.key,
        sop_uid,
        reason,
        sha256,
        blob.size,
        now,
        origin.kind,
        origin.ae_title,
        origin.address,
    )
