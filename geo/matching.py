"""Tracks put onto the ways they followed, and what could not be: for calibration, not for finding people.

A hidden Markov model over edges (after Newson & Krumm 2009): a fix is likely on an edge near it, and two edges follow
each other likely if the way between them is about as long as the straight line. Lengths here are those of the drawn
lines, so that an edge whose true length is longer than its line is matched all the same.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.coordinates import Floats
from geo.network import Network
from geo.speed import FOOT_CLASSES
from geo.tracks import WORST_ACCURACY_M, Track

Ints = NDArray[np.int64]

SEARCH_LEAST_M, SEARCH_MOST_M = 30.0, 120.0  # edges are looked for within three times the accuracy, within these
SIGMA_LEAST_M = 5.0
DETOUR_M = 30.0  # by how much a way may be longer than the straight line before it becomes unlikely
FARTHEST_M = 3000.0  # between two fixes
FASTEST_MPS = 40.0
MOST_CANDIDATES = 8
TWINS_SHARE = 0.9  # of the fixes on an edge lie as near to another: nobody can say which it was


class Lost(StrEnum):
    """Why fixes are on no way."""

    INACCURATE = "inaccurate"  # worse than WORST_ACCURACY_M
    OFF_NETWORK = "off_network"  # no way near: pathless ground, a lift, a wrong datum
    DISJOINT = "disjoint"  # no way from one fix to the next that anybody could have gone in the time
    ALONE = "alone"  # a single fix between such
    TWINS = "twins"  # two ways of different classes lie on each other


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an edge, by number, from one share of it to another."""

    edge: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Interval:
    """What was travelled between two fixes: seconds, and pieces in order."""

    begun_s: float
    seconds: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """Stretches of a track that follow the network, and how many of its fixes do not and why."""

    track: Track
    stretches: tuple[tuple[Interval, ...], ...]
    fixes: int
    lost: Counter[Lost]


