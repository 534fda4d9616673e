"""Short of units, incidents are matched together: the urgent before the less urgent, then in time, then quick."""

from itertools import permutations
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.incident import Priority
from dispatch.matching import PRESSING, Match, Waiting, match, queue

U1, U2, U3 = (UUID(int=number) for number in (1, 2, 3))


def waiting(number: int, priority: Priority | None, left_s: float | None = 600, **eta_s: float) -> Waiting:
    units = {"a": U1, "b": U2, "c": U3}
    etas = {units[name]: value for name, value in eta_s.items()}
    return Waiting(id=UUID(int=100 + number), number=number, priority=priority, left_s=left_s, eta_s=etas)


def test_the_more_urgent_gets_the_only_unit() -> None:
    late, urgent = waiting(1, Priority.P3, a=60), waiting(2, Priority.P1, a=500)
    assert [(each.incident, each.unit) for each in match([late, urgent])] == [(urgent.id, U1)]


def test_two_are_reached_in_time_rather_than_one_very_soon() -> None:
    near_both, only_one = waiting(1, Priority.P1, a=60, b=300), waiting(2, Priority.P1, a=200, b=900)
    assert {each.incident: (each.unit, each.in_time) for each in match([near_both, only_one])} == {
        near_both.id: (U2, True),
        only_one.id: (U1, True),
    }


def test_the_queue_is_by_priority_then_by_age_and_the_unknown_goes_before_p3() -> None:
    cases = [
        waiting(1, Priority.P4),
        waiting(2, None),
        waiting(3, Priority.P3),
        waiting(4, Priority.P1),
        waiting(5, None),
    ]
    assert [each.number for each in queue(cases)] == [4, 2, 5, 3, 1]


def test_without_units_or_without_incidents_there_is_no_match() -> None:
    assert match([]) == []
    assert match([waiting(1, Priority.P1)]) == []


def test_an_incident_without_a_target_is_neither_in_time_nor_late() -> None:
    [one] = match([waiting(1, Priority.P2, None, a=60)])
    assert one == Match(incident=UUID(int=101), unit=U1, eta_s=60, in_time=None)


incidents = st.lists(
    st.builds(
        lambda priority, left_s, etas: (priority, left_s, etas),
        st.sampled_from(PRESSING),
        st.none() | st.integers(-100, 900),
        st.dictionaries(st.sampled_from([UUID(int=number) for number in range(1, 5)]), st.integers(0, 20_000)),
    ),
    max_size=4,
)


@settings(max_examples=300)
@given(incidents)
def test_no_other_matching_is_better_by_the_three_wishes(
    given_incidents: list[tuple[Priority | None, int | None, dict[UUID, int]]],
) -> None:
    cases = [
        Waiting(id=UUID(int=100 + number), number=number, priority=priority, left_s=left_s, eta_s=etas)
        for number, (priority, left_s, etas) in enumerate(given_incidents)
    ]
    chosen = match(cases)
    assert len({each.unit for each in chosen}) == len({each.incident for each in chosen}) == len(chosen)
    found = {each.incident: each.unit for each in chosen}
    assert _worth(cases, found) == max(_worth(cases, other) for other in _all(cases))


def _all(cases: list[Waiting]) -> list[dict[UUID, UUID]]:
    units: list[UUID | None] = [*(UUID(int=number) for number in range(1, 5)), *([None] * len(cases))]
    return [
        {of.id: unit for of, unit in zip(cases, order, strict=True) if unit is not None and unit in of.eta_s}
        for order in set(permutations(units, len(cases)))
    ]


def _worth(cases: list[Waiting], found: dict[UUID, UUID]) -> tuple[float, ...]:
    served = [of for of in cases if of.id in found]
    inside = sum(of.left_s is not None and of.eta_s[found[of.id]] <= of.left_s for of in served)
    counts = [sum(of.priority == priority for of in served) for priority in PRESSING]
    return (*counts, inside, -sum(min(of.eta_s[found[of.id]], 4 * 3600) for of in served))
