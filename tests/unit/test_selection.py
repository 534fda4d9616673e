"""Who is sent, told by small cases and held against every possible choice tried out one by one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from random import Random
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dispatch.run_card import Need
from dispatch.selection import MEDICAL, Choice, Verdict, Weighed, Why, recommend
from dispatch.unit import State


def need(people: int, *capabilities: str) -> Need:
    return Need(people=people, capabilities=frozenset(capabilities))


def crew(number: int, eta_s: float | None, *people: str, state: State = State.FREE, here: bool = False) -> Weighed:
    """A unit whose people are given as ``FA+MED``; an empty text is somebody without a capability."""
    return Weighed(
        id=UUID(int=number),
        code=f"U{number}",
        state=state,
        people=tuple(frozenset(filter(None, person.split("+"))) for person in people),
        eta_s=eta_s,
        on_this_incident=here,
    )


def codes(choice: Choice) -> list[str]:
    return [each.code for each in choice.verdicts if each.chosen]


def why(choice: Choice) -> dict[str, Why]:
    return {each.code: each.why for each in choice.verdicts}


# --- small cases, one question each ---


def test_the_nearest_that_can_help_goes() -> None:
    choice = recommend([need(2, "FA")], [], [crew(1, 300, "FA", "FA"), crew(2, 200, "FA", "FA"), crew(3, 100, "ROPE")])
    assert codes(choice) == ["U2"]
    assert why(choice) == {"U2": Why.FIRST, "U1": Why.NOT_NEEDED, "U3": Why.NOTHING_TO_ADD}


def test_a_card_that_asks_for_nobody_sends_nobody() -> None:
    choice = recommend([], [], [crew(1, 100, "FA")])
    assert (choice.chosen, choice.shortfalls, why(choice)) == ((), (), {"U1": Why.NOT_NEEDED})


def test_with_nobody_at_all_everything_is_lacking() -> None:
    choice = recommend([need(2, "FA")], [need(1, MEDICAL)], [])
    assert [(each.people, set(each.capabilities), each.tier) for each in choice.shortfalls] == [
        (2, {"FA"}, 1),
        (1, {MEDICAL}, 2),
    ]


def test_one_firefighter_in_each_crew_means_four_crews_for_four_firefighters() -> None:
    choice = recommend([need(4, "FIRE")], [], [crew(number, 100.0 * number, "FIRE") for number in range(1, 7)])
    assert codes(choice) == ["U1", "U2", "U3", "U4"]
    assert not choice.shortfalls


def test_a_doctor_far_away_does_not_keep_the_near_helpers_at_home() -> None:
    units = [crew(1, 300, "FA"), crew(2, 360, "FA"), crew(3, 3600, "FA+MED")]
    choice = recommend([need(2, "FA")], [need(1, MEDICAL)], units)
    assert why(choice) == {"U1": Why.FIRST, "U2": Why.NEEDED, "U3": Why.MEDICAL}


def test_a_doctor_on_the_way_serves_both_tiers() -> None:
    units = [crew(1, 300, "FA"), crew(2, 320, "FA+MED"), crew(3, 360, "FA")]
    assert codes(recommend([need(2, "FA")], [need(1, MEDICAL)], units)) == ["U1", "U2"]


def test_medical_skill_is_sent_once() -> None:
    units = [crew(1, 900, "FA+MED", state=State.BUSY, here=True), crew(2, 300, "FA"), crew(3, 400, "FA+MED")]
    assert codes(recommend([need(2, "FA")], [need(1, MEDICAL)], units)) == ["U2"]


def test_of_two_crews_at_the_same_post_the_one_that_is_enough_goes_alone() -> None:
    units = [crew(1, 100, "STR"), crew(2, 100, "STR", "STR", "STR", "STR")]
    choice = recommend([need(4, "STR")], [], units)
    assert why(choice) == {"U2": Why.FIRST, "U1": Why.NOT_NEEDED}


def test_who_is_there_takes_the_place_that_leaves_work_for_those_who_are_free() -> None:
    there = crew(1, None, "FA+ROPE", state=State.BUSY, here=True)
    for free, other in (("FA", "ROPE"), ("ROPE", "FA")):
        for needs in ([need(1, free), need(1, other)], [need(1, other), need(1, free)]):
            choice = recommend(needs, [], [there, crew(2, 600, free)])
            assert codes(choice) == ["U2"]
            assert not choice.shortfalls


def test_a_second_tier_that_can_be_met_is_not_called_short() -> None:
    units = [crew(1, 100, "FA"), crew(2, 200, "FA+MED"), crew(3, 300, "FA+MED")]
    choice = recommend([need(1, "FA")], [need(2, MEDICAL)], units)
    assert codes(choice) == ["U1", "U2"]
    assert not choice.shortfalls


def test_what_is_lacking_is_the_rare_skill_that_is_lacking() -> None:
    choice = recommend([need(1), need(2, "ROPE")], [], [crew(1, 100, "ROPE")])
    assert {(each.people, each.capabilities) for each in choice.shortfalls} == {
        (1, frozenset()),
        (1, frozenset({"ROPE"})),
    }


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (State.OFF_DUTY, Why.OFF_DUTY),
        (State.UNAVAILABLE, Why.UNAVAILABLE),
        (State.OUT_OF_CONTACT, Why.OUT_OF_CONTACT),
        (State.NO_POSITION, Why.NO_POSITION),
        (State.BUSY, Why.BUSY),
    ],
)
def test_whoever_is_not_free_stays_however_near_and_the_reason_is_told(state: State, reason: Why) -> None:
    choice = recommend([need(1, "FA")], [], [crew(1, 10, "FA", state=state), crew(2, 600, "FA")])
    assert codes(choice) == ["U2"]
    assert why(choice)["U1"] is reason


def test_every_state_but_free_has_its_reason() -> None:
    for state in set(State) - {State.FREE}:
        assert why(recommend([need(1)], [], [crew(1, 10, "FA", state=state)]))["U1"].name == state.name


def test_who_cannot_be_timed_is_last_and_stays() -> None:
    units = [crew(1, None, "FA"), crew(2, 10, "FA", state=State.BUSY), crew(3, 5000, "ROPE"), crew(4, 600, "FA")]
    choice = recommend([need(1, "FA")], [], units)
    assert [each.code for each in choice.verdicts] == ["U4", "U3", "U2", "U1"]
    assert why(choice)["U1"] is Why.UNREACHABLE


def test_a_large_call_on_every_unit_is_decided_too() -> None:
    people = ["FA+STR", "FA+STR+DRV", "STR+FIRE", "STR"]
    units = [crew(number, 60.0 * number, *people[: 2 + number % 3]) for number in range(1, 50)]
    units += [crew(number, 60.0 * number, "STR+ROPE", "STR+ROPE") for number in range(50, 55)]
    choice = recommend([need(40, "STR"), need(16, "FA"), need(4, "ROPE")], [need(1, MEDICAL)], units)
    assert {"U1", "U50", "U51"} <= set(codes(choice))
    assert [(each.people, each.tier) for each in choice.shortfalls] == [(1, 2)]


# --- whatever the units and the card ---


SKILLS = ("FA", "ROPE", MEDICAL)
skill_sets = st.sampled_from([frozenset(few) for size in range(3) for few in combinations(SKILLS, size)])
needs_lists = st.lists(st.builds(Need, people=st.integers(1, 3), capabilities=skill_sets), max_size=3)
second_tiers = st.just([need(1, MEDICAL)]) | needs_lists


@st.composite
def some_units(draw: st.DrawFn) -> list[Weighed]:
    """Few enough to try every choice, with times that meet often, some of them busy, some on the incident."""
    made = []
    for number in range(draw(st.integers(0, 5))):
        here = draw(st.integers(0, 5)) == 5
        state = State.BUSY if here else draw(st.sampled_from([State.FREE] * 9 + [*State]))
        made.append(
            Weighed(
                id=UUID(int=number),
                code=f"U{number}",
                state=state,
                people=tuple(draw(st.lists(skill_sets, min_size=1, max_size=3))),
                eta_s=draw(st.sampled_from([60.0, 120.0, 180.0, 240.0, None])),
                on_this_incident=here,
            )
        )
    return made


@dataclass(frozen=True)
class Case:
    needs: Sequence[Need]
    second_tier: Sequence[Need]
    units: Sequence[Weighed]

    @cached_property
    def choice(self) -> Choice:
        return recommend(self.needs, self.second_tier, self.units)

    @property
    def here(self) -> list[Weighed]:
        return [each for each in self.units if each.on_this_incident]

    @property
    def free(self) -> list[Weighed]:
        return [each for each in self.units if each.state is State.FREE and each.eta_s is not None]

    @property
    def wants_medical(self) -> bool:
        asked = any(MEDICAL in each.capabilities for each in (*self.needs, *self.second_tier))
        return asked and not any(map(is_medical, self.here))

    def filled(self, units: Iterable[Weighed], needs: Sequence[Need] | None = None) -> int:
        """How many of the people asked for these units bring, those on the incident included."""
        people = [person for each in (*self.here, *units) for person in each.people]
        return most_filled(self.needs if needs is None else needs, people)

    def useful(self, each: Weighed) -> bool:
        return self.filled([each]) > self.filled([])

    def helps(self, each: Weighed) -> bool:
        """Somebody of the unit has part of what a person would need who fills a place still empty."""
        whole = [need.capabilities for need in self.needs]
        wanting = [kind for kind in whole if self.filled([replace(each, people=(kind,))]) > self.filled([])]
        return any(not kind or kind & person for kind in wanting for person in each.people)

    def picked(self) -> list[Weighed]:
        return [each for each in self.units if each.id in self.choice.chosen]


cases = st.builds(Case, needs=needs_lists, second_tier=second_tiers, units=some_units())


def is_medical(each: Weighed) -> bool:
    return any(MEDICAL in person for person in each.people)


def eta(each: Weighed | Verdict) -> float:
    assert each.eta_s is not None
    return each.eta_s


def most_filled(needs: Sequence[Need], people: Sequence[frozenset[str]]) -> int:
    """By trying, for every person in turn, every kind of place and none."""
    places = Counter[frozenset[str]]()
    for each in needs:
        places[each.capabilities] += each.people

    @cache
    def best(person: int, left: tuple[int, ...]) -> int:
        if person == len(people):
            return 0
        result = best(person + 1, left)
        for number, kind in enumerate(places):
            if left[number] and kind <= people[person]:
                less = (*left[:number], left[number] - 1, *left[number + 1 :])
                result = max(result, 1 + best(person + 1, less))
        return result

    return best(0, tuple(places.values()))


@given(cases)
def test_every_unit_has_one_verdict_and_nobody_is_named_twice(case: Case) -> None:
    choice = case.choice
    assert sorted(each.id for each in choice.verdicts) == sorted(each.id for each in case.units)
    assert len(set(choice.chosen)) == len(choice.chosen)
    assert choice.chosen == tuple(each.id for each in choice.verdicts if each.chosen)


@given(cases, st.randoms(use_true_random=False))
def test_the_order_of_the_units_does_not_matter(case: Case, random: Random) -> None:
    shuffled = list(case.units)
    random.shuffle(shuffled)
    assert recommend(case.needs, case.second_tier, shuffled) == case.choice


@given(cases, st.data())
def test_a_unit_that_declined_is_passed_over_as_if_it_were_not_there(case: Case, data: st.DataObject) -> None:
    assume(case.free)
    one = data.draw(st.sampled_from(case.free))
    declining = replace(one, declined="车辆故障")
    choice = recommend(case.needs, case.second_tier, [declining if each is one else each for each in case.units])
    without = recommend(case.needs, case.second_tier, [each for each in case.units if each is not one])
    assert why(choice)[one.code] is Why.DECLINED
    assert (choice.chosen, choice.shortfalls) == (without.chosen, without.shortfalls)


@given(cases)
def test_only_the_free_who_can_be_timed_are_chosen_and_in_order_of_arrival(case: Case) -> None:
    picked = case.picked()
    assert all(each in case.free for each in picked)
    times = [eta(each) for each in case.choice.verdicts if each.chosen]
    assert times == sorted(times)


@given(cases)
def test_no_free_unit_that_could_begin_to_help_could_have_arrived_before_the_first(case: Case) -> None:
    soonest = min((eta(each) for each in case.free if case.helps(each)), default=None)
    firsts = [each for each in case.choice.verdicts if each.why is Why.FIRST]
    assert [eta(each) for each in firsts] == ([] if soonest is None else [soonest])


def test_a_first_aider_a_minute_away_goes_to_a_cardiac_arrest_though_the_aed_comes_from_elsewhere() -> None:
    near = Weighed(id=UUID(int=1), code="near", state=State.FREE, people=(frozenset({"FA"}),) * 3, eta_s=60)
    far = Weighed(id=UUID(int=2), code="far", state=State.FREE, people=(frozenset({"FA", "AED"}),) * 3, eta_s=2400)
    card = [Need(people=2, capabilities=frozenset({"FA", "AED"}))]
    assert recommend(card, [], [near, far]).chosen == (near.id, far.id)
    alone = recommend(card, [], [near])
    assert alone.chosen == (near.id,)
    assert [(each.people, each.tier) for each in alone.shortfalls] == [(2, 1)]


@given(cases)
def test_no_free_medical_skill_could_have_arrived_before_the_one_that_is_sent(case: Case) -> None:
    assume(case.wants_medical)
    soonest = min((eta(each) for each in case.free if is_medical(each)), default=None)
    assert min((eta(each) for each in case.picked() if is_medical(each)), default=None) == soonest


@settings(max_examples=200)
@given(cases)
def test_the_card_is_filled_as_far_and_as_soon_as_anybody_can_and_by_the_fewest(case: Case) -> None:
    picked, most = case.picked(), case.filled(case.free)

    def full_at(units: Iterable[Weighed]) -> float | None:
        """When these units have brought all that can be brought; None if they never do."""
        units = list(units)
        for moment in (0.0, *sorted(eta(each) for each in units)):
            if case.filled(each for each in units if eta(each) <= moment) == most:
                return moment
        return None

    soonest = full_at(case.free)
    assert full_at(picked) == soonest

    first = min((eta(each) for each in case.free if case.helps(each)), default=None)
    medic = min((eta(each) for each in case.free if is_medical(each)), default=None) if case.wants_medical else None

    def as_good(units: Sequence[Weighed]) -> bool:
        return (
            (first is None or any(eta(each) == first and case.helps(each) for each in units))
            and (medic is None or any(eta(each) == medic and is_medical(each) for each in units))
            and full_at(units) == soonest
        )

    assert as_good(picked)
    assert not any(as_good(units) for size in range(len(picked)) for units in combinations(case.free, size))


@given(cases)
def test_people_found_and_people_lacking_are_the_people_asked_for(case: Case) -> None:
    lacking = {tier: [each for each in case.choice.shortfalls if each.tier == tier] for tier in (1, 2)}
    asked = sum(each.people for each in case.needs)
    assert sum(each.people for each in lacking[1]) == asked - case.filled(case.picked())
    medical = [each for each in case.second_tier if MEDICAL in each.capabilities]
    assert sum(each.people for each in lacking[2]) == sum(each.people for each in medical) - case.filled(
        case.free, medical
    )
    wanted = Counter[tuple[int, frozenset[str]]]()
    for tier, needs in ((1, case.needs), (2, case.second_tier)):
        for each in needs:
            wanted[tier, each.capabilities] += each.people
    for short in case.choice.shortfalls:
        assert 0 < short.people <= wanted[short.tier, short.capabilities]


@given(cases, st.lists(skill_sets, min_size=1, max_size=3), st.integers(1, 5))
def test_one_more_free_unit_never_makes_the_first_arrival_later(
    case: Case, people: list[frozenset[str]], minutes: int
) -> None:
    more = Weighed(id=UUID(int=99), code="U99", state=State.FREE, people=tuple(people), eta_s=60.0 * minutes)

    def first(units: Sequence[Weighed]) -> float:
        verdicts = recommend(case.needs, case.second_tier, units).verdicts
        return min((eta(each) for each in verdicts if each.why is Why.FIRST), default=float("inf"))

    assert first([*case.units, more]) <= first(case.units)


@given(cases)
def test_who_is_free_but_stays_is_told_the_truth(case: Case) -> None:
    unfilled = sum(each.people for each in case.needs) > case.filled([])
    for verdict, each in zip(case.choice.verdicts, _in_order(case), strict=True):
        if verdict.why is Why.NOTHING_TO_ADD:
            assert unfilled
            assert not case.useful(each)
        if verdict.why is Why.NOT_NEEDED:
            assert case.useful(each) or not unfilled
        if verdict.why is Why.UNREACHABLE:
            assert each.eta_s is None
        if verdict.why is Why.HERE:
            assert each.on_this_incident


def _in_order(case: Case) -> list[Weighed]:
    by_id = {each.id: each for each in case.units}
    return [by_id[each.id] for each in case.choice.verdicts]
