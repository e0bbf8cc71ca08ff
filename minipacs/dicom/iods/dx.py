"""Digital X-Ray Image, for presentation: PS3.3 A.26. The panoramic and the cephalometric are kinds of it."""

from __future__ import annotations

from minipacs.dicom.image_modules import image_uses
from minipacs.dicom.iod import Iod, iod
from minipacs.dicom.modules import (
    acquisition_context,
    contrast_bolus,
    display_shutter,
    dx_anatomy_imaged,
    dx_detector,
    dx_image,
    dx_positioning,
    dx_series,
    frame_of_reference,
    image_histogram,
    intervention,
    voi_lut,
    x_ray_acquisition_dose,
    x_ray_collimator,
    x_ray_filtration,
    x_ray_generation,
    x_ray_grid,
    x_ray_tomography_acquisition,
)

SOP_CLASS = "1.2.840.10008.5.1.4.1.1.1.1"
MODALITIES = frozenset({"DX", "PX", "IO", "MG"})

# PS3.3 Table A.26-1; A.28 has the same and its own two.
USES = image_uses(
    (
        dx_series.MODULE,
        dx_anatomy_imaged.MODULE,
        dx_image.MODULE,
        dx_detector.MODULE,
        acquisition_context.MODULE,
    ),
    optional=(
        frame_of_reference.MODULE,
        contrast_bolus.MODULE,
        display_shutter.MODULE,
        intervention.MODULE,
        x_ray_collimator.MODULE,
        dx_positioning.MODULE,
        x_ray_tomography_acquisition.MODULE,
        x_ray_acquisition_dose.MODULE,
        x_ray_generation.MODULE,
        x_ray_filtration.MODULE,
        x_ray_grid.MODULE,
        image_histogram.MODULE,
    ),
    conditional=(voi_lut.MODULE,),  # for presentation
)


@iod("dx")
def digital_x_ray() -> Iod:
    """Any projection on a digital detector."""
    return Iod(
        kind="dx",
        title="Digital X-Ray Image",
        clause="PS3.3 A.26",
        sop_class_uid=SOP_CLASS,
        modality="DX",
        uses=USES,
        modalities=MODALITIES,
        grey=True,
    )
