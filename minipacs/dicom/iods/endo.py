"""VL Endoscopic Image: PS3.3 A.32.1."""

from __future__ import annotations

from minipacs.dicom.image_modules import image_uses
from minipacs.dicom.iod import Iod, iod
from minipacs.dicom.modules import (
    acquisition_context,
    icc_profile,
    vl_image,
)


@iod("endo")
def endoscopic() -> Iod:
    """A still of the intra-oral camera."""
    return Iod(
        kind="endo",
        title="VL Endoscopic Image",
        clause="PS3.3 A.32.1",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.77.1.1",
        modality="ES",
        uses=image_uses(
            (acquisition_context.MODULE, vl_image.MODULE), optional=(icc_profile.MODULE,)
        ),
        modalities=frozenset({"ES"}),
    )
