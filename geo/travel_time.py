"""How long each unit needs to a point, and by which legs: the one function behind dispatch, maps and plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from geo.closure import ALL_OPEN, Closures
from geo.coordinates import LonLat
from geo.edge_times import in_force
from geo.journey import Journey, Leg, Mode, Origin, Reason, Stop, Unreachable
from geo.lift_hours import LiftHours, lift_hours
from geo.network import Network
from geo.search import Delays, Search
from geo.snap import OffTheMap, Snap
from geo.speed import NORMAL, Movement, SpeedProfile
from geo.start import OFF_NETWORK_LIMIT_M, VEHICLE_REACH_M, place_of, starts_of

__all__ = [
    "OFF_NETWORK_LIMIT_M",
    "VEHICLE_REACH_M",
    "Journey",
    "Leg",
    "Mode",
    "NetworkVersion",
    "Origin",
    "Reason",
    "Stop",
    "Unreachable",
    "destination_snap",
    "travel_times",
]

OPENINGS_FORESEEN_S = 7200.0  # a lift that opens within this time after `at` is planned with


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkVersion:
    """What travel times rest on; stored with every decision."""

    network: str  # Network.version
    closures: int  # how many changes of closures had been applied
    conditions: str  # SpeedProfile.name
    speeds: str = ""  # SpeedProfile.version
    at: datetime


def travel_times(
    network: Network,
    origins: Sequence[Origin],
    destination: LonLat | Snap,
    *,
    at: datetime,
    zone: ZoneInfo,
    profile: SpeedProfile = NORMAL,
    closures: Closures = ALL_OPEN,
) -> tuple[Journey | Unreachable, ...]:
    """The quickest journey of every origin to one point, in the order of the origins.

    `destination` is a WGS-84 point or a position already chosen on the network (of the alternatives of `snaps`). `at`
    is aware; lift hours are read in `zone`. `closures` are those in force at `at`, and hold for the whole journey: no
    journey passes a shut edge, though it may begin or end on one by its nearer end (then it says so). What the
    `profile`'s conditions close is shut likewise.

    One reverse query for each kind of mover takes the lifts as they are at `at` (and one more for each time a shut one
    opens soon). Then each journey is walked forward by the clock: one that reaches a lift shut is timed again without
    that lift, or with the delay of opening it on request, and the quickest journey that stands up is kept. A crew may
    wait for a lift that opens within `LONGEST_WAIT_S`. Raises `KeyError` for a position on an edge this network does
    not have.
    """
    if at.tzinfo is None:
        raise ValueError(f"the instant {at} has no time zone")
    target = destination_snap(network, destination)
    if target is None or target.distance_m > OFF_NETWORK_LIMIT_M:
        return tuple(Unreachable(origin=origin.id, reason=Reason.DESTINATION_OFF_NETWORK) for origin in origins)
    closures = in_force(network, profile, closures)
    hours = lift_hours(network, zone, closures)
    place, situations = place_of(network, target), situations_foreseen(hours, at)
    starts = starts_of(network, origins)
    answers: dict[int, Journey | Unreachable] = {}
    for mover, numbers in movers(profile, origins).items():
        search = Search(network=network, profile=mover, closures=closures, hours=hours, target=place, at=at)
        found = search.answers([starts[number] for number in numbers], situations)
        answers.update(zip(numbers, found, strict=True))
    return tuple(answers[number] for number in range(len(origins)))


def movers(profile: SpeedProfile, origins: Sequence[Origin]) -> dict[SpeedProfile, list[int]]:
    """The origins by number, by how they move under the profile's conditions."""
    found: dict[Movement | None, list[int]] = {}
    for number, origin in enumerate(origins):
        found.setdefault(origin.movement, []).append(number)
    by_mover: dict[SpeedProfile, list[int]] = {}
    for movement, numbers in found.items():
        by_mover.setdefault(_mover(profile, movement), []).extend(numbers)
    return by_mover


@lru_cache(maxsize=256)
def _mover(profile: SpeedProfile, movement: Movement | None) -> SpeedProfile:
    return profile if movement is None else profile.moving(movement)


def situations_foreseen(hours: LiftHours, at: datetime) -> tuple[Delays, ...]:
    """How the lifts run at `at`, and each time a shut one opens soon."""
    moments = [at, *hours.openings(at, OPENINGS_FORESEEN_S)]
    return tuple(dict.fromkeys(hours.delays_s(moment) for moment in moments))


def destination_snap(network: Network, destination: LonLat | Snap) -> Snap | None:
    """The position on the network that a journey to there goes to; None off the map."""
    if isinstance(destination, Snap):
        return destination
    try:
        return network.snap(*destination)
    except OffTheMap:
        return None
