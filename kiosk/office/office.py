"""An office: archive, node, spool, source and exams of one data folder, put together without a window.

The only module besides kiosk.app that makes concrete objects.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from kiosk import settings as settings_file
from kiosk.capture.base import make_source
from kiosk.exam.spool import Spool
from kiosk.exam.templates import load_templates
from kiosk.office.delivery import DeliveryDesk
from kiosk.office.equipment import equipment_for
from kiosk.office.exams import Exams
from kiosk.office.media import MediaDesk
from kiosk.office.pictures import ArchivePictures
from kiosk.office.places import Places
from kiosk.office.rooms import SpoolClaim
from kiosk.office.source import ChosenSource
from kiosk.office.status import StatusDesk
from kiosk.office.steps import DicomSteps
from kiosk.office.store import ArchiveStore
from kiosk.office.worklist import DicomWorklist
from kiosk.presenters.ports import Destination, Ports
from kiosk.settings import Settings
from minipacs.archive import RESERVE_BYTES, Archive
from minipacs.clock import Clock, system_clock
from minipacs.dicom import iods
from minipacs.dicom.uids import UidPolicy
from minipacs.net.errors import NetError
from minipacs.net.peers import Peer, PeerBook
from minipacs.server import MiniPacs, NodeSettings

_MB = 1 << 20


def version() -> str:
    """Of the installed program."""
    return importlib.metadata.version("chairside")


@dataclass(frozen=True)
class Choices:
    """What one run may decide otherwise than the settings."""

    port: int | None = None
    """0 picks a free one."""
    source: Mapping[str, Any] | None = None
    """Settings of the source itself: seed, delay, auto, fault of the simulator."""
    commit_to: frozenset[str] = frozenset()
    """Further destinations that are asked to confirm what they were sent."""
    take_up: bool = True
    """Whether broken-off exams are opened again; a command leaves them to the window."""


class Office:
    """Everything behind the window. Use it as a context manager, or `start` and `stop` it.

    Raises:
        SettingsWrong, BadTemplate, ArchiveError, CannotListen, CaptureError: it can't be opened, each says why.
    """

    def __init__(
        self,
        places: Places,
        settings: Settings | None = None,
        *,
        clock: Clock = system_clock,
        uids: UidPolicy | None = None,
        choices: Choices | None = None,
    ) -> None:
        self.places, self.clock, self.uids = places, clock, uids or UidPolicy()
        self.settings = settings or settings_file.load(places.settings)
        self.choices = choices or Choices()
        self.templates = load_templates(places.templates if places.templates.is_dir() else None)
        # The archive never asks for more room than the person who chose the reserve.
        reserve = min(RESERVE_BYTES, self.settings.capture.reserve_mb * _MB)
        self.archive = Archive.open(places.archive, clock=clock, reserve_bytes=reserve)
        self._claim: SpoolClaim | None = None
        try:
            self._claim = SpoolClaim(places.spool)
            self._furnish(self._claim.folder)
        except BaseException:
            self._close()
            raise

    def _furnish(self, spool: Path) -> None:
        settings, reserve = self.settings, self.settings.capture.reserve_mb
        send_to = frozenset(settings.delivery.send_to)
        self.peers = PeerBook(self.places.peers)
        self.node = MiniPacs(
            self.archive,
            NodeSettings(
                ae_title=settings.node.ae_title,
                host=settings.node.host,
                port=settings.node.port if self.choices.port is None else self.choices.port,
                peers_file=self.places.peers,
                commit_to=self.choices.commit_to
                | (send_to if settings.delivery.commit else frozenset()),
            ),
            clock=self.clock,
            uids=self.uids,
        )
        wake = self.node.delivery.notify
        self.spool = Spool(spool, self.clock, reserve_bytes=reserve * _MB)
        self.store = ArchiveStore(self.archive, settings.delivery.send_to, wake, reserve)
        self.steps = DicomSteps(
            self.archive, self.worklist_destination, settings.station.ae_title, wake
        )
        self.worklist = DicomWorklist(
            self.worklist_peer,
            settings.station.ae_title,
            self.clock,
            only_this_station=settings.worklist.only_this_station,
        )
        self.exams = Exams(
            self.templates,
            equipment_for(iods.kinds(), settings, version()),
            spool=self.spool,
            store=self.store,
            steps=self.steps,
            uids=self.uids,
            clock=self.clock,
            operator=settings.station.operator,
            notation=settings.display.teeth,
        )
        source = make_source(settings.capture.source, self._source_settings(), self.clock)
        self.source = ChosenSource(source, self.exams.take)
        self.pictures = ArchivePictures(self.archive, settings.display.teeth)
        self.delivery = DeliveryDesk(self.archive, self.destinations, wake)
        self.media = MediaDesk(self.archive, self.clock, self.uids)
        self.status = StatusDesk(self.archive, self.node, self.worklist, self.spool, reserve)

    # ---- life -------------------------------------------------------------------------------------------

    def start(self) -> tuple[str, int]:
        """Serve DICOM, watch the source, take up broken-off exams; gives (host, port) of the node."""
        place = self.node.start()
        if self.choices.take_up:
            self.exams.recover()
        self.source.start()
        return place

    def stop(self) -> None:
        """End everything, within 10 s."""
        self.source.stop()
        self.node.stop()
        self._close()

    def _close(self) -> None:
        if self._claim is not None:
            self._claim.release()
        self.archive.close()

    def __enter__(self) -> Office:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # ---- who is who -------------------------------------------------------------------------------------

    @property
    def worklist_destination(self) -> str:
        """The node of the worklist, as the outbox names it: AETITLE@HOST:PORT, or the AE title of the node inside."""
        return self.settings.worklist.node or self.settings.node.ae_title

    def worklist_peer(self) -> Peer:
        """The node of the worklist."""
        return self.node.resolve(self.worklist_destination)

    def destinations(self) -> Sequence[Destination]:
        """Where images can be sent: what the settings name, then the peer book."""
        named = dict.fromkeys(self.settings.delivery.send_to)
        found = [Destination(address, address) for address in named]
        try:
            found += [Destination(str(peer), str(peer)) for peer in self.peers.list()]
        except NetError:
            return found
        return list(dict.fromkeys(found))

    def ports(self) -> Ports:
        """What the screens need."""
        return Ports(
            worklist=self.worklist,
            exams=self.exams,
            source=self.source,
            archive=self.pictures,
            delivery=self.delivery,
            media=self.media,
            status=self.status,
        )

    def _source_settings(self) -> Mapping[str, Any]:
        given = dict(self.choices.source or {})
        if self.settings.capture.folder:
            given["path"] = Path(self.settings.capture.folder).expanduser()
        return given
