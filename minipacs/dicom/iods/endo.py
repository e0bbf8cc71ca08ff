"""VL Endoscopic Image: PS3.3 A.32.1."""

from __future__ import annotations

from minipacs.dicom.iod import Iod, iod, uses
from minipacs.dicom.modules import (
    acquisition_context,
    clinical_trial_series,
    clinical_trial_study,
    clinical_trial_subject,
    common_instance_reference,
    device,
    general_acquisition,
    general_equipment,
    general_image,
    general_reference,
    general_series,
    general_study,
    icc_profile,
    image_pixel,
    patient,
    patient_study,
    sop_common,
    specimen,
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
        uses=uses(
            (
                patient.MODULE,
                general_study.MODULE,
                general_series.MODULE,
                general_equipment.MODULE,
                general_acquisition.MODULE,
                general_image.MODULE,
                image_pixel.MODULE,
                acquisition_context.MODULE,
                vl_image.MODULE,
                sop_common.MODULE,
            ),
            (
                clinical_trial_subject.MODULE,
                clinical_trial_study.MODULE,
                clinical_trial_series.MODULE,
                general_reference.MODULE,
                device.MODULE,
                specimen.MODULE,
                icc_profile.MODULE,
                common_instance_reference.MODULE,
            ),
            conditional=(patient_study.MODULE,),
        ),
        modalities=frozenset({"ES"}),
    )
