"""What the rooms of one exam work on together: its board and books, spool and archive, and the one lock.

Lock rule: `lock` guards the board and is held over short disk writes at most, never over building, storing,
reporting or a subscriber.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.exam.board import Board
from kiosk.exam.ledger import Ledger
from kiosk.exam.looks import Recent, stored_frame
from kiosk.exam.machine import ExposureState
from kiosk.exam.news import News
from kiosk.exam.ports import ImageStore
from kiosk.exam.spool import Spool
from minipacs.clock import Clock
from minipacs.dicom.model import Equipment, Frame
from minipacs.dicom.uids import UidPolicy

EquipmentFor = Equipment | Mapping[str, Equipment]
"""One device for all, or one for each kind."""


@dataclass(frozen=True)
class Bench:
    """Made by the exam, for its intake and its decisions."""

    spool: Spool
    store: ImageStore
    uids: UidPolicy
    clock: Clock
    equipment: EquipmentFor
    ledger: Ledger
    board: Board
    news: News
    recent: Recent = field(default_factory=Recent)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def equipment_for(self, kind: str) -> Equipment:
        """What makes the pictures of a kind."""
        if isinstance(self.equipment, Equipment):
            return self.equipment
        return self.equipment.get(kind, Equipment())

    def frame(self, exposure_id: str) -> Frame:
        """The picture as it was taken, from memory, spool or archive."""
        with self.lock:
            exposure = self.board.get(exposure_id)
            held = exposure.unsaved or self.recent.get(exposure_id)
            stored = exposure.state is ExposureState.STORED
        if held is not None:
            return held
        if stored:
            data = self.store.read(exposure.token.sop_instance_uid)
            frame = stored_frame(data, exposure.light)
        else:
            frame, _ = self.spool.load(exposure_id)
        self.recent.keep(exposure_id, frame)
        return frame
