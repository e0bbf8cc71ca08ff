"""Takes the pictures of the README anew, from the real window on a virtual screen, with the demo's invented patients.

    python build/dev.py pictures            the four of kiosk/docs/pictures, 1280x800
    python build/dev.py pictures --size 3840x2160 --all DIR     every screen, to look at

Needs Xvfb and xdotool. Takes about a minute.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from tests.whole.hands import PICTURE_IN_FULL, Kiosk, room

PICTURES = Path(__file__).parents[2] / "kiosk" / "docs" / "pictures"
BEST = ("worklist", "exam", "finish", "archive")
LARGEST_BYTES = 200_000
TAKEN_BEFORE = 9
"""Pictures of the full mouth series before the one that is shown to be judged."""


def shrunk(picture: Image.Image) -> bytes:
    """As PNG: with a palette, since the screens have few colours besides greys, or in full where that is small too."""
    files = []
    for one in (picture, picture.quantize(256, dither=Image.Dither.NONE)):
        out = io.BytesIO()
        one.save(out, "PNG", optimize=True)
        files.append(out.getvalue())
    whole, few = files
    return whole if len(whole) < LARGEST_BYTES else few


class Album:
    """Goes through the screens and keeps what is asked for."""

    def __init__(self, kiosk: Kiosk, folder: Path, *, everything: bool) -> None:
        self._kiosk, self._folder, self._everything = kiosk, folder, everything

    def keep(self, name: str) -> None:
        """The screen as it stands, when nothing moves on it any more."""
        if name not in BEST and not self._everything:
            return
        # The pointer rests where nothing lights up under it; notes go away by themselves.
        self._kiosk.point_away()
        before = b""
        for _ in range(40):
            time.sleep(0.3)
            picture = self._kiosk.picture()
            now = picture.tobytes()
            if now == before:
                break
            before = now
        (self._folder / f"{name}.png").write_bytes(shrunk(picture))
        print(f"{name}.png")

    def begin(self, shown_name: str) -> None:
        """Choose someone and begin."""
        self._kiosk.choose(shown_name)
        self._kiosk.click("Begin exam")
        self._kiosk.shows("then arm")
        self._kiosk.press("space")

    def expose(self) -> None:
        """One exposure, to be judged."""
        self._kiosk.shows("Armed for")
        self._kiosk.press("space")
        self._kiosk.shows("accept or retake", 30)
        self._kiosk.shows(PICTURE_IN_FULL)

    def accept(self, number: int) -> None:
        """Keep it."""
        self._kiosk.press("Return")
        self._kiosk.shows(re.compile(rf"^{number} of "))

    def finish(self) -> None:
        """To the summary, and until everything is confirmed."""
        self._kiosk.press("F10")
        self._kiosk.shows("sent and confirmed", 60)
        self._kiosk.shows("Outbox empty", 30)


def take(kiosk: Kiosk, album: Album) -> None:
    """The day of the demo, as far as pictures are wanted."""
    kiosk.shows("Weiß, Jürgen", 40)
    kiosk.press("Down")
    kiosk.shows("Begin exam")
    album.keep("worklist-morning")
    album.begin("Yamada")
    album.expose()
    album.keep("exam-panoramic")
    album.accept(1)
    album.finish()
    kiosk.press("Return")
    kiosk.shows("Refresh")
    for name, count in (("Иванова", 2), ("O'Brien", 4)):
        album.begin(name)
        for number in range(1, count + 1):
            album.expose()
            album.accept(number)
        album.finish()
        kiosk.press("Return")
        kiosk.shows("Refresh")
    kiosk.choose("Weiß, Jürgen")
    album.keep("worklist")
    album.begin("Weiß, Jürgen")
    kiosk.shows("Armed for")
    album.keep("exam-armed")
    for number in range(1, 19):
        album.expose()
        if number == 3:
            kiosk.press("BackSpace")
            kiosk.shows("again?")
            album.keep("exam-retake")
            kiosk.press("Return")
            album.expose()
        if number == TAKEN_BEFORE + 1:
            album.keep("exam")
            kiosk.press("v")
            album.keep("exam-large")
            kiosk.press("v")
        album.accept(number)
    album.finish()
    album.keep("finish")
    kiosk.press("F9")
    kiosk.shows("Write a medium")
    album.keep("medium")
    kiosk.press("Escape")
    kiosk.press("F7")
    kiosk.click("IO")
    kiosk.gone("Yamada", 10)
    kiosk.choose("Weiß, Jürgen")
    kiosk.shows("Check")
    album.keep("archive")
    kiosk.press("F8")
    kiosk.shows("Try all again")
    album.keep("outbox")
    kiosk.press("F6")
    kiosk.press("F2")
    kiosk.shows("Walk-in exam")
    album.keep("walk-in")
    kiosk.click("Animal")
    kiosk.press("Return")
    album.keep("walk-in-animal")


def main() -> int:
    """Take them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--size", default="1280x800", help="of the screen")
    parser.add_argument("--all", type=Path, metavar="DIR", help="every screen, into this folder")
    args = parser.parse_args()
    target = args.all or PICTURES
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, room(Path(folder), args.size) as made:
        kiosk = made.start("demo", "--out", str(Path(folder) / "demo"))
        take(kiosk, Album(kiosk, target, everything=args.all is not None))
    return 0


if __name__ == "__main__":
    sys.exit(main())
