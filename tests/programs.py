"""The programs as they are installed: each command in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minipacs.net.peers import Peer

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Run:
    """How a process ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """The JSON value on stdout."""
        return json.loads(self.out)


class Programs:
    """`chairside` and `minipacs` on one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def start(self, *words: object, **more: Any) -> subprocess.Popen[str]:
        """Begin a command; the caller ends it."""
        environment = {**os.environ, "CHAIRSIDE_DATA": str(self.data), "PYTHONPATH": str(ROOT)}
        environment.update(more.pop("env", {}))
        return subprocess.Popen(
            [sys.executable, "-m", "kiosk", *map(str, words)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            **more,
        )

    def __call__(self, *words: object, timeout: float = 60, **more: Any) -> Run:
        process = self.start(*words, **more)
        try:
            out, err = process.communicate(timeout=timeout)
        finally:
            process.kill()
        assert "Traceback" not in err, err
        assert "CANARY" not in err
        return Run(process.returncode, out, err)

    @contextmanager
    def serving(self, *words: object) -> Iterator[Peer]:
        """`minipacs serve` while the block runs; it must end by SIGTERM, with status 0."""
        process = self.start("minipacs", "serve", "--port", "0", *words)
        assert process.stdout is not None
        try:
            word, host, port, title = process.stdout.readline().split()
            assert word == "listening"
            yield Peer(title, host, int(port))
            process.terminate()
            assert process.wait(10) == 0
        finally:
            process.kill()
            process.communicate()
