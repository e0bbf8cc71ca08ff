"""A finished object against its IOD: what is wrong, where, by which clause, and how to mend it.

>>> from pydicom.dataset import Dataset
>>> [finding.keyword for finding in validate(Dataset())]
['SOPClassUID', 'SOPInstanceUID', 'PatientID', 'StudyDate', 'StudyTime', 'StudyID', 'SeriesNumber', 'InstanceNumber']
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from pydicom.dataset import Dataset

from minipacs.dicom.iod import Iod
from minipacs.dicom.iods import iods_of
from minipacs.dicom.modules.conditions import filled, value_is
from minipacs.dicom.rules.codes import check_codes
from minipacs.dicom.rules.finding import Finding
from minipacs.dicom.rules.image import check_image
from minipacs.dicom.rules.membership import check_membership, check_outsiders
from minipacs.dicom.rules.modules import check_modules
from minipacs.dicom.rules.values import check_values, readable

__all__ = ["Finding", "validate"]


_DIRECTORY_KEYS = (
    ("PatientID", "(0010,0020)", "PS3.3 F.5.1"),
    ("StudyDate", "(0008,0020)", "PS3.3 F.5.2"),
    ("StudyTime", "(0008,0030)", "PS3.3 F.5.2"),
    ("StudyID", "(0020,0010)", "PS3.3 F.5.2"),
    ("SeriesNumber", "(0020,0011)", "PS3.3 F.5.3"),
    ("InstanceNumber", "(0020,0013)", "PS3.3 F.5.4"),
)


def validate(ds: Dataset) -> list[Finding]:
    """Everything that is wrong with `ds`, errors first; an empty list when nothing is.

    An object of a SOP class that is not built here gets the checks that hold for any object. Never raises on
    what an object holds, and no finding quotes a value.
    """
    with warnings.catch_warnings():
        # pydicom's warnings about odd values quote them.
        warnings.simplefilter("ignore")
        found = list(dict.fromkeys(_findings(ds)))
    return sorted(found, key=lambda finding: finding.severity != "error")


def _findings(ds: Dataset) -> Iterator[Finding]:
    ds, unreadable = readable(ds)
    yield from unreadable
    yield from check_values(ds)
    yield from check_codes(ds)
    yield from check_membership(ds)
    if "DirectoryRecordSequence" in ds:
        return  # a DICOMDIR is no SOP instance of a patient, PS3.3 F.3
    yield from _check_identity(ds)
    yield from check_image(ds)
    yield from _check_media(ds)
    iods = iods_of(str(ds.get("SOPClassUID", "")))
    if iods:
        yield from check_modules(ds, iods[0])
        yield from check_outsiders(ds, iods[0])
        yield from _check_modality(ds, iods[0])


def _check_identity(ds: Dataset) -> Iterator[Finding]:
    for keyword, tag in (("SOPClassUID", "(0008,0016)"), ("SOPInstanceUID", "(0008,0018)")):
        if not filled(ds, keyword):
            rule = "PS3.3 C.12.1 SOP Common Module"
            what = "is missing (Type 1)" if keyword not in ds else "has no value (Type 1)"
            yield Finding("error", keyword, tag, rule, what, "it needs a value")


def _check_media(ds: Dataset) -> Iterator[Finding]:
    """What a directory of a medium needs, though the objects themselves may do without."""
    for keyword, tag, clause in _DIRECTORY_KEYS:
        if not filled(ds, keyword):
            what, mend = "is needed to list the object in a DICOMDIR", "give it a value"
            yield Finding("warning", keyword, tag, clause, what, mend)


def _check_modality(ds: Dataset, iod: Iod) -> Iterator[Finding]:
    if iod.modalities and filled(ds, "Modality") and not value_is(ds, "Modality", *iod.modalities):
        allowed = ", ".join(sorted(iod.modalities))
        yield Finding(
            "error",
            "Modality",
            "(0008,0060)",
            iod.clause,
            f"is not one that {iod.title} has",
            f"use one of: {allowed}",
        )
