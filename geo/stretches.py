"""A network as a search sees it: stretches between junctions, and arcs between states, on foot and in a vehicle.

A state is a junction on foot, or in a vehicle. Arcs: every stretch on foot, those of drivable edges alone in a vehicle,
both ways, and from vehicle to foot where it may be left (nobody gets back in). Which arcs there are depends on neither
speeds nor closures, only on where closures let a vehicle be left; so a closure is new numbers for the same arcs, and
where it lets a vehicle be left somewhere else, a few more arcs (see `geo.parted`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from geo.changed import BoolColumn, Changed, FloatColumn, IntColumn
from geo.coordinates import Floats
from geo.network import Network
from geo.ways import Bools, Ints, ways_of

NONE = -1


class Arcs(NamedTuple):
    """Arcs in an order in which parallel ones lie side by side. `stretch` is NONE where a vehicle is left."""

    stretch: IntColumn
    onward: BoolColumn
    driven: BoolColumn


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
        self._starts = starts = np.flatnonzero(begins)
        ends = np.append(starts[1:], len(self.order)) if len(starts) else starts
        tails, heads = before[starts], behind[ends - 1]
        self.starts: IntColumn = starts
        self.ends: IntColumn = ends
        self.tails: IntColumn = tails
        self.heads: IntColumn = heads
        self.place = np.empty(len(self.order), dtype=np.int64)
        self.place[self.order] = np.arange(len(self.order))
        self.of_place: IntColumn = np.repeat(np.arange(len(starts)), ends - starts)
        self.lift: BoolColumn = ways.lift[self.order[starts]]
        self._number_states(tails, heads)
        self._sort_arcs(leave, tails, heads, self.sums(~ways.drivable[self.order] * 1.0) == 0)

    def sums(self, of_edges: Floats) -> Floats:
        """For every stretch the sum of something of its edges, given in their `order`."""
        return np.asarray(np.add.reduceat(of_edges, self._starts)) if len(self._starts) else of_edges

    def in_vehicle(self, state: int) -> bool:
        """Whether one drives in that state."""
        return state >= self._feet

    def seconds(self, walk: Sequence[Floats], drive: Sequence[Floats], leave_s: float) -> Floats:
        """The seconds of every arc, from those of the stretches onward and back."""
        on_foot, driving = [each[self._walked] for each in walk], [each[self._driven] for each in drive]
        return np.concatenate([*on_foot, *driving, np.full(self._left, leave_s)])[self._order]

    def quickest(self, seconds: Floats) -> Floats:
        """Of parallel arcs the seconds of the quickest (to make a matrix of all would add them up)."""
        return np.asarray(np.minimum.reduceat(seconds, self._groups[:-1])) if len(self._groups) > 1 else seconds

    def places(self, stretches: Ints) -> Ints:
        """The places of the edges of these stretches, one after another."""
        counts = self.ends[stretches] - self.starts[stretches]
        before = np.cumsum(counts) - counts
        return np.repeat(self.starts[stretches] - before, counts) + np.arange(counts.sum())

    def changed(
        self,
        seconds: FloatColumn,
        quickest: FloatColumn,
        stretches: Ints,
        walk: tuple[FloatColumn, FloatColumn],
        drive: tuple[FloatColumn, FloatColumn],
        leave_s: float,
    ) -> tuple[Changed[np.float64], Changed[np.float64]]:
        """What `seconds` and `quickest` give when only these stretches are other than they were."""
        arcs, to = [self._more_left], [np.full(len(self._more_left), leave_s)]
        for of, each in zip(self.arcs_of_stretch, (*walk, *drive), strict=True):
            there = of[stretches]
            arcs.append(there[there != NONE])
            to.append(each[stretches[there != NONE]])
        touched = np.concatenate(arcs)
        seconds = Changed(seconds, touched, np.concatenate(to))
        groups = np.unique(self._group(touched))
        firsts = self._bounds[groups]
        counts = self._bounds[groups + 1] - firsts
        before = np.cumsum(counts) - counts
        beside = np.repeat(firsts - before, counts) + np.arange(counts.sum())
        least = np.minimum.reduceat(seconds[beside], before) if len(groups) else np.zeros(0)
        return seconds, Changed(quickest, groups, least)

    def _group(self, arcs: Ints) -> Ints:
        """The number of the group of parallel arcs each is in."""
        return np.asarray(np.searchsorted(self._groups, arcs, side="right") - 1)

    @cached_property
    def arcs_of_stretch(self) -> tuple[IntColumn, ...]:
        """The arc of every stretch on foot onward and back, and driving onward and back; NONE where there is none."""
        arc = np.empty(len(self._order), dtype=np.int64)
        arc[self._order] = np.arange(len(self._order))
        found: list[IntColumn] = []
        first = 0
        for of in (self._walked, self._walked, self._driven, self._driven):
            arcs = np.full(len(self._starts), NONE, dtype=np.int64)
            arcs[of] = arc[first : first + len(of)]
            first += len(of)
            found.append(arcs)
        return tuple(found)

    def between(self, source: int, target: int) -> Sequence[int]:
        """The arcs from one state to another."""
        key = target * self.states + source
        first, last = np.searchsorted(self._keys, [key, key + 1]).tolist()
        return range(first, last)

    @cached_property
    def rides(self) -> Rides:
        """The lifts, both ways."""
        stretch = self._stretch
        arcs = np.flatnonzero((stretch != NONE) & self.lift[stretch])
        targets, sources = np.divmod(self._keys[arcs], max(self.states, 1))
        return Rides(arcs, self._group(arcs), sources, targets, self.order[self._starts[stretch[arcs]]])

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

    def _number_states(self, tails: Ints, heads: Ints) -> None:
        ways = self.ways
        junction, drivable = np.zeros(ways.nodes, dtype=bool), np.zeros(ways.nodes, dtype=bool)
        for ends in (tails, heads):
            junction[ends] = True
        for ends in (ways.tails, ways.heads):
            drivable[ends[ways.drivable]] = True
        junctions, driven = np.flatnonzero(junction), np.flatnonzero(junction & drivable)
        on_foot = np.full(ways.nodes, NONE, dtype=np.int64)  # the state of each node, NONE for what is no junction
        driving = on_foot.copy()
        on_foot[junctions] = np.arange(len(junctions))
        driving[driven] = np.arange(len(driven)) + len(junctions)
        self.on_foot: IntColumn = on_foot
        self.driving: IntColumn = driving
        self._feet, self.states = len(junctions), len(junctions) + len(driven)  # states below `_feet` are on foot
        self.node: IntColumn = np.concatenate([junctions, driven])

    def _sort_arcs(self, leave: Bools, tails: Ints, heads: Ints, drivable: Bools) -> None:
        leads_on = tails != heads  # a ring does not
        walked = self._walked = np.flatnonzero(leads_on)
        driven = self._driven = np.flatnonzero(leads_on & drivable)
        stops = np.flatnonzero(leave)
        stops = stops[self.driving[stops] != NONE]
        self._left = len(stops)
        pairs = [
            (self.on_foot[tails[walked]], self.on_foot[heads[walked]]),
            (self.on_foot[heads[walked]], self.on_foot[tails[walked]]),
            (self.driving[tails[driven]], self.driving[heads[driven]]),
            (self.driving[heads[driven]], self.driving[tails[driven]]),
            (self.driving[stops], self.on_foot[stops]),
        ]
        keys = np.concatenate([target * self.states + source for source, target in pairs])
        self._order = np.argsort(keys, kind="stable")  # of equally quick parallel arcs the same one is always taken
        self._keys = keys[self._order]
        firsts = np.flatnonzero(np.diff(self._keys, prepend=-1))
        self._group_keys = self._keys[firsts]
        self._groups = np.append(firsts, len(keys))  # where each group of parallel arcs begins, and the last ends
        self._bounds: IntColumn = self._groups
        self._more_left = np.zeros(0, dtype=np.int64)
        counts = [len(walked), len(walked), len(driven), len(driven), len(stops)]
        stretch = np.concatenate([walked, walked, driven, driven, np.full(len(stops), NONE)])
        self._stretch = stretch[self._order]
        self.arcs = Arcs(
            self._stretch,
            np.repeat([True, False, True, False, True], counts)[self._order],
            np.repeat([False, False, True, True, True], counts)[self._order],
        )


@lru_cache(maxsize=16)
def stretches_of(network: Network, stops: tuple[int, ...] = ()) -> Stretches:
    """The stretches of a network; kept."""
    return Stretches(network, stops)
