"""What is entered afterwards must have been possible; whatever was not is named, all of it at once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.late import BETWEEN, OLDEST, Fault, Problem, Taken, Went, problems

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return AT - timedelta(minutes=minutes)


def went(unit: str = "G5-3", begin: float = 55, end: float = 20, **more: datetime | None) -> Went:
    return Went(unit=unit, assigned_at=ago(begin), cleared_at=ago(end), between={**dict.fromkeys(BETWEEN), **more})


def found(*units: Went, taken: list[Taken] | None = None, reported: float = 60, closed: float = 10) -> list[Problem]:
    return problems(reported_at=ago(reported), closed_at=ago(closed), went=units, taken=taken or [], at=AT)


def test_times_in_their_order_are_possible_though_some_are_not_known() -> None:
    assert found(went(at_patient_at=ago(40), moving_at=ago(30))) == []
    assert found() == []


@pytest.mark.parametrize(
    ("reported", "closed", "problem"),
    [
        (-1, -2, Problem(field="reported_at", fault=Fault.AHEAD)),
        (60, -1, Problem(field="closed_at", fault=Fault.AHEAD)),
        (5, 10, Problem(field="closed_at", fault=Fault.BEFORE, other="reported_at")),
        (OLDEST.total_seconds() / 60 + 1, 10, Problem(field="reported_at", fault=Fault.TOO_OLD)),
    ],
)
def test_what_lies_ahead_too_far_back_or_the_wrong_way_round_is_named(
    reported: float, closed: float, problem: Problem
) -> None:
    assert problem in found(reported=reported, closed=closed)


def test_every_time_out_of_order_is_named_with_the_one_before_it() -> None:
    assert found(went(begin=70, at_patient_at=ago(15), moving_at=ago(30))) == [
        Problem(field="units.0.assigned_at", fault=Fault.BEFORE, other="reported_at"),
        Problem(field="units.0.moving_at", fault=Fault.BEFORE, other="units.0.at_patient_at"),
    ]
    assert found(went(end=5)) == [Problem(field="closed_at", fault=Fault.BEFORE, other="units.0.cleared_at")]


def test_a_unit_cannot_have_been_on_two_incidents_at_once_though_one_may_follow_at_once_on_the_other() -> None:
    there = Taken(unit="G5-3", number=7, since=ago(30), until=ago(5))
    elsewhere = Problem(field="units.0.assigned_at", fault=Fault.ELSEWHERE, other="7")
    assert found(went(), taken=[there]) == [elsewhere]
    assert found(went(end=30), taken=[there]) == []
    assert found(went(unit="G5-2"), taken=[there]) == []
    assert found(went(), taken=[Taken(unit="G5-3", number=7, since=ago(21), until=None)]) == [elsewhere]


def test_nor_twice_in_the_same_form() -> None:
    assert found(went(), went(begin=25)) == [
        Problem(field="units.1.assigned_at", fault=Fault.ELSEWHERE, other="units.0")
    ]
    assert found(went(end=40), went(begin=40)) == []


minutes = st.floats(-10, 100)


@given(st.lists(st.tuples(minutes, minutes), max_size=5), st.lists(st.tuples(minutes, minutes), max_size=3))
def test_what_is_let_through_never_overlaps(mine: list[tuple[float, float]], theirs: list[tuple[float, float]]) -> None:
    taken = [Taken(unit="G5-3", number=n, since=ago(max(t)), until=ago(min(t))) for n, t in enumerate(theirs)]
    units = [went(begin=max(each), end=min(each)) for each in mine]
    if found(*units, taken=taken) == []:
        spans = [(each.assigned_at, each.cleared_at) for each in units]
        others = [(each.since, each.until or AT) for each in taken]
        for number, (begin, end) in enumerate(spans):
            for other_begin, other_end in [*spans[:number], *others]:
                assert end <= other_begin or other_end <= begin
