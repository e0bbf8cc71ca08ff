"""What the screens need from outside, as small Protocols, one file for each room. The app adapts archive, node,
exams and media to them.

Unless it says otherwise a method may block and raise; presenters call it on a worker.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.presenters.ports.archive import (
    ArchivePort,
    KnownPatient,
    Picture,
    StoredPicture,
    Study,
    StudyKey,
)
from kiosk.presenters.ports.delivery import AlertLine, DeliveryPort, Destination, OutboxLine
from kiosk.presenters.ports.exams import ExamsPort, LiveExam, RecoveredExam, Stray
from kiosk.presenters.ports.media import MediaPort, Place, ProfileChoice, Written
from kiosk.presenters.ports.source import SourceLine, SourcePort, SourceState
from kiosk.presenters.ports.status import NodeStatus, StatusPort
from kiosk.presenters.ports.worklist import Entry, WorklistPort

__all__ = [
    "AlertLine",
    "ArchivePort",
    "DeliveryPort",
    "Destination",
    "Entry",
    "ExamsPort",
    "KnownPatient",
    "LiveExam",
    "MediaPort",
    "NodeStatus",
    "OutboxLine",
    "Picture",
    "Place",
    "Ports",
    "ProfileChoice",
    "RecoveredExam",
    "SourceLine",
    "SourcePort",
    "SourceState",
    "StatusPort",
    "StoredPicture",
    "Stray",
    "Study",
    "StudyKey",
    "WorklistPort",
    "Written",
]


@dataclass(frozen=True)
class Ports:
    """All of them, for the desk."""

    worklist: WorklistPort
    exams: ExamsPort
    source: SourcePort
    archive: ArchivePort
    delivery: DeliveryPort
    media: MediaPort
    status: StatusPort
