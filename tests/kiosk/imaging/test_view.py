"""Display: labels and pixels agree under all 8 symmetries, and the picture itself never changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.imaging.orientation import Labels, Symmetry, opposite, symmetries
from kiosk.imaging.view import Renderer, ViewTransform
from kiosk.imaging.window import lut


def whole(renderer: Renderer, view: ViewTransform, window=None) -> np.ndarray:
    """The whole view, black around the picture."""
    drawn = renderer.render(view, window)
    width, height = renderer.size
    screen = np.zeros((height, width, *drawn.pixels.shape[2:]), np.uint8)
    rows, columns = drawn.pixels.shape[:2]
    screen[drawn.top : drawn.top + rows, drawn.left : drawn.left + columns] = drawn.pixels
    return screen


ALL = list(symmetries())
WINDOW = (2000.0, 4000.0)


def _marked(rows: int = 90, columns: int = 120):
    """A picture whose four edges can be told apart: left 500, right 1500, top 2500, bottom 3500."""
    pixels = np.zeros((rows, columns), np.uint16)
    pixels[:, : columns // 6] = 500
    pixels[:, -columns // 6 :] = 1500
    pixels[: rows // 6] = 2500
    pixels[-rows // 6 :] = 3500
    return pixels


EDGES = {500: "R", 1500: "L", 2500: "H", 3500: "F"}
"""Patient Orientation L\\F: right edge is the patient's left, lower edge the feet."""


def _nearest(grey: float) -> str:
    value = grey / 255 * 4000
    return EDGES[min(EDGES, key=lambda mark: abs(mark - value))]


@pytest.mark.parametrize("symmetry", ALL, ids=str)
def test_labels_and_rendered_pixels_agree(symmetry):
    view = ViewTransform(rotation=symmetry.rotation, flip=symmetry.flip)
    renderer = Renderer(_marked(), (120, 90) if not symmetry.swaps_sides else (90, 120))
    screen = whole(renderer, view, WINDOW)
    labels = renderer.labels(view, ("L", "F"))
    middle_y, middle_x = screen.shape[0] // 2, screen.shape[1] // 2
    assert labels.left == _nearest(screen[middle_y, 3])
    assert labels.right == _nearest(screen[middle_y, -4])
    assert labels.top == _nearest(screen[3, middle_x])
    assert labels.bottom == _nearest(screen[-4, middle_x])


def test_this_check_would_see_a_wrong_label():
    """Negative control: labels of the opposite flip do not fit the pixels."""
    view = ViewTransform()
    screen = whole(Renderer(_marked(), (120, 90)), view, WINDOW)
    wrong = Symmetry(0, True).labels(("L", "F"))
    assert wrong.left != _nearest(screen[45, 3])


turns = st.sampled_from(ALL)


@given(turns, turns)
def test_turning_and_mirroring_compose_like_those_of_the_pixels(one, two):
    """The 8 are closed: laying the laid picture gives what one of them gives, in pixels and in labels."""
    pixels = _marked(7, 11)
    laid = two.apply(one.apply(pixels))
    (same,) = [s for s in ALL if np.array_equal(s.apply(pixels), laid)]
    first = one.labels(("L", "F"))
    again = two.labels((first.right, first.bottom))
    assert again == same.labels(("L", "F"))


@given(turns, st.floats(0, 120), st.floats(0, 90))
def test_points_go_to_the_screen_and_back(symmetry, x, y):
    there = symmetry.to_screen(x, y, 120, 90)
    back = symmetry.from_screen(*there, 120, 90)
    assert back == pytest.approx((x, y), abs=1e-9)


@pytest.mark.parametrize("symmetry", ALL, ids=str)
def test_points_and_pixels_agree(symmetry):
    pixels = np.arange(7 * 11).reshape(7, 11)
    laid = symmetry.apply(pixels)
    for row in range(7):
        for column in range(11):
            x, y = symmetry.to_screen(column + 0.5, row + 0.5, 11, 7)
            assert laid[int(y), int(x)] == pixels[row, column]


@pytest.mark.parametrize("symmetry", ALL, ids=str)
def test_the_buttons_do_on_the_screen_what_they_say(symmetry):
    pixels = np.arange(35).reshape(5, 7)
    laid = symmetry.apply(pixels)
    assert np.array_equal(symmetry.turned(90).apply(pixels), np.rot90(laid, -1))
    assert np.array_equal(symmetry.mirrored().apply(pixels), laid[:, ::-1])


def test_unknown_orientation_gives_no_letters():
    assert Symmetry(90).labels(None) == Labels()
    assert Symmetry().labels(("X", "F")).left == ""


def test_opposites():
    assert (opposite("L"), opposite("AF"), opposite("")) == ("R", "PH", "")
    assert [opposite(w, quadruped=True) for w in ("LE", "R", "D", "CD")] == ["RT", "CD", "V", "CR"]


