"""US Region Calibration Module, PS3.3 C.8.5.5: what a pixel of an ultrasound image measures."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.picture import picture_of
from minipacs.dicom.building.writing import put, put_items
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module, When
from minipacs.dicom.modules.conditions import filled, number

_2D, _TISSUE, _CENTIMETERS = 1, 1, 3

TABLE = """
SequenceOfUltrasoundRegions 1
> RegionSpatialFormat 1 =0|1|2|3|4|5
> RegionDataType 1
> RegionFlags 1
> RegionLocationMinX0 1
> RegionLocationMinY0 1
> RegionLocationMaxX1 1
> RegionLocationMaxY1 1
> ReferencePixelX0 3
> ReferencePixelY0 3
> PhysicalUnitsXDirection 1
> PhysicalUnitsYDirection 1
> ReferencePixelPhysicalValueX 3
> ReferencePixelPhysicalValueY 3
> PhysicalDeltaX 1
> PhysicalDeltaY 1
> TransducerFrequency 3
> PulseRepetitionFrequency 3
> DopplerCorrectionAngle 3
> SteeringAngle 3
> DopplerSampleVolumeXPosition 3
> DopplerSampleVolumeYPosition 3
> TMLinePositionX0 3
> TMLinePositionY0 3
> TMLinePositionX1 3
> TMLinePositionY1 3
> PixelComponentOrganization 1C
> PixelComponentMask 1C
> PixelComponentRangeStart 1C
> PixelComponentRangeStop 1C
> PixelComponentPhysicalUnits 1C
> PixelComponentDataType 1C
> NumberOfTableBreakPoints 1C
> TableOfXBreakPoints 1C
> TableOfYBreakPoints 1C
> NumberOfTableEntries 1C
> TableOfPixelValues 1C
> TableOfParameterValues 1C
> ActiveImageAreaOverlayGroup 3
> PixelValueMappingCodeSequence 1C @code
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write one region over the whole picture when the frame has a spacing; others come by `details`."""
    spacing = request.frame.pixel_spacing_mm
    if spacing is None:
        return
    picture = picture_of(request.frame)
    region = Dataset()
    put(region, "RegionSpatialFormat", _2D)
    put(region, "RegionDataType", _TISSUE)
    put(region, "RegionFlags", 0)
    put(region, "RegionLocationMinX0", 0)
    put(region, "RegionLocationMinY0", 0)
    put(region, "RegionLocationMaxX1", picture.columns - 1)
    put(region, "RegionLocationMaxY1", picture.rows - 1)
    put(region, "PhysicalUnitsXDirection", _CENTIMETERS)
    put(region, "PhysicalUnitsYDirection", _CENTIMETERS)
    put(region, "PhysicalDeltaX", spacing[1] / 10)
    put(region, "PhysicalDeltaY", spacing[0] / 10)
    put_items(ds, "SequenceOfUltrasoundRegions", [region])


def _component(text: str, *organizations: int) -> When:
    return When(
        text,
        lambda item, _: (
            filled(item, "PixelComponentOrganization")
            and number(item, "PixelComponentOrganization") in organizations
        ),
    )


_SEQUENCE = "SequenceOfUltrasoundRegions."
_RANGE = _component("Pixel Component Organization is 0 or 1", 0, 1)
_TABLE = _component("Pixel Component Organization is 2", 2)
_ANY = When(
    "Pixel Component Organization is present",
    lambda item, _: filled(item, "PixelComponentOrganization"),
)

MODULE = Module(
    "US Region Calibration",
    "C.8.5.5",
    TABLE,
    write,
    {
        _SEQUENCE + "PixelComponentMask": _component("Pixel Component Organization is 0", 0),
        _SEQUENCE + "PixelComponentRangeStart": _RANGE,
        _SEQUENCE + "PixelComponentRangeStop": _RANGE,
        _SEQUENCE + "PixelComponentPhysicalUnits": _ANY,
        _SEQUENCE + "PixelComponentDataType": _ANY,
        _SEQUENCE + "NumberOfTableBreakPoints": _TABLE,
        _SEQUENCE + "TableOfXBreakPoints": _TABLE,
        _SEQUENCE + "TableOfYBreakPoints": _TABLE,
    },
)
