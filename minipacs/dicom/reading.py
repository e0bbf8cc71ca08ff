"""Looking into a foreign dataset without ever raising: what can't be decoded counts as absent."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.model import Code


def text_of(ds: Dataset, keyword: str) -> str:
    """A value as plain text, several joined by a backslash; "" when absent, empty or not decodable.

    The safe way to look at a header: a foreign object may hold anything, and pydicom finds out at access only.
    """
    try:
        value = ds.get(keyword)
    except Exception as error:  # noqa: BLE001 - a value that can't be decoded counts as absent
        del error
        return ""
    if value is None or isinstance(value, bytes):
        return ""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return str(value).strip(" \0")
    if not hasattr(value, "append"):  # a person's name iterates over its letters
        return str(value).strip(" \0")
    return "\\".join(str(part).strip(" \0") for part in value)


def items_of(ds: Dataset, keyword: str) -> tuple[Dataset, ...]:
    """The items of a sequence; () when it is absent, empty, no sequence or not decodable."""
    try:
        value = ds.get(keyword)
        return tuple(item for item in value or () if isinstance(item, Dataset))
    except Exception as error:  # noqa: BLE001
        del error
        return ()


def number_of(ds: Dataset, keyword: str) -> float | None:
    """A single number, or None."""
    try:
        return float(text_of(ds, keyword))
    except ValueError:
        return None


def codes_of(ds: Dataset, keyword: str) -> tuple[Code, ...]:
    """The codes of a code sequence, PS3.3 8.8; an item without a value is left out."""
    found = []
    for item in items_of(ds, keyword):
        value = (
            text_of(item, "CodeValue")
            or text_of(item, "LongCodeValue")
            or text_of(item, "URNCodeValue")
        )
        if value:
            found.append(
                Code(
                    value,
                    text_of(item, "CodingSchemeDesignator"),
                    text_of(item, "CodeMeaning"),
                    text_of(item, "CodingSchemeVersion"),
                )
            )
    return tuple(found)
