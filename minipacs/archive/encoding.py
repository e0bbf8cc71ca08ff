"""Small datasets (worklist items, performed steps, messages) as bytes and back: Explicit VR Little Endian in UTF-8."""

from __future__ import annotations

from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from minipacs.dicom import part10

UTF_8 = "ISO_IR 192"


def encode(ds: Dataset) -> bytes:
    """`ds` in Explicit VR Little Endian and UTF-8, whatever character set it came in; `ds` stays as it is."""
    copy = in_unicode(ds)
    copy.SpecificCharacterSet = UTF_8
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, False
    write_dataset(out, copy)
    return out.getvalue()


def decode(data: bytes) -> Dataset:
    """What `encode` wrote."""
    return in_unicode(part10.read(bytes(data), transfer_syntax=str(ExplicitVRLittleEndian)))


def in_unicode(ds: Dataset) -> Dataset:
    """A copy whose texts know nothing of the character set that they were decoded from.

    Not `Dataset.decode`: a name that was given as text is decoded a second time there.
    """
    copy = Dataset()
    for element in ds:
        if element.tag.group <= 0x0007:
            continue
        copy.add(DataElement(element.tag, element.VR, _value(element)))
    return copy


def is_ascii(ds: Dataset) -> bool:
    """Whether its texts can go without a character set being named."""
    return all(is_ascii_element(element) for element in ds)


def is_ascii_element(element: DataElement) -> bool:
    """Whether the texts of an element, or of its items, are plain ASCII."""
    try:
        if element.VR == "SQ":
            return all(is_ascii(item) for item in element.value)
        return str(element.value).isascii()
    except Exception as error:  # noqa: BLE001 - a value that can't be decoded: then the widest set is named
        del error
        return False


def _value(element: DataElement) -> Any:
    value = element.value
    if element.VR == "SQ":
        items = [in_unicode(item) for item in value or ()]
        for item in items:
            item.pop("SpecificCharacterSet", None)
        return Sequence(items)
    if element.VR == "PN" and value:
        return [str(name) for name in value] if element.VM > 1 else str(value)
    return value
