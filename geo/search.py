"""One question, who is how far from one position at one instant: routes found backwards, then walked by the clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from math import isfinite
from typing import NamedTuple

from geo.closure import Closures, Layer
from geo.graph import AGAIN, Graph, Position, Step, Steps, Tree, graph, seconds_of
from geo.journey import Journey, Leg, Mode, Origin, Reason, Stop, Unreachable
from geo.legs import END, legs, stop_at
from geo.lift_hours import LiftHours
from geo.network import Network
from geo.snap import Snap
from geo.speed import SpeedProfile, drive_s, off_network_s

OFF_NETWORK_LIMIT_M = 2000.0  # beyond, a straight line over cliffs says nothing
VEHICLE_REACH_M = 100.0  # what a car park and the error of a position explain
AT_THE_WAY_M = 1.0  # nearer than this to the network, nobody walks off it

Delays = tuple[float, ...]  # for each lift, the seconds lost before its next run: 0 when it runs

_DESTINATION, _ON_WAY, _VEHICLE = -3, -4, -5  # places where steps end that are no nodes, beside END and AGAIN
_ON_WAY_NAMES = ("路网上最近点", "nearest point on the network")


class Place(NamedTuple):
    """A snapped point and its position by number."""

    snap: Snap
    position: Position


class Start(NamedTuple):
    """An origin, with its own and its vehicle's nearest place on the network, None where that is out of reach."""

    origin: Origin
    foot: Place | None
    road: Place | None

    @property
    def sits_in_vehicle(self) -> bool:
        """Whether the crew is where its vehicle is."""
        return self.origin.vehicle == (self.origin.lon, self.origin.lat)


class Plan(NamedTuple):
    """A way to the position, its steps not yet drawn: `first`, then the shortest path of `tree` from `state`."""

    total_s: float
    first: Steps
    tree: Tree | None = None
    state: int = -1


class WayOut(NamedTuple):
    """How a crew gets under way: the steps to a position on the network, from where it goes on in that mode.

    `waits_s` are the waits for lifts that were planned into the time but are no steps yet.
    """

    steps: Steps
    position: Position
    mode: Mode
    waits_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Outset:
    """One instant on one network: how crews get under way from where they are, and how the clock runs for them."""

    network: Network
    profile: SpeedProfile
    closures: Closures
    hours: LiftHours
    at: datetime
    _trees: dict[tuple[Delays, Position, bool], Tree] = field(default_factory=dict)

    def compiled(self, delays: Delays) -> Graph:
        """The network with the lifts as in that situation."""
        return graph(self.network, self.profile, self.closures, delays)

    def ways_out(self, start: Start, delays: Delays) -> Iterator[WayOut]:
        """On foot all the way; driving; walking to the vehicle and driving."""
        compiled = self.compiled(delays)
        walk_on = self._off_network(start.foot.snap, _ON_WAY) if start.foot else ()
        if start.foot:
            yield WayOut(walk_on, start.foot.position, Mode.WALK)
        if not start.road:
            return
        road, to_road = start.road.position, self._to_road(start.road.snap)
        if start.sits_in_vehicle:
            yield WayOut(to_road, road, Mode.DRIVE)
        elif start.foot:
            to_vehicle = self._tree(compiled, delays, road, driving=False)
            walks = _onward(compiled, to_vehicle, walk_on, start.foot.position, Mode.WALK)
            walk = min(walks, key=lambda plan: plan.total_s, default=None)
            if walk is not None:
                there = [step._replace(node=_VEHICLE) if step.node == END else step for step in _draw(compiled, walk)]
                waits_s = walk.total_s - seconds_of(there)
                yield WayOut((*there, self._board(), *to_road), road, Mode.DRIVE, waits_s)

    def by_the_clock(
        self, steps: Sequence[Step], delays: Delays, ready_s: float
    ) -> tuple[list[Step] | None, int | None]:
        """The steps with their waits for lifts, None if a lift is reached that will not run; and the first lift that
        takes longer than `delays` promised."""
        walked: list[Step] = []
        clock_s, late = ready_s, None
        for step in steps:
            if step.edge in self.hours.number:
                lift = self.hours.number[step.edge]
                wait_s = self.lift_wait_s(lift, clock_s)
                if wait_s > delays[lift] and late is None:
                    late = lift
                if not isfinite(wait_s):
                    return None, late
                if wait_s > 0:
                    walked.append(Step(Mode.WAIT, -1, AGAIN, 0.0, 0.0, 0.0, wait_s))
                clock_s += wait_s
            walked.append(step)
            clock_s += step.time_s
        return walked, late

    def lift_wait_s(self, lift: int, clock_s: float) -> float:
        """How long one waits who reaches the lift so many seconds after `at`; infinity where it will not run."""
        return self.hours.delay_s(lift, self.at + timedelta(seconds=clock_s))

    def without(self, delays: Delays, lift: int) -> Delays:
        """The situation in which that lift is as it is outside its hours."""
        return (*delays[:lift], self.hours.shut_delay_s(lift), *delays[lift + 1 :])

    def _tree(self, compiled: Graph, delays: Delays, position: Position, *, driving: bool) -> Tree:
        key = (delays, position, driving)
        if key not in self._trees:
            self._trees[key] = compiled.tree(position, driving=driving)
        return self._trees[key]

    def _off_network(self, snap: Snap, end: int) -> Steps:
        time_s = off_network_time_s(self.profile, snap.distance_m)
        return (Step(Mode.OFF_NETWORK, -1, end, snap.distance_m, 0.0, 0.0, time_s),) if time_s else ()

    def _to_road(self, road: Snap) -> Steps:
        """From where the vehicle stands onto the road."""
        if road.distance_m <= AT_THE_WAY_M:
            return ()
        time_s = drive_s(self.profile, road.distance_m)
        return (Step(Mode.DRIVE, -1, _VEHICLE, road.distance_m, 0.0, 0.0, time_s),)

    def _board(self) -> Step:
        return Step(Mode.BOARD, -1, _VEHICLE, 0.0, 0.0, 0.0, self.profile.board_vehicle_s.value)


