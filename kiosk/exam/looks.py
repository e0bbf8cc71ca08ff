"""Pictures of an exam to look at: from the stored pixels, which are never changed."""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from kiosk.exam.views import Preview
from kiosk.imaging.preview import decode_jpeg, thumbnail
from kiosk.imaging.window import auto_window
from minipacs.dicom import part10, pixels
from minipacs.dicom.model import Frame

THUMBNAIL_PIXELS = 400


class Recent:
    """The last few frames in memory, so that looking again does not read the disk; any thread."""

    def __init__(self, most: int = 3) -> None:
        self._most = most
        self._frames: OrderedDict[str, Frame] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, key: str, frame: Frame) -> None:
        """Keep one more, forget the oldest."""
        with self._lock:
            self._frames[key] = frame
            self._frames.move_to_end(key)
            while len(self._frames) > self._most:
                self._frames.popitem(last=False)

    def get(self, key: str) -> Frame | None:
        """One of them, if it is still here."""
        with self._lock:
            return self._frames.get(key)

    def drop(self, key: str) -> None:
        """Forget one."""
        with self._lock:
            self._frames.pop(key, None)


def pixels_of(frame: Frame) -> NDArray[np.generic]:
    """The pixels of a frame; a JPEG stream is decoded for looking only.

    Raises:
        ValueError: it cannot be decoded.
    """
    if frame.pixels is not None:
        return frame.pixels
    if frame.jpeg is not None:
        return decode_jpeg(frame.jpeg)
    raise ValueError("a frame without pixels")


def thumbnail_of(frame: Frame, rotation: int) -> NDArray[np.uint8]:
    """The small picture for the mount, upright for its tile. Raises ValueError when it cannot be decoded."""
    values = pixels_of(frame)
    window = frame.window or auto_window(values)
    return thumbnail(values, window, THUMBNAIL_PIXELS, rotation=rotation, inverted=frame.inverted)


def look(
    frame: Frame,
    orientation: tuple[str, str] | None,
    rotation: int,
    small: NDArray[np.uint8] | None = None,
) -> Preview:
    """A picture with what a viewer needs. Raises ValueError when it cannot be decoded."""
    values = pixels_of(frame)
    return Preview(
        pixels=values,
        thumbnail=thumbnail_of(frame, rotation) if small is None else small,
        window=frame.window or auto_window(values),
        inverted=frame.inverted,
        patient_orientation=orientation,
        rotation=rotation,
    )


def stored_frame(data: bytes, light: Frame) -> Frame:
    """The frame of a stored object, for looking at it again; `light` tells what else is known of it."""
    values = pixels.decode(part10.read(data))
    return dataclasses.replace(light, pixels=values, jpeg=None)
