"""Secondary Capture Image: PS3.3 A.8.1."""

from __future__ import annotations

from minipacs.dicom.iod import Iod, iod, uses
from minipacs.dicom.modules import (
    clinical_trial_series,
    clinical_trial_study,
    clinical_trial_subject,
    common_instance_reference,
    device,
    enhanced_patient_orientation,
    frame_of_reference,
    general_acquisition,
    general_equipment,
    general_image,
    general_reference,
    general_series,
    general_study,
    icc_profile,
    image_pixel,
    image_plane,
    modality_lut,
    patient,
    patient_study,
    sc_equipment,
    sc_image,
    sop_common,
    specimen,
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
        uses=uses(
            (
                patient.MODULE,
                general_study.MODULE,
                general_series.MODULE,
                sc_equipment.MODULE,
                general_acquisition.MODULE,
                general_image.MODULE,
                image_pixel.MODULE,
                sc_image.MODULE,
                sop_common.MODULE,
            ),
            (
                clinical_trial_subject.MODULE,
                clinical_trial_study.MODULE,
                clinical_trial_series.MODULE,
                frame_of_reference.MODULE,
                synchronization.MODULE,
                general_equipment.MODULE,
                general_reference.MODULE,
                enhanced_patient_orientation.MODULE,
                image_plane.MODULE,
                device.MODULE,
                specimen.MODULE,
                modality_lut.MODULE,
                voi_lut.MODULE,
                icc_profile.MODULE,
                common_instance_reference.MODULE,
            ),
            conditional=(patient_study.MODULE,),
        ),
    )
