"""What belongs at the top and in build/ stays there, and nothing of one machine gets in."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP = {"pyproject.toml", "README.md", "kiosk", "minipacs", "build", "tests", "installer"}


def tracked() -> list[str]:
    said = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if said.returncode or not said.stdout:
        pytest.skip("not a git checkout")
    return said.stdout.splitlines()


def test_the_top_level_holds_only_what_the_plan_names():
    tops = {name.split("/")[0] for name in tracked()}
    assert {top for top in tops if not top.startswith(".")} <= TOP


def test_build_is_source_and_never_a_package():
    assert (ROOT / "build" / "dev.py").is_file()
    for folder in ("build", "installer"):
        assert not (ROOT / folder / "__init__.py").exists()


def test_no_file_names_a_folder_of_one_machine():
    private = re.compile(r"/(?:work|root|farm)/[a-z.]|/opt/(?:pypi|wheels)")
    found = []
    for name in tracked():
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".toml", ".txt", ".sh", ".spec", ".nsi", ".yml"}
            and path.is_file()
        ):
            found += [
                name
                for line in path.read_text(errors="replace").splitlines()
                if private.search(line)
            ]
    assert [name for name in found if not name.endswith("test_tree.py")] == []


def test_scratch_is_ignored_but_build_is_not():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert ".out/" in ignored
    assert not {"build", "build/", "/build"} & set(ignored)
