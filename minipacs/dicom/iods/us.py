"""Ultrasound Image: PS3.3 A.6."""

from __future__ import annotations

from minipacs.dicom.iod import Iod, iod, uses
from minipacs.dicom.modules import (
    clinical_trial_series,
    clinical_trial_study,
    clinical_trial_subject,
    common_instance_reference,
    contrast_bolus,
    device,
    frame_of_reference,
    general_acquisition,
    general_equipment,
    general_image,
    general_reference,
    general_series,
    general_study,
    icc_profile,
    image_pixel,
    palette_color_lookup_table,
    patient,
    patient_study,
    sop_common,
    specimen,
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
        uses=uses(
            (
                patient.MODULE,
                general_study.MODULE,
                general_series.MODULE,
                general_equipment.MODULE,
                general_acquisition.MODULE,
                general_image.MODULE,
                image_pixel.MODULE,
                us_image.MODULE,
                sop_common.MODULE,
            ),
            (
                clinical_trial_subject.MODULE,
                clinical_trial_study.MODULE,
                clinical_trial_series.MODULE,
                frame_of_reference.MODULE,
                synchronization.MODULE,
                general_reference.MODULE,
                contrast_bolus.MODULE,
                palette_color_lookup_table.MODULE,
                device.MODULE,
                specimen.MODULE,
                us_region_calibration.MODULE,
                voi_lut.MODULE,
                icc_profile.MODULE,
                common_instance_reference.MODULE,
            ),
            conditional=(patient_study.MODULE,),
        ),
        modalities=frozenset({"US", "IVUS"}),
    )
