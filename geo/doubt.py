"""Which part of the network a vague point lies on: a cliff's top and its foot may be 150 m apart on the plan.

A point with its accuracy may lie on several ways. Those between which one walks quickly are one part of the network: it
hardly matters which of them it is. Parts between which one would walk long, and far round, are different places.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import hypot, inf

import numpy as np

from geo.along import Position
from geo.closure import ALL_OPEN
from geo.coordinates import metric
from geo.graph import Graph, graph
from geo.journey import Mode
from geo.network import Network, OffTheMap
from geo.profile import Speeds
from geo.snap import Snap
from geo.speed import SpeedProfile
from geo.start import place_of

APART_S = 180.0  # of the ten minutes: who must walk longer from one to the other has come to the wrong place
ROUND = 3.0  # and so many times as long as a level, straight way would take: else it is one long way
WIDEST_M = 500.0  # a place known no better is looked at within this
LEAST_M = 30.0  # a phone under a rock wall is further off than it says, and so is the line drawn for a way
STEP_M, STEEPEST = 5.0, 0.5  # who is beside a way goes over to it straight: up a bank, what heights err by, no wall
MOST_WAYS, MOST_PARTS = 40, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the network on which the point may lie: the position on it that is nearest to the point, and what the
    way there is called (the names are empty where neither it nor its ends have any)."""

    snap: Snap
    name_zh: str
    name_en: str


def parts(
    network: Network, lon: float, lat: float, accuracy_m: float | None, profile: SpeedProfile
) -> tuple[Part, ...]:
    """The parts within the point's accuracy, the nearest first; one where there is no doubt, none off the map.

    Looked at within `accuracy_m`, at least `LEAST_M` and at most `WIDEST_M`, or as far as the nearest way lies if that
    is further; None is for a place that is known, of which nothing but the nearest way is looked at. The answer rests
    on the network and the speeds alone: on foot, without lifts, whatever is closed and whatever the hour; it is kept,
    as a decision is made again and again for the same point.
    """
    return _parts(network, lon, lat, accuracy_m, profile.speeds)


@lru_cache(maxsize=512)
def _parts(network: Network, lon: float, lat: float, accuracy_m: float | None, speeds: Speeds) -> tuple[Part, ...]:
    try:
        nearest = network.snap(lon, lat)
    except OffTheMap:
        return ()
    within_m = 0.0 if accuracy_m is None else min(max(accuracy_m, LEAST_M), WIDEST_M)
    radius_m = max(within_m, nearest.distance_m)
    others = (each for each in network.snaps(lon, lat, radius_m) if each.edge != nearest.edge)
    near = (nearest, *others)[:MOST_WAYS]  # of ways that are equally near the first is the one that is decided for
    if len(near) == 1:
        return (part_of(network, near[0]),)
    walking = _Walking(network, SpeedProfile(speeds=speeds), radius_m)
    leaders: list[Snap] = []
    for each in near:
        if len(leaders) < MOST_PARTS and all(walking.apart(leader, each) for leader in leaders):
            leaders.append(each)
    return tuple(part_of(network, each) for each in leaders)


def there(part: Snap, accuracy_m: float | None) -> Snap:
    """The position to go to when the point is known to lie on that part: the accuracy explains why it lies beside."""
    explained_m = max(accuracy_m or 0.0, LEAST_M)
    return replace(part, distance_m=max(0.0, part.distance_m - explained_m))


def on_way(network: Network, lon: float, lat: float, edge: str, within_m: float) -> Snap | None:
    """The position on that way nearest to the point; None where it is no way people stand on within that distance."""
    return next((each for each in network.snaps(lon, lat, within_m) if each.edge == edge), None)


class _Walking:
    """How long one walks between positions near each other, nothing closed and no lift running."""

    def __init__(self, network: Network, profile: SpeedProfile, radius_m: float) -> None:
        lifts = sum(edge.lift is not None for edge in network.edges)
        self._network = network
        self._graph: Graph = graph(network, profile, ALL_OPEN, (inf,) * lifts)
        self._metric = metric(network.srid)
        self._level_mps = profile.figures.level_mps.value
        self._off_network_mps = profile.figures.off_network_mps.value
        self._limit_s = max(APART_S, ROUND * 2.0 * radius_m / self._level_mps) + 1.0

    def apart(self, one: Snap, other: Snap) -> bool:
        """Whether one would walk long, and far round, from either to the other."""
        straight_m = self._straight_m(one, other)
        most_s = max(APART_S, ROUND * straight_m / self._level_mps)
        climb_m = abs(one.elevation_m - other.elevation_m)
        if climb_m <= STEP_M + STEEPEST * straight_m and straight_m / self._off_network_mps <= most_s:
            return False
        here, there = place_of(self._network, one).position, place_of(self._network, other).position
        return max(self._walk_s(here, there), self._walk_s(there, here)) > most_s

    def _walk_s(self, start: Position, target: Position) -> float:
        tree = self._graph.tree(target, driving=False, limit_s=self._limit_s)
        by_ends = (
            end.seconds + float(tree.seconds[end.state]) for end in self._graph.ends(start, Mode.WALK, leaving=True)
        )
        return min(self._graph.straight_s(start, target, Mode.WALK), *by_ends, inf)

    def _straight_m(self, one: Snap, other: Snap) -> float:
        x, y = self._metric.metres(np.array([one.lon, other.lon]), np.array([one.lat, other.lat]))
        return hypot(float(x[0] - x[1]), float(y[0] - y[1]))


def part_of(network: Network, snap: Snap) -> Part:
    """The position with the name of its way, or of the nearer end where that has none."""
    edge = network.edge(snap.edge)
    ends = [network.node(edge.from_node), network.node(edge.to_node)]
    if snap.offset_m > edge.length_m / 2:
        ends.reverse()
    names = [(edge.name_zh, edge.name_en), *((node.name_zh, node.name_en) for node in ends)]
    name_zh, name_en = next((each for each in names if any(each)), ("", ""))
    return Part(snap=snap, name_zh=name_zh or name_en, name_en=name_en or name_zh)
