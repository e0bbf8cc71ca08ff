"""The states of an exposure and of a performed step, with their allowed moves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from kiosk.exam.errors import ForbiddenMove


class ExposureState(Enum):
    """Where one exposure stands between the armed sensor and the archive."""

    ARMED = "armed"
    EXPOSED = "exposed"
    """In memory, not safe yet."""
    SPOOLED = "spooled"
    """Safe on the disk; nothing was derived from it yet."""
    PREVIEWED = "previewed"
    """Someone can look at it and decide."""
    ACCEPTED = "accepted"
    """On its way into the archive."""
    STORED = "stored"
    REJECTED = "rejected"


ALLOWED: Mapping[ExposureState, frozenset[ExposureState]] = MappingProxyType(
    {
        ExposureState.ARMED: frozenset({ExposureState.EXPOSED}),
        ExposureState.EXPOSED: frozenset({ExposureState.SPOOLED}),
        ExposureState.SPOOLED: frozenset({ExposureState.PREVIEWED, ExposureState.REJECTED}),
        ExposureState.PREVIEWED: frozenset({ExposureState.ACCEPTED, ExposureState.REJECTED}),
        # Back to PREVIEWED: the archive was full or the object invalid; the frame is kept.
        ExposureState.ACCEPTED: frozenset({ExposureState.STORED, ExposureState.PREVIEWED}),
        ExposureState.STORED: frozenset(),
        ExposureState.REJECTED: frozenset(),
    }
)

DECIDED = frozenset({ExposureState.STORED, ExposureState.REJECTED})


def advance(before: ExposureState, after: ExposureState) -> ExposureState:
    """The state after a move.

    Raises:
        ForbiddenMove: the table does not allow it.
    """
    if after not in ALLOWED[before]:
        raise ForbiddenMove("an exposure", before.name, after.name)
    return after


class StepState(Enum):
    """A performed procedure step, PS3.4 F.7.1: COMPLETED and DISCONTINUED are final."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in progress"
    COMPLETED = "completed"
    DISCONTINUED = "discontinued"


STEP_ALLOWED: Mapping[StepState, frozenset[StepState]] = MappingProxyType(
    {
        StepState.SCHEDULED: frozenset({StepState.IN_PROGRESS}),
        StepState.IN_PROGRESS: frozenset({StepState.COMPLETED, StepState.DISCONTINUED}),
        StepState.COMPLETED: frozenset(),
        StepState.DISCONTINUED: frozenset(),
    }
)


def advance_step(before: StepState, after: StepState) -> StepState:
    """The state of a step after a move.

    Raises:
        ForbiddenMove: the table does not allow it.
    """
    if after not in STEP_ALLOWED[before]:
        raise ForbiddenMove("a performed step", before.name, after.name)
    return after
