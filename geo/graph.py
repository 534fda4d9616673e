"""Shortest paths over both layers of a network: from every junction, on foot or driving, to one position on an edge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property, lru_cache
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.along import Along, Piece, Position
from geo.backward import Backward
from geo.changed import Changed, FloatColumn, whole
from geo.closure import ALL_OPEN, Closures
from geo.coordinates import Floats
from geo.edge_times import LayerTimes, edge_times, touched_by
from geo.journey import Mode
from geo.network import Network
from geo.parted import Parted
from geo.speed import SpeedProfile
from geo.stretches import NONE, Stretches, stretches_of
from geo.ways import Ints, ways_of

AGAIN = -2  # the node of a step that ends where it began
_MOST_KEPT = 20_000
_MOST_STOPS = 200
_NOTHING = np.zeros(0, dtype=np.int64), np.zeros(0)


class Step(NamedTuple):
    """Travel in one mode along the edges of these ids, the first and last perhaps in part, to a node (its number, or
    negative for what is none)."""

    mode: Mode
    edges: tuple[str, ...]
    node: int
    length_m: float
    ascent_m: float
    descent_m: float
    time_s: float


Steps = tuple[Step, ...]


class End(NamedTuple):
    """An end of the stretch a position is on, as a state, with the seconds between the two. `head`: which end it is."""

    state: int
    seconds: float
    head: bool


class Outward(NamedTuple):
    """Shortest times from each of several positions (rows) to every state (columns).

    `before` is the state one comes from: `states` and above for a position itself, negative where there is no way.
    """

    seconds: Floats
    before: NDArray[np.int32]


class Graph:
    """A network under one speed profile, the closures in force, and one delay for each lift (infinity: shut)."""

    def __init__(self, network: Network, profile: SpeedProfile, closures: Closures, delays: tuple[float, ...]):
        foot, vehicle, stops = edge_times(network, profile, closures)
        foot, vehicle = (LayerTimes(*map(whole, layer)) for layer in (foot, vehicle))
        self.network, self.profile = network, profile
        self.stretches: Stretches = stretches_of(network, stops)
        self.ways = self.stretches.ways
        lifts = np.flatnonzero(self.ways.lift)
        middle_s = whole(Changed(foot.middle_s, lifts, np.array(delays, dtype=np.float64)))
        self.leave_s = profile.leave_vehicle_s.value
        self._foot = Along(self.stretches, foot._replace(middle_s=middle_s))
        self._vehicle = Along(self.stretches, vehicle)
        on_foot, driving = ([*map(whole, layer.through_s)] for layer in (self._foot, self._vehicle))
        arc_s = self.stretches.seconds(on_foot, driving, self.leave_s)
        self._arc_s: FloatColumn = arc_s
        quickest_s = self.stretches.quickest(arc_s)
        self._quickest_s: FloatColumn = quickest_s
        self._hops: dict[tuple[int, int], Steps] = {}
        self._leaving: dict[tuple[Position, Mode, End], Steps] = {}
        self._backward = Backward(self.stretches.reverse, quickest_s)
        self._other_s = Changed(quickest_s, *_NOTHING)  # what is not as in `_backward`, and on which parted stretches
        self._parted: Parted | None = None
        self.all_open: Graph | None = None  # which this one is but for the stretches `touched`
        self.touched: frozenset[int] = frozenset()

    def changed(self, closures: Closures, delays: tuple[float, ...]) -> Graph:
        """This graph, on which all is open, under closures and delays: only what they touch is reckoned anew.

        Where closures touch much, the graph is made from nothing."""
        network = self.network
        times, delayed = edge_times(network, self.profile, closures), np.array(delays, dtype=np.float64)
        edges = np.concatenate([touched_by(network, closures), _lifts(network)[delayed != 0.0]])
        if len(edges) == 0:
            return self
        if len(times.stops) > _MOST_STOPS or len(edges) > len(network.edges) / 4:
            return Graph(network, self.profile, closures, delays)
        foot = times.foot
        if delayed.any():
            foot = foot._replace(middle_s=Changed(foot.middle_s, _lifts(network), delayed))
        stretches, parted, gone = self.stretches, None, _NOTHING[0]
        touched = np.unique(stretches.of_place[stretches.place[edges]])
        here = touched
        if times.stops:
            parted = stretches = Parted(self.stretches, times.stops, edges)
            gone = parted.gone
            here = np.concatenate([np.setdiff1d(touched, gone), parted.parts])
        other = copy(self)
        other.stretches = stretches
        other._foot = self._foot.changed(stretches, foot, here, gone)
        other._vehicle = self._vehicle.changed(stretches, times.vehicle, here, gone)
        other._arc_s, quickest_s = stretches.changed(
            self._arc_s,
            self._quickest_s,
            np.concatenate([here, gone]),
            other._foot.through_s,
            other._vehicle.through_s,
            self.leave_s,
        )
        other._quickest_s, other._hops, other._leaving = quickest_s, {}, {}
        other._other_s, other._parted = quickest_s, parted
        other.all_open, other.touched = self, frozenset([*touched.tolist(), *here.tolist()])
        return other

    def tree(self, target: Position, *, driving: bool, limit_s: float = inf) -> Tree:
        """One reverse query: the times from every state to the position, on foot and, if wanted, in a vehicle.

        What takes longer than the limit is infinity, as if there were no way."""
        arrivals = self.ends(target, Mode.WALK, leaving=False)
        if driving:
            arrivals += self.ends(target, Mode.DRIVE, leaving=False)
        first: dict[int, End] = {}
        for end in arrivals:
            if end.seconds < (first[end.state].seconds if end.state in first else inf):
                first[end.state] = end
        seconds, following = self._backward.search(
            {end.state: end.seconds for end in first.values()}, limit_s, self._other_s, self._parted
        )
        return Tree(self, target, first, seconds, following)

    def matrix(self, target: Position) -> csr_array[np.float64]:
        """What `tree` searches, for measurements: the reversed graph, its last row the position."""
        ends = [*self.ends(target, Mode.WALK, leaving=False), *self.ends(target, Mode.DRIVE, leaving=False)]
        return Backward(self.stretches.reverse, whole(self._quickest_s)).filled(
            {end.state: end.seconds for end in ends}
        )

    def outward(self, starts: Sequence[tuple[Position, Mode]], limit_s: float = inf) -> Outward:
        """One forward query: the times from each position, on foot or driving, to every state."""
        states, forward = self.stretches.states, self.stretches.forward
        first = [_quickest(self.ends(start, mode, leaving=True)) for start, mode in starts]
        columns = [forward.columns, *(np.array(list(each), dtype=np.int64) for each in first)]
        seconds = [whole(self._quickest_s)[forward.take], *(np.array(list(each.values())) for each in first)]
        counts = np.cumsum([len(each) for each in first])
        rows = np.concatenate([forward.rows, forward.rows[-1] + counts]).astype(np.int32)
        matrix = csr_array(
            (np.concatenate(seconds), np.concatenate(columns).astype(np.int32), rows), shape=(len(rows) - 1,) * 2
        )
        found = dijkstra(matrix, indices=np.arange(states, len(rows) - 1), return_predecessors=True, limit=limit_s)
        return Outward(found[0][:, :states], found[1][:, :states])

    def soonest(self, first: Mapping[int, float], limit_s: float = inf) -> tuple[Floats, NDArray[np.int32]]:
        """One forward query from several states at once, each left so many seconds after the start: the soonest time at
        every state, and the state one comes from (`states` for one of the first)."""
        states, forward = self.stretches.states, self.stretches.forward
        seconds = np.concatenate(
            [whole(self._quickest_s)[forward.take], np.array(list(first.values()), dtype=np.float64)]
        )
        columns = np.concatenate([forward.columns, np.array(list(first), dtype=np.int64)]).astype(np.int32)
        rows = np.append(forward.rows, len(columns)).astype(np.int32)
        matrix = csr_array((seconds, columns, rows), shape=(states + 1, states + 1))
        found = dijkstra(matrix, indices=[states], return_predecessors=True, limit=limit_s)
        return found[0][0][:states], found[1][0][:states]

    def ends(self, at: Position, mode: Mode, *, leaving: bool) -> list[End]:
        """The states one comes to first from a position; or from which one comes to it last, and leaves a vehicle."""
        driving, stretches = mode is Mode.DRIVE, self.stretches
        if driving and not self.ways.drivable.item(at.edge):
            return []
        stretch = stretches.of_place.item(stretches.place.item(at.edge))
        state_of = stretches.driving if driving else stretches.on_foot
        more_s = self.leave_s if driving and not leaving else 0.0
        found = []
        for head, seconds in enumerate(self.layer(mode).ends_s(at, leaving=leaving)):
            state = state_of.item((stretches.heads if head else stretches.tails).item(stretch))
            if seconds < inf and state != NONE:
                found.append(End(state, seconds + more_s, bool(head)))
        return found

    def straight_s(self, start: Position, target: Position, mode: Mode) -> float:
        """The seconds along the stretch both are on, a vehicle left at the end; infinity where there is none."""
        driving = mode is Mode.DRIVE
        if driving and not self.ways.drivable.item(start.edge):
            return inf
        return self.layer(mode).straight_s(start, target) + (self.leave_s if driving else 0.0)

    def layer(self, mode: Mode) -> Along:
        """The times of going in that mode; lifts are on foot."""
        return self._vehicle if mode is Mode.DRIVE else self._foot

    def straight(self, start: Position, target: Position, mode: Mode) -> Steps:
        """The steps of `straight_s`."""
        steps = self.steps(mode, self.layer(mode).pieces(start, target), NONE)
        return (*steps, self.leave()) if mode is Mode.DRIVE else steps

    def leaving(self, start: Position, mode: Mode, end: End) -> Steps:
        """The steps from a position to an end of its stretch."""
        key = start, mode, end
        steps = self._leaving.get(key)
        if steps is None:
            if len(self._leaving) >= _MOST_KEPT:
                self._leaving.clear()
            pieces = self._pieces(start, end, leaving=True)
            steps = self._leaving[key] = self.steps(mode, pieces, self.stretches.node.item(end.state))
        return steps

    def arriving(self, target: Position, end: End) -> Steps:
        """The steps from an end of its stretch to a position."""
        driving = self.stretches.in_vehicle(end.state)
        steps = self.steps(Mode.DRIVE if driving else Mode.WALK, self._pieces(target, end, leaving=False), NONE)
        return (*steps, self.leave()) if driving else steps

    def hop(self, source: int, target: int) -> Steps:
        """The steps of the quickest open arc between two states; a lift's without the delay of opening it."""
        steps = self._hops.get((source, target))
        if steps is None:
            steps = self._hops[source, target] = self._quickest_steps(source, target)
        return steps

    def steps(self, mode: Mode, pieces: Iterable[Piece], node: int) -> Steps:
        """One step along these pieces, cut where there is a wait for the middle of an edge to be opened."""
        layer, made, run = self.layer(mode), [], _Run(self, mode)
        for piece in pieces:
            wait_s = layer.middle_s(*piece)
            if wait_s and not self.ways.lift.item(piece.edge):
                if run.edges:
                    made.append(run.step((self.ways.tails if piece.start == 0.0 else self.ways.heads).item(piece.edge)))
                made.append(Step(Mode.WAIT, (), AGAIN, 0.0, 0.0, 0.0, wait_s))
                run = _Run(self, mode)
            run.add(piece, layer.on_the_way_s(*piece))
        return (*made, run.step(node)) if run.edges else tuple(made)

    def leave(self, node: int = NONE) -> Step:
        return Step(Mode.LEAVE, (), node, 0.0, 0.0, 0.0, self.leave_s)

    def rides(self, from_: NDArray[np.int32], *, onward: bool) -> Iterator[tuple[int, int, str]]:
        """The lifts taken in a search: their two states, and the id of the edge. `from_` has for every state the one
        that it was come to from, in a search onward, or else the one that follows."""
        arcs, groups, sources, targets, edges = self.stretches.rides
        taken = from_[targets] == sources if onward else from_[sources] == targets
        for ride in np.flatnonzero(taken & (self._arc_s[arcs] <= self._quickest_s[groups])).tolist():
            yield sources.item(ride), targets.item(ride), self.network.edges[edges.item(ride)].id

    def _pieces(self, at: Position, end: End, *, leaving: bool) -> list[Piece]:
        """The parts of edges between a position and an end of its stretch."""
        stretches = self.stretches
        stretch = stretches.of_place.item(stretches.place.item(at.edge))
        if stretches.lift.item(stretch):
            return []
        last = stretches.ends.item(stretch) - 1 if end.head else stretches.starts.item(stretch)
        there = Position(stretches.order.item(last), float(stretches.onward.item(last) == end.head))
        return self._foot.pieces(*((at, there) if leaving else (there, at)))

    def _quickest_steps(self, source: int, target: int) -> Steps:
        stretches, arc = self.stretches, self._quickest_arc(source, target)
        assert arc is not None  # noqa: S101  a path has a way
        stretch, node = stretches.arcs.stretch.item(arc), stretches.node.item(target)
        if stretch == NONE:
            return (self.leave(node),)
        onward, driven = stretches.arcs.onward.item(arc), stretches.arcs.driven.item(arc)
        places = range(stretches.starts.item(stretch), stretches.ends.item(stretch))
        pieces = [self._foot.whole(place, onward=onward) for place in (places if onward else reversed(places))]
        return self.steps(Mode.DRIVE if driven else self.ways.modes[pieces[0].edge], pieces, node)

    def _quickest_arc(self, source: int, target: int) -> int | None:
        between = self.stretches.between(source, target)
        arc = min(between, key=self._arc_s.item, default=None)
        return arc if arc is not None and self._arc_s.item(arc) < inf else None


