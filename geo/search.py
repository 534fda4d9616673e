"""One question, who is how far from one position at one instant: routes found backwards, then walked by the clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from math import cos, hypot, inf, isfinite, radians
from typing import NamedTuple

import numpy as np

from geo.along import Position
from geo.closure import Closures, Layer
from geo.graph import AGAIN, End, Graph, Ride, Step, Steps, Tree, graph, seconds_of
from geo.journey import LIFT_MODES, Drawn, Journey, Leg, Mode, Reason, Stop, Unreachable
from geo.legs import END, legs, parted, stop_at, stop_at_node
from geo.lift_hours import LiftHours
from geo.network import Network
from geo.snap import Snap
from geo.speed import SpeedProfile, drive_s, off_network_s
from geo.start import ON_WAY, ON_WAY_NAMES, VEHICLE, Place, Standing, Start

AT_THE_WAY_M = 1.0  # nearer than this to the network, nobody walks off it
LOOK_S, LOOK_DRIVING_MPS, LOOK_ON_FOOT_MPS = 600.0, 2.0, 0.7  # how far a search looks at first, by the crow's way
DEGREE_M = 111_200.0
_MOST_DEPARTURES = 20_000
_MOST_WAYS = 4  # to either end of a stretch on foot, and in a vehicle

Delays = tuple[float, ...]  # for each lift, the seconds lost before its next run: 0 when it runs

_DESTINATION = -3  # the node of a step that ends at the destination beside the way


class WayOut(NamedTuple):
    """How a crew gets under way: the steps to a position on the network, from where it goes on in that mode.

    `waits_s` are the waits for lifts that were planned into the time but are no steps yet.
    """

    steps: Steps
    position: Position
    mode: Mode
    waits_s: float = 0.0

    @property
    def planned_s(self) -> float:
        """The seconds to the position."""
        return seconds_of(self.steps) + self.waits_s

    @property
    def rides(self) -> bool:
        """Whether it takes a lift."""
        return any(step.mode in LIFT_MODES for step in self.steps)


class Plan(NamedTuple):
    """A way to the position, its steps not yet drawn: a way out, then by an end of its stretch along the shortest path
    of the tree, or, without an end, straight along the stretch that the tree's position is on too."""

    total_s: float
    out: WayOut
    tree: Tree
    end: End | None

    @property
    def rides(self) -> tuple[Ride, ...]:
        """The lifts it takes after its way out."""
        return () if self.end is None else self.tree.rides(self.end.state)

    def draw(self) -> list[Step]:
        """The steps to the position."""
        compiled, out = self.tree.compiled, self.out
        if self.end is None:
            return [*out.steps, *compiled.straight(out.position, self.tree.target, out.mode)]
        onto = compiled.leaving(out.position, out.mode, self.end)
        return [*out.steps, *onto, *self.tree.path(self.end.state)]


