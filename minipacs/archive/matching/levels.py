"""The information model: which attribute is a column of which level. PS3.4 C.6.1.1 and C.6.2.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the hierarchy."""

    name: str
    """As in Query/Retrieve Level."""
    table: str
    alias: str
    unique: str
    """The keyword of its unique key."""
    columns: Mapping[str, str]
    """keyword -> column; a PN column has folded neighbours `_a _i _p`."""
    counted: Mapping[str, str]
    """keyword -> sub-select that gives its value (several joined by a backslash)."""


def _level(
    name: str, table: str, alias: str, unique: str, columns: str, counted: Mapping[str, str]
) -> Level:
    pairs = (pair.split("=") for pair in columns.split())
    return Level(
        name,
        table,
        alias,
        unique,
        MappingProxyType({keyword: f"{alias}.{column}" for keyword, column in pairs}),
        MappingProxyType(dict(counted)),
    )


_SERIES_OF_PATIENT = "series xe JOIN study xs ON xs.id = xe.study WHERE xs.patient = p.id"
_INSTANCES_OF_PATIENT = (
    "instance xi JOIN series xe ON xe.id = xi.series JOIN study xs ON xs.id = xe.study "
    "WHERE xs.patient = p.id"
)
_INSTANCES_OF_STUDY = "instance xi JOIN series xe ON xe.id = xi.series WHERE xe.study = s.id"

LEVELS: Mapping[str, Level] = MappingProxyType(
    {
        "PATIENT": _level(
            "PATIENT",
            "patient",
            "p",
            "PatientID",
            "PatientID=patient_id IssuerOfPatientID=issuer PatientName=name "
            "PatientBirthDate=birth_date PatientSex=sex",
            {
                "NumberOfPatientRelatedStudies": "SELECT count(*) FROM study xs WHERE xs.patient = p.id",
                "NumberOfPatientRelatedSeries": f"SELECT count(*) FROM {_SERIES_OF_PATIENT}",  # noqa: S608
                "NumberOfPatientRelatedInstances": f"SELECT count(*) FROM {_INSTANCES_OF_PATIENT}",  # noqa: S608
            },
        ),
        "STUDY": _level(
            "STUDY",
            "study",
            "s",
            "StudyInstanceUID",
            "StudyInstanceUID=study_uid StudyDate=study_date StudyTime=study_time "
            "AccessionNumber=accession StudyID=study_id StudyDescription=description "
            "ReferringPhysicianName=referring",
            {
                "NumberOfStudyRelatedSeries": "SELECT count(*) FROM series xe WHERE xe.study = s.id",
                "NumberOfStudyRelatedInstances": f"SELECT count(*) FROM {_INSTANCES_OF_STUDY}",  # noqa: S608
            },
        ),
        "SERIES": _level(
            "SERIES",
            "series",
            "e",
            "SeriesInstanceUID",
            "SeriesInstanceUID=series_uid Modality=modality SeriesNumber=number "
            "SeriesDescription=description BodyPartExamined=body_part Laterality=laterality "
            "ProtocolName=protocol StationName=station SeriesDate=series_date "
            "SeriesTime=series_time PerformedProcedureStepStartDate=step_date "
            "PerformedProcedureStepStartTime=step_time PerformedProcedureStepID=step_id",
            {
                "NumberOfSeriesRelatedInstances": "SELECT count(*) FROM instance xi WHERE xi.series = e.id"
            },
        ),
        "IMAGE": _level(
            "IMAGE",
            "instance",
            "i",
            "SOPInstanceUID",
            "SOPInstanceUID=sop_uid SOPClassUID=sop_class InstanceNumber=number "
            "ContentDate=content_date ContentTime=content_time "
            "AvailableTransferSyntaxUID=syntax",
            {},
        ),
    }
)

ORDER = ("PATIENT", "STUDY", "SERIES", "IMAGE")

# Of a study, over the rows below it: they are matched by one row that fits, and answered with all values.
GATHERED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ModalitiesInStudy": ("xe.modality", "series xe WHERE xe.study = s.id"),
        "SOPClassesInStudy": ("xi.sop_class", _INSTANCES_OF_STUDY),
    }
)


def tables(level: str) -> str:
    """The FROM clause of a level: itself and everything above."""
    joins = {
        "PATIENT": "patient p",
        "STUDY": "study s JOIN patient p ON p.id = s.patient",
        "SERIES": "series e JOIN study s ON s.id = e.study JOIN patient p ON p.id = s.patient",
        "IMAGE": "instance i JOIN series e ON e.id = i.series JOIN study s ON s.id = e.study "
        "JOIN patient p ON p.id = s.patient",
    }
    return joins[level]


def level_of(keyword: str) -> str:
    """The level that a keyword belongs to; "" for one without a column."""
    if keyword in GATHERED:
        return "STUDY"
    for name, level in LEVELS.items():
        if keyword in level.columns or keyword in level.counted:
            return name
    return ""
