"""Conditions by name."""

from dataclasses import replace

import pytest
from geo_networks import wulingyuan
from hypothesis import given
from hypothesis import strategies as st

from geo.conditions import BUILT_IN, GOLDEN_WEEK, ICE, NIGHT, NORMAL, RAIN, STORM, profile_named
from geo.profile import BrokenSpeeds, Conditions, Figure, UnknownConditions, Way
from geo.speed import closed_by

names = st.lists(st.sampled_from(sorted(BUILT_IN.by_name)), max_size=5)


def times(value: float) -> Figure:
    return Figure(value=value, unit="x", source="test", confidence="A")


def test_normal_is_a_name_and_slows_nothing() -> None:
    assert profile_named("normal") == NORMAL
    assert NORMAL.name == "normal"
    assert NORMAL.words == ("正常", "normal")
    assert set(NORMAL.factors.values()) == {1.0}
    assert NORMAL.closes == frozenset()


@given(names=names, data=st.data())
def test_the_order_of_conditions_does_not_matter_and_none_counts_twice(names: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(names))
    one, other = profile_named("+".join(names) or "normal"), profile_named("+".join([*shuffled, *names]) or "normal")
    assert one == other
    assert hash(one) == hash(other)
    assert one.name == "+".join(sorted(set(names))) or "normal"
    assert one.factors == NORMAL.under(*(BUILT_IN.named(name) for name in shuffled)).factors


def test_conditions_of_different_kinds_multiply_and_of_one_kind_the_worse_counts() -> None:
    night_rain = profile_named("rain+night")
    assert night_rain.name == "night+rain"
    assert night_rain.words == ("夜间、下雨", "night, rain")
    assert night_rain.factors[Way.STAIRS] == pytest.approx(NIGHT.factor(Way.STAIRS) * RAIN.factor(Way.STAIRS))
    assert profile_named("rain+storm").factors == profile_named("storm").factors
    assert NORMAL.under(RAIN, STORM).closes == STORM.closes


def test_a_crowd_costs_a_crew_its_way_through_the_queue() -> None:
    assert GOLDEN_WEEK.queue_s is not None
    assert NORMAL.under(GOLDEN_WEEK).queue_s == NORMAL.queue_s + GOLDEN_WEEK.queue_s.value


def test_ice_closes_cableways_and_leaves_vehicles_standing() -> None:
    icy = profile_named("ice")
    assert closed_by(wulingyuan(), icy) == {"HZL-HZU-cableway", "TZL-TZU-cableway", "YJL-YJU-cableway"}
    assert not icy.drives
    assert NORMAL.drives
    assert closed_by(wulingyuan(), NORMAL) == frozenset()


def test_conditions_may_close_single_edges_by_id() -> None:
    flooded = NORMAL.under(replace(ICE, name="creek", closes=frozenset({"TYT-LTF-trail", "rail"})))
    assert closed_by(wulingyuan(), flooded) == {"TYT-LTF-trail", "SLI-SLE-rail"}


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    with pytest.raises(UnknownConditions, match=r"no conditions 'typhoon'; there are: .*rain, snow, storm"):
        profile_named("rain+typhoon")


@pytest.mark.parametrize("value", [0.9, float("inf"), float("nan")])
def test_a_factor_below_one_or_without_end_is_refused_by_name(value: float) -> None:
    with pytest.raises(BrokenSpeeds, match=f"stairs has the factor {value} in rain"):
        replace(RAIN, factors=((Way.STAIRS, times(value)),))


@pytest.mark.parametrize("name", ["", "normal", "a+b"])
def test_a_name_that_could_be_mistaken_is_refused(name: str) -> None:
    with pytest.raises(BrokenSpeeds, match="no name for conditions"):
        Conditions(name=name, kind="weather", name_zh="", name_en="")


def test_the_version_tells_figures_apart_and_nothing_else() -> None:
    same = replace(
        BUILT_IN,
        figures=BUILT_IN.figures[::-1],
        conditions=BUILT_IN.conditions[::-1],
        surfaces=BUILT_IN.surfaces[::-1],
    )
    assert same.version == BUILT_IN.version
    other = replace(BUILT_IN, conditions=(*BUILT_IN.conditions[1:], replace(RAIN, factors=((Way.CAR, times(1.3)),))))
    assert other.version != BUILT_IN.version
    assert profile_named("rain", other).factors[Way.CAR] == 1.3


def test_every_condition_has_words_in_both_languages() -> None:
    assert all(each.name_zh and each.name_en for each in BUILT_IN.conditions)
