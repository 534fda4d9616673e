"""Chasing as a rule: what is due, what is answered, and when to look again, from an assignment's times alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import assignment
from dispatch.assignment import State, Step
from dispatch.chase import (
    RUNGS,
    STALE,
    UNTIL_ANSWERED,
    Followed,
    Ladder,
    What,
    deadlines,
    goes_by_second_channel,
    is_stale,
    look,
)

T0 = datetime(2026, 11, 23, 2, tzinfo=UTC)
LADDER = Ladder()
NEW = Followed(state=State.ASSIGNED, assigned_at=T0, latest_at=T0, eta_s=300, turnout_s=60)


def s(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def due(of: Followed, at: datetime, raised: frozenset[What] = frozenset()) -> set[What]:
    return set(look(of, LADDER, raised=raised, at=at).due)


def test_an_order_that_nobody_answers_is_chased_at_5_15_and_45_seconds() -> None:
    assert [(look(NEW, LADDER, raised=(), at=s(0)).next_at)] == [s(5)]
    assert due(NEW, s(5)) == {What.UNDELIVERED}
    assert due(NEW, s(15), frozenset({What.UNDELIVERED})) == {What.UNALARMED}
    assert due(NEW, s(45), frozenset({What.UNDELIVERED, What.UNALARMED})) == {What.UNACKNOWLEDGED}
    assert look(NEW, LADDER, raised=RUNGS, at=s(45)).next_at is None


def test_who_looks_late_is_told_of_the_highest_rung_only() -> None:
    found = look(NEW, LADDER, raised=(), at=s(60))
    assert found.due == {What.UNACKNOWLEDGED: s(45)}


def test_a_device_that_rang_has_the_order_and_only_the_answer_is_waited_for() -> None:
    rang = replace(NEW, delivered_at=s(1), alarmed_at=s(2))
    assert deadlines(rang, LADDER) == {What.UNACKNOWLEDGED: s(45)}
    assert not goes_by_second_channel(rang, What.UNACKNOWLEDGED)
    assert goes_by_second_channel(replace(rang, alarmed_at=None), What.UNALARMED)


def test_an_acknowledgement_by_radio_stops_it_all() -> None:
    acknowledged = replace(NEW, state=State.ACKNOWLEDGED, acknowledged_at=s(20), latest_at=s(20))
    found = look(acknowledged, LADDER, raised={What.UNDELIVERED, What.UNALARMED}, at=s(20))
    assert found.answered == {What.UNDELIVERED, What.UNALARMED}
    assert found.due == {}
    assert found.next_at == s(140)


def test_a_crew_that_acknowledged_and_does_not_set_out_is_asked_why() -> None:
    acknowledged = replace(NEW, state=State.ACKNOWLEDGED, acknowledged_at=s(20), latest_at=s(20))
    assert due(acknowledged, s(139)) == set()
    assert due(acknowledged, s(140)) == {What.NOT_MOVING}


def test_a_crew_is_overdue_after_its_own_way_and_some_grace_from_when_it_set_out() -> None:
    late = replace(NEW, state=State.EN_ROUTE, en_route_at=s(200), latest_at=s(200))
    assert deadlines(late, LADDER)[What.OVERDUE] == s(200 + 240 + 120)
    far = replace(late, eta_s=3660.0)
    assert deadlines(far, LADDER)[What.OVERDUE] == s(200 + 3600 + 900)
    assert What.OVERDUE not in deadlines(replace(late, eta_s=None), LADDER)


def test_a_lone_crew_checks_in_and_a_position_is_a_sign_of_life() -> None:
    out = replace(NEW, state=State.AT_PATIENT, latest_at=s(600))
    assert deadlines(out, LADDER)[What.NO_CHECK_IN] == s(1800)
    assert What.NO_CHECK_IN not in deadlines(replace(out, alone=False), LADDER)
    silent = look(out, LADDER, raised=(), at=s(1800))
    assert set(silent.due) == {What.NO_CHECK_IN}
    assert silent.next_at == s(1830)
    heard = look(replace(out, heard_at=s(1795)), LADDER, raised={What.NO_CHECK_IN}, at=s(1830))
    assert heard.answered == {What.NO_CHECK_IN}


@pytest.mark.parametrize("state", [State.ON_SCENE, State.AT_PATIENT, State.MOVING, State.HANDED_OVER])
def test_a_crew_from_which_no_step_comes_at_the_scene_is_asked_how_it_stands(state: State) -> None:
    assert deadlines(replace(NEW, state=state, latest_at=s(600)), LADDER)[What.OVERDUE_ON_SCENE] == s(2400)


def test_a_run_card_may_have_another_ladder() -> None:
    quick = Ladder(deliver_s=3, alarm_s=8, acknowledge_s=20)
    assert sorted(deadlines(NEW, quick).values()) == [s(3), s(8), s(20)]


def test_a_timer_that_comes_minutes_late_is_stale() -> None:
    assert not is_stale(s(0), s(0) + STALE)
    assert is_stale(s(0), s(1) + STALE)


seconds = st.integers(0, 4000)


@st.composite
def followed(draw: st.DrawFn) -> Followed:
    """Any assignment that legal steps at any times can make."""
    state, of = State.ASSIGNED, NEW
    now = 0
    for _ in range(draw(st.integers(0, 6))):
        step = draw(st.sampled_from([each for each in Step if (state, each) in assignment.TRANSITIONS]))
        now += draw(seconds)
        after = assignment.after(state, step)
        times = {
            name: at
            for name, at in assignment.times(step, before=state, after=after, at=s(now)).items()
            if name in {"alarmed_at", "acknowledged_at", "en_route_at"}
        }
        moved = after is not state and after in assignment.OPEN
        of = replace(of, state=after, latest_at=s(now) if moved else of.latest_at, **times)
        state = after
    return replace(
        of,
        delivered_at=draw(st.none() | seconds.map(s)),
        heard_at=draw(st.none() | seconds.map(s)),
        eta_s=draw(st.none() | st.floats(60, 5000)),
        alone=draw(st.booleans()),
    )


ladders = st.builds(Ladder, **{name: st.integers(1, 3000) for name in Ladder.__struct_fields__})
alarms = st.frozensets(st.sampled_from(What))


@given(followed(), ladders, alarms, seconds)
def test_what_was_just_raised_is_not_due_again(of: Followed, ladder: Ladder, raised: frozenset[What], t: int) -> None:
    first = look(of, ladder, raised=raised, at=s(t))
    again = look(of, ladder, raised=(raised - first.answered) | set(first.due), at=s(t))
    assert again.due == {}
    assert again.answered == frozenset()


@given(followed(), ladders, alarms, seconds, seconds)
def test_nothing_falls_due_before_the_next_look(
    of: Followed, ladder: Ladder, raised: frozenset[What], t: int, later: int
) -> None:
    first = look(of, ladder, raised=raised, at=s(t))
    standing = (raised - first.answered) | set(first.due)
    between = s(t + later)
    if first.next_at is None or between < first.next_at:
        assert look(of, ladder, raised=standing, at=between).due == {}
    else:
        assert first.next_at > s(t)


@given(followed(), ladders)
def test_whoever_looks_only_when_told_to_raises_each_alarm_once_and_on_time(of: Followed, ladder: Ladder) -> None:
    raised: dict[What, datetime] = {}
    at: datetime | None = of.assigned_at
    for _ in range(200):
        if at is None:
            break
        found = look(of, ladder, raised=raised, at=at)
        assert found.due.keys().isdisjoint(raised)
        raised |= dict.fromkeys(found.due, at)
        at = found.next_at
    by_when = deadlines(of, ladder)
    told = {what: deadline for what, deadline in by_when.items() if what in raised}
    assert raised == {what: max(deadline, of.assigned_at) for what, deadline in told.items()}
    missing = by_when.keys() - raised.keys()
    assert all(
        what in RUNGS and min(by_when[each] for each in RUNGS if each in told) <= by_when[what] for what in missing
    )


@given(followed(), ladders, alarms, seconds)
def test_an_ended_assignment_is_chased_no_more(of: Followed, ladder: Ladder, raised: frozenset[What], t: int) -> None:
    for state in assignment.ENDED:
        found = look(replace(of, state=state), ladder, raised=raised, at=s(t))
        assert (found.due, found.answered, found.next_at) == ({}, raised - UNTIL_ANSWERED, None)


@given(followed(), ladders, seconds)
def test_an_acknowledged_order_is_never_chased_for_an_answer(of: Followed, ladder: Ladder, t: int) -> None:
    if of.state is not State.ASSIGNED:
        assert set(look(of, ladder, raised=(), at=s(t)).due).isdisjoint(RUNGS)
