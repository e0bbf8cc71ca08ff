"""JPEG, ISO 10918-1: a baseline stream is kept as it came, never decoded and encoded again."""

from __future__ import annotations

import numpy as np
from PIL import ExifTags, ImageOps

from minipacs.dicom.jpeg_head import LOSSY_METHOD, JpegHead, read_head, whole_stream
from minipacs.dicom.model import Frame
from minipacs.dicom.pictures.errors import SAVE_AS_PNG, SEND_AGAIN, PictureRefused
from minipacs.dicom.pictures.format import (
    Format,
    check_size,
    exif_taken_at,
    frame_of,
    loaded,
    opened,
    picture_format,
)
from minipacs.dicom.pictures.sidecar import Sidecar


def _read(data: bytes, sidecar: Sidecar) -> list[Frame]:
    try:
        head = read_head(data)
        stream = whole_stream(data)
    except ValueError as error:
        raise PictureRefused("the picture is damaged or cut off", SEND_AGAIN) from error
    check_size(head.rows, head.columns)
    _check_kind(head)
    with opened(stream, "JPEG") as image:
        taken_at = exif_taken_at(image)
        turned = image.getexif().get(ExifTags.Base.Orientation, 1) not in (1, 0)
        loaded(image)
        if head.process == "baseline" and not turned:
            return [
                Frame(
                    jpeg=stream,
                    rows=head.rows,
                    columns=head.columns,
                    samples=head.samples,
                    inverted=head.samples == 1 and bool(sidecar.inverted),
                    pixel_spacing_mm=sidecar.spacing,
                    taken_at=sidecar.taken_at or taken_at,
                )
            ]
        # Turned, or of a process that no DICOM viewer has to read: its pixels are taken, and said to be lossy.
        upright = ImageOps.exif_transpose(image)
        pixels = np.array(upright.convert("L" if head.samples == 1 else "RGB"))
        ratio = round(head.rows * head.columns * head.samples / len(stream), 2)
        return [
            frame_of(
                pixels, sidecar, taken_at=taken_at, lossy_before=(max(ratio, 0.01), LOSSY_METHOD)
            )
        ]


def _check_kind(head: JpegHead) -> None:
    if head.process in ("lossless", "jpeg-ls", "hierarchical") or head.precision != 8:
        raise PictureRefused(
            "the picture is a JPEG of a rare kind"
            f" ({head.process}, {head.precision} bits) that is not taken",
            "save it as 16-bit PNG or TIFF",
        )
    if head.samples not in (1, 3):
        raise PictureRefused("the picture has the four colours of printing (CMYK)", SAVE_AS_PNG)


@picture_format("jpeg")
def jpeg() -> Format:
    """Baseline untouched; turned or progressive ones decoded."""
    return Format(
        "JPEG", (".jpg", ".jpeg", ".jpe", ".jfif"), lambda head: head[:3] == b"\xff\xd8\xff", _read
    )
