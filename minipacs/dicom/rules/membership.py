"""Attributes that are no longer, not yet, or not here: retired, unknown, private, outside of the IOD."""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.datadict import dictionary_has_tag, dictionary_is_retired, repeater_has_tag
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from minipacs.dicom.iod import Iod
from minipacs.dicom.modules.base import Attributes
from minipacs.dicom.rules.finding import Finding
from minipacs.dicom.values import keyword_of, show_tag

_OUTSIDE = "PS3.4 B.3 (Standard Extended SOP Class)"


def check_membership(ds: Dataset, path: str = "") -> Iterator[Finding]:
    """Findings of retired, unknown and private attributes, down into the sequences."""
    for tag in list(ds.keys()):
        name = keyword_of(tag) or show_tag(tag)
        if tag.is_private:
            yield from _check_private(ds, tag, path)
        elif tag.element == 0:
            yield _finding(
                "warning",
                path,
                tag,
                "PS3.5 7.2",
                "is a group length, which is retired",
                "remove it",
            )
        elif not dictionary_has_tag(tag) and not repeater_has_tag(tag):
            yield _finding(
                "error",
                path,
                tag,
                "PS3.6 6",
                "is not in the data dictionary",
                "remove it, or move it to a private block",
            )
        elif dictionary_has_tag(tag) and dictionary_is_retired(tag):
            yield _finding("warning", path, tag, "PS3.6 6", "is retired", "remove it")
        for index, item in enumerate(_items(ds, tag)):
            yield from check_membership(item, f"{path}{name}[{index}].")


def _items(ds: Dataset, tag: BaseTag) -> list[Dataset]:
    element = ds[tag]
    return list(element.value) if element.VR == "SQ" else []


def _check_private(ds: Dataset, tag: BaseTag, path: str) -> Iterator[Finding]:
    if tag.group <= 7 or tag.group == 0xFFFF:
        yield _finding("error", path, tag, "PS3.5 7.8", "is in a group that is none", "remove it")
        return
    if tag.is_private_creator or tag.element == 0:
        return
    block = BaseTag((tag.group << 16) | (tag.element >> 8))
    if tag.element < 0x1000 or block not in ds:
        yield _finding(
            "error",
            path,
            tag,
            "PS3.5 7.8.1",
            "is private and its block has no private creator",
            f"reserve the block in {show_tag(block)}",
        )


def check_outsiders(ds: Dataset, iod: Iod) -> Iterator[Finding]:
    """Warnings for standard attributes that no module of the IOD has."""
    yield from _outsiders(ds, iod.attributes, iod.title, "")


def _outsiders(ds: Dataset, attributes: Attributes, where: str, path: str) -> Iterator[Finding]:
    for tag in list(ds.keys()):
        keyword = keyword_of(tag)
        if tag.is_private or not keyword or tag.group in (0x0002, 0x0004) or tag.element == 0:
            continue
        if 0x6000 <= tag.group <= 0x60FF or keyword in ("DataSetTrailingPadding",):
            continue  # an overlay plane, a repeating group that all image IODs may have
        if keyword not in attributes:
            yield _finding(
                "warning", path, tag, _OUTSIDE, f"is not an attribute of {where}", "remove it"
            )
            continue
        inside = attributes[keyword].inside
        if inside:
            for index, item in enumerate(_items(ds, tag)):
                yield from _outsiders(item, inside, keyword, f"{path}{keyword}[{index}].")


def _finding(severity: str, path: str, tag: BaseTag, rule: str, what: str, mend: str) -> Finding:
    name = keyword_of(tag) or show_tag(tag)
    return Finding(severity, f"{path}{name}", show_tag(tag), rule, what, mend)
