"""DX Image Module, PS3.3 C.8.11.3: pixels as a display shows them, with a first window."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building import anatomy
from minipacs.dicom.building.picture import picture_of
from minipacs.dicom.building.writing import put
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module, When
from minipacs.dicom.modules.conditions import filled, present, value_is
from minipacs.dicom.modules.general_image import SIMULATED

TABLE = """
ImageType 1
DerivationDescription 3
AcquisitionDeviceProcessingDescription 3
AcquisitionDeviceProcessingCode 3
PatientOrientation 1C
SamplesPerPixel 1 =1
PhotometricInterpretation 1 =MONOCHROME1|MONOCHROME2
BitsAllocated 1 =8|16
BitsStored 1 =6|7|8|9|10|11|12|13|14|15|16
HighBit 1
PixelRepresentation 1 =0
BurnedInAnnotation 1 =YES|NO
PixelIntensityRelationship 1 =LIN|LOG
PixelIntensityRelationshipSign 1 =1|-1
WindowCenter 1C
WindowWidth 1C
RescaleIntercept 1 =0
RescaleSlope 1 =1
RescaleType 1 =US
WindowCenterWidthExplanation 3
LossyImageCompression 1 =00|01
LossyImageCompressionRatio 1C
VOILUTSequence 1C
> LUTDescriptor 1
> LUTExplanation 3
> LUTData 1
CalibrationImage 3 =YES|NO
PresentationLUTShape 1 =IDENTITY|INVERSE
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the grey-scale semantics. Raises BadRequest for a colour picture."""
    picture = picture_of(request.frame)
    if picture.samples != 1:
        raise BadRequest(
            "PhotometricInterpretation",
            "an x-ray image is grey and this picture has colour; convert it to grey, or keep it as kind photo or sc",
        )
    if picture.bits_stored < 6:
        raise BadRequest("BitsStored", "a digital x-ray has 6 to 16 bits (PS3.3 C.8.11.3)")
    # Value 3 has to stand there empty (PS3.3 C.8.11.3.1.1).
    put(ds, "ImageType", ["ORIGINAL", "PRIMARY", ""])
    if not ds.PatientOrientation:
        # Type 1C and never empty: without teeth or view it hangs as radiographs do; build.py lets the object say so.
        put(ds, "PatientOrientation", list(anatomy.facing_the_viewer(request)))
    put(ds, "PixelIntensityRelationship", "LOG")
    inverse = picture.photometric == "MONOCHROME1"
    # The sign tells of the beam: with MONOCHROME2 a higher value is whiter, which is less x-ray.
    put(ds, "PixelIntensityRelationshipSign", 1 if inverse else -1)
    put(ds, "RescaleIntercept", 0)
    put(ds, "RescaleSlope", 1)
    put(ds, "RescaleType", "US")
    put(ds, "PresentationLUTShape", "INVERSE" if inverse else "IDENTITY")
    put(ds, "BurnedInAnnotation", "NO")
    if request.frame.simulated:
        put(ds, "AcquisitionDeviceProcessingDescription", "SIMULATED")
        put(ds, "DerivationDescription", SIMULATED)


def _for_presentation(ds: Dataset) -> bool:
    return value_is(ds, "PresentationIntentType", "FOR PRESENTATION")


MODULE = Module(
    "DX Image",
    "C.8.11.3",
    TABLE,
    write,
    {
        "PatientOrientation": When(
            "there is no Image Orientation (Patient)",
            lambda ds, _: "ImageOrientationPatient" not in ds,
        ),
        "LossyImageCompressionRatio": When(
            "Lossy Image Compression is 01",
            lambda ds, _: value_is(ds, "LossyImageCompression", "01"),
        ),
        "WindowCenter": When(
            "the image is for presentation and has no VOI LUT Sequence",
            lambda ds, _: _for_presentation(ds) and not present(ds, "VOILUTSequence"),
        ),
        "WindowWidth": When("Window Center is present", lambda ds, _: filled(ds, "WindowCenter")),
        "VOILUTSequence": When(
            "the image is for presentation and has no Window Center",
            lambda ds, _: _for_presentation(ds) and not present(ds, "WindowCenter"),
        ),
    },
)
