"""What a profile is, and the rules that several share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydicom.uid import UID

from minipacs.media.record_types import IMAGE, record_type
from minipacs.media.scan import EXPLICIT_LE, Head

JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_EXTENDED = "1.2.840.10008.1.2.4.51"
JPEG_LOSSLESS_SV1 = "1.2.840.10008.1.2.4.70"

Rule = Callable[[Head], Iterator[str]]
"""Yields a sentence for each thing in an instance that the profile forbids."""


@dataclass(frozen=True, slots=True)
class Profile:
    """An application profile of PS3.11."""

    name: str
    title: str
    clause: str
    transfer_syntaxes: tuple[str, ...] = (EXPLICIT_LE,)
    """The first is what others are transcoded to."""
    sop_classes: frozenset[str] | None = None
    """None: each class that has a directory record below a patient."""
    rules: tuple[Rule, ...] = ()
    empty_allowed: bool = True
    profile_keys: bool = False
    """Whether the DICOMDIR has the further keys of the JPEG profiles."""

    def problems(self, head: Head) -> Iterator[str]:
        """What the profile forbids of an instance, apart from a transfer syntax that can be changed."""
        kind = record_type(head.sop_class_uid)
        if not kind or (
            self.sop_classes is not None and head.sop_class_uid not in self.sop_classes
        ):
            yield f"it does not allow the SOP class {class_name(head.sop_class_uid)}"
            return
        for rule in self.rules:
            yield from rule(head)

    def allows_syntax(self, transfer_syntax_uid: str) -> bool:
        """Whether an instance may stay in its transfer syntax."""
        return transfer_syntax_uid in self.transfer_syntaxes


def class_name(sop_class_uid: str) -> str:
    """A SOP class in words, or its UID."""
    return UID(sop_class_uid).name or sop_class_uid


def rows_and_columns(head: Head) -> Iterator[str]:
    """Tables H.3-2 and J.3-2: Rows and Columns are Type 1 keys of an image record."""
    if record_type(head.sop_class_uid) != IMAGE:
        return
    for tag, keyword in ((0x00280010, "Rows"), (0x00280011, "Columns")):
        if not head.number(tag):
            yield f"it needs {keyword}"
