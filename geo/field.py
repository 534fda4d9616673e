"""How soon each of many crews reaches each of many points: the travel times of `travel_times`, all in one call."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import inf, isfinite
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from geo.closure import ALL_OPEN, Closures
from geo.coordinates import Floats, LonLat
from geo.edge_times import in_force
from geo.graph import Graph, Outward, seconds_of
from geo.journey import Mode, Origin
from geo.lift_hours import lift_hours
from geo.network import Network
from geo.search import AT_THE_WAY_M, Delays, Outset, WayOut
from geo.snap import Snap
from geo.speed import NORMAL, SpeedProfile, off_network_s
from geo.start import OFF_NETWORK_LIMIT_M, Start, place_of, starts_of
from geo.stretches import NONE
from geo.travel_time import movers, situations_foreseen

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Scalar = TypeVar("Scalar", np.int64, np.float64)

NOBODY = -1
_LONGEST_S = np.finfo(np.float64).max  # of times that are any


class Points:
    """Many places on one network, for which fields are asked again and again: keep them, the first field costs most.

    A place is a position already chosen on the network, or a WGS-84 point that is put on its nearest way.
    """

    def __init__(self, network: Network, places: Sequence[LonLat | Snap]) -> None:
        self.network = network
        snaps = _snapped(network, places)
        near = [each is not None and each.distance_m <= OFF_NETWORK_LIMIT_M for each in snaps]
        self.near: Bools = np.array(near, dtype=bool)
        self.off_m: Floats = np.array([inf if each is None else each.distance_m for each in snaps], dtype=np.float64)
        self.positions = [
            place_of(network, each).position for each in snaps if each and each.distance_m <= OFF_NETWORK_LIMIT_M
        ]
        self.edges: Ints = np.array([each.edge for each in self.positions], dtype=np.int64)
        self.fractions: Floats = np.array([each.fraction for each in self.positions], dtype=np.float64)
        self.at_hand: Ints = np.flatnonzero(self.near)  # the numbers of the points that have a position
        self._ends: dict[tuple[SpeedProfile, Closures], _Ends] = {}

    def __len__(self) -> int:
        return len(self.near)

    def spread(self, values: NDArray[Scalar], other: float) -> NDArray[Scalar]:
        """The values of all points, given those of the points that have a position."""
        every = np.full(len(self), other, dtype=values.dtype)
        every[self.at_hand] = values
        return every

    def ends(self, compiled: Graph, profile: SpeedProfile, closures: Closures) -> _Ends:
        """By which states the places are reached; the same for every situation of the lifts, so kept for the last
        closures and conditions, for each kind of mover."""
        kept = self._ends.get((profile, closures))
        if kept is None:
            kept = _ends(compiled, self, _off_s(profile, self.off_m[self.at_hand]))
            same = {
                (mover, shut): ends
                for (mover, shut), ends in self._ends.items()
                if shut == closures and mover.moving(profile.movement) == profile
            }
            self._ends = {**same, (profile, closures): kept}
        return kept


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """`eta_s[o, p]` are the seconds from `at` until origin `o` is at point `p`, infinity where there is no journey."""

    origins: tuple[str, ...]
    eta_s: Floats

    def ranked(self, most: int = 1) -> tuple[Ints, Floats]:
        """The nearest, second … origins of every point (by number, `NOBODY` where there is none) and their times,
        each of shape `most` x points. Of equals the first comes first."""
        eta_s = self.eta_s.copy()
        points = np.arange(eta_s.shape[1])
        who = np.full((most, len(points)), NOBODY, dtype=np.int64)
        times = np.full((most, len(points)), inf)
        for rank in range(min(most, len(eta_s))):
            nearest = eta_s.argmin(axis=0)
            times[rank] = eta_s[nearest, points]
            who[rank] = np.where(np.isfinite(times[rank]), nearest, NOBODY)
            eta_s[nearest, points] = inf
        return who, times

    def without(self, leaving: Collection[str]) -> Field:
        """The field of the others."""
        stays = [number for number, origin in enumerate(self.origins) if origin not in leaving]
        return Field(origins=tuple(self.origins[number] for number in stays), eta_s=self.eta_s[stays])


def field(
    network: Network,
    origins: Sequence[Origin],
    points: Points,
    *,
    at: datetime,
    zone: ZoneInfo,
    profile: SpeedProfile = NORMAL,
    closures: Closures = ALL_OPEN,
) -> Field:
    """The `eta_s` that `travel_times` would give for every origin and every point, found forwards from the origins.

    It is the same question with the same parts: the compiled graph of each situation of the lifts, the ways out on
    foot, by vehicle or on foot to the vehicle, and for each origin and point the quickest plan walked by the clock,
    with a lift that is reached shut taken out and the journey timed again. One search per origin and situation serves
    all points, as a quickest way to a point begins with quickest ways to the places on it.

    Two searches may differ where two ways take the same planned time to the last bit and only one of them meets a
    lift as it shuts or opens: each search is free to take either, so the journeys may then differ by that wait. Apart
    from such ties only the rounding of sums differs (microseconds). Costs memory of 8 bytes x origins x points.
    """
    if at.tzinfo is None:
        raise ValueError(f"the instant {at} has no time zone")
    closures = in_force(network, profile, closures)
    hours = lift_hours(network, zone, closures)
    starts, situations = starts_of(network, origins), situations_foreseen(hours, at)
    eta_s = np.full((len(origins), len(points)), inf)
    for mover, numbers in movers(profile, origins).items():
        outset = Outset(network=network, profile=mover, closures=closures, hours=hours, at=at)
        travel_s = _best(outset, [starts[number] for number in numbers], points, situations)
        ready_s = np.array([origins[number].ready_after_s for number in numbers]).reshape(-1, 1)
        eta_s[np.array(numbers)[:, None], points.at_hand] = (
            ready_s + travel_s + _off_s(mover, points.off_m[points.at_hand])
        )
    return Field(origins=tuple(origin.id for origin in origins), eta_s=eta_s)


class Nearest(NamedTuple):
    """For every point the origin that is there first (by number, `NOBODY` for none), and its seconds from `at`."""

    who: Ints
    eta_s: Floats

    def latest_s(self) -> float:
        """The longest time of those that are reached, 0 if nobody is."""
        return float(self.eta_s.max(initial=0.0, where=np.isfinite(self.eta_s)))


def nearest(
    network: Network,
    origins: Sequence[Origin],
    points: Points,
    *,
    at: datetime,
    zone: ZoneInfo,
    profile: SpeedProfile = NORMAL,
    closures: Closures = ALL_OPEN,
    within_s: float = inf,
) -> Nearest:
    """Who is first at every point: the first row of `field(…).ranked()`, of equals any; nobody beyond `within_s`.

    While no lift opens or shuts in that time and all move alike, one search from all origins at once gives it, however
    many they are; otherwise it costs the whole field.
    """
    if at.tzinfo is None:
        raise ValueError(f"the instant {at} has no time zone")
    shut = in_force(network, profile, closures)
    hours = lift_hours(network, zone, shut)
    found = None
    if len(movers(profile, origins)) == 1 and len(situations_foreseen(hours, at)) == 1:
        (mover,) = movers(profile, origins)
        outset = Outset(network=network, profile=mover, closures=shut, hours=hours, at=at)
        found = _at_once(outset, starts_of(network, origins), points, within_s)
        if within_s > hours.steady_s(at) and found.latest_s() > hours.steady_s(at):
            found = None
    if found is None:
        told = field(network, origins, points, at=at, zone=zone, profile=profile, closures=closures)
        who, eta_s = (each[0] for each in told.ranked())
        found = Nearest(who, eta_s)
    beyond = found.eta_s > min(within_s, _LONGEST_S)
    np.putmask(found.who, beyond, NOBODY)
    np.putmask(found.eta_s, beyond, inf)
    return found


def _at_once(outset: Outset, starts: Sequence[Start], points: Points, within_s: float) -> Nearest:
    """As if the lifts stayed as they are."""
    compiled = outset.compiled(outset.hours.delays_s(outset.at))
    departures = [outset.departure(compiled, start.standing) for start in starts]
    first: dict[int, float] = {}
    owner: dict[int, int] = {}
    for number, (start, departure) in enumerate(zip(starts, departures, strict=True)):
        for out, end in departure.ways:
            left_s = start.origin.ready_after_s + out.planned_s + end.seconds
            if left_s < first.get(end.state, inf):
                first[end.state], owner[end.state] = left_s, number
    seconds, before = compiled.soonest(first, within_s)
    root = compiled.stretches.states
    led = np.flatnonzero(before == root)
    owners = np.full(root + 1, NOBODY, dtype=np.int64)
    owners[led] = [owner[state] for state in led.tolist()]
    ends = points.ends(compiled, outset.profile, outset.closures)
    eta_s, state = ends.soonest(seconds)
    who = owners[_last_of(led, before, root)].take(state)
    for number, (start, departure) in enumerate(zip(starts, departures, strict=True)):
        for out in departure.outs:
            beside, straight_s = _straight(compiled, points, ends, out)
            straight_s = straight_s + (start.origin.ready_after_s + out.planned_s) + ends.off_s[beside]
            beside = points.at_hand[beside]
            nearer = straight_s < eta_s[beside]
            eta_s[beside[nearer]], who[beside[nearer]] = straight_s[nearer], number
    return Nearest(who, eta_s)


def _snapped(network: Network, places: Sequence[LonLat | Snap]) -> list[Snap | None]:
    loose = [each for each in places if not isinstance(each, Snap)]
    given = np.array(loose, dtype=np.float64).reshape(-1, 2)
    found = iter(network.snap_index.nearest_on_foot(given[:, 0], given[:, 1]))
    return [each if isinstance(each, Snap) else next(found) for each in places]


def _off_s(profile: SpeedProfile, off_m: Floats) -> Floats:
    """The seconds off the network."""
    return np.where(off_m > AT_THE_WAY_M, off_m * off_network_s(profile, 1.0), 0.0)


@dataclass(frozen=True)
class _Way:
    """One way to come to points: the states at the tails and heads of their stretches, and the seconds from each of the
    two, with those off the network."""

    tails: Ints
    heads: Ints
    from_tail_s: Floats
    from_head_s: Floats

    def soonest(self, seconds: Floats) -> tuple[Floats, Ints]:
        """The sooner of both, and its state, given the seconds to every state."""
        by_tail_s, by_head_s = seconds.take(self.tails), seconds.take(self.heads)
        by_tail_s += self.from_tail_s
        by_head_s += self.from_head_s
        state = (by_head_s < by_tail_s) * self._further  # to choose between arrays takes thrice that
        state += self.tails
        return np.minimum(by_tail_s, by_head_s, out=by_tail_s), state

    @cached_property
    def _further(self) -> Ints:
        return self.heads - self.tails


class _Ends(NamedTuple):
    """For each place the states it is reached from, with the seconds from there (infinity for none): on foot from both
    ends of its stretch, then driving; where the places of each stretch stand; and the seconds off the network. Then the
    same for all points at once, on foot, and for those `by_car` that may be driven to."""

    states: Ints
    seconds: Floats
    on_stretch: dict[int, Ints]
    off_s: Floats
    walked: _Way
    driven: _Way
    by_car: Ints

    def soonest(self, seconds: Floats) -> tuple[Floats, Ints]:
        """The soonest time of every point from anywhere off its stretch, and the state it is reached from (any for who
        is not), given the seconds to every state."""
        eta_s, state = self.walked.soonest(seconds)
        driven_s, driven = self.driven.soonest(seconds)
        sooner = np.flatnonzero(driven_s < eta_s[self.by_car])
        points = self.by_car[sooner]
        eta_s[points], state[points] = driven_s[sooner], driven[sooner]
        return eta_s, state


def _ends(compiled: Graph, points: Points, off_s: Floats) -> _Ends:
    stretches, edges = compiled.stretches, points.edges
    stretch = stretches.of_place[stretches.place[edges]]
    states, seconds = [], []
    for mode, state_of in ((Mode.WALK, stretches.on_foot), (Mode.DRIVE, stretches.driving)):
        more_s = np.where(compiled.ways.drivable[edges], compiled.leave_s, inf) if mode is Mode.DRIVE else 0.0
        ends_s = compiled.layer(mode).all_ends_s(edges, points.fractions)
        for ends, end_s in zip((stretches.tails, stretches.heads), ends_s, strict=True):
            state = state_of[ends[stretch]]
            states.append(np.maximum(state, 0))
            seconds.append(np.where(state == NONE, inf, end_s + more_s))
    order = np.argsort(stretch, kind="stable")
    found, starts = np.unique(stretch[order], return_index=True)
    on_stretch = dict(zip(found.tolist(), np.split(order, starts[1:]), strict=True)) if len(found) else {}
    by_car = np.flatnonzero(np.isfinite(seconds[2]) | np.isfinite(seconds[3]))
    on_foot = [points.spread(each + off_s, inf) for each in seconds[:2]]
    walked = _Way(points.spread(states[0], 0), points.spread(states[1], 0), *on_foot)
    driven = _Way(*(each[by_car] for each in states[2:]), *((each + off_s)[by_car] for each in seconds[2:]))
    return _Ends(np.stack(states), np.stack(seconds), on_stretch, off_s, walked, driven, points.at_hand[by_car])


def _best(outset: Outset, starts: Sequence[Start], points: Points, situations: Sequence[Delays]) -> Floats:
    """The quickest that stands up to the clock; a lift met later than promised makes one more situation for those
    pairs of origin and point that meet it, and for no others."""
    shape = (len(starts), len(points.positions))
    best = np.full(shape, inf)
    asked: dict[Delays, Bools] = {}
    waiting = deque((delays, np.ones(shape, dtype=bool)) for delays in situations)
    while waiting:
        delays, wanted = waiting.popleft()
        before = asked.get(delays)
        fresh = wanted if before is None else wanted & ~before
        asked[delays] = fresh if before is None else before | fresh
        rows = np.flatnonzero(fresh.any(axis=1))
        compiled = outset.compiled(delays)
        travel_s, late = _in_situation(outset, compiled, [starts[row] for row in rows.tolist()], points, delays)
        best[rows] = np.where(fresh[rows], np.minimum(best[rows], travel_s), best[rows])
        late = np.where(fresh[rows], late, NOBODY)
        for lift in np.unique(late[late != NOBODY]).tolist():
            again = np.zeros(shape, dtype=bool)
            again[rows] = late == lift
            waiting.append((outset.without(delays, lift), again))
    return best


def _in_situation(
    outset: Outset, compiled: Graph, starts: Sequence[Start], points: Points, delays: Delays
) -> tuple[Floats, Ints]:
    """For each origin and point the plan that is quickest in one situation of the lifts, walked by the clock: its
    seconds (infinity if it does not stand up), and the first lift that takes longer than promised, or `NOBODY`."""
    ends = points.ends(compiled, outset.profile, outset.closures)
    outs = [(row, out) for row, start in enumerate(starts) for out in outset.departure(compiled, start.standing).outs]
    outward = compiled.outward([(out.position, out.mode) for _, out in outs])
    planned_s = np.full((len(starts), len(points.positions)), inf)
    walked_s, late = planned_s.copy(), np.full(planned_s.shape, NOBODY, dtype=np.int64)
    for number, (row, out) in enumerate(outs):
        clock = _Clock(outset, compiled, outward, number, out, delays, starts[row].origin.ready_after_s)
        plan_s, state = _plans(compiled, points, ends, outward.seconds[number], out)
        plan_s = plan_s + clock.planned_s
        better = plan_s < planned_s[row]
        planned_s[row] = np.where(better, plan_s, planned_s[row])
        walked_s[row] = np.where(better, plan_s + clock.lost_s[state], walked_s[row])
        late[row] = np.where(better, clock.late[state], late[row])
    return walked_s, late


def _plans(compiled: Graph, points: Points, ends: _Ends, seconds: Floats, out: WayOut) -> tuple[Floats, Ints]:
    """The seconds from a way out's position to every place, and the state each is reached from (one more than all
    states for straight along the stretch both lie on)."""
    via_s = seconds[ends.states] + ends.seconds
    which = via_s.argmin(axis=0)
    every = np.arange(len(which))
    plan_s, state = via_s[which, every], ends.states[which, every]
    beside, straight_s = _straight(compiled, points, ends, out)
    nearer = straight_s <= plan_s[beside]
    plan_s[beside[nearer]], state[beside[nearer]] = straight_s[nearer], compiled.stretches.states
    return plan_s, state


def _straight(compiled: Graph, points: Points, ends: _Ends, out: WayOut) -> tuple[Ints, Floats]:
    """The places on the stretch that a way out leads to, and the seconds to each along it."""
    stretches, edge = compiled.stretches, out.position.edge
    beside = ends.on_stretch.get(stretches.of_place.item(stretches.place.item(edge)))
    if beside is None or (out.mode is Mode.DRIVE and not compiled.ways.drivable[edge]):
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    straight_s = compiled.layer(out.mode).all_straight_s(out.position, points.edges[beside], points.fractions[beside])
    return beside, straight_s + (compiled.leave_s if out.mode is Mode.DRIVE else 0.0)


class _Clock:
    """What the clock adds to the plans of one way out, by the state reached: the seconds `lost_s` beyond those
    planned (infinity where a lift on the way will not run), and which lift was `late` first.

    Only lifts keep a clock waiting, and a search has a tree: all that lies beyond a lift shares what was lost there.
    """

    def __init__(
        self,
        outset: Outset,
        compiled: Graph,
        outward: Outward,
        number: int,
        out: WayOut,
        delays: Delays,
        ready_s: float,
    ) -> None:
        root = compiled.stretches.states
        walked, late = outset.by_the_clock(out.steps, delays, ready_s)
        self.planned_s = out.planned_s
        first_s = inf if walked is None else seconds_of(walked) - self.planned_s
        seconds, before = outward.seconds[number], outward.before[number]
        boarded = {head: (tail, lift) for tail, head, lift in compiled.rides(before, onward=True)}
        after = _last_of(np.array(list(boarded), dtype=np.int64), before, root)
        lost = {root: (first_s, NOBODY if late is None else late)}

        def lose(head: int) -> tuple[float, int]:
            if head not in lost:
                tail, ride = boarded[head]
                lost_s, which = lose(int(after[tail]))
                lift = outset.hours.number[ride]
                if isfinite(lost_s):
                    wait_s = outset.lift_wait_s(lift, ready_s + self.planned_s + float(seconds[tail]) + lost_s)
                    which = lift if wait_s > delays[lift] and which == NOBODY else which
                    lost_s += wait_s - delays[lift]
                lost[head] = lost_s, which
            return lost[head]

        self.lost_s = np.full(root + 1, first_s)
        self.late = np.full(root + 1, lost[root][1], dtype=np.int64)
        for head in boarded:
            behind = after == head
            self.lost_s[behind], self.late[behind] = lose(head)


def _last_of(heads: Ints, before: NDArray[np.int32], root: int) -> Ints:
    """For each state the last of these heads on the way to it (itself if it is one), or the root."""
    after = np.append(np.where((before < 0) | (before >= root), root, before), root).astype(np.int64)
    if not len(heads):
        return np.full(root + 1, root)
    after[heads] = heads
    while not np.array_equal(further := after[after], after):
        after = further
    return after
