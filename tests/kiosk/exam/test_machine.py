"""The tables of allowed moves."""

from __future__ import annotations

import pytest

from kiosk.exam.errors import ForbiddenMove
from kiosk.exam.machine import (
    ALLOWED,
    STEP_ALLOWED,
    ExposureState,
    StepState,
    advance,
    advance_step,
)


@pytest.mark.parametrize("before", list(ExposureState))
@pytest.mark.parametrize("after", list(ExposureState))
def test_only_the_moves_of_the_table_are_allowed(before, after):
    if after in ALLOWED[before]:
        assert advance(before, after) is after
    else:
        with pytest.raises(ForbiddenMove) as refused:
            advance(before, after)
        assert (refused.value.before, refused.value.after) == (before.name, after.name)


def test_every_state_has_a_row_and_can_be_reached():
    assert set(ALLOWED) == set(ExposureState)
    assert set().union(*ALLOWED.values()) == set(ExposureState) - {ExposureState.ARMED}
    assert set(STEP_ALLOWED) == set(StepState)


def test_stored_and_rejected_and_ended_steps_are_final():
    for state in (ExposureState.STORED, ExposureState.REJECTED):
        assert not ALLOWED[state]
    for state in (StepState.COMPLETED, StepState.DISCONTINUED):
        with pytest.raises(ForbiddenMove):
            advance_step(state, StepState.IN_PROGRESS)


def test_nothing_is_stored_that_nobody_could_look_at():
    assert ExposureState.ACCEPTED not in ALLOWED[ExposureState.SPOOLED]
