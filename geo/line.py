"""The line of a leg on the map: its edges one after the other, cut where it begins and ends."""

from __future__ import annotations

from shapely.ops import substring

from geo.coordinates import LonLat
from geo.course import courses
from geo.journey import Leg, Mode
from geo.network import Network

_STANDING = {Mode.WAIT, Mode.BOARD, Mode.LEAVE}  # nobody moves


def leg_line(network: Network, leg: Leg) -> tuple[LonLat, ...]:
    """The points a leg passes, from its start to its end, without repetition; empty for one that goes nowhere.

    Through pathless ground it is the straight line. Raises `KeyError` for a leg of another network.
    """
    if leg.mode in _STANDING:
        return ()
    points = [LonLat(leg.start.lon, leg.start.lat), LonLat(leg.end.lon, leg.end.lat)]
    if leg.edges:
        points = [
            LonLat(lon, lat)
            for each in courses(network, leg)
            for lon, lat in substring(each.line, each.start, each.end, normalized=True).coords
        ]
    distinct = [point for point, before in zip(points, [None, *points], strict=False) if point != before]
    return tuple(distinct) if len(distinct) > 1 else ()
