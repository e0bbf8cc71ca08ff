"""A whole node around a real archive in a temporary folder, with objects to put into it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from minipacs.archive import Archive, Origin
from minipacs.dicom import iods, part10
from minipacs.dicom.uids import CountedUids, UidPolicy
from minipacs.net.limits import Limits
from minipacs.net.peers import Peer
from minipacs.server import MiniPacs, NodeSettings
from tests.builders import a_patient, an_image_request, an_order, frozen_clock

BRISK = Limits(artim_s=3, idle_s=10, pdu_s=3, send_s=5, answer_s=5, stop_s=3)


@dataclass
class Rig:
    """A running node."""

    node: MiniPacs
    archive: Archive
    port: int
    folder: Path

    @property
    def peer(self) -> Peer:
        return Peer("MINIPACS", "127.0.0.1", self.port)


@contextlib.contextmanager
def a_node(
    tmp_path: Path, *, name: str = "node", peers: tuple[Peer, ...] = (), **settings: Any
) -> Iterator[Rig]:
    """A node on a free port; `peers` are known to it."""
    folder = tmp_path / name
    folder.mkdir(exist_ok=True)
    settings.setdefault("limits", BRISK)
    settings.setdefault("deliver", False)
    settings.setdefault("port", 0)
    with Archive.open(folder / "archive", clock=frozen_clock, reserve_bytes=0) as archive:
        node = MiniPacs(
            archive,
            NodeSettings(peers_file=folder / "peers.toml", **settings),
            clock=frozen_clock,
            uids=CountedUids(900),
        )
        for peer in peers:
            node.peers.add(peer)
        _, port = node.start()
        try:
            yield Rig(node, archive, port, folder)
        finally:
            node.stop()


def an_object(
    uids: UidPolicy, patient_changes: dict[str, Any] | None = None, **order: Any
) -> Dataset:
    """An intra-oral image of a new study."""
    request = an_image_request(
        "io",
        uids,
        patient=a_patient(**(patient_changes or {})),
        order=an_order(uids, **order),
    )
    return iods.build(request)


def filled(archive: Archive, number: int = 3) -> list[Dataset]:
    """Put that many studies of one image each into the archive."""
    uids = CountedUids()
    objects = [
        an_object(
            uids,
            {"identifier": f"P-{n}", "name": f"CANARY^P{n}"},
            accession_number=f"A-{n}",
            study_id=f"S{n}",
        )
        for n in range(number)
    ]
    for ds in objects:
        archive.ingest(part10.write(ds), Origin("cli"))
    return objects


def answers(said: str) -> int:
    """How many pending responses findscu showed."""
    return len(re.findall(r"Find Response: \d+", said))
