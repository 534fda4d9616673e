"""Times said wrongly are said right, in their order, and an ended assignment stays ended."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assignment import ENDED, PROGRESS, TIME_OF, IllegalStep, OutOfOrder, State, Step, corrected

T0 = datetime(2026, 11, 23, 2, tzinfo=UTC)
WAY = (Step.ACKNOWLEDGE, Step.EN_ROUTE, Step.ON_SCENE, Step.AT_PATIENT, Step.MOVING, Step.HANDED_OVER)


def s(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def times(**known: float) -> dict[str, Any]:
    return {
        "assigned_at": s(0),
        **dict.fromkeys((TIME_OF[step] for step in WAY), None),
        "ended_at": s(3000),
        **{f"{name}_at": s(when) for name, when in known.items()},
    }


def test_a_time_is_moved_between_its_neighbours_and_no_further() -> None:
    told = times(acknowledged=30, en_route=60, at_patient=500)
    state, way = corrected(State.AT_PATIENT, told, Step.AT_PATIENT, s(420))
    assert (state, way["at_patient_at"]) == (State.AT_PATIENT, s(420))
    with pytest.raises(OutOfOrder, match="at_patient_at would be out of order with en_route_at"):
        corrected(State.AT_PATIENT, told, Step.AT_PATIENT, s(59))
    with pytest.raises(OutOfOrder, match="ended_at"):
        corrected(State.AT_PATIENT, told, Step.AT_PATIENT, s(3001))


def test_what_never_happened_is_taken_back_and_what_was_forgotten_is_added() -> None:
    state, way = corrected(State.AT_PATIENT, times(acknowledged=30, at_patient=90), Step.AT_PATIENT, None)
    assert (state, way["at_patient_at"]) == (State.ACKNOWLEDGED, None)
    state, way = corrected(State.CLEARED, times(acknowledged=30, en_route=60), Step.AT_PATIENT, s(400))
    assert (state, way["at_patient_at"]) == (State.CLEARED, s(400))
    assert corrected(State.ACKNOWLEDGED, times(acknowledged=30), Step.ACKNOWLEDGE, None)[0] is State.ASSIGNED


def test_a_step_without_a_time_of_the_way_cannot_be_corrected() -> None:
    with pytest.raises(IllegalStep):
        corrected(State.ASSIGNED, times(), Step.NOTE, s(1))


@given(
    st.lists(st.integers(0, 3000), min_size=6, max_size=6).map(sorted),
    st.sets(st.sampled_from(range(6))),
    st.sampled_from(range(6)),
    st.none() | st.integers(-100, 3100),
    st.sampled_from(State),
)
def test_after_a_correction_all_times_are_in_order_and_the_state_is_that_of_the_last(
    seconds: list[int], missing: set[int], of: int, at: int | None, state: State
) -> None:
    names = [TIME_OF[step] for step in WAY]
    told = times() | {name: None if n in missing else s(seconds[n]) for n, name in enumerate(names)}
    try:
        after, way = corrected(state, told, WAY[of], None if at is None else s(at))
    except OutOfOrder:
        assert at is not None
        return
    known = [each for each in (told["assigned_at"], *way.values(), told["ended_at"]) if each is not None]
    assert known == sorted(known)
    assert {name: way[name] for name in names if name != names[of]} == {n: told[n] for n in names if n != names[of]}
    if state in ENDED:
        assert after is state
    else:
        last = [n for n, name in enumerate(names) if way[name] is not None]
        assert after is PROGRESS[last[-1] + 1 if last else 0]
