"""`minipacs query`: what the archive holds, or another node."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from minipacs.cli.frame import (
    CommandFailed,
    add_json,
    command,
    open_archive,
    print_json,
    print_table,
    wants_json,
)

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_LEVELS = ("patient", "study", "series", "image")
_SHOWN = {
    "PATIENT": (
        *("PatientID", "PatientName", "PatientBirthDate", "PatientSex"),
        *("NumberOfPatientRelatedStudies", "NumberOfPatientRelatedInstances"),
    ),
    "STUDY": (
        *("StudyInstanceUID", "PatientID", "PatientName", "StudyDate", "StudyTime"),
        *("AccessionNumber", "StudyID", "StudyDescription", "ModalitiesInStudy"),
        "NumberOfStudyRelatedInstances",
    ),
    "SERIES": (
        *("StudyInstanceUID", "SeriesInstanceUID", "Modality", "SeriesNumber"),
        *("SeriesDescription", "NumberOfSeriesRelatedInstances"),
    ),
    "IMAGE": (
        *("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID"),
        "InstanceNumber",
    ),
}
"""What is given back at each level besides what was asked for."""


@command(
    "query",
    "find patients, studies, series or images",
    "minipacs query --level study PatientName='Doe*' StudyDate=20261101-20261130 --json",
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `query`."""
    add_json(parser)
    parser.add_argument("--level", choices=_LEVELS, default="study", help="(study)")
    parser.add_argument(
        "--from", dest="peer", metavar="AET@HOST:PORT", help="ask that node instead of the archive"
    )
    parser.add_argument(
        "--calling-aet", default="MINIPACS", metavar="AET", help="our name towards it (MINIPACS)"
    )
    parser.add_argument(
        "keys",
        nargs="*",
        metavar="KEYWORD=VALUE",
        help="DICOM keyword and what it must match: * and ? as wildcards, ranges of dates with -; "
        "a keyword without a value is only shown",
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    level = args.level.upper()
    identifier = _identifier(level, args.keys)
    if args.peer:
        found = [_plain(one) for one in _ask_peer(args, level, identifier)]
    else:
        with open_archive(args) as archive:
            root = "PATIENT" if level == "PATIENT" else "STUDY"
            found = [_plain(one) for one in archive.find(root, level, identifier, relational=True)]
    if wants_json(args):
        print_json(found)
        return
    headings = [key for key in identifier.dir() if key != "SpecificCharacterSet"]
    rows = [headings]
    rows += [[_cell(one.get(heading)) for heading in headings] for one in found]
    print_table(rows)


def _ask_peer(args: argparse.Namespace, level: str, identifier: Dataset) -> Iterator[Dataset]:
    from minipacs.net.peers import parse_address
    from minipacs.net.scu.query import find

    root = "PATIENT" if level == "PATIENT" else "STUDY"
    peer = parse_address(args.peer)
    return find(peer, level, identifier, root=root, calling_ae=args.calling_aet)


def _identifier(level: str, keys: list[str]) -> Dataset:
    from pydicom.datadict import dictionary_VR, tag_for_keyword
    from pydicom.dataset import Dataset

    ds = Dataset()
    for keyword in _SHOWN[level]:
        setattr(ds, keyword, None)
    for text in keys:
        keyword, _, value = text.partition("=")
        tag = tag_for_keyword(keyword)
        if tag is None:
            raise CommandFailed(
                f"{keyword[:64]!r} is not a DICOM keyword; write for example PatientID=P1"
            )
        vr = dictionary_VR(tag)
        if vr == "SQ" or tag >> 16 in (0x0000, 0x0002):
            raise CommandFailed(f"{keyword} cannot be matched here")
        # Wildcards and ranges are no valid values, so they are not checked as such.
        ds.add(_element(tag, vr, value))
    ds.QueryRetrieveLevel = level
    return ds


def _element(tag: int, vr: str, value: str) -> Any:
    from pydicom.dataelem import DataElement

    import minipacs.dicom  # noqa: F401 - configures pydicom: a wildcard is no valid value, and need not be

    try:
        return DataElement(tag, vr, value or None)
    except (TypeError, ValueError):
        raise CommandFailed("a number is matched by a number only") from None


def _plain(ds: Dataset) -> dict[str, Any]:
    """Keyword -> value: numbers as numbers, several values as a list, items of a sequence as objects."""
    return {
        element.keyword: _value(element)
        for element in ds
        if element.keyword and element.keyword not in ("QueryRetrieveLevel", "SpecificCharacterSet")
    }


def _value(element: Any) -> Any:
    if element.VR == "SQ":
        return [_plain(item) for item in element.value]
    value = element.value
    if value is None:
        return ""
    if hasattr(value, "append"):
        return [_single(element.VR, one) for one in value]
    return _single(element.VR, value)


def _single(vr: str, value: Any) -> Any:
    if vr in ("IS", "US", "UL", "SS", "SL") and value != "":
        return int(value)
    if vr in ("DS", "FL", "FD") and value != "":
        return float(value)
    return str(value)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "/".join(str(one) for one in value)
    return "" if value is None else str(value)
