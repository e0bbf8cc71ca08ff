"""One chair of a clinic: orders in, pictures in, and what really lies in its archive, outbox and spool."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from minipacs.archive import Archive
from minipacs.archive.rows import InstanceRow
from minipacs.clock import system_clock
from tests.peers import wait_until
from tests.whole.hands import Kiosk, Room, chairside, settings


class Chair:
    """A data folder and the windows that are opened on it."""

    def __init__(self, room: Room, folder: Path) -> None:
        self.room, self.folder = room, folder
        self.data = folder / "data"
        self.inbox = folder / "in box ü"
        self.documents = folder / "home" / "Documents"
        self.documents.mkdir(parents=True)
        self._count = 0

    # ---- before

    def uses_folder(self, **sections: list[str]) -> None:
        """Settings with the watched folder for a source."""
        self.inbox.mkdir(exist_ok=True)
        capture = ['source = "folder"', f'folder = "{self.inbox}"', *sections.pop("capture", [])]
        settings(self.data, capture=capture, **sections)

    def uses(self, source: str, **sections: list[str]) -> None:
        """Settings with another source."""
        settings(
            self.data, capture=[f'source = "{source}"', *sections.pop("capture", [])], **sections
        )

    def order(self, identifier: str, name: str, *words: str, modality: str = "IO") -> str:
        """Put a step on today's list by the command line; gives its ID."""
        return chairside(
            self.data, "minipacs", "worklist", "add", "--patient-id", identifier, "--patient-name", name,
            "--modality", modality, *words,
        ).strip()  # fmt: skip

    def open(self, *words: str) -> Kiosk:
        """The window, at its worklist."""
        kiosk = self.start(*words)
        kiosk.shows("Walk-in", 30)
        return kiosk

    def start(self, *words: str) -> Kiosk:
        """The window, whatever it comes to."""
        home = {"HOME": str(self.documents.parent), "XDG_DOCUMENTS_DIR": str(self.documents)}
        return self.room.start("--data", str(self.data), "--windowed", *words, env=home)

    def begin(self, kiosk: Kiosk, shown_name: str) -> None:
        """Choose someone from the list and begin."""
        kiosk.choose(shown_name)
        kiosk.click("Begin exam")
        kiosk.shows("then arm")

    def arm(self, kiosk: Kiosk) -> None:
        """Arm the position in hand."""
        kiosk.press("space")
        kiosk.shows("Armed for")

    # ---- pictures

    def drop(self, picture: Path, name: str = "") -> Path:
        """As another program puts a file into the watched folder."""
        return Path(shutil.copy(picture, self.inbox / (name or picture.name)))

    def picture(self, seed: int = 0) -> Path:
        """A new grey picture, unlike all others."""
        self._count += 1
        pixels = np.random.default_rng(seed + 1000 * self._count).integers(0, 255, (120, 160))
        path = self.folder / f"picture-{self._count}.png"
        Image.fromarray(pixels.astype(np.uint8)).save(path)
        return path

    # ---- after

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        """The archive itself; another program may have it open too."""
        with Archive.open(self.data / "archive", clock=system_clock, reserve_bytes=0) as archive:
            yield archive

    def stored(self) -> list[InstanceRow]:
        """What is in the archive."""
        with self.archive() as archive:
            return archive.instances()

    def of(self, patient_id: str) -> list[InstanceRow]:
        """What the archive has of a patient."""
        with self.archive() as archive:
            return archive.instances(patient=patient_id)

    def wait_stored(self, count: int) -> None:
        """Until the archive has so many images."""
        wait_until(lambda: len(self.stored()) == count, 15, f"{count} images in the archive")

    def outbox(self) -> dict[str, int]:
        """State -> how many, of images and messages."""
        with self.archive() as archive:
            return {state.value: count for state, count in archive.outbox.counts().items() if count}

    def worklist(self) -> dict[str, str]:
        """Patient ID -> status of the step, in the node inside."""
        with self.archive() as archive:
            return {e.patient.identifier: e.status for e in archive.worklist.entries()}

    def is_sound(self) -> dict[str, object]:
        """What `minipacs check` says; it fails the test when something is wrong."""
        return dict(json.loads(chairside(self.data, "minipacs", "check", "--json")))

    def in_spool(self, room: str) -> list[Path]:
        """Frames in pending, rejected or quarantine."""
        folder = self.data / "spool" / room
        return (
            sorted(path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else []
        )

    def has_leaked_nothing(self) -> None:
        """No patient in a log, no traceback, no error that nobody was told of."""
        logs = [*self.data.glob("logs/*"), *(self.folder / "screen").glob("kiosk-*.log")]
        for log in logs:
            words = log.read_text(encoding="utf-8", errors="replace")
            assert "CANARY" not in words, f"a patient's name stands in {log.name}"
            assert "Traceback" not in words, f"{log.name}:\n{words}"
            assert not re.search(r"a callback ended by|INTERNAL-", words), f"{log.name}:\n{words}"
