"""Stretches with vehicles left at a few more nodes: only those that are parted there are other than they were.

The numbers of states, stretches and arcs stay. What is parted leads nowhere any more (whoever reckons gives it no
time), and its parts, the states between them and the arcs that join all these come behind the others.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from geo.changed import Changed, IntColumn
from geo.stretches import NONE, Arcs, Rides, Sparse, Stretches
from geo.ways import Ints


class _Arc(NamedTuple):
    """An arc between two states, along a stretch on foot or driving, or where a vehicle is left."""

    source: int
    target: int
    stretch: int
    onward: bool
    driven: bool


class Parted(Stretches):
    """The stretches `of` a network parted at `stops`, nodes at ends of these `edges` and no trailheads.

    `gone` are the numbers of the stretches that are parted, `parts` those of their parts.
    """

    def __init__(self, of: Stretches, stops: tuple[int, ...], edges: Ints) -> None:
        vars(self).update({name: each for name, each in vars(of).items() if name not in _RECKONED})
        self._whole = of
        cuts = self._cuts(stops, edges)
        between = np.array(list(cuts.values()), dtype=np.int64)
        states = of.states + np.arange(2 * len(between))  # on foot and driving, node by node
        self.states += len(states)
        self.node = Changed(of.node, states, np.repeat(between, 2))
        self.on_foot = Changed(of.on_foot, between, states[::2])
        self.driving = Changed(of.driving, between, states[1::2])
        arcs = self._part(cuts)
        for stop in stops:
            arcs.append(_Arc(self.driving.item(stop), self.on_foot.item(stop), NONE, onward=True, driven=True))
        self._join(arcs)

    def in_vehicle(self, state: int) -> bool:
        """Whether one drives in that state."""
        more = state - self._whole.states
        return self._whole.in_vehicle(state) if more < 0 else more % 2 == 1

    def between(self, source: int, target: int) -> list[int]:
        """The arcs from one state to another."""
        old = max(source, target) < self._whole.states
        more = np.flatnonzero((self._sources == source) & (self._targets == target)) + self._first_arc
        return [*(self._whole.between(source, target) if old else ()), *more.tolist()]

    @property
    def rides(self) -> Rides:
        """The lifts, both ways; no vehicle passes one, so none is parted."""
        return self._whole.rides

    @cached_property
    def reverse(self) -> Sparse:
        """Row = head, column = tail."""
        return self._with_more(self._whole.reverse, self._targets, self._sources)

    @cached_property
    def forward(self) -> Sparse:
        """Row = tail, column = head."""
        return self._with_more(self._whole.forward, self._sources, self._targets)

    def _cuts(self, stops: tuple[int, ...], edges: Ints) -> dict[int, int]:
        """Where parts begin inside stretches, in order: the place, and the node there."""
        of, ways, cuts = self._whole, self.ways, {}
        inside = {stop for stop in stops if of.on_foot.item(stop) == NONE}
        for edge in edges.tolist() if inside else ():
            place = of.place.item(edge)
            first, last = (ways.tails, ways.heads) if of.onward.item(place) else (ways.heads, ways.tails)
            for node, begins in ((first.item(edge), place), (last.item(edge), place + 1)):
                if node in inside:
                    cuts[begins] = node
        return dict(sorted(cuts.items()))

    def _part(self, cuts: dict[int, int]) -> list[_Arc]:
        """Add the parts, and return their arcs."""
        of, drivable = self._whole, self.ways.drivable
        inside: dict[int, list[int]] = {}
        for place in cuts:
            inside.setdefault(of.of_place.item(place), []).append(place)
        rows, arcs, number = [], list[_Arc](), len(of.starts)
        for stretch, places in inside.items():
            bounds = [of.starts.item(stretch), *places, of.ends.item(stretch)]
            nodes = [of.tails.item(stretch), *(cuts[place] for place in places), of.heads.item(stretch)]
            for (start, end), (tail, head) in zip(pairwise(bounds), pairwise(nodes), strict=True):
                rows.append((number, start, end, tail, head))
                driven = drivable[self.order[start:end]].all()
                for states, driving in ((self.on_foot, False), (self.driving, True))[: 1 + driven]:
                    first, last = states.item(tail), states.item(head)
                    arcs.append(_Arc(first, last, number, onward=True, driven=driving))
                    arcs.append(_Arc(last, first, number, onward=False, driven=driving))
                number += 1
        self.gone = np.array(list(inside), dtype=np.int64)
        table = np.array(rows, dtype=np.int64).reshape(-1, 5)
        self.parts, begins, ends, tails, heads = (table[:, column] for column in range(5))
        self.starts, self.ends = Changed(of.starts, self.parts, begins), Changed(of.ends, self.parts, ends)
        self.tails, self.heads = Changed(of.tails, self.parts, tails), Changed(of.heads, self.parts, heads)
        self.lift = Changed(of.lift, self.parts, np.zeros(len(rows), dtype=bool))
        self.of_place = Changed(of.of_place, self.places(self.parts), np.repeat(self.parts, ends - begins))
        return arcs

    def _join(self, more: list[_Arc]) -> None:
        """Add these arcs, each a group of its own: a search takes the quicker of two."""
        of, first = self._whole, len(self._keys)
        arcs = first + np.arange(len(more))
        self._first_arc = first
        self._sources, self._targets, stretch = (np.array([each[part] for each in more]) for part in range(3))
        onward, driven = (np.array([each[part] for each in more], dtype=bool) for part in (3, 4))
        self.arcs = Arcs(
            Changed(of.arcs.stretch, arcs, stretch),
            Changed(of.arcs.onward, arcs, onward),
            Changed(of.arcs.driven, arcs, driven),
        )
        self._more_left = arcs[stretch == NONE]
        self._more_groups = len(self._groups) - 1 + np.arange(len(more))
        bounds = np.arange(len(more) + 1)
        self._bounds = Changed(self._groups, len(self._groups) - 1 + bounds, first + bounds)
        found: list[IntColumn] = []
        for column, (drives, on) in zip(of.arcs_of_stretch, ((0, 1), (0, 0), (1, 1), (1, 0)), strict=True):
            along = np.flatnonzero((stretch != NONE) & (driven == drives) & (onward == on))
            none = Changed(column, self.parts, np.full(len(self.parts), NONE))
            found.append(Changed(none, stretch[along], arcs[along]))
        self.arcs_of_stretch = tuple(found)

    def _group(self, arcs: Ints) -> Ints:
        more = arcs - self._first_arc
        return np.where(more >= 0, len(self._groups) - 1 + more, super()._group(arcs))

    def _with_more(self, sparse: Sparse, rows: Ints, columns: Ints) -> Sparse:
        """The matrix with the arcs that have come to it, and rows for the states that have."""
        order = np.argsort(rows, kind="stable")
        ends = np.append(sparse.rows, np.full(self.states - self._whole.states, sparse.rows[-1]))
        begins = np.diff(rows[order] + 1, prepend=0, append=self.states + 1)
        at = ends[rows[order] + 1].tolist()
        return Sparse(
            _inserted(sparse.take, at, self._more_groups[order]),
            _inserted(sparse.columns, at, columns[order]),
            ends + np.repeat(np.arange(len(rows) + 1), begins),
        )


def _inserted(into: Ints, at: list[int], values: Ints) -> Ints:
    """What `np.insert` gives for a few values in order, in a third of its time."""
    pieces = [into[: at[0]]] if at else [into]
    for value, here, there in zip(values, at, [*at[1:], len(into)], strict=True):
        pieces += [np.array([value]), into[here:there]]
    return np.concatenate(pieces)


_RECKONED = {"rides", "reverse", "forward", "arcs_of_stretch"}  # what was kept of the whole
