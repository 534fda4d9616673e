"""Coverage as values: which points stand for a cell, when it is in time, and what somebody's leaving changes."""

from datetime import UTC, datetime
from math import inf
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.closure import Closure, ClosureMode, together
from geo.coordinates import LonLat
from geo.field import Field, Points, field
from geo.journey import Origin
from geo.network import Edge, EdgeClass, Lift, Network, Node
from grids.coverage import SHARE, SPACING_M, Cell, Demand, State, coverage, demand, left_behind

NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
LAT, LON = 29.35, 110.45
DEGREE_M = 97_146.0
"""Metres of a degree of longitude there."""


def lon(east_m: float) -> float:
    return LON + east_m / DEGREE_M


def node(name: str, east_m: float) -> Node:
    return Node(id=name, lon=lon(east_m), lat=LAT, elevation_m=500)


def way(start: str, end: str, edge_class: EdgeClass, length_m: float, lift: Lift | None = None) -> Edge:
    return Edge(id=f"{start}-{end}", from_node=start, to_node=end, edge_class=edge_class, length_m=length_m, lift=lift)


def cell(code: str, west_m: float, east_m: float, target_s: float = 600) -> Cell:
    shape = shapely.box(lon(west_m), LAT - 0.001, lon(east_m), LAT + 0.001)
    return Cell(code=code, shape=shape, target_s=target_s)


CABLE = Lift(ride_s=300, headway_s=0, access_s=0, exit_s=0, opens="24/7")

WAYS = Network(
    code="test",
    srid=4546,
    nodes=(node("A", 0), node("B", 1000), node("C", 2020), node("D", 5000), node("E", 9000), node("F", 9100)),
    edges=(
        way("A", "B", EdgeClass.ROAD, 1000),
        way("B", "C", EdgeClass.FLAGSTONE, 1020),
        way("C", "D", EdgeClass.CABLEWAY, 2980, CABLE),
        way("E", "F", EdgeClass.FLAGSTONE, 100),
    ),
)
CELLS = (
    cell("road", 0, 1000),
    cell("trail", 1000, 2100),
    cell("under the cable", 2500, 4500),
    cell("island", 8900, 9200),
)


def on_foot(name: str, east_m: float, ready_after_s: float = 0.0) -> Origin:
    return Origin(id=name, lon=lon(east_m), lat=LAT, ready_after_s=ready_after_s)


def covered(of: Demand, *origins: Origin, allowance_s: float = 60.0):  # type: ignore[no-untyped-def]
    told = field(WAYS, origins, of.points, at=NOON, zone=ZONE)
    return coverage(of, told, allowance_s=allowance_s)


def test_every_metre_of_open_way_stands_in_its_cell_by_pieces_of_at_most_fifty_metres() -> None:
    of = demand(WAYS, CELLS, [])
    by_cell = {each.code: of.length_m[of.cell_of == number] for number, each in enumerate(of.cells)}
    assert {code: round(float(lengths.sum())) for code, lengths in by_cell.items()} == {
        "road": 1000,
        "trail": 1020,
        "under the cable": 0,
        "island": 100,
    }
    assert of.length_m.max() <= SPACING_M
    assert len(by_cell["trail"]) == 21
    assert of.trail_m.sum() == pytest.approx(1120)
    assert np.array_equal(of.weight_m, of.length_m)


def test_a_closed_way_asks_for_nothing_and_its_cell_becomes_one_to_search() -> None:
    of = demand(WAYS, CELLS, [], together([Closure(edges=frozenset({"B-C"}), mode=ClosureMode.SHUT)]))
    states = {each.code: each.state for each in covered(of, on_foot("near", 0)).cells}
    assert states["trail"] is State.SEARCH
    assert of.trail_m.sum() == pytest.approx(100)


def test_a_place_counts_as_one_piece_of_way_and_the_walk_to_it_counts_too() -> None:
    beside = LonLat(lon(1500), LAT + 100 / 110_900)
    of = demand(WAYS, CELLS, [beside, LonLat(lon(60_000), LAT)])
    (place,) = np.flatnonzero(of.length_m == 0).tolist()
    assert of.spots[place] == beside
    assert of.weight_m[place] == SPACING_M
    told = field(WAYS, [on_foot("near", 1500)], of.points, at=NOON, zone=ZONE)
    assert told.eta_s[0, place] == pytest.approx(200, rel=0.01)


