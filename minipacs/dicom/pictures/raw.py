"""Raw pixels of a device that knows no format: a sidecar says what they are."""

from __future__ import annotations

import numpy as np

from minipacs.dicom.model import Frame
from minipacs.dicom.pictures.errors import PictureRefused
from minipacs.dicom.pictures.format import Format, check_size, frame_of, picture_format
from minipacs.dicom.pictures.sidecar import Sidecar


def _read(data: bytes, sidecar: Sidecar) -> list[Frame]:
    if not sidecar.has_size:
        raise PictureRefused(
            "raw pixels say nothing of themselves",
            "give a sidecar with columns, rows and bits_stored",
        )
    check_size(sidecar.rows, sidecar.columns)
    width = sidecar.bits_allocated // 8
    needed = sidecar.header_bytes + sidecar.rows * sidecar.columns * width
    if len(data) != needed:
        raise PictureRefused(
            f"the raw file has {len(data)} bytes, its sidecar speaks of {needed}",
            "correct columns, rows, bits_allocated or header_bytes in the sidecar",
        )
    order = ">" if sidecar.endianness == "big" else "<"
    values = np.frombuffer(data, np.dtype(f"{order}u{width}"), offset=sidecar.header_bytes)
    pixels = values.reshape(sidecar.rows, sidecar.columns)
    return [frame_of(pixels.astype(np.uint8 if width == 1 else np.uint16), sidecar)]


@picture_format("raw")
def raw() -> Format:
    """Rows of grey values of 8 or 16 bits; known by its sidecar, not by its bytes."""
    return Format("raw", (".raw", ".bin", ".img"), lambda head: False, _read)
