"""Windows, histogram, thumbnails."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kiosk.imaging.histogram import histogram
from kiosk.imaging.preview import decode_jpeg, thumbnail
from kiosk.imaging.window import auto_window, drag, lut, window_between
from tests.builders import colour_frame, grey_frame


def _by_the_standard(value: int, center: float, width: float) -> float:
    """PS3.3 C.11.2.1.2.1, word for word."""
    if value <= center - 0.5 - (width - 1) / 2:
        return 0
    if value > center - 0.5 + (width - 1) / 2:
        return 255
    return ((value - (center - 0.5)) / (width - 1) + 0.5) * 255


@given(
    center=st.floats(0, 65535),
    width=st.floats(1, 65535),
    values=st.lists(st.integers(0, 65535), min_size=1, max_size=40),
)
def test_the_table_is_the_linear_function_of_the_standard(center, width, values):
    table = lut(center, width)
    for value in values:
        assert abs(float(table[value]) - _by_the_standard(value, center, width)) <= 0.51


@given(center=st.floats(-1e6, 1e6), width=st.floats(-10, 1e6))
def test_any_window_gives_a_rising_table(center, width):
    table = lut(center, width)
    assert table.shape == (65536,)
    assert np.all(np.diff(table.astype(int)) >= 0)
    assert np.array_equal(lut(center, width, invert=True), 255 - table)


def test_the_first_look_leaves_out_the_dead_edges():
    pixels = np.full((400, 300), 65535, np.uint16)
    pixels[2:-2, 2:] = np.linspace(1000, 3000, 396 * 298).astype(np.uint16).reshape(396, 298)
    center, width = auto_window(pixels, 0.5, 97)
    assert 1000 <= center - width / 2 <= 1100
    assert 2900 <= center + width / 2 <= 3010


@pytest.mark.parametrize("pixels", [np.zeros((0, 0), np.uint16), np.full((5, 5), 7, np.uint16)])
def test_a_flat_or_empty_picture_has_a_window_too(pixels):
    center, width = auto_window(pixels)
    assert width >= 1
    assert np.isfinite(center)


def test_a_drag_to_the_right_widens_and_down_brightens():
    center, width = drag((2000.0, 1000.0), 100, 50, span=4096)
    assert width > 1000
    assert center < 2000
    assert drag((2000.0, 1000.0), -10_000, 0, span=4096)[1] == 1.0


def test_the_ends_of_a_window_between_are_black_and_white():
    table = lut(*window_between(100, 300))
    assert (table[100], table[300]) == (0, 255)


def test_a_histogram_counts_every_pixel_and_tells_of_clipping():
    pixels = np.array([[0, 0, 4095, 100]], np.uint16)
    found = histogram(pixels, 12)
    assert found.counts.sum() == 4
    assert found.counts[0] == 2
    assert (found.clipped_low, found.clipped_high) == (0.5, 0.25)
    assert len(histogram(grey_frame(bits=8).pixels, 8).counts) == 256
    assert histogram(colour_frame().pixels).counts.sum() == 60 * 80


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_thumbnail_is_small_and_upright(rotation):
    pixels = np.zeros((1000, 500), np.uint16)
    pixels[:200] = 4000  # the top is bright
    small = thumbnail(pixels, (2000, 4000), 100, rotation=rotation)
    assert small.shape == ((100, 50) if rotation in (0, 180) else (50, 100))
    turned = np.rot90(small, rotation // 90)
    assert turned[:15].mean() > 200 > 50 > turned[30:].mean()


def test_a_thumbnail_of_an_inverted_picture_shows_high_values_dark():
    pixels = np.full((50, 50), 4000, np.uint16)
    assert thumbnail(pixels, (2000, 4000), 20, inverted=True).max() < 10


def test_colour_thumbnails_keep_their_colour():
    frame = colour_frame()
    assert thumbnail(frame.pixels, (128, 256), 40).shape == (30, 40, 3)


def test_a_jpeg_is_decoded_for_looking_and_a_broken_one_is_refused():
    stream = io.BytesIO()
    Image.fromarray(colour_frame().pixels).save(stream, "JPEG")
    assert decode_jpeg(stream.getvalue()).shape == (60, 80, 3)
    with pytest.raises(ValueError, match="JPEG"):
        decode_jpeg(stream.getvalue()[:200])
