"""General Reference Module, PS3.3 C.12.4: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
ReferencedImageSequence 3 @image
> PurposeOfReferenceCodeSequence 3 @code
ReferencedInstanceSequence 3 @sop
> PurposeOfReferenceCodeSequence 1 @code
DerivationDescription 3
SourceImageSequence 3 @image
> PatientOrientation 1C
> SpatialLocationsPreserved 3
> PurposeOfReferenceCodeSequence 3 @code
DerivationCodeSequence 3 @code
SourceInstanceSequence 3 @sop
> PurposeOfReferenceCodeSequence 3 @code
"""

MODULE = Module("General Reference", "C.12.4", TABLE)
