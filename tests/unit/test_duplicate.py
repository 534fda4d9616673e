"""A second caller is recognised by place, time and type; nothing is ever decided by it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from dispatch.duplicate import (
    AFTER_CLOSE,
    MOST,
    NEAR_S,
    VERY_NEAR_S,
    WITHIN,
    Known,
    Likeness,
    Told,
    candidates,
    likeness,
)

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TOLD = Told(type="TRA-FX", located=True, at=AT)
NEAR = Known(
    id=UUID(int=1),
    type="TRA-FX",
    last_report_at=AT - timedelta(minutes=5),
    closed_at=None,
    travel_s=60.0,
    distance_m=50.0,
)


def found(told: Told, *known: Known) -> list[UUID]:
    return [each.known.id for each in candidates(told, known)]


def test_the_same_type_near_by_and_soon_after_is_a_candidate() -> None:
    [each] = candidates(TOLD, [NEAR])
    assert (each.known.id, each.likeness) == (NEAR.id, Likeness.SAME)


def test_what_is_near_through_the_air_but_far_on_foot_is_none() -> None:
    assert found(TOLD, replace(NEAR, distance_m=80.0, travel_s=2400.0)) == []
    assert found(TOLD, replace(NEAR, distance_m=80.0, travel_s=None)) == []
    assert found(TOLD, replace(NEAR, distance_m=80.0, travel_s=2400.0, within_accuracy=True)) == [NEAR.id]


def test_what_is_long_ago_or_long_closed_is_none() -> None:
    assert found(TOLD, replace(NEAR, last_report_at=AT - WITHIN - timedelta(seconds=1))) == []
    assert found(TOLD, replace(NEAR, closed_at=AT - AFTER_CLOSE)) == [NEAR.id]
    assert found(TOLD, replace(NEAR, closed_at=AT - AFTER_CLOSE - timedelta(seconds=1))) == []


def test_another_type_is_one_only_at_the_very_spot_and_the_very_time() -> None:
    other = replace(NEAR, type="SEC-FI")
    assert found(TOLD, replace(other, travel_s=VERY_NEAR_S)) == [NEAR.id]
    assert found(TOLD, replace(other, travel_s=VERY_NEAR_S + 1)) == []
    assert found(TOLD, replace(other, last_report_at=AT - timedelta(minutes=40))) == []


def test_without_a_place_only_the_type_or_the_caller_tells() -> None:
    nowhere = replace(TOLD, located=False)
    away = replace(NEAR, travel_s=None, distance_m=None)
    assert found(nowhere, away, replace(away, id=UUID(int=2), type="TRA-SP")) == [NEAR.id]
    assert found(replace(nowhere, type=None), away) == []
    assert found(replace(nowhere, type=None), replace(away, same_caller=True)) == [NEAR.id]


def test_an_exercise_is_never_mixed_with_what_is_real() -> None:
    assert found(TOLD, replace(NEAR, exercise=UUID(int=9))) == []
    assert found(replace(TOLD, exercise=UUID(int=9)), replace(NEAR, exercise=UUID(int=9))) == [NEAR.id]


def test_the_same_caller_comes_first_then_the_type_then_who_is_nearest() -> None:
    far = replace(NEAR, id=UUID(int=2), travel_s=400.0)
    kin = replace(NEAR, id=UUID(int=3), type="TRA-SP", travel_s=10.0)
    caller = replace(NEAR, id=UUID(int=4), type="SEC-TH", travel_s=5000.0, same_caller=True)
    assert found(TOLD, far, kin, NEAR, caller) == [caller.id, NEAR.id, far.id, kin.id]


def test_types_are_compared_by_their_codes() -> None:
    said = [("TRA-FX", "TRA-FX"), ("TRA-FX", "TRA-SP"), ("TRA-FX", "MED-CA"), (None, "TRA-FX"), ("TRA-FX", None)]
    assert [likeness(*each) for each in said] == ["same", "kin", "other", "unknown", "unknown"]


seconds = st.floats(0, 4000) | st.none()
incidents = st.builds(
    Known,
    id=st.uuids(),
    type=st.sampled_from(["TRA-FX", "TRA-SP", "MED-CA", None]),
    last_report_at=st.integers(0, 10_000).map(lambda s: AT - timedelta(seconds=s)),
    closed_at=st.none(),
    travel_s=seconds,
    distance_m=st.floats(0, 3000) | st.none(),
    same_caller=st.booleans(),
)


@given(st.lists(incidents, max_size=12, unique_by=lambda each: each.id), st.randoms())
def test_the_order_they_come_in_changes_nothing_and_few_are_named(known: list[Known], random: Random) -> None:
    before = candidates(TOLD, known)
    shuffled = list(known)
    random.shuffle(shuffled)
    assert candidates(TOLD, shuffled) == before
    assert len(before) <= MOST
    assert all(
        each.known.same_caller or each.known.distance_m is None or (each.known.travel_s or 0) <= NEAR_S
        for each in before
    )
