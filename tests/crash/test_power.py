"""A power cut loses nothing that was acknowledged. 100 cuts: python -m tests.crash.power [--what spool]."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs loop mounts")


def power(tmp_path: Path, *options: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.power", "--folder", str(tmp_path), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    if done.returncode == 3:
        pytest.skip(done.stdout.strip())
    assert done.stdout, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.parametrize("what", ["node", "spool"])
def test_nothing_acknowledged_is_lost_in_a_power_cut(tmp_path: Path, what: str) -> None:
    result = power(tmp_path, "--cycles", "4", "--what", what)
    assert result["good"], result
    assert result["acknowledged"] > 4  # type: ignore[operator]


@pytest.mark.parametrize("what", ["node", "spool"])
def test_the_cut_is_a_real_one(tmp_path: Path, what: str) -> None:
    """The control: without fsync the same cuts lose what was acknowledged."""
    result = power(tmp_path, "--cycles", "3", "--what", what, "--nosync")
    assert result["L"] > 0, result  # type: ignore[operator]
