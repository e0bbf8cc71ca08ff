"""The image view: window/level, zoom, pan, turn, mirror, invert. Display only; the stored pixels never change."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.i18n import NO_TEXT, Text, plain, text
from kiosk.imaging.histogram import Histogram, histogram
from kiosk.imaging.orientation import Labels
from kiosk.imaging.view import Renderer, ViewTransform
from kiosk.imaging.window import drag
from kiosk.presenters.ports import Picture

ZOOM_STEP = 1.25
NO_LABELS = Labels()


@dataclass(frozen=True)
class Overlay:
    """What is written over the picture."""

    title: Text = NO_TEXT
    details: tuple[Text, ...] = ()
    labels: Labels = NO_LABELS
    window: Text = NO_TEXT
    zoom: Text = NO_TEXT
    display_only: tuple[Text, ...] = ()
    """What was done to the display: turned, mirrored, inverted."""
    simulated: bool = False


@dataclass(frozen=True)
class HistogramView:
    """The histogram as heights 0 to 1, with the window's black and white point as fractions of its width."""

    heights: Sequence[float]
    black: float
    white: float
    clipped: Text = NO_TEXT


class ImageView(Protocol):
    """What the image view can show."""

    def paint(self, pixels: NDArray[np.uint8], left: int, top: int) -> None:
        """The picture's part of the view, (height, width) or (height, width, 3), and where it lies in the view;
        around it the view is black. To be drawn at once, not kept."""

    def show_overlay(self, overlay: Overlay) -> None:
        """Words and letters."""

    def show_histogram(self, shown: HistogramView | None) -> None:
        """The histogram, or none."""

    def show_nothing(self, words: Text) -> None:
        """No picture; a sentence in its place."""


