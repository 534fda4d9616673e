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

from geo.changed import Changed, FloatColumn
from geo.closure import ALL_OPEN, Closure, ClosureMode, Closures, Layer, Passage, together
from geo.coordinates import Floats
from geo.network import Network
from geo.open_times import open_times
from geo.speed import SpeedProfile, closed_by
from geo.ways import ways_of

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


class LayerTimes(NamedTuple):
    """One layer: seconds of the whole edge forward and backward (infinity where one may not go), and at its middle."""

    forward_s: FloatColumn
    backward_s: FloatColumn
    middle_s: FloatColumn


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
    if not closures:
        return _open(network, profile)
    ways, open_s, all_open = ways_of(network), open_times(network, profile), edge_times(network, profile, ALL_OPEN)
    edges = touched_by(network, closures)
    onward, back = (ways.walked_on, ways.walked_back), (ways.driven_on, ways.driven_back)
    foot = _changed(network, closures, Layer.FOOT, edges, all_open.foot, open_s[:2], onward)
    vehicle = all_open.vehicle
    if profile.drives:
        vehicle = _changed(network, closures, Layer.VEHICLE, edges, vehicle, open_s[2:], back)
    lifts = edges[ways.lift[edges]]
    foot = foot._replace(middle_s=_with(foot.middle_s, lifts, np.zeros(len(lifts))))
    stops = _stopped(network, closures, foot, vehicle)
    return EdgeTimes(foot, vehicle, tuple(stops[~ways.trailheads[stops]].tolist()))


def touched_by(network: Network, closures: Closures) -> Ints:
    """The numbers of the edges that closures name, in order."""
    return _numbers(network, frozenset[str]().union(*(one.edges for one in closures)))


def _open(network: Network, profile: SpeedProfile) -> EdgeTimes:
    ways, open_s = ways_of(network), open_times(network, profile)
    free = np.zeros(len(network.edges))
    foot = LayerTimes(_where(ways.walked_on, open_s[0]), _where(ways.walked_back, open_s[1]), free)
    driven = [passage if profile.drives else np.zeros_like(passage) for passage in (ways.driven_on, ways.driven_back)]
    return EdgeTimes(foot, LayerTimes(_where(driven[0], open_s[2]), _where(driven[1], open_s[3]), free), ())


def _where(passed: Bools, seconds: Floats) -> Floats:
    return np.where(passed, seconds, inf)


def _changed(
    network: Network,
    closures: Closures,
    layer: Layer,
    edges: Ints,
    times: LayerTimes,
    seconds: tuple[Floats, ...],
    passages: tuple[Bools, Bools],
) -> LayerTimes:
    """The times of a layer with those of these edges, all that are touched, under the closures."""
    onward, back = (passage[edges] for passage in passages)
    factor, middle_s = np.ones(len(edges)), np.zeros(len(edges))
    mine = [
        (closure, np.searchsorted(edges, _numbers(network, closure.edges)))
        for closure in closures
        if closure.layer.covers(layer)
    ]
    for closure, which in mine:
        if closure.delay_s is not None:
            gates = which[~(onward[which] | back[which])]
            onward[gates] = back[gates] = True
            middle_s[which] = np.maximum(middle_s[which], closure.delay_s)
    for closure, which in mine:
        if closure.factor is not None:
            factor[which] *= closure.factor
        elif closure.direction is not None:
            (back if closure.direction is Passage.FORWARD else onward)[which] = False
        elif closure.mode is ClosureMode.SHUT:
            middle_s[which] = inf
    forward_s, backward_s = (
        np.where(onward, seconds[0][edges] * factor, inf),
        np.where(back, seconds[1][edges] * factor, inf),
    )
    return LayerTimes(
        _with(times.forward_s, edges, forward_s),
        _with(times.backward_s, edges, backward_s),
        _with(times.middle_s, edges, middle_s),
    )


def _with(times_s: FloatColumn, edges: Ints, seconds: Floats) -> FloatColumn:
    """The same times, but that these edges have those seconds."""
    return times_s if np.array_equal(times_s[edges], seconds) else Changed(times_s, edges, seconds)


def _stopped(network: Network, closures: Closures, foot: LayerTimes, vehicle: LayerTimes) -> Ints:
    """The ends of edges whose closure makes passing slower in a vehicle than on foot, or lets vehicles in where the
    network does not: there a crew may get out and walk on."""
    ways, stopped = ways_of(network), [np.zeros(0, dtype=np.int64)]
    for closure in closures:
        if closure.layer.covers(Layer.VEHICLE):
            edges = _numbers(network, closure.edges)
            edges = edges[ways.drivable[edges]]
            if closure.mode is ClosureMode.ON_REQUEST:
                gates = edges[~(ways.driven_on[edges] | ways.driven_back[edges])]
                stopped += [ways.tails[gates], ways.heads[gates]]
            for driven_s, walked_s, ends in (
                (vehicle.forward_s, foot.forward_s, ways.tails),
                (vehicle.backward_s, foot.backward_s, ways.heads),
            ):
                slower = driven_s[edges] + vehicle.middle_s[edges] > walked_s[edges] + foot.middle_s[edges]
                stopped.append(ends[edges[slower]])
    return np.unique(np.concatenate(stopped))


def _numbers(network: Network, edges: frozenset[str]) -> Ints:
    index = network.edge_index
    return np.array(sorted(index[edge] for edge in edges if edge in index), dtype=np.int64)
