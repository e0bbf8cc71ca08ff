"""Where time comes from. Everything else is handed a Clock; only here the wall clock is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

Clock = Callable[[], dt.datetime]
"""Gives the present instant as an aware datetime in local time."""


def system_clock() -> dt.datetime:
    """The computer's own time, aware, in its local zone."""
    return dt.datetime.now(dt.UTC).astimezone()
