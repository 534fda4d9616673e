"""Where a unit is believed to be and whether it can be sent: nobody who is not there is sent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import assignment
from dispatch.unit import (
    AT_POST_M,
    OLDEST_POSITION,
    Errand,
    Fix,
    PositionSource,
    State,
    Unit,
    as_seen_by,
    believed_position,
    capabilities,
    persons,
    state,
)

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
POST_LON, POST_LAT = 110.45, 29.35
AWAY_LON, AWAY_LAT = 110.47, 29.36
THERE_LON, THERE_LAT = 110.43, 29.33


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def unit(**facts: object) -> Unit:
    """On duty at its post for three hours, nothing reported; ``facts`` say otherwise."""
    usual = Unit(
        id=UUID(int=1),
        code="G4-2",
        team="G4",
        vehicle=None,
        turnout_s=60,
        post_lon=POST_LON,
        post_lat=POST_LAT,
        people=(frozenset({"FA"}), frozenset({"FA"})),
        duty_from=ago(180),
    )
    return replace(usual, **facts)  # type: ignore[arg-type]


def fix(minutes_ago: float, lon: float = AWAY_LON, lat: float = AWAY_LAT) -> Fix:
    return Fix(lon=lon, lat=lat, source=PositionSource.DEVICE, at=ago(minutes_ago))


def errand(minutes_ago: float, *, set_out: bool = True, arrived: bool = True) -> Errand:
    return Errand(ended_at=ago(minutes_ago), set_out=set_out, arrived=arrived, lon=THERE_LON, lat=THERE_LAT)


def place(of: Unit) -> tuple[float, float, PositionSource] | None:
    found = believed_position(of, NOW)
    return None if found is None else (found.lon, found.lat, found.source)


AT_POST = (POST_LON, POST_LAT, PositionSource.POST)
AWAY = (AWAY_LON, AWAY_LAT, PositionSource.DEVICE)
THERE = (THERE_LON, THERE_LAT, PositionSource.INCIDENT)


# --- where it is believed to be ---


def test_on_duty_with_nothing_reported_it_is_at_its_post_since_the_duty_began() -> None:
    assert place(unit()) == AT_POST
    found = believed_position(unit(), NOW)
    assert found is not None
    assert found.at == ago(180)


@pytest.mark.parametrize("gone", [{"post_lon": None, "post_lat": None}, {"duty_from": None}])
def test_without_a_post_or_a_duty_and_with_nothing_reported_nobody_knows(gone: dict[str, None]) -> None:
    assert place(unit(**gone)) is None


def test_a_recent_report_counts_more_than_the_post() -> None:
    assert place(unit(fix=fix(5))) == AWAY


@pytest.mark.parametrize(
    ("minutes_ago", "known"), [(0, True), (29.9, True), (30, True), (30.1, False), (170, False)], ids=str
)
def test_an_old_report_from_elsewhere_says_nothing_and_the_post_is_not_assumed(minutes_ago: float, known: bool) -> None:
    assert place(unit(fix=fix(minutes_ago))) == (AWAY if known else None)
    assert timedelta(minutes=30) == OLDEST_POSITION


def test_an_old_report_from_the_post_still_means_the_post() -> None:
    near_lat = POST_LAT + 0.9 * AT_POST_M / 111_320
    far_lat = POST_LAT + 1.1 * AT_POST_M / 111_320
    assert place(unit(fix=fix(170, POST_LON, near_lat))) == (POST_LON, near_lat, PositionSource.DEVICE)
    assert place(unit(fix=fix(170, POST_LON, far_lat))) is None


def test_what_was_reported_before_the_duty_was_another_crew() -> None:
    assert place(unit(fix=fix(181))) == AT_POST
    assert place(unit(errand=errand(181))) == AT_POST


def test_after_an_errand_that_arrived_it_is_where_it_was_sent() -> None:
    assert place(unit(errand=errand(10))) == THERE


def test_half_an_hour_after_an_errand_nobody_knows() -> None:
    assert place(unit(errand=errand(31))) is None


def test_after_an_errand_that_never_arrived_nobody_knows() -> None:
    assert place(unit(errand=errand(1, arrived=False))) is None
    assert place(unit(errand=errand(1, arrived=False), fix=fix(20))) is None


def test_an_arrival_at_a_place_that_is_not_known_tells_nothing() -> None:
    assert place(unit(errand=replace(errand(1), lon=None, lat=None))) is None


def test_an_errand_declined_before_setting_out_moved_nobody() -> None:
    assert place(unit(errand=errand(1, set_out=False, arrived=False))) == AT_POST
    assert place(unit(errand=errand(1, set_out=False, arrived=False), fix=fix(5))) == AWAY


@pytest.mark.parametrize("arrived", [True, False])
def test_the_newest_of_report_and_errand_counts(arrived: bool) -> None:
    assert place(unit(fix=fix(3), errand=errand(10, arrived=arrived))) == AWAY
    assert place(unit(fix=fix(10), errand=errand(3, arrived=arrived))) == (THERE if arrived else None)


def test_said_to_be_back_at_its_post_it_is_there_whatever_was_known_before() -> None:
    for before in ({"fix": fix(20)}, {"errand": errand(20)}, {"errand": errand(20, arrived=False)}):
        back = unit(said_at_post_at=ago(15), **before)
        assert place(back) == AT_POST
        found = believed_position(back, NOW)
        assert found is not None
        assert found.at == ago(15)


def test_what_is_reported_after_it_was_said_to_be_back_counts_again() -> None:
    assert place(unit(said_at_post_at=ago(15), fix=fix(3))) == AWAY


def test_back_at_its_post_yesterday_says_nothing_of_today() -> None:
    assert place(unit(said_at_post_at=ago(300), errand=errand(10))) == THERE


minutes = st.integers(0, 400)
fixes = st.none() | st.builds(fix, minutes)
errands = st.none() | st.builds(errand, minutes, set_out=st.booleans(), arrived=st.booleans())
stories = st.builds(
    unit,
    fix=fixes,
    errand=errands,
    said_at_post_at=st.none() | minutes.map(ago),
    duty_from=st.none() | minutes.map(ago),
)


@given(stories)
def test_no_unit_is_believed_anywhere_that_nobody_told_of_and_nowhere_else_on_old_news(story: Unit) -> None:
    found = believed_position(story, NOW)
    if found is None:
        return
    if found.source is PositionSource.POST:
        assert found.at in (story.duty_from, story.said_at_post_at)
        return
    told: list[tuple[datetime, float | None, float | None]] = []
    if story.fix is not None:
        told.append((story.fix.at, story.fix.lon, story.fix.lat))
    if story.errand is not None and story.errand.arrived:
        told.append((story.errand.ended_at, story.errand.lon, story.errand.lat))
    assert (found.at, found.lon, found.lat) in told
    assert NOW - found.at <= OLDEST_POSITION
    assert story.duty_from is None or found.at >= story.duty_from


@given(stories)
def test_who_was_sent_out_and_not_heard_of_since_is_not_believed_at_its_post(story: Unit) -> None:
    gone = story.errand
    since = max((each for each in (story.duty_from, story.said_at_post_at) if each), default=None)
    if gone is not None and gone.set_out and since is not None and gone.ended_at >= since:
        assert (found := believed_position(story, NOW)) is None or found.source is not PositionSource.POST


# --- whether it can be sent ---


def test_a_unit_at_its_post_with_people_is_free() -> None:
    assert state(unit(), NOW) is State.FREE


def test_the_first_obstacle_is_the_one_that_is_told() -> None:
    hindered = unit(
        open_assignment=assignment.State.ASSIGNED,
        people=(),
        available=False,
        in_contact=False,
        errand=errand(1, arrived=False),
    )
    cured: list[dict[str, object]] = [
        {"open_assignment": None},
        {"people": (frozenset[str](),)},
        {"available": True},
        {"in_contact": True},
        {"errand": None},
    ]
    seen = [state(hindered, NOW)]
    for cure in cured:
        hindered = replace(hindered, **cure)  # type: ignore[arg-type]
        seen.append(state(hindered, NOW))
    assert seen == [
        State.BUSY,
        State.OFF_DUTY,
        State.UNAVAILABLE,
        State.OUT_OF_CONTACT,
        State.NO_POSITION,
        State.FREE,
    ]


@given(
    stories,
    st.none() | st.sampled_from(sorted(assignment.OPEN)),
    st.booleans(),
    st.booleans(),
    st.sampled_from([(), (frozenset({"FA"}),)]),
)
def test_only_who_has_people_contact_a_place_and_nothing_else_to_do_is_free(
    story: Unit,
    busy: assignment.State | None,
    available: bool,
    in_contact: bool,
    people: tuple[frozenset[str], ...],
) -> None:
    one = replace(story, open_assignment=busy, available=available, in_contact=in_contact, people=people)
    can_go = bool(busy is None and available and in_contact and people and believed_position(one, NOW))
    assert (state(one, NOW) is State.FREE) == can_go


# --- what its people can do ---


def test_the_kit_serves_each_of_the_people_and_nobody_learns_from_another() -> None:
    crew = persons([["FA"], ["STR"]], ["AED"])
    assert crew == (frozenset({"FA", "AED"}), frozenset({"STR", "AED"}))
    assert capabilities(crew) == {"AED": 2, "FA": 1, "STR": 1}


def test_a_kit_without_people_can_do_nothing() -> None:
    assert persons([], ["AED"]) == ()
    assert capabilities(()) == {}


def test_a_real_incident_finds_a_unit_free_that_is_busy_in_an_exercise_only() -> None:
    playing = unit(open_assignment=assignment.State.EN_ROUTE, in_exercise=True)
    assert state(as_seen_by(playing, exercise=False), NOW) is State.FREE
    assert state(as_seen_by(playing, exercise=True), NOW) is State.BUSY
    working = unit(open_assignment=assignment.State.EN_ROUTE)
    assert as_seen_by(working, exercise=False) is working
