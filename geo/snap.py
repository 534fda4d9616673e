"""The nearest point of the network that people can stand on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.coordinates import Floats

if TYPE_CHECKING:
    from geo.network import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """A position on the network, and how far from the given point it lies.

    `offset_m` counts from the edge's `from_node` in the edge's own length (0 <= offset_m <= length_m); `distance_m`
    is the straight horizontal line from the given point; lon, lat and elevation_m are those of the position.
    """

    edge: str
    offset_m: float
    distance_m: float
    lon: float
    lat: float
    elevation_m: float


class SnapIndex:
    """A search tree in metres over the edges of a network. Lifts count at their ends only."""

    def __init__(self, network: Network) -> None: ...

    def nearest_on_foot(self, lons: Floats, lats: Floats) -> tuple[Snap, ...]:
        """For each point, the nearest position on a road, a foot edge or the end of a lift."""
        raise NotImplementedError

    def nearest_on_road(self, lons: Floats, lats: Floats) -> tuple[Snap | None, ...]:
        """For each point, the nearest position on a road, or None where the network has no road."""
        raise NotImplementedError

    def within(self, lon: float, lat: float, within_m: float) -> tuple[Snap, ...]:
        """One position on each edge within that distance, nearest first."""
        raise NotImplementedError
