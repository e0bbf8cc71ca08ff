"""The floors of the house hold: import-linter agrees, and the kernel drags nothing in."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PROBE = """
import importlib, pkgutil, sys
import {package}
for module in pkgutil.walk_packages({package}.__path__, "{package}."):
    importlib.import_module(module.name)
print(",".join(sorted({{name.split(".")[0] for name in sys.modules}} & set({forbidden!r}))))
"""


def test_every_import_contract_is_kept():
    linter = Path(sys.executable).with_name("lint-imports")
    said = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("minipacs.dicom", ["pynetdicom", "peewee", "tkinter", "kiosk"]),
        ("minipacs.archive", ["pynetdicom", "tkinter", "kiosk"]),
        ("minipacs", ["tkinter", "kiosk"]),
        ("kiosk.imaging", ["tkinter", "pynetdicom", "peewee"]),
        ("kiosk.exam", ["tkinter", "pynetdicom", "peewee"]),
        ("kiosk.capture", ["tkinter", "pynetdicom", "peewee"]),
        ("kiosk.presenters", ["tkinter", "pynetdicom", "peewee"]),
    ],
)
def test_a_room_drags_in_nothing_that_belongs_elsewhere(package, forbidden):
    code = PROBE.format(package=package, forbidden=forbidden)
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout.strip() == ""


def test_only_the_screens_touch_tk():
    found = [
        str(path.relative_to(ROOT))
        for package in ("kiosk", "minipacs")
        for path in (ROOT / package).rglob("*.py")
        if re.search(
            r"^\s*(?:import tkinter|from tkinter|from PIL import .*ImageTk)", path.read_text(), re.M
        )
    ]
    assert [name for name in found if not name.startswith(("kiosk/ui/", "kiosk/app.py"))] == []
