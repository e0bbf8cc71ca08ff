"""Schema 1. Text columns are never NULL: an absent value is "", which no range or wildcard matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minipacs.archive.database import Database, Session

# A person name has its whole text and a folded key for each group (alphabetic, ideographic, phonetic).
_TABLES = (
    "CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)",
    # identity is issuer + ID, or name + birth date for a patient without ID: those are never merged by "".
    """CREATE TABLE patient (
        id {serial}, identity TEXT NOT NULL UNIQUE, patient_id TEXT NOT NULL, issuer TEXT NOT NULL,
        name TEXT NOT NULL, name_a TEXT NOT NULL, name_i TEXT NOT NULL, name_p TEXT NOT NULL,
        birth_date TEXT NOT NULL, sex TEXT NOT NULL)""",
    "CREATE INDEX patient_by_id ON patient (patient_id)",
    "CREATE INDEX patient_by_name_a ON patient (name_a)",
    "CREATE INDEX patient_by_name_i ON patient (name_i)",
    "CREATE INDEX patient_by_name_p ON patient (name_p)",
    "CREATE INDEX patient_by_birth ON patient (birth_date)",
    # One Study Instance UID that came with two patients is two rows: a study never moves silently.
    """CREATE TABLE study (
        id {serial}, patient BIGINT NOT NULL REFERENCES patient (id), study_uid TEXT NOT NULL,
        study_date TEXT NOT NULL, study_time TEXT NOT NULL, accession TEXT NOT NULL,
        issuer_of_accession TEXT NOT NULL, study_id TEXT NOT NULL, description TEXT NOT NULL,
        referring TEXT NOT NULL, referring_a TEXT NOT NULL, referring_i TEXT NOT NULL,
        referring_p TEXT NOT NULL, stored_at TEXT NOT NULL, UNIQUE (study_uid, patient))""",
    "CREATE INDEX study_by_patient ON study (patient)",
    "CREATE INDEX study_by_date ON study (study_date)",
    "CREATE INDEX study_by_accession ON study (accession)",
    "CREATE INDEX study_by_study_id ON study (study_id)",
    """CREATE TABLE series (
        id {serial}, study BIGINT NOT NULL REFERENCES study (id), series_uid TEXT NOT NULL,
        modality TEXT NOT NULL, number TEXT NOT NULL, description TEXT NOT NULL,
        body_part TEXT NOT NULL, laterality TEXT NOT NULL, protocol TEXT NOT NULL,
        station TEXT NOT NULL, series_date TEXT NOT NULL, series_time TEXT NOT NULL,
        step_date TEXT NOT NULL, step_time TEXT NOT NULL, step_id TEXT NOT NULL,
        UNIQUE (series_uid, study))""",
    "CREATE INDEX series_by_study ON series (study)",
    """CREATE TABLE instance (
        id {serial}, series BIGINT NOT NULL REFERENCES series (id), sop_uid TEXT NOT NULL UNIQUE,
        sop_class TEXT NOT NULL, number TEXT NOT NULL, content_date TEXT NOT NULL,
        content_time TEXT NOT NULL, syntax TEXT NOT NULL, key TEXT NOT NULL, size BIGINT NOT NULL,
        sha256 {blob} NOT NULL, stored_at TEXT NOT NULL, origin TEXT NOT NULL,
        origin_ae TEXT NOT NULL, origin_address TEXT NOT NULL)""",
    "CREATE INDEX instance_by_series ON instance (series)",
    # What differs between the instances of one patient, study or series stays with each: its own header, as received.
    """CREATE TABLE header (
        instance BIGINT PRIMARY KEY REFERENCES instance (id), data {blob} NOT NULL)""",
    """CREATE TABLE quarantine (
        id {serial}, key TEXT NOT NULL UNIQUE, sop_uid TEXT NOT NULL, reason TEXT NOT NULL,
        sha256 {blob} NOT NULL, size BIGINT NOT NULL, kept_at TEXT NOT NULL, origin TEXT NOT NULL,
        origin_ae TEXT NOT NULL, origin_address TEXT NOT NULL)""",
    "CREATE INDEX quarantine_by_uid ON quarantine (sop_uid)",
    """CREATE TABLE worklist (
        id {serial}, step_id TEXT NOT NULL UNIQUE, status TEXT NOT NULL,
        patient_id TEXT NOT NULL, issuer TEXT NOT NULL,
        name TEXT NOT NULL, name_a TEXT NOT NULL, name_i TEXT NOT NULL, name_p TEXT NOT NULL,
        accession TEXT NOT NULL, study_uid TEXT NOT NULL, procedure_id TEXT NOT NULL,
        station_ae TEXT NOT NULL, start_date TEXT NOT NULL, start_time TEXT NOT NULL,
        modality TEXT NOT NULL, performer TEXT NOT NULL, performer_a TEXT NOT NULL,
        performer_i TEXT NOT NULL, performer_p TEXT NOT NULL,
        wide INTEGER NOT NULL, data {blob} NOT NULL, added_at TEXT NOT NULL,
        changed_at TEXT NOT NULL)""",
    "CREATE INDEX worklist_by_date ON worklist (start_date, status)",
    "CREATE INDEX worklist_by_patient ON worklist (patient_id)",
    "CREATE INDEX worklist_by_name_a ON worklist (name_a)",
    "CREATE INDEX worklist_by_name_i ON worklist (name_i)",
    "CREATE INDEX worklist_by_name_p ON worklist (name_p)",
    "CREATE INDEX worklist_by_accession ON worklist (accession)",
    "CREATE INDEX worklist_by_study ON worklist (study_uid)",
    "CREATE INDEX worklist_by_procedure ON worklist (procedure_id)",
    "CREATE INDEX worklist_by_station ON worklist (station_ae, status, start_date)",
    "CREATE INDEX worklist_by_modality ON worklist (modality, status, start_date)",
    """CREATE TABLE performed_step (
        uid TEXT PRIMARY KEY, status TEXT NOT NULL, data {blob} NOT NULL,
        created_at TEXT NOT NULL, changed_at TEXT NOT NULL)""",
    """CREATE TABLE commitment (
        transaction_uid TEXT NOT NULL, role TEXT NOT NULL, peer TEXT NOT NULL, refs TEXT NOT NULL,
        created_at TEXT NOT NULL, resolved_at TEXT NOT NULL, PRIMARY KEY (transaction_uid, role))""",
    "CREATE INDEX commitment_open ON commitment (resolved_at)",
    """CREATE TABLE outbox (
        id {serial}, kind TEXT NOT NULL, uid TEXT NOT NULL, destination TEXT NOT NULL,
        data {blob} NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, status INTEGER,
        attempts INTEGER NOT NULL, created_at TEXT NOT NULL, changed_at TEXT NOT NULL,
        next_try_at TEXT NOT NULL)""",
    "CREATE INDEX outbox_by_uid ON outbox (uid, destination)",
    "CREATE INDEX outbox_by_state ON outbox (state, next_try_at)",
    """CREATE TABLE alert (
        id {serial}, kind TEXT NOT NULL, text TEXT NOT NULL, uid TEXT NOT NULL,
        raised_at TEXT NOT NULL, acknowledged_at TEXT NOT NULL)""",
    "CREATE INDEX alert_open ON alert (acknowledged_at, kind, uid)",
    """CREATE TABLE audit (
        number INTEGER PRIMARY KEY, at TEXT NOT NULL, event TEXT NOT NULL, outcome TEXT NOT NULL,
        who TEXT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL)""",
)


def apply(session: Session, database: Database) -> None:
    """Make every table and index."""
    for statement in _TABLES:
        session.run(statement.replace("{serial}", database.serial).replace("{blob}", database.blob))
