"""The seconds of every edge were it open: on foot or by lift, and in a vehicle, in either direction."""

from __future__ import annotations

from functools import lru_cache
from math import inf
from typing import NamedTuple

import numpy as np

from geo.coordinates import Floats
from geo.network import Network
from geo.speed import FOOT_CLASSES, SpeedProfile, drive_s, foot_s, lift_s
from geo.ways import Ways, ways_of


class OpenTimes(NamedTuple):
    """Seconds of every edge from its first node to its second (`on`) and back, infinity where nobody can go."""

    foot_on: Floats
    foot_back: Floats
    drive_on: Floats
    drive_back: Floats


@lru_cache(maxsize=32)
def open_times(network: Network, profile: SpeedProfile) -> OpenTimes:
    """What every edge takes that kind of mover under those conditions; kept."""
    ways = ways_of(network)
    drive = np.where(ways.drivable, ways.length_m * drive_s(profile, 1.0), inf)
    return OpenTimes(
        _foot_seconds(ways, profile, ways.ascent_m, ways.descent_m),
        _foot_seconds(ways, profile, ways.descent_m, ways.ascent_m),
        drive,
        drive,
    )


def _foot_seconds(ways: Ways, profile: SpeedProfile, ascent_m: Floats, descent_m: Floats) -> Floats:
    edges = ways.network.edges
    seconds = np.full(len(edges), inf)
    for each in FOOT_CLASSES:
        of = np.array([number for number, edge in enumerate(edges) if edge.edge_class == each], dtype=np.int64)
        seconds[of] = foot_s(profile, each, ways.length_m[of], ascent_m[of], descent_m[of])
    for number in np.flatnonzero(ways.lift):
        lift = edges[number].lift
        seconds[number] = inf if lift is None else lift_s(profile, lift)
    return seconds
