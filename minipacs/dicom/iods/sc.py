"""Secondary Capture Image: PS3.3 A.8.1."""

from __future__ import annotations

from minipacs.dicom.image_modules import image_uses
from minipacs.dicom.iod import Iod, iod
from minipacs.dicom.modules import (
    enhanced_patient_orientation,
    frame_of_reference,
    general_equipment,
    icc_profile,
    image_plane,
    modality_lut,
    sc_equipment,
    sc_image,
    synchronization,
    voi_lut,
)


@iod("sc")
def secondary_capture() -> Iod:
    """A scanned document or film, a screenshot: what no acquisition made."""
    return Iod(
        kind="sc",
        title="Secondary Capture Image",
        clause="PS3.3 A.8.1",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.7",
        modality="OT",
        uses=image_uses(
            (sc_equipment.MODULE, sc_image.MODULE),
            optional=(
                general_equipment.MODULE,
                frame_of_reference.MODULE,
                synchronization.MODULE,
                enhanced_patient_orientation.MODULE,
                image_plane.MODULE,
                modality_lut.MODULE,
                voi_lut.MODULE,
                icc_profile.MODULE,
            ),
        ),
    )
