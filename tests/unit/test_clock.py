"""The ten-minute clock: no interval is made up, no target is missed by a wrong clock in somebody's hand."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dispatch.clock import (
    Marks,
    alarm_processing_s,
    corrected,
    response_time_s,
    target_s,
    travel_s,
    turnout_s,
    within_target,
)

NINE = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


moments = st.floats(0, 86_400).map(after)
some = st.none() | moments
everywhen = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-11))]))


# --- intervals ---


def test_the_intervals_of_one_call() -> None:
    marks = Marks(
        reported_at=NINE,
        located_at=after(20),
        assigned_at=after(45),
        en_route_at=after(95),
        at_patient_at=after(575),
    )
    assert (alarm_processing_s(marks), turnout_s(marks), travel_s(marks)) == (45, 50, 480)
    assert response_time_s(marks) == 575


def test_nothing_is_known_of_a_report_just_taken() -> None:
    marks = Marks(reported_at=NINE)
    assert {each(marks) for each in (alarm_processing_s, turnout_s, travel_s, response_time_s)} == {None}
    assert within_target(marks, 600) is None


@given(some, some, some)
def test_an_interval_with_a_missing_end_is_none_and_never_zero(
    assigned: datetime | None, en_route: datetime | None, at_patient: datetime | None
) -> None:
    marks = Marks(reported_at=NINE, assigned_at=assigned, en_route_at=en_route, at_patient_at=at_patient)
    assert (alarm_processing_s(marks) is None) == (assigned is None)
    assert (turnout_s(marks) is None) == (None in (assigned, en_route))
    assert (travel_s(marks) is None) == (None in (en_route, at_patient))
    assert (response_time_s(marks) is None) == (at_patient is None)


@given(moments, moments, moments)
def test_the_three_parts_add_up_to_the_response_time(one: datetime, two: datetime, three: datetime) -> None:
    marks = Marks(reported_at=NINE, assigned_at=one, en_route_at=two, at_patient_at=three)
    parts = [alarm_processing_s(marks), turnout_s(marks), travel_s(marks)]
    assert sum(part for part in parts if part is not None) == pytest.approx(response_time_s(marks), abs=1e-3)


def test_marks_told_in_two_time_zones_are_the_same_instants() -> None:
    there = timezone(timedelta(hours=8))
    marks = Marks(reported_at=NINE, at_patient_at=after(300).astimezone(there))
    assert response_time_s(marks) == 300


# --- target ---


@pytest.mark.parametrize(("took_s", "held"), [(599.9, True), (600, True), (600.1, False)])
def test_ten_minutes_are_held_to_the_second(took_s: float, held: bool) -> None:
    assert within_target(Marks(reported_at=NINE, at_patient_at=after(took_s)), 600) is held


def test_without_a_target_nothing_is_held_or_missed() -> None:
    assert within_target(Marks(reported_at=NINE, at_patient_at=after(60)), None) is None


@pytest.mark.parametrize(
    ("card_s", "has_card", "cell_s", "expected"),
    [
        (300, True, None, 300),
        (1800, True, None, 1800),
        (600, True, 900, 900),
        (1800, True, 900, 1800),
        (300, True, 240, 300),
        (None, False, None, 600),
        (None, False, 900, 900),
        (None, False, 300, 600),
        (None, True, None, None),
        (None, True, 900, None),
    ],
    ids=[
        "the card says",
        "the card may allow longer",
        "the cell allows longer",
        "the longer of the two counts",
        "a cell never makes it shorter",
        "no card: the area",
        "no card, and the cell allows longer",
        "no card, and the cell never makes it shorter",
        "a search has none",
        "a search has none in any cell",
    ],
)
def test_which_target_counts(card_s: int | None, has_card: bool, cell_s: int | None, expected: int | None) -> None:
    assert target_s(card_s=card_s, has_card=has_card, cell_s=cell_s, area_s=600) == expected


# --- device time ---


def test_a_device_ten_minutes_fast_or_slow_tells_the_same_as_a_right_one() -> None:
    arrived, told = after(300), after(330)
    for error in (timedelta(0), timedelta(minutes=10), timedelta(minutes=-10), timedelta(days=-20_000)):
        assert corrected(arrived + error, device_now=told + error, at=told, not_before=NINE) == arrived


def test_a_press_sent_after_an_hour_without_signal_keeps_its_own_time() -> None:
    assert corrected(after(300), device_now=after(3900), at=after(3900), not_before=NINE) == after(300)


def test_without_a_device_time_it_happened_when_it_reached_us() -> None:
    assert corrected(None, device_now=after(700), at=after(60)) == after(60)


def test_a_device_that_does_not_tell_its_clock_is_believed_within_what_can_be() -> None:
    assert corrected(after(30), device_now=None, at=after(60), not_before=NINE) == after(30)
    assert corrected(after(90), device_now=None, at=after(60), not_before=NINE) == after(60)
    assert corrected(after(-90), device_now=None, at=after(60), not_before=NINE) == NINE


@given(everywhen, st.none() | everywhen, moments, moments)
def test_no_device_time_lies_after_its_receipt_nor_before_it_can_have_happened(
    device_at: datetime, device_now: datetime | None, at: datetime, not_before: datetime
) -> None:
    assume(not_before <= at)
    assert not_before <= corrected(device_at, device_now=device_now, at=at, not_before=not_before) <= at


@given(everywhen, everywhen, moments)
def test_the_wildest_clock_never_loses_what_a_device_says(
    device_at: datetime, device_now: datetime, at: datetime
) -> None:
    assert corrected(device_at, device_now=device_now, at=at) <= at


@given(st.floats(0, 7200), st.timedeltas(timedelta(days=-3650), timedelta(days=3650)))
def test_no_error_of_the_device_clock_moves_what_it_tells(ago_s: float, error: timedelta) -> None:
    at = after(7200)
    happened = at - timedelta(seconds=ago_s)
    assert corrected(happened + error, device_now=at + error, at=at) == happened