class Departure(NamedTuple):
    """All ways out of one start: to which states they lead and when, and the stretches and parts they begin on."""

    ways: tuple[tuple[WayOut, End], ...]
    states: tuple[int, ...]
    seconds: tuple[float, ...]
    outs: tuple[WayOut, ...]
    stretches: frozenset[int]
    parts: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Outset:
    """One instant on one network: how crews get under way from where they are, and how the clock runs for them."""

    network: Network
    profile: SpeedProfile
    closures: Closures
    hours: LiftHours
    at: datetime

    def compiled(self, delays: Delays) -> Graph:
        """The network with the lifts as in that situation."""
        return graph(self.network, self.profile, self.closures, delays)

    def departure(self, compiled: Graph, standing: Standing) -> Departure:
        """The ways out from there; kept with the graph, as most units stand where they stood."""
        known = _departures(compiled)
        found = known.get(standing)
        if found is None:
            if len(known) >= _MOST_DEPARTURES:
                known.clear()
            found = known[standing] = self._open_departure(compiled, standing)
        return found

    def _open_departure(self, compiled: Graph, standing: Standing) -> Departure:
        """As if all were open, for those who have to walk to no vehicle and begin on stretches that nothing touches."""
        if compiled.all_open and (standing.in_vehicle or not standing.road):
            found = self.departure(compiled.all_open, standing)
            if compiled.touched.isdisjoint(found.stretches):
                return found
        return _departure(compiled, tuple(self._ways_out(compiled, standing)))

    def by_the_clock(
        self, steps: Sequence[Step], delays: Delays, ready_s: float
    ) -> tuple[list[Step] | None, int | None]:
        """The steps with their waits for lifts, None if a lift is reached that will not run; and the first lift that
        takes longer than `delays` promised."""
        walked: list[Step] = []
        clock_s, late = ready_s, None
        for step in steps:
            if step.mode in LIFT_MODES:
                lift = self.hours.number[step.edges[0]]
                wait_s = self.lift_wait_s(lift, clock_s)
                if wait_s > delays[lift] and late is None:
                    late = lift
                if not isfinite(wait_s):
                    return None, late
                if wait_s > 0:
                    walked.append(Step(Mode.WAIT, (), AGAIN, 0.0, 0.0, 0.0, wait_s))
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

    def _ways_out(self, compiled: Graph, start: Standing) -> Iterator[WayOut]:
        """On foot all the way; driving; walking to the vehicle and driving."""
        walk_on = self._off_network(start.foot.snap, ON_WAY) if start.foot else ()
        if start.foot:
            yield WayOut(walk_on, start.foot.position, Mode.WALK)
        if not start.road:
            return
        road, to_road = start.road.position, self._to_road(start.road.snap)
        if start.in_vehicle:
            yield WayOut(to_road, road, Mode.DRIVE)
        elif start.foot:
            on_foot = _departure(compiled, (WayOut(walk_on, start.foot.position, Mode.WALK),))
            look_s = _look_s([start], start.road.snap)
            (walk,) = _plans(compiled, [on_foot], road, driving=False, look_s=look_s)
            if walk is not None:
                there = [step._replace(node=VEHICLE) if step.node == END else step for step in walk.draw()]
                waits_s = walk.total_s - seconds_of(there) if walk.rides else 0.0
                yield WayOut((*there, self._board(), *to_road), road, Mode.DRIVE, waits_s)

    def _off_network(self, snap: Snap, end: int) -> Steps:
        time_s = off_network_time_s(self.profile, snap.distance_m)
        return (Step(Mode.OFF_NETWORK, (), end, snap.distance_m, 0.0, 0.0, time_s),) if time_s else ()

    def _to_road(self, road: Snap) -> Steps:
        """From where the vehicle stands onto the road."""
        if road.distance_m <= AT_THE_WAY_M:
            return ()
        time_s = drive_s(self.profile, road.distance_m)
        return (Step(Mode.DRIVE, (), VEHICLE, road.distance_m, 0.0, 0.0, time_s),)

    def _board(self) -> Step:
        return Step(Mode.BOARD, (), VEHICLE, 0.0, 0.0, 0.0, self.profile.board_vehicle_s.value)


