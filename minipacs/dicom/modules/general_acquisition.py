"""General Acquisition Module, PS3.3 C.7.10.1: when the picture was taken."""

from __future__ import annotations

import datetime as dt

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import put
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module
from minipacs.dicom.moments import date_time

TABLE = """
AcquisitionUID 3
AcquisitionDate 3
AcquisitionDateTime 3
AcquisitionTime 3
IrradiationEventUID 3
AcquisitionDuration 3
AcquisitionNumber 3
ImagesInAcquisition 3
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the instant the device tells, else the one the frame was received at."""
    date, time = date_time(acquired_at(request))
    put(ds, "AcquisitionDate", date)
    put(ds, "AcquisitionTime", time)


def acquired_at(request: ImageRequest) -> dt.datetime:
    """When the picture was taken, in the zone of the request."""
    taken = request.frame.taken_at
    if taken is None:
        return request.taken_at
    if taken.tzinfo is None or request.taken_at.tzinfo is None:
        return taken
    return taken.astimezone(request.taken_at.tzinfo)


MODULE = Module("General Acquisition", "C.7.10.1", TABLE, write)
