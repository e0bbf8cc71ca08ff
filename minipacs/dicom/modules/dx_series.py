"""DX Series Module, PS3.3 C.8.11.1: an image to look at, not raw data."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import put
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module, When

TABLE = """
Modality 1 =DX|PX|IO|MG
PresentationIntentType 1 =FOR~PRESENTATION|FOR~PROCESSING
ReferencedPerformedProcedureStepSequence 1C [1] @sop
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the intent; the reference to the performed step is written with the general series."""
    put(ds, "PresentationIntentType", "FOR PRESENTATION")


MODULE = Module(
    "DX Series",
    "C.8.11.1",
    TABLE,
    write,
    {
        "ReferencedPerformedProcedureStepSequence": When(
            "a performed procedure step was involved", lambda *_: False
        )
    },
)
