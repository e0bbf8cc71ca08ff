"""A picture that a source did not take: who waits for it must hear of it, since nothing else will come."""

from __future__ import annotations

from kiosk.i18n import plain, text
from kiosk.presenters.ports import SourceLine, SourceState
from kiosk.problems import Problem


def refusal_of(line: SourceLine) -> Problem | None:
    """What to tell of a source that works and has something to say: a file that it did not take."""
    if not line.note or line.state not in (SourceState.READY, SourceState.ARMED):
        return None
    return Problem(
        "PICTURE-REFUSED",
        plain(line.note),
        text("The position still waits. Save the picture as PNG, TIFF or JPEG and give it again."),
    )
