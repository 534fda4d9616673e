"""The network as arcs between states, on foot and in a vehicle.

State i is node i on foot; state n + i is node i in a vehicle. Arcs: roads in both layers, foot edges and lifts in the
foot layer, and from vehicle to foot at the nodes where a foot edge or a lift meets a road (nobody gets back in).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geo.coordinates import Floats
from geo.journey import Mode
from geo.network import Network
from geo.speed import LIFT_CLASSES, EdgeClass

Bools = NDArray[np.bool_]

_LIFT_MODES = {EdgeClass.CABLEWAY: Mode.CABLEWAY, EdgeClass.LIFT: Mode.LIFT, EdgeClass.RAIL: Mode.RAIL}


class Ways:
    """The arcs of a network, without speeds or closures, sorted so that parallel ones lie side by side."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.nodes = len(network.nodes)
        self.states = 2 * self.nodes
        edges, index = network.edges, network.node_index
        self.tails = np.array([index[edge.from_node] for edge in edges], dtype=np.int64)
        self.heads = np.array([index[edge.to_node] for edge in edges], dtype=np.int64)
        self.length_m = np.array([edge.length_m for edge in edges], dtype=np.float64)
        self.ascent_m = np.array([edge.ascent_m for edge in edges], dtype=np.float64)
        self.descent_m = np.array([edge.descent_m for edge in edges], dtype=np.float64)
        self.road = np.array([edge.edge_class == EdgeClass.ROAD for edge in edges], dtype=bool)
        self.path = np.array([edge.edge_class == EdgeClass.PATH for edge in edges], dtype=bool)
        self.lift = np.array([edge.edge_class in LIFT_CLASSES for edge in edges], dtype=bool)
        self.modes = [_LIFT_MODES.get(edge.edge_class, Mode.WALK) for edge in edges]
        self.trailheads = _touched(self, self.road) & _touched(self, ~self.road)
        self._sort_arcs()

    def arc_seconds(self, forward: Floats, backward: Floats, drive: Floats, leave_s: float) -> Floats:
        """The seconds of every arc, in sorted order, from the seconds of the edges."""
        leave = np.full(int(self.trailheads.sum()), leave_s)
        return np.concatenate([forward, backward, drive[self.road], drive[self.road], leave])[self._order]

    def arcs_between(self, source: int, target: int) -> slice:
        """Where the arcs from one state to another lie in the sorted order."""
        key = target * self.states + source
        return slice(int(np.searchsorted(self._keys, key)), int(np.searchsorted(self._keys, key, side="right")))

    def _sort_arcs(self) -> None:
        every, roads, leave = np.arange(len(self.length_m)), np.flatnonzero(self.road), np.flatnonzero(self.trailheads)
        n = self.nodes
        sources = [self.tails, self.heads, self.tails[roads] + n, self.heads[roads] + n, leave + n]
        targets = [self.heads, self.tails, self.heads[roads] + n, self.tails[roads] + n, leave]
        keys = np.concatenate(targets) * self.states + np.concatenate(sources)  # rows of the reversed graph are targets
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self.group_keys, self.group_starts = np.unique(self._keys, return_index=True)
        counts = [len(every), len(every), len(roads), len(roads), len(leave)]
        self.arc_edge = np.concatenate([every, every, roads, roads, np.full(len(leave), -1)])[self._order]
        self.arc_onward = np.repeat([True, False, True, False, True], counts)[self._order]


def _touched(ways: Ways, edges: Bools) -> Bools:
    touched = np.zeros(ways.nodes, dtype=bool)
    touched[ways.tails[edges]] = True
    touched[ways.heads[edges]] = True
    return touched


@lru_cache(maxsize=16)
def ways_of(network: Network) -> Ways:
    """The arcs of a network; kept."""
    return Ways(network)
