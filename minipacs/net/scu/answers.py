"""The part of an answer that all services share: its status in words, and failure as an exception."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset

from minipacs.net import status as statuses
from minipacs.net.errors import PeerRefused


@dataclass(frozen=True)
class Answer:
    """A peer's answer that is no failure. `warning` is True for 0107, 0116 and Bxxx: done, but not all as asked."""

    status: int
    meaning: str
    comment: str = ""
    dataset: Dataset = field(default_factory=Dataset, repr=False)

    @property
    def warning(self) -> bool:
        """Whether the peer did it with reservations."""
        return self.status != statuses.SUCCESS


def status_of(message: Any) -> int:
    """The status of a response; one without a status is a failure to process."""
    found = getattr(message, "Status", None)
    return int(found) if found is not None else statuses.PROCESSING_FAILURE


def comment_of(message: Any) -> str:
    """The peer's Error Comment (0000,0902) as one printable line."""
    text = str(getattr(message, "ErrorComment", None) or "")
    return "".join(char if char.isprintable() else " " for char in text)[:64].strip()


def check(message: Any, dataset: Dataset | None = None) -> Answer:
    """The answer, when the peer did what was asked.

    Raises:
        PeerRefused: its status is a failure.
    """
    status = status_of(message)
    meaning, comment = statuses.meaning(status), comment_of(message)
    if not statuses.is_done(status):
        raise PeerRefused(status, meaning, comment)
    return Answer(status, meaning, comment, dataset if dataset is not None else Dataset())
