"""A leg told to who travels it: where to turn, onto which way, how far, how high and how long until the next turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from math import atan2, degrees, fsum, isfinite

import numpy as np
import shapely
from shapely.ops import substring

from geo.closure import ALL_OPEN, Closures
from geo.coordinates import LonLat, metric
from geo.course import Course, courses
from geo.edge_times import LayerTimes, edge_times, in_force
from geo.journey import LIFT_MODES, Leg, Mode
from geo.network import Edge, Network
from geo.speed import NORMAL, SpeedProfile

BEND_DEG = 30.0
"""Where ways part, a change of direction below this is no turn; the rule is ours."""
SHARP_DEG = 110.0
BACK_DEG = 160.0
ALONG_M = 20.0
"""A direction is that of so much of the way before and after."""
PARTING = 3
"""So many ways meet where somebody could go wrong."""


class Turn(StrEnum):
    """What to do at the beginning of a piece."""

    START = "start"
    """The leg begins here."""
    STRAIGHT = "straight"
    """Straight on, onto another kind of way or one of another name."""
    LEFT = "left"
    SHARP_LEFT = "sharp_left"
    RIGHT = "right"
    SHARP_RIGHT = "sharp_right"
    BACK = "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A leg from one turn to the next, along one way; `edge` is its first, and of its class and names all are (None
    where there is no way: standing, or through pathless ground). Metres and seconds; they add up to the leg's.
    """

    turn: Turn
    at: LonLat
    edge: Edge | None
    length_m: float
    ascent_m: float
    descent_m: float
    time_s: float


def pieces(
    network: Network, leg: Leg, *, profile: SpeedProfile = NORMAL, closures: Closures = ALL_OPEN
) -> tuple[Piece, ...]:
    """The leg in pieces: a new one where ways part and one turns by `BEND_DEG` or more, and where the kind or the name
    of the way changes. One that nobody walks or drives is one piece. Raises `KeyError` for a leg of another network.
    """
    start = LonLat(leg.start.lon, leg.start.lat)
    if not leg.edges or leg.mode in LIFT_MODES:
        edge = network.edge(leg.edges[0]) if leg.edges else None
        return (_piece(leg, Turn.START, start, edge, 1.0, 1.0, 1.0, 1.0),)
    passed = list(courses(network, leg))
    times = edge_times(network, profile, in_force(network, profile, closures))
    layer = times.vehicle if leg.mode is Mode.DRIVE else times.foot
    costs = [_costs(network, each, layer) for each in passed]
    shares = [_shares(values) for values in zip(*costs, strict=True)]
    turns = [(0, Turn.START)]
    for number, pair in enumerate(pairwise(passed), start=1):
        turned = _turn(network, *pair)
        if turned is not None:
            turns.append((number, turned))
    made = []
    for (first, turn), end in zip(turns, [*(number for number, _ in turns[1:]), len(passed)], strict=True):
        at = start if first == 0 else _first_point(passed[first])
        parts = [fsum(each[first:end]) for each in shares]
        made.append(_piece(leg, turn, at, passed[first].edge, *parts))
    return tuple(made)


def _piece(leg: Leg, turn: Turn, at: LonLat, edge: Edge | None, *shares: float) -> Piece:
    length, up, down, time = shares
    return Piece(
        turn=turn,
        at=at,
        edge=edge,
        length_m=leg.length_m * length,
        ascent_m=leg.ascent_m * up,
        descent_m=leg.descent_m * down,
        time_s=leg.time_s * time,
    )


def _costs(network: Network, passed: Course, layer: LayerTimes) -> tuple[float, float, float, float]:
    """What this edge has in the leg's length, ascent, descent and time, as far as it is passed."""
    edge, share = passed.edge, abs(passed.end - passed.start)
    up, down = (edge.ascent_m, edge.descent_m) if passed.onward else (edge.descent_m, edge.ascent_m)
    number = np.array([network.edge_index[edge.id]])
    whole_s = float((layer.forward_s if passed.onward else layer.backward_s)[number][0])
    middle_s = float(layer.middle_s[number][0]) if passed.through else 0.0
    time_s = share * whole_s + middle_s
    return share * edge.length_m, share * up, share * down, time_s if isfinite(time_s) else share * edge.length_m


def _shares(values: Sequence[float]) -> list[float]:
    """Of the sum; all alike of a sum of nothing."""
    total = fsum(values)
    return [value / total for value in values] if total > 0 else [1.0 / len(values)] * len(values)


def _turn(network: Network, before: Course, after: Course) -> Turn | None:
    """What to do between two edges; None where one just goes on."""
    node = before.edge.to_node if before.onward else before.edge.from_node
    bend = _bend_deg(network, before, after)
    other = _called(before.edge) != _called(after.edge)
    if not other and (_meeting(network)[node] < PARTING or abs(bend) < BEND_DEG):
        return None
    return _direction(bend)


def _called(edge: Edge) -> tuple[object, ...]:
    return edge.edge_class, edge.name_zh, edge.name_en


def _direction(bend: float) -> Turn:
    """By degrees to the right of straight on."""
    size = abs(bend)
    if size < BEND_DEG:
        return Turn.STRAIGHT
    if size >= BACK_DEG:
        return Turn.BACK
    if size >= SHARP_DEG:
        return Turn.SHARP_RIGHT if bend > 0 else Turn.SHARP_LEFT
    return Turn.RIGHT if bend > 0 else Turn.LEFT


def _bend_deg(network: Network, before: Course, after: Course) -> float:
    """By how much one turns, degrees to the right, -180 to 180; 0 where one of the two is a point."""
    came, goes = _metres(network, before), _metres(network, after)
    if came.length == 0 or goes.length == 0:
        return 0.0
    came_from, goes_to = came.interpolate(max(came.length - ALONG_M, 0.0)), goes.interpolate(min(ALONG_M, goes.length))
    here, there = shapely.Point(came.coords[-1]), shapely.Point(goes.coords[0])
    one = atan2(here.x - came_from.x, here.y - came_from.y)
    other = atan2(goes_to.x - there.x, goes_to.y - there.y)
    return (degrees(other - one) + 180.0) % 360.0 - 180.0


def _metres(network: Network, passed: Course) -> shapely.LineString:
    """The part of the edge that is passed, in the direction in which it is."""
    part = substring(passed.line, passed.start, passed.end, normalized=True)
    points = np.asarray(part.coords, dtype=np.float64)
    if len(points) == 1:
        points = np.repeat(points, 2, axis=0)
    return shapely.LineString(np.column_stack(metric(network.srid).metres(points[:, 0], points[:, 1])))


def _first_point(passed: Course) -> LonLat:
    point = passed.line.interpolate(passed.start, normalized=True)
    return LonLat(float(point.x), float(point.y))


@lru_cache(maxsize=4)
def _meeting(network: Network) -> Counter[str]:
    """How many ways that are walked or driven end at each node."""
    return Counter(node for edge in network.edges if edge.lift is None for node in (edge.from_node, edge.to_node))
