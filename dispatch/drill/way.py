"""A way over the ground with its times: where one is after so long on it; cut, joined and walked back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians
from typing import NamedTuple

METRES_PER_DEGREE = 111_320.0


class Point(NamedTuple):
    """EPSG:4326."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A line passed at an even pace in ``time_s``; one point where somebody waits."""

    points: tuple[Point, ...]
    time_s: float


@dataclass(frozen=True, slots=True)
class Way:
    """Stretches one after the other; each begins where the one before it ends. The empty way goes nowhere."""

    stretches: tuple[Stretch, ...] = ()

    @property
    def time_s(self) -> float:
        return sum(each.time_s for each in self.stretches)

    @property
    def end(self) -> Point | None:
        return self.stretches[-1].points[-1] if self.stretches else None

    def at(self, elapsed_s: float) -> Point | None:
        """Where one is so long after setting out: at the start before, at the end after it."""
        return self.until(elapsed_s).end if self.stretches else None

    def until(self, elapsed_s: float) -> "Way":
        """The part of it behind one."""
        gone: list[Stretch] = []
        left_s = max(elapsed_s, 0.0)
        for each in self.stretches:
            if each.time_s <= left_s:
                gone.append(each)
                left_s -= each.time_s
            else:
                points = _first(each.points, left_s / each.time_s)
                return Way((*gone, Stretch(points=points, time_s=left_s)))
        return Way(tuple(gone))

    def after(self, elapsed_s: float) -> "Way":
        """The part of it before one."""
        return self.back().until(self.time_s - elapsed_s).back()

    def back(self) -> "Way":
        """The same way the other way round, in the same time."""
        return Way(tuple(Stretch(points=each.points[::-1], time_s=each.time_s) for each in self.stretches[::-1]))

    def then(self, other: "Way") -> "Way":
        return Way((*self.stretches, *other.stretches))

    def slowed(self, factor: float) -> "Way":
        return Way(tuple(Stretch(points=each.points, time_s=each.time_s * factor) for each in self.stretches))


def way(stretches: Iterable[tuple[Sequence[Point], float]], *, start: Point, end: Point) -> Way:
    """A way of lines and their times from ``start`` to ``end``. A line without points is a wait where one stands."""
    made: list[Stretch] = []
    here = start
    for points, time_s in stretches:
        line = [here, *(point for point in points if point != here)]
        made.append(Stretch(points=tuple(line), time_s=time_s))
        here = line[-1]
    if here != end or not made:
        made.append(Stretch(points=(here, end), time_s=0.0))
    return Way(tuple(made))


def length_m(points: Sequence[Point]) -> float:
    return sum(distance_m(one, other) for one, other in pairwise(points))


def distance_m(one: Point, other: Point) -> float:
    east = (other.lon - one.lon) * cos(radians((one.lat + other.lat) / 2))
    return hypot(east, other.lat - one.lat) * METRES_PER_DEGREE


def _first(points: Sequence[Point], share: float) -> tuple[Point, ...]:
    """The first part of a line, by length."""
    left_m = length_m(points) * share
    passed = [points[0]]
    for one, other in pairwise(points):
        piece_m = distance_m(one, other)
        if piece_m >= left_m:
            part = left_m / piece_m if piece_m else 0.0
            passed.append(Point(one.lon + (other.lon - one.lon) * part, one.lat + (other.lat - one.lat) * part))
            break
        passed.append(other)
        left_m -= piece_m
    return tuple(passed)
