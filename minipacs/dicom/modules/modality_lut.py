"""Modality LUT Module, PS3.3 C.11.1: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
RescaleIntercept 1C
RescaleSlope 1C
RescaleType 1C
ModalityLUTSequence 1C
> LUTDescriptor 1
> LUTExplanation 3
> ModalityLUTType 1
> LUTData 1
"""

MODULE = Module("Modality LUT", "C.11.1", TABLE)