class ViewerPresenter:
    """Logic of one image view; on the screen's thread, a window step takes about two milliseconds."""

    def __init__(self, view: ImageView) -> None:
        self._view = view
        self._size = (0, 0)
        self._picture: Picture | None = None
        self._renderer: Renderer | None = None
        self._transform = ViewTransform()
        self._window = (128.0, 256.0)
        self._span = 256.0
        self._histogram: Histogram | None = None
        self._wants_histogram = False

    @property
    def has_picture(self) -> bool:
        """Whether there is one."""
        return self._picture is not None

    @property
    def window(self) -> tuple[float, float]:
        """(center, width) now."""
        return self._window

    @property
    def transform(self) -> ViewTransform:
        """How it lies now."""
        return self._transform

    def open(self, picture: Picture | None, instead: Text = NO_TEXT) -> None:
        """Another picture, laid and windowed as it came; or none and a sentence."""
        self._picture, self._renderer, self._histogram = picture, None, None
        if picture is None:
            self._view.show_histogram(None)
            self._view.show_nothing(instead)
            return
        self._transform = ViewTransform(rotation=picture.rotation)
        self._window = picture.window
        self._span = self._range(picture)
        self._make_renderer()
        self._show()

    def resized(self, width: int, height: int) -> None:
        """The view has this size in screen pixels."""
        if (width, height) == self._size or width < 2 or height < 2:
            return
        self._size = (width, height)
        if self._renderer is not None:
            self._renderer.resize(self._size)
        else:
            self._make_renderer()
        self._show()

    # ---- what the person does

    def on_window(self, dx: float, dy: float) -> None:
        """A drag: to the right is wider, down is brighter."""
        if self._picture is not None and self._picture.pixels.ndim == 2:
            self._window = drag(self._window, dx, dy, span=self._span)
            self._show()

    def on_pan(self, dx: float, dy: float) -> None:
        """Moved by screen pixels."""
        if self._renderer is not None:
            self._transform = self._renderer.panned(self._transform, dx, dy)
            self._show()

    def on_zoom(self, steps: float, x: float | None = None, y: float | None = None) -> None:
        """Nearer (positive) or farther, around a point or the middle."""
        if self._renderer is not None:
            at_x = self._size[0] / 2 if x is None else x
            at_y = self._size[1] / 2 if y is None else y
            self._transform = self._renderer.zoomed(self._transform, ZOOM_STEP**steps, at_x, at_y)
            self._show()

    def on_fit(self) -> None:
        """The whole picture."""
        self._transform = self._transform.fitted()
        self._show()

    def on_actual(self) -> None:
        """One screen pixel for each pixel."""
        if self._renderer is not None:
            self._transform = self._renderer.actual_size(self._transform)
            self._show()

    def on_fit_or_actual(self) -> None:
        """Double tap: whole picture, or when that is shown, pixel for pixel."""
        is_fitted = abs(self._transform.zoom - 1) < 1e-6
        self.on_actual() if is_fitted else self.on_fit()

    def on_rotate(self) -> None:
        """A quarter clockwise on the screen."""
        self._transform = self._transform.turned(90)
        self._show()

    def on_flip(self) -> None:
        """Mirrored left to right on the screen."""
        self._transform = self._transform.mirrored()
        self._show()

    def on_invert(self) -> None:
        """Black for white."""
        self._transform = self._transform.inverted()
        self._show()

    def on_histogram(self) -> None:
        """Show it, or hide it."""
        self._wants_histogram = not self._wants_histogram
        self._show_histogram()

    # ---- showing

    def _make_renderer(self) -> None:
        if self._picture is not None and self._size[0] > 1:
            spacing = self._picture.spacing_mm
            aspect = spacing[0] / spacing[1] if spacing and all(spacing) else 1.0
            self._renderer = Renderer(self._picture.pixels, self._size, aspect=aspect)

    def _show(self) -> None:
        picture, renderer = self._picture, self._renderer
        if picture is None or renderer is None:
            return
        shown = dataclasses.replace(
            self._transform, invert=self._transform.invert != picture.inverted
        )
        drawn = renderer.render(shown, self._window)
        self._view.paint(drawn.pixels, drawn.left, drawn.top)
        self._view.show_overlay(self._overlay(picture, renderer))
        self._show_histogram()

    def _overlay(self, picture: Picture, renderer: Renderer) -> Overlay:
        done = []
        turned = (self._transform.rotation - picture.rotation) % 360
        if self._transform.flip:
            done.append(text("mirrored"))
        if turned:
            done.append(text("turned {n}°", n=turned))
        if self._transform.invert:
            done.append(text("inverted"))
        grey = picture.pixels.ndim == 2
        center, width = self._window
        percent = 100 * renderer.scale(self._transform)
        return Overlay(
            title=picture.title,
            details=picture.details,
            labels=renderer.labels(self._transform, picture.orientation),
            window=plain(f"C {center:.0f}  W {width:.0f}") if grey else NO_TEXT,
            zoom=plain(f"{percent:.0f} %"),
            display_only=tuple(done),
            simulated=picture.simulated,
        )

    def _show_histogram(self) -> None:
        picture = self._picture
        if not self._wants_histogram or picture is None or picture.pixels.ndim == 3:
            self._view.show_histogram(None)
            return
        if self._histogram is None:
            bits = 8 if picture.pixels.dtype == np.uint8 else 16
            top = int(picture.pixels.max()) if picture.pixels.size else 1
            bits = max(8, min(bits, top.bit_length()))
            step = max(1, int((picture.pixels.size / 500_000) ** 0.5))
            self._histogram = histogram(picture.pixels[::step, ::step], bits, 128)
        found = self._histogram
        counts = np.sqrt(found.counts.astype(np.float64))
        heights = counts / max(1.0, float(counts.max()))
        center, width = self._window
        reach = max(1, found.highest)
        clipped = NO_TEXT
        if found.clipped_high > 0.02:
            clipped = text("{n} % at the upper limit", n=round(100 * found.clipped_high))
        self._view.show_histogram(
            HistogramView(
                [float(height) for height in heights],
                min(1.0, max(0.0, (center - width / 2) / reach)),
                min(1.0, max(0.0, (center + width / 2) / reach)),
                clipped,
            )
        )

    @staticmethod
    def _range(picture: Picture) -> float:
        if picture.pixels.ndim == 3 or not picture.pixels.size:
            return 256.0
        return max(256.0, float(picture.pixels.max()) - float(picture.pixels.min()) + 1)
