"""General Image Module, PS3.3 C.7.6.1: number, time, orientation, and what was done to the pixels."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building import anatomy
from minipacs.dicom.building.lossy import loss_of
from minipacs.dicom.building.writing import put, put_given
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module, When
from minipacs.dicom.moments import date_time

SIMULATED = "SIMULATED: drawn by a program, not acquired from a patient"

TABLE = """
ImageType 3
ContentDate 2C
ContentTime 2C
AnatomicRegionSequence 3 [0-1] @code
> AnatomicRegionModifierSequence 3 @code
PrimaryAnatomicStructureSequence 3 @code
> PrimaryAnatomicStructureModifierSequence 3 @code
InstanceNumber 2
PatientOrientation 2C
ImageLaterality 3 =R|L|U|B
ImageComments 3
QualityControlImage 3 =YES|NO|BOTH
BurnedInAnnotation 3 =YES|NO
RecognizableVisualFeatures 3 =YES|NO
LossyImageCompression 3 =00|01
LossyImageCompressionRatio 3
LossyImageCompressionMethod 3
RealWorldValueMappingSequence 3
> LUTExplanation 1
> MeasurementUnitsCodeSequence 1 @code
> LUTLabel 1
> RealWorldValueLastValueMapped 1C
> RealWorldValueLUTData 1C
> DoubleFloatRealWorldValueLastValueMapped 1C
> DoubleFloatRealWorldValueFirstValueMapped 1C
> RealWorldValueFirstValueMapped 1C
> QuantityDefinitionSequence 3 @content_item
> RealWorldValueIntercept 1C
> RealWorldValueSlope 1C
IconImageSequence 3
> SamplesPerPixel 1
> PhotometricInterpretation 1
> PlanarConfiguration 1C =0|1
> Rows 1
> Columns 1
> PixelAspectRatio 1C
> BitsAllocated 1 =1|8|16|32|64
> BitsStored 1
> HighBit 1
> PixelRepresentation 1 =0|1
> SmallestImagePixelValue 3
> LargestImagePixelValue 3
> RedPaletteColorLookupTableDescriptor 1C
> GreenPaletteColorLookupTableDescriptor 1C
> BluePaletteColorLookupTableDescriptor 1C
> RedPaletteColorLookupTableData 1C
> GreenPaletteColorLookupTableData 1C
> BluePaletteColorLookupTableData 1C
> ICCProfile 3
> ColorSpace 3
> PixelData 1
PresentationLUTShape 3 =IDENTITY|INVERSE
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write what every image has. A simulated picture says so in words and as a quality control image."""
    put(ds, "InstanceNumber", request.instance_number)
    put(ds, "ImageType", ["ORIGINAL", "PRIMARY"])
    put(ds, "ContentDate", date_time(request.taken_at)[0])
    put(ds, "ContentTime", date_time(request.taken_at)[1])
    put(ds, "PatientOrientation", list(anatomy.orientation(request) or ()))
    # Says the side for every kind, so that the series needs no Laterality (PS3.3 C.7.3.1, Type 2C).
    put(ds, "ImageLaterality", anatomy.laterality(request))
    put(ds, "BurnedInAnnotation", "NO")
    comments = [SIMULATED if request.frame.simulated else "", anatomy.teeth_in_words(request)]
    put_given(ds, "ImageComments", "; ".join(comment for comment in comments if comment))
    if request.frame.simulated:
        put(ds, "QualityControlImage", "YES")
    _write_loss(ds, request)


def _write_loss(ds: Dataset, request: ImageRequest) -> None:
    losses = loss_of(request)
    put(ds, "LossyImageCompression", "01" if losses else "00")
    put_given(ds, "LossyImageCompressionRatio", [ratio for ratio, _ in losses])
    put_given(ds, "LossyImageCompressionMethod", [method for _, method in losses])


MODULE = Module(
    "General Image",
    "C.7.6.1",
    TABLE,
    write,
    {
        # Required where no Image Orientation (Patient) and Image Position (Patient) tell it.
        "PatientOrientation": When(
            "there is no Image Orientation (Patient)",
            lambda ds, _: "ImageOrientationPatient" not in ds,
        ),
        "ContentDate": When("the images of the series are related in time", lambda *_: False),
        "ContentTime": When("the images of the series are related in time", lambda *_: False),
    },
)
