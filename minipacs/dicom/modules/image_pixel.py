"""Image Pixel Module, PS3.3 C.7.6.3: the picture, as pixels or as the JPEG stream that it came as."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.picture import picture_of
from minipacs.dicom.building.writing import put, put_given
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module, When
from minipacs.dicom.modules.conditions import number, present, value_is

TABLE = """
SamplesPerPixel 1
PhotometricInterpretation 1
PlanarConfiguration 1C =0|1
Rows 1
Columns 1
PixelAspectRatio 1C
BitsAllocated 1 =1|8|16|32|64
BitsStored 1
HighBit 1
PixelRepresentation 1 =0|1
SmallestImagePixelValue 3
LargestImagePixelValue 3
PixelPaddingRangeLimit 1C
RedPaletteColorLookupTableDescriptor 1C
GreenPaletteColorLookupTableDescriptor 1C
BluePaletteColorLookupTableDescriptor 1C
RedPaletteColorLookupTableData 1C
GreenPaletteColorLookupTableData 1C
BluePaletteColorLookupTableData 1C
ICCProfile 3
ColorSpace 3
PixelDataProviderURL 1C
ExtendedOffsetTable 3
ExtendedOffsetTableLengths 1C
PixelData 1C
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the pixels and what describes them. Raises BadRequest where the frame contradicts itself."""
    picture = picture_of(request.frame)
    put(ds, "SamplesPerPixel", picture.samples)
    put(ds, "PhotometricInterpretation", picture.photometric)
    if picture.samples > 1:
        put(ds, "PlanarConfiguration", 0)
    put(ds, "Rows", picture.rows)
    put(ds, "Columns", picture.columns)
    put(ds, "BitsAllocated", picture.bits_allocated)
    put(ds, "BitsStored", picture.bits_stored)
    put(ds, "HighBit", picture.bits_stored - 1)
    put(ds, "PixelRepresentation", 0)
    if picture.extremes is not None:
        put_given(ds, "SmallestImagePixelValue", picture.extremes[0])
        put_given(ds, "LargestImagePixelValue", picture.extremes[1])
    ds.add(picture.element())


def _palette() -> When:
    return When(
        "Photometric Interpretation is PALETTE COLOR",
        lambda ds, _: value_is(ds, "PhotometricInterpretation", "PALETTE COLOR"),
    )


MODULE = Module(
    "Image Pixel",
    "C.7.6.3",
    TABLE,
    write,
    {
        "PlanarConfiguration": When(
            "Samples per Pixel is greater than 1",
            lambda ds, _: number(ds, "SamplesPerPixel") > 1,
        ),
        "PixelData": When(
            "no Pixel Data Provider URL, Float or Double Float Pixel Data is present",
            lambda ds, _: (
                not any(
                    present(ds, other)
                    for other in ("PixelDataProviderURL", "FloatPixelData", "DoubleFloatPixelData")
                )
            ),
        ),
        "ExtendedOffsetTableLengths": When(
            "Extended Offset Table is present", lambda ds, _: present(ds, "ExtendedOffsetTable")
        ),
        **{
            f"{colour}PaletteColorLookupTable{part}": _palette()
            for colour in ("Red", "Green", "Blue")
            for part in ("Descriptor", "Data")
        },
    },
)
