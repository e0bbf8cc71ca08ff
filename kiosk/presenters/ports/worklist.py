"""The worklist of the configured node."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from minipacs.dicom.model import Order, Patient


class Entry(Protocol):
    """A line of the worklist; the archive's WorklistEntry and the exam's Entry are such."""

    @property
    def patient(self) -> Patient:
        """Who."""

    @property
    def order(self) -> Order:
        """What was asked."""

    @property
    def status(self) -> str:
        """SCHEDULED, STARTED, COMPLETED, DISCONTINUED, or another word of the node."""


class WorklistPort(Protocol):
    """The worklist of the configured node."""

    @property
    def node(self) -> str:
        """How the node is called on the screen: `MINIPACS@127.0.0.1:11112`. At once."""

    def entries(self, date: dt.date) -> Sequence[Entry]:
        """The entries of a day. Raises when the node does not answer."""
