"""Shortest paths over both layers of a network: from every node, on foot or driving, to one position on an edge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.closure import Closures
from geo.coordinates import Floats
from geo.edge_times import LayerTimes, edge_times
from geo.journey import Mode
from geo.network import Network
from geo.snap import Snap
from geo.speed import SpeedProfile
from geo.ways import ways_of


class Position(NamedTuple):
    """A place on an edge: its number, and the share of it that lies before the place."""

    edge: int
    fraction: float


class Step(NamedTuple):
    """A piece of one edge travelled in one mode; `edge` and `node` (at its end) are numbers, -1 where there is none."""

    mode: Mode
    edge: int
    node: int
    length_m: float
    ascent_m: float
    descent_m: float
    time_s: float


Steps = tuple[Step, ...]
AGAIN = -2  # the node of a step that ends where it began


@dataclass(frozen=True, slots=True)
class Tree:
    """Shortest times from every state to one position."""

    target: Position
    arrivals: Mapping[int, Steps]  # the last steps, from the states that reach the position itself
    seconds: Floats
    following: NDArray[np.int32]


class Outward(NamedTuple):
    """Shortest times from each of several positions (rows) to every state (columns).

    `before` is the state one comes from: `states` and above for a position itself, negative where there is no way.
    """

    seconds: Floats
    before: NDArray[np.int32]


class Graph:
    """A network under one speed profile, the closures in force, and one delay for each lift (infinity: shut)."""

    def __init__(self, network: Network, profile: SpeedProfile, closures: Closures, delays: tuple[float, ...]):
        self.network = network
        self.ways = ways = ways_of(network)
        self.profile = profile
        foot, self._vehicle, leave = edge_times(network, profile, closures)
        self._foot = foot._replace(middle_s=foot.middle_s.copy())
        self._foot.middle_s[ways.lift] = delays
        self._arc_s = ways.arc_seconds(
            self._foot.through_s(), self._vehicle.through_s(), leave, profile.leave_vehicle_s.value
        )
        self._steps: dict[tuple[int, int], Steps] = {}
        self._compile()

    def tree(self, target: Position, *, driving: bool) -> Tree:
        """One reverse query: the times from every state to the position, on foot and, if wanted, in a vehicle."""
        arrivals = self.arrivals(target, driving=driving)
        times, following = dijkstra(self._matrix(arrivals), indices=[self.ways.states], return_predecessors=True)
        return Tree(target, arrivals, times[0], following[0])

    def matrix(self, target: Position) -> csr_array[np.float64]:
        """What `tree` searches, for measurements: the reversed graph, its last row the position."""
        return self._matrix(self.arrivals(target, driving=True))

    def path(self, tree: Tree, state: int) -> list[Step]:
        """The steps from a state to the tree's position. The state must have a finite time in the tree."""
        steps: list[Step] = []
        while (after := int(tree.following[state])) != self.ways.states:
            steps += self._arc(state, after)
            state = after
        return [*steps, *tree.arrivals[state]]

    def departures(self, start: Position, mode: Mode) -> list[tuple[int, Steps]]:
        """The states one can reach first from a position, on foot or driving, with the steps to each."""
        ends, layer = self._ends(start, mode), self._offset(mode)
        ways_out = [(node + layer, self._along(mode, start, end, node)) for node, end in ends]
        return [(state, steps) for state, steps in ways_out if seconds_of(steps) < inf]

    def arrivals(self, target: Position, *, driving: bool) -> dict[int, Steps]:
        """The states from which one reaches a position itself, on foot or, if wanted, driving, with the last steps."""
        arrivals: dict[int, Steps] = {}
        for mode in (Mode.WALK, Mode.DRIVE) if driving else (Mode.WALK,):
            for node, end in self._ends(target, mode):
                steps = self._along(mode, Position(target.edge, end), target.fraction, -1)
                if mode is Mode.DRIVE:
                    steps = (*steps, self._leave())
                state = node + self._offset(mode)
                if seconds_of(steps) < (seconds_of(arrivals[state]) if state in arrivals else inf):
                    arrivals[state] = steps
        return arrivals

    def direct(self, start: Position, target: Position, mode: Mode) -> Steps | None:
        """Straight along the edge where both lie on one edge (that one can drive, to drive), else None."""
        edge = start.edge
        if edge != target.edge or self.ways.lift[edge] or (mode is Mode.DRIVE and not self.ways.drivable[edge]):
            return None
        steps = self._along(mode, start, target.fraction, -1)
        if seconds_of(steps) == inf:
            return None
        return (*steps, self._leave()) if mode is Mode.DRIVE else steps

    def direct_s(self, start: Position, fractions: Floats, mode: Mode) -> Floats:
        """The seconds of `direct` from a position to each of these fractions of its own edge, infinity for none."""
        edge, ways, layer = start.edge, self.ways, self._layer(mode)
        if ways.lift[edge] or (mode is Mode.DRIVE and not ways.drivable[edge]):
            return np.full(len(fractions), inf)
        share = np.abs(fractions - start.fraction)
        edge_s = np.where(fractions >= start.fraction, layer.forward_s[edge], layer.backward_s[edge])
        seconds = np.multiply(share, edge_s, out=np.zeros(len(share)), where=share > 0)
        seconds += np.where((fractions < 0.5) != (start.fraction < 0.5), layer.middle_s[edge], 0.0)
        return np.asarray(seconds + (self.profile.leave_vehicle_s.value if mode is Mode.DRIVE else 0.0))

    def outward(self, starts: Sequence[tuple[Position, Mode]]) -> Outward:
        """One forward query: the times from each position, on foot or driving, to every state."""
        states, onward = self.ways.states, self._onward
        first = [_quickest(self.departures(start, mode)) for start, mode in starts]
        columns = [onward.indices, *(np.array(list(each), dtype=np.int32) for each in first)]
        seconds = [onward.data, *(np.array(list(each.values()), dtype=np.float64) for each in first)]
        counts = np.array([0, *(len(each) for each in first)], dtype=np.int32)
        ends = np.concatenate([onward.indptr[:-1], onward.indptr[-1] + np.cumsum(counts)])
        size = states + len(starts)
        matrix = csr_array((np.concatenate(seconds), np.concatenate(columns), ends), shape=(size, size))
        times, before = dijkstra(matrix, indices=np.arange(states, size), return_predecessors=True)
        return Outward(times[:, :states], before[:, :states])

    @cached_property
    def lift_arcs(self) -> tuple[tuple[int, int, int], ...]:
        """The pairs of states between which a lift is the quickest way, with the number of its edge."""
        ways = self.ways
        lifts = np.flatnonzero(ways.lift)
        ends = [*zip(ways.tails[lifts], ways.heads[lifts], strict=True)]
        ends += [(head, tail) for tail, head in ends]
        pairs = sorted({(int(source), int(target)) for source, target in ends})
        arcs = [(source, target, self._quickest_arc(source, target)) for source, target in pairs]
        rides = [(source, target, int(ways.arc_edge[arc])) for source, target, arc in arcs if arc is not None]
        return tuple(ride for ride in rides if ways.lift[ride[2]])

    @cached_property
    def _onward(self) -> csr_array[np.float64]:
        """The graph as it is travelled: row = tail, column = head."""
        size = self.ways.states
        return csr_array((self._seconds, self._columns, self._row_starts), shape=(size, size)).T.tocsr()

    def _compile(self) -> None:
        """Row = head, column = tail: of parallel arcs only the quickest (COO to CSR would add them up)."""
        ways = self.ways
        quickest = np.minimum.reduceat(self._arc_s, ways.group_starts) if len(self._arc_s) else self._arc_s
        passable = np.isfinite(quickest)
        rows, columns = np.divmod(ways.group_keys[passable], max(ways.states, 1))
        self._seconds, self._columns = quickest[passable], columns.astype(np.int32)
        ends = np.cumsum(np.bincount(rows, minlength=ways.states))
        self._row_starts = np.concatenate([[0], ends]).astype(np.int32)

    def _matrix(self, arrivals: Mapping[int, Steps]) -> csr_array[np.float64]:
        last_s = np.array([seconds_of(steps) for steps in arrivals.values()], dtype=np.float64)
        seconds = np.concatenate([self._seconds, last_s])
        columns = np.concatenate([self._columns, np.array(list(arrivals), dtype=np.int32)])
        starts = np.append(self._row_starts, np.int32(len(seconds)))
        return csr_array((seconds, columns, starts), shape=(self.ways.states + 1, self.ways.states + 1))

    def _offset(self, mode: Mode) -> int:
        return self.ways.nodes if mode is Mode.DRIVE else 0

    def _layer(self, mode: Mode) -> LayerTimes:
        return self._vehicle if mode is Mode.DRIVE else self._foot

    def _ends(self, position: Position, mode: Mode) -> list[tuple[int, float]]:
        """The nodes at which one may get to or from the position, each with its share of the edge (0.0 or 1.0)."""
        edge, fraction = position
        tail, head = (int(self.ways.tails[edge]), 0.0), (int(self.ways.heads[edge]), 1.0)
        if mode is Mode.DRIVE and not self.ways.drivable[edge]:
            return []
        if fraction in {0.0, 1.0} or self.ways.lift[edge]:
            return [tail if fraction < 0.5 else head]
        return [tail, head]

    def _along(self, mode: Mode, start: Position, end: float, node: int) -> Steps:
        """The steps from a position along its edge, none where there is nothing to go. Lifts are not taken in part."""
        if start.fraction == end or self.ways.lift[start.edge]:
            return ()
        return self._part(mode, start.edge, start.fraction, end, node)

    def _part(self, mode: Mode, edge: int, start: float, end: float, node: int) -> Steps:
        """One step along a part of an edge, before it the wait where its middle is passed and is opened on request."""
        ways, layer, share, onward = self.ways, self._layer(mode), abs(end - start), end >= start
        up_m, down_m = float(ways.ascent_m[edge]) * share, float(ways.descent_m[edge]) * share
        step = Step(
            mode=mode,
            edge=edge,
            node=node,
            length_m=float(ways.length_m[edge]) * share,
            ascent_m=up_m if onward else down_m,
            descent_m=down_m if onward else up_m,
            time_s=float((layer.forward_s if onward else layer.backward_s)[edge]) * share,
        )
        wait_s = float(layer.middle_s[edge]) if (start < 0.5) != (end < 0.5) and not ways.lift[edge] else 0.0
        return (Step(Mode.WAIT, -1, AGAIN, 0.0, 0.0, 0.0, wait_s), step) if wait_s else (step,)

    def _leave(self, node: int = -1) -> Step:
        return Step(Mode.LEAVE, -1, node, 0.0, 0.0, 0.0, self.profile.leave_vehicle_s.value)

    def _arc(self, source: int, target: int) -> Steps:
        steps = self._steps.get((source, target))
        if steps is None:
            steps = self._steps[source, target] = self._quickest_steps(source, target)
        return steps

    def _quickest_steps(self, source: int, target: int) -> Steps:
        """The steps of the quickest open arc between two states; a lift's without the delay of opening it."""
        ways, arc = self.ways, self._quickest_arc(source, target)
        assert arc is not None  # noqa: S101  a path has a way
        edge, node = int(ways.arc_edge[arc]), target % ways.nodes
        if edge < 0:
            return (self._leave(node),)
        start, end = (0.0, 1.0) if ways.arc_onward[arc] else (1.0, 0.0)
        return self._part(Mode.DRIVE if source >= ways.nodes else ways.modes[edge], edge, start, end, node)

    def _quickest_arc(self, source: int, target: int) -> int | None:
        between = self.ways.arcs_between(source, target)
        seconds = self._arc_s[between]
        return between.start + int(np.argmin(seconds)) if len(seconds) and np.isfinite(seconds).any() else None


def _quickest(departures: Iterable[tuple[int, Steps]]) -> dict[int, float]:
    """The seconds to each state, the least where both ends of an edge are one."""
    seconds: dict[int, float] = {}
    for state, steps in departures:
        seconds[state] = min(seconds_of(steps), seconds.get(state, inf))
    return seconds


def position(network: Network, snap: Snap) -> Position:
    """The snapped position by number. Raises `KeyError` if the network has no such edge."""
    number = network.edge_index[snap.edge]
    length_m = network.edges[number].length_m
    return Position(number, min(max(snap.offset_m / length_m, 0.0), 1.0) if length_m > 0 else 0.0)


def seconds_of(steps: Iterable[Step]) -> float:
    """The time of these steps together."""
    return sum(step.time_s for step in steps)


@lru_cache(maxsize=16)
def graph(network: Network, profile: SpeedProfile, closures: Closures, delays: tuple[float, ...]) -> Graph:
    """The compiled graph; kept, because most decisions meet the same closures and the same open lifts."""
    return Graph(network, profile, closures, delays)
