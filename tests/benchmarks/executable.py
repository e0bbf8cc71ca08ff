"""The executable: its size, how soon its window stands, and what it weighs when idle. Build it first."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.benchmarks.table import Row
from tests.peers import stop
from tests.screen import virtual_screen

DIST = Path(__file__).resolve().parents[2] / ".out" / "dist"
_FORMS = {
    "one file": (DIST / "onefile" / "chairside", 1.5),
    "one directory": (DIST / "onedir" / "chairside" / "chairside", 1.0),
}


def measure(scratch: Path) -> Iterator[Row]:
    """Size of the one file; start and memory of each form that was built."""
    one_file, _ = _FORMS["one file"]
    if not one_file.exists():
        raise RuntimeError("there is no executable yet: run python3 build/dev.py exe first")
    megabytes = one_file.stat().st_size / 1e6
    yield Row(
        "executable, one file", f"{megabytes:.0f} MB", "limit 60 MB", megabytes / 60, 1.0, "less"
    )
    for name, (program, limit) in _FORMS.items():
        if not program.exists():
            continue
        _start(program, scratch / f"{name}-cold")
        seconds, memory = _start(program, scratch / f"{name}-warm")
        work = f"start to first window, {name}, warm"
        yield Row(work, f"{seconds:.2f} s", f"limit {limit} s", seconds / limit, 1.0, "less")
        yield Row(
            f"idle memory, {name}", f"{memory:.0f} MB", "limit 200 MB", memory / 200, 1.0, "less"
        )


def _start(program: Path, data: Path) -> tuple[float, float]:
    """(seconds until the window is mapped, megabytes of all its processes five seconds later)."""
    with virtual_screen("1280x800") as display:
        environment = {**os.environ, "DISPLAY": display}
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(program), "--data", str(data), "--windowed"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            subprocess.run(
                ["xdotool", "search", "--sync", "--onlyvisible", "--name", "Chairside"],
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
                timeout=60,
            )
            taken = time.perf_counter() - began
            time.sleep(5)
            family = [
                psutil.Process(process.pid),
                *psutil.Process(process.pid).children(recursive=True),
            ]
            return taken, sum(member.memory_info().rss for member in family) / 1e6
        finally:
            stop(process, 15)
