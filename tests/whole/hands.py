"""Hands and eyes for the real window: the program as a subprocess on a virtual screen, xdotool's keys and mouse, and
what stands on the screen, asked of Tk itself (`send`), so that a test reads what a person reads.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import struct
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageGrab

from tests.peers import need, run, stop, wait_until
from tests.screen import virtual_screen

ROOT = Path(os.environ.get("CHAIRSIDE_CHECKOUT", Path(__file__).parents[2]))
PYTHON = sys.executable
PICTURE_IN_FULL = re.compile(r"\d × \d+ · \d+ bit")
"""Its size stands beside a picture that is shown."""


@dataclass(frozen=True)
class Seen:
    """A text on the screen and the middle of its place."""

    words: str
    x: int
    y: int


class NotSeen(AssertionError):
    """What a test waited for did not come onto the screen; says what stood there instead."""


def _plain(words: str) -> str:
    """As a person reads it: without the signs that only say where a line may break and which way it runs."""
    shown = "".join(sign for sign in words if unicodedata.category(sign) != "Cf")
    return re.sub(r"[^\S\n]", " ", shown)


class Eye:
    """tests/whole/eye.py on a screen."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [PYTHON, str(Path(__file__).with_name("eye.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def look(self, first: str = "") -> list[Seen]:
        """What stands on the screen; nothing when no window answers. It answers when its loop is free."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{first}\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if isinstance(answer, dict):
            known = ("no application named", "target application died")
            if not any(words in answer["gone"] for words in known):
                raise NotSeen(answer["gone"])
            return []
        return [Seen(_plain(words), x, y) for words, x, y in answer]

    def close(self) -> None:
        """No more looks."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        stop(self._process)


@dataclass
class Kiosk:
    """The window of one run. `screen` outlives it: the next run can use the same one."""

    process: subprocess.Popen[str]
    display: str
    log: Path
    _eye: Eye = field(repr=False)

    # ---- eyes

    def seen(self) -> list[Seen]:
        """All texts that can be read now."""
        return self._eye.look()

    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(one.words for one in self.seen())

    def find(self, words: str | re.Pattern[str]) -> Seen | None:
        """Where a text stands: exactly these words, else one that has them in it, or matches the pattern."""
        texts = self.seen()
        if isinstance(words, re.Pattern):
            return next((one for one in texts if words.search(one.words)), None)
        exact = [one for one in texts if one.words == words]
        return next(iter(exact or [one for one in texts if words in one.words]), None)

    def shows(self, words: str | re.Pattern[str], seconds: float = 15) -> Seen:
        """Wait for a text."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.find(words)
            if found is not None:
                return found
            if self.process.poll() is not None:
                raise NotSeen(f"the program ended ({self.process.returncode}): {self.said()}")
            if time.monotonic() > deadline:
                raise NotSeen(f"{words!r} did not come; there stood:\n{self.text()}\n{self.said()}")
            time.sleep(0.05)

    def gone(self, words: str, seconds: float = 15) -> None:
        """Wait until a text is no longer there."""
        wait_until(lambda: self.find(words) is None, seconds, f"the end of {words!r}")

    def picture(self, target: Path | None = None) -> Image.Image:
        """The screen as it looks."""
        image = ImageGrab.grab(xdisplay=self.display).convert("RGB")
        if target is not None:
            image.save(target)
        return image

    def said(self) -> str:
        """The program's own output."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    # ---- hands

    def press(self, *keys: str) -> None:
        """Keys, where the focus is."""
        self._do("key", "--delay", "15", *keys)

    def type(self, words: str) -> None:
        """Type a text."""
        self._do("type", "--delay", "12", words)

    def click(self, words: str, seconds: float = 15) -> None:
        """Click on a text."""
        place = self.shows(words, seconds)
        self.click_at(place.x, place.y)

    def choose(self, words: str, seconds: float = 15) -> None:
        """Take a row in hand, and look that it is the one: a list that was just loaded may move under the finger."""
        deadline = time.monotonic() + seconds
        while sum(words in one.words for one in self.seen()) < 2:
            if time.monotonic() > deadline:
                raise NotSeen(f"{words!r} was not taken in hand; there stood:\n{self.text()}")
            self.click(words)
            time.sleep(0.3)

    def accept(self) -> None:
        """When the picture can be seen (Enter does nothing before), keep it."""
        self.shows("accept or retake", 30)
        self.shows(PICTURE_IN_FULL)
        self.press("Return")

    def choose_mount(self, title: str) -> None:
        """In the form of a walk-in."""
        place = self.shows("What will be taken")
        self.click_at(place.x + 100, place.y + 36)
        self.shows("What will be taken?")
        self.click(title)
        self.gone("What will be taken?")

    def click_at(self, x: int, y: int, times: int = 1) -> None:
        """Click on a place."""
        self._do("mousemove", str(x), str(y), "click", "--repeat", str(times), "1")

    def point_away(self) -> None:
        """The pointer to the upper edge, where nothing is."""
        self._do("mousemove", "640", "0")

    def _do(self, *words: str) -> None:
        done = run("env", f"DISPLAY={self.display}", "xdotool", *words)
        assert done.returncode == 0, done.stdout

    # ---- life

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def close(self) -> None:
        """As a window manager does it."""
        self._eye.look("close")

    def leave(self, seconds: float = 15) -> int:
        """By its own button; gives the exit status."""
        self.click("Leave")
        return self.process.wait(seconds)


