"""The kernel is light and alone: what importing all of it brings in, seen in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import importlib, pkgutil, sys
import minipacs.dicom as package
names = [m.name for m in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    importlib.import_module(name)
print(len(names))
print(" ".join(sorted(n for n in sys.modules if n.split(".")[0] in sys.argv[1:])))
"""


def fresh(script: str, *args: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", script, *args],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.splitlines()


def test_the_kernel_imports_neither_network_nor_database_nor_screen() -> None:
    unwanted = ("pynetdicom", "peewee", "playhouse", "tkinter", "_tkinter", "socketserver", "kiosk")
    count, loaded = fresh(SCRIPT, *unwanted)
    assert int(count) > 60
    assert loaded == ""


@pytest.mark.parametrize("what", ["minipacs.dicom.iods", "minipacs.dicom.validate"])
def test_importing_parses_no_table_and_builds_no_registry(what: str) -> None:
    script = f"""
import {what}
from minipacs.dicom import iods
from minipacs.dicom.modules import base
print(iods.iods.cache_info().currsize, base._macro.cache_info().currsize)
"""
    assert fresh(script) == ["0 0"]
