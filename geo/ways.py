"""The edges of a network as arrays, and in rows: what lies between two junctions is one stretch for a search.

A junction is a node where more or fewer than two edges meet, where a lift ends, or where a vehicle may be left.
Everything between two of them is a row of edges one behind the other, and nobody chooses a way inside it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.journey import Mode
from geo.network import Network
from geo.speed import LIFT_CLASSES, EdgeClass

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_LIFT_MODES = {
    EdgeClass.CABLEWAY: Mode.CABLEWAY,
    EdgeClass.LIFT: Mode.LIFT,
    EdgeClass.RAIL: Mode.RAIL,
    EdgeClass.FERRY: Mode.FERRY,
}


class Rows(NamedTuple):
    """All edges, row by row: `order` has their numbers, `onward` whether each runs the way of its row, `starts` where
    each row begins in them."""

    order: Ints
    onward: Bools
    starts: Ints


class Ways:
    """The edges without speeds or closures."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.nodes = len(network.nodes)
        edges, index = network.edges, network.node_index
        self.tails: Ints = np.array([index[edge.from_node] for edge in edges], dtype=np.int64)
        self.heads: Ints = np.array([index[edge.to_node] for edge in edges], dtype=np.int64)
        self.length_m = np.array([edge.length_m for edge in edges], dtype=np.float64)
        self.ascent_m = np.array([edge.ascent_m for edge in edges], dtype=np.float64)
        self.descent_m = np.array([edge.descent_m for edge in edges], dtype=np.float64)
        self.lift = np.array([edge.edge_class in LIFT_CLASSES for edge in edges], dtype=bool)
        self.driven_on = np.array([edge.driven.onward for edge in edges], dtype=bool)
        self.driven_back = np.array([edge.driven.back for edge in edges], dtype=bool)
        self.walked_on = np.array([edge.walked.onward for edge in edges], dtype=bool)
        self.walked_back = np.array([edge.walked.back for edge in edges], dtype=bool)
        road = np.array([edge.edge_class == EdgeClass.ROAD for edge in edges], dtype=bool)
        self.drivable = road | self.driven_on | self.driven_back  # a road shut to vehicles may have a gate
        self.modes = [_LIFT_MODES.get(edge.edge_class, Mode.WALK) for edge in edges]
        self.trailheads = _trailheads(self)
        self.part = _parts(self)
        self.rows = _rows(self, _junctions(self))


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


def _parts(ways: Ways) -> Ints:
    """The number of the part of the network every node is in, were everything open both ways."""
    joined = coo_array((np.ones(len(ways.tails)), (ways.tails, ways.heads)), shape=(ways.nodes, ways.nodes)).tocsr()
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)


def _junctions(ways: Ways) -> Bools:
    every = np.ones(len(ways.tails), dtype=bool)
    loops = ways.tails == ways.heads
    kept: Bools = (_counts(ways, every, every) != 2) | ways.trailheads
    for ends in (ways.tails, ways.heads):
        kept[ends[ways.lift | loops]] = True
    return kept


def _rows(ways: Ways, junctions: Bools) -> Rows:
    """Walk from every junction along every edge there to the next one; of rings without any, one node is made one."""
    tails, heads, kept = ways.tails.tolist(), ways.heads.tolist(), junctions.tolist()
    edges_at: list[list[int]] = [[] for _ in range(ways.nodes)]
    for edge, (tail, head) in enumerate(zip(tails, heads, strict=True)):
        edges_at[tail].append(edge)
        edges_at[head].append(edge)
    taken = [False] * len(tails)
    order: list[int] = []
    onward: list[bool] = []
    starts: list[int] = []

    def walk(edge: int, node: int) -> None:
        starts.append(len(order))
        while True:
            forward = tails[edge] == node
            taken[edge] = True
            order.append(edge)
            onward.append(forward)
            node = heads[edge] if forward else tails[edge]
            if kept[node]:
                return
            edge = edges_at[node][0] if edges_at[node][1] == edge else edges_at[node][1]

    for node in [*np.flatnonzero(junctions).tolist(), *range(ways.nodes)]:
        for edge in edges_at[node]:
            if not taken[edge]:
                kept[node] = True
                walk(edge, node)
    return Rows(np.array(order, dtype=np.int64), np.array(onward, dtype=bool), np.array(starts, dtype=np.int64))


@lru_cache(maxsize=16)
def ways_of(network: Network) -> Ways:
    """The edges of a network; kept."""
    return Ways(network)
