"""kill -9 while objects are stored loses nothing that was acknowledged.

300 cycles: python -m tests.crash.harness and python -m tests.crash.network_harness.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


def harness(tmp_path: Path, *arguments: str, name: str = "harness") -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.crash.{name}", "--folder", str(tmp_path), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    result = harness(tmp_path, "--cycles", "6")
    assert result["good"], result
    assert result["acknowledged"] > 6  # type: ignore[operator]


def test_the_harness_sees_an_acknowledgement_that_comes_too_early(tmp_path: Path) -> None:
    result = harness(tmp_path, "--cycles", "6", "--early")
    assert result["L"] > 0, result  # type: ignore[operator]


def test_nothing_a_peer_was_told_is_stored_is_lost(tmp_path: Path) -> None:
    result = harness(tmp_path, "--cycles", "3", name="network_harness")
    assert result["good"], result
    assert result["acknowledged"] > 6  # type: ignore[operator]


def test_the_network_harness_sees_a_success_that_comes_too_early(tmp_path: Path) -> None:
    result = harness(tmp_path, "--cycles", "4", "--early", name="network_harness")
    assert result["L"] > 0, result  # type: ignore[operator]