@dataclass(frozen=True, kw_only=True)
class Search(Outset):
    """The position asked about, and everything that decides how long it takes to get there."""

    target: Place

    def answers(self, starts: Sequence[Start], situations: Sequence[Delays]) -> list[Journey | Unreachable]:
        """For every start the quickest journey that stands up to the clock, of those planned for each situation of the
        lifts; a lift reached shut gives one more situation for those who reach it so."""
        best: list[_Walked | None] = [None] * len(starts)
        asked: dict[Delays, set[int]] = {}
        waiting = [(delays, list(range(len(starts)))) for delays in situations]
        look_s = _look_s((start.standing for start in starts), self.target.snap)
        for delays, who in waiting:
            fresh = [number for number in who if number not in asked.get(delays, ())]
            asked.setdefault(delays, set()).update(fresh)
            compiled = self.compiled(delays)
            departures = [self.departure(compiled, starts[number].standing) for number in fresh]
            plans = _plans(compiled, departures, self.target.position, driving=True, look_s=look_s)
            again: dict[Delays, list[int]] = {}
            for number, plan in zip(fresh, plans, strict=True):
                if plan is None:
                    continue
                walked, late = self._walked(starts[number], plan, delays)
                before = best[number]
                if walked is not None and (before is None or walked.travel_s < before.travel_s):
                    best[number] = walked
                if late is not None:
                    again.setdefault(self.without(delays, late), []).append(number)
            waiting += again.items()
        return [self._answer(start, walked) for start, walked in zip(starts, best, strict=True)]

    def _walked(self, start: Start, plan: Plan, delays: Delays) -> tuple[_Walked | None, int | None]:
        """The plan by the clock, which only lifts keep waiting; and the lift that is late."""
        ready_s, travel_s = start.origin.ready_after_s, plan.total_s + self._last_s
        if ready_s + travel_s <= self._steady_s and delays == self._present:
            return _Walked(travel_s, plan, delays, as_planned=True), None
        if not plan.out.rides and self._in_time(plan, delays, ready_s):
            return _Walked(travel_s, plan, delays, as_planned=True), None
        steps, late = self.by_the_clock([*plan.draw(), *self._last], delays, ready_s)
        return None if steps is None else _Walked(seconds_of(steps), plan, delays, as_planned=False), late

    @cached_property
    def _present(self) -> Delays:
        return self.hours.delays_s(self.at)

    @cached_property
    def _steady_s(self) -> float:
        """For how long lifts are met as they are now."""
        return self.hours.steady_s(self.at)

    def _in_time(self, plan: Plan, delays: Delays, ready_s: float) -> bool:
        """Whether every lift of the plan is met as it was planned."""
        for lift, before_s in plan.rides:
            number = self.hours.number[lift]
            if self.lift_wait_s(number, ready_s + plan.total_s - before_s) != delays[number]:
                return False
        return True

    def _answer(self, start: Start, walked: _Walked | None) -> Journey | Unreachable:
        origin = start.origin
        if walked is None:
            reason = Reason.ORIGIN_OFF_NETWORK if start.standing.foot is None else Reason.NO_WAY
            return Unreachable(origin=origin.id, reason=reason)
        return Journey(
            origin=origin.id,
            eta_s=origin.ready_after_s + walked.travel_s,
            travel_s=walked.travel_s,
            draw=lambda: self._drawn(start, walked),
        )

    def _drawn(self, start: Start, walked: _Walked) -> Drawn:
        plan, out, standing = walked.plan, walked.plan.out, start.standing
        stops, end = {**self._target_stops, **standing.stops}, plan.end
        waits = any(walked.delays[self.hours.number[lift]] for lift, _ in plan.rides)
        if end is None or waits or out.rides or not walked.as_planned:
            steps, _ = self.by_the_clock([*plan.draw(), *self._last], walked.delays, start.origin.ready_after_s)
            made = legs(self.network, steps or [], stops, _first_stop(standing, steps or []))
        else:
            head = [*out.steps, *plan.tree.compiled.leaving(out.position, out.mode, end)]
            rest = self._gathered(plan.tree, end.state, head)
            made = legs(self.network, head, stops, _first_stop(standing, head)) + rest
        return Drawn(made, self._entered(made))

    def _gathered(self, tree: Tree, state: int, head: list[Step]) -> tuple[Leg, ...]:
        """Add what belongs to the same leg to `head`, and return the legs behind it. Many journeys end alike, from a
        trailhead on; so these are drawn once."""
        ahead: int | None = state
        while ahead is not None:
            steps, after = tree.next(ahead)
            if head and after is not None and parted(head[-1], steps[0]):
                return self._behind(tree, ahead)
            head += steps
            ahead = after
        head += self._last
        return ()

    def _behind(self, tree: Tree, state: int) -> tuple[Leg, ...]:
        """The legs from a state on at which one begins."""
        known = self._known.get((tree, state))
        if known is None:
            head: list[Step] = []
            rest = self._gathered(tree, state, head)
            first = stop_at_node(self.network, tree.compiled.stretches.node.item(state))
            known = self._known[tree, state] = legs(self.network, head, self._target_stops, first) + rest
        return known

    @cached_property
    def _known(self) -> dict[tuple[Tree, int], tuple[Leg, ...]]:
        return {}

    def _entered(self, made: Sequence[Leg]) -> tuple[str, ...]:
        """The shut edges of these legs, each shut to those who travel so."""
        for_vehicles, on_foot = self._shut
        if not for_vehicles and not on_foot:
            return ()
        driven = {edge for leg in made if leg.mode is Mode.DRIVE for edge in leg.edges}
        walked = {edge for leg in made if leg.mode is not Mode.DRIVE for edge in leg.edges}
        return tuple(sorted((driven & for_vehicles) | (walked & on_foot)))

    @cached_property
    def _shut(self) -> tuple[frozenset[str], frozenset[str]]:
        return self.closures.shut(Layer.VEHICLE), self.closures.shut(Layer.FOOT)

    @cached_property
    def _last(self) -> Steps:
        """From the way to the destination."""
        return self._off_network(self.target.snap, _DESTINATION)

    @cached_property
    def _last_s(self) -> float:
        return seconds_of(self._last)

    @cached_property
    def _target_stops(self) -> dict[int, Stop]:
        snap = self.target.snap
        names = ("目的地", "destination") if snap.distance_m <= AT_THE_WAY_M else ON_WAY_NAMES
        return {
            END: stop_at(self.network, snap, *names),
            _DESTINATION: Stop(node=None, name_zh="目的地", name_en="destination", lon=snap.lon, lat=snap.lat),
        }


