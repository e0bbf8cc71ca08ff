"""VOI LUT Module, PS3.3 C.11.2: the window of a first look."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.picture import picture_of
from minipacs.dicom.building.writing import put
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module, When
from minipacs.dicom.modules.conditions import filled, present

TABLE = """
WindowCenter 1C
WindowWidth 1C
WindowCenterWidthExplanation 3
VOILUTFunction 3
VOILUTSequence 1C
> LUTDescriptor 1
> LUTExplanation 3
> LUTData 1
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the frame's window, or one from the pixels, so that no grey image opens black or white."""
    picture = picture_of(request.frame)
    if picture.samples != 1:
        return
    center, width = request.frame.window or picture.window()
    if width < 1:
        raise BadRequest("WindowWidth", "must be at least 1 (PS3.3 C.11.2.1.2)")
    put(ds, "WindowCenter", center)
    put(ds, "WindowWidth", width)


MODULE = Module(
    "VOI LUT",
    "C.11.2",
    TABLE,
    write,
    {
        "WindowCenter": When(
            "there is no VOI LUT Sequence", lambda ds, _: not present(ds, "VOILUTSequence")
        ),
        "WindowWidth": When("Window Center is present", lambda ds, _: filled(ds, "WindowCenter")),
        "VOILUTSequence": When(
            "there is no Window Center", lambda ds, _: not present(ds, "WindowCenter")
        ),
    },
)
