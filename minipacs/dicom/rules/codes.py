"""Coded entries against the Code Sequence Macro, PS3.3 8.8. Holds for any object."""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.dataset import Dataset

from minipacs.dicom.modules.conditions import filled
from minipacs.dicom.rules.finding import Finding
from minipacs.dicom.values import keyword_of, show_tag

_VALUES = ("CodeValue", "LongCodeValue", "URNCodeValue")
_RETIRED_SCHEMES = {"SRT": "SCT", "SNM3": "SCT", "99SDM": "SCT"}
_RULE = "PS3.3 8.8 Code Sequence Macro"


def check_codes(ds: Dataset, path: str = "") -> Iterator[Finding]:
    """Findings of all code items, down into the sequences."""
    for element in ds:
        if element.VR != "SQ" or element.tag.is_private:
            continue
        name = keyword_of(element.tag) or show_tag(element.tag)
        for index, item in enumerate(element.value):
            inner = f"{path}{name}[{index}]."
            if name.endswith("CodeSequence") or "CodeMeaning" in item or _has_value(item):
                yield from _check_item(item, inner)
            yield from check_codes(item, inner)


def _has_value(item: Dataset) -> bool:
    return any(keyword in item for keyword in _VALUES)


def _check_item(item: Dataset, path: str) -> Iterator[Finding]:
    given = [keyword for keyword in _VALUES if filled(item, keyword)]
    if not given:
        yield _finding(path, "CodeValue", "(0008,0100)", "is missing", "give the code's value")
    if len(given) > 1:
        yield _finding(
            path, given[1], "(0008,0100)", "stands beside another code value", "keep one of them"
        )
    if not filled(item, "CodeMeaning"):
        yield _finding(path, "CodeMeaning", "(0008,0104)", "is missing", "give the code's meaning")
    scheme_needed = "CodeValue" in given or "LongCodeValue" in given
    if scheme_needed and not filled(item, "CodingSchemeDesignator"):
        yield _finding(
            path,
            "CodingSchemeDesignator",
            "(0008,0102)",
            "is missing",
            "name the scheme, for example SCT or DCM",
        )
    scheme = str(item.get("CodingSchemeDesignator", ""))
    if scheme in _RETIRED_SCHEMES:
        yield _finding(
            path,
            "CodingSchemeDesignator",
            "(0008,0102)",
            "names a retired scheme",
            f"write the code of {_RETIRED_SCHEMES[scheme]} (PS3.16 8.1)",
            "warning",
        )


def _finding(
    path: str, keyword: str, tag: str, what: str, mend: str, severity: str = "error"
) -> Finding:
    return Finding(severity, f"{path}{keyword}", tag, _RULE, what, mend)
