"""Every value against its VR and VM, PS3.5 6.2 and PS3.6. Holds for any object, of any SOP class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydicom.datadict import dictionary_has_tag, dictionary_VM, dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from minipacs.dicom.rules.finding import Finding
from minipacs.dicom.texts import fits
from minipacs.dicom.values import (
    BINARY_VRS,
    TEXT_VRS,
    fault,
    keyword_of,
    multiplicity_fault,
    show_tag,
)

_ONE_VALUE = frozenset({"LT", "ST", "UR", "UT"})


def readable(ds: Dataset, path: str = "") -> tuple[Dataset, list[Finding]]:
    """`ds` without what can't be decoded as the VR that the dictionary has, and findings of that.

    All other rules look at the result, so that none of them meets a value it can't read.
    """
    clean, findings = Dataset(), []
    for tag in list(ds.keys()):
        element, wrong = _decoded(ds, tag)
        name = keyword_of(tag) or show_tag(tag)
        if element is None:
            what, mend = wrong, "write it again from its source"
            findings.append(
                Finding("error", f"{path}{name}", show_tag(tag), "PS3.5 6.2", what, mend)
            )
            continue
        if element.VR == "SQ":
            items = []
            for index, item in enumerate(element.value or ()):
                clean_item, more = readable(item, f"{path}{name}[{index}].")
                items.append(clean_item)
                findings += more
            element = DataElement(tag, "SQ", items)
        clean[tag] = element
    if hasattr(ds, "file_meta"):
        clean.file_meta = ds.file_meta
    return clean, findings


def _decoded(ds: Dataset, tag: BaseTag) -> tuple[DataElement | None, str]:
    try:
        element = ds[tag]
        if element.VR not in BINARY_VRS | {"SQ"}:
            str(element.value)
    except Exception:  # noqa: BLE001 - pydicom raises many types on a damaged value
        return None, "has a value that can't be decoded"
    vr = str(element.VR)
    if not dictionary_has_tag(tag) or tag.is_private:
        return element, ""
    known = dictionary_VR(tag)
    if vr in known.split(" or ") or _is_bulk_in_disguise(vr, known):
        return element, ""
    return None, f"has a value of VR {vr} in place of {known}"


def check_values(ds: Dataset, terms: Sequence[str] = (), path: str = "") -> Iterator[Finding]:
    """Findings of all values of a readable object, down into the sequences.

    Args:
        ds: an object or item.
        terms: the Specific Character Set that holds where `ds` has none of its own.
        path: of the item, with a dot at its end.
    """
    own = values_of(ds["SpecificCharacterSet"]) if "SpecificCharacterSet" in ds else []
    terms = own or terms
    for element in ds:
        yield from _check_element(element, path, terms)
        if element.VR == "SQ":
            name = keyword_of(element.tag) or show_tag(element.tag)
            for index, item in enumerate(element.value):
                yield from check_values(item, terms, f"{path}{name}[{index}].")


def _check_element(element: DataElement, path: str, terms: Sequence[str]) -> Iterator[Finding]:
    keyword = keyword_of(element.tag) or show_tag(element.tag)

    def finding(rule: str, what: str, mend: str) -> Finding:
        return Finding("error", f"{path}{keyword}", show_tag(element.tag), rule, what, mend)

    vr = str(element.VR)
    if dictionary_has_tag(element.tag) and not element.tag.is_private:
        values = values_of(element)
        wrong = multiplicity_fault(dictionary_VM(element.tag), len(values)) if values else ""
        if wrong and vr not in BINARY_VRS and vr != "SQ":
            yield finding("PS3.6 6", wrong, "keep the number of values that the dictionary has")
    for value in values_of(element):
        if wrong := fault(vr, value):
            yield finding("PS3.5 6.2", wrong, f"write it in the form of VR {vr}")
            return
    if vr in TEXT_VRS and not _is_encodable(element, terms):
        yield finding(
            "PS3.3 C.12.1.1.2",
            "has characters that Specific Character Set doesn't have",
            "set Specific Character Set to ISO_IR 192",
        )


def _is_bulk_in_disguise(vr: str, known: str) -> bool:
    return vr in ("OB", "OW") and known in ("OB", "OW", "US or OW", "US or SS or OW")


def _is_encodable(element: DataElement, terms: Sequence[str]) -> bool:
    known = [term for term in terms if term]
    try:
        return fits([("", str(value)) for value in values_of(element)], known)
    except LookupError:
        return True


def values_of(element: DataElement) -> list[Any]:
    """The values of an element as a list; empty when it has none, one for bytes and long texts."""
    if element.is_empty:
        return []
    if element.VR in BINARY_VRS or element.VR in _ONE_VALUE or element.VR == "SQ":
        return [element.value]
    return list(element.value) if element.VM > 1 else [element.value]
