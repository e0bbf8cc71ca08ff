"""The exposure as the integers that DICOM has for it, with finer units where an integer loses digits."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import put_given
from minipacs.dicom.model import Exposure


def write_exposure(ds: Dataset, exposure: Exposure | None) -> None:
    """Write KVP, current, time and charge.

    Exposure Time and its like are integers (IS), and dental exposures are short and small: the charge is also written
    in uAs, and an integer that would say 0 for what was more than nothing is left out.
    """
    if exposure is None:
        return
    put_given(ds, "KVP", exposure.kvp)
    put_given(ds, "XRayTubeCurrent", _rounded(exposure.tube_current_ma))
    put_given(ds, "ExposureTime", _rounded(exposure.time_ms))
    put_given(ds, "Exposure", _rounded(exposure.charge_mas))
    put_given(ds, "ExposureInuAs", _rounded(exposure.charge_mas, 1000))


def _rounded(value: float | None, scale: int = 1) -> int | None:
    if value is None:
        return None
    whole = round(value * scale)
    return None if whole == 0 and value else whole
