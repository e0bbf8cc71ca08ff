"""VL Photographic Image: PS3.3 A.32.4."""

from __future__ import annotations

from minipacs.dicom.image_modules import image_uses
from minipacs.dicom.iod import Iod, iod
from minipacs.dicom.modules import (
    acquisition_context,
    icc_profile,
    vl_image,
    vl_photographic_acquisition,
    vl_photographic_equipment,
    vl_photographic_geolocation,
)


@iod("photo")
def photograph() -> Iod:
    """A photograph of face or teeth."""
    return Iod(
        kind="photo",
        title="VL Photographic Image",
        clause="PS3.3 A.32.4",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.77.1.4",
        modality="XC",
        uses=image_uses(
            (acquisition_context.MODULE, vl_image.MODULE),
            optional=(
                vl_photographic_equipment.MODULE,
                vl_photographic_acquisition.MODULE,
                vl_photographic_geolocation.MODULE,
                icc_profile.MODULE,
            ),
        ),
        # PS3.3 A.32.4.4.1: the modality shall be XC.
        modalities=frozenset({"XC"}),
    )