@dataclass
class Room:
    """A virtual screen on which kiosks are started."""

    display: str
    folder: Path
    _eye: Eye
    _kiosks: list[Kiosk] = field(default_factory=list)

    def start(self, *words: str, env: dict[str, str] | None = None) -> Kiosk:
        """`chairside WORDS` with its window."""
        log = self.folder / f"kiosk-{len(self._kiosks) + 1}.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                [PYTHON, "-m", "kiosk", *words],
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
                env={**os.environ, "DISPLAY": self.display, **(env or {})},
            )
        kiosk = Kiosk(process, self.display, log, self._eye)
        self._kiosks.append(kiosk)
        return kiosk

    def open(self, data: Path, *words: str) -> Kiosk:
        """The window on a data folder, when its worklist stands."""
        kiosk = self.start("--data", str(data), "--windowed", *words)
        kiosk.shows("Walk-in", 30)
        return kiosk

    def end(self) -> None:
        """End what still runs."""
        for kiosk in self._kiosks:
            if kiosk.process.poll() is None:
                stop(kiosk.process)


@contextmanager
def room(folder: Path, size: str = "1280x800") -> Iterator[Room]:
    """A screen with nothing on it. Tk's `send` wants a screen that only holders of a cookie may use."""
    need("xdotool", "Xvfb")
    folder.mkdir(parents=True, exist_ok=True)
    cookie = folder / "xauthority"
    cookie.write_bytes(_any_display(secrets.token_bytes(16)))
    before = {name: os.environ.get(name) for name in ("XAUTHORITY", "DISPLAY")}
    os.environ["XAUTHORITY"] = str(cookie)
    try:
        with virtual_screen(size, auth=cookie) as display:
            os.environ["DISPLAY"] = display
            eye = Eye()
            made = Room(display, folder, eye)
            try:
                yield made
            finally:
                made.end()
                eye.close()
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _any_display(secret: bytes) -> bytes:
    """An Xauthority file with one cookie for whatever display (family FamilyWild)."""
    parts = (b"", b"", b"MIT-MAGIC-COOKIE-1", secret)
    return struct.pack(">H", 0xFFFF) + b"".join(struct.pack(">H", len(p)) + p for p in parts)


# ---- a data folder, and what lies in it afterwards ----------------------------------------------------------


def chairside(data: Path, *words: str, timeout: float = 60) -> str:
    """A command of the same program beside the window; what it printed."""
    done = subprocess.run(
        [PYTHON, "-m", "kiosk", *words, "--data", str(data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


def settings(data: Path, text: str = "", **sections: Sequence[str]) -> None:
    """A chairside.toml with a free port and these lines in their sections."""
    data.mkdir(parents=True, exist_ok=True)
    lines = {"node": ["port = 0"], "capture": ["reserve_mb = 20"]}
    for name, more in sections.items():
        lines.setdefault(name, []).extend(more)
    body = "".join(f"[{name}]\n" + "\n".join(rows) + "\n\n" for name, rows in lines.items())
    (data / "chairside.toml").write_text(text or body, encoding="utf-8")


def numbers_in(words: str) -> list[int]:
    """The numbers of a sentence."""
    return [int(found) for found in re.findall(r"\d+", words)]
