"""Bends that a vehicle must slow down for."""

import math

import numpy as np
import pytest
from geo_networks import line_node, network

from geo.bends import bends_deg
from geo.coordinates import LonLat, metric
from geo.network import Edge, EdgeClass, Network

SRID = 4546


def drawn(*points: tuple[float, float]) -> Network:
    """One road through points in metres from the first node."""
    scale = metric(SRID)
    x, y = (float(each[0]) for each in scale.metres(*(_one(each) for each in (110.45, 29.35))))
    degrees = [scale.degrees(_one(x + east), _one(y + north)) for east, north in points]
    line = tuple(LonLat(float(lon[0]), float(lat[0])) for lon, lat in degrees)
    road = Edge(id="road", from_node="A", to_node="B", edge_class=EdgeClass.ROAD, length_m=5000, line=line)
    straight = Edge(id="straight", from_node="A", to_node="B", edge_class=EdgeClass.ROAD, length_m=5000)
    return network([line_node("A", 0), line_node("B", 500)], [straight, road])


def _one(value: float) -> np.ndarray:
    return np.array([value])


def arc(radius_m: float, degrees: float, step_deg: float = 10.0) -> list[tuple[float, float]]:
    turns = [math.radians(step_deg * number) for number in range(int(degrees / step_deg) + 1)]
    return [(200 + radius_m * math.sin(turn), radius_m - radius_m * math.cos(turn)) for turn in turns]


def hairpin(radius_m: float) -> list[tuple[float, float]]:
    return [(0, 0), *arc(radius_m, 180), (0, 2 * radius_m)]


def test_a_hairpin_of_15_metres_radius_turns_a_half_circle() -> None:
    straight, bent = bends_deg(drawn(*hairpin(15)))
    assert straight == 0
    assert bent == pytest.approx(180, abs=25)


def test_a_wide_curve_is_no_tight_bend() -> None:
    assert bends_deg(drawn(*hairpin(80)))[1] == 0


def test_a_corner_between_long_straights_is_none() -> None:
    assert bends_deg(drawn((0, 0), (300, 0), (300, 300)))[1] == 0


def test_a_line_that_wavers_by_a_metre_or_two_is_straight() -> None:
    assert bends_deg(drawn(*((5.0 * number, 1.5 * (-1) ** number) for number in range(100))))[1] == 0


def test_bends_add_up_left_and_right() -> None:
    there = hairpin(15)
    back = [(x - 200, 30 + y) for x, y in arc(15, 180)]
    turned = [*there, *((-x, y) for x, y in back), (200, 60)]
    assert bends_deg(drawn(*turned))[1] == pytest.approx(360, abs=50)