class _Walked(NamedTuple):
    """A plan that stands up to the clock, the situation it was made for, and whether all lifts are met as in that."""

    travel_s: float
    plan: Plan
    delays: Delays
    as_planned: bool


def _first_stop(standing: Standing, steps: Sequence[Step]) -> Stop:
    if steps and steps[0].mode is Mode.DRIVE:
        return standing.driving or standing.beside
    if steps and steps[0].mode is Mode.OFF_NETWORK:
        return standing.beside
    return standing.on_foot or standing.beside


def off_network_time_s(profile: SpeedProfile, distance_m: float) -> float:
    """Seconds between a point and its place on the network, 0 for one that lies at the way."""
    return 0.0 if distance_m <= AT_THE_WAY_M else off_network_s(profile, distance_m)


@lru_cache(maxsize=32)
def _departures(compiled: Graph) -> dict[Standing, Departure]:
    """The departures known on a graph."""
    return {}


def _departure(compiled: Graph, outs: tuple[WayOut, ...]) -> Departure:
    ways = tuple((out, end) for out in outs for end in compiled.ends(out.position, out.mode, leaving=True))
    spare = _MOST_WAYS - len(ways)
    stretches, edges = compiled.stretches, [out.position.edge for out in outs]
    return Departure(
        ways=ways,
        states=(*(end.state for _, end in ways), *[stretches.states] * spare),
        seconds=(*(out.planned_s + end.seconds for out, end in ways), *[inf] * spare),
        outs=outs,
        stretches=frozenset(stretches.of_place.item(stretches.place.item(edge)) for edge in edges),
        parts=frozenset(compiled.ways.part.item(compiled.ways.tails.item(edge)) for edge in edges),
    )


def _plans(
    compiled: Graph, departures: Sequence[Departure], target: Position, *, driving: bool, look_s: float
) -> list[Plan | None]:
    """The quickest plan of each. What takes longer than `look_s` is looked for only if somebody is not found within
    it who may yet be: so the cost does not grow with what lies far from all."""
    plans = _plans_of(compiled.tree(target, driving=driving, limit_s=look_s), departures)
    part = compiled.ways.part.item(compiled.ways.tails.item(target.edge))
    for plan, departure in zip(plans, departures, strict=True):
        if (plan is None or plan.total_s > look_s) and part in departure.parts:
            return _plans_of(compiled.tree(target, driving=driving), departures)
    return plans


def _look_s(standings: Iterable[Standing], target: Snap) -> float:
    """How far to look at first: further than most would need for the straight line to the farthest of them."""
    lon, lat, look_s = target.lon, target.lat, 0.0
    east_m = DEGREE_M * cos(radians(lat))
    for standing in standings:
        at = standing.at
        apart_m = hypot((at.lon - lon) * east_m, (at.lat - lat) * DEGREE_M)
        look_s = max(look_s, apart_m / (LOOK_ON_FOOT_MPS if standing.road is None else LOOK_DRIVING_MPS))
    return LOOK_S + look_s


def _plans_of(tree: Tree, departures: Sequence[Departure]) -> list[Plan | None]:
    states = np.array([departure.states for departure in departures], dtype=np.int64).reshape(-1, _MOST_WAYS)
    seconds = np.array([departure.seconds for departure in departures]).reshape(-1, _MOST_WAYS)
    totals = seconds + tree.seconds[states]
    best = totals.argmin(axis=1).tolist()
    stretches = tree.compiled.stretches
    stretch = stretches.of_place.item(stretches.place.item(tree.target.edge))
    plans: list[Plan | None] = []
    for which, total, departure in zip(best, totals, departures, strict=True):
        total_s, plan = total.item(which), None
        if total_s < inf:
            out, end = departure.ways[which]
            plan = Plan(total_s, out, tree, end)
        if stretch in departure.stretches:
            for out in departure.outs:
                straight_s = out.planned_s + tree.compiled.straight_s(out.position, tree.target, out.mode)
                if straight_s < inf and (plan is None or straight_s <= plan.total_s):
                    plan = Plan(straight_s, out, tree, None)
        plans.append(plan)
    return plans
