"""The losses of a picture's life, oldest first. Never forgotten: 01 is not reset to 00 (PS3.3 C.7.6.1.1.5)."""

from __future__ import annotations

from minipacs.dicom.building.picture import picture_of
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.jpeg_head import LOSSY_METHOD
from minipacs.dicom.model import ImageRequest


def loss_of(request: ImageRequest) -> tuple[tuple[float, str], ...]:
    """(ratio, method) of each lossy compression: before the frame came, and of its JPEG stream.

    Raises BadRequest for a ratio that is none.
    """
    frame = request.frame
    losses = [frame.lossy_before] if frame.lossy_before is not None else []
    if frame.jpeg is not None:
        picture = picture_of(frame)
        size = picture.rows * picture.columns * picture.samples
        losses.append((round(size / len(frame.jpeg), 2), LOSSY_METHOD))
    for ratio, method in losses:
        if not ratio > 0 or not method:
            raise BadRequest(
                "LossyImageCompressionRatio", "a lossy compression has a ratio above 0 and a method"
            )
    return tuple(losses)