class Tree:
    """Shortest times from every state to one position; infinity beyond the limit of the search."""

    def __init__(
        self,
        compiled: Graph,
        target: Position,
        arrivals: dict[int, End],
        seconds: Floats,
        following: NDArray[np.int32],
    ) -> None:
        self.compiled = compiled
        self.target = target
        self.seconds = seconds
        self._arrivals = arrivals
        self._last: dict[int, Steps] = {}
        self._following = following
        self._rides: dict[int, tuple[Ride, ...]] = {compiled.stretches.states: ()}

    def path(self, state: int) -> list[Step]:
        """The steps from a state to the position. The state must have a finite time."""
        steps: list[Step] = []
        ahead: int | None = state
        while ahead is not None:
            hop, ahead = self.next(ahead)
            steps += hop
        return steps

    def next(self, state: int) -> tuple[Steps, int | None]:
        """The steps to the state that follows on that path, and that state; the last ones come to the position."""
        after = self._following.item(state)
        if after != self.compiled.stretches.states:
            return self.compiled.hop(state, after), after
        if state not in self._last:
            self._last[state] = self.compiled.arriving(self.target, self._arrivals[state])
        return self._last[state], None

    @cached_property
    def _lifts(self) -> dict[int, str]:
        """The lifts in the tree, by the states at which they are boarded."""
        return {source: lift for source, _, lift in self.compiled.rides(self._following, onward=False)}

    def rides(self, state: int) -> tuple[Ride, ...]:
        """The lifts on that path."""
        if not self._lifts:
            return ()
        known, behind = self._rides, []
        while state not in known:
            behind.append(state)
            state = self._following.item(state)
        rides = known[state]
        for each in reversed(behind):
            lift = self._lifts.get(each)
            if lift is not None:
                rides = (Ride(lift, self.seconds.item(each)), *rides)
            known[each] = rides
        return rides


