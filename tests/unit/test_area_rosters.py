"""Rosters: a repeating pattern becomes duties in the area's own days, without holes and without overlaps."""

import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dispatch.roster import FIRST_DAY, Duty, Pattern, expand, gaps, monday, overlap

SHANGHAI = ZoneInfo("Asia/Shanghai")
VIENNA = ZoneInfo("Europe/Vienna")
MONDAY = datetime.date(2026, 11, 23)


def pattern(
    unit: str = "G1-1", member: str = "A", *, day: int = 0, days: int = 1, starts: str = "08:00", hours: float = 10
) -> Pattern[str]:
    clock = datetime.time.fromisoformat(starts)
    return Pattern(unit=unit, member=member, kit=("AED",), cycle_days=days, cycle_day=day, starts=clock, hours=hours)


def utc(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


def test_a_shift_is_read_in_the_areas_time_and_given_in_utc() -> None:
    (duty,) = expand([pattern()], SHANGHAI, MONDAY, 1)
    assert duty == Duty(
        unit="G1-1", member="A", kit=("AED",), begins=utc("2026-11-23T00:00"), ends=utc("2026-11-23T10:00")
    )


def test_a_night_ends_at_the_same_time_of_day_when_the_clocks_change_in_it() -> None:
    spring = datetime.date(2026, 3, 28)
    (night,) = expand([pattern(starts="18:00", hours=14)], VIENNA, spring, 1)
    assert night.ends - night.begins == datetime.timedelta(hours=13)
    assert night.ends.astimezone(VIENNA).time() == datetime.time(8)


def test_four_crews_rotate_by_two_days_a_night_and_a_day_off() -> None:
    crew = [
        pattern(days=4, day=0),
        pattern(days=4, day=1),
        pattern(days=4, day=2, starts="18:00", hours=14),
    ]
    begun = [duty.begins.astimezone(SHANGHAI) for duty in expand(crew, SHANGHAI, FIRST_DAY, 8)]
    assert [(each.day, each.hour) for each in begun] == [(1, 8), (2, 8), (3, 18), (5, 8), (6, 8), (7, 18)]


@given(
    days=st.integers(1, 12),
    first=st.dates(datetime.date(2000, 1, 1), datetime.date(2100, 1, 1)),
    split=st.integers(0, 30),
)
def test_weeks_written_one_after_the_other_are_the_weeks_written_at_once(
    days: int, first: datetime.date, split: int
) -> None:
    patterns = [pattern(days=days, day=day, member=str(day)) for day in range(days)]
    later = first + datetime.timedelta(days=split)
    parts = [*expand(patterns, SHANGHAI, first, split), *expand(patterns, SHANGHAI, later, 30 - split)]
    assert parts == list(expand(patterns, SHANGHAI, first, 30))
    assert len(parts) == 30


shifts = st.builds(
    lambda days, day, minute, hours: Pattern(
        unit="U",
        member="M",
        kit=(),
        cycle_days=days,
        cycle_day=day % days,
        starts=datetime.time(minute // 60, minute % 60),
        hours=hours,
    ),
    st.integers(1, 6),
    st.integers(0, 5),
    st.integers(0, 24 * 60 - 1),
    st.sampled_from([0.5, 6, 10, 14, 24]),
)


@given(shifts, shifts)
def test_two_shifts_overlap_when_some_of_their_duties_do(one: Pattern[str], other: Pattern[str]) -> None:
    mine = list(expand([one], SHANGHAI, MONDAY, 62))
    theirs = list(expand([other], SHANGHAI, MONDAY, 62))
    meet = any(a.begins < b.ends and b.begins < a.ends for a in mine for b in theirs)
    assert overlap(one, other) == meet == overlap(other, one)


def test_a_gap_is_told_by_its_day_and_clock() -> None:
    day = pattern(starts="08:00", hours=10)
    night = pattern(starts="18:30", hours=13.5)
    (gap,) = gaps([day, night])
    assert (gap.day, gap.clock) == (0, "18:00")
    assert [gap.clock for gap in gaps([day])] == ["18:00"]
    assert gaps([day, pattern(starts="18:00", hours=14)]) == []


def test_a_team_without_any_shift_is_one_long_gap() -> None:
    assert [(gap.day, gap.clock) for gap in gaps([])] == [(0, "00:00")]


@given(st.lists(shifts, min_size=1, max_size=4))
def test_there_is_no_gap_exactly_when_every_minute_of_the_cycle_is_manned(patterns: list[Pattern[str]]) -> None:
    duties = list(expand(patterns, SHANGHAI, FIRST_DAY, 130))
    begin = datetime.datetime.combine(FIRST_DAY + datetime.timedelta(days=2), datetime.time(), tzinfo=SHANGHAI)
    minutes = [begin + datetime.timedelta(minutes=30 * number) for number in range(48 * 60)]
    edges = sorted({duty.ends for duty in duties if begin <= duty.ends < minutes[-1]} | {*minutes[:48]})
    manned = all(any(duty.begins <= at < duty.ends for duty in duties) for at in edges)
    assert (gaps(patterns) == []) == manned


def test_the_week_begins_on_monday() -> None:
    assert {monday(MONDAY + datetime.timedelta(days=day)) for day in range(7)} == {MONDAY}
