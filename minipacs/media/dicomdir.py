"""Writes a DICOMDIR: PS3.3 Annex F, PS3.10 8. Linear in the number of instances.

The keys are copied as raw bytes from the instances. Type 1 keys that an instance leaves empty (they are Type 2
there) are invented in the record only; the instance stays as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from minipacs.media.record_encoding import Entry, Record, encode_directory
from minipacs.media.record_types import IMAGE, KEYS, RecordKeys, record_type, tag_of, vr_of
from minipacs.media.scan import Head, Raw

__all__ = ["WANTED", "CannotReference", "Directory", "Entry", "build"]

_PATIENT_ID, _PATIENT_NAME, _ISSUER, _BIRTH = 0x00100020, 0x00100010, 0x00100021, 0x00100030
_STUDY_UID, _SERIES_UID, _INSTANCE_UID = 0x0020000D, 0x0020000E, 0x00080018
_CHARSET, _INSTANCE_NUMBER = 0x00080005, 0x00200013
_SERIES_NUMBER, _MODALITY = 0x00200011, 0x00080060

_PATIENT_KEYS = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex")
_STUDY_KEYS = ("StudyDate", "StudyTime", "AccessionNumber", "StudyDescription", "StudyID")
_SERIES_KEYS = ("Modality", "SeriesInstanceUID", "SeriesNumber")
_SERIES_PROFILE_KEYS = ("InstitutionName", "InstitutionAddress", "PerformingPhysicianName")
_DATES = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "InstanceCreationDate")
_TIMES = ("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime", "InstanceCreationTime")
_IDENTITY = (
    "SpecificCharacterSet",
    "SOPClassUID",
    "SOPInstanceUID",
    "IssuerOfPatientID",
    "StudyInstanceUID",
    "InstanceNumber",
)


def _wanted() -> dict[int, bytes]:
    keywords = {*_PATIENT_KEYS, *_STUDY_KEYS, *_SERIES_KEYS, *_DATES, *_TIMES, *_IDENTITY}
    keywords.update(_SERIES_PROFILE_KEYS)
    keywords.update(KEYS[IMAGE].if_valued)
    # What the profiles look at: PS3.11 Table K.3-3 and K.3-4.
    keywords.update({"ManufacturerModelName", "DetectorID", "DetectorManufacturerName"})
    keywords.update({"DetectorManufacturerModelName", "BitsAllocated", "BitsStored"})
    tags = {tag_of(keyword) for keyword in keywords}
    # This one stands in group 0050, behind all that an image is known by; looking so far costs more than it tells.
    tags.discard(tag_of("CalibrationImage"))
    return {tag: vr_of(tag) for tag in tags}


WANTED: Mapping[int, bytes] = _wanted()
"""What `scan` has to find in a file for its records."""


class CannotReference(Exception):
    """An instance lacks what its record must have."""


@dataclass(frozen=True, slots=True)
class Directory:
    """A finished DICOMDIR."""

    data: bytes
    patients: int
    studies: int
    series: int
    instances: int
    mixed_studies: tuple[str, ...]
    """Study UIDs whose instances name more than one patient; each is listed under its first."""


def build(
    entries: Iterable[Entry],
    *,
    file_set_uid: str,
    file_set_id: str = "",
    descriptor: Sequence[str] = (),
    profile_keys: bool = False,
) -> Directory:
    """The DICOMDIR of these instances, in the order in which they come.

    Args:
        file_set_uid: SOP Instance UID of the Media Storage Directory; stays the same over updates.
        file_set_id: up to 16 characters of CS.
        descriptor: file ID of a text file about the file-set, in plain ASCII.
        profile_keys: whether to write the further keys that the JPEG profiles ask for.

    Raises:
        CannotReference: an instance lacks what its record must have.
    """
    tree = _Tree(profile_keys=profile_keys)
    for entry in entries:
        try:
            tree.add(entry)
        except CannotReference as problem:
            raise CannotReference(f"instance {entry.head.sop_instance_uid}: {problem}") from None
    tree.number()
    data = encode_directory(tree.patients, file_set_uid, file_set_id, descriptor)
    return Directory(
        data,
        len(tree.patients),
        len(tree.studies),
        len(tree.series),
        tree.instances,
        tuple(tree.mixed_studies),
    )


class _Tree:
    """Patients, studies, series and instances, each found by its key in constant time."""

    def __init__(self, *, profile_keys: bool) -> None:
        self._profile_keys = profile_keys
        self.patients: list[Record] = []
        self.studies: dict[str, Record] = {}
        self.series: dict[str, Record] = {}
        self.instances = 0
        self.mixed_studies: dict[str, None] = {}
        self._by_identity: dict[tuple[str, str], list[_Person]] = {}
        self._taken_ids: set[bytes] = set()
        self._person_of_study: dict[str, _Person] = {}
        self._study_of_series: dict[str, str] = {}
        self._seen: set[str] = set()

    def add(self, entry: Entry) -> None:
        head = entry.head
        study_uid, series_uid = head.text(_STUDY_UID), head.text(_SERIES_UID)
        if not study_uid or not series_uid or not head.sop_instance_uid:
            raise CannotReference("it has no study, series or instance UID")
        if head.sop_instance_uid in self._seen:
            raise CannotReference("the same instance is there twice")
        self._seen.add(head.sop_instance_uid)
        series = self.series.get(series_uid)
        if series is None:
            series = self._new_series(head, study_uid, series_uid)
        elif self._study_of_series[series_uid] != study_uid:
            raise CannotReference("its series UID belongs to another study as well")
        if not self._person_of_study[study_uid].is_meant_by(head, study_uid):
            self.mixed_studies[study_uid] = None
        series.children.append(_instance_record(entry, self._profile_keys))
        self.instances += 1

    def _new_series(self, head: Head, study_uid: str, series_uid: str) -> Record:
        study = self.studies.get(study_uid)
        if study is None:
            study = self.studies[study_uid] = _study_record(head, study_uid)
            person = self._person_of_study[study_uid] = self._person(head, study_uid)
            person.record.children.append(study)
        series = self.series[series_uid] = _series_record(head, self._profile_keys)
        self._study_of_series[series_uid] = study_uid
        study.children.append(series)
        return series

    def _person(self, head: Head, study_uid: str) -> _Person:
        identity = _identity(head, study_uid)
        known = self._by_identity.setdefault(identity, [])
        for person in known:
            if person.is_meant_by(head, study_uid):
                person.birth_date = person.birth_date or head.text(_BIRTH)
                return person
        made = "\0".join((*identity, head.text(_BIRTH)))
        record = _patient_record(head, made, self._taken_ids, self._profile_keys)
        self._taken_ids.add(record.keys[_PATIENT_ID][1].strip())
        self.patients.append(record)
        person = _Person(identity, head.text(_BIRTH), record)
        known.append(person)
        return person

    def number(self) -> None:
        """Invent series and instance numbers where there are none, behind the highest that is there."""
        for study in self.studies.values():
            _number(study.children, _SERIES_NUMBER)
            for series in study.children:
                needing = [
                    child
                    for child in series.children
                    if KEYS.get(child.kind, RecordKeys()).instance_number
                ]
                _number(needing, _INSTANCE_NUMBER)


@dataclass(slots=True)
class _Person:
    # Never by name. An empty Patient ID says nothing, so such studies stay apart; the same ID from
    # another issuer, or with another birth date (IDs like "W/I" are shared), is another patient.
    identity: tuple[str, str]
    birth_date: str
    record: Record

    def is_meant_by(self, head: Head, study_uid: str) -> bool:
        born = head.text(_BIRTH)
        same_birth = not born or not self.birth_date or born == self.birth_date
        return same_birth and _identity(head, study_uid) == self.identity


def _identity(head: Head, study_uid: str) -> tuple[str, str]:
    patient_id = head.raw(_PATIENT_ID)
    if not patient_id:
        return ("", study_uid)
    return (patient_id.decode("latin-1"), head.raw(_ISSUER).decode("latin-1"))


def _patient_record(head: Head, identity: str, taken: set[bytes], profile_keys: bool) -> Record:
    keys = {
        _PATIENT_NAME: (b"PN", head.raw(_PATIENT_NAME)),
        _PATIENT_ID: (b"LO", head.raw(_PATIENT_ID)),
    }
    if profile_keys:
        _copy_valued(head.values, keys, ("PatientBirthDate", "PatientSex"))
    given = head.raw(_PATIENT_ID)
    if not given or given in taken:
        # PS3.3 F.5.1: Type 1 and unique in the file-set.
        digest = hashlib.sha256(identity.encode()).hexdigest()[:12].upper()
        made = b"NO_ID_" + digest.encode() if not given else given[:51] + b"_" + digest.encode()
        keys[_PATIENT_ID] = (b"LO", made)
    return Record("PATIENT", _with_charset(head, keys))


def _study_record(head: Head, study_uid: str) -> Record:
    keys: dict[int, Raw] = {
        0x00080020: (b"DA", _first(head, _DATES) or b"19000101"),
        0x00080030: (b"TM", _first(head, _TIMES) or b"000000"),
        _STUDY_UID: (b"UI", study_uid.encode("ascii", "replace")),
    }
    for tag, vr in ((0x00080050, b"SH"), (0x00081030, b"LO"), (0x00200010, b"SH")):
        keys[tag] = (vr, head.raw(tag))
    if not keys[0x00200010][1]:
        digest = hashlib.sha256(study_uid.encode()).hexdigest()[:10].upper()
        keys[0x00200010] = (b"SH", b"ST_" + digest.encode())
    return Record("STUDY", _with_charset(head, keys))


def _series_record(head: Head, profile_keys: bool) -> Record:
    keys: dict[int, Raw] = {
        _MODALITY: (b"CS", head.raw(_MODALITY) or b"OT"),
        _SERIES_UID: (b"UI", head.raw(_SERIES_UID)),
    }
    _copy_valued(head.values, keys, _SERIES_KEYS)
    if profile_keys:
        _copy_valued(head.values, keys, _SERIES_PROFILE_KEYS)
    return Record("SERIES", _with_charset(head, keys))


def _instance_record(entry: Entry, profile_keys: bool) -> Record:
    kind = record_type(entry.head.sop_class_uid)
    if not kind:
        raise CannotReference("its SOP class has no place in a patient's file-set")
    rules = KEYS[kind]
    source = entry.head.values if kind == IMAGE else {**entry.head.values, **entry.extra}
    keys: dict[int, Raw] = {}
    for keyword in rules.present:
        tag = tag_of(keyword)
        keys[tag] = source.get(tag, (vr_of(tag), b""))
    _copy_valued(source, keys, (*rules.required, "InstanceNumber"))
    if profile_keys or kind != IMAGE:
        _copy_valued(source, keys, rules.if_valued)
    _mend_dates(entry.head, keys, rules)
    missing = [keyword for keyword in rules.required if tag_of(keyword) not in keys]
    if missing:
        raise CannotReference(f"it has no {', '.join(missing)}, which a {kind} record must have")
    return Record(kind, _with_charset(entry.head, keys), entry)


def _mend_dates(head: Head, keys: dict[int, Raw], rules: RecordKeys) -> None:
    # A key that is Type 1 in the record and may be absent from the instance.
    for keyword, source in (("ContentDate", _DATES), ("ContentTime", _TIMES)):
        tag = tag_of(keyword)
        if keyword in rules.required and tag not in keys:
            found = _first(head, source)
            if found:
                keys[tag] = (vr_of(tag), found)


def _copy_valued(source: Mapping[int, Raw], keys: dict[int, Raw], keywords: Iterable[str]) -> None:
    for keyword in keywords:
        tag = _TAGS[keyword]
        found = source.get(tag)
        if found is not None and tag not in keys and found[1].strip(b" \0"):
            keys[tag] = found


def _first(head: Head, keywords: Iterable[str]) -> bytes:
    for keyword in keywords:
        found = head.raw(_TAGS[keyword])
        if found:
            return found
    return b""


def _with_charset(head: Head, keys: dict[int, Raw]) -> dict[int, Raw]:
    # PS3.3 F.5: required if an extended or replacement character set is used in one of the keys.
    charset = head.raw(_CHARSET)
    if charset and (
        b"13" in charset or any(not raw.isascii() or 0x1B in raw for _, raw in keys.values())
    ):
        keys[_CHARSET] = (b"CS", charset)
    return keys


def _number(records: Sequence[Record], tag: int) -> None:
    highest, missing = 0, []
    for record in records:
        found = record.keys.get(tag)
        try:
            highest = max(highest, int(found[1].strip(b" \0"))) if found else highest
        except ValueError:
            found = None
        if not found:
            missing.append(record)
    for number, record in enumerate(missing, highest + 1):
        record.keys[tag] = (b"IS", b"%d" % number)


_TAGS: Mapping[str, int] = {
    keyword: tag_of(keyword)
    for keyword in {
        *_PATIENT_KEYS,
        *_STUDY_KEYS,
        *_SERIES_KEYS,
        *_SERIES_PROFILE_KEYS,
        *_DATES,
        *_TIMES,
        *_IDENTITY,
        *(key for rules in KEYS.values() for key in (*rules.required, *rules.if_valued)),
    }
}
