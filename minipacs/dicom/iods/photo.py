"""VL Photographic Image: PS3.3 A.32.4."""

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
                vl_photographic_equipment.MODULE,
                general_reference.MODULE,
                device.MODULE,
                specimen.MODULE,
                vl_photographic_acquisition.MODULE,
                vl_photographic_geolocation.MODULE,
                icc_profile.MODULE,
                common_instance_reference.MODULE,
            ),
            conditional=(patient_study.MODULE,),
        ),
        # PS3.3 A.32.4.4.1: the modality shall be XC.
        modalities=frozenset({"XC"}),
    )
