"""Why somebody cannot get there: the lift that does not run, the closure, the conditions, or that no way leads there.

Asked only of those for whom `travel_times` found no journey. What keeps them is found by lifting one kind of hindrance
after the other: the first way that then opens is walked, and what is shut on it is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import isinf
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from geo.closure import Closure, ClosureMode, Closures, Layer, Passage, together
from geo.coordinates import LonLat
from geo.course import Course, courses
from geo.edge_times import in_force
from geo.journey import LIFT_MODES, Journey, Leg, Mode, Origin, Reason, Unreachable
from geo.lift_hours import lift_hours
from geo.network import Network, Node
from geo.snap import Snap
from geo.speed import NORMAL, SpeedProfile, closed_by
from geo.start import starts_of
from geo.travel_time import destination_snap, travel_times
from geo.ways import ways_of


class Cause(StrEnum):
    """What kind of hindrance it is."""

    LIFT_SHUT = "lift_shut"  # outside its hours, and not opened on request
    CLOSURE = "closure"
    CONDITIONS = "conditions"  # what the conditions of the hour close
    ISLAND = "island"  # no way at all, were everything open
    ORIGIN_OFF_NETWORK = "origin_off_network"
    DESTINATION_OFF_NETWORK = "destination_off_network"


class Obstacle(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that keeps somebody from getting there.

    `edge` is where it stands and the names are the edge's; of conditions that keep vehicles at home there is none. Of
    an island the names are those of a place on it, empty where one-way passages alone cut it off. `until`: when a lift
    runs again by its hours, None where that is not known. `layer`: who is kept, those on foot or in a vehicle.
    """

    cause: Cause
    edge: str | None = None
    name_zh: str = ""
    name_en: str = ""
    layer: Layer | None = None
    until: datetime | None = None


def obstacles(
    network: Network,
    origins: Sequence[Origin],
    answers: Sequence[Journey | Unreachable],
    destination: LonLat | Snap,
    *,
    at: datetime,
    zone: ZoneInfo,
    profile: SpeedProfile = NORMAL,
    closures: Closures,
) -> dict[str, tuple[Obstacle, ...]]:
    """What keeps each origin that has no journey, by its id; `answers` are those of `travel_times` to the same.

    At least one obstacle for each. The same question gives the same obstacles.
    """
    found: dict[str, tuple[Obstacle, ...]] = {}
    lost: list[Origin] = []
    for origin, answer in zip(origins, answers, strict=True):
        if isinstance(answer, Journey):
            continue
        if answer.reason is Reason.NO_WAY:
            lost.append(origin)
        else:
            found[origin.id] = (Obstacle(cause=Cause(answer.reason.value)),)
    if not lost:
        return found
    asked = _Asked(network=network, destination=destination, at=at, zone=zone, profile=profile, closures=closures)
    islands = asked.islands(lost)
    found |= islands
    lost = [each for each in lost if each.id not in islands]
    for relaxed in asked.relaxations():
        if not lost:
            break
        free = travel_times(
            network, lost, destination, at=at, zone=zone, profile=relaxed.profile, closures=relaxed.closures
        )
        named = [
            (origin, asked.on_the_way(origin, journey, relaxed.causes))
            for origin, journey in zip(lost, free, strict=True)
            if isinstance(journey, Journey)
        ]
        found |= {origin.id: seen for origin, seen in named if seen}
        lost = [each for each in lost if each.id not in found]
    return found | {each.id: (Obstacle(cause=Cause.ISLAND),) for each in lost}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Relaxed:
    """The question with some hindrances lifted."""

    causes: frozenset[Cause]
    profile: SpeedProfile
    closures: Closures


