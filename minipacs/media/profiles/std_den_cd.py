"""STD-DEN-CD: intra-oral and digital X-ray images for presentation, on a CD."""

from __future__ import annotations

from collections.abc import Iterator

from minipacs.media.profiles.base import Profile
from minipacs.media.record_types import IMAGE, record_type
from minipacs.media.scan import Head

_CLASSES = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.1.3",  # Digital Intra-Oral X-Ray, For Presentation
        "1.2.840.10008.5.1.4.1.1.1.1",  # Digital X-Ray, For Presentation
        "1.2.840.10008.5.1.4.1.1.131",  # Basic Structured Display
        "1.2.840.10008.5.1.4.1.1.11.1",  # Grayscale Softcopy Presentation State
    }
)
# Table K.3-4: Type 3 in the IOD, Type 2 here, so present even if empty.
_PRESENT = {
    0x00080080: "Institution Name",
    0x00081090: "Manufacturer's Model Name",
    0x0018700A: "Detector ID",
    0x0018702A: "Detector Manufacturer Name",
    0x0018702B: "Detector Manufacturer's Model Name",
}


def profile() -> Profile:
    """PS3.11 Annex K."""
    return Profile(
        "STD-DEN-CD",
        "Dental radiographs on CD-R",
        "PS3.11 Annex K",
        sop_classes=_CLASSES,
        rules=(_type_2_attributes, _bits),
        empty_allowed=False,
    )


def _type_2_attributes(head: Head) -> Iterator[str]:
    if record_type(head.sop_class_uid) != IMAGE:
        return
    missing = [name for tag, name in _PRESENT.items() if tag not in head.values]
    if missing:
        yield f"it needs {', '.join(missing)} (they may be empty, but must be there)"


def _bits(head: Head) -> Iterator[str]:
    if record_type(head.sop_class_uid) != IMAGE:
        return
    stored, allocated = head.number(0x00280101), head.number(0x00280100)
    if stored not in (8, 10, 12, 16):
        yield f"it allows 8, 10, 12 or 16 bits stored, not {stored or 'none'}"
    elif allocated != (8 if stored == 8 else 16):
        yield f"it allows {stored} bits stored only in {8 if stored == 8 else 16} bits allocated"
