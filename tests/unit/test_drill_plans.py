"""What a drill's people intend, without any service: the same seed, the same intentions, and nobody flies."""

import csv
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assignment import ENDED, State, after
from dispatch.drill.callers import Need, need
from dispatch.drill.calls import AT_ONCE_S, BETWEEN_S, Call, all_told, calls
from dispatch.drill.conduct import conduct, next_step
from dispatch.drill.feet import Feet
from dispatch.drill.told_time import beginning
from dispatch.drill.way import Point, Stretch, Way, distance_m, length_m, way
from dispatch.incident import AssignPolicy, Status
from dispatch.server import wire

AREA = Path(__file__).parents[2] / "areas" / "wulingyuan"
SHANGHAI = ZoneInfo("Asia/Shanghai")

seeds = st.integers(0, 10_000)
points = st.builds(Point, st.floats(110.40, 110.55), st.floats(29.30, 29.42))


def column(file: str, name: str) -> set[str]:
    with (AREA / file).open(newline="", encoding="utf-8-sig") as rows:
        return {row[name] for row in csv.DictReader(rows)}


# --- calls ---


def first(seed: int, number: int = 80) -> list[Call]:
    return list(islice(calls(seed), number))


def test_the_same_seed_brings_the_same_calls_and_another_brings_others() -> None:
    assert first(7) == first(7)
    assert first(7) != first(8)


def test_everything_is_told_before_anything_is_told_again() -> None:
    told = [each.told for each in first(3, 2 * len(all_told()))]
    assert set(told[: len(all_told())]) == set(all_told()) == set(told[len(all_told()) :])


def test_the_first_calls_come_at_once_and_the_others_one_or_two_minutes_apart() -> None:
    waits = [each.after_s for each in first(5)]
    assert sum(waits[: len(AT_ONCE_S)]) == pytest.approx(AT_ONCE_S[-1])
    assert all(BETWEEN_S[0] <= wait_s <= BETWEEN_S[1] for wait_s in waits[len(AT_ONCE_S) :])


def test_some_calls_are_left_to_people_and_callers_have_numbers_of_nobody() -> None:
    made = first(1, 200)
    policies = [each.assign for each in made]
    assert 40 <= policies.count(AssignPolicy.RECOMMEND) <= 120
    assert all(each.phone.startswith("0744-555-0") and len(each.phone) == 13 and each.name for each in made)


def test_every_call_names_a_type_and_a_place_that_the_area_has() -> None:
    places, signs = column("places.csv", "name_zh"), column("call_points.csv", "code")
    for told in all_told():
        assert told.type in column("incident_types.csv", "code"), told
        location = msgspec.convert(told.location, wire.Location)
        if location.point is None:
            assert told.where in places | signs, told


# --- conduct ---


@given(seeds, st.integers(1, 500))
def test_a_crew_comes_to_an_end_by_legal_steps_in_a_time_like_peoples(seed: int, incident: int) -> None:
    how = conduct(seed, "G5-1", incident, turnout_s=60)
    assert how == conduct(seed, "G5-1", incident, turnout_s=60)
    state, spent_s = State.ASSIGNED, 0.0
    while (due := next_step(state, how, way_s=240)) is not None:
        step, after_s = due
        assert 5 <= after_s <= 240
        state, spent_s = after(state, step), spent_s + after_s
    assert state in (State.CLEARED, State.DECLINED)
    assert spent_s < 15 * 60


def test_some_crews_decline_some_lose_signal_some_carry_and_most_do_not() -> None:
    drawn = [
        conduct(1, f"G{team}-{unit}", n, turnout_s=60) for team in range(9) for unit in range(6) for n in range(20)
    ]
    for share in (
        sum(each.declines is not None for each in drawn),
        sum(each.silence is not None for each in drawn),
        sum(each.carry_s is not None for each in drawn),
    ):
        assert 0.01 < share / len(drawn) < 0.5


# --- ways and feet ---

FLAT = 1e-3
"""Metres are measured as if the ground were flat between two points: halves add up to a thousandth."""


@st.composite
def ways(draw: st.DrawFn) -> Way:
    start = here = draw(points)
    stretches = []
    for _ in range(draw(st.integers(1, 4))):
        line = draw(st.lists(points, max_size=3))
        stretches.append((line, draw(st.floats(0.1, 600))))
        here = line[-1] if line else here
    return way(stretches, start=start, end=here)


@given(ways(), st.floats(0, 1))
def test_a_way_is_cut_and_joined_without_loss(whole: Way, share: float) -> None:
    at_s = whole.time_s * share
    there, on = whole.until(at_s), whole.after(at_s)
    assert there.time_s + on.time_s == pytest.approx(whole.time_s)
    joined = sum(length_m(each.points) for each in there.then(on).stretches)
    assert joined == pytest.approx(sum(length_m(each.points) for each in whole.stretches), rel=FLAT, abs=0.01)
    assert whole.at(0) == pytest.approx(whole.stretches[0].points[0])
    assert whole.at(whole.time_s + 1) == pytest.approx(whole.end)
    assert whole.back().at(whole.time_s - at_s) == pytest.approx(whole.at(at_s), abs=1e-6)


