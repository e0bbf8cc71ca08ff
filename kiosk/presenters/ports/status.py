"""The state of node, outbox and disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class NodeStatus:
    """What the status line says; each part is what is known, never what is hoped."""

    address: str = ""
    """AET@HOST:PORT of the node inside; empty when there is none."""
    listening: bool = False
    worklist_node: str = ""
    worklist_ok: bool | None = None
    """None: not asked yet."""
    outbox: dict[str, int] = field(default_factory=dict)
    """State -> count."""
    free_bytes: int = -1
    reserve_bytes: int = 0
    alerts: int = 0
    not_released: int = 0
    """Frames that wait in the spool."""


class StatusPort(Protocol):
    """Node, outbox, disk."""

    def status(self) -> NodeStatus:
        """Now."""
