"""What the desk knows of the ground: the area's network and its names, read once and kept until they change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import numpy as np
import shapely
import structlog
from msgspec import UNSET

from dispatch.closure import ALL_OPEN, Book
from dispatch.refusal import NotFound, NotOnThatWay, OneLocation, TooFarAway, UnknownCode
from dispatch.server import store, wire
from dispatch.server.store import Area, Connection, place_sql
from geo.conditions import BUILT_IN, profile_named
from geo.coordinates import Datum, LonLat, to_wgs84
from geo.doubt import LEAST_M, on_way, part_of
from geo.network import Network, OffTheMap
from geo.profile import SpeedProfile, Speeds, UnknownConditions
from geo.snap import Snap
from geo.travel_time import OFF_NETWORK_LIMIT_M, Origin, travel_times
from grids.gazetteer import Entry, Gazetteer, Kind, Match
from grids.network import current_network
from grids.speeds import current_speeds
from sql.queries import listed

if TYPE_CHECKING:
    import asyncpg

log = structlog.get_logger()

FARTHEST_OUTSIDE_M = 20_000.0
"""A report from further than this outside the boundary is taken for a wrong datum, not for an incident of ours."""

NAMES_KEPT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A location as given, turned into a point, a cell and a place on the network as far as that can be done."""

    source: str
    given: dict[str, Any]
    words: str | None = None
    name_zh: str | None = None
    name_en: str | None = None
    datum: str | None = None
    original: tuple[float, float] | None = None
    point: tuple[float, float] | None = None
    accuracy_m: float | None = None
    cell: UUID | None = None
    cell_code: str | None = None
    cell_target_s: int | None = None
    cell_target_source: str | None = None
    outside_area: bool = False
    snap: Snap | None = None
    alternatives: tuple[Snap, ...] = ()
    way: str | None = None
    """The one that a point was said to be on."""
    candidates: tuple[Match, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Closures:
    """All that stand in an area, and those that applied when last asked: the same object while they are the same, as
    graphs are compiled for it.
    """

    network: UUID | None
    standing: Book
    applying: Book = ALL_OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What travel times rest on at an instant: the network, the closures that apply, and the conditions."""

    network: Network
    closures: Book
    profile: SpeedProfile

    def version_at(self, at: datetime) -> wire.NetworkVersion:
        """What times taken at the instant rest on, as a program may compare it."""
        return wire.NetworkVersion(
            network=self.network.version,
            closures=self.closures.counter,
            conditions=self.profile.name,
            speeds=self.profile.version,
            at=at,
        )


class Ground:
    """Networks, closures and gazetteers by area; a changed network or closure is seen by the next decision, a changed
    name within 30 s.
    """

    def __init__(self) -> None:
        self._networks: dict[UUID, tuple[UUID, Network]] = {}
        self._names: dict[UUID, tuple[datetime, Gazetteer]] = {}
        self._closures: dict[UUID, _Closures] = {}
        self._speeds: dict[UUID, tuple[str | None, Speeds]] = {}

    async def network(self, connection: Connection, area: Area) -> Network:
        """The area's current network. Raises ``NotFound`` when none was loaded."""
        if area.network is None:
            raise NotFound(what_zh="路网", what_en="network of", name=area.code)
        kept = self._networks.get(area.id)
        if kept is None or kept[0] != area.network:
            kept = await current_network(cast("asyncpg.Connection[asyncpg.Record]", connection), area.id)
            self._networks[area.id] = kept
        return kept[1]

    async def closures(self, connection: Connection, area: Area) -> Book:
        """The closures that apply at the area's instant, none left out that the area's counter counts.

        Nothing is read while the counter stands; a counter beyond the area's own is that of a change made since.
        """
        kept = self._closures.get(area.id)
        if kept is None or kept.network != area.network or kept.standing.counter < area.closures:
            kept = _Closures(network=area.network, standing=await store.closures_standing(connection, area))
            self._closures[area.id] = kept
        applying = kept.standing.at(area.at)
        if kept.applying != applying:
            kept.applying = applying
        return kept.applying

    async def speeds(self, connection: Connection, area: Area) -> Speeds:
        """The area's own speeds and conditions over those built in, read again when its files were loaded anew."""
        kept = self._speeds.get(area.id)
        if kept is None or kept[0] != area.speeds:
            kept = area.speeds, await current_speeds(connection, area.id) if area.speeds else BUILT_IN
            self._speeds[area.id] = kept
        return kept[1]

    async def ways(self, connection: Connection, area: Area) -> Ways:
        """The ways as they are at the area's instant. Raises ``NotFound`` when no network was loaded."""
        return Ways(
            network=await self.network(connection, area),
            closures=await self.closures(connection, area),
            profile=_profile(area.conditions, await self.speeds(connection, area)),
        )

    async def ways_at(self, connection: Connection, area: Area, at: datetime, conditions: str | None) -> Ways:
        """The ways as they will be at an instant to come as far as is known, under the present conditions or others.

        Raises ``NotFound`` when no network was loaded, and ``UnknownConditions``.
        """
        ways = await self.ways(connection, area)
        book = self._closures[area.id].standing.at(at)
        if conditions is None:
            return replace(ways, closures=book)
        return replace(ways, closures=book, profile=profile_named(conditions, await self.speeds(connection, area)))

    async def warm_up(self, connection: Connection, area: Area) -> None:
        """Do once what the first question would pay for: reading, spelling out the names, compiling the graph."""
        names = await self.names(connection, area)
        names.search("warm up")
        ways = await self.ways(connection, area)
        node = ways.network.nodes[0]
        ways.network.snap_index.nearest_on_road(np.array([node.lon]), np.array([node.lat]))
        travel_times(
            ways.network,
            [Origin(id="", lon=node.lon, lat=node.lat)],
            LonLat(node.lon, node.lat),
            at=area.at,
            zone=area.zone,
            profile=ways.profile,
            closures=ways.closures.effect,
        )

    async def names(self, connection: Connection, area: Area) -> Gazetteer:
        kept = self._names.get(area.id)
        if kept is None or not timedelta() <= area.at - kept[0] < NAMES_KEPT:
            rows = await listed(place_sql.gazetteer_rows(connection, area=area.id, day=area.day))
            kept = (area.at, Gazetteer(_entry(row) for row in rows))
            self._names[area.id] = kept
        return kept[1]

    async def locate(self, connection: Connection, area: Area, location: wire.Location, field: str) -> Located:
        """Finds what can be found; words that name nothing exactly come back unlocated with candidates.

        Raises ``OneLocation``, ``UnknownCode`` and ``TooFarAway``, naming the field below ``field``.
        """
        given = {
            name: value
            for name in ("point", "call_point", "cell", "place")
            if (value := getattr(location, name)) is not None
        }
        if len(given) != 1:
            raise OneLocation(field=field)
        if location.point is not None:
            return await self._at_point(connection, area, location.point, f"{field}.point")
        if location.call_point is not None:
            return await self._at_call_point(connection, area, location.call_point, f"{field}.call_point")
        if location.cell is not None:
            return await self._in_cell(connection, area, location.cell, f"{field}.cell")
        return await self._in_words(connection, area, location.place or "")

    async def _at_point(self, connection: Connection, area: Area, point: wire.GivenPoint, field: str) -> Located:
        lon, lat = to_wgs84(point.lon, point.lat, Datum(point.datum))
        given = {"lon": point.lon, "lat": point.lat, "datum": point.datum, "accuracy_m": point.accuracy_m}
        way = None if point.edge is UNSET else point.edge
        said = {} if way is None else {"edge": way}
        return await self._on_the_map(
            connection,
            area,
            Located(
                source="point",
                given={"point": {**given, **said}},
                datum=point.datum,
                original=(point.lon, point.lat),
                point=(lon, lat),
                accuracy_m=point.accuracy_m,
                way=way,
            ),
            field,
        )

    async def _at_call_point(self, connection: Connection, area: Area, code: str, field: str) -> Located:
        row = await place_sql.call_point_named(connection, area=area.id, code=code)
        if row is None:
            raise UnknownCode(field=field, what_zh="报警救助点", what_en="call point", value=code)
        return await self._on_the_map(
            connection,
            area,
            Located(
                source="call_point",
                given={"call_point": code},
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                point=(row["lon"], row["lat"]),
            ),
            field,
        )

    async def _in_cell(self, connection: Connection, area: Area, code: str, field: str) -> Located:
        row = await place_sql.cell_named(connection, area=area.id, code=code, day=area.day)
        if row is None:
            raise UnknownCode(field=field, what_zh="网格", what_en="cell", value=code)
        network = await self.network(connection, area)
        return await self._on_the_map(
            connection,
            area,
            Located(
                source="cell",
                given={"cell": code},
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                point=_way_in(network, shapely.from_wkb(row["geom"]), (row["lon"], row["lat"])),
                accuracy_m=round(row["radius_m"], 1),
            ),
            field,
        )

    async def _in_words(self, connection: Connection, area: Area, text: str) -> Located:
        names = await self.names(connection, area)
        entry = names.exactly(text)
        if entry is None:
            return Located(source="words", given={"place": text}, words=text, candidates=tuple(names.search(text)))
        if entry.kind is Kind.CELL:
            return _renamed(await self._in_cell(connection, area, entry.code, "location.place"), text)
        found = Located(
            source="place",
            given={"place": text},
            words=text,
            name_zh=entry.name_zh,
            name_en=entry.name_en,
            point=(entry.lon, entry.lat),
        )
        return await self._on_the_map(connection, area, found, "location.place")

    async def _on_the_map(self, connection: Connection, area: Area, found: Located, field: str) -> Located:
        if found.point is None:
            return found
        lon, lat = found.point
        cell = await place_sql.cell_at(connection, area=area.id, day=area.day, lon=lon, lat=lat)
        if cell["outside_m"] > FARTHEST_OUTSIDE_M:
            raise TooFarAway(field=field, distance_km=cell["outside_m"] / 1000, limit_km=FARTHEST_OUTSIDE_M / 1000)
        network = await self.network(connection, area)
        snap, others = _snapped(network, lon, lat, found.accuracy_m)
        if found.way is not None:
            snap = _on_way(network, lon, lat, found.way, f"{field}.edge")
            name_zh, name_en = _named(network, snap)
            found = replace(found, name_zh=name_zh, name_en=name_en)
        return replace(
            found,
            cell=cell["id"],
            cell_code=cell["code"],
            cell_target_s=cell["target_s"],
            cell_target_source=cell["target_source"],
            outside_area=cell["outside_m"] > 0,
            snap=snap,
            alternatives=others,
        )


def _profile(conditions: str, speeds: Speeds) -> SpeedProfile:
    """The profile of these conditions; normal ones, and a line in the log, for a name that is known no more."""
    try:
        return profile_named(conditions, speeds)
    except UnknownConditions as error:
        log.error("conditions_not_known", conditions=conditions, error=str(error))
        return SpeedProfile(speeds=speeds)


def _renamed(found: Located, text: str) -> Located:
    return replace(found, source="place", given={"place": text}, words=text)


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        kind=Kind(row["kind"]),
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        aliases=tuple(row["aliases"]),
        lon=row["lon"],
        lat=row["lat"],
        elevation_m=row["elevation_m"],
        cell=row["cell"],
    )