class Matcher:
    """The ways of a network, ready to have tracks put onto them."""

    def __init__(self, network: Network) -> None:
        self.network = network
        index = network.snap_index
        self._index = index
        self._numbers = [number for number, edge in enumerate(network.edges) if edge.edge_class in FOOT_CLASSES]
        edges = np.array(self._numbers, dtype=np.int64)
        shapes = index.drawn(edges)
        self._edges, self._shapes = edges, shapes
        self._drawn_m = shapely.length(shapes)
        self._tree = shapely.STRtree(shapes)
        self._ends = [
            (network.node_index[network.edges[n].from_node], network.node_index[network.edges[n].to_node])
            for n in self._numbers
        ]
        self._around: dict[int, list[tuple[int, int, float]]] = {}
        for row, (tail, head) in enumerate(self._ends):
            self._around.setdefault(tail, []).append((head, row, float(self._drawn_m[row])))
            self._around.setdefault(head, []).append((tail, row, float(self._drawn_m[row])))
        self._near: dict[int, tuple[float, dict[int, tuple[float, int, int]]]] = {}

    def match(self, track: Track) -> Matched:
        """The track on the ways it followed."""
        lost: Counter[Lost] = Counter()
        good = np.flatnonzero(track.accuracy_m <= WORST_ACCURACY_M)
        lost[Lost.INACCURATE] += len(track) - len(good)
        points = self._index.points(track.lons[good], track.lats[good])
        candidates = self._candidates(points, track.accuracy_m[good])
        stretches: list[tuple[Interval, ...]] = []
        for run in _runs([bool(each) for each in candidates]):
            for part in self._followed(track, good, points, candidates, run, lost):
                stretches += self._told_apart(part, lost)
        lost[Lost.OFF_NETWORK] += sum(not each for each in candidates)
        return Matched(track, tuple(stretches), len(track), +lost)

    def _candidates(self, points: NDArray[np.object_], accuracy_m: Floats) -> list[list[_Candidate]]:
        reach = np.clip(3.0 * accuracy_m, SEARCH_LEAST_M, SEARCH_MOST_M)
        found: list[list[_Candidate]] = [[] for _ in points]
        on_map = np.flatnonzero(points != None)  # noqa: E711  an array's comparison, not an identity
        if not len(on_map) or not len(self._shapes):
            return found
        askers, rows = self._tree.query(points[on_map], predicate="dwithin", distance=reach[on_map])
        askers = on_map[askers]
        fractions = shapely.line_locate_point(self._shapes[rows], points[askers], normalized=True)
        distances = shapely.distance(self._shapes[rows], points[askers])
        sigma = np.maximum(accuracy_m[askers], SIGMA_LEAST_M)
        costs = 0.5 * (distances / sigma) ** 2
        for asker, *rest in zip(*(each.tolist() for each in (askers, rows, fractions, distances, costs)), strict=True):
            found[asker].append(_Candidate(*rest))
        return [sorted(each, key=lambda candidate: candidate.distance_m)[:MOST_CANDIDATES] for each in found]

    def _followed(
        self,
        track: Track,
        good: Ints,
        points: NDArray[np.object_],
        candidates: list[list[_Candidate]],
        run: range,
        lost: Counter[Lost],
    ) -> Iterator[list[_Step]]:
        """The likeliest edges of a run of fixes that all have candidates, cut where no way joins them (Viterbi)."""
        seconds = track.seconds[good]
        begin = run.start
        while begin < run.stop:
            costs = [each.cost for each in candidates[begin]]
            back: list[list[int]] = []
            ways: list[list[tuple[Piece, ...]]] = []
            end = begin + 1
            while end < run.stop:
                step = self._onward(candidates[end - 1], candidates[end], costs, _Hop(points, seconds, end))
                if step is None:
                    break
                costs, came, along = step
                back.append(came)
                ways.append(along)
                end += 1
            if end - begin == 1:
                lost[Lost.ALONE if len(run) == 1 else Lost.DISJOINT] += 1
            else:
                yield _walked_back(costs, back, ways, seconds[begin:end], candidates[begin:end])
            begin = end

    def _onward(
        self, before: list[_Candidate], after: list[_Candidate], costs: list[float], hop: _Hop
    ) -> tuple[list[float], list[int], list[tuple[Piece, ...]]] | None:
        straight_m, most_m = hop.straight_m, min(FARTHEST_M, FASTEST_MPS * hop.seconds + 2 * DETOUR_M)
        reached: list[float] = []
        came: list[int] = []
        along: list[tuple[Piece, ...]] = []
        for to in after:
            best: tuple[float, int, tuple[Piece, ...]] = (inf, -1, ())
            for number, start in enumerate(before):
                if costs[number] == inf:
                    continue
                way_m, pieces = self._way(start, to, most_m)
                cost = costs[number] + abs(way_m - straight_m) / DETOUR_M + to.cost if way_m <= most_m else inf
                if cost < best[0]:
                    best = cost, number, pieces
            reached.append(best[0])
            came.append(best[1])
            along.append(best[2])
        return None if min(reached) == inf else (reached, came, along)

    def _way(self, start: _Candidate, to: _Candidate, most_m: float) -> tuple[float, tuple[Piece, ...]]:
        """The shortest way between two positions by the drawn lines: metres, and its pieces."""
        best: tuple[float, tuple[Piece, ...]] = (inf, ())
        if start.row == to.row:
            metres = abs(to.fraction - start.fraction) * float(self._drawn_m[start.row])
            best = metres, (Piece(self._numbers[start.row], start.fraction, to.fraction),)
        for leaves, out in zip(self._ends[start.row], (0.0, 1.0), strict=True):
            out_m = abs(out - start.fraction) * float(self._drawn_m[start.row])
            near = self._nodes_near(leaves, most_m)
            for enters, into in zip(self._ends[to.row], (0.0, 1.0), strict=True):
                if enters not in near:
                    continue
                metres = out_m + near[enters][0] + abs(to.fraction - into) * float(self._drawn_m[to.row])
                if metres < best[0]:
                    first = Piece(self._numbers[start.row], start.fraction, out)
                    last = Piece(self._numbers[to.row], into, to.fraction)
                    best = metres, (first, *self._between(near, leaves, enters), last)
        return best[0], tuple(piece for piece in best[1] if piece.start != piece.end)

    def _between(self, near: dict[int, tuple[float, int, int]], leaves: int, enters: int) -> list[Piece]:
        pieces: list[Piece] = []
        node = enters
        while node != leaves:
            _, before, row = near[node]
            forward = self._ends[row] == (before, node)
            pieces.append(Piece(self._numbers[row], 0.0 if forward else 1.0, 1.0 if forward else 0.0))
            node = before
        return pieces[::-1]

    def _nodes_near(self, node: int, most_m: float) -> dict[int, tuple[float, int, int]]:
        """Nodes within that distance of a node: metres, the node before and the row of the edge between."""
        kept = self._near.get(node)
        if kept is not None and kept[0] >= most_m:
            return kept[1]
        found: dict[int, tuple[float, int, int]] = {}
        heap: list[tuple[float, int, int, int]] = [(0.0, node, node, -1)]
        while heap:
            metres, here, before, row = heapq.heappop(heap)
            if here in found:
                continue
            found[here] = metres, before, row
            for there, via, more_m in self._around.get(here, ()):
                if there not in found and metres + more_m <= most_m:
                    heapq.heappush(heap, (metres + more_m, there, here, via))
        self._near[node] = most_m, found
        return found

    def _told_apart(self, steps: list[_Step], lost: Counter[Lost]) -> Iterator[tuple[Interval, ...]]:
        """The intervals of these steps, without those on an edge whose fixes lie as near to one of another class."""
        doubtful = self._twins(steps)
        part: list[Interval] = []
        for step in steps[1:]:
            if any(piece.edge in doubtful for piece in step.pieces):
                lost[Lost.TWINS] += 1
                if part:
                    yield tuple(part)
                part = []
            else:
                part.append(Interval(step.at_s - step.seconds, step.seconds, step.pieces))
        if part:
            yield tuple(part)

    def _twins(self, steps: list[_Step]) -> set[int]:
        seen: Counter[int] = Counter()
        as_near: dict[int, Counter[int]] = {}
        classes = self.network.edges
        for step in steps:
            mine = self._numbers[step.chosen.row]
            seen[mine] += 1
            for other in step.others:
                number = self._numbers[other.row]
                apart = classes[number].edge_class != classes[mine].edge_class
                if apart and other.distance_m - step.chosen.distance_m < SIGMA_LEAST_M:
                    as_near.setdefault(mine, Counter())[number] += 1
        return {mine for mine, others in as_near.items() if max(others.values()) >= max(2, TWINS_SHARE * seen[mine])}


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: int
    fraction: float
    distance_m: float
    cost: float


