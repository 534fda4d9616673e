"""A network as a search sees it: stretches between junctions, and arcs between states, on foot and in a vehicle.

A state is a junction on foot, or in a vehicle. Arcs: every stretch on foot, those of drivable edges alone in a vehicle,
both ways, and from vehicle to foot where it may be left (nobody gets back in). Which arcs there are depends on neither
speeds nor closures, only on where closures let a vehicle be left; so a closure is new numbers for the same arcs.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from geo.coordinates import Floats
from geo.network import Network
from geo.ways import Bools, Ints, ways_of

NONE = -1
_FEW = 200


class Arcs(NamedTuple):
    """Arcs in an order in which parallel ones lie side by side. `stretch` is NONE where a vehicle is left."""

    stretch: Ints
    onward: Bools
    driven: Bools


class Rides(NamedTuple):
    """The arcs that are lifts, from which state to which each takes one, and the number of its edge."""

    arcs: Ints
    groups: Ints
    sources: Ints
    targets: Ints
    edges: Ints


class Sparse(NamedTuple):
    """Where the weights of groups of parallel arcs lie in a sparse matrix: weight `take[i]` stands in column
    `columns[i]`, and row r is from `rows[r]` to `rows[r + 1]`."""

    take: Ints
    columns: Ints
    rows: Ints


class Stretches:
    """The stretches of a network, with vehicles left at its trailheads and at `stops` (numbers of nodes) besides.

    `order` and `onward` hold the edges of all stretches one behind the other, `starts` where each stretch begins;
    `place` and `stretch` say for every edge where it stands there, and in which stretch.
    """

    def __init__(self, network: Network, stops: tuple[int, ...]) -> None:
        self.ways = ways = ways_of(network)
        self.order, self.onward, starts = ways.rows
        before = np.where(self.onward, ways.tails[self.order], ways.heads[self.order])
        behind = np.where(self.onward, ways.heads[self.order], ways.tails[self.order])
        leave = ways.trailheads.copy()
        leave[list(stops)] = True
        begins = leave[before]
        begins[starts] = True
        self.starts = np.flatnonzero(begins)
        self.ends = np.append(self.starts[1:], len(self.order)) if len(self.starts) else self.starts
        self.tails, self.heads = before[self.starts], behind[self.ends - 1]
        self.place = np.empty(len(self.order), dtype=np.int64)
        self.place[self.order] = np.arange(len(self.order))
        self.of_place = np.repeat(np.arange(len(self.starts)), self.ends - self.starts)
        self.drivable = self.sums(~ways.drivable[self.order] * 1.0) == 0
        self.lift = ways.lift[self.order[self.starts]]
        self._number_states()
        self._sort_arcs(leave)

    def sums(self, of_edges: Floats) -> Floats:
        """For every stretch the sum of something of its edges, given in their `order`."""
        return np.asarray(np.add.reduceat(of_edges, self.starts)) if len(self.starts) else of_edges

    def seconds(self, walk: tuple[Floats, Floats], drive: tuple[Floats, Floats], leave_s: float) -> Floats:
        """The seconds of every arc, from those of the stretches onward and back."""
        on_foot, driving = [each[self._walked] for each in walk], [each[self._driven] for each in drive]
        return np.concatenate([*on_foot, *driving, np.full(self._left, leave_s)])[self._order]

    def quickest(self, seconds: Floats) -> Floats:
        """Of parallel arcs the seconds of the quickest (to make a matrix of all would add them up)."""
        return np.asarray(np.minimum.reduceat(seconds, self._groups)) if len(self._groups) else seconds

    def places(self, stretches: Ints) -> Ints:
        """The places of the edges of these stretches, one after another."""
        counts = self.ends[stretches] - self.starts[stretches]
        before = np.cumsum(counts) - counts
        return np.repeat(self.starts[stretches] - before, counts) + np.arange(counts.sum())

    def changed(
        self,
        seconds: Floats,
        quickest: Floats,
        stretches: Ints,
        walk: tuple[Floats, Floats],
        drive: tuple[Floats, Floats],
    ) -> tuple[Floats, Floats]:
        """What `seconds` and `quickest` give when only these stretches are other than they were."""
        seconds, touched = seconds.copy(), []
        for arcs, each in zip(self._arcs_of_stretch, (*walk, *drive), strict=True):
            there = stretches[arcs[stretches] != NONE]
            seconds[arcs[there]] = each[there]
            touched.append(arcs[there])
        groups = np.unique(np.searchsorted(self._groups, np.concatenate(touched), side="right") - 1)
        if len(groups) > _FEW:
            return seconds, self.quickest(seconds)
        quickest = quickest.copy()
        for group in groups.tolist():
            last = self._groups.item(group + 1) if group + 1 < len(self._groups) else len(seconds)
            quickest[group] = seconds[self._groups.item(group) : last].min()
        return seconds, quickest

    @cached_property
    def _arcs_of_stretch(self) -> tuple[Ints, ...]:
        """The arc of every stretch on foot onward and back, and driving onward and back; NONE where there is none."""
        arc = np.empty(len(self._order), dtype=np.int64)
        arc[self._order] = np.arange(len(self._order))
        found, first = [], 0
        for of in (self._walked, self._walked, self._driven, self._driven):
            arcs = np.full(len(self.starts), NONE, dtype=np.int64)
            arcs[of] = arc[first : first + len(of)]
            first += len(of)
            found.append(arcs)
        return tuple(found)

    def between(self, source: int, target: int) -> slice:
        """Where the arcs from one state to another lie."""
        key = target * self.states + source
        first, last = np.searchsorted(self._keys, [key, key + 1]).tolist()
        return slice(first, last)

    @cached_property
    def rides(self) -> Rides:
        """The lifts, both ways."""
        arcs = np.flatnonzero((self.arcs.stretch != NONE) & self.lift[self.arcs.stretch])
        groups = np.searchsorted(self._groups, arcs, side="right") - 1
        targets, sources = np.divmod(self._keys[arcs], max(self.states, 1))
        return Rides(arcs, groups, sources, targets, self.order[self.starts[self.arcs.stretch[arcs]]])

    @cached_property
    def reverse(self) -> Sparse:
        """Row = head, column = tail."""
        rows, columns = np.divmod(self._group_keys, max(self.states, 1))
        return Sparse(np.arange(len(rows)), columns, np.searchsorted(rows, np.arange(self.states + 1)))

    @cached_property
    def forward(self) -> Sparse:
        """Row = tail, column = head."""
        columns, rows = np.divmod(self._group_keys, max(self.states, 1))
        take = np.lexsort((columns, rows))
        return Sparse(take, columns[take], np.searchsorted(rows[take], np.arange(self.states + 1)))

    def _number_states(self) -> None:
        ways, junction, drivable = (
            self.ways,
            np.zeros(self.ways.nodes, dtype=bool),
            np.zeros(self.ways.nodes, dtype=bool),
        )
        for ends in (self.tails, self.heads):
            junction[ends] = True
        for ends in (ways.tails, ways.heads):
            drivable[ends[ways.drivable]] = True
        junctions, driven = np.flatnonzero(junction), np.flatnonzero(junction & drivable)
        self.on_foot = np.full(ways.nodes, NONE, dtype=np.int64)  # the state of each node, NONE for what is no junction
        self.driving = self.on_foot.copy()
        self.on_foot[junctions] = np.arange(len(junctions))
        self.driving[driven] = np.arange(len(driven)) + len(junctions)
        self.feet, self.states = len(junctions), len(junctions) + len(driven)  # states below `feet` are on foot
        self.node = np.concatenate([junctions, driven])

    def _sort_arcs(self, leave: Bools) -> None:
        leads_on = self.tails != self.heads  # a ring does not
        walked = self._walked = np.flatnonzero(leads_on)
        driven = self._driven = np.flatnonzero(leads_on & self.drivable)
        stops = np.flatnonzero(leave & (self.driving != NONE))
        self._left = len(stops)
        pairs = [
            (self.on_foot[self.tails[walked]], self.on_foot[self.heads[walked]]),
            (self.on_foot[self.heads[walked]], self.on_foot[self.tails[walked]]),
            (self.driving[self.tails[driven]], self.driving[self.heads[driven]]),
            (self.driving[self.heads[driven]], self.driving[self.tails[driven]]),
            (self.driving[stops], self.on_foot[stops]),
        ]
        keys = np.concatenate([target * self.states + source for source, target in pairs])
        self._order = np.argsort(keys, kind="stable")  # of equally quick parallel arcs the same one is always taken
        self._keys = keys[self._order]
        self._groups = np.flatnonzero(np.diff(self._keys, prepend=-1))
        self._group_keys = self._keys[self._groups]
        counts = [len(walked), len(walked), len(driven), len(driven), len(stops)]
        stretch = np.concatenate([walked, walked, driven, driven, np.full(len(stops), NONE)])
        self.arcs = Arcs(
            stretch[self._order],
            np.repeat([True, False, True, False, True], counts)[self._order],
            np.repeat([False, False, True, True, True], counts)[self._order],
        )


@lru_cache(maxsize=16)
def stretches_of(network: Network, stops: tuple[int, ...] = ()) -> Stretches:
    """The stretches of a network; kept."""
    return Stretches(network, stops)
