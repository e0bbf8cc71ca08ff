"""What the status line may say: what is known just now, never what is hoped."""

from __future__ import annotations

from kiosk.exam.spool import Spool
from kiosk.office.worklist import DicomWorklist
from kiosk.presenters.ports import NodeStatus
from minipacs.archive import Archive
from minipacs.archive.rows import DeliveryState
from minipacs.server import MiniPacs

_MB = 1 << 20
_OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.FAILED)


class StatusDesk:
    """kiosk.presenters.ports.StatusPort."""

    def __init__(
        self,
        archive: Archive,
        node: MiniPacs,
        worklist: DicomWorklist,
        spool: Spool,
        reserve_mb: int,
    ) -> None:
        self._archive, self._node, self._worklist = archive, node, worklist
        self._spool, self._reserve_mb = spool, reserve_mb

    def status(self) -> NodeStatus:
        """Now."""
        node = self._node.status()
        # A report or request that is SENT is done; only an image can still be confirmed.
        outbox = self._archive.outbox.counts(states=_OPEN)
        outbox |= self._archive.outbox.counts("store", [DeliveryState.SENT])
        return NodeStatus(
            address=f"{node.ae_title}@{node.host}:{node.port}",
            listening=node.running,
            worklist_node=self._worklist.node,
            worklist_ok=self._worklist.answered,
            outbox={state.value: count for state, count in outbox.items() if count},
            free_bytes=min(self._archive.free_space(), self._spool.free_bytes()),
            reserve_bytes=self._reserve_mb * _MB,
            alerts=self._archive.alerts.count(),
            not_released=len(self._spool.entries()),
        )
