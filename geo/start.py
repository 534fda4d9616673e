"""Where those who may travel stand on the network, on foot and with their vehicles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple, cast

import numpy as np

from geo.along import Position
from geo.coordinates import LonLat
from geo.journey import Origin, Stop
from geo.legs import stop_at
from geo.network import Network
from geo.snap import Snap

OFF_NETWORK_LIMIT_M = 2000.0  # beyond, a straight line over cliffs says nothing
VEHICLE_REACH_M = 100.0  # what a car park and the error of a position explain

ON_WAY, VEHICLE = -4, -5  # the nodes of steps that end at a start's place on the way, and at its vehicle
ON_WAY_NAMES = ("路网上最近点", "nearest point on the network")
_MOST_KEPT = 20_000


class Place(NamedTuple):
    """A snapped point and its position by number."""

    snap: Snap
    position: Position


@dataclass(frozen=True, eq=False)
class Standing:
    """A point with its nearest place on the network, and that of the vehicle left there or elsewhere; None where that
    is out of reach."""

    network: Network
    at: LonLat
    foot: Place | None
    road: Place | None
    in_vehicle: bool

    @cached_property
    def stops(self) -> Mapping[int, Stop]:
        """What journeys from here call the places they set out by."""
        stops = {}
        if self.foot:
            stops[ON_WAY] = stop_at(self.network, self.foot.snap, *ON_WAY_NAMES)
        if self.road:
            stops[VEHICLE] = stop_at(self.network, self.road.snap, "车辆停放处", "where the vehicle stands")
        return stops

    @cached_property
    def on_foot(self) -> Stop | None:
        """The first stop of who sets out on foot along the way."""
        return stop_at(self.network, self.foot.snap, "出发点", "start") if self.foot else None

    @cached_property
    def driving(self) -> Stop | None:
        """The first stop of who drives off."""
        return stop_at(self.network, self.road.snap, "出发点", "start") if self.road else None

    @cached_property
    def beside(self) -> Stop:
        """The first stop of who must find the way first."""
        return Stop(node=None, name_zh="出发点", name_en="start", lon=self.at.lon, lat=self.at.lat)


class Start(NamedTuple):
    """An origin, and where it stands."""

    origin: Origin
    standing: Standing


_Key = tuple[float, float, LonLat | None]


def starts_of(network: Network, origins: Sequence[Origin]) -> list[Start]:
    """The origins on the network. Where one stood before is known; the others are snapped in two vectorised calls."""
    known = _known(network)
    stood = [known.get((origin.lon, origin.lat, origin.vehicle)) for origin in origins]
    if None not in stood:
        return [*map(Start, origins, cast(list[Standing], stood))]
    keys = [(origin.lon, origin.lat, origin.vehicle) for origin in origins]
    fresh = [key for key in dict.fromkeys(keys) if key not in known]
    if fresh:
        if len(known) + len(fresh) > _MOST_KEPT:
            known.clear()
            fresh = list(dict.fromkeys(keys))
        known.update(zip(fresh, _snapped(network, fresh), strict=True))
    return [Start(origin, known[key]) for origin, key in zip(origins, keys, strict=True)]


def place_of(network: Network, snap: Snap) -> Place:
    """The snapped point by number. Raises `KeyError` if the network has no such edge."""
    number = network.edge_index[snap.edge]
    length_m = network.edges[number].length_m
    share = min(max(snap.offset_m / length_m, 0.0), 1.0) if length_m > 0 else 0.0
    return Place(snap, Position(number, share))


@lru_cache(maxsize=16)
def _known(network: Network) -> dict[_Key, Standing]:
    return {}


def _snapped(network: Network, keys: Sequence[_Key]) -> list[Standing]:
    points = np.array([(lon, lat) for lon, lat, _ in keys], dtype=np.float64).reshape(-1, 2)
    on_foot = network.snap_index.nearest_on_foot(points[:, 0], points[:, 1])
    stands = [vehicle for _, _, vehicle in keys if vehicle is not None]
    vehicles = np.array(stands, dtype=np.float64).reshape(-1, 2)
    roads = dict(zip(stands, network.snap_index.nearest_on_road(vehicles[:, 0], vehicles[:, 1]), strict=True))
    return [
        Standing(
            network=network,
            at=LonLat(lon, lat),
            foot=_within(network, foot, OFF_NETWORK_LIMIT_M),
            road=None if vehicle is None else _within(network, roads[vehicle], VEHICLE_REACH_M),
            in_vehicle=vehicle == (lon, lat),
        )
        for (lon, lat, vehicle), foot in zip(keys, on_foot, strict=True)
    ]


def _within(network: Network, snap: Snap | None, limit_m: float) -> Place | None:
    return place_of(network, snap) if snap is not None and snap.distance_m <= limit_m else None