@given(ways(), st.floats(0, 1), st.floats(0.01, 5))
def test_nobody_moves_faster_than_the_way_says(whole: Way, share: float, step_s: float) -> None:
    at_s = whole.time_s * share
    one, other = whole.at(at_s), whole.at(at_s + step_s)
    assert one is not None
    assert other is not None
    fastest = max(length_m(each.points) / each.time_s for each in whole.stretches if each.time_s)
    assert distance_m(one, other) <= fastest * step_s * (1 + FLAT) + 0.01


@given(ways(), ways(), st.floats(0, 1.2), st.floats(0, 1.2))
def test_who_turns_back_on_the_way_comes_home(one: Way, other: Way, share: float, other_share: float) -> None:
    home = one.stretches[0].points[0]
    feet = Feet(home, pace=10)
    assert feet.home
    feet.set_out(one, 100.0)
    now = 100.0 + share * one.time_s / 10
    joined = Way((Stretch(points=(feet.at(now), other.stretches[0].points[0]), time_s=1.0),)).then(other)
    feet.set_out(joined, now)
    now += other_share * joined.time_s / 10
    feet.turn_back(now, 1.2)
    now += feet.left_s(now)
    assert feet.at(now) == pytest.approx(home, abs=1e-6)
    feet.arrive(now)
    assert feet.at(now) == pytest.approx(home, abs=1e-6)
    assert feet.home


def test_who_is_said_to_be_there_is_there() -> None:
    feet = Feet(Point(110.0, 29.0))
    feet.set_out(way([([Point(110.1, 29.0)], 600)], start=Point(110.0, 29.0), end=Point(110.1, 29.0)), 0.0)
    assert feet.at(300.0).lon == pytest.approx(110.05)
    feet.arrive(300.0)
    assert feet.at(300.0) == pytest.approx(Point(110.1, 29.0))
    assert not feet.walking


# --- the desk ---


def incident(**changed: Any) -> wire.Incident:
    """One that is open and located; nothing else counts."""
    place = wire.Place(**{**dict.fromkeys(wire.Place.__struct_fields__), "point": wire.Point(lon=110.4, lat=29.3)})
    told = {"id": UUID(int=1), "status": Status.OPEN, "place": place}
    return wire.Incident(**{**dict.fromkeys(wire.Incident.__struct_fields__), **told, **changed})


class Sent(msgspec.Struct):
    """The part of an assignment that counts."""

    state: State
    incident: UUID = UUID(int=1)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], Need.ASSIGN),
        ([State.DECLINED], Need.ASSIGN_AGAIN),
        ([State.REVOKED, State.TIMED_OUT], Need.ASSIGN_AGAIN),
        ([State.DECLINED, State.EN_ROUTE], None),
        ([State.CLEARED, State.AT_PATIENT], None),
        ([State.CLEARED, State.DECLINED], Need.CLOSE),
        (sorted(set(State) - ENDED), None),
    ],
)
def test_what_an_incident_needs_from_a_console(states: list[State], expected: Need | None) -> None:
    others = [Sent(State.EN_ROUTE, incident=uuid4())]
    assert need(incident(), [*(Sent(state) for state in states), *others]) is expected  # type: ignore[list-item]


def test_a_closed_incident_needs_nothing_and_one_without_a_place_needs_a_person() -> None:
    assert need(incident(status=Status.CLOSED), []) is None
    assert need(incident(place=None), []) is None


# --- what time it is ---


def test_a_drill_begins_today_at_its_hour_whatever_the_hour_is() -> None:
    night = datetime(2026, 5, 1, 3, 30, tzinfo=SHANGHAI)
    assert beginning(time(10), SHANGHAI, real=night, told=None) == datetime(2026, 5, 1, 10, tzinfo=SHANGHAI)
    evening = datetime(2026, 5, 1, 21, 0, tzinfo=SHANGHAI).astimezone(UTC)
    assert beginning(time(10), SHANGHAI, real=evening, told=None) == datetime(2026, 5, 1, 10, tzinfo=SHANGHAI)


@given(st.integers(0, 60 * 24 * 30), st.times(timezones=st.none()))
def test_the_next_drill_never_begins_before_the_last_one_was(minutes: int, at: time) -> None:
    told = datetime(2026, 5, 1, 10, tzinfo=SHANGHAI) + timedelta(minutes=minutes)
    begins = beginning(at, SHANGHAI, real=datetime(2026, 5, 1, tzinfo=UTC), told=told)
    assert told < begins <= told + timedelta(days=1)
