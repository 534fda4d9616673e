"""An assignment from assigned to clear: which step may follow which, and what no sequence of them can do."""

from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assignment import (
    CREW_STEPS,
    DESK_STEPS,
    ENDED,
    OPEN,
    PROGRESS,
    TIME_OF,
    TRANSITIONS,
    IllegalStep,
    State,
    Step,
    after,
    times,
)

FORWARD = (Step.ACKNOWLEDGE, Step.EN_ROUTE, Step.ON_SCENE, Step.AT_PATIENT, Step.MOVING, Step.HANDED_OVER)
"""The crew's way, each step named as its state in ``PROGRESS[1:]``."""


def take(steps: list[Step], state: State = State.ASSIGNED) -> list[State]:
    """The states along the way; a step that is refused changes nothing."""
    states = [state]
    for step in steps:
        with suppress(IllegalStep):
            state = after(state, step)
        states.append(state)
    return states


@given(st.lists(st.sampled_from(Step)))
def test_no_sequence_of_steps_reopens_an_ended_assignment(steps: list[Step]) -> None:
    states = take(steps)
    for before, now in pairwise(states):
        if before in ENDED:
            assert now is before


@given(st.lists(st.sampled_from(Step)))
def test_no_sequence_of_steps_goes_back(steps: list[Step]) -> None:
    on_the_way = [PROGRESS.index(state) for state in take(steps) if state in OPEN]
    assert on_the_way == sorted(on_the_way)


def test_a_call_from_start_to_end_takes_every_state_in_turn() -> None:
    assert take([*FORWARD, Step.CLEAR]) == [*PROGRESS, State.CLEARED]


@pytest.mark.parametrize("state", PROGRESS)
def test_a_later_step_may_be_taken_without_the_ones_before_it_and_an_earlier_one_may_not(state: State) -> None:
    position = PROGRESS.index(state)
    for step, target in zip(FORWARD, PROGRESS[1:], strict=True):
        if PROGRESS.index(target) > position:
            assert after(state, step) is target
        else:
            with pytest.raises(IllegalStep):
                after(state, step)


@pytest.mark.parametrize("state", State)
def test_clear_needs_an_acknowledged_order(state: State) -> None:
    if state in OPEN - {State.ASSIGNED}:
        assert after(state, Step.CLEAR) is State.CLEARED
    else:
        with pytest.raises(IllegalStep):
            after(state, Step.CLEAR)


@pytest.mark.parametrize("state", State)
def test_a_crew_declines_until_it_is_there(state: State) -> None:
    allowed = {State.ASSIGNED, State.ACKNOWLEDGED, State.EN_ROUTE}
    assert ((state, Step.DECLINE) in TRANSITIONS) == (state in allowed)


def test_only_an_order_nobody_answered_times_out() -> None:
    assert [state for state in State if (state, Step.TIME_OUT) in TRANSITIONS] == [State.ASSIGNED]


@pytest.mark.parametrize("state", State)
def test_whatever_is_open_can_be_called_off_and_can_call_for_help(state: State) -> None:
    assert ((state, Step.REVOKE) in TRANSITIONS) == (state in OPEN)
    assert TRANSITIONS.get((state, Step.NEED_HELP)) is (state if state in OPEN else None)


@pytest.mark.parametrize("state", State)
def test_a_note_is_taken_in_any_state_and_changes_none(state: State) -> None:
    assert after(state, Step.NOTE) is state


@pytest.mark.parametrize("state", sorted(OPEN))
def test_the_alarm_on_the_device_is_a_time_and_not_a_state(state: State) -> None:
    assert after(state, Step.ALARMED) is state
    assert TIME_OF[Step.ALARMED] == "alarmed_at"


def test_every_state_is_open_or_ended_and_can_be_reached() -> None:
    assert set(State) == OPEN | ENDED
    assert not OPEN & ENDED
    assert set(PROGRESS) == OPEN
    assert set(TRANSITIONS.values()) | {State.ASSIGNED} == set(State)


def test_every_step_on_the_way_has_its_time() -> None:
    assert [TIME_OF[step] for step in FORWARD] == [f"{state}_at" for state in PROGRESS[1:]]


def test_a_crew_cannot_call_itself_off_nor_time_out_and_the_desk_cannot_time_out() -> None:
    assert set(Step) - CREW_STEPS == {Step.REVOKE, Step.TIME_OUT, Step.CORRECT}
    assert set(Step) - DESK_STEPS == {Step.TIME_OUT}


def test_a_refused_step_says_so_in_a_plain_sentence() -> None:
    with pytest.raises(IllegalStep, match=r"^cannot acknowledge when handed over$") as refused:
        after(State.HANDED_OVER, Step.ACKNOWLEDGE)
    assert (refused.value.state, refused.value.step) == (State.HANDED_OVER, Step.ACKNOWLEDGE)


@pytest.mark.parametrize("state", State)
def test_what_is_not_in_the_table_is_refused_with_the_step_and_the_state_named(state: State) -> None:
    for step in Step:
        if (state, step) not in TRANSITIONS:
            sentence = f"cannot {step} when {state}".replace("_", " ")
            with pytest.raises(IllegalStep, match=rf"^{sentence}$"):
                after(state, step)


@given(st.sampled_from(State), st.sampled_from(Step))
def test_a_step_sets_its_own_time_and_the_end_when_it_ends(before: State, step: Step) -> None:
    at = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
    with suppress(IllegalStep):
        state = after(before, step)
        ends = state in ENDED and before in OPEN
        expected = {TIME_OF[step]} if step in TIME_OF else set()
        assert times(step, before=before, after=state, at=at) == dict.fromkeys(
            expected | ({"ended_at"} if ends else set()), at
        )
