"""The seconds of every edge were it open: on foot or by lift, and in a vehicle, in either direction."""

from __future__ import annotations

from functools import lru_cache
from math import inf
from typing import NamedTuple

import numpy as np

from geo.bends import bends_deg
from geo.coordinates import Floats
from geo.network import Network
from geo.speed import FOOT_CLASSES, EdgeClass, SpeedProfile, foot_s, free_speed_mps, lift_s, road_s
from geo.ways import Ways, ways_of


class OpenTimes(NamedTuple):
    """Seconds of every edge from its first node to its second (`on`) and back, infinity where nobody can go."""

    foot_on: Floats
    foot_back: Floats
    drive_on: Floats
    drive_back: Floats


@lru_cache(maxsize=32)
def open_times(network: Network, profile: SpeedProfile) -> OpenTimes:
    """What every edge takes that kind of mover under those conditions; kept."""
    ways = ways_of(network)
    up_m, down_m = _heights_m(ways, profile)
    bends, free = bends_deg(network), free_mps(network, profile)
    return OpenTimes(
        _foot_seconds(ways, profile, up_m, down_m),
        _foot_seconds(ways, profile, down_m, up_m),
        np.where(ways.drivable, road_s(profile, ways.length_m, up_m, down_m, bends, free), inf),
        np.where(ways.drivable, road_s(profile, ways.length_m, down_m, up_m, bends, free), inf),
    )


@lru_cache(maxsize=32)
def free_mps(network: Network, profile: SpeedProfile) -> Floats:
    """The free speed of every edge, were it driven on: see `free_speed_mps`."""
    looks = [(edge.kind, edge.surface, edge.max_speed_kmh, edge.edge_class) for edge in network.edges]
    free = {each: free_speed_mps(profile, *each) for each in set(looks)}
    return np.array([free[each] for each in looks])


def _heights_m(ways: Ways, profile: SpeedProfile) -> tuple[Floats, Floats]:
    """Ascent and descent. Stairs of which only the number of steps is known go up to the higher of their nodes."""
    up_m, down_m = ways.ascent_m, ways.descent_m
    nodes = ways.network.nodes
    for number, edge in enumerate(ways.network.edges):
        if edge.edge_class == EdgeClass.STAIRS and edge.steps and not (edge.ascent_m or edge.descent_m):
            if up_m is ways.ascent_m:
                up_m, down_m = up_m.copy(), down_m.copy()
            height_m = edge.steps * profile.speeds.step_rise_m.value
            falls = nodes[ways.heads[number]].elevation_m < nodes[ways.tails[number]].elevation_m
            (down_m if falls else up_m)[number] = height_m
    return up_m, down_m


def _foot_seconds(ways: Ways, profile: SpeedProfile, ascent_m: Floats, descent_m: Floats) -> Floats:
    edges = ways.network.edges
    seconds = np.full(len(edges), inf)
    for each in FOOT_CLASSES:
        of = np.array([number for number, edge in enumerate(edges) if edge.edge_class == each], dtype=np.int64)
        seconds[of] = foot_s(profile, each, ways.length_m[of], ascent_m[of], descent_m[of])
    for number in np.flatnonzero(ways.lift):
        lift = edges[number].lift
        seconds[number] = inf if lift is None else lift_s(profile, lift)
    return seconds
