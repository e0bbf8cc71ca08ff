"""Programs of other projects as peers and judges: DCMTK, dciodvfy, Orthanc, GDCM. Loopback only."""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest


def need(*tools: str) -> None:
    """Skip the test where a peer is missing; in CI a missing peer fails."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if not missing:
        return
    reason = f"needs {', '.join(missing)}"
    if os.environ.get("CI"):
        pytest.fail(f"{reason}: install it in .ci/run")
    pytest.skip(reason)


def run(
    tool: str, *args: object, timeout: float = 60, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a peer to its end and give what it said, both streams in stdout."""
    need(tool)
    return subprocess.run(
        [tool, *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=timeout,
        cwd=cwd,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def free_port() -> int:
    """A port that nothing listens on just now.

    Below those that the system gives to outgoing connections: one of these could take it before the server does.
    """
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def wait_until(
    condition: Callable[[], object], seconds: float = 20, what: str = "the condition"
) -> None:
    """Wait for a condition, looking often; fails with what it waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        time.sleep(0.02)


def port_answers(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def dciodvfy(path: Path) -> list[str]:
    """The errors and warnings that dciodvfy has about a file, a line each."""
    said = run("dciodvfy", path).stdout.splitlines()
    return [line for line in said if line.startswith(("Error", "Warning"))]


def stop(process: subprocess.Popen[str], seconds: float = 5) -> None:
    """End a server that a test started."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(seconds)


def start(command: Sequence[object], log: Path) -> subprocess.Popen[str]:
    """Start a server with its output in a file."""
    need(str(command[0]))
    with log.open("w") as out:
        return subprocess.Popen(
            [str(part) for part in command], stdout=out, stderr=subprocess.STDOUT, text=True
        )
