"""A frame as the Image Pixel Module sees it, checked against itself. PS3.3 C.7.6.3, PS3.5 8."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataelem import DataElement
from pydicom.encaps import encapsulate

from minipacs.dicom.errors import BadRequest
from minipacs.dicom.jpeg_head import JpegHead, read_head
from minipacs.dicom.model import Frame

_PIXEL_DATA = 0x7FE00010
_WINDOW_SAMPLES = 200_000
"""How many pixels are enough to see the window in."""


@dataclass(frozen=True)
class Picture:
    """Rows, columns, bits and meaning of a frame's samples."""

    frame: Frame
    rows: int
    columns: int
    samples: int
    bits_allocated: int
    bits_stored: int
    photometric: str
    pixels: NDArray[Any] | None

    @property
    def extremes(self) -> tuple[int, int] | None:
        """(smallest, largest) sample value; None for a JPEG, which is not decoded."""
        if self.pixels is None:
            return None
        return int(self.pixels.min()), int(self.pixels.max())

    def window(self) -> tuple[float, float]:
        """(center, width) that shows all but the darkest and the brightest hundredth of the pixels."""
        if self.pixels is None:
            return 128.0, 256.0
        step = max(1, int((self.pixels.size / _WINDOW_SAMPLES) ** 0.5))
        low, high = np.percentile(self.pixels[::step, ::step], (1, 99))
        width = max(1.0, round(float(high) - float(low)) + 1.0)
        return round((float(low) + float(high) + 1) / 2, 1), width

    def element(self) -> DataElement:
        """Pixel Data: native little endian, or the stream in one fragment (PS3.5 A.4)."""
        if self.pixels is None:
            element = DataElement(_PIXEL_DATA, "OB", encapsulate([self.frame.jpeg or b""]))
            element.is_undefined_length = True
            return element
        wide = self.bits_allocated == 16
        data = np.ascontiguousarray(self.pixels, dtype="<u2" if wide else "u1").tobytes()
        return DataElement(_PIXEL_DATA, "OW" if wide else "OB", data + b"\0" * (len(data) % 2))


def picture_of(frame: Frame) -> Picture:
    """A frame, checked. Cheap: the pixels are looked at only when asked for.

    Raises:
        BadRequest: the frame contradicts itself, or is nothing that DICOM has a place for.
    """
    if (frame.pixels is None) == (frame.jpeg is None):
        raise BadRequest("PixelData", "a frame has either pixels or a JPEG stream")
    if frame.jpeg is not None:
        try:
            head = read_head(frame.jpeg)
        except ValueError as error:
            raise BadRequest("PixelData", f"the JPEG stream is damaged: {error}") from error
        return _of_jpeg(frame, head)
    return _of_pixels(frame, frame.pixels)


def _of_jpeg(frame: Frame, head: JpegHead) -> Picture:
    if head.process != "baseline" or head.precision != 8:
        raise BadRequest(
            "PixelData", "only a baseline JPEG of 8 bits is kept as it came; decode this one first"
        )
    if head.samples not in (1, 3):
        raise BadRequest("SamplesPerPixel", "a JPEG has to be grey or have three colours")
    _check_size(head.rows, head.columns)
    if frame.rows and (frame.rows, frame.columns) != (head.rows, head.columns):
        raise BadRequest("Rows", "the frame's size is not that of its JPEG stream")
    if head.samples == 3:
        # PS3.5 8.2.1: the stream itself says how it is subsampled; YBR_FULL is forbidden for VL.
        photometric = "RGB" if head.is_rgb else "YBR_FULL_422"
    else:
        photometric = "MONOCHROME1" if frame.inverted else "MONOCHROME2"
    return Picture(frame, head.rows, head.columns, head.samples, 8, 8, photometric, None)


def _of_pixels(frame: Frame, given: NDArray[Any] | None) -> Picture:
    pixels = np.asarray(given)
    samples = 1 if pixels.ndim == 2 else 3
    if pixels.ndim not in (2, 3) or (samples == 3 and pixels.shape[2] != 3):
        raise BadRequest("PixelData", "pixels are (rows, columns) or (rows, columns, 3)")
    rows, columns = int(pixels.shape[0]), int(pixels.shape[1])
    _check_size(rows, columns)
    if frame.rows and (frame.rows, frame.columns) != (rows, columns):
        raise BadRequest("Rows", "the frame's size is not that of its pixels")
    if pixels.dtype not in (np.dtype(np.uint8), np.dtype(np.uint16)):
        raise BadRequest("BitsAllocated", "pixels are unsigned, of 8 or 16 bits")
    if samples == 3:
        if pixels.dtype != np.dtype(np.uint8):
            raise BadRequest("BitsAllocated", "a colour picture has 8 bits a sample")
        return Picture(frame, rows, columns, 3, 8, 8, "RGB", pixels)
    stored = (
        8 if pixels.dtype == np.dtype(np.uint8) and frame.bits_stored > 8 else frame.bits_stored
    )
    _check_bits(pixels, stored)
    photometric = "MONOCHROME1" if frame.inverted else "MONOCHROME2"
    allocated = 8 if stored <= 8 else 16
    return Picture(frame, rows, columns, 1, allocated, stored, photometric, pixels)


def _check_size(rows: int, columns: int) -> None:
    if not (0 < rows < 65536 and 0 < columns < 65536):
        raise BadRequest("Rows", "a picture has 1 to 65535 rows and columns")


def _check_bits(pixels: NDArray[Any], stored: int) -> None:
    if not 1 <= stored <= 16:
        raise BadRequest("BitsStored", "has to be 1 to 16")
    if stored < pixels.dtype.itemsize * 8 and int(pixels.max()) >> stored:
        raise BadRequest("BitsStored", "there are pixel values that need more bits than are stored")