class Ride(NamedTuple):
    """A lift on a path, and how long before its end one reaches it."""

    lift: str
    before_s: float


class _Run:
    """Pieces of edges that become one step."""

    def __init__(self, compiled: Graph, mode: Mode) -> None:
        self._compiled, self._mode = compiled, mode
        self.edges: list[str] = []
        self._length_m = self._ascent_m = self._descent_m = self._time_s = 0.0

    def add(self, piece: Piece, time_s: float) -> None:
        edge, ways, share = piece.edge, self._compiled.ways, abs(piece.end - piece.start)
        up_m, down_m = ways.ascent_m.item(edge) * share, ways.descent_m.item(edge) * share
        self.edges.append(self._compiled.network.edges[edge].id)
        self._length_m += ways.length_m.item(edge) * share
        self._ascent_m += up_m if piece.end > piece.start else down_m
        self._descent_m += down_m if piece.end > piece.start else up_m
        self._time_s += time_s

    def step(self, node: int) -> Step:
        edges = tuple(self.edges)
        return Step(self._mode, edges, node, self._length_m, self._ascent_m, self._descent_m, self._time_s)


def _quickest(ends: Iterable[End]) -> dict[int, float]:
    """The seconds to each state, the least where both ends of a stretch are one."""
    seconds: dict[int, float] = {}
    for end in ends:
        seconds[end.state] = min(end.seconds, seconds.get(end.state, inf))
    return seconds


def seconds_of(steps: Iterable[Step]) -> float:
    """The time of these steps together."""
    return sum(step.time_s for step in steps)


@lru_cache(maxsize=16)
def graph(network: Network, profile: SpeedProfile, closures: Closures, delays: tuple[float, ...]) -> Graph:
    """The compiled graph; kept, because most decisions meet the same closures and the same open lifts."""
    return _all_open(network, profile).changed(closures, delays)


@lru_cache(maxsize=8)
def _all_open(network: Network, profile: SpeedProfile) -> Graph:
    return Graph(network, profile, ALL_OPEN, (0.0,) * len(_lifts(network)))


@lru_cache(maxsize=16)
def _lifts(network: Network) -> Ints:
    """The numbers of the edges that are lifts."""
    return np.flatnonzero(ways_of(network).lift)
