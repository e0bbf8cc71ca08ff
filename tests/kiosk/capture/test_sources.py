"""The registry of sources."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kiosk.capture.base import BadSourceSettings, UnknownSource, make_source, sources
from tests.builders import frozen_clock


def test_the_sources_are_found():
    assert set(sources()) >= {"file", "folder", "simulator"}


def test_a_source_is_made_by_its_name(tmp_path):
    for name, settings in (
        ("file", {}),
        ("folder", {"path": tmp_path}),
        ("simulator", {"seed": 3}),
    ):
        made = make_source(name, settings, frozen_clock)
        assert made.name == name
        assert made.kinds
        assert made.title


def test_an_unknown_source_is_refused_with_the_known_ones():
    with pytest.raises(UnknownSource, match="simulator"):
        make_source("x", {}, frozen_clock)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("folder", {}),
        ("folder", {"path": "x", "interval": "soon"}),
        ("simulator", {"fault": "magic"}),
        ("simulator", {"seed": "x"}),
    ],
)
def test_wrong_settings_are_refused(name, settings):
    with pytest.raises(BadSourceSettings):
        make_source(name, settings, frozen_clock)


def test_exam_capture_and_imaging_know_no_window_and_no_database():
    code = (
        "import sys, kiosk.exam.exam, kiosk.exam.recovery, kiosk.imaging.view, kiosk.capture.base as b; b.sources();"
        "print([m for m in ('tkinter', 'peewee', 'pynetdicom') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
