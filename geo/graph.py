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

from geo.coordinates import Floats
from geo.journey import Mode
from geo.network import Network
from geo.open_times import open_times
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
    """A network under one speed profile, one set of closed edges and one delay for each lift (infinity: shut).

    A closed edge is cut in its middle: no path passes along it, but one may begin or end on it, by its nearer end,
    else nobody could be timed to a patient there.
    """

    def __init__(self, network: Network, profile: SpeedProfile, closed: frozenset[str], delays: tuple[float, ...]):
        self.network = network
        self.ways = ways = ways_of(network)
        self.profile = profile
        self.closed = np.array([edge.id in closed for edge in network.edges], dtype=bool)
        self._open_s = open_times(network, profile)[:3]
        forward, backward, drive = (seconds.copy() for seconds in self._open_s)
        forward[ways.lift] += delays
        backward[ways.lift] += delays
        for seconds in (forward, backward, drive):
            seconds[self.closed] = inf
        self._arc_s = ways.arc_seconds(forward, backward, drive, profile.leave_vehicle_s.value)
        self._steps: dict[tuple[int, int], Step] = {}
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
            steps.append(self._step(state, after))
            state = after
        return [*steps, *tree.arrivals[state]]

    def departures(self, start: Position, mode: Mode) -> list[tuple[int, Steps]]:
        """The states one can reach first from a position, on foot or driving, with the step to each."""
        ends, layer = self._ends(start, mode), self._layer(mode)
        return [(node + layer, self._along(mode, start, end, node)) for node, end in ends]

    def arrivals(self, target: Position, *, driving: bool) -> dict[int, Steps]:
        """The states from which one reaches a position itself, on foot or, if wanted, driving, with the last steps."""
        arrivals: dict[int, Steps] = {}
        for mode in (Mode.WALK, Mode.DRIVE) if driving else (Mode.WALK,):
            for node, end in self._ends(target, mode):
                steps = self._along(mode, Position(target.edge, end), target.fraction, -1)
                if mode is Mode.DRIVE:
                    steps = (*steps, self._leave())
                state = node + self._layer(mode)
                if state not in arrivals or seconds_of(steps) < seconds_of(arrivals[state]):
                    arrivals[state] = steps
        return arrivals

    def direct(self, start: Position, target: Position, mode: Mode) -> Steps | None:
        """Straight along the edge where both lie on one edge (of road, to drive), else None."""
        edge = start.edge
        if edge != target.edge or self.ways.lift[edge] or (mode is Mode.DRIVE and not self.ways.road[edge]):
            return None
        if self.closed[edge] and (start.fraction < 0.5) != (target.fraction < 0.5):
            return None
        steps = self._along(mode, start, target.fraction, -1)
        return (*steps, self._leave()) if mode is Mode.DRIVE else steps

    def direct_s(self, start: Position, fractions: Floats, mode: Mode) -> Floats:
        """The seconds of `direct` from a position to each of these fractions of its own edge, infinity for none."""
        edge, ways = start.edge, self.ways
        if ways.lift[edge] or (mode is Mode.DRIVE and not ways.road[edge]):
            return np.full(len(fractions), inf)
        forward_s, backward_s, drive_s = (float(seconds[edge]) for seconds in self._open_s)
        onward_s, back_s = (drive_s, drive_s) if mode is Mode.DRIVE else (forward_s, backward_s)
        seconds = np.abs(fractions - start.fraction) * np.where(fractions >= start.fraction, onward_s, back_s)
        if mode is Mode.DRIVE:
            seconds += self.profile.leave_vehicle_s.value
        if self.closed[edge]:
            seconds[(fractions < 0.5) != (start.fraction < 0.5)] = inf
        return np.asarray(seconds)

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
        steps = [(source, target, self._step(source, target).edge) for source, target in pairs]
        return tuple(step for step in steps if ways.lift[step[2]])

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

    def _layer(self, mode: Mode) -> int:
        return self.ways.nodes if mode is Mode.DRIVE else 0

    def _ends(self, position: Position, mode: Mode) -> list[tuple[int, float]]:
        """The nodes at which one can get to or from the position, each with its share of the edge (0.0 or 1.0)."""
        edge, fraction = position
        tail, head = (int(self.ways.tails[edge]), 0.0), (int(self.ways.heads[edge]), 1.0)
        if mode is Mode.DRIVE and not self.ways.road[edge]:
            return []
        if fraction in {0.0, 1.0} or self.ways.lift[edge] or self.closed[edge]:
            return [tail if fraction < 0.5 else head]
        return [tail, head]

    def _along(self, mode: Mode, start: Position, end: float, node: int) -> Steps:
        """The step from a position along its edge, none where there is nothing to go. Lifts are not taken in part."""
        if start.fraction == end or self.ways.lift[start.edge]:
            return ()
        return (self._part(mode, start.edge, start.fraction, end, node),)

    def _part(self, mode: Mode, edge: int, start: float, end: float, node: int) -> Step:
        ways, share, onward = self.ways, abs(end - start), end >= start
        up_m, down_m = float(ways.ascent_m[edge]) * share, float(ways.descent_m[edge]) * share
        forward_s, backward_s, drive = self._open_s
        seconds = drive if mode is Mode.DRIVE else forward_s if onward else backward_s
        return Step(
            mode=mode,
            edge=edge,
            node=node,
            length_m=float(ways.length_m[edge]) * share,
            ascent_m=up_m if onward else down_m,
            descent_m=down_m if onward else up_m,
            time_s=float(seconds[edge]) * share,
        )

    def _leave(self, node: int = -1) -> Step:
        return Step(Mode.LEAVE, -1, node, 0.0, 0.0, 0.0, self.profile.leave_vehicle_s.value)

    def _step(self, source: int, target: int) -> Step:
        step = self._steps.get((source, target))
        if step is None:
            step = self._steps[source, target] = self._quickest_step(source, target)
        return step

    def _quickest_step(self, source: int, target: int) -> Step:
        """The step of the quickest open arc between two states; a lift's without the delay of opening it."""
        ways, between = self.ways, self.ways.arcs_between(source, target)
        arc = between.start + int(np.argmin(self._arc_s[between]))
        edge, node = int(ways.arc_edge[arc]), target % ways.nodes
        if edge < 0:
            return self._leave(node)
        start, end = (0.0, 1.0) if ways.arc_onward[arc] else (1.0, 0.0)
        return self._part(Mode.DRIVE if source >= ways.nodes else ways.modes[edge], edge, start, end, node)


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
def graph(network: Network, profile: SpeedProfile, closed: frozenset[str], delays: tuple[float, ...]) -> Graph:
    """The compiled graph; kept, because most decisions meet the same closures and the same open lifts."""
    return Graph(network, profile, closed, delays)
