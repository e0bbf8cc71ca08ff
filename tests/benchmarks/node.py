"""Chairside's own node as a program of its own, as its peers are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers import stop


@dataclass(frozen=True)
class Node:
    """A running `minipacs serve`."""

    port: int
    ae_title: str
    data: Path


def minipacs(*words: object) -> str:
    """Run one `minipacs` command to its end; gives what it printed."""
    command = [sys.executable, "-m", "minipacs", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextmanager
def chairside_node(data: Path) -> Iterator[Node]:
    """Serve a data folder on a free port while the block runs."""
    command = [sys.executable, "-m", "minipacs", "serve", "--port", "0", "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline().split() if process.stdout else []
        if len(line) != 4:
            raise RuntimeError("minipacs serve did not come up")
        yield Node(int(line[2]), line[3], data)
    finally:
        stop(process)