@settings(max_examples=60, deadline=None)
@given(
    turns,
    st.floats(0.2, 12),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.tuples(st.integers(20, 300), st.integers(20, 300)),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_the_maps_between_view_and_picture_are_inverse(symmetry, zoom, center, size, point):
    view = ViewTransform(zoom, center, symmetry.rotation, symmetry.flip)
    renderer = Renderer(_marked(), size)
    x, y = point[0] * size[0], point[1] * size[1]
    column, row = renderer.to_image(view, x, y)
    assert renderer.to_view(view, column, row) == pytest.approx((x, y), abs=1e-6)


@pytest.mark.parametrize("symmetry", ALL, ids=str)
@pytest.mark.parametrize("zoom", [1.0, 3.0])
def test_a_pixel_is_drawn_where_the_map_says(symmetry, zoom):
    pixels = np.zeros((90, 120), np.uint16)
    pixels[40:46, 70:76] = 4000
    view = ViewTransform(zoom, (0.55, 0.5), symmetry.rotation, symmetry.flip)
    renderer = Renderer(pixels, (400, 300))
    screen = whole(renderer, view, WINDOW)
    x, y = renderer.to_view(view, 73, 43)
    assert screen[int(y), int(x)] > 200
    away_x, away_y = renderer.to_view(view, 60, 43)
    assert screen[int(away_y), int(away_x)] < 20


def test_zooming_keeps_the_point_under_the_finger():
    renderer = Renderer(_marked(900, 1200), (400, 300))
    view = ViewTransform(2.0)
    before = renderer.to_image(view, 210, 160)
    after = renderer.to_image(renderer.zoomed(view, 1.5, 210, 160), 210, 160)
    assert after == pytest.approx(before)


def test_panning_moves_the_picture_with_the_finger():
    renderer = Renderer(_marked(900, 1200), (400, 300))
    view = ViewTransform(4.0, rotation=90, flip=True)
    column, row = renderer.to_image(view, 200, 150)
    assert renderer.to_view(renderer.panned(view, 12, -7), column, row) == pytest.approx((212, 143))


def test_one_to_one_shows_one_pixel_for_one():
    renderer = Renderer(_marked(900, 1200), (400, 300))
    assert renderer.scale(renderer.actual_size(ViewTransform())) == pytest.approx(1.0)


def test_rendering_never_changes_the_picture():
    pixels = _marked()
    before = pixels.copy()
    pixels.setflags(write=False)
    renderer = Renderer(pixels, (64, 64))
    for symmetry in ALL:
        whole(
            renderer, ViewTransform(2, (0.5, 0.4), symmetry.rotation, symmetry.flip, True), WINDOW
        )
    assert np.array_equal(pixels, before)


def test_only_the_window_changes_and_the_result_is_the_same_as_afresh():
    view = ViewTransform(1.7, (0.4, 0.6), 90)
    used = Renderer(_marked(), (200, 150))
    whole(used, view, WINDOW)
    again = whole(used, view, (1500.0, 800.0))
    assert np.array_equal(again, whole(Renderer(_marked(), (200, 150)), view, (1500.0, 800.0)))


def test_inverting_exchanges_black_and_white_and_leaves_the_margin_black():
    renderer = Renderer(_marked(), (300, 90))
    plain = whole(renderer, ViewTransform(), WINDOW).copy()
    inverse = whole(renderer, ViewTransform(invert=True), WINDOW)
    inside = slice(95, 205)
    assert np.array_equal(inverse[:, inside], 255 - plain[:, inside])
    assert inverse[:, :80].max() == 0


def test_only_the_part_that_the_picture_covers_is_drawn():
    renderer = Renderer(_marked(), (300, 90))
    drawn = renderer.render(ViewTransform(), WINDOW)
    assert (drawn.left, drawn.top, drawn.pixels.shape) == (90, 0, (90, 120))
    near = renderer.render(ViewTransform(4.0), WINDOW)
    assert (near.left, near.top, near.pixels.shape) == (0, 0, (90, 300))


def test_a_window_step_draws_into_the_same_buffer():
    renderer = Renderer(_marked(), (300, 90))
    first = renderer.render(ViewTransform(), WINDOW).pixels
    assert renderer.render(ViewTransform(), (100.0, 50.0)).pixels is first


def test_a_picture_of_many_strips_is_looked_up_whole():
    pixels = np.random.default_rng(1).integers(0, 4096, (700, 1300), dtype=np.uint16)
    drawn = Renderer(pixels, (1300, 700)).render(ViewTransform(), WINDOW)
    assert np.array_equal(drawn.pixels, lut(*WINDOW)[pixels])


def test_colour_is_drawn_too():
    pixels = np.zeros((60, 80, 3), np.uint8)
    pixels[:, :40] = (200, 10, 10)
    screen = whole(Renderer(pixels, (80, 60)), ViewTransform(flip=True))
    assert tuple(screen[30, 70]) == (200, 10, 10)
    assert tuple(whole(Renderer(pixels, (80, 60)), ViewTransform(invert=True))[30, 5]) == (
        55,
        245,
        245,
    )


def test_a_value_can_be_read_under_the_pointer():
    renderer = Renderer(_marked(), (120, 90))
    assert renderer.value_at(ViewTransform(), 3, 45) == 500
    assert renderer.value_at(ViewTransform(), -5, 45) is None


def test_a_picture_moved_out_of_the_view_is_black():
    renderer = Renderer(_marked(), (50, 50))
    assert whole(renderer, ViewTransform(32.0, (0.0, 0.0)), WINDOW).shape == (50, 50)
