"""Computed Radiography Image: PS3.3 A.2."""

from __future__ import annotations

from minipacs.dicom.image_modules import image_uses
from minipacs.dicom.iod import Iod, iod
from minipacs.dicom.modules import (
    contrast_bolus,
    cr_image,
    cr_series,
    display_shutter,
    modality_lut,
    voi_lut,
)


@iod("cr")
def computed_radiography() -> Iod:
    """A radiograph of a phosphor plate outside of the mouth, or of a unit that tells no more."""
    return Iod(
        kind="cr",
        title="Computed Radiography Image",
        clause="PS3.3 A.2",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.1",
        modality="CR",
        uses=image_uses(
            (cr_series.MODULE, cr_image.MODULE),
            optional=(
                contrast_bolus.MODULE,
                display_shutter.MODULE,
                modality_lut.MODULE,
                voi_lut.MODULE,
            ),
        ),
        modalities=frozenset({"CR"}),
        grey=True,
    )