def test_the_time_of_a_cell_is_that_within_which_nine_tenths_of_it_are_reached() -> None:
    of = demand(WAYS, CELLS, [])
    cells = {each.code: each for each in covered(of, on_foot("A", 0, ready_after_s=30)).cells}
    road = cells["road"]
    assert road.eta_s == pytest.approx(60 + 30 + 875 / 2.5, rel=0.001)  # the 18th of 20 pieces has its middle there
    assert road.state is State.INSIDE
    assert road.point is not None
    assert road.point.lon == pytest.approx(lon(875), abs=1e-5)
    assert [each.origin for each in road.nearest] == ["A"]
    assert cells["trail"].state is State.OUTSIDE
    assert cells["trail"].covered_m == pytest.approx(1020 * 6 / 21)


def test_a_cell_with_no_open_way_is_to_be_searched_and_one_that_nobody_reaches_says_so() -> None:
    cells = {each.code: each for each in covered(demand(WAYS, CELLS, []), on_foot("A", 0)).cells}
    assert (cells["under the cable"].state, cells["under the cable"].eta_s) == (State.SEARCH, None)
    assert (cells["island"].state, cells["island"].eta_s, cells["island"].nearest) == (State.NOBODY, None, ())


def test_shares_are_of_cells_with_ways_and_of_trail_and_with_nobody_free_they_are_nothing() -> None:
    of = demand(WAYS, CELLS, [])
    told = covered(of, on_foot("C", 2020), on_foot("E", 9000))
    assert told.share_of_cells == pytest.approx(2 / 3)
    assert told.share_of_trail_m == pytest.approx(1.0)
    empty = covered(of)
    assert {each.state for each in empty.cells} == {State.NOBODY, State.SEARCH}
    assert (empty.share_of_cells, empty.share_of_trail_m) == (0.0, 0.0)
    nothing = covered(demand(WAYS, CELLS[2:3], []))
    assert (nothing.share_of_cells, nothing.share_of_trail_m) == (None, None)


def test_exactly_on_the_target_is_inside() -> None:
    of = demand(WAYS, [cell("road", 0, 1000, target_s=60 + 875 / 2.5 + 1e-6)], [])
    assert covered(of, on_foot("A", 0)).inside() == {"road"}


times = st.one_of(st.floats(0, 3000), st.just(inf))


@st.composite
def fields(draw: st.DrawFn) -> tuple[Demand, Field]:
    points, cells = draw(st.integers(1, 12)), draw(st.integers(1, 3))
    crews = draw(st.integers(1, 4))
    of = Demand(
        cells=tuple(cell(f"c{number}", 0, 1, target_s=draw(st.floats(300, 1500))) for number in range(cells)),
        spots=(LonLat(LON, LAT),) * points,
        points=Points(WAYS, []),
        cell_of=np.array(draw(st.lists(st.integers(0, cells - 1), min_size=points, max_size=points))),
        weight_m=(lengths := np.array(draw(st.lists(st.floats(1, 50), min_size=points, max_size=points)))),
        length_m=lengths,
        trail_m=lengths,
    )
    rows = draw(st.lists(st.lists(times, min_size=points, max_size=points), min_size=crews, max_size=crews))
    return of, Field(origins=tuple(f"u{number}" for number in range(crews)), eta_s=np.array(rows))


@settings(deadline=None)
@given(fields())
def test_somebody_who_leaves_never_improves_a_cell_and_who_stays_covers_alone(
    given_field: tuple[Demand, Field],
) -> None:
    of, told = given_field
    before = coverage(of, told, allowance_s=60)
    after = left_behind(of, told, {"u0"}, allowance_s=60)
    assert after.inside() <= before.inside()
    assert (after.share_of_trail_m or 0) <= (before.share_of_trail_m or 0)
    others = Field(origins=told.origins[1:], eta_s=told.eta_s[1:])
    assert after == coverage(of, others, allowance_s=60)


@settings(deadline=None)
@given(fields())
def test_a_cells_time_is_the_least_within_which_its_share_is_reached(given_field: tuple[Demand, Field]) -> None:
    of, told = given_field
    soonest = told.eta_s.min(axis=0) + 60
    for number, each in enumerate(coverage(of, told, allowance_s=60).cells):
        mine = of.cell_of == number
        if not mine.any():
            assert each.state is State.SEARCH
            continue
        whole = of.weight_m[mine].sum()
        enough = [t for t in soonest[mine] if of.weight_m[mine & (soonest <= t)].sum() >= SHARE * whole * (1 - 1e-9)]
        assert (inf if each.eta_s is None else each.eta_s) == min(enough)
        assert [near.eta_s for near in each.nearest] == sorted(near.eta_s for near in each.nearest)
