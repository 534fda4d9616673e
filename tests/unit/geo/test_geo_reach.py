"""Where somebody can be within some minutes: honest cells, and an outline that says the same."""

import math
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from geo_networks import at_node, closing, edge, network, ring_node, wulingyuan
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.closure import ALL_OPEN, Closures
from geo.coordinates import LonLat, metric
from geo.journey import Journey, Origin
from geo.network import EdgeClass, Network
from geo.reach import Cells, Reach, TooFine, reach
from geo.travel_time import travel_times

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
OF_A_RING = 12


@cache
def cells() -> Cells:
    return Cells(wulingyuan())


@cache
def ring() -> Network:
    """A path round a valley of 3 km that nobody can cross."""
    nodes = [ring_node(number, OF_A_RING) for number in range(OF_A_RING)]
    return network(
        nodes,
        [
            edge(f"N{number}", f"N{(number + 1) % OF_A_RING}", EdgeClass.PATH, 1570.0, ascent_m=0.0, descent_m=0.0)
            for number in range(OF_A_RING)
        ],
    )


def on_foot(ways: Network, *nodes: str) -> list[Origin]:
    return [Origin(id=each, lon=at_node(ways, each).lon, lat=at_node(ways, each).lat) for each in nodes]


def asked(of: Cells, origins: list[Origin], within_s: float, closures: Closures = ALL_OPEN) -> Reach:
    return reach(of, origins, within_s=within_s, at=NOON, zone=ZONE, closures=closures)


def middle(of: Cells, row: int, column: int) -> LonLat:
    x, y = of.x0 + (column + 0.5) * of.cell_m, of.y0 + (row + 0.5) * of.cell_m
    return LonLat(*metric(of.srid).degrees_of(x, y))


def inside(drawn: shapely.MultiPolygon, of: Cells) -> np.ndarray:
    x, y = np.meshgrid(
        of.x0 + (np.arange(of.columns) + 0.5) * of.cell_m, of.y0 + (np.arange(of.rows) + 0.5) * of.cell_m
    )
    return np.asarray(shapely.contains_xy(drawn, x, y))


def test_a_cell_is_reached_when_its_middle_is_by_the_times_of_dispatch() -> None:
    of, origins = cells(), on_foot(wulingyuan(), wulingyuan().nodes[3].id)
    found = asked(of, origins, 900.0)
    reached = np.argwhere(found.mask(900.0))
    assert len(reached) > 50
    for row, column in reached[::17].tolist():
        place = middle(of, row, column)
        snap = wulingyuan().snap(place.lon, place.lat)
        [journey] = travel_times(wulingyuan(), origins, snap, at=NOON, zone=ZONE)
        assert snap.distance_m <= of.beside_m
        assert isinstance(journey, Journey)
        assert found.eta_s[row, column] == pytest.approx(journey.eta_s, abs=1e-3)


def test_the_valley_that_a_path_goes_round_is_a_hole_in_the_mask_and_in_its_outline() -> None:
    of = Cells(ring())
    found = asked(of, on_foot(ring(), *(f"N{number}" for number in range(OF_A_RING))), 3600.0)
    drawn = found.outline_m(3600.0)
    assert [len(each.interiors) for each in drawn.geoms] == [1]
    hull_km2 = drawn.convex_hull.area / 1e6
    assert found.area_km2(3600.0) < 0.2 * hull_km2
    assert drawn.area / 1e6 == pytest.approx(found.area_km2(3600.0), rel=0.05)
    valley = metric(of.srid).metres_of(110.45, 29.35)
    assert drawn.convex_hull.contains(shapely.Point(valley))
    assert not drawn.contains(shapely.Point(valley))


def test_ground_far_from_every_way_is_reached_by_nobody_however_long_it_takes() -> None:
    of = Cells(ring(), beside_m=60.0)
    found = asked(of, on_foot(ring(), "N0"), 1e6)
    lines = shapely.union_all(ring().snap_index.drawn(np.arange(OF_A_RING)))
    reached = np.argwhere(found.mask(1e6))
    assert len(reached) > 100
    for row, column in reached[::7].tolist():
        middle_ = shapely.Point(of.x0 + (column + 0.5) * of.cell_m, of.y0 + (row + 0.5) * of.cell_m)
        assert lines.distance(middle_) <= 60.001


@settings(deadline=None, max_examples=20)
@given(
    which=st.lists(st.integers(0, 40), min_size=1, max_size=3, unique=True),
    shut=st.lists(st.integers(0, 69), max_size=4),
    minutes=st.integers(1, 30),
)
def test_the_outline_says_of_every_cell_what_the_mask_says_and_longer_reaches_further(
    which: list[int], shut: list[int], minutes: int
) -> None:
    ways = wulingyuan()
    origins = on_foot(ways, *(ways.nodes[number].id for number in which))
    open_ = asked(cells(), origins, 3 * minutes * 60.0)
    closed = asked(cells(), origins, 3 * minutes * 60.0, closing(*(ways.edges[number].id for number in shut)))
    for each in (open_, closed):
        before = np.zeros_like(each.mask(0.0))
        for limit_s in (minutes * 60.0, 2 * minutes * 60.0, 3 * minutes * 60.0):
            mask, drawn = each.mask(limit_s), each.outline_m(limit_s)
            assert drawn.is_valid
            assert np.array_equal(inside(drawn, cells()), mask)
            assert not (before & ~mask).any()
            before = mask
    assert not (closed.mask(minutes * 60.0) & ~open_.mask(minutes * 60.0)).any()


def test_the_runs_are_the_mask() -> None:
    found = asked(cells(), on_foot(wulingyuan(), wulingyuan().nodes[5].id), 900.0)
    again = np.zeros_like(found.mask(600.0))
    for row, column, length in found.runs(600.0):
        assert not again[row, column : column + length].any()
        again[row, column : column + length] = True
    assert again.any()
    assert np.array_equal(again, found.mask(600.0))


def test_nobody_reaches_nothing() -> None:
    found = asked(cells(), [], 900.0)
    assert (found.area_km2(900.0), found.runs(900.0), found.outline(900.0).is_empty) == (0.0, [], True)


def test_a_grid_too_fine_and_a_size_that_is_none_are_refused() -> None:
    with pytest.raises(TooFine, match="more than 2000000"):
        Cells(wulingyuan(), cell_m=1.0)
    with pytest.raises(ValueError, match="positive"):
        Cells(wulingyuan(), cell_m=0.0)


def test_the_outline_in_degrees_lies_where_the_cells_do() -> None:
    found = asked(cells(), on_foot(wulingyuan(), wulingyuan().nodes[3].id), 600.0)
    row, column = np.argwhere(found.mask(600.0))[0].tolist()
    place = middle(cells(), row, column)
    assert found.outline(600.0).contains(shapely.Point(place.lon, place.lat))
    west, south, east, north = found.outline(600.0).bounds
    assert math.hypot(east - west, north - south) < 0.05
