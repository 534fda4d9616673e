"""How fast one moves on each class of edge."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.conditions import BUILT_IN
from geo.figures import CREW
from geo.network import Lift
from geo.profile import BrokenSpeeds, Movement, PathModel, Speeds, Way
from geo.speed import (
    FOOT_CLASSES,
    NORMAL,
    EdgeClass,
    SpeedProfile,
    drive_s,
    foot_s,
    free_speed_mps,
    lift_s,
    off_network_s,
    road_s,
)

lengths = st.floats(1.0, 20_000.0)
heights = st.floats(0.0, 2_000.0)
foot_classes = st.sampled_from(sorted(FOOT_CLASSES))
movements = st.sampled_from(Movement)
models = st.sampled_from(PathModel)


def on_paths_by(model: PathModel) -> Speeds:
    return replace(BUILT_IN, figures=tuple((each, replace(of, path_model=model)) for each, of in BUILT_IN.figures))


conditions = st.sets(st.sampled_from(BUILT_IN.conditions))
profiles = st.builds(
    lambda movement, model, under: SpeedProfile(speeds=on_paths_by(model), movement=movement, conditions=tuple(under)),
    movements,
    models,
    conditions,
)
CABLEWAY = Lift(ride_s=300.0, headway_s=20.0, access_s=40.0, exit_s=30.0, opens="08:00-18:00")


def on_foot(
    profile: SpeedProfile, edge_class: EdgeClass, length_m: float, up_m: float = 0.0, down_m: float = 0.0
) -> float:
    return float(foot_s(profile, edge_class, np.array([length_m]), np.array([up_m]), np.array([down_m]))[0])


def road(
    profile: SpeedProfile, length_m: float, up_m: float = 0.0, down_m: float = 0.0, bends_deg: float = 0.0
) -> float:
    return float(road_s(profile, np.array([length_m]), np.array([up_m]), np.array([down_m]), bends_deg)[0])


def test_level_flagstone_is_hurried_over_at_two_and_a_half_metres_a_second() -> None:
    assert on_foot(NORMAL, EdgeClass.FLAGSTONE, 1000) == 400


@pytest.mark.parametrize("slope", [0.3, 0.4, 0.5, 0.6, 0.65, 1.0])
def test_stairs_are_climbed_at_12_to_16_metres_a_minute(slope: float) -> None:
    assert 12 < 100 / on_foot(NORMAL, EdgeClass.STAIRS, 100 / slope, up_m=100) * 60 < 16


def test_stairs_steeper_than_stone_ones_go_by_their_height_alone() -> None:
    steep, steeper = (on_foot(NORMAL, EdgeClass.STAIRS, length_m, up_m=100) for length_m in (200, 100))
    assert steep == steeper == pytest.approx(100 / 0.24)


def test_a_stretcher_goes_down_500_steps_in_about_five_minutes_and_up_in_more_than_twice_that() -> None:
    carried = NORMAL.moving(Movement.STRETCHER)
    down_s = on_foot(carried, EdgeClass.STAIRS, 150, down_m=75)
    assert down_s == pytest.approx(300, rel=0.1)
    assert on_foot(carried, EdgeClass.STAIRS, 150, up_m=75) > 2 * down_s


def test_a_level_straight_park_road_is_driven_at_27_kilometres_an_hour() -> None:
    assert drive_s(NORMAL, 7500) == 1000
    assert road(NORMAL, 7500) == 1000


def test_a_metre_up_costs_as_much_as_three_of_level_road_and_a_metre_down_as_half_a_metre() -> None:
    assert road(NORMAL, 7500, up_m=100) == pytest.approx(7800 / 7.5)
    assert road(NORMAL, 7500, down_m=100) == pytest.approx(7550 / 7.5)


def test_each_hairpin_costs_a_car_four_seconds_and_a_motorbike_two() -> None:
    for movement, hairpin_s in ((Movement.CREW, 4), (Movement.MOTORBIKE, 2)):
        profile = NORMAL.moving(movement)
        assert road(profile, 1000, bends_deg=720) - road(profile, 1000) == pytest.approx(4 * hairpin_s)


def test_the_free_speed_of_a_road_is_its_limits_or_its_kinds_and_never_above_its_surfaces() -> None:
    assert free_speed_mps(NORMAL, "", "", None) == 7.5
    assert free_speed_mps(NORMAL, "tertiary", "", None) == pytest.approx(40 / 3.6, abs=0.01)
    assert free_speed_mps(NORMAL, "tertiary", "", 30.0) == pytest.approx(30 / 3.6 * 0.8)
    assert free_speed_mps(NORMAL, "tertiary", "gravel", None) == pytest.approx(30 / 3.6, abs=0.01)
    assert free_speed_mps(NORMAL, "road of a kind nobody knows", "asphalt", None) == 7.5


def test_a_way_that_is_no_road_is_driven_slowly_unless_its_kind_or_its_limit_is_known() -> None:
    assert free_speed_mps(NORMAL, "", "", None, EdgeClass.FLAGSTONE) == pytest.approx(10 / 3.6)
    assert free_speed_mps(NORMAL, "track", "", None, EdgeClass.PATH) == pytest.approx(15 / 3.6, abs=0.01)
    assert free_speed_mps(NORMAL, "", "", 30.0, EdgeClass.PATH) == pytest.approx(30 / 3.6 * 0.8)
    [track] = [figure for kind, figure in NORMAL.speeds.road_kinds if kind == "track"]
    assert track.source.startswith("GraphHopper")


def test_tobler_walks_five_kilometres_an_hour_on_the_flat_and_is_quickest_gently_downhill() -> None:
    level = on_foot(NORMAL, EdgeClass.PATH, 1000)
    assert level == pytest.approx(1000 / 1.399, rel=0.001)
    down, up = (on_foot(NORMAL, EdgeClass.PATH, 1000, *heights) for heights in ((0, 50), (50, 0)))
    assert down < level < up


def test_irmischer_and_clarke_can_be_chosen_for_paths_and_walk_their_published_speeds() -> None:
    chosen = SpeedProfile(speeds=on_paths_by(PathModel.IRMISCHER_CLARKE))
    assert 1000 / on_foot(chosen, EdgeClass.PATH, 1000) == pytest.approx(1.10, abs=0.01)
    assert 1000 / on_foot(chosen, EdgeClass.PATH, 1000, up_m=200) == pytest.approx(0.82, abs=0.01)
    assert 1000 / on_foot(chosen, EdgeClass.PATH, 1000, down_m=200) == pytest.approx(0.99, abs=0.01)


def test_a_lift_takes_access_half_its_headway_ride_and_exit() -> None:
    assert lift_s(NORMAL, CABLEWAY) == 40 + 10 + 300 + 30


@given(profile=profiles, edge_class=foot_classes, length_m=lengths, more_m=lengths, up_m=heights, down_m=heights)
def test_a_longer_way_is_never_faster(
    profile: SpeedProfile, edge_class: EdgeClass, length_m: float, more_m: float, up_m: float, down_m: float
) -> None:
    short_s = on_foot(profile, edge_class, length_m, up_m, down_m)
    assert on_foot(profile, edge_class, length_m + more_m, up_m, down_m) >= short_s * (1 - 1e-9)
    assert drive_s(profile, length_m + more_m) >= drive_s(profile, length_m)
    assert road(profile, length_m + more_m, up_m, down_m, 90) >= road(profile, length_m, up_m, down_m, 90)
    assert off_network_s(profile, length_m + more_m) >= off_network_s(profile, length_m)


@given(profile=profiles, edge_class=foot_classes, length_m=lengths, up_m=heights, down_m=heights, more_m=heights)
def test_a_higher_climb_is_never_faster(
    profile: SpeedProfile, edge_class: EdgeClass, length_m: float, up_m: float, down_m: float, more_m: float
) -> None:
    if edge_class == EdgeClass.PATH:
        down_m = 0.0  # hill functions are quickest gently downhill, so some climb may cancel too steep a descent
    low_s = on_foot(profile, edge_class, length_m, up_m, down_m)
    assert on_foot(profile, edge_class, length_m, up_m + more_m, down_m) >= low_s * (1 - 1e-9)
    assert road(profile, length_m, up_m + more_m, down_m) >= road(profile, length_m, up_m, down_m)
    assert road(profile, length_m, up_m, down_m + more_m) >= road(profile, length_m, up_m, down_m)


@given(profile=profiles, edge_class=foot_classes, length_m=lengths, up_m=heights)
def test_no_way_up_is_faster_than_the_same_way_down(
    profile: SpeedProfile, edge_class: EdgeClass, length_m: float, up_m: float
) -> None:
    up_s = on_foot(profile, edge_class, length_m, up_m=up_m)
    assert up_s >= on_foot(profile, edge_class, length_m, down_m=up_m) * (1 - 1e-9)


@given(movement=movements, under=conditions, edge_class=foot_classes, length_m=lengths, up_m=heights, down_m=heights)
def test_no_conditions_ever_make_anything_faster(
    movement: Movement, under: set[object], edge_class: EdgeClass, length_m: float, up_m: float, down_m: float
) -> None:
    fair = NORMAL.moving(movement)
    foul = fair.under(*(each for each in BUILT_IN.conditions if each in under))
    assert on_foot(foul, edge_class, length_m, up_m, down_m) >= on_foot(fair, edge_class, length_m, up_m, down_m)
    assert drive_s(foul, length_m) >= drive_s(fair, length_m)
    assert road(foul, length_m, up_m, down_m, 360) >= road(fair, length_m, up_m, down_m, 360)
    assert off_network_s(foul, length_m) >= off_network_s(fair, length_m)
    assert lift_s(foul, CABLEWAY) >= lift_s(fair, CABLEWAY)


@given(length_m=lengths, up_m=heights, down_m=heights, edge_class=foot_classes)
def test_nobody_with_a_burden_is_faster_than_a_crew_without(
    length_m: float, up_m: float, down_m: float, edge_class: EdgeClass
) -> None:
    crew_s, loaded_s, stretcher_s = (
        on_foot(NORMAL.moving(each), edge_class, length_m, up_m, down_m)
        for each in (Movement.CREW, Movement.LOADED, Movement.STRETCHER)
    )
    assert crew_s <= loaded_s <= stretcher_s


@pytest.mark.parametrize("edge_class", sorted(FOOT_CLASSES))
def test_an_edge_without_length_takes_no_time(edge_class: EdgeClass) -> None:
    assert on_foot(NORMAL, edge_class, 0) == 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("level_mps", 0.0, "level_mps is 0.0"),
        ("road_mps", float("nan"), "road_mps is nan"),
        ("leave_vehicle_s", -1.0, "leave_vehicle_s is -1.0"),
        ("climb_mps", 1.3, "climb_mps is 1.3: stairs would be faster than level ground"),
    ],
)
def test_a_figure_that_cannot_be_is_named(name: str, value: float, said: str) -> None:
    with pytest.raises(BrokenSpeeds, match=said):
        replace(CREW, **{name: replace(getattr(CREW, name), value=value)})


def test_every_figure_says_where_it_is_from_and_how_sure_it_is() -> None:
    figures = [figure for _, of_mover in BUILT_IN.figures for _, figure in of_mover.items()]
    figures += [figure for each in BUILT_IN.conditions for _, figure in each.factors]
    figures += [each.queue_s for each in BUILT_IN.conditions if each.queue_s]
    assert len(figures) > 100
    assert all(figure.source and figure.unit and figure.confidence in {*"HMLA"} for figure in figures)
    assert all(each.closes_source for each in BUILT_IN.conditions if each.closes)


def test_every_way_on_foot_has_a_factor_of_its_own() -> None:
    assert {str(each) for each in FOOT_CLASSES} < {str(way) for way in Way}
