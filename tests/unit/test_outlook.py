"""The outlook as a rule: late is seen before it is late, with the unit that mends it, else there is no alarm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assignment import State as Assignment
from dispatch.incident import Priority
from dispatch.outlook import MUCH_SOONER, Could, Going, Outlook, Source, State, arrival, outlook, warn_at
from dispatch.preemption import MAY_TAKE, may_take

T0 = datetime(2026, 11, 23, 2, tzinfo=UTC)
DEADLINE = T0 + timedelta(seconds=600)
ALLOWANCE = timedelta(seconds=60)


def s(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def going(eta_s: float | None = 400, **more: object) -> Going:
    base = Going(unit=UUID(int=1), code="G1-1", state=Assignment.ASSIGNED, assigned_at=s(60), eta_s=eta_s, turnout_s=60)
    return replace(base, **more)  # type: ignore[arg-type]


def could(eta_s: float, number: int = 2, taken_from: UUID | None = None) -> Could:
    return Could(unit=UUID(int=number), code=f"G{number}-1", eta_s=eta_s, taken_from=taken_from)


def at(seconds: float, *, of: list[Going], others: list[Could], was: State | None = None) -> Outlook:
    return outlook(deadline=DEADLINE, going=of, could=others, was=was, at=s(seconds))


def test_who_sets_out_as_planned_is_expected_as_planned() -> None:
    seen = at(60, of=[going()], others=[])
    assert (seen.state, seen.first and seen.first.at) == (State.IN_TIME, s(460))


def test_every_second_that_a_crew_does_not_move_is_a_second_later() -> None:
    assert arrival(going(), s(200)).at == s(200 + 340)  # type: ignore[union-attr]
    assert arrival(going(en_route_at=s(150), state=Assignment.EN_ROUTE), s(200)).at == s(150 + 340)  # type: ignore[union-attr]


def test_a_position_says_better_than_the_plan_and_nobody_is_expected_in_the_past() -> None:
    late = going(state=Assignment.EN_ROUTE, en_route_at=s(100), remaining_s=350.0)
    found = arrival(late, s(400))
    assert found is not None
    assert (found.at, found.source) == (s(750), Source.POSITION)
    assert arrival(replace(late, remaining_s=None), s(9000)).at == s(9000)  # type: ignore[union-attr]
    assert arrival(going(eta_s=None), s(0)) is None


def test_a_miss_is_warned_of_before_it_happens_with_the_unit_that_could_still_make_it() -> None:
    seen = at(300, of=[going()], others=[could(200)])
    assert (seen.state, seen.first and seen.first.at) == (State.LATE, s(640))
    assert seen.proposed == could(200)
    assert warn_at(seen, reported_at=T0, allowance=ALLOWANCE, at=s(300)) == s(300)


def test_out_of_reach_is_a_label_with_the_best_time_and_no_alarm() -> None:
    seen = at(300, of=[going()], others=[could(330)])
    assert (seen.state, seen.best_at, seen.proposed) == (State.OUT_OF_REACH, s(630), None)
    assert warn_at(seen, reported_at=T0, allowance=ALLOWANCE, at=s(300)) is None
    from_the_start = at(0, of=[], others=[could(2000)])
    assert (from_the_start.state, from_the_start.best_at) == (State.OUT_OF_REACH, s(2000))
    assert from_the_start.proposed == could(2000)
    assert at(0, of=[], others=[]).best_at is None


def test_a_free_unit_goes_before_one_that_must_be_taken_from_another() -> None:
    taken = could(100, 3, UUID(int=99))
    assert at(300, of=[going()], others=[taken, could(250)]).proposed == could(250)
    assert at(300, of=[going()], others=[taken, could(400)]).proposed == taken


def test_a_much_nearer_unit_that_becomes_free_is_proposed_though_all_goes_well() -> None:
    assert at(60, of=[going()], others=[could(400 - MUCH_SOONER.total_seconds())]).proposed is not None
    assert at(60, of=[going()], others=[could(401 - MUCH_SOONER.total_seconds())]).proposed is None


def test_a_waiting_incident_is_warned_of_after_the_allowance_or_before_it_would_be_too_late() -> None:
    seen = at(0, of=[], others=[could(100)])
    assert seen.state is State.WAITING
    assert warn_at(seen, reported_at=T0, allowance=ALLOWANCE, at=s(0)) == s(60)
    tight = at(0, of=[], others=[could(520)])
    assert warn_at(tight, reported_at=T0, allowance=ALLOWANCE, at=s(0)) == s(20)


def test_what_was_late_is_in_time_again_only_with_something_to_spare() -> None:
    way = going(state=Assignment.EN_ROUTE, en_route_at=s(100))
    assert at(300, of=[replace(way, remaining_s=290.0)], others=[could(200)]).state is State.IN_TIME
    assert at(300, of=[replace(way, remaining_s=290.0)], others=[could(200)], was=State.LATE).state is State.LATE
    assert at(300, of=[replace(way, remaining_s=280.0)], others=[could(200)], was=State.LATE).state is State.IN_TIME


times = st.floats(0, 3000)
units = st.lists(st.builds(could, times, st.integers(2, 9), st.none() | st.just(UUID(int=99))), max_size=4)
crews = st.lists(
    st.builds(
        going,
        st.none() | times,
        state=st.sampled_from([Assignment.ASSIGNED, Assignment.ACKNOWLEDGED, Assignment.EN_ROUTE, Assignment.ON_SCENE]),
        remaining_s=st.none() | times,
    ),
    max_size=3,
)


@given(crews, units, st.none() | st.sampled_from(State), times)
def test_an_alarm_always_names_a_unit_that_would_be_there_in_time_or_to_whom_nobody_was_sent_the_soonest(
    of: list[Going], others: list[Could], was: State | None, now: float
) -> None:
    seen = at(now, of=of, others=others, was=was)
    if warn_at(seen, reported_at=T0, allowance=ALLOWANCE, at=s(now)) is not None:
        assert seen.proposed in others
        in_time = [each for each in others if s(now) + timedelta(seconds=each.eta_s) <= DEADLINE]
        if of or in_time:
            assert seen.proposed in in_time
        else:
            assert seen.proposed == min(others, key=lambda each: (each.eta_s, each.code))
    if seen.state is State.OUT_OF_REACH:
        assert all(s(now) + timedelta(seconds=each.eta_s) > DEADLINE for each in others)


@given(crews, units, units, times)
def test_one_unit_more_never_makes_the_best_time_later(
    of: list[Going], others: list[Could], more: list[Could], now: float
) -> None:
    fewer, all_of_them = at(now, of=of, others=others), at(now, of=of, others=[*others, *more])
    if fewer.best_at is not None:
        assert all_of_them.best_at is not None
        assert all_of_them.best_at <= fewer.best_at
    if fewer.state is State.LATE:
        assert all_of_them.state is State.LATE


@given(crews, units, times)
def test_the_outlook_does_not_depend_on_the_order_of_things(of: list[Going], others: list[Could], now: float) -> None:
    of = [replace(each, code=f"G1-{number}") for number, each in enumerate(of)]
    others = [replace(each, code=f"G2-{number}") for number, each in enumerate(others)]
    assert at(now, of=of, others=others) == at(now, of=of[::-1], others=others[::-1])


def test_nobody_is_taken_from_a_patient_or_for_what_is_no_more_urgent() -> None:
    for (taker, giver), states in MAY_TAKE.items():
        assert taker < giver
        assert not states & {Assignment.AT_PATIENT, Assignment.MOVING, Assignment.HANDED_OVER}


@pytest.mark.parametrize(
    ("taker", "giver", "state", "answer"),
    [
        (Priority.P1, Priority.P2, Assignment.ACKNOWLEDGED, True),
        (Priority.P1, Priority.P2, Assignment.EN_ROUTE, False),
        (Priority.P1, Priority.P4, Assignment.ON_SCENE, True),
        (Priority.P2, Priority.P1, Assignment.ASSIGNED, False),
        (Priority.P2, Priority.P2, Assignment.ASSIGNED, False),
        (None, Priority.P4, Assignment.ASSIGNED, False),
        (Priority.P1, None, Assignment.ASSIGNED, False),
    ],
)
def test_the_table_of_pre_emption(
    taker: Priority | None, giver: Priority | None, state: Assignment, answer: bool
) -> None:
    assert may_take(taker, giver, state) is answer
