"""Ultrasound Image: PS3.3 A.6."""

from __future__ import annotations

from minipacs.dicom.image_modules import image_uses
from minipacs.dicom.iod import Iod, iod
from minipacs.dicom.modules import (
    contrast_bolus,
    frame_of_reference,
    icc_profile,
    palette_color_lookup_table,
    synchronization,
    us_image,
    us_region_calibration,
    voi_lut,
)


@iod("us")
def ultrasound() -> Iod:
    """An ultrasound still, with a calibrated region when its pixel size is known."""
    return Iod(
        kind="us",
        title="Ultrasound Image",
        clause="PS3.3 A.6",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.6.1",
        modality="US",
        uses=image_uses(
            (us_image.MODULE,),
            optional=(
                frame_of_reference.MODULE,
                synchronization.MODULE,
                contrast_bolus.MODULE,
                palette_color_lookup_table.MODULE,
                us_region_calibration.MODULE,
                voi_lut.MODULE,
                icc_profile.MODULE,
            ),
        ),
        modalities=frozenset({"US", "IVUS"}),
    )
