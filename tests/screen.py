"""A virtual screen for what needs one: starts Xvfb and ends it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers import need, stop


@contextmanager
def virtual_screen(size: str = "1280x800", *, auth: Path | None = None) -> Iterator[str]:
    """A screen of WIDTHxHEIGHT at 96 dpi, perhaps only for holders of a cookie; gives its DISPLAY."""
    need("Xvfb")
    reader, writer = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writer),
        "-screen",
        "0",
        f"{size}x24",
        "-dpi",
        "96",
        "-nolisten",
        "tcp",
        *(["-auth", str(auth)] if auth else []),
    ]
    process = subprocess.Popen(
        command, pass_fds=(writer,), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, text=True
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as said:
            number = said.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        yield f":{number}"
    finally:
        stop(process)
