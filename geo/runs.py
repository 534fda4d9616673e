"""What one person travelled in one go on ways of one kind, out of tracks put onto a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from geo.bends import bends_deg
from geo.matching import Interval, Matched
from geo.network import Network
from geo.open_times import free_mps
from geo.profile import Movement, SpeedProfile, Speeds, Way
from geo.speed import EdgeClass, foot_s, road_s
from geo.tracks import By

DRIVEN_MPS = 3.5  # on a road, faster than this nobody is on foot
SHORTEST_M = 40.0
LONGEST_S = 600.0
STANDS_S, STANDS_M = 120.0, 10.0  # who has moved no further in that time stands
WANDERS_M = 60.0  # who goes back that far is not on the way anywhere
GENTLE = 0.03  # a slope up to this is level
LEAST_RATIO, MOST_RATIO = 0.2, 8.0  # less or more than this of the model is no journey on this way
LIMITED = "limited"  # the kind of a road whose posted limit or surface says how fast it is driven


class Direction(StrEnum):
    """Which way a run goes, by its slope."""

    UP = "up"
    LEVEL = "level"
    DOWN = "down"


class Left(StrEnum):
    """Why a part of a matched track is no run."""

    STANDING = "standing"
    SHORT = "short"  # less than SHORTEST_M
    WANDERING = "wandering"  # to and fro
    ODD = "odd"  # so fast or slow that it is no journey on this way


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One person's way along edges of one class and kind: metres, degrees of tight bends, and how long it took."""

    who: str
    movement: Movement
    way: Way  # what conditions slow: a class of way on foot, or the vehicle
    edge_class: EdgeClass
    kind: str  # of a road whose free speed is its own, "" for a park road and off the road
    length_m: float
    ascent_m: float
    descent_m: float
    bends_deg: float
    free_mps: float  # of a road
    seconds: float

    @property
    def driven(self) -> bool:
        """Whether in a vehicle."""
        return self.way in {Way.CAR, Way.MOTORBIKE}

    @property
    def direction(self) -> Direction:
        """Up, down or level, by the slope between its ends."""
        slope = (self.ascent_m - self.descent_m) / self.length_m
        return Direction.UP if slope > GENTLE else Direction.DOWN if slope < -GENTLE else Direction.LEVEL


def modelled_s(run: Run, speeds: Speeds) -> float:
    """What the formulae of `geo.speed` say the run takes in normal conditions."""
    profile = SpeedProfile(speeds=speeds, movement=run.movement)
    length_m, up_m, down_m = (np.array([each]) for each in (run.length_m, run.ascent_m, run.descent_m))
    if not run.driven:
        return float(foot_s(profile, run.edge_class, length_m, up_m, down_m)[0])
    own = {LIMITED: run.free_mps, "": profile.figures.road_mps.value}
    free_mps = own[run.kind] if run.kind in own else dict(speeds.road_kinds)[run.kind].value
    return float(road_s(profile, length_m, up_m, down_m, run.bends_deg, free_mps)[0])


def runs(network: Network, matched: Matched, speeds: Speeds) -> tuple[list[Run], Counter[Left]]:
    """The runs of a matched track, and how many of its parts are none and why."""
    profile = SpeedProfile(speeds=speeds, movement=matched.track.by.movement)
    measured = _Measured(network, profile, matched)
    made: list[Run] = []
    left: Counter[Left] = Counter()
    for stretch in matched.stretches:
        for part in _moving(stretch, measured, left):
            for along in _of_one_kind(part, measured):
                run = measured.run(along)
                if isinstance(run, Left):
                    left[run] += 1
                elif LEAST_RATIO <= run.seconds / modelled_s(run, speeds) <= MOST_RATIO:
                    made.append(run)
                else:
                    left[Left.ODD] += 1
    return made, left


