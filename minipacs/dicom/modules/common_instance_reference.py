"""Common Instance Reference Module, PS3.3 C.12.2: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
ReferencedSeriesSequence 1C
> ReferencedInstanceSequence 1 @sop
> SeriesInstanceUID 1
StudiesContainingOtherReferencedInstancesSequence 1C
> ReferencedSeriesSequence 1
>> ReferencedInstanceSequence 1 @sop
>> SeriesInstanceUID 1
> StudyInstanceUID 1
"""

MODULE = Module("Common Instance Reference", "C.12.2", TABLE)
