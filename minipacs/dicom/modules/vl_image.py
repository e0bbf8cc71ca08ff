"""VL Image Module, PS3.3 C.8.12.1: a photograph."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building import anatomy
from minipacs.dicom.building.lossy import loss_of
from minipacs.dicom.building.picture import picture_of
from minipacs.dicom.building.writing import put
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module, When
from minipacs.dicom.modules.conditions import filled

TABLE = """
ImageType 1
ContentTime 1C
ReferencedImageSequence 1C @image
> PurposeOfReferenceCodeSequence 2 @code
AnatomicRegionSequence 1C [1] @code
> AnatomicRegionModifierSequence 3 @code
PrimaryAnatomicStructureSequence 3 @code
> PrimaryAnatomicStructureModifierSequence 3 @code
ImagerPixelSpacing 3
ImageLaterality 3 =R|L|U|B
ChannelDescriptionCodeSequence 3 @code
SamplesPerPixel 1 =1|3
PhotometricInterpretation 1 =MONOCHROME2|RGB|YBR_FULL_422|YBR_PARTIAL_420|YBR_RCT|YBR_ICT
PlanarConfiguration 1C =0|1
PixelSpacing 3
BitsAllocated 1 =8|16
BitsStored 1
HighBit 1
PixelRepresentation 1 =0
WindowCenter 3
WindowWidth 1C
LossyImageCompression 2 =00|01
ViewCodeSequence 3 [0-1] @code
> ViewModifierCodeSequence 3 @code
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write image type, loss, region and view. Raises BadRequest for 16 bits or an inverted picture."""
    picture = picture_of(request.frame)
    if picture.bits_allocated != 8:
        raise BadRequest(
            "BitsAllocated",
            "a photograph has 8 bits a sample (PS3.3 C.8.12.1); convert the picture to 8 bits, or keep it as kind sc",
        )
    if picture.photometric == "MONOCHROME1":
        raise BadRequest("PhotometricInterpretation", "a photograph is never inverted")
    put(ds, "ImageType", ["ORIGINAL", "PRIMARY"])
    put(ds, "LossyImageCompression", "01" if loss_of(request) else "00")
    anatomy.write_region(ds, request)
    # View Code Sequence joined this module in 2025 only; the acquisition context says the view to every reader.
    anatomy.write_view_as_context(ds, request)


MODULE = Module(
    "VL Image",
    "C.8.12.1",
    TABLE,
    write,
    {"WindowWidth": When("Window Center is present", lambda ds, _: filled(ds, "WindowCenter"))},
)
