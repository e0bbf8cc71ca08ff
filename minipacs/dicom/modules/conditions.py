"""The few questions that the conditions of Type 1C and 2C attributes ask, and conditions that modules share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pydicom.dataset import Dataset

from minipacs.dicom.modules.base import When
from minipacs.dicom.reading import number_of


def present(ds: Dataset, keyword: str) -> bool:
    """Whether the attribute is there, also when it is empty."""
    return keyword in ds


def filled(ds: Dataset, keyword: str) -> bool:
    """Whether the attribute is there with a value (a sequence: with an item)."""
    return keyword in ds and not ds[keyword].is_empty


def empty(ds: Dataset, keyword: str) -> bool:
    """Whether the attribute has no value or isn't there at all."""
    return not filled(ds, keyword)


def number(ds: Dataset, keyword: str) -> float:
    """The attribute as a number; 0 where it isn't one."""
    return number_of(ds, keyword) or 0


def value_is(ds: Dataset, keyword: str, *values: str) -> bool:
    """Whether the attribute's value is one of `values`."""
    return filled(ds, keyword) and str(ds[keyword].value) in values


def together(keywords: Sequence[str]) -> Mapping[str, When]:
    """Attributes that are all there or none."""
    return MappingProxyType(
        {keyword: _with_any(tuple(k for k in keywords if k != keyword)) for keyword in keywords}
    )


def _with_any(others: tuple[str, ...]) -> When:
    return When(
        f"{' or '.join(others)} is present",
        lambda ds, _: any(present(ds, other) for other in others),
    )


# PS3.3 10.7.1.3, the Basic Pixel Spacing Calibration Macro.
CALIBRATION: Mapping[str, When] = MappingProxyType(
    {
        "PixelSpacing": When(
            "the image has been calibrated", lambda ds, _: filled(ds, "PixelSpacingCalibrationType")
        ),
        "PixelSpacingCalibrationDescription": When(
            "Pixel Spacing Calibration Type is present",
            lambda ds, _: filled(ds, "PixelSpacingCalibrationType"),
        ),
    }
)