class _Measured:
    """What runs add up of their edges."""

    def __init__(self, network: Network, profile: SpeedProfile, matched: Matched) -> None:
        self.edges = network.edges
        self.profile = profile
        self.track = matched.track
        self.bends = bends_deg(network)
        self.free = free_mps(network, profile)

    def kind(self, interval: Interval) -> tuple[EdgeClass, str] | None:
        """The class of way of an interval and the kind of its road; None if it has several, or none."""
        found = {self._kind(each.edge) for each in interval.pieces}
        return found.pop() if len(found) == 1 else None

    def _kind(self, number: int) -> tuple[EdgeClass, str]:
        edge, free = self.edges[number], float(self.free[number])
        if edge.edge_class != EdgeClass.ROAD or free == self.profile.figures.road_mps.value:
            return edge.edge_class, ""
        kind = dict(self.profile.speeds.road_kinds).get(edge.kind)
        return edge.edge_class, edge.kind if kind is not None and kind.value == free else LIMITED

    def run(self, along: Sequence[Interval]) -> Run | Left:
        net: dict[int, float] = {}
        for interval in along:
            for piece in interval.pieces:
                net[piece.edge] = net.get(piece.edge, 0.0) + piece.end - piece.start
        parts = [(self.edges[number], abs(share), share > 0) for number, share in net.items()]
        length_m = sum(share * edge.length_m for edge, share, _ in parts)
        if length_m < SHORTEST_M:
            return Left.SHORT
        if self._goes_back_m(along, net) > WANDERS_M:
            return Left.WANDERING
        seconds = sum(each.seconds for each in along)
        edge_class, kind = self._kind(next(iter(net)))
        driven = _driven(edge_class, self.track.by, length_m / seconds)
        free_s = sum(abs(share) * self.edges[number].length_m / self.free[number] for number, share in net.items())
        return Run(
            who=self.track.who,
            movement=self.profile.movement,
            way=self.profile.vehicle if driven else Way(edge_class),
            edge_class=edge_class,
            kind=kind if driven else "",
            length_m=length_m,
            ascent_m=sum(share * (edge.ascent_m if onward else edge.descent_m) for edge, share, onward in parts),
            descent_m=sum(share * (edge.descent_m if onward else edge.ascent_m) for edge, share, onward in parts),
            bends_deg=sum(abs(share) * float(self.bends[number]) for number, share in net.items()),
            free_mps=float(length_m / free_s),
            seconds=seconds,
        )

    def _goes_back_m(self, along: Sequence[Interval], net: Mapping[int, float]) -> float:
        """How far back the person went at most, against the direction of the run as a whole."""
        here = furthest = back_m = 0.0
        for interval in along:
            for piece in interval.pieces:
                onward = 1.0 if net[piece.edge] >= 0 else -1.0
                here += (piece.end - piece.start) * self.edges[piece.edge].length_m * onward
                furthest = max(furthest, here)
                back_m = max(back_m, furthest - here)
        return back_m


def _driven(edge_class: EdgeClass, by: By, mps: float) -> bool:
    """Whether a run was driven: what the track says, else by its speed; off the road nobody drives."""
    if edge_class != EdgeClass.ROAD or by in {By.FOOT, By.LOADED, By.STRETCHER, By.VISITOR}:
        return False
    return by in {By.CAR, By.MOTORBIKE} or mps > DRIVEN_MPS


def _moving(stretch: Sequence[Interval], measured: _Measured, left: Counter[Left]) -> Iterator[list[Interval]]:
    """The stretch without the times in which the person stood."""
    ends_s = np.array([each.begun_s + each.seconds for each in stretch])
    along_m = np.array(_along_m(stretch, measured))
    stands = np.zeros(len(stretch), dtype=bool)
    for number, end_s in enumerate(ends_s):
        last = int(np.searchsorted(ends_s, end_s + STANDS_S))
        third = (last + 1 - number) // 3
        if third and last < len(stretch):  # of both ends the mean, or errors of position would be steps
            moved_m = along_m[last + 1 - third : last + 1].mean() - along_m[number : number + third].mean()
            stands[number : last + 1] |= abs(moved_m) < STANDS_M
    left[Left.STANDING] += int(stands.sum())
    part: list[Interval] = []
    for interval, stood in zip(stretch, stands.tolist(), strict=True):
        if not stood:
            part.append(interval)
        elif part:
            yield part
            part = []
    if part:
        yield part


def _along_m(stretch: Sequence[Interval], measured: _Measured) -> list[float]:
    """How far along its way the person was at the end of each interval: one line of metres through all edges."""
    laid: dict[int, tuple[float, float]] = {}  # edge: where its beginning lies on that line, metres of it per edge
    here_m, found = 0.0, []
    for interval in stretch:
        for piece in interval.pieces:
            if piece.edge not in laid:
                length_m = measured.edges[piece.edge].length_m * (1.0 if piece.end > piece.start else -1.0)
                laid[piece.edge] = here_m - piece.start * length_m, length_m
            begin_m, length_m = laid[piece.edge]
            here_m = begin_m + piece.end * length_m
        found.append(here_m)
    return found


def _of_one_kind(part: Sequence[Interval], measured: _Measured) -> Iterator[list[Interval]]:
    """Runs on ways of one class and kind, of at most `LONGEST_S`; what crosses from one to another is in none."""
    along: list[Interval] = []
    of: tuple[EdgeClass, str] | None = None
    for interval in part:
        kind = measured.kind(interval) if interval.pieces else of
        too_long = bool(along) and interval.begun_s + interval.seconds - along[0].begun_s > LONGEST_S
        if along and (kind != of or too_long):
            yield along
            along = []
        of = kind
        if kind is not None:
            along.append(interval)
    if along:
        yield along
