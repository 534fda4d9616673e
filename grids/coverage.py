"""How much of the ground is in time: for each cell when the nearest origin is there, and whether that is soon enough.

Values in, values out: the live console and a planner's script call the same functions with other origins.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, fsum, inf, isfinite

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.closure import ALL_OPEN, Closures, Layer, Passage
from geo.coordinates import Floats, LonLat
from geo.field import NOBODY, Field, Ints, Points
from geo.network import Network
from geo.snap import Snap
from geo.speed import FOOT_CLASSES, FOOT_ONLY_CLASSES
from geo.start import OFF_NETWORK_LIMIT_M

SPACING_M = 50.0
"""The longest stretch of way that one demand point stands for; a place counts as much as one such stretch."""

SHARE = 0.9
"""A cell's time is that within which this share of its demand is reached: one far corner does not make it red."""

MOST_NAMED = 3


class State(StrEnum):
    """What a map says of a cell."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    SEARCH = "search"  # no open way in it: nobody drives or walks there by the clock, people are searched for
    NOBODY = "nobody"  # there are ways, but no origin reaches them


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A management-grid cell: its polygon in WGS-84 degrees, and the response time asked of it."""

    code: str
    shape: shapely.Geometry
    target_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Demand:
    """Where help may be asked for: points on the open ways of cells, with the metres each stands for.

    `spots` are where they lie, `points` the same on the network; `cell_of` is the number of each point's cell,
    `weight_m` what it counts in that cell's time; `length_m` are its metres of way (0 for a place), and `trail_m`
    those of them that are no road.
    """

    cells: tuple[Cell, ...]
    spots: tuple[LonLat, ...]
    points: Points
    cell_of: Ints
    weight_m: Floats
    length_m: Floats
    trail_m: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """An origin, and when it would be there: processing allowance, turnout and travel together."""

    origin: str
    eta_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CellCoverage:
    """One cell: `point` is where its time is reached, `nearest` who is first, second and third there.

    `eta_s` is that of the first, None where there is no way in the cell or nobody reaches it.
    """

    code: str
    state: State
    eta_s: float | None
    target_s: float
    point: LonLat | None
    nearest: tuple[Near, ...]
    length_m: float
    covered_m: float  # of length_m, by the time of each stretch itself
    trail_m: float  # of length_m, what is no road
    covered_trail_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """All cells, in the order of the demand. Shares are None where there is nothing to share."""

    cells: tuple[CellCoverage, ...]
    share_of_cells: float | None  # inside, of the cells that have open ways
    share_of_trail_m: float | None  # of the open ways that are no road
    trail_m: float

    def inside(self) -> frozenset[str]:
        """The codes of the cells that are reached in time."""
        return frozenset(each.code for each in self.cells if each.state is State.INSIDE)


def demand(network: Network, cells: Sequence[Cell], places: Sequence[LonLat], closures: Closures = ALL_OPEN) -> Demand:
    """Points every `SPACING_M` or less along the open ways, and the places beside them, each in the cell that holds
    it (of several the first by code). What lies in no cell, or further from any way than a journey goes, is left out;
    so is a way that is shut to all who could be on it.
    """
    ordered = tuple(sorted(cells, key=lambda cell: cell.code))
    closed = _closed(network, closures)
    stretches = _stretches(network, closed)
    named = [snap for snap in _beside_ways(network, places) if snap[1].edge not in closed]
    spots = [*(LonLat(snap.lon, snap.lat) for snap in stretches.snaps), *(place for place, _ in named)]
    cell_of = _cells_of(ordered, spots)
    held = np.flatnonzero(cell_of != NOBODY)
    snaps = [*stretches.snaps, *(snap for _, snap in named)]
    none = np.zeros(len(named))
    length_m = np.concatenate([stretches.length_m, none])[held]
    return Demand(
        cells=ordered,
        spots=tuple(spots[number] for number in held.tolist()),
        points=Points(network, [snaps[number] for number in held.tolist()]),
        cell_of=cell_of[held],
        weight_m=np.where(length_m > 0, length_m, SPACING_M),
        length_m=length_m,
        trail_m=np.concatenate([stretches.trail_m, none])[held],
    )


