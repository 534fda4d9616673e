"""Stretches with vehicles left at a few more nodes: only those that are parted there are other than they were.

The numbers of states, stretches and arcs stay. What is parted leads nowhere any more (whoever reckons gives it no
time), and its parts, the states between them and the arcs that join all these come behind the others.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from geo.changed import Changed, IntColumn
from geo.stretches import NONE, Arcs, Rides, Sparse, Stretches
from geo.ways import Ints

Number = TypeVar("Number", np.int32, np.int64)
Entry = TypeVar("Entry", np.int32, np.int64, np.float64)


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
        return self.backward.sparse(self._whole.reverse)

    @cached_property
    def forward(self) -> Sparse:
        """Row = tail, column = head."""
        before = self._whole.forward
        return More(before.rows, self._sources, self._targets, self.first_more, self.states).sparse(before)

    @cached_property
    def backward(self) -> More:
        """What has come to `reverse`."""
        return More(self._whole.reverse.rows, self._targets, self._sources, self.first_more, self.states)

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
        self.first_more = len(self._groups) - 1  # the number of the group that the first arc is
        bounds = np.arange(len(more) + 1)
        self._bounds = Changed(self._groups, self.first_more + bounds, first + bounds)
        found: list[IntColumn] = []
        for column, (drives, on) in zip(of.arcs_of_stretch, ((0, 1), (0, 0), (1, 1), (1, 0)), strict=True):
            along = np.flatnonzero((stretch != NONE) & (driven == drives) & (onward == on))
            none = Changed(column, self.parts, np.full(len(self.parts), NONE))
            found.append(Changed(none, stretch[along], arcs[along]))
        self.arcs_of_stretch = tuple(found)

    def _group(self, arcs: Ints) -> Ints:
        more = arcs - self._first_arc
        return np.where(more >= 0, self.first_more + more, super()._group(arcs))


class More:
    """Entries that come to the sparse matrix of all arcs, row by row: their `columns`, and the `groups` of arcs each
    stands for. `before` is where rows began, the last of them being for `states` that come too."""

    def __init__(self, before: Ints, rows: Ints, columns: Ints, first: int, states: int) -> None:
        order = rows.argsort(kind="stable")
        self.columns, self.groups = columns[order], first + order
        self._rows, self._states = rows[order], states
        self._at = before[np.minimum(self._rows + 1, len(before) - 1)]

    def sparse(self, before: Sparse) -> Sparse:
        """The matrix with them."""
        take, columns = (np.empty(len(before.take) + len(self.groups), dtype=np.int64) for _ in range(2))
        rows = np.empty(self._states + 1, dtype=np.int64)
        self.into(before.take, self.groups, take)
        self.into(before.columns, self.columns, columns)
        self.rows(before.rows, rows)
        return Sparse(take, columns, rows)

    def into(self, entries: NDArray[Entry], more: NDArray[Any], made: NDArray[Entry]) -> None:
        """Make the entries with these among them."""
        bounds = [*self._at.tolist(), len(entries)]
        pieces = [entries[: bounds[0]]]
        for one, (here, there) in zip(np.split(more.astype(entries.dtype), len(more)), pairwise(bounds), strict=True):
            pieces += [one, entries[here:there]]
        np.concatenate(pieces, out=made)

    def rows(self, before: NDArray[Number], made: NDArray[Number]) -> None:
        """Make the places at which rows begin then, and behind them where the last one ends."""
        made[: len(before)], made[len(before) :] = before, before[-1]
        bounds = [*(self._rows + 1).tolist(), len(made)]
        for count, (here, there) in enumerate(pairwise(bounds), start=1):
            made[here:there] += count

    def moved(self, entries: Ints) -> Ints:
        """Where entries of these numbers are then."""
        return entries + np.searchsorted(self._at, entries, side="right")


_RECKONED = {"rides", "reverse", "forward", "arcs_of_stretch"}  # what was kept of the whole
