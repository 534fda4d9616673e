"""How long from each of several origins to each of several destinations, by which legs, and why not where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from zoneinfo import ZoneInfo

from geo.closure import ALL_OPEN, Closures
from geo.coordinates import LonLat
from geo.field import Points, field
from geo.journey import Journey, Origin
from geo.network import Network
from geo.obstacle import Obstacle, obstacles
from geo.snap import Snap
from geo.speed import NORMAL, SpeedProfile
from geo.travel_time import travel_times


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One origin and one destination: the seconds from `at`, or None and what stands in the way. The journey is there
    where legs were asked for."""

    eta_s: float | None
    journey: Journey | None = None
    obstacles: tuple[Obstacle, ...] = ()


def table(
    network: Network,
    origins: Sequence[Origin],
    destinations: Sequence[LonLat | Snap],
    *,
    at: datetime,
    zone: ZoneInfo,
    profile: SpeedProfile = NORMAL,
    closures: Closures = ALL_OPEN,
    legs: bool = False,
) -> list[list[Told]]:
    """A row for each origin, in each row a column for each destination: the times of `travel_times`.

    Searched backwards from the destinations where these are fewer or legs are wanted, else forwards from the origins.
    """

    def column(destination: LonLat | Snap, asked: Sequence[Origin]) -> list[Told]:
        answers = travel_times(network, asked, destination, at=at, zone=zone, profile=profile, closures=closures)
        kept = obstacles(network, asked, answers, destination, at=at, zone=zone, profile=profile, closures=closures)
        return [
            Told(eta_s=each.eta_s, journey=each if legs else None)
            if isinstance(each, Journey)
            else Told(eta_s=None, obstacles=kept[each.origin])
            for each in answers
        ]

    numbered = [_numbered(origin, number) for number, origin in enumerate(origins)]
    if legs or len(destinations) <= len(origins):
        columns = [column(destination, numbered) for destination in destinations]
        return [[each[row] for each in columns] for row in range(len(origins))]
    points = Points(network, destinations)
    found = field(network, numbered, points, at=at, zone=zone, profile=profile, closures=closures).eta_s.tolist()
    told: list[list[Told | None]] = [[Told(eta_s=each) if isfinite(each) else None for each in row] for row in found]
    for which, destination in enumerate(destinations):
        lost = [row for row in range(len(origins)) if told[row][which] is None]
        for row, why in zip(lost, column(destination, [numbered[row] for row in lost]) if lost else (), strict=True):
            told[row][which] = why
    return [[each for each in row if each is not None] for row in told]


def _numbered(origin: Origin, number: int) -> Origin:
    """Under an id of its own, as the same origin may be asked about twice."""
    return Origin(
        id=str(number),
        lon=origin.lon,
        lat=origin.lat,
        vehicle=origin.vehicle,
        ready_after_s=origin.ready_after_s,
        movement=origin.movement,
    )
