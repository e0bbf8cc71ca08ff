"""The window as a whole: the last net, the first start, one place for colours."""

from __future__ import annotations

import ast
import logging
import re
import subprocess
import sys
import tkinter as tk
from pathlib import Path

import pytest

import kiosk.ui
from kiosk.ui.root import place_of, report_callback_errors
from kiosk.ui.scale import Scale, fitting_scale

FOLDER = Path(kiosk.ui.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))


@pytest.mark.logs_errors
def test_an_error_in_a_callback_is_a_card_and_a_log_line_without_names(room, caplog):
    from kiosk.problems import problem_of

    caplog.set_level(logging.ERROR)
    report_callback_errors(room.root, lambda error: room.window.show_problem(problem_of(error)))

    def broken():
        raise ValueError("CANARY^PATIENT")

    room.root.after(0, broken)
    room.until(lambda: room.window.sheets.opened)
    assert "ValueError" in caplog.text
    assert "CANARY" not in caplog.text
    assert "test_window" in caplog.text


def test_a_place_is_modules_and_lines_only():
    with pytest.raises(ValueError, match="secret") as caught:
        raise ValueError("secret")
    assert re.fullmatch(r"[\w.]+:\d+", place_of(caught.tb))


def test_the_first_window_needs_nothing_heavy():
    code = (
        "import sys, kiosk.ui.window\n"
        "heavy = {'numpy', 'PIL', 'pydicom', 'pynetdicom', 'peewee'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("width", "height", "dots", "factor"),
    [
        (1280, 800, 96, 1.0),
        (1920, 1080, 96, 1.215),
        (3840, 2160, 96, 2.43),
        (3840, 2160, 240, 2.5),
        (1280, 800, 240, 1.1),
        (1024, 768, 96, 0.88),
        (7680, 4320, 96, 3.0),
    ],
)
def test_the_scale_fits_the_screen(width, height, dots, factor):
    assert fitting_scale(width, height, dots) == pytest.approx(factor, abs=0.01)


def test_a_scale_is_kept_in_its_bounds():
    assert (Scale(0.1).factor, Scale(9).factor) == (0.75, 3.0)
    assert (Scale(0.75)(1), Scale(2)(0), Scale(2.43)(48)) == (1, 0, 117)


def test_only_the_theme_names_colours():
    for path in FILES:
        if path.name != "theme.py":
            found = re.findall(r"[\"']#[0-9a-fA-F]{3,8}[\"']", path.read_text(encoding="utf-8"))
            assert not found, (path.name, found)


def test_no_widget_hides_an_attribute_of_tkinter():
    """A method `_bind` or an attribute `_name` of ours would break Tk from inside."""
    theirs = set(dir(tk.Canvas)) | set(dir(tk.Frame)) | set(dir(tk.Label))
    theirs |= {"_w", "_name", "master", "tk", "children", "widgetName"}
    for path in FILES:
        if "widgets" not in path.parts and "screens" not in path.parts:
            continue
        for cls in [
            n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ClassDef)
        ]:
            for node in ast.walk(cls):
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("__"):
                    assert node.name not in theirs, (path.name, node.name)
                if (
                    isinstance(node, ast.Attribute)
                    and isinstance(node.ctx, ast.Store)
                    and isinstance(node.value, ast.Name)
                    and node.value.id == "self"
                ):
                    assert node.attr not in theirs, (path.name, node.attr)


def test_every_icon_that_is_named_exists():
    from kiosk.ui.drawing import draw_icon
    from kiosk.ui.icons import ICONS

    for name in ICONS:
        assert draw_icon(name, 24, "white").size == (24, 24)
    named = set()
    for path in FILES:
        named |= set(re.findall(r"icon=\"(\w+)\"", path.read_text(encoding="utf-8")))
    assert named <= set(ICONS)
