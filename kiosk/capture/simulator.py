"""A sensor that is not there: draws a plausible picture of what the token asks for, and can fail on request.

Each frame is marked as simulated. The same seed gives the same mouth: a tooth with a filling has it in every picture.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
import zlib
from collections.abc import Callable
from enum import Enum

import numpy as np

from kiosk.capture.base import (
    Armed,
    BadSourceSettings,
    Listener,
    Settings,
    Source,
    SourceState,
    Worker,
    source,
)
from kiosk.capture.drawing import cephalometric, intraoral, panoramic, photo, ultrasound
from minipacs.clock import Clock
from minipacs.dicom.model import Exposure, Frame, Shot
from minipacs.workers import start_thread


class Fault(Enum):
    """What the simulated sensor does wrong."""

    NONE = "none"
    UNPLUGGED = "unplugged"
    """No hardware; nothing can be exposed."""
    SLOW = "slow"
    """Reading takes ten times as long."""
    PARTIAL = "partial"
    """The lower third of the picture is missing."""
    DUPLICATE = "duplicate"
    """Each frame is delivered twice."""
    LATE = "late"
    """The frame comes `delay` seconds after the sensor was disarmed or armed anew."""


class Simulator:
    """Simulated sensor, panoramic unit, camera, ultrasound and scanner in one.

    Args:
        clock: gives the time of exposure.
        seed: which mouth.
        delay: seconds between exposure and frame.
        auto: expose by itself, `delay` seconds after arming; otherwise `expose` does it.
        fault: what goes wrong.
    """

    name = "simulator"
    title = "Simulator"
    kinds = frozenset({"io", "px", "ceph", "dx", "cr", "photo", "endo", "us", "sc"})

    def __init__(
        self,
        clock: Clock,
        *,
        seed: int = 1,
        delay: float = 0.3,
        auto: bool = False,
        fault: Fault = Fault.NONE,
    ) -> None:
        self._clock = clock
        self._seed = seed
        self._delay = delay
        self._auto = auto
        self._fault = fault
        self._listener: Listener | None = None
        self._token: Armed | None = None
        self._lock = threading.Lock()
        self._halt = threading.Event()
        self._threads: list[Worker] = []
        self._state = SourceState.STOPPED

    @property
    def state(self) -> SourceState:
        """Where it stands."""
        return self._state

    @property
    def fault(self) -> Fault:
        """What goes wrong from now on."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        self._fault = fault
        if self._listener is not None:
            self._rest()

    def start(self, listener: Listener) -> None:
        """Plug it in."""
        self._listener = listener
        self._halt.clear()
        self._rest()

    def arm(self, token: Armed) -> None:
        """Wait for the exposure of this token."""
        with self._lock:
            self._token = token
        self._rest()
        if self._auto:
            self.expose()

    def disarm(self) -> None:
        """Wait for nothing."""
        with self._lock:
            self._token = None
        self._rest()

    def stop(self) -> None:
        """Unplug it; a frame on its way is still delivered."""
        self._halt.set()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(10)
        self._threads.clear()
        self._tell(SourceState.STOPPED, "")
        self._listener = None

    def expose(self) -> None:
        """Make the exposure that is armed; the frame comes on another thread. Nothing armed: nothing happens."""
        with self._lock:
            token = self._token
            if token is None or self._fault is Fault.UNPLUGGED or self._listener is None:
                return
            self._token = None
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        self._threads.append(start_thread("simulated exposure", lambda: self._read_out(token)))

    def _read_out(self, token: Armed) -> None:
        fault, listener = self._fault, self._listener
        if listener is None:
            return
        self._tell(SourceState.READING, "")
        taken_at = self._clock()
        self._halt.wait(self._delay * (10 if fault is Fault.SLOW else 1))
        frame = draw(token.kind, token.shot, self._seed, token.slot)
        frame = _dated(frame, taken_at)
        if fault is Fault.PARTIAL:
            frame = _cut(frame)
        if fault is Fault.LATE:
            with self._lock:
                self._token = None
            self._halt.wait(self._delay)
        listener.on_frame(frame, token)
        if fault is Fault.DUPLICATE:
            listener.on_frame(frame, token)
        if not self._halt.is_set():
            self._rest()

    def _rest(self) -> None:
        if self._fault is Fault.UNPLUGGED:
            self._tell(SourceState.NO_HARDWARE, "The simulated sensor is unplugged.")
        elif self._token is not None:
            self._tell(SourceState.ARMED, "")
        else:
            self._tell(SourceState.READY, "")

    def _tell(self, state: SourceState, text: str) -> None:
        self._state = state
        if self._listener is not None:
            self._listener.on_state(state, text)


def _dated(frame: Frame, taken_at: dt.datetime) -> Frame:
    return dataclasses.replace(frame, taken_at=taken_at)


