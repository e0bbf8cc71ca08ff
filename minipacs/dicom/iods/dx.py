"""Digital X-Ray Image, for presentation: PS3.3 A.26. The panoramic and the cephalometric are kinds of it."""

from __future__ import annotations

from minipacs.dicom.iod import Iod, iod, uses
from minipacs.dicom.modules import (
    acquisition_context,
    clinical_trial_series,
    clinical_trial_study,
    clinical_trial_subject,
    common_instance_reference,
    contrast_bolus,
    device,
    display_shutter,
    dx_anatomy_imaged,
    dx_detector,
    dx_image,
    dx_positioning,
    dx_series,
    frame_of_reference,
    general_acquisition,
    general_equipment,
    general_image,
    general_reference,
    general_series,
    general_study,
    image_histogram,
    image_pixel,
    intervention,
    patient,
    patient_study,
    sop_common,
    specimen,
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
MANDATORY = (
    patient.MODULE,
    general_study.MODULE,
    general_series.MODULE,
    dx_series.MODULE,
    general_equipment.MODULE,
    general_acquisition.MODULE,
    general_image.MODULE,
    image_pixel.MODULE,
    dx_anatomy_imaged.MODULE,
    dx_image.MODULE,
    dx_detector.MODULE,
    acquisition_context.MODULE,
    sop_common.MODULE,
)
OPTIONAL = (
    clinical_trial_subject.MODULE,
    clinical_trial_study.MODULE,
    clinical_trial_series.MODULE,
    frame_of_reference.MODULE,
    general_reference.MODULE,
    contrast_bolus.MODULE,
    display_shutter.MODULE,
    device.MODULE,
    intervention.MODULE,
    specimen.MODULE,
    x_ray_collimator.MODULE,
    dx_positioning.MODULE,
    x_ray_tomography_acquisition.MODULE,
    x_ray_acquisition_dose.MODULE,
    x_ray_generation.MODULE,
    x_ray_filtration.MODULE,
    x_ray_grid.MODULE,
    image_histogram.MODULE,
    common_instance_reference.MODULE,
)

CONDITIONAL = (
    # of a non-human organism
    patient_study.MODULE,
    # for presentation
    voi_lut.MODULE,
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
        uses=uses(MANDATORY, OPTIONAL, CONDITIONAL),
        modalities=MODALITIES,
    )
