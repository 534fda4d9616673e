"""How fast one moves on each class of edge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.speed import CONDITIONS, CROWD, NIGHT, NORMAL, RAIN, Figure, drive_s, path_s, walk_s

lengths = st.floats(1.0, 20_000.0)
heights = st.floats(0.0, 2_000.0)


def one(seconds: np.ndarray) -> float:
    return float(seconds[0])


def walk(length_m: float, up_m: float = 0.0, down_m: float = 0.0) -> float:
    return one(walk_s(NORMAL, np.array([length_m]), np.array([up_m]), np.array([down_m])))


def path(length_m: float, up_m: float = 0.0, down_m: float = 0.0) -> float:
    return one(path_s(NORMAL, np.array([length_m]), np.array([up_m]), np.array([down_m])))


def test_level_flagstone_is_hurried_over_at_two_and_a_half_metres_a_second() -> None:
    assert walk(1000) == 400


@pytest.mark.parametrize("slope", [0.29, 0.4, 0.5, 0.6, 0.65])
def test_stairs_are_climbed_at_12_to_16_metres_a_minute(slope: float) -> None:
    assert 12 < 100 / walk(100 / slope, up_m=100) * 60 < 16


def test_a_park_road_is_driven_at_27_kilometres_an_hour() -> None:
    assert drive_s(NORMAL, 7500) == 1000


def test_tobler_walks_five_kilometres_an_hour_on_the_flat_and_is_quickest_gently_downhill() -> None:
    assert path(1000) == pytest.approx(1000 / 1.399, rel=0.001)
    assert path(1000, down_m=50) < path(1000) < path(1000, up_m=50)


@given(length_m=lengths, more_m=lengths, up_m=heights, down_m=heights)
def test_a_longer_way_is_never_faster(length_m: float, more_m: float, up_m: float, down_m: float) -> None:
    for on_foot in (walk, path):
        assert on_foot(length_m + more_m, up_m, down_m) >= on_foot(length_m, up_m, down_m) * (1 - 1e-9)


@given(length_m=lengths, up_m=heights)
def test_no_way_up_is_faster_than_the_same_way_down(length_m: float, up_m: float) -> None:
    for on_foot in (walk, path):
        assert on_foot(length_m, up_m=up_m) >= on_foot(length_m, down_m=up_m)


def test_an_edge_without_length_takes_no_time() -> None:
    assert walk(0) == 0
    assert path(0) == 0


def test_conditions_slow_and_have_one_name_whatever_their_order() -> None:
    assert NORMAL.under(RAIN).name == "rain"
    assert NORMAL.under(RAIN, NIGHT) == NORMAL.under(NIGHT, RAIN)
    assert NORMAL.under(RAIN, NIGHT).name == "night+rain"
    assert NORMAL.under() == NORMAL
    for conditions in CONDITIONS.values():
        slow = NORMAL.under(conditions)
        assert drive_s(slow, 1000) > drive_s(NORMAL, 1000)
        assert slow.foot_factor > 1
    assert NORMAL.under(CROWD).foot_factor == 1.6


def test_every_figure_says_where_it_is_from_and_how_sure_it_is() -> None:
    figures = [getattr(NORMAL, name) for name in NORMAL.__slots__ if isinstance(getattr(NORMAL, name), Figure)]
    figures += [figure for conditions in CONDITIONS.values() for figure in (conditions.road, conditions.foot)]
    assert len(figures) == 13
    assert all(figure.source and figure.unit and figure.confidence in "HMLA" for figure in figures)
