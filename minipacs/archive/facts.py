"""What the archive wants to know of an object before it keeps it, found without touching the pixels."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from minipacs.archive.errors import Refused
from minipacs.archive.texts import clean, date_key, name_keys, number_key, time_key
from minipacs.dicom import part10
from minipacs.dicom.uids import is_valid_uid

_HEAD_BYTES = 128 * 1024
_LONG_VRS = {b"OB", b"OW", b"OD", b"OF", b"OL", b"OV", b"UN"}
_UNDEFINED = 0xFFFFFFFF
MAX_KEPT_HEADER = 64 * 1024
"""A longer header is not kept in the database; it is read from the file when somebody asks."""
_BIG_ENDIAN = "1.2.840.10008.1.2.2"
_IMPLICIT = "1.2.840.10008.1.2"
_DEFLATED = "1.2.840.10008.1.2.1.99"
_BETWEEN = "\x1f"
"""Between the parts of an identity; `clean` lets no text contain it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The columns of one object, level by level, in the order of `ingest`'s statements."""

    sop_class: str
    sop_uid: str
    study_uid: str
    series_uid: str
    syntax: str
    dataset_offset: int
    header: bytes
    """The elements before the pixel data as received; empty when they are too many or deflated."""
    identity: str
    patient: tuple[str, ...]
    study: tuple[str, ...]
    series: tuple[str, ...]
    instance: tuple[str, ...]


_TAGS = {
    keyword: BaseTag(tag_for_keyword(keyword) or 0)
    for keyword in [
        "SOPClassUID",
        "SOPInstanceUID",
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "PatientID",
        "IssuerOfPatientID",
        "PatientName",
        "PatientBirthDate",
        "PatientSex",
        "StudyDate",
        "StudyTime",
        "AccessionNumber",
        "StudyID",
        "StudyDescription",
        "ReferringPhysicianName",
        "Modality",
        "SeriesNumber",
        "SeriesDescription",
        "BodyPartExamined",
        "Laterality",
        "ProtocolName",
        "StationName",
        "SeriesDate",
        "SeriesTime",
        "PerformedProcedureStepStartDate",
        "PerformedProcedureStepStartTime",
        "PerformedProcedureStepID",
        "InstanceNumber",
        "ContentDate",
        "ContentTime",
    ]
}

PATIENT_COLUMNS = [
    "patient_id",
    "issuer",
    "name",
    "name_a",
    "name_i",
    "name_p",
    "birth_date",
    "sex",
]
STUDY_COLUMNS = [
    "study_date",
    "study_time",
    "accession",
    "issuer_of_accession",
    "study_id",
    "description",
    "referring",
    "referring_a",
    "referring_i",
    "referring_p",
]
SERIES_COLUMNS = [
    "modality",
    "number",
    "description",
    "body_part",
    "laterality",
    "protocol",
    "station",
    "series_date",
    "series_time",
    "step_date",
    "step_time",
    "step_id",
]
INSTANCE_COLUMNS = ["number", "content_date", "content_time"]


def examine(parts: Sequence[Any]) -> Facts:
    """Look at a complete Part 10 file.

    Raises:
        Refused: it can't be read, its pixel data is cut off, or it has no valid UIDs.
    """
    try:
        scan, whole = _scan(parts)
    except part10.Unreadable as error:
        raise Refused(error.reason) from error
    if scan.truncated:
        raise Refused("its pixel data is shorter than it says")
    return _facts(scan, whole)


def _scan(parts: Sequence[Any]) -> tuple[part10.Scan, Any]:
    """Several parts are joined as far as the header goes only, since a copy of the pixels costs time."""
    if len(parts) == 1:
        return part10.scan(parts[0]), parts[0]
    head, rest = bytearray(), 0
    for part in parts:
        view = memoryview(part).cast("B")
        taken = min(len(view), max(0, _HEAD_BYTES - len(head)))
        head += view[:taken]
        rest += len(view) - taken
    if not rest:
        return part10.scan(head), head
    try:
        scan = part10.scan(head)
    except part10.Unreadable:
        scan = None
    if scan is not None and _is_whole(head, scan, len(head) + rest):
        return dataclasses.replace(scan, truncated=False), head
    whole = b"".join(parts)
    return part10.scan(whole), whole


