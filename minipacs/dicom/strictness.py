"""What must hold of every value before it is written: it fits its VR, and its letters the character set."""

from __future__ import annotations

from typing import Any

from pydicom.charset import convert_encodings
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from minipacs.dicom.errors import DicomError
from minipacs.dicom.values import TEXT_VRS, fault, keyword_of, show_tag

_ASCII_VRS = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"})


class Unwritable(DicomError):
    """A dataset that would not be a right DICOM file. Names the attribute and the rule, never the value."""

    def __init__(self, keyword: str, why: str) -> None:
        super().__init__(f"{keyword} can't be written: {why}")
        self.keyword = keyword
        self.why = why


def check_values(ds: Dataset, codecs: tuple[str, ...] = ("iso8859",)) -> None:
    """Check every value of `ds`, down into its sequences.

    Raises:
        Unwritable: a value doesn't fit its VR (PS3.5 Table 6.2-1) or the character set (PS3.3 C.12.1.1.2).
    """
    if "SpecificCharacterSet" in ds:
        try:
            codecs = tuple(convert_encodings(ds.SpecificCharacterSet))
        except Exception as error:
            raise Unwritable("SpecificCharacterSet", "it is not a defined term") from error
    for tag in list(ds.keys()):
        if ds.get_item(tag).VR in ("OB", "OW", "UN"):
            continue
        try:
            element = ds[tag]
        except Exception as error:
            raise Unwritable(_name(tag), "its value can't be decoded") from error
        if element.VR == "SQ":
            for item in element.value:
                check_values(item, codecs)
        elif element.VR in TEXT_VRS:
            _check_text(element, codecs)
        elif element.VR in _ASCII_VRS:
            _check_text(element, ("ascii",))


def _check_text(element: DataElement, codecs: tuple[str, ...]) -> None:
    for value in _values(element):
        # Numbers keep the text they were given as; a name is the text of its groups.
        text = str(value if element.VR == "PN" else getattr(value, "original_string", value))
        if wrong := fault(element.VR, text):
            raise Unwritable(_name(element.tag), wrong)
        if not text.isascii() and not _encodable(text, codecs):
            raise Unwritable(
                _name(element.tag), "it has letters outside the object's character set"
            )


def _values(element: DataElement) -> list[Any]:
    value = element.value
    if value is None:
        return []
    if isinstance(value, str) or not hasattr(value, "__iter__") or element.VR == "PN":
        many = value if element.VM > 1 else [value]
        return list(many)
    return list(value)


def _encodable(text: str, codecs: tuple[str, ...]) -> bool:
    return all(any(_fits(letter, codec) for codec in codecs) for letter in set(text))


def _fits(letter: str, codec: str) -> bool:
    try:
        letter.encode(codec)
    except (UnicodeError, LookupError):
        return False
    return True


def _name(tag: BaseTag) -> str:
    return keyword_of(tag) or show_tag(tag)
