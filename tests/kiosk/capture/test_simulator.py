"""The simulated sensor: plausible, repeatable, honest, and able to fail."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.capture.base import SourceState
from kiosk.capture.simulator import Fault, Simulator, draw
from kiosk.exam.templates import load_templates
from minipacs.dicom.model import Shot
from tests.builders import NOW, frozen_clock
from tests.peers import wait_until

TILES = [
    (key, tile)
    for key, template in load_templates().items()
    for tile in template.tiles
    if key in ("bwx-2", "panoramic", "cephalometric", "photos-8", "ultrasound-6", "document-4")
]


@pytest.mark.parametrize(("key", "tile"), TILES, ids=[f"{k}-{t.key}" for k, t in TILES])
def test_every_kind_of_tile_is_drawn_in_a_realistic_size(key, tile):
    frame = draw(tile.kind, tile.shot, 1, tile.key)
    assert frame.simulated
    assert (frame.rows, frame.columns) == frame.pixels.shape[:2]
    assert min(frame.rows, frame.columns) >= 768
    assert int(frame.pixels.max()) < 1 << frame.bits_stored
    assert frame.pixels.std() > 5
    if tile.kind in ("io", "px", "ceph"):
        assert frame.pixels.dtype == np.uint16
        assert frame.exposure.kvp
        assert frame.pixel_spacing_mm


def test_the_same_seed_gives_the_same_picture_and_another_another():
    shot = Shot(teeth=("46",), view="periapical")
    one, two, three = (draw("io", shot, seed).pixels for seed in (5, 5, 6))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, three)


def test_front_teeth_stand_and_back_teeth_lie():
    assert draw("io", Shot(teeth=("11", "21"), view="periapical")).pixels.shape == (1700, 1300)
    assert draw("io", Shot(teeth=("46", "47"), view="periapical")).pixels.shape == (1300, 1700)


def test_crowns_point_down_above_and_up_below():
    """The air beside the crowns is dark: below in a picture of upper teeth, above in one of lower teeth."""
    upper = draw("io", Shot(teeth=("16",), view="periapical")).pixels
    lower = draw("io", Shot(teeth=("46",), view="periapical")).pixels
    assert upper[-60:].mean() < 0.5 * upper[:400].mean()
    assert lower[:60].mean() < 0.5 * lower[-400:].mean()


def test_a_dogs_teeth_are_drawn_too():
    assert draw("io", Shot(teeth=("104",), view="periapical")).simulated


def _armed(ear, token, **more):
    simulator = Simulator(frozen_clock, delay=0.01, **more)
    simulator.start(ear)
    simulator.arm(token)
    return simulator


def test_a_frame_comes_with_the_token_it_was_armed_with(ear, a_token):
    simulator = _armed(ear, a_token())
    assert simulator.state is SourceState.ARMED
    simulator.expose()
    wait_until(lambda: ear.frames)
    simulator.stop()
    ((frame, token),) = ear.frames
    assert token == a_token()
    assert frame.taken_at == NOW
    assert ear.threads == {"simulated exposure"}
    states = [state for state, _ in ear.states]
    assert states[:3] == [SourceState.READY, SourceState.ARMED, SourceState.READING]


def test_nothing_armed_nothing_exposed(ear, a_token):
    simulator = _armed(ear, a_token())
    simulator.disarm()
    simulator.expose()
    simulator.stop()
    assert ear.frames == []


def test_it_can_expose_by_itself(ear, a_token):
    simulator = _armed(ear, a_token(), auto=True)
    wait_until(lambda: ear.frames)
    simulator.stop()


def test_unplugged_it_says_so_and_exposes_nothing(ear, a_token):
    simulator = _armed(ear, a_token(), fault=Fault.UNPLUGGED)
    simulator.expose()
    assert simulator.state is SourceState.NO_HARDWARE
    assert ear.frames == []
    simulator.fault = Fault.NONE
    assert simulator.state is SourceState.ARMED
    simulator.stop()


def test_a_duplicate_comes_twice_with_the_same_token(ear, a_token):
    simulator = _armed(ear, a_token(), fault=Fault.DUPLICATE)
    simulator.expose()
    wait_until(lambda: len(ear.frames) == 2)
    simulator.stop()
    assert ear.tokens == [a_token(), a_token()]


def test_a_partial_frame_is_dark_below(ear, a_token):
    simulator = _armed(ear, a_token(), fault=Fault.PARTIAL)
    simulator.expose()
    wait_until(lambda: ear.frames)
    simulator.stop()
    assert ear.frames[0][0].pixels[-100:].max() == 0


def test_a_late_frame_keeps_the_token_of_its_exposure(ear, a_token):
    simulator = _armed(ear, a_token(), fault=Fault.LATE)
    simulator.expose()
    simulator.arm(a_token(identifier="t2"))
    wait_until(lambda: ear.frames)
    simulator.stop()
    assert ear.tokens == [a_token()]