def _is_whole(head: bytearray, scan: part10.Scan, size: int) -> bool:
    """Whether the header ends within `head` and the pixel data within `size` bytes."""
    at = scan.pixel_offset
    if at is None or at + 12 > len(head):
        return False
    order = ">" if scan.transfer_syntax == _BIG_ENDIAN else "<"
    if scan.transfer_syntax != _IMPLICIT and bytes(head[at + 4 : at + 6]) in _LONG_VRS:
        length, value_at = struct.unpack_from(order + "L", head, at + 8)[0], at + 12
    else:
        length, value_at = struct.unpack_from(order + "L", head, at + 4)[0], at + 8
    return bool(length == _UNDEFINED or value_at + length <= size)


def _facts(scan: part10.Scan, data: Any) -> Facts:
    ds = scan.dataset

    def text(keyword: str) -> str:
        return _text(ds, keyword)

    sop_class, sop_uid = text("SOPClassUID"), text("SOPInstanceUID")
    study_uid, series_uid = text("StudyInstanceUID"), text("SeriesInstanceUID")
    for keyword, uid in (
        ("SOPClassUID", sop_class),
        ("SOPInstanceUID", sop_uid),
        ("StudyInstanceUID", study_uid),
        ("SeriesInstanceUID", series_uid),
    ):
        if not is_valid_uid(uid):
            raise Refused(f"its {keyword} is {'not a valid UID' if uid else 'absent'}")
    _check_meta(ds, sop_class, sop_uid)
    patient_id, issuer, name = text("PatientID"), text("IssuerOfPatientID"), text("PatientName")
    birth_date, referring = date_key(text("PatientBirthDate")), text("ReferringPhysicianName")
    name_a, name_i, name_p = name_keys(name)
    return Facts(
        sop_class,
        sop_uid,
        study_uid,
        series_uid,
        scan.transfer_syntax,
        scan.dataset_offset,
        _kept_header(scan, data),
        identity_of(patient_id, issuer, name, birth_date),
        (patient_id, issuer, name, name_a, name_i, name_p, birth_date, text("PatientSex")),
        (
            date_key(text("StudyDate")),
            time_key(text("StudyTime")),
            text("AccessionNumber"),
            _issuer_of_accession(ds),
            text("StudyID"),
            text("StudyDescription"),
            referring,
            *name_keys(referring),
        ),
        (
            text("Modality"),
            number_key(text("SeriesNumber")),
            text("SeriesDescription"),
            text("BodyPartExamined"),
            text("Laterality"),
            text("ProtocolName"),
            text("StationName"),
            date_key(text("SeriesDate")),
            time_key(text("SeriesTime")),
            date_key(text("PerformedProcedureStepStartDate")),
            time_key(text("PerformedProcedureStepStartTime")),
            text("PerformedProcedureStepID"),
        ),
        (
            number_key(text("InstanceNumber")),
            date_key(text("ContentDate")),
            time_key(text("ContentTime")),
        ),
    )


def _text(ds: Dataset, keyword: str) -> str:
    # Most values are plain ASCII as they came: taken as such they cost a tenth of a whole pydicom element.
    raw: Any = ds.get_item(_TAGS[keyword])
    if isinstance(raw, RawDataElement) and isinstance(raw.value, bytes):
        if raw.value.isascii() and b"\x1b" not in raw.value:
            return clean(raw.value.decode("ascii").rstrip("\0"))
    elif raw is None:
        return ""
    return clean(part10.text_of(ds, keyword))


def identity_of(patient_id: str, issuer: str, name: str, birth_date: str) -> str:
    """The text that tells two patients apart: issuer and ID; without an ID the name and birth date."""
    if patient_id:
        return f"{issuer}{_BETWEEN}{patient_id}"
    return _BETWEEN.join(("", "", *name_keys(name), birth_date))


def _check_meta(ds: Any, sop_class: str, sop_uid: str) -> None:
    meta = ds.file_meta
    for keyword, uid in (
        ("MediaStorageSOPClassUID", sop_class),
        ("MediaStorageSOPInstanceUID", sop_uid),
    ):
        said = part10.text_of(meta, keyword)
        if said and said != uid:
            raise Refused(f"its {keyword} is not that of its data set", mismatch=True)


def _issuer_of_accession(ds: Any) -> str:
    try:
        items = ds.get("IssuerOfAccessionNumberSequence") or ()
        return clean(part10.text_of(items[0], "LocalNamespaceEntityID")) if items else ""
    except Exception as error:  # noqa: BLE001 - pydicom finds out at access that a value is damaged
        del error
        return ""


def _kept_header(scan: part10.Scan, data: Any) -> bytes:
    if scan.transfer_syntax == _DEFLATED:
        return b""
    end = len(data) if scan.pixel_offset is None else scan.pixel_offset
    if end - scan.dataset_offset > MAX_KEPT_HEADER:
        return b""
    return bytes(memoryview(data)[scan.dataset_offset : end])