@dataclass(frozen=True, kw_only=True)
class Search(Outset):
    """The position asked about, and everything that decides how long it takes to get there."""

    target: Place

    def quickest(self, start: Start, situations: Sequence[Delays]) -> Journey | Unreachable:
        """The quickest journey that stands up to the clock, of those planned for each situation of the lifts."""
        best: tuple[float, list[Step]] | None = None
        waiting = list(situations)
        for delays in waiting:  # grows: a lift reached shut gives one more situation
            compiled = self.compiled(delays)
            plan = min(self._plans(compiled, start, delays), key=lambda plan: plan.total_s, default=None)
            if plan is None:
                continue
            walked, late = self.by_the_clock(self._drawn(compiled, plan), delays, start.origin.ready_after_s)
            if walked is not None and (best is None or seconds_of(walked) < best[0]):
                best = seconds_of(walked), walked
            if late is not None:
                shut = self.without(delays, late)
                if shut not in waiting:
                    waiting.append(shut)
        if best is None:
            reason = Reason.ORIGIN_OFF_NETWORK if start.foot is None else Reason.NO_WAY
            return Unreachable(origin=start.origin.id, reason=reason)
        return self._journey(start, best[1])

    def _plans(self, compiled: Graph, start: Start, delays: Delays) -> Iterator[Plan]:
        tree = self._tree(compiled, delays, self.target.position, driving=True)
        for out in self.ways_out(start, delays):
            for plan in _onward(compiled, tree, out.steps, out.position, out.mode):
                yield plan._replace(total_s=plan.total_s + out.waits_s)

    def _drawn(self, compiled: Graph, plan: Plan) -> list[Step]:
        return [*_draw(compiled, plan), *self._off_network(self.target.snap, _DESTINATION)]

    def _journey(self, start: Start, steps: list[Step]) -> Journey:
        made = legs(self.network, steps, self._stops(start), self._first_stop(start, steps))
        travel_s = sum(leg.time_s for leg in made)
        origin = start.origin
        return Journey(
            origin=origin.id,
            eta_s=origin.ready_after_s + travel_s,
            travel_s=travel_s,
            legs=made,
            closed=self._entered(made),
        )

    def _entered(self, made: Sequence[Leg]) -> tuple[str, ...]:
        """The shut edges of these legs, each shut to those who travel so."""
        driven = {edge for leg in made if leg.mode is Mode.DRIVE for edge in leg.edges}
        walked = {edge for leg in made if leg.mode is not Mode.DRIVE for edge in leg.edges}
        shut = self._shut
        return tuple(sorted((driven & shut[0]) | (walked & shut[1])))

    @cached_property
    def _shut(self) -> tuple[frozenset[str], frozenset[str]]:
        return self.closures.shut(Layer.VEHICLE), self.closures.shut(Layer.FOOT)

    def _first_stop(self, start: Start, steps: list[Step]) -> Stop:
        drives = bool(steps) and steps[0].mode is Mode.DRIVE
        place = start.road if drives else start.foot
        if place is None or (steps and steps[0].mode is Mode.OFF_NETWORK):
            return Stop(node=None, name_zh="出发点", name_en="start", lon=start.origin.lon, lat=start.origin.lat)
        return stop_at(self.network, place.snap, "出发点", "start")

    def _stops(self, start: Start) -> dict[int, Stop]:
        stops = dict(self._target_stops)
        if start.foot:
            stops[_ON_WAY] = stop_at(self.network, start.foot.snap, *_ON_WAY_NAMES)
        if start.road:
            stops[_VEHICLE] = stop_at(self.network, start.road.snap, "车辆停放处", "where the vehicle stands")
        return stops

    @cached_property
    def _target_stops(self) -> dict[int, Stop]:
        snap = self.target.snap
        names = ("目的地", "destination") if snap.distance_m <= AT_THE_WAY_M else _ON_WAY_NAMES
        return {
            END: stop_at(self.network, snap, *names),
            _DESTINATION: Stop(node=None, name_zh="目的地", name_en="destination", lon=snap.lon, lat=snap.lat),
        }


def off_network_time_s(profile: SpeedProfile, distance_m: float) -> float:
    """Seconds between a point and its place on the network, 0 for one that lies at the way."""
    return 0.0 if distance_m <= AT_THE_WAY_M else off_network_s(profile, distance_m)


def _onward(compiled: Graph, tree: Tree, first: Steps, start: Position, mode: Mode) -> Iterator[Plan]:
    """The ways from a position to the tree's: along the edge both lie on, or by either end of its edge."""
    before_s = seconds_of(first)
    direct = compiled.direct(start, tree.target, mode)
    if direct is not None:
        yield Plan(before_s + seconds_of(direct), (*first, *direct))
    for state, steps in compiled.departures(start, mode):
        after_s = float(tree.seconds[state])
        if isfinite(after_s):
            yield Plan(before_s + seconds_of(steps) + after_s, (*first, *steps), tree, state)


def _draw(compiled: Graph, plan: Plan) -> list[Step]:
    return [*plan.first, *(compiled.path(plan.tree, plan.state) if plan.tree else ())]
