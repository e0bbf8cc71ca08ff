"""What the tests of the archive share."""

from __future__ import annotations

import datetime as dt

from minipacs.archive import Origin
from tests.builders import NOW

HERE = Origin("store", "MODALITY", "127.0.0.1")


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += dt.timedelta(**by)
