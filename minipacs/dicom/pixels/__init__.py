"""Pixels out of datasets, and datasets from one transfer syntax to another. One file per family of syntaxes.

What is lossy is declared, never guessed; what can't be done is said (`CannotDisplay`, `CannotTranscode`), and the
object itself stays as it is.
"""

from __future__ import annotations

from minipacs.dicom.pixels.errors import CannotDisplay, CannotTranscode
from minipacs.dicom.pixels.registry import families, readable, writable
from minipacs.dicom.pixels.render import decode, frame_count
from minipacs.dicom.pixels.transcoding import transcode

__all__ = [
    "CannotDisplay",
    "CannotTranscode",
    "decode",
    "families",
    "frame_count",
    "readable",
    "transcode",
    "writable",
]
