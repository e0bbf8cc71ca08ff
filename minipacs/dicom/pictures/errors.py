"""Why a picture is not taken, and what the person can do."""

from __future__ import annotations

from minipacs.dicom.errors import DicomError

SAVE_AS_PNG = "open it in an image program and save it as PNG"
SEND_AGAIN = "copy the file once more from where it came"


class PictureRefused(DicomError):
    """This picture can't become an image without loss or guessing. Nothing of it was kept.

    Args:
        why: what is wrong with it, without its file name.
        advice: what to do.
    """

    def __init__(self, why: str, advice: str) -> None:
        super().__init__(f"{why}; {advice}")
        self.why = why
        self.advice = advice
