"""The modules that every kind of image has, so that an IOD states only what is its own."""

from __future__ import annotations

from minipacs.dicom.iod import Use, uses
from minipacs.dicom.modules import (
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
    image_pixel,
    patient,
    patient_study,
    sop_common,
    specimen,
)
from minipacs.dicom.modules.base import Module

MANDATORY = (
    patient.MODULE,
    general_study.MODULE,
    general_series.MODULE,
    general_equipment.MODULE,
    general_acquisition.MODULE,
    general_image.MODULE,
    image_pixel.MODULE,
    sop_common.MODULE,
)
CONDITIONAL = (patient_study.MODULE,)
"""The Patient Study Module is the user's option, but has to be there for a non-human organism."""
OPTIONAL = (
    clinical_trial_subject.MODULE,
    clinical_trial_study.MODULE,
    clinical_trial_series.MODULE,
    general_reference.MODULE,
    device.MODULE,
    specimen.MODULE,
    common_instance_reference.MODULE,
)


def image_uses(
    mandatory: tuple[Module, ...],
    optional: tuple[Module, ...] = (),
    conditional: tuple[Module, ...] = (),
) -> tuple[Use, ...]:
    """The common modules of PS3.3 Annex A, then an image's own: what these say is narrower.

    An own module that is common too has the usage that is said here (General Equipment is optional in one IOD).
    """
    own = (*mandatory, *optional, *conditional)
    return uses(
        (*(module for module in MANDATORY if module not in own), *mandatory),
        (*OPTIONAL, *optional),
        (*CONDITIONAL, *conditional),
    )
