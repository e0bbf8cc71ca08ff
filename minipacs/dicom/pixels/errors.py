"""Why pixels can't be shown or coded."""

from __future__ import annotations

from pydicom.uid import UID

from minipacs.dicom.errors import DicomError


def syntax_name(uid: str) -> str:
    """The name of a transfer syntax as PS3.6 has it, or its UID."""
    return UID(uid).name if uid else "unknown transfer syntax"


class CannotDisplay(DicomError):
    """The pixels of this object can't be decoded here. The object itself is untouched and can be sent on."""

    def __init__(self, transfer_syntax: str, why: str) -> None:
        super().__init__(f"this image can't be displayed ({syntax_name(transfer_syntax)}): {why}")
        self.transfer_syntax = transfer_syntax
        self.why = why


class CannotTranscode(DicomError):
    """This object can't be written in that transfer syntax."""

    def __init__(self, from_syntax: str, to_syntax: str, why: str) -> None:
        super().__init__(
            f"can't be converted from {syntax_name(from_syntax)} to {syntax_name(to_syntax)}: {why}"
        )
        self.from_syntax = from_syntax
        self.to_syntax = to_syntax
        self.why = why