MOST_ALTERNATIVES = 4


def _snapped(
    network: Network, lon: float, lat: float, accuracy_m: float | None
) -> tuple[Snap | None, tuple[Snap, ...]]:
    """The nearest way, and the other ways that lie within the point's accuracy (a cliff has a top and a foot)."""
    try:
        nearest = network.snap(lon, lat)
    except OffTheMap:
        return None, ()
    near = network.snaps(lon, lat, max(accuracy_m or 0.0, nearest.distance_m))
    return nearest, tuple(each for each in near if each.edge != nearest.edge)[:MOST_ALTERNATIVES]


def known_to_m(source: str | None, accuracy_m: float | None) -> float | None:
    """How far from its point a place may be: of a point given with no word of that, as far as any; else it is known."""
    return LEAST_M if source == "point" and accuracy_m is None else accuracy_m


def _on_way(network: Network, lon: float, lat: float, edge: str, field: str) -> Snap:
    """The nearest position on the way that a point was said to be on. Raises ``UnknownCode`` and ``NotOnThatWay``."""
    if edge not in network.edge_index:
        raise UnknownCode(field=field, what_zh="路段", what_en="edge", value=edge)
    snap = on_way(network, lon, lat, edge, OFF_NETWORK_LIMIT_M)
    if snap is None:
        raise NotOnThatWay(field=field, edge=edge, limit_m=OFF_NETWORK_LIMIT_M)
    return snap