def coverage(demand: Demand, field: Field, *, allowance_s: float) -> Coverage:
    """What a field over the demand's points says of its cells; `allowance_s` is the processing of the alarm.

    Lengths are summed exactly: who is nearest decides in which order they come, and must not change their sum.
    """
    who, times_s = field.ranked(MOST_NAMED)
    times_s = times_s + allowance_s
    target_s = np.array([cell.target_s for cell in demand.cells])[demand.cell_of]
    covered = times_s[0] <= target_s
    order = np.lexsort((times_s[0], demand.cell_of))
    starts = np.searchsorted(demand.cell_of[order], np.arange(len(demand.cells) + 1))
    cells = []
    for number, cell in enumerate(demand.cells):
        mine = order[starts[number] : starts[number + 1]]
        length_m = fsum(demand.length_m[mine])
        worst = int(mine[_at_share(demand.weight_m[mine])]) if length_m > 0 else NOBODY
        named = [] if worst == NOBODY else _near(field, who[:, worst], times_s[:, worst])
        eta_s = named[0].eta_s if named else None
        cells.append(
            CellCoverage(
                code=cell.code,
                state=_state(length_m, eta_s, cell.target_s),
                eta_s=eta_s,
                target_s=cell.target_s,
                point=None if worst == NOBODY else demand.spots[worst],
                nearest=tuple(named),
                length_m=length_m,
                covered_m=fsum(demand.length_m[mine][covered[mine]]),
                trail_m=fsum(demand.trail_m[mine]),
                covered_trail_m=fsum(demand.trail_m[mine][covered[mine]]),
            )
        )
    return _together(cells)


def only(whole: Coverage, codes: Collection[str]) -> Coverage:
    """The coverage of some of the cells, with the shares among them."""
    return _together([each for each in whole.cells if each.code in codes])


def _together(cells: Sequence[CellCoverage]) -> Coverage:
    with_ways = [each for each in cells if each.state is not State.SEARCH]
    trail_m = sum(each.trail_m for each in cells)
    return Coverage(
        cells=tuple(cells),
        share_of_cells=_share(sum(each.state is State.INSIDE for each in with_ways), len(with_ways)),
        share_of_trail_m=_share(sum(each.covered_trail_m for each in cells), trail_m),
        trail_m=trail_m,
    )


def left_behind(demand: Demand, field: Field, leaving: Collection[str], *, allowance_s: float) -> Coverage:
    """The coverage once these origins are sent away: what the next assignment would leave."""
    return coverage(demand, field.without(leaving), allowance_s=allowance_s)


def _state(length_m: float, eta_s: float | None, target_s: float) -> State:
    if length_m == 0:
        return State.SEARCH
    if eta_s is None:
        return State.NOBODY
    return State.INSIDE if eta_s <= target_s else State.OUTSIDE


def _at_share(weight_m: Floats) -> int:
    """Which of these, soonest first, completes `SHARE` of their weight."""
    reached = np.cumsum(weight_m)
    return int(np.searchsorted(reached, SHARE * reached[-1] * (1 - 1e-12)))


def _near(field: Field, who: Ints, times_s: Floats) -> list[Near]:
    pairs = zip(who.tolist(), times_s.tolist(), strict=True)
    return [Near(origin=field.origins[number], eta_s=eta_s) for number, eta_s in pairs if isfinite(eta_s)]


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Pieces of open way, each by its middle."""

    snaps: list[Snap]
    length_m: Floats
    trail_m: Floats


def _closed(network: Network, closures: Closures) -> frozenset[str]:
    """The edges on which nobody can be: shut on foot, and to vehicles if any pass there."""
    on_foot, driving = closures.shut(Layer.FOOT), closures.shut(Layer.VEHICLE)
    index = network.edge_index
    return frozenset(
        edge
        for edge in on_foot
        if edge in driving or (edge in index and network.edges[index[edge]].driven is Passage.NONE)
    )


def _stretches(network: Network, closed: frozenset[str]) -> _Stretches:
    edges, fractions, lengths_m, trails_m = [], [], [], []
    for number, edge in enumerate(network.edges):
        if edge.edge_class not in FOOT_CLASSES or edge.id in closed or edge.length_m <= 0:
            continue
        pieces = ceil(edge.length_m / SPACING_M)
        piece_m = edge.length_m / pieces
        edges += [number] * pieces
        fractions += [(piece + 0.5) / pieces for piece in range(pieces)]
        lengths_m += [piece_m] * pieces
        trails_m += [piece_m if edge.edge_class in FOOT_ONLY_CLASSES else 0.0] * pieces
    snaps = network.snap_index.positions(np.array(edges, dtype=np.int64), np.array(fractions, dtype=np.float64))
    return _Stretches(snaps, np.array(lengths_m), np.array(trails_m))


def _beside_ways(network: Network, places: Sequence[LonLat]) -> list[tuple[LonLat, Snap]]:
    points = np.array(places, dtype=np.float64).reshape(-1, 2)
    snaps = network.snap_index.nearest_on_foot(points[:, 0], points[:, 1])
    limit_m = OFF_NETWORK_LIMIT_M
    return [(place, snap) for place, snap in zip(places, snaps, strict=True) if snap and snap.distance_m <= limit_m]


def _cells_of(cells: Sequence[Cell], spots: Sequence[LonLat]) -> NDArray[np.int64]:
    tree = shapely.STRtree([cell.shape for cell in cells])
    points = shapely.points(np.array(spots, dtype=np.float64).reshape(-1, 2))
    askers, hits = tree.query(points, predicate="covered_by")
    found = np.full(len(spots), inf)
    np.minimum.at(found, askers, hits)
    return np.where(np.isfinite(found), found, NOBODY).astype(np.int64)
