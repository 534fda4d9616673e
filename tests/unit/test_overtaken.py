"""Steps of a crew that are heard too late: which of them count, and which only stand in the timeline."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assignment import (
    CREW_STEPS,
    ENDED,
    LATE_STEPS,
    OPEN,
    TIME_OF,
    TRANSITIONS,
    State,
    Step,
    goes_on,
    overtaken,
)

T0 = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WAY = ("acknowledged_at", "en_route_at", "on_scene_at", "at_patient_at", "moving_at", "handed_over_at")


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def times(ended: float, **known: float) -> dict[str, datetime | None]:
    set_ = {name: at(minutes) for name, minutes in known.items()}
    return {"assigned_at": T0, **dict.fromkeys(WAY), **set_, "ended_at": at(ended)}


def test_who_was_at_the_patient_before_the_order_was_called_off_was_there() -> None:
    way = overtaken(State.REVOKED, times(12), Step.AT_PATIENT, at(9))
    assert way is not None
    assert {name: when for name, when in way.items() if when is not None} == {"at_patient_at": at(9)}


def test_what_was_done_after_the_order_had_ended_changes_no_time() -> None:
    assert overtaken(State.REVOKED, times(12), Step.AT_PATIENT, at(13)) is None


def test_what_is_known_already_stays_and_what_lies_out_of_order_is_not_believed() -> None:
    known = times(30, acknowledged_at=2, at_patient_at=10)
    assert overtaken(State.AT_PATIENT, known, Step.ACKNOWLEDGE, at(1)) is None
    assert overtaken(State.AT_PATIENT, known, Step.EN_ROUTE, at(1)) is None, "before it acknowledged"
    assert overtaken(State.AT_PATIENT, known, Step.EN_ROUTE, at(11)) is None, "after it was there"
    assert overtaken(State.AT_PATIENT, known, Step.EN_ROUTE, at(3)) is not None


@pytest.mark.parametrize("step", [Step.DECLINE, Step.CLEAR, Step.NEED_HELP])
def test_a_step_without_a_time_of_the_way_counts_no_time(step: Step) -> None:
    assert overtaken(State.REVOKED, times(12), step, at(3)) is None


def test_whatever_an_order_once_allowed_is_allowed_to_the_end_or_is_kept_as_late() -> None:
    """A decline out of signal was neither while the radio had told that the crew was there."""
    for state in State:
        once = {step for step in CREW_STEPS if (state, step) in TRANSITIONS}
        for later in State:
            refused = {step for step in once if (later, step) not in TRANSITIONS}
            assert refused - {Step.ALARMED} <= LATE_STEPS
    assert (State.ON_SCENE, Step.DECLINE) not in TRANSITIONS


def test_a_crew_is_asked_for_only_where_it_may_not_know_and_has_not_come_back() -> None:
    assert goes_on(State.REVOKED, Step.ACKNOWLEDGE)
    assert goes_on(State.TIMED_OUT, Step.NEED_HELP)
    assert not goes_on(State.CLEARED, Step.AT_PATIENT), "it, or somebody who heard it, said that it was over"
    assert not goes_on(State.REVOKED, Step.DECLINE)
    assert not goes_on(State.REVOKED, Step.CLEAR)


@given(
    state=st.sampled_from(sorted(ENDED | OPEN)),
    known=st.dictionaries(st.sampled_from(WAY), st.integers(0, 60)),
    ended=st.integers(0, 90),
    step=st.sampled_from(sorted(CREW_STEPS)),
    minute=st.integers(-10, 100),
)
def test_a_late_step_sets_no_time_but_its_own_and_none_that_was_known(
    state: State, known: dict[str, float], ended: int, step: Step, minute: int
) -> None:
    before = times(ended, **known)
    way = overtaken(state, before, step, at(minute))
    if way is None:
        return
    changed = {name for name in way if way[name] != before[name]}
    assert changed == {TIME_OF[step]}
    assert before[TIME_OF[step]] is None
    in_order = [when for name in ("assigned_at", *WAY, "ended_at") if (when := (before | way)[name]) is not None]
    assert in_order == sorted(in_order)