@dataclass(frozen=True, slots=True)
class _Hop:
    """From the fix before the one of that number to it."""

    points: NDArray[np.object_]
    times: Floats
    number: int

    @property
    def straight_m(self) -> float:
        return float(shapely.distance(self.points[self.number - 1], self.points[self.number]))

    @property
    def seconds(self) -> float:
        return float(self.times[self.number] - self.times[self.number - 1])


@dataclass(frozen=True, slots=True)
class _Step:
    """A fix on its edge, and how it was come to from the fix before."""

    at_s: float
    seconds: float
    pieces: tuple[Piece, ...]
    chosen: _Candidate
    others: list[_Candidate] = field(default_factory=list)


def _runs(there: Sequence[bool]) -> Iterator[range]:
    begin = None
    for number, each in enumerate([*there, False]):
        if each and begin is None:
            begin = number
        elif not each and begin is not None:
            yield range(begin, number)
            begin = None


def _walked_back(
    costs: list[float],
    back: list[list[int]],
    ways: list[list[tuple[Piece, ...]]],
    seconds: Floats,
    candidates: list[list[_Candidate]],
) -> list[_Step]:
    chosen = int(np.argmin(costs))
    steps: list[_Step] = []
    for number in range(len(candidates) - 1, -1, -1):
        here = candidates[number][chosen]
        others = [each for each in candidates[number] if each is not here]
        before_s = float(seconds[number - 1]) if number else float(seconds[number])
        pieces = ways[number - 1][chosen] if number else ()
        steps.append(_Step(float(seconds[number]), float(seconds[number]) - before_s, pieces, here, others))
        if number:
            chosen = back[number - 1][chosen]
    return steps[::-1]
