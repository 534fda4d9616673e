"""One layer along stretches: the seconds of whole ones, and from or to any place on them.

Places on an edge before its middle and behind it are parted by what stands there (see `geo.edge_times`).
"""

from __future__ import annotations

from copy import copy
from functools import cached_property
from math import inf
from typing import NamedTuple

import numpy as np

from geo.changed import Changed, FloatColumn
from geo.coordinates import Floats
from geo.edge_times import LayerTimes
from geo.stretches import Stretches
from geo.ways import Bools, Ints


class Position(NamedTuple):
    """A place on an edge: its number, and the share of it that lies before the place."""

    edge: int
    fraction: float


class Piece(NamedTuple):
    """A part of one edge as it is travelled, from one share of it to another."""

    edge: int
    start: float
    end: float


class Along:
    """One layer's times on the stretches of a network."""

    def __init__(self, stretches: Stretches, times: LayerTimes) -> None:
        self._stretches = stretches
        self._times = times
        self._on_s, self._back_s = self._passing_s(slice(None))
        self.through_s: tuple[FloatColumn, FloatColumn] = stretches.sums(self._on_s), stretches.sums(self._back_s)
        self._touched: frozenset[int] = frozenset()  # the stretches of which `_on_s` and `_back_s` are not true

    def changed(self, stretches: Stretches, times: LayerTimes, touched: Ints, gone: Ints) -> Along:
        """The same with other times on the stretches that are touched, and no way through those that are gone."""
        other = copy(self)
        other.__dict__.pop("_sums", None)
        other._stretches, other._times, other._touched = stretches, times, frozenset(touched.tolist())
        counts = stretches.ends[touched] - stretches.starts[touched]
        numbers, none = np.concatenate([touched, gone]), np.full(len(gone), inf)
        through = [
            Changed(before, numbers, np.concatenate([np.add.reduceat(each, np.cumsum(counts) - counts), none]))
            for before, each in zip(self.through_s, other._passing_s(stretches.places(touched)), strict=True)
        ]
        other.through_s = through[0], through[1]
        return other

    def _passing_s(self, places: Ints | slice) -> tuple[Floats, Floats]:
        """The seconds of the edges at these places, passed in their stretches' direction and against it."""
        order, onward = self._stretches.order[places], self._stretches.onward[places]
        forward_s, backward_s, middle_s = (each[order] for each in self._times)
        return np.where(onward, forward_s, backward_s) + middle_s, np.where(onward, backward_s, forward_s) + middle_s

    def ends_s(self, at: Position, *, leaving: bool) -> tuple[float, float]:
        """The seconds between a place and the tail and head of its stretch, leaving there or arriving from there."""
        stretches, place = self._stretches, self._stretches.place.item(at.edge)
        stretch = stretches.of_place.item(place)
        if stretches.lift.item(stretch):  # not taken in part: whoever is on it is at its nearer end
            return (0.0, inf) if (at.fraction < 0.5) == stretches.onward.item(place) else (inf, 0.0)
        first, last = stretches.starts.item(stretch), stretches.ends.item(stretch)
        onward = stretches.onward.item(place)
        near, far = (0.0, 1.0) if onward else (1.0, 0.0)
        to_tail_s = self._edge_s(at, near, leaving) + self._between_s(first, place, onward=not leaving)
        to_head_s = self._edge_s(at, far, leaving) + self._between_s(place + 1, last, onward=leaving)
        return to_tail_s, to_head_s

    def straight_s(self, start: Position, end: Position) -> float:
        """The seconds from one place to another along the stretch both are on; infinity where there is none."""
        stretches = self._stretches
        here, there = stretches.place.item(start.edge), stretches.place.item(end.edge)
        stretch = stretches.of_place.item(here)
        if stretch != stretches.of_place.item(there) or stretches.lift.item(stretch):
            return inf
        if here == there:
            return self.piece_s(start.edge, start.fraction, end.fraction)
        onward = there > here
        ahead, behind = (here, there) if onward else (there, here)
        out = 1.0 if stretches.onward.item(here) == onward else 0.0
        into = 0.0 if stretches.onward.item(there) == onward else 1.0
        between_s = self._between_s(ahead + 1, behind, onward=onward)
        return self.piece_s(start.edge, start.fraction, out) + between_s + self.piece_s(end.edge, into, end.fraction)

    def pieces(self, start: Position, end: Position) -> list[Piece]:
        """The parts of edges passed from one place to another along the stretch both are on."""
        stretches = self._stretches
        here, there = stretches.place.item(start.edge), stretches.place.item(end.edge)
        if here == there:
            return [Piece(start.edge, start.fraction, end.fraction)] if start.fraction != end.fraction else []
        onward, step = there > here, 1 if there > here else -1
        ways = [(1.0 if stretches.onward.item(place) == onward else 0.0) for place in (here, there)]
        whole = [self.whole(place, onward=onward) for place in range(here + step, there, step)]
        first, last = Piece(start.edge, start.fraction, ways[0]), Piece(end.edge, 1.0 - ways[1], end.fraction)
        return [each for each in (first, *whole, last) if each.start != each.end]

    def whole(self, place: int, *, onward: bool) -> Piece:
        """The edge at that place of a stretch, passed in the stretch's direction or against it."""
        forward = self._stretches.onward.item(place) == onward
        return Piece(self._stretches.order.item(place), *((0.0, 1.0) if forward else (1.0, 0.0)))

    def piece_s(self, edge: int, start: float, end: float) -> float:
        """The seconds of a part of an edge, and of its middle if it passes that."""
        return self.on_the_way_s(edge, start, end) + self.middle_s(edge, start, end)

    def on_the_way_s(self, edge: int, start: float, end: float) -> float:
        """The seconds of a part of an edge, whatever stands at its middle."""
        if start == end:
            return 0.0
        forward_s, backward_s, _ = self._times
        return (forward_s if end > start else backward_s).item(edge) * abs(end - start)

    def middle_s(self, edge: int, start: float, end: float) -> float:
        """What passing the edge's middle costs, if that part of it does."""
        return self._times.middle_s.item(edge) if (start < 0.5) != (end < 0.5) else 0.0

    def _edge_s(self, at: Position, end: float, leaving: bool) -> float:
        return self.piece_s(at.edge, at.fraction, end) if leaving else self.piece_s(at.edge, end, at.fraction)

    def _between_s(self, first: int, last: int, *, onward: bool) -> float:
        """The seconds of the edges from one place up to another, all in one stretch."""
        if first >= last:
            return 0.0
        if self._touched and self._stretches.of_place.item(first) in self._touched:
            return float(self._passing_s(slice(first, last))[0 if onward else 1].sum())
        return float((self._on_s if onward else self._back_s)[first:last].sum())

    # The same for many places at once

    def all_ends_s(self, edges: Ints, fractions: Floats) -> tuple[Floats, Floats]:
        """The seconds to each of many places from the tail and from the head of its stretch."""
        stretches = self._stretches
        places = stretches.place[edges]
        stretch, onward = stretches.of_place[places], stretches.onward[places]
        forward, backward = self._pieces_s(edges, 0.0, fractions), self._pieces_s(edges, 1.0, fractions)
        from_tail_s = np.where(onward, forward, backward) + self._all_between_s(stretches.starts[stretch], places, 0)
        from_head_s = np.where(onward, backward, forward) + self._all_between_s(places + 1, stretches.ends[stretch], 1)
        lift, low = stretches.lift[stretch], (fractions < 0.5) == onward
        from_tail_s[lift] = np.where(low, 0.0, inf)[lift]
        from_head_s[lift] = np.where(low, inf, 0.0)[lift]
        return from_tail_s, from_head_s

    def all_straight_s(self, start: Position, edges: Ints, fractions: Floats) -> Floats:
        """The seconds from one place to each of many on its own stretch."""
        stretches, here = self._stretches, self._stretches.place.item(start.edge)
        if stretches.lift.item(stretches.of_place.item(here)):
            return np.full(len(edges), inf)
        places = stretches.place[edges]
        out = 1.0 if stretches.onward.item(here) else 0.0
        onward = stretches.onward[places]
        forward, backward = self._pieces_s(edges, 0.0, fractions), self._pieces_s(edges, 1.0, fractions)
        ahead_s = self.piece_s(start.edge, start.fraction, out) + np.where(onward, forward, backward)
        back_s = self.piece_s(start.edge, start.fraction, 1.0 - out) + np.where(onward, backward, forward)
        ahead_s = ahead_s + self._all_between_s(np.full(len(places), here + 1), places, 0)
        back_s = back_s + self._all_between_s(places + 1, np.full(len(places), here), 1)
        on_edge_s = self._pieces_s(edges, start.fraction, fractions)
        return np.asarray(np.where(places == here, on_edge_s, np.where(places > here, ahead_s, back_s)))

    def _pieces_s(self, edges: Ints, start: float, ends: Floats) -> Floats:
        forward_s, backward_s, middle_s = self._times
        share, whole_s = np.abs(ends - start), np.where(ends > start, forward_s[edges], backward_s[edges])
        seconds = np.multiply(share, whole_s, out=np.zeros(len(edges)), where=share > 0)
        return np.asarray(seconds + np.where((ends < 0.5) != (start < 0.5), middle_s[edges], 0.0))

    def _all_between_s(self, first: Ints, last: Ints, direction: int) -> Floats:
        sums, walls = self._sums[direction]
        first = np.minimum(first, last)
        return np.asarray(np.where(walls[first] == walls[last], sums[last] - sums[first], inf))

    @cached_property
    def _sums(self) -> tuple[tuple[Floats, Ints], tuple[Floats, Ints]]:
        """Onward and back, up to every place: the seconds of what can be passed, and the number of what cannot."""
        on_s, back_s = self._passing_s(slice(None)) if self._touched else (self._on_s, self._back_s)
        return _summed(on_s), _summed(back_s)


def _summed(seconds: Floats) -> tuple[Floats, Ints]:
    wall: Bools = ~np.isfinite(seconds)
    sums, walls = np.zeros(len(seconds) + 1), np.zeros(len(seconds) + 1, dtype=np.int64)
    np.cumsum(np.where(wall, 0.0, seconds), out=sums[1:])
    np.cumsum(wall, out=walls[1:])
    return sums, walls
