"""kill -9 in the middle of `chairside acquire`: each picture is in the archive, or waits with its patient, once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CYCLES = os.environ.get("CHAIRSIDE_CRASH_CYCLES", "20")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the harness forks")


def harness(*words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.acquire_killed", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.stdout, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_nothing_is_lost_doubled_or_given_to_somebody_else() -> None:
    found = harness("--cycles", CYCLES)
    assert found["good"], found
    assert found["killed"] > int(CYCLES) / 2, found
    assert found["spooled"] > 0, found


def test_the_harness_would_see_a_loss() -> None:
    """Negative control: a spool that says "safe" and writes nothing."""
    assert harness("--cycles", "12", "--unsafe")["lost"] > 0