def _named(network: Network, snap: Snap) -> tuple[str, str]:
    """What a point on a way is called, so that a crew too hears which way it is: its name, and how high."""
    part, high_m = part_of(network, snap), round(snap.elevation_m)
    return (
        f"{part.name_zh or part.snap.edge}（海拔约 {high_m} 米）",
        f"{part.name_en or part.snap.edge} (about {high_m} m above sea level)",
    )


def _way_in(network: Network, cell: shapely.Geometry, inside: tuple[float, float]) -> tuple[float, float]:
    """Where in a cell people are likeliest to be: on its nearest way, or at the point inside where it has none."""
    try:
        snap = network.snap(*inside)
    except OffTheMap:
        return inside
    return (snap.lon, snap.lat) if shapely.covers(cell, shapely.Point(snap.lon, snap.lat)) else inside


def candidate(match: Match) -> wire.PlaceCandidate:
    """What a caller may have meant, with the location to send to say so."""
    entry = match.entry
    key = {Kind.CALL_POINT: "call_point", Kind.CELL: "cell"}.get(entry.kind, "place")
    return wire.PlaceCandidate(
        kind=entry.kind.value,
        code=entry.code,
        name_zh=entry.name_zh,
        name_en=entry.name_en,
        point=wire.Point(lon=entry.lon, lat=entry.lat),
        elevation_m=entry.elevation_m,
        cell=entry.cell,
        score=round(match.score, 3),
        location={key: entry.code},
    )