@dataclass(frozen=True, kw_only=True)
class _Asked:
    network: Network
    destination: LonLat | Snap
    at: datetime
    zone: ZoneInfo
    profile: SpeedProfile
    closures: Closures

    def relaxations(self) -> Iterator[_Relaxed]:
        """Nothing is closed by people, who may open it again; lifts run at any hour; nothing is closed by the
        conditions; all of it."""
        run = Closure(
            edges=frozenset(
                edge.id
                for edge in self.network.edges
                if edge.lift is not None and edge.walked is not Passage.NONE  # asking opens what nobody may pass, too
            ),
            mode=ClosureMode.ON_REQUEST,
            layer=Layer.FOOT,
            delay_s=0.0,
        )
        opened = [each for each in self.closures if each.mode is ClosureMode.ON_REQUEST]
        dry = _closing_nothing(self.profile)
        for cause, profile, closures in (
            (Cause.CLOSURE, self.profile, opened),
            (Cause.LIFT_SHUT, self.profile, [*self.closures, run]),
            (Cause.CONDITIONS, dry, [*self.closures]),
        ):
            yield _Relaxed(causes=frozenset({cause}), profile=profile, closures=together(closures))
        yield _Relaxed(
            causes=frozenset({Cause.LIFT_SHUT, Cause.CLOSURE, Cause.CONDITIONS}),
            profile=dry,
            closures=together([*opened, run]),
        )

    def islands(self, lost: Sequence[Origin]) -> dict[str, tuple[Obstacle, ...]]:
        """Those who stand on another part of the network than the destination, and have no vehicle on its part."""
        ways = ways_of(self.network)
        target = destination_snap(self.network, self.destination)
        if target is None:
            return {}
        there = ways.part.item(ways.tails.item(self.network.edge_index[target.edge]))
        found: dict[str, tuple[Obstacle, ...]] = {}
        for origin, standing in starts_of(self.network, lost):
            here = {
                ways.part.item(ways.tails.item(place.position.edge))
                for place in (standing.foot, standing.road)
                if place is not None
            }
            if there not in here:
                found[origin.id] = (self._island(here, there, LonLat(target.lon, target.lat), standing.at),)
        return found

    def _island(self, here: set[int], there: int, target: LonLat, start: LonLat) -> Obstacle:
        """The smaller of the parts, by the named place on it that is nearest to who is there."""
        sizes = np.bincount(ways_of(self.network).part)
        own = min(here, key=lambda part: (-sizes[part], part), default=there)
        part, near = (own, start) if sizes[own] < sizes[there] else (there, target)
        nodes = [self.network.nodes[number] for number in np.flatnonzero(ways_of(self.network).part == part).tolist()]
        named = [node for node in nodes if node.name_zh or node.name_en]
        place = min(named, key=lambda node: (_far(node, near), node.id), default=None)
        if place is None:
            return Obstacle(cause=Cause.ISLAND)
        return Obstacle(
            cause=Cause.ISLAND, name_zh=place.name_zh or place.name_en, name_en=place.name_en or place.name_zh
        )

    def on_the_way(self, origin: Origin, journey: Journey, causes: frozenset[Cause]) -> tuple[Obstacle, ...]:
        """What of these kinds stands on a journey that would be if it did not."""
        seen: dict[tuple[Cause, str | None], Obstacle] = {}
        clock_s = origin.ready_after_s
        for leg in journey.legs:
            for each in self._on_leg(origin, leg, clock_s):
                if each.cause in causes:
                    seen.setdefault((each.cause, each.edge), each)
            clock_s += leg.time_s
        return tuple(seen.values())

    def _on_leg(self, origin: Origin, leg: Leg, clock_s: float) -> Iterator[Obstacle]:
        layer = Layer.VEHICLE if leg.mode is Mode.DRIVE else Layer.FOOT
        mover = self.profile if origin.movement is None else self.profile.moving(origin.movement)
        if layer is Layer.VEHICLE and not mover.drives:
            yield self._conditions(layer)
        closed = closed_by(self.network, self.profile)
        for course in courses(self.network, leg):
            edge = course.edge
            if edge.id in closed and course.through:
                yield self._conditions(layer, edge.id)
            if any(_shuts(closure, course, layer) for closure in self.closures):
                yield Obstacle(
                    cause=Cause.CLOSURE,
                    edge=edge.id,
                    name_zh=edge.name_zh or edge.id,
                    name_en=edge.name_en or edge.name_zh or edge.id,
                    layer=layer,
                )
        if leg.mode in LIFT_MODES:
            yield from self._lift(leg.edges[0], self.at + timedelta(seconds=clock_s))

    def _lift(self, code: str, reached_at: datetime) -> Iterator[Obstacle]:
        hours = lift_hours(self.network, self.zone, in_force(self.network, self.profile, self.closures))
        lift, edge = hours.number[code], self.network.edge(code)
        if not isinf(hours.delay_s(lift, reached_at)) or hours.closed(lift):
            return
        yield Obstacle(
            cause=Cause.LIFT_SHUT,
            edge=code,
            name_zh=edge.name_zh or code,
            name_en=edge.name_en or edge.name_zh or code,
            layer=Layer.FOOT,
            until=hours.opens_after(lift, reached_at),
        )

    def _conditions(self, layer: Layer, code: str | None = None) -> Obstacle:
        name_zh, name_en = self.profile.words
        if code is not None:
            edge = self.network.edge(code)
            name_zh, name_en = edge.name_zh or code, edge.name_en or edge.name_zh or code
        return Obstacle(cause=Cause.CONDITIONS, edge=code, name_zh=name_zh, name_en=name_en, layer=layer)


def _shuts(closure: Closure, course: Course, layer: Layer) -> bool:
    """Whether a closure keeps who travels so from passing."""
    if course.edge.id not in closure.edges or not closure.layer.covers(layer):
        return False
    if closure.mode is ClosureMode.ONE_WAY:
        return closure.direction is (Passage.BACKWARD if course.onward else Passage.FORWARD)
    return closure.mode is ClosureMode.SHUT and course.through


def _closing_nothing(profile: SpeedProfile) -> SpeedProfile:
    """The same conditions, slowing as they do, but nothing is closed by them."""
    return replace(profile, conditions=tuple(replace(each, closes=frozenset()) for each in profile.conditions))


def _far(node: Node, from_: LonLat) -> float:
    """Far enough for an order: degrees, a degree of longitude counted as one of latitude."""
    return (node.lon - from_.lon) ** 2 + (node.lat - from_.lat) ** 2
