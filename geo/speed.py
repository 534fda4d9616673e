"""How fast one moves: seconds for each class of edge, in each direction, under named conditions.

Formulae (lengths and heights in metres, times in seconds; a height costs time on top of the level time):

    drive    length / road_mps
    walk     length / level_mps + ascent / up_mps + descent / down_mps      (road, flagstone, trail, stairs)
    path     Tobler 1993: length / (1.667 * exp(-3.5 * abs(slope + 0.05))), slope taken from ascent and descent
    lift     access + headway / 2 + ride + exit                             (cableway, lift, rail)

On stairs of 16 to 33 degrees the walk formula climbs 12.7 to 15.2 m of height a minute. That is what a fit rescuer
holds for ten minutes (12 to 16 m/min: Halder & Kuklane 2016, VO2max 45 at 60 to 75 %), which no hill function fitted
on open ground gives for built steps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from geo.coordinates import Floats


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


LIFT_CLASSES = frozenset({EdgeClass.CABLEWAY, EdgeClass.LIFT, EdgeClass.RAIL})
FOOT_CLASSES = frozenset(EdgeClass) - LIFT_CLASSES  # people can stand anywhere on these
FOOT_ONLY_CLASSES = FOOT_CLASSES - {EdgeClass.ROAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with what it rests on."""

    value: float
    unit: str
    source: str
    confidence: str  # H high, M medium, L low, A assumption


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What slows everybody: factors on time, 1.0 for none. Ice and flood are not factors, they close edges."""

    name: str
    road: Figure
    foot: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedProfile:
    """The speeds of a responder with kit, under one set of conditions. `name` is stored with every decision."""

    name: str
    road_mps: Figure
    level_mps: Figure
    up_mps: Figure  # of height
    down_mps: Figure  # of height
    off_network_mps: Figure
    leave_vehicle_s: Figure
    board_vehicle_s: Figure
    road_factor: float = 1.0
    foot_factor: float = 1.0

    def under(self, *conditions: Conditions) -> SpeedProfile:
        """The same speeds under these conditions together: the factors multiply, the order does not matter."""
        profile = self
        for each in sorted(conditions, key=lambda c: c.name):
            profile = replace(
                profile,
                name=each.name if profile.name == self.name else f"{profile.name}+{each.name}",
                road_factor=profile.road_factor * each.road.value,
                foot_factor=profile.foot_factor * each.foot.value,
            )
        return profile


def drive_s(profile: SpeedProfile, length_m: float) -> float:
    """Seconds to drive a length of park road."""
    return length_m / profile.road_mps.value * profile.road_factor


def walk_s(profile: SpeedProfile, length_m: Floats, ascent_m: Floats, descent_m: Floats) -> Floats:
    """Seconds on foot on paved ways and stairs: level time plus the time of the heights."""
    level_s = length_m / profile.level_mps.value
    height_s = ascent_m / profile.up_mps.value + descent_m / profile.down_mps.value
    return np.asarray((level_s + height_s) * profile.foot_factor)


def path_s(profile: SpeedProfile, length_m: Floats, ascent_m: Floats, descent_m: Floats) -> Floats:
    """Seconds on foot on an unpaved path (Tobler 1993).

    The length is shared between up and down by their heights, so one slope serves both. Steeper than 2 in 7, Tobler's
    function would make a longer way faster; from there on the time goes by height alone (8.8 m a minute up).
    """
    height_m = ascent_m + descent_m
    length_m = np.maximum(length_m, height_m / _TOBLER_STEEPEST)
    slope = np.divide(height_m, length_m, out=np.zeros_like(length_m), where=length_m > 0)
    up_share = np.divide(ascent_m, height_m, out=np.full_like(length_m, 0.5), where=height_m > 0)
    pace_up = np.exp(3.5 * np.abs(slope + 0.05)) / _TOBLER_MPS
    pace_down = np.exp(3.5 * np.abs(-slope + 0.05)) / _TOBLER_MPS
    return np.asarray(length_m * (up_share * pace_up + (1.0 - up_share) * pace_down) * profile.foot_factor)


def off_network_s(profile: SpeedProfile, distance_m: float) -> float:
    """Seconds on foot through pathless ground, by straight line."""
    return distance_m / profile.off_network_mps.value * profile.foot_factor


_TOBLER_MPS = 6.0 / 3.6
_TOBLER_STEEPEST = 2.0 / 7.0

NORMAL = SpeedProfile(
    name="normal",
    road_mps=Figure(
        value=7.5,
        unit="m/s",
        source="emergency vehicle on park roads; limits there are 30-40 km/h, hairpins slower; a bus takes 10 min "
        "for the 3.4 km from 水绕四门 to 百龙天梯下站, this speed 7.6",
        confidence="M",
    ),
    level_mps=Figure(
        value=2.5,
        unit="m/s",
        source="紫草潭 to 黄莲湾 with kit and stretcher in 5 min, which visitors walk in 20 (news report)",
        confidence="M",
    ),
    up_mps=Figure(
        value=0.30,
        unit="m/s of height",
        source="beside the level time gives 12.7-15.2 m/min on stairs; Halder & Kuklane 2016: 12.3-16.3 m/min",
        confidence="M",
    ),
    down_mps=Figure(
        value=0.60,
        unit="m/s of height",
        source="beside the level time gives 27.7 min from 后花园 down to 千里相会; a fast walker's log says 25",
        confidence="L",
    ),
    off_network_mps=Figure(
        value=0.5,
        unit="m/s",
        source="Irmischer & Clarke 2018 off path: 0.62 m/s at slope 0.2, 0.26 at 0.5; the park's median slope is 0.5",
        confidence="L",
    ),
    leave_vehicle_s=Figure(value=30.0, unit="s", source="park, take the kit", confidence="A"),
    board_vehicle_s=Figure(value=30.0, unit="s", source="stow the kit, start", confidence="A"),
)

_NO_SOURCE = "no published figure found"
RAIN = Conditions(
    name="rain",
    road=Figure(value=1.2, unit="x time", source=_NO_SOURCE, confidence="A"),
    foot=Figure(value=1.35, unit="x time", source="wet stone steps; " + _NO_SOURCE, confidence="A"),
)
NIGHT = Conditions(
    name="night",
    road=Figure(value=1.1, unit="x time", source=_NO_SOURCE, confidence="A"),
    foot=Figure(
        value=1.2, unit="x time", source="Tranter: night costs one level of fitness, x 1.2-1.33", confidence="M"
    ),
)
CROWD = Conditions(
    name="crowd",
    road=Figure(value=1.2, unit="x time", source=_NO_SOURCE, confidence="A"),
    foot=Figure(
        value=1.6, unit="x time", source="Weidmann: between 1 (x 1.3) and 2 (x 2.2) persons/m2", confidence="L"
    ),
)
CONDITIONS = {each.name: each for each in (RAIN, NIGHT, CROWD)}
