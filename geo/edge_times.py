"""What every edge costs under one speed profile and the closures in force, in either direction and on either layer.

An edge costs its seconds in proportion to how much of it is travelled, and what stands at its middle: nothing, the
delay of opening it on request, or, where it is shut, everything. So a journey may begin or end on a shut edge, by the
nearer end.
"""

from __future__ import annotations

from functools import lru_cache
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.closure import Closure, ClosureMode, Closures, Layer, Passage, together
from geo.coordinates import Floats
from geo.network import Network
from geo.open_times import open_times
from geo.speed import SpeedProfile, closed_by
from geo.ways import ways_of

Bools = NDArray[np.bool_]


class LayerTimes(NamedTuple):
    """One layer: seconds of the whole edge forward and backward (infinity where one may not go), and at its middle."""

    forward_s: Floats
    backward_s: Floats
    middle_s: Floats

    def through_s(self) -> tuple[Floats, Floats]:
        """The seconds from end to end, forward and backward."""
        return self.forward_s + self.middle_s, self.backward_s + self.middle_s


class EdgeTimes(NamedTuple):
    """Both layers, and the nodes beside trailheads at which closures make a crew leave its vehicle. The middle of lifts
    is not in it: their delay depends on the hour."""

    foot: LayerTimes
    vehicle: LayerTimes
    stops: tuple[int, ...]


def in_force(network: Network, profile: SpeedProfile, closures: Closures) -> Closures:
    """These closures, and of what the profile's conditions close."""
    closed = closed_by(network, profile)
    return together([*closures, Closure(edges=closed, mode=ClosureMode.SHUT)]) if closed else closures


@lru_cache(maxsize=32)
def edge_times(network: Network, profile: SpeedProfile, closures: Closures) -> EdgeTimes:
    """The times of all edges; kept, because most decisions meet the same closures."""
    ways, open_s = ways_of(network), open_times(network, profile)
    foot = _layer(network, closures, Layer.FOOT, open_s[:2], (ways.walked_on, ways.walked_back))
    vehicle = _layer(network, closures, Layer.VEHICLE, open_s[2:], (ways.driven_on, ways.driven_back))
    if not profile.drives:
        vehicle = vehicle._replace(
            forward_s=np.full_like(vehicle.forward_s, inf), backward_s=np.full_like(vehicle.backward_s, inf)
        )
    foot.middle_s[ways.lift] = 0.0
    stops = np.flatnonzero(_stopped(network, closures, foot, vehicle) & ~ways.trailheads)
    return EdgeTimes(foot, vehicle, tuple(stops.tolist()))


def _layer(
    network: Network, closures: Closures, layer: Layer, seconds: tuple[Floats, ...], passages: tuple[Bools, Bools]
) -> LayerTimes:
    onward, back = (passage.copy() for passage in passages)
    factor, middle_s = np.ones(len(onward)), np.zeros(len(onward))
    mine = [(closure, _numbers(network, closure.edges)) for closure in closures if closure.layer.covers(layer)]
    for closure, edges in mine:
        if closure.delay_s is not None:
            gates = edges[~(onward[edges] | back[edges])]
            onward[gates] = back[gates] = True
            middle_s[edges] = np.maximum(middle_s[edges], closure.delay_s)
    for closure, edges in mine:
        if closure.factor is not None:
            factor[edges] *= closure.factor
        elif closure.direction is not None:
            (back if closure.direction is Passage.FORWARD else onward)[edges] = False
        elif closure.mode is ClosureMode.SHUT:
            middle_s[edges] = inf
    forward_s, backward_s = seconds
    return LayerTimes(np.where(onward, forward_s * factor, inf), np.where(back, backward_s * factor, inf), middle_s)


def _stopped(network: Network, closures: Closures, foot: LayerTimes, vehicle: LayerTimes) -> Bools:
    """The ends of edges whose closure makes passing slower in a vehicle than on foot, or lets vehicles in where the
    network does not: there a crew may get out and walk on."""
    ways, stopped = ways_of(network), np.zeros(len(network.nodes), dtype=bool)
    for closure in closures:
        if closure.layer.covers(Layer.VEHICLE):
            edges = _numbers(network, closure.edges)
            edges = edges[ways.drivable[edges]]
            if closure.mode is ClosureMode.ON_REQUEST:
                gates = edges[~(ways.driven_on[edges] | ways.driven_back[edges])]
                stopped[ways.tails[gates]] = stopped[ways.heads[gates]] = True
            for driven_s, walked_s, ends in (
                (vehicle.forward_s, foot.forward_s, ways.tails),
                (vehicle.backward_s, foot.backward_s, ways.heads),
            ):
                slower = driven_s[edges] + vehicle.middle_s[edges] > walked_s[edges] + foot.middle_s[edges]
                stopped[ends[edges[slower]]] = True
    return stopped


def _numbers(network: Network, edges: frozenset[str]) -> NDArray[np.int64]:
    index = network.edge_index
    return np.array([index[edge] for edge in edges if edge in index], dtype=np.int64)
