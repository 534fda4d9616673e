"""How fast one moves: seconds for each class of edge, in each direction.

Formulae (lengths and heights in metres, times in seconds), each times its factor under the conditions of the hour:

    drive    (length + road_climb_m * ascent + road_descend_m * descent) / free speed + tight bends / 180 * hairpin_s
             (free speed: a posted limit * 0.8, else that of the road's kind, else road_mps; never above its surface's)
    walk     ascent / climb_mps + descent / descend_mps + max(0, length - (ascent + descent) / 0.5) / level_mps
             (stairs, flagstone, trail, road: heights by climb rate, on stairs of 1 in 2; what is longer is level)
    path     a hill function, Tobler 1993 or Irmischer & Clarke 2018, times path_factor
    lift     access + queue + headway / 2 + ride + exit                     (cableway, lift, rail, ferry)

On stairs no hill function fitted on open ground holds: built steps are climbed at 12 to 16 m of height a minute.
`geo.figures` and `geo.conditions` have the numbers, each with its source and confidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from geo.conditions import NORMAL
from geo.coordinates import Floats
from geo.profile import STAIR_GRADIENT, Figure, Movement, PathModel, SpeedProfile, Way

if TYPE_CHECKING:
    from geo.network import Lift, Network

__all__ = [
    "FOOT_CLASSES",
    "FOOT_ONLY_CLASSES",
    "LIFT_CLASSES",
    "NORMAL",
    "EdgeClass",
    "Figure",
    "Movement",
    "SpeedProfile",
    "closed_by",
    "drive_s",
    "foot_s",
    "free_speed_mps",
    "lift_s",
    "off_network_s",
    "path_s",
    "road_s",
    "walk_s",
]


_OF_THE_LIMIT = 0.8  # of a posted limit is driven on the average (OSRM's car profile)
_NO_ROAD_MPS = (
    10 / 3.6
)  # where cars may go though it is no road (the same: what is allowed and has no speed of its own)


class EdgeClass(StrEnum):
    """What an edge of the network is."""

    ROAD = "road"
    FLAGSTONE = "flagstone"  # level paved trail
    STAIRS = "stairs"
    TRAIL = "trail"  # flagstone and stairs mixed: only its length and its climb are known
    PATH = "path"  # unpaved
    CABLEWAY = "cableway"
    LIFT = "lift"
    RAIL = "rail"
    FERRY = "ferry"


LIFT_CLASSES = frozenset({EdgeClass.CABLEWAY, EdgeClass.LIFT, EdgeClass.RAIL, EdgeClass.FERRY})
"""What is ridden, by its hours: a ferry too."""
FOOT_CLASSES = frozenset(EdgeClass) - LIFT_CLASSES  # people can stand anywhere on these
FOOT_ONLY_CLASSES = FOOT_CLASSES - {EdgeClass.ROAD}


def road_s(
    profile: SpeedProfile,
    length_m: Floats,
    ascent_m: Floats,
    descent_m: Floats,
    bends_deg: Floats | float = 0.0,
    free_mps: Floats | float | None = None,
) -> Floats:
    """Seconds to drive roads; `free_mps` is their free speed where they are no park roads (`free_speed_mps`)."""
    figures = profile.figures
    road_m = length_m + figures.road_climb_m.value * ascent_m + figures.road_descend_m.value * descent_m
    moving_s = road_m / (figures.road_mps.value if free_mps is None else free_mps)
    bends_s = bends_deg / 180.0 * figures.hairpin_s.value
    return np.asarray((moving_s + bends_s) * profile.factors[profile.vehicle])


def drive_s(profile: SpeedProfile, length_m: float) -> float:
    """Seconds to drive a length of level park road."""
    return length_m / profile.figures.road_mps.value * profile.factors[profile.vehicle]


def free_speed_mps(
    profile: SpeedProfile,
    kind: str,
    surface: str,
    max_speed_kmh: float | None,
    edge_class: EdgeClass = EdgeClass.ROAD,
) -> float:
    """How fast one drives a straight, level way of that kind and surface (OSM's words, "" unknown) and limit. A road of
    no known kind is a park road; a way that is none, and is driven all the same, is driven at 10 km/h.
    """
    speeds = profile.speeds
    of_kind = dict(speeds.road_kinds).get(kind)
    if max_speed_kmh is not None:
        free = max_speed_kmh / 3.6 * _OF_THE_LIMIT
    elif of_kind is not None:
        free = of_kind.value
    elif edge_class is EdgeClass.ROAD:
        free = profile.figures.road_mps.value
    else:
        free = min(_NO_ROAD_MPS, profile.figures.road_mps.value)
    most = dict(speeds.surfaces).get(surface)
    return free if most is None else min(free, most.value)


def foot_s(
    profile: SpeedProfile, edge_class: EdgeClass, length_m: Floats, ascent_m: Floats, descent_m: Floats
) -> Floats:
    """Seconds on foot along edges of one class that is no lift."""
    if edge_class == EdgeClass.PATH:
        return path_s(profile, length_m, ascent_m, descent_m)
    return walk_s(profile, length_m, ascent_m, descent_m, Way(edge_class))


def walk_s(
    profile: SpeedProfile, length_m: Floats, ascent_m: Floats, descent_m: Floats, way: Way = Way.TRAIL
) -> Floats:
    """Seconds on foot on paved ways and stairs: heights by climb rate, the length beyond their stairs on the level."""
    figures = profile.figures
    height_s = ascent_m / figures.climb_mps.value + descent_m / figures.descend_mps.value
    level_m = np.maximum(length_m - (ascent_m + descent_m) / STAIR_GRADIENT, 0.0)
    return np.asarray((height_s + level_m / figures.level_mps.value) * profile.factors[way])


def path_s(profile: SpeedProfile, length_m: Floats, ascent_m: Floats, descent_m: Floats) -> Floats:
    """Seconds on foot on an unpaved path by the profile's hill function.

    The length is shared between up and down by their heights, so one slope serves both. Beyond a hill function's
    steepest slope it would make a longer way faster; from there on the time goes by height alone.
    """
    hill = _HILLS[profile.figures.path_model]
    height_m = ascent_m + descent_m
    length_m = np.maximum(length_m, height_m / hill.steepest)
    slope = np.divide(height_m, length_m, out=np.zeros_like(length_m), where=length_m > 0)
    up_share = np.divide(ascent_m, height_m, out=np.full_like(length_m, 0.5), where=height_m > 0)
    pace = up_share / hill.mps(slope) + (1.0 - up_share) / hill.mps(-slope)
    return np.asarray(length_m * pace * (profile.figures.path_factor.value * profile.factors[Way.PATH]))


def off_network_s(profile: SpeedProfile, distance_m: float) -> float:
    """Seconds on foot through pathless ground, by straight line."""
    return distance_m / profile.figures.off_network_mps.value * profile.factors[Way.OFF_NETWORK]


def lift_s(profile: SpeedProfile, lift: Lift) -> float:
    """Access, queue, half the headway, ride, exit; what opening it on request costs comes on top."""
    station = profile.figures.station_factor.value * profile.factors[Way.STATION]
    return (lift.access_s + lift.exit_s) * station + profile.queue_s + lift.headway_s / 2 + lift.ride_s


@lru_cache(maxsize=64)
def closed_by(network: Network, profile: SpeedProfile) -> frozenset[str]:
    """The ids of the edges that the profile's conditions close, by class or by id."""
    closes = profile.closes
    return frozenset(edge.id for edge in network.edges if edge.edge_class in closes or edge.id in closes)


@dataclass(frozen=True, slots=True)
class _Hill:
    """A hill function, and the slope up to which a longer way between the same heights is never faster."""

    steepest: float
    model: PathModel

    def mps(self, slope: Floats) -> Floats:
        if self.model == PathModel.TOBLER:
            return np.asarray(6.0 / 3.6 * np.exp(-3.5 * np.abs(slope + 0.05)))
        return np.asarray(0.11 + np.exp(-((100.0 * slope + 5.0) ** 2) / (2.0 * 30.0**2)))


# Where slope * |d speed / d slope| = speed: 1 / 3.5 for Tobler, 0.308 uphill for Irmischer & Clarke (0.352 downhill).
_HILLS = {
    PathModel.TOBLER: _Hill(2.0 / 7.0, PathModel.TOBLER),
    PathModel.IRMISCHER_CLARKE: _Hill(0.307, PathModel.IRMISCHER_CLARKE),
}
