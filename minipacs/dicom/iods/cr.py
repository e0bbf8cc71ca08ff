"""Computed Radiography Image: PS3.3 A.2."""

from __future__ import annotations

from minipacs.dicom.iod import Iod, iod, uses
from minipacs.dicom.modules import (
    clinical_trial_series,
    clinical_trial_study,
    clinical_trial_subject,
    common_instance_reference,
    contrast_bolus,
    cr_image,
    cr_series,
    device,
    display_shutter,
    general_acquisition,
    general_equipment,
    general_image,
    general_reference,
    general_series,
    general_study,
    image_pixel,
    modality_lut,
    patient,
    patient_study,
    sop_common,
    specimen,
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
        uses=uses(
            (
                patient.MODULE,
                general_study.MODULE,
                general_series.MODULE,
                cr_series.MODULE,
                general_equipment.MODULE,
                general_acquisition.MODULE,
                general_image.MODULE,
                image_pixel.MODULE,
                cr_image.MODULE,
                sop_common.MODULE,
            ),
            (
                clinical_trial_subject.MODULE,
                clinical_trial_study.MODULE,
                clinical_trial_series.MODULE,
                general_reference.MODULE,
                contrast_bolus.MODULE,
                display_shutter.MODULE,
                device.MODULE,
                specimen.MODULE,
                modality_lut.MODULE,
                voi_lut.MODULE,
                common_instance_reference.MODULE,
            ),
            conditional=(patient_study.MODULE,),
        ),
        modalities=frozenset({"CR"}),
    )
