"""The coverage at one stand of the area, with what it was made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dispatch.server import wire
from dispatch.server.ground import Ways
from dispatch.server.store import Area
from dispatch.unit import Unit
from geo.coordinates import Floats, LonLat
from geo.field import Field
from geo.travel_time import Origin
from grids.coverage import Coverage, Demand


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What coverage is asked of for one minute: the ways, the cells with their places, and the minute itself.

    Travel times are those of a crew that sets out as the minute begins, so that a unit that stays where it is keeps
    its times through the minute, in every process alike.
    """

    ways: Ways
    minute: datetime
    cells: Sequence[Mapping[str, Any]]
    places: Sequence[Mapping[str, Any]]
    posts: Sequence[Mapping[str, Any]]

    def holds(self, area: Area, ways: Ways) -> bool:
        return (self.ways, self.minute) == (ways, minute_of(area))

    def same_demand(self, other: "Basis") -> bool:
        return (self.ways, self.cells, self.places) == (other.ways, other.cells, other.places)


@dataclass(slots=True, kw_only=True)
class Stand:
    """The coverage at one stand of the area, and what it was made of; ``begun`` is when it began to be read, ``bound``
    where units on their way to stand by elsewhere are to stand.
    """

    key: tuple[Any, ...]
    begun: float
    area: Area
    ground: Basis
    units: Mapping[str, Unit]
    bound: Mapping[str, LonLat]
    demand: Demand
    times: Field
    coverage: Coverage
    rows: Mapping[Origin, Floats]
    answers: dict[tuple[str | None, frozenset[str] | None], wire.CoverageNow] = field(default_factory=dict)
    holes: wire.Holes | None = None


def minute_of(area: Area) -> datetime:
    return area.at.replace(second=0, microsecond=0)
