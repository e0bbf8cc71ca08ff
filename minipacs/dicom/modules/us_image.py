"""US Image Module, PS3.3 C.8.5.6: an ultrasound still, grey or in colour, 8 bits a sample."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building import anatomy
from minipacs.dicom.building.lossy import loss_of
from minipacs.dicom.building.picture import picture_of
from minipacs.dicom.building.writing import put
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module, When
from minipacs.dicom.modules.conditions import value_is

TABLE = """
ImageType 2
AcquisitionDateTime 1C
StageName 3
StageNumber 3
NumberOfStages 2C
ViewName 3
ViewNumber 3
NumberOfEventTimers 3
NumberOfViewsInStage 2C
EventElapsedTimes 3
EventTimerNames 3
AnatomicRegionSequence 3 [0-1] @code
> AnatomicRegionModifierSequence 3 @code
PrimaryAnatomicStructureSequence 3 @code
> PrimaryAnatomicStructureModifierSequence 3 @code
TriggerTime 3
NominalInterval 3
BeatRejectionFlag 3 =Y|N
LowRRValue 3
HighRRValue 3
HeartRate 3
IVUSAcquisition 1C
IVUSPullbackRate 1C
IVUSGatedRate 1C
IVUSPullbackStartFrameNumber 1C
IVUSPullbackStopFrameNumber 1C
LesionNumber 3
OutputPower 3
TransducerData 3
TransducerIdentificationSequence 3
> DeviceSerialNumber 2
> UDISequence 3 @udi
> SoftwareVersions 2
> DateOfManufacture 3
> DateOfInstallation 3
> LongDeviceDescription 3
> DeviceAlternateIdentifier 2
> DeviceAlternateIdentifierType 1C
> DeviceAlternateIdentifierFormat 1C
> DeviceLabel 1
> DeviceTypeCodeSequence 1 @code
> ManufacturerDeviceIdentifier 2
FocusDepth 3
ProcessingFunction 3
MechanicalIndex 3
BoneThermalIndex 3
CranialThermalIndex 3
SoftTissueThermalIndex 3
SoftTissueFocusThermalIndex 3
SoftTissueSurfaceThermalIndex 3
DepthOfScanField 3
TransducerType 3
RWaveTimeVector 3
SamplesPerPixel 1
PhotometricInterpretation 1 =MONOCHROME2|PALETTE~COLOR|RGB|YBR_FULL|YBR_FULL_422|YBR_PARTIAL_420|YBR_RCT|YBR_ICT
PlanarConfiguration 1C =0|1
FrameIncrementPointer 1C
UltrasoundColorDataPresent 3 =0|1
BitsAllocated 1 =8|16
BitsStored 1
HighBit 1
PixelRepresentation 1 =0
LossyImageCompression 1C =00|01
StageCodeSequence 3 @code
ViewCodeSequence 3 [0-1] @code
> ViewModifierCodeSequence 3 @code
SliceProgressionDirection 3
"""

# Value 3 of Image Type, PS3.3 C.8.5.6.1.1, where the region tells it.
_EXAMS = {
    "abdomen": "ABDOMINAL",
    "neck": "SMALL PARTS",
    "submandibular-gland": "SMALL PARTS",
    "salivary-gland": "SMALL PARTS",
    "tongue": "SMALL PARTS",
    "tmj": "SMALL PARTS",
}


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the image type; values 3 and 4 tell exam and modes used (0001 is 2D). Raises BadRequest for 16 bits."""
    picture = picture_of(request.frame)
    if picture.bits_allocated != 8:
        raise BadRequest(
            "BitsAllocated",
            "an ultrasound image has 8 bits a sample (PS3.3 C.8.5.6.1); window it to 8 bits, or keep it as kind sc",
        )
    if picture.photometric == "MONOCHROME1":
        raise BadRequest("PhotometricInterpretation", "an ultrasound image is never inverted")
    exam = _EXAMS.get(anatomy.region_key(request), "")
    put(ds, "ImageType", ["ORIGINAL", "PRIMARY", *([exam, "0001"] if exam else [])])
    if not loss_of(request):
        # Type 1C: present only once a loss has happened, PS3.3 C.8.5.6.1.
        del ds.LossyImageCompression
    anatomy.write_region(ds, request)


_STAGE = When("the image is part of a staged protocol", lambda *_: False)

MODULE = Module(
    "US Image",
    "C.8.5.6",
    TABLE,
    write,
    {
        "NumberOfStages": _STAGE,
        "NumberOfViewsInStage": _STAGE,
        "IVUSAcquisition": When("Modality is IVUS", lambda ds, _: value_is(ds, "Modality", "IVUS")),
        "LossyImageCompression": When("a loss has happened", lambda *_: False),
    },
)
