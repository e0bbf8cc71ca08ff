"""Rows for people and other rooms: lists and counts."""

from __future__ import annotations

from typing import Any

from minipacs.archive.blobs import Blobs
from minipacs.archive.database import Database, Session
from minipacs.archive.rows import Counts, InstanceRow, Origin, SeriesRow, StudyRow
from minipacs.archive.texts import date_key, fold

_INSTANCES = (
    "SELECT i.sop_uid, i.sop_class, e.series_uid, s.study_uid, p.patient_id, p.issuer, p.name, "
    "e.modality, e.number, i.number, i.syntax, i.size, i.sha256, i.key, i.stored_at, i.origin, "
    "i.origin_ae, i.origin_address FROM instance i JOIN series e ON e.id = i.series "
    "JOIN study s ON s.id = e.study JOIN patient p ON p.id = s.patient"
)
_STUDIES = (
    "SELECT s.id, s.study_uid, p.patient_id, p.issuer, p.name, p.birth_date, p.sex, s.study_date, "
    "s.study_time, s.description, s.accession, s.study_id, s.stored_at "
    "FROM study s JOIN patient p ON p.id = s.patient"
)


def instances(
    session: Session,
    blobs: Blobs,
    *,
    uid: str = "",
    study: str = "",
    series: str = "",
    patient: str = "",
) -> list[InstanceRow]:
    """Instances by patient, study, series and number."""
    asked = (
        ("i.sop_uid", uid),
        ("s.study_uid", study),
        ("e.series_uid", series),
        ("p.patient_id", patient),
    )
    given = [(column, value) for column, value in asked if value]
    where = " AND ".join(f"{column} = ?" for column, _ in given)
    sql = f"{_INSTANCES} WHERE {where}" if where else _INSTANCES
    rows = session.all(sql, *(value for _, value in given))
    rows.sort(key=lambda row: (row[4], row[3], _number(row[8]), row[2], _number(row[9]), row[0]))
    return [_instance(row, blobs) for row in rows]


def _instance(row: tuple[Any, ...], blobs: Blobs) -> InstanceRow:
    sha256, key, stored_at = bytes(row[12]).hex(), row[13], row[14]
    return InstanceRow(*row[:12], sha256, blobs.path_of(key), stored_at, Origin(*row[15:]))  # type: ignore[call-arg]


def _number(text: str) -> int:
    return int(text) if text else 0


def series(session: Session, study: str) -> list[SeriesRow]:
    """The series of a study, by number."""
    rows = session.all(
        "SELECT e.series_uid, s.study_uid, e.modality, e.number, e.description, e.body_part, "
        "e.laterality, (SELECT count(*) FROM instance i WHERE i.series = e.id) "
        "FROM series e JOIN study s ON s.id = e.study WHERE s.study_uid = ?",
        study,
    )
    rows.sort(key=lambda row: (_number(row[3]), row[0]))
    return [SeriesRow(*row) for row in rows]


def studies(
    session: Session,
    database: Database,
    text: str,
    date_from: str,
    date_to: str,
    modality: str,
    limit: int,
    offset: int,
) -> list[StudyRow]:
    """Studies for the archive page, the newest first."""
    where: list[str] = []
    values: list[Any] = []
    if text.strip():
        _add_text(database, text.strip(), where, values)
    if date_from:
        where.append("s.study_date >= ?")
        values.append(date_key(date_from) or date_from)
    if date_to:
        where.append("s.study_date > '' AND s.study_date <= ?")
        values.append(date_key(date_to) or date_to)
    if modality:
        where.append("EXISTS (SELECT 1 FROM series e WHERE e.study = s.id AND e.modality = ?)")
        values.append(modality)
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    rows = session.all(
        f"{_STUDIES}{condition} ORDER BY s.study_date DESC, s.study_time DESC, s.id DESC "
        "LIMIT ? OFFSET ?",
        *values,
        limit,
        offset,
    )
    return [_study(session, row) for row in rows]


def _add_text(database: Database, text: str, where: list[str], values: list[Any]) -> None:
    folded = fold(text)
    parts = []
    for column, wanted in (
        ("p.name_a", folded),
        ("p.name_i", folded),
        ("p.name_p", folded),
        ("p.patient_id", text),
        ("s.accession", text),
        ("s.description", text),
    ):
        sql, value = database.like(column, f"*{wanted}*")
        parts.append(sql)
        values.append(value)
    where.append(f"({' OR '.join(parts)})")


def _study(session: Session, row: tuple[Any, ...]) -> StudyRow:
    below = session.all(
        "SELECT e.modality, count(i.id) FROM series e LEFT JOIN instance i ON i.series = e.id "
        "WHERE e.study = ? GROUP BY e.id, e.modality",
        row[0],
    )
    modalities = tuple(sorted({modality for modality, _ in below if modality}))
    instance_count = sum(count for _, count in below)
    return StudyRow(*row[1:12], modalities, len(below), instance_count, row[12])  # type: ignore[call-arg]


def counts(session: Session) -> Counts:
    """How much there is."""
    patients, studies_, series_ = (
        int(session.value(f"SELECT count(*) FROM {table}"))  # noqa: S608 - our own names
        for table in ("patient", "study", "series")
    )
    number, size = session.one("SELECT count(*), coalesce(sum(size), 0) FROM instance") or (0, 0)
    return Counts(
        patients,
        studies_,
        series_,
        int(number),
        int(size),
        int(session.value("SELECT count(*) FROM quarantine")),
        int(session.value("SELECT count(*) FROM alert WHERE acknowledged_at = ''")),
    )
