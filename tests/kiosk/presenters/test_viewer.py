"""The image view."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.imaging.window import lut
from kiosk.presenters.ports import Picture
from kiosk.presenters.viewer import Overlay, ViewerPresenter
from tests.kiosk.presenters.fakes import Recorder


class View(Recorder):
    def __init__(self) -> None:
        super().__init__()
        self.painted = np.zeros((0, 0), np.uint8)

        self.at = (0, 0)

    def paint(self, pixels: np.ndarray, left: int, top: int) -> None:
        self.painted, self.at = pixels.copy(), (left, top)

    @property
    def overlay(self) -> Overlay:
        return self.last("show_overlay")[0]


def quarters() -> np.ndarray:
    """Four greys in four corners, so that each symmetry looks different."""
    pixels = np.zeros((80, 80), np.uint16)
    pixels[:40, :40], pixels[:40, 40:] = 0, 1000
    pixels[40:, :40], pixels[40:, 40:] = 2000, 3000
    return pixels


def corners(view: View) -> list[int]:
    h, w = view.painted.shape[:2]
    spots = ((10, 10), (10, w - 10), (h - 10, 10), (h - 10, w - 10))
    return [int(view.painted[y, x]) for y, x in spots]


@pytest.fixture
def view() -> View:
    return View()


@pytest.fixture
def viewer(view: View) -> ViewerPresenter:
    viewer = ViewerPresenter(view)
    viewer.resized(200, 200)
    viewer.open(Picture(quarters(), (1500.0, 3001.0), orientation=("L", "F")))
    return viewer


def test_a_picture_fills_the_view(view: View, viewer: ViewerPresenter) -> None:
    table = lut(1500.0, 3001.0)
    assert corners(view) == [table[0], table[1000], table[2000], table[3000]]


def test_a_picture_opened_before_the_view_has_a_size_is_drawn_when_it_has(view: View) -> None:
    viewer = ViewerPresenter(view)
    viewer.open(Picture(quarters(), (1500.0, 3001.0)))
    assert view.painted.size == 0
    viewer.resized(100, 100)
    assert view.painted.shape == (100, 100)


def test_a_drag_changes_only_the_window(view: View, viewer: ViewerPresenter) -> None:
    center, width = viewer.window
    viewer.on_window(100, 0)
    assert viewer.window[1] > width
    assert viewer.window[0] == center


def test_turning_turns_letters_and_pixels_together(view: View, viewer: ViewerPresenter) -> None:
    upright = corners(view)
    viewer.on_rotate()
    assert corners(view) == [upright[2], upright[0], upright[3], upright[1]]
    labels = view.overlay.labels
    assert (labels.top, labels.right, labels.bottom, labels.left) == ("R", "H", "L", "F")


def test_mirroring_mirrors_letters_and_pixels_together(view: View, viewer: ViewerPresenter) -> None:
    upright = corners(view)
    viewer.on_flip()
    assert corners(view) == [upright[1], upright[0], upright[3], upright[2]]
    assert (view.overlay.labels.left, view.overlay.labels.right) == ("L", "R")


def test_what_was_done_to_the_display_is_said(view: View, viewer: ViewerPresenter) -> None:
    assert view.overlay.display_only == ()
    viewer.on_rotate()
    viewer.on_invert()
    assert [part.msgid for part in view.overlay.display_only] == ["turned {n}°", "inverted"]


def test_the_stored_pixels_never_change(view: View) -> None:
    pixels = quarters()
    pixels.flags.writeable = False
    viewer = ViewerPresenter(view)
    viewer.resized(100, 100)
    viewer.open(Picture(pixels, (1500.0, 3001.0)))
    for act in (viewer.on_rotate, viewer.on_flip, viewer.on_invert, viewer.on_actual):
        act()
    viewer.on_zoom(3, 10, 10)
    viewer.on_pan(5, 5)
    viewer.on_window(50, -20)
    assert np.array_equal(pixels, quarters())


def test_monochrome1_is_shown_the_right_way_and_not_called_inverted(view: View) -> None:
    viewer = ViewerPresenter(view)
    viewer.resized(200, 200)
    viewer.open(Picture(quarters(), (1500.0, 3001.0), inverted=True))
    assert corners(view)[0] == 255
    assert view.overlay.display_only == ()
    viewer.on_invert()
    assert corners(view)[0] == 0


def test_double_tap_goes_between_whole_and_pixel_for_pixel(
    view: View, viewer: ViewerPresenter
) -> None:
    viewer.on_fit_or_actual()
    assert view.overlay.zoom.values == {"words": "100 %"}
    viewer.on_fit_or_actual()
    assert viewer.transform.zoom == 1.0


def test_a_colour_picture_has_no_window(view: View) -> None:
    viewer = ViewerPresenter(view)
    viewer.resized(50, 50)
    viewer.open(Picture(np.zeros((20, 20, 3), np.uint8), (128.0, 256.0)))
    viewer.on_window(100, 100)
    assert viewer.window == (128.0, 256.0)
    assert not view.overlay.window
    assert view.painted.shape == (50, 50, 3)


def test_no_picture_shows_a_sentence(view: View, viewer: ViewerPresenter) -> None:
    viewer.open(None)
    viewer.on_zoom(1)
    viewer.on_rotate()
    viewer.on_fit()
    assert not viewer.has_picture
    assert view.names()[-1] == "show_nothing"


def test_the_histogram_comes_and_goes(view: View, viewer: ViewerPresenter) -> None:
    viewer.on_histogram()
    shown = view.last("show_histogram")[0]
    assert max(shown.heights) == 1.0
    assert 0 <= shown.black < shown.white <= 1
    viewer.on_histogram()
    assert view.last("show_histogram") == (None,)


def test_only_the_picture_is_painted_where_it_lies(view: View) -> None:
    viewer = ViewerPresenter(view)
    viewer.resized(400, 200)
    viewer.open(Picture(quarters(), (1500.0, 3001.0)))
    assert (view.painted.shape, view.at) == ((200, 200), (100, 0))
