"""The network as arcs between states, on foot and in a vehicle.

State i is node i on foot; state n + i is node i in a vehicle. Arcs: every edge in the foot layer, those that vehicles
may or could pass in the vehicle layer, and from vehicle to foot at every node of these (nobody gets back in); which of
the last exist is decided with the times of the edges.
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
Ints = NDArray[np.int64]

_LIFT_MODES = {EdgeClass.CABLEWAY: Mode.CABLEWAY, EdgeClass.LIFT: Mode.LIFT, EdgeClass.RAIL: Mode.RAIL}


class Ways:
    """The arcs of a network, without speeds or closures, sorted so that parallel ones lie side by side."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.nodes = len(network.nodes)
        self.states = 2 * self.nodes
        edges, index = network.edges, network.node_index
        self.tails: Ints = np.array([index[edge.from_node] for edge in edges], dtype=np.int64)
        self.heads: Ints = np.array([index[edge.to_node] for edge in edges], dtype=np.int64)
        self.length_m = np.array([edge.length_m for edge in edges], dtype=np.float64)
        self.ascent_m = np.array([edge.ascent_m for edge in edges], dtype=np.float64)
        self.descent_m = np.array([edge.descent_m for edge in edges], dtype=np.float64)
        self.road = np.array([edge.edge_class == EdgeClass.ROAD for edge in edges], dtype=bool)
        self.path = np.array([edge.edge_class == EdgeClass.PATH for edge in edges], dtype=bool)
        self.lift = np.array([edge.edge_class in LIFT_CLASSES for edge in edges], dtype=bool)
        self.driven_on = np.array([edge.driven.onward for edge in edges], dtype=bool)
        self.driven_back = np.array([edge.driven.back for edge in edges], dtype=bool)
        self.walked_on = np.array([edge.walked.onward for edge in edges], dtype=bool)
        self.walked_back = np.array([edge.walked.back for edge in edges], dtype=bool)
        self.drivable = self.road | self.driven_on | self.driven_back  # a road shut to vehicles may have a gate
        self.modes = [_LIFT_MODES.get(edge.edge_class, Mode.WALK) for edge in edges]
        self.trailheads = _trailheads(self)
        self._sort_arcs()

    def arc_seconds(
        self, walk: tuple[Floats, Floats], drive: tuple[Floats, Floats], leave: Bools, leave_s: float
    ) -> Floats:
        """The seconds of every arc, in sorted order, from those of the edges forward and backward, and from where one
        may leave a vehicle."""
        drivable, stops = self.drivable, np.where(leave[self._stops], leave_s, np.inf)
        return np.concatenate([*walk, drive[0][drivable], drive[1][drivable], stops])[self._order]

    def arcs_between(self, source: int, target: int) -> slice:
        """Where the arcs from one state to another lie in the sorted order."""
        key = target * self.states + source
        return slice(int(np.searchsorted(self._keys, key)), int(np.searchsorted(self._keys, key, side="right")))

    def _sort_arcs(self) -> None:
        every, roads = np.arange(len(self.length_m)), np.flatnonzero(self.drivable)
        stops = self._stops = np.unique(np.concatenate([self.tails[roads], self.heads[roads]]))
        n = self.nodes
        sources = [self.tails, self.heads, self.tails[roads] + n, self.heads[roads] + n, stops + n]
        targets = [self.heads, self.tails, self.heads[roads] + n, self.tails[roads] + n, stops]
        keys = np.concatenate(targets) * self.states + np.concatenate(sources)  # rows of the reversed graph are targets
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self.group_keys, self.group_starts = np.unique(self._keys, return_index=True)
        counts = [len(every), len(every), len(roads), len(roads), len(stops)]
        self.arc_edge = np.concatenate([every, every, roads, roads, np.full(len(stops), -1)])[self._order]
        self.arc_onward = np.repeat([True, False, True, False, True], counts)[self._order]


def _trailheads(ways: Ways) -> Bools:
    """The nodes at which a vehicle arrives and one may go on on foot where no vehicle may: along another edge, for to
    walk back the one-way by which one came leads nowhere new."""
    arrives = _counts(ways, ways.driven_back, ways.driven_on)
    only_on_foot = ways.walked_on & ~ways.driven_on, ways.walked_back & ~ways.driven_back
    goes_on = _counts(ways, *only_on_foot)
    back_again = _counts(ways, ways.driven_back & only_on_foot[0], ways.driven_on & only_on_foot[1])
    return np.asarray(arrives * goes_on > back_again)


def _counts(ways: Ways, at_tail: Bools, at_head: Bools) -> Ints:
    """How many edges have these properties at their tails, and these at their heads, for every node."""
    tails = np.bincount(ways.tails[at_tail], minlength=ways.nodes)
    return np.asarray(tails + np.bincount(ways.heads[at_head], minlength=ways.nodes), dtype=np.int64)


@lru_cache(maxsize=16)
def ways_of(network: Network) -> Ways:
    """The arcs of a network; kept."""
    return Ways(network)
