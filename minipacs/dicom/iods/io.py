"""Digital Intra-Oral X-Ray Image, for presentation: PS3.3 A.28."""

from __future__ import annotations

from collections.abc import Collection

from pydicom.dataset import Dataset

from minipacs.dicom.iod import Iod, iod, uses
from minipacs.dicom.iods.dx import USES
from minipacs.dicom.modules import intra_oral_image, intra_oral_series


@iod("io")
def intra_oral() -> Iod:
    """A periapical, bitewing or occlusal picture, of a sensor or a phosphor plate."""
    return Iod(
        kind="io",
        title="Digital Intra-Oral X-Ray Image",
        clause="PS3.3 A.28",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.1.3",
        modality="IO",
        # The intra-oral modules come last: what they say is narrower than what they narrow.
        uses=USES + uses((intra_oral_series.MODULE, intra_oral_image.MODULE)),
        reconcile=_keep_one_of_modifier_and_structure,
        nominal_spacing_mm=0.02,
        modalities=frozenset({"IO"}),
        grey=True,
    )


def _keep_one_of_modifier_and_structure(ds: Dataset, given: Collection[str]) -> None:
    """Either the region has a modifier or the teeth are named (PS3.3 Table C.8-76); what was given stays."""
    regions, structures = "AnatomicRegionSequence", "PrimaryAnatomicStructureSequence"
    modified = [
        region for region in ds[regions].value if "AnatomicRegionModifierSequence" in region
    ]
    if structures in given and regions not in given:
        for region in modified:
            del region.AnatomicRegionModifierSequence
    elif regions in given and structures not in given and modified:
        ds.pop(structures, None)