def _cut(frame: Frame) -> Frame:
    """What a sensor gives whose cable was pulled while reading: the rest is black."""
    if frame.pixels is None:
        return frame
    pixels = frame.pixels.copy()
    pixels[pixels.shape[0] * 2 // 3 :] = 0
    return dataclasses.replace(frame, pixels=pixels)


def draw(kind: str, shot: Shot, seed: int = 1, slot: str = "") -> Frame:
    """A simulated frame of a kind and shot; the same arguments give the same pixels."""
    what = f"{kind} {','.join(shot.teeth)} {shot.view} {shot.region} {shot.laterality} {slot}"
    rng = np.random.default_rng([seed, zlib.crc32(what.encode())])
    return _PAINTERS.get(kind, _dental)(shot, seed, slot, rng)


Painter = Callable[[Shot, int, str, np.random.Generator], Frame]


def _dental(shot: Shot, seed: int, slot: str, rng: np.random.Generator) -> Frame:
    """An intra-oral X-ray: 20 micrometre pixels, 12 bits."""
    pixels = intraoral.draw_intraoral(shot.teeth, shot.view, seed, rng)
    return _frame(pixels, 12, intraoral.PIXEL_MM, Exposure(70.0, 7.0, 160.0, 1.12, 0.86))


def _panoramic(shot: Shot, seed: int, slot: str, rng: np.random.Generator) -> Frame:
    """A panoramic X-ray: 0.1 mm pixels, 16 bits."""
    pixels = panoramic.draw_panoramic(seed, rng)
    return _frame(pixels, 16, panoramic.PIXEL_MM, Exposure(68.0, 8.0, 14_100.0, 112.8, 9.6))


def _cephalometric(shot: Shot, seed: int, slot: str, rng: np.random.Generator) -> Frame:
    """A cephalometric X-ray: 0.1 mm pixels, 16 bits."""
    pixels = cephalometric.draw_cephalometric(shot.view, rng)
    return _frame(pixels, 16, cephalometric.PIXEL_MM, Exposure(80.0, 10.0, 9_400.0, 94.0, 2.4))


def _radiograph(shot: Shot, seed: int, slot: str, rng: np.random.Generator) -> Frame:
    """A dx or cr picture: what its view looks like."""
    if shot.view == "panoramic":
        return _panoramic(shot, seed, slot, rng)
    if shot.view.startswith("ceph"):
        return _cephalometric(shot, seed, slot, rng)
    return _dental(shot, seed, slot, rng)


def _photo(shot: Shot, seed: int, slot: str, rng: np.random.Generator) -> Frame:
    """A photograph, RGB."""
    pixels = photo.draw_photo(shot.view, seed, rng)
    return Frame(
        pixels=pixels, rows=pixels.shape[0], columns=pixels.shape[1], samples=3, simulated=True
    )


def _ultrasound(shot: Shot, seed: int, slot: str, rng: np.random.Generator) -> Frame:
    """An ultrasound still, 8 bits."""
    pixels = ultrasound.draw_ultrasound(f"{shot.region}{shot.laterality}", rng)
    return _frame(pixels, 8, ultrasound.PIXEL_MM, None)


def _document(shot: Shot, seed: int, slot: str, rng: np.random.Generator) -> Frame:
    """A scanned page, 8 bits; the paper's size is no patient's size, so there is no spacing."""
    digits = "".join(letter for letter in slot if letter.isdigit())
    pixels = photo.draw_document(int(digits or 1) - 1, rng)
    return _frame(pixels, 8, None, None)


_PAINTERS: dict[str, Painter] = {
    "px": _panoramic,
    "ceph": _cephalometric,
    "dx": _radiograph,
    "cr": _radiograph,
    "photo": _photo,
    "endo": _photo,
    "us": _ultrasound,
    "sc": _document,
}


def _frame(
    pixels: np.ndarray[tuple[int, ...], np.dtype[np.generic]],
    bits: int,
    pixel_mm: float | None,
    exposure: Exposure | None,
) -> Frame:
    return Frame(
        pixels=pixels,
        rows=pixels.shape[0],
        columns=pixels.shape[1],
        bits_stored=bits,
        pixel_spacing_mm=None if pixel_mm is None else (pixel_mm, pixel_mm),
        exposure=exposure,
        simulated=True,
    )


@source("simulator")
def make(settings: Settings, clock: Clock) -> Source:
    """A simulator of the settings `seed`, `delay` (seconds), `auto`, `fault`.

    Raises:
        BadSourceSettings: a setting has a wrong value.
    """
    try:
        return Simulator(
            clock,
            seed=int(settings.get("seed", 1)),
            delay=float(settings.get("delay", 0.3)),
            auto=bool(settings.get("auto", False)),
            fault=Fault(settings.get("fault", "none")),
        )
    except (TypeError, ValueError) as problem:
        raise BadSourceSettings("simulator", str(problem)) from None
