"""Move-up: the hole an assignment opens is named, and the move that mends most of it is found."""

from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.standby import FURTHEST_S, MoveUp, Standing, best_move, holes, weights
from geo.coordinates import LonLat
from geo.field import Field, Points, field
from geo.network import Edge, EdgeClass, Network, Node
from geo.travel_time import Origin
from grids.coverage import Cell, Coverage, coverage, demand

NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
LAT, LON = 29.35, 110.45
DEGREE_M = 97_146.0
CELL_M = 600
CELLS_IN_A_ROW = 6
ALLOWANCE_S = 0.0
TARGET_S = 500.0
"""At 2.5 m/s on flagstone whoever stands in a cell reaches it and its neighbours in time, and no more."""


def lon(east_m: float) -> float:
    return LON + east_m / DEGREE_M


TRAIL = Network(
    code="trail",
    srid=4546,
    nodes=tuple(Node(id=str(n), lon=lon(n * CELL_M), lat=LAT, elevation_m=500) for n in range(CELLS_IN_A_ROW + 1)),
    edges=tuple(
        Edge(
            id=f"e{n}",
            from_node=str(n),
            to_node=str(n + 1),
            edge_class=EdgeClass.FLAGSTONE,
            length_m=CELL_M,
        )
        for n in range(CELLS_IN_A_ROW)
    ),
)
CELLS = [
    Cell(
        code=f"c{n}",
        shape=shapely.box(lon(n * CELL_M), LAT - 0.001, lon((n + 1) * CELL_M), LAT + 0.001),
        target_s=TARGET_S,
    )
    for n in range(CELLS_IN_A_ROW)
]
DEMAND = demand(TRAIL, CELLS, [])
PLACES = tuple(f"p{n}" for n in range(CELLS_IN_A_ROW))
ALIKE = weights(dict.fromkeys((cell.code for cell in CELLS), None))


def middle(n: int) -> LonLat:
    return LonLat(lon((n + 0.5) * CELL_M), LAT)


def standing_in(cells: dict[str, int]) -> Field:
    origins = [Origin(id=name, lon=middle(n).lon, lat=LAT) for name, n in cells.items()]
    return field(TRAIL, origins, DEMAND.points, at=NOON, zone=ZONE)


FROM_PLACES = standing_in({name: n for n, name in enumerate(PLACES)}).eta_s
MIDDLES = Points(TRAIL, [middle(n) for n in range(CELLS_IN_A_ROW)])


def could(cells: dict[str, int]) -> Standing:
    origins = [Origin(id=name, lon=middle(n).lon, lat=LAT) for name, n in cells.items()]
    reach_s = field(TRAIL, origins, MIDDLES, at=NOON, zone=ZONE).eta_s
    return Standing(places=PLACES, reach_s=reach_s, from_places=[FROM_PLACES] * len(cells))


def shown(of: Field) -> Coverage:
    return coverage(DEMAND, of, allowance_s=ALLOWANCE_S)


def moved(before: dict[str, int], now: dict[str, int], weight: dict[str, float] = ALIKE) -> MoveUp | None:
    gone = holes(shown(standing_in(before)), shown(standing_in(now)))
    return best_move(DEMAND, standing_in(now), could(now), open_holes=gone, weight=weight, allowance_s=ALLOWANCE_S)


def test_a_hole_is_what_was_in_time_before_the_assignment_and_is_not_now() -> None:
    before, now = standing_in({"A": 1, "B": 4}), standing_in({"A": 1})
    assert holes(shown(before), shown(now)) == ("c3", "c4", "c5")
    assert holes(shown(now), shown(before)) == ()


def test_the_spare_unit_goes_where_the_busy_one_stood() -> None:
    found = moved({"A": 1, "B": 4, "spare": 1}, {"A": 1, "spare": 1})
    assert found is not None
    assert (found.unit, found.place) == ("A", "p4")  # alike; the first by code
    assert (found.mends, found.opens) == (("c3", "c4", "c5"), ())
    assert found.travel_s == pytest.approx(3 * CELL_M / 2.5)


def test_a_move_that_would_open_as_much_as_it_mends_is_not_proposed() -> None:
    assert moved({"A": 1, "B": 4}, {"A": 1}) is None


def test_visitors_decide_what_a_hole_is_worth() -> None:
    crowded = weights({cell.code: 1000 if cell.code in {"c3", "c4", "c5"} else 10 for cell in CELLS})
    found = moved({"A": 1, "B": 4}, {"A": 1}, crowded)
    assert found is not None
    assert (found.unit, found.place) == ("A", "p4")
    assert found.opens == ("c0", "c1", "c2")
    assert found.gain == 3 * 1000 - 3 * 10


def test_a_cell_without_a_number_of_visitors_counts_like_the_mean() -> None:
    assert weights({"a": 100, "b": None, "c": 300}) == {"a": 100, "b": 200, "c": 300}
    assert weights({"a": None, "b": None}) == {"a": 1, "b": 1}


def test_nobody_free_or_no_hole_means_no_move() -> None:
    assert moved({"A": 1}, {}) is None
    assert moved({"A": 1, "B": 1}, {"A": 1}) is None


rows = st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, CELLS_IN_A_ROW - 1), max_size=4)
visitors = st.lists(st.integers(1, 1000), min_size=CELLS_IN_A_ROW, max_size=CELLS_IN_A_ROW)


@settings(max_examples=40)
@given(free=rows, busy=st.integers(0, CELLS_IN_A_ROW - 1), people=visitors)
def test_no_single_move_mends_more_than_the_one_that_is_found(
    free: dict[str, int], busy: int, people: list[int]
) -> None:
    """By trying every unit at every place."""
    weight = weights({cell.code: count for cell, count in zip(CELLS, people, strict=True)})
    now, options = standing_in(free), could(free)
    gone = holes(shown(standing_in({**free, "Z": busy})), shown(now))
    found = best_move(DEMAND, now, options, open_holes=gone, weight=weight, allowance_s=ALLOWANCE_S)
    inside = shown(now).inside()
    gains = [0.0]
    for u, p in product(range(len(free)), range(len(PLACES))):
        eta_s = now.eta_s.copy()
        eta_s[u] = FROM_PLACES[p]
        then = shown(Field(origins=now.origins, eta_s=eta_s)).inside()
        mended = [code for code in gone if code in then]
        if mended and options.reach_s[u, p] <= FURTHEST_S:
            gains.append(sum(weight[each] for each in mended) - sum(weight[each] for each in inside - then))
    assert (0.0 if found is None else found.gain) == max(gains)
    if found is not None:
        assert np.isclose(found.travel_s, options.reach_s[now.origins.index(found.unit), PLACES.index(found.place)])
