"""Small hands that the modules write with. All of them check what they write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydicom.dataset import Dataset

from minipacs.dicom.errors import BadRequest
from minipacs.dicom.model import Code
from minipacs.dicom.values import element


def put(ds: Dataset, keyword: str, value: Any) -> None:
    """Write an attribute, also an empty one (Type 1 and 2). Raises BadRequest."""
    ds.add(element(keyword, value))


def put_given(ds: Dataset, keyword: str, value: Any) -> None:
    """Write an attribute only when there is a value (Type 3). Raises BadRequest."""
    if value is None or value == "" or (isinstance(value, (tuple, list)) and not value):
        return
    ds.add(element(keyword, value))


def code_item(code: Code, keyword: str = "CodeValue") -> Dataset:
    """A code as an item, PS3.3 8.8; a value over 16 characters is a Long Code Value."""
    if not (code.value and code.scheme and code.meaning):
        raise BadRequest(keyword, "a code needs a value, a coding scheme and a meaning")
    item = Dataset()
    put(item, "CodeValue" if len(code.value) <= 16 else "LongCodeValue", code.value)
    put(item, "CodingSchemeDesignator", code.scheme)
    put_given(item, "CodingSchemeVersion", code.version)
    put(item, "CodeMeaning", code.meaning)
    return item


def put_items(ds: Dataset, keyword: str, items: Iterable[Dataset]) -> None:
    """Write a sequence, also an empty one."""
    setattr(ds, keyword, list(items))


def put_codes(ds: Dataset, keyword: str, codes: Sequence[Code]) -> None:
    """Write a code sequence, also an empty one (Type 2)."""
    put_items(ds, keyword, [code_item(code, keyword) for code in codes])


def put_given_codes(ds: Dataset, keyword: str, codes: Sequence[Code]) -> None:
    """Write a code sequence only when there are codes (Type 3)."""
    if codes:
        put_codes(ds, keyword, codes)


def reference(sop_class_uid: str, sop_instance_uid: str) -> Dataset:
    """An item that refers to one SOP instance, PS3.3 10.8."""
    item = Dataset()
    put(item, "ReferencedSOPClassUID", sop_class_uid)
    put(item, "ReferencedSOPInstanceUID", sop_instance_uid)
    return item
