"""What the first opener does after a run that was killed. Cheap: folders are listed, nothing that has a row is read."""

from __future__ import annotations

import logging

from minipacs.archive.blobs import Blobs
from minipacs.archive.check import Checker
from minipacs.archive.errors import StorageFull
from minipacs.archive.outbox import Outbox

log = logging.getLogger(__name__)


def recover(blobs: Blobs, checker: Checker, outbox: Outbox) -> dict[str, int]:
    """Half-written files go, whole ones get their rows, deliveries that were under way are queued again.

    Only for who has the archive alone: another program's half-written file would be taken for a dead one's.
    """
    swept = blobs.sweep_incoming()
    try:
        orphans, requeued = checker.adopt_orphans(), outbox.recover()
    except StorageFull:
        # On a full disk what is stored must still be readable; the next start tidies up.
        log.warning("the archive disk is full: tidying up is left to the next start")
        return {"swept": swept}
    return {
        "swept": swept,
        "adopted": len(orphans.repaired),
        "aside": len(orphans.aside),
        "left": len(orphans.left),
        "requeued": requeued,
    }
