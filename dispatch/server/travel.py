"""How long from anywhere to anywhere, on the ways as they are now; nothing is locked and nothing stored."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from math import fsum, isfinite
from types import MappingProxyType
from typing import Any, TypeVar

import shapely

from dispatch import refusal
from dispatch.decision import origins
from dispatch.doubt import differ
from dispatch.seat import Act
from dispatch.server import objects, standing, wire
from dispatch.server.ground import Ways
from dispatch.server.store import Area, move_sql, unit_rows
from dispatch.server.work import Work
from dispatch.unit import State, Unit, as_seen_by, believed_position, state
from geo.coordinates import LonLat
from geo.doubt import Part, parts, there
from geo.edge_times import in_force
from geo.lift_hours import lift_hours
from geo.profile import Movement, UnknownConditions
from geo.reach import Reach, cells_of
from geo.reach import reach as reach_of
from geo.snap import Snap
from geo.table import Told, table
from geo.travel_time import Origin, destination_snap

Answer = TypeVar("Answer")

MOST_PAIRS = 20_000
MOST_WITH_LEGS = 500

_MOVEMENT: Mapping[wire.MoverName, Movement | None] = MappingProxyType(
    {
        "foot": Movement.CREW,
        "vehicle": Movement.CREW,
        "motorbike": Movement.MOTORBIKE,
        "loaded": Movement.LOADED,
        "stretcher": Movement.STRETCHER,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """An origin or destination as it was understood; ``on`` is the position on the way that was named, ``vague_m`` how
    far from its point it may be where that was said.
    """

    point: LonLat
    on: Snap | None = None
    vague_m: float | None = None
    code: str | None = None
    name_zh: str | None = None
    name_en: str | None = None


async def times(work: Work, asked: wire.AskTravelTimes) -> Callable[[], wire.TravelTimes]:
    """Reads what is asked about; the answer is worked out by calling what is returned, off the event loop.

    Raises ``BadRequest`` for too many pairs, a past instant or unknown conditions, and what names nothing by its field.
    """
    pairs = len(asked.origins) * len(asked.destinations)
    most = MOST_WITH_LEGS if asked.legs else MOST_PAIRS
    if pairs > most:
        fact = f"{len(asked.origins)} × {len(asked.destinations)} pairs are more than {most}"
        raise refusal.BadRequest(field="destinations", fact=fact)
    at, ways = await ways_asked(work, asked.at, asked.conditions)
    out = [await _origin(work, each, f"origins[{number}]", ways) for number, each in enumerate(asked.origins)]
    to = [await _place(work, each, f"destinations[{number}]") for number, each in enumerate(asked.destinations)]
    area = work.area

    def rows(origins: Sequence[Origin], ends: Sequence[LonLat | Snap], *, legs: bool = False) -> list[list[Told]]:
        return table(
            ways.network,
            origins,
            ends,
            at=at,
            zone=area.zone,
            profile=ways.profile,
            closures=ways.closures.effect,
            legs=legs,
        )

    def answer() -> wire.TravelTimes:
        setting_out, ends = [origin for _, origin in out], [each.on or each.point for each in to]
        found = rows(setting_out, ends, legs=asked.legs)

        def from_there(origin: Origin, part: Part) -> float | None:
            at_part = replace(origin, lon=part.snap.lon, lat=part.snap.lat)
            return _soonest(rows([at_part], ends))

        def to_there(end: _End, part: Part) -> float | None:
            return _soonest(rows(setting_out, [there(part.snap, end.vague_m)]))

        return wire.TravelTimes(
            at=at,
            network_version=ways.version_at(at),
            origins=[_end(each, ways, partial(from_there, origin)) for each, origin in out],
            destinations=[_end(each, ways, partial(to_there, each)) for each in to],
            times=[[_told(each, ways, legs=asked.legs) for each in row] for row in found],
        )

    return answer


async def reach(work: Work, asked: wire.AskReach) -> Callable[[], wire.Reach]:
    """Reads from where it is asked; the answer is worked out by calling what is returned, off the event loop.

    Raises ``BadRequest`` for a past instant or unknown conditions, and what names nothing by its field.
    """
    at, ways = await ways_asked(work, asked.at, asked.conditions)
    if asked.origins is None:
        out = await _free_units(work, ways)
    else:
        out = [await _origin(work, each, f"origins[{number}]", ways) for number, each in enumerate(asked.origins)]
    area = work.area

    def answer() -> wire.Reach:
        cells = cells_of(ways.network)
        found = reach_of(
            cells,
            [origin for _, origin in out],
            within_s=60.0 * max(asked.minutes),
            at=at,
            zone=area.zone,
            profile=ways.profile,
            closures=ways.closures.effect,
        )
        return wire.Reach(
            at=at,
            network_version=ways.version_at(at),
            origins=[_end(each, ways, lambda _: None) for each, _ in out],
            grid=wire.CellGrid(
                srid=cells.srid, cell_m=cells.cell_m, x0=cells.x0, y0=cells.y0, columns=cells.columns, rows=cells.rows
            ),
            beside_m=cells.beside_m,
            within=[_within(found, minutes) for minutes in sorted(set(asked.minutes))],
        )

    return answer


def _within(found: Reach, minutes: int) -> wire.ReachedWithin:
    limit_s = 60.0 * minutes
    drawn = shapely.geometry.mapping(found.outline(limit_s))
    return wire.ReachedWithin(
        minutes=minutes,
        km2=round(found.area_km2(limit_s), 4),
        runs=found.runs(limit_s),
        outline=wire.Outline(type="MultiPolygon", coordinates=drawn["coordinates"]),
    )


async def ways_asked(work: Work, at: datetime | None, conditions: str | None) -> tuple[datetime, Ways]:
    """The instant asked about, or now, and the ways as they will be then.

    Raises ``BadRequest`` for one that is past, and for unknown conditions.
    """
    at = at or work.at
    if at < work.at:
        raise refusal.BadRequest(field="at", fact="only now and what is to come is known; a decision can be replayed")
    try:
        return at, await work.ground.ways_at(work.connection, work.area, at, conditions)
    except UnknownConditions as error:
        raise refusal.BadRequest(field="conditions", fact=str(error)) from error


def _soonest(rows: Sequence[Sequence[Told]]) -> float | None:
    return min((each.eta_s for row in rows for each in row if each.eta_s is not None), default=None)


async def _origin(work: Work, asked: wire.TravelFrom, field: str, ways: Ways) -> tuple[_End, Origin]:
    if sum(each is not None for each in (asked.unit, asked.post, asked.location)) != 1:
        raise refusal.OneEnd(field=field, names="unit, post, location")
    if asked.unit is not None:
        return await _unit(work, asked.unit, f"{field}.unit", ways)
    found = await _place(work, asked, field)
    lon, lat = found.point if found.on is None else LonLat(found.on.lon, found.on.lat)
    vehicle = LonLat(lon, lat) if asked.by in ("vehicle", "motorbike") else None
    return found, Origin(id=field, lon=lon, lat=lat, vehicle=vehicle, movement=_MOVEMENT[asked.by])


async def _unit(work: Work, code: str, field: str, ways: Ways) -> tuple[_End, Origin]:
    try:
        named = await standing.unit_named(work.connection, work.sender.seat, code, Act.READ_UNITS)
    except refusal.UnknownCode as error:
        raise refusal.UnknownCode(field=field, what_zh="单元", what_en="unit", value=code) from error
    [row] = await unit_rows(work.connection, work.area, [named.id])
    stands = _standing(row, objects.unit_value(row), work.at, ways)
    if stands is None:
        raise refusal.NoPosition(field=field, unit=named.code)
    return stands


async def _free_units(work: Work, ways: Ways) -> list[tuple[_End, Origin]]:
    """Those that an incident could be given now."""
    units = [
        (row, as_seen_by(objects.unit_value(row), exercise=False))
        for row in await unit_rows(work.connection, work.area)
    ]
    free = [(row, unit) for row, unit in units if state(unit, work.at) is State.FREE]
    found = [_standing(row, unit, work.at, ways) for row, unit in free]
    return [each for each in found if each is not None]


def _standing(row: Mapping[str, Any], unit: Unit, at: datetime, ways: Ways) -> tuple[_End, Origin] | None:
    """A unit where it is taken to be; None where nobody knows."""
    fix = believed_position(unit, at)
    if fix is None:
        return None
    [origin] = origins([(unit, fix)], ways.network)
    end = _End(point=LonLat(fix.lon, fix.lat), code=unit.code, name_zh=row["name_zh"], name_en=row["name_en"])
    return end, origin


async def _place(work: Work, asked: wire.TravelFrom | wire.TravelTo, field: str) -> _End:
    if (asked.post is None) == (asked.location is None):
        raise refusal.OneEnd(field=field, names="post, location")
    if asked.post is not None:
        row = await move_sql.post_named(work.connection, area=work.area.id, code=asked.post, day=work.area.day)
        if row is None:
            raise refusal.UnknownCode(field=f"{field}.post", what_zh="驻点", what_en="post", value=asked.post)
        return _End(point=LonLat(row["lon"], row["lat"]), code=row["code"])
    location = asked.location or wire.Location()
    found = await work.ground.locate(work.connection, work.area, location, f"{field}.location")
    if found.point is None:
        value = location.place or ""
        raise refusal.UnknownCode(field=f"{field}.location.place", what_zh="地点", what_en="place", value=value)
    return _End(
        point=LonLat(*found.point),
        on=None if found.way is None or found.snap is None else there(found.snap, found.accuracy_m),
        vague_m=found.accuracy_m if found.source == "point" else None,
        code=location.cell or location.call_point,
        name_zh=found.name_zh,
        name_en=found.name_en,
    )


def _end(end: _End, ways: Ways, soonest_s: Callable[[Part], float | None]) -> wire.TravelEnd:
    snap = end.on or destination_snap(ways.network, end.point)
    return wire.TravelEnd(
        code=end.code,
        name_zh=end.name_zh,
        name_en=end.name_en,
        point=wire.Point(lon=round(end.point.lon, 7), lat=round(end.point.lat, 7)),
        snap_m=None if snap is None else round(snap.distance_m, 1),
        doubt=_doubt(end, ways, soonest_s),
    )


def _doubt(end: _End, ways: Ways, soonest_s: Callable[[Part], float | None]) -> list[wire.PossibleWay]:
    """The ways on which a vague end may lie, where they make a great difference; ``soonest_s`` of all its times."""
    if end.on is not None or end.vague_m is None:
        return []
    near = parts(ways.network, *end.point, end.vague_m, ways.profile)
    if len(near) < 2:
        return []
    times_s = [soonest_s(each) for each in near]
    if not differ(times_s):
        return []
    return [
        wire.PossibleWay(
            edge=each.snap.edge,
            name_zh=each.name_zh,
            name_en=each.name_en,
            point=wire.Point(lon=round(each.snap.lon, 7), lat=round(each.snap.lat, 7)),
            elevation_m=round(each.snap.elevation_m, 1),
            distance_m=round(each.snap.distance_m, 1),
            eta_s=None if eta_s is None else round(eta_s, 1),
            taken=each is near[0],
        )
        for each, eta_s in zip(near, times_s, strict=True)
    ]


def _told(told: Told, ways: Ways, *, legs: bool) -> wire.TravelTime:
    journey = told.journey
    return wire.TravelTime(
        eta_s=None if told.eta_s is None else round(told.eta_s, 1),
        legs=[objects.leg_object(each) for each in journey.legs] if legs and journey is not None else None,
        obstacles=[objects.obstacle_object(each, ways.closures.closures) for each in told.obstacles],
    )


# --- the network itself ---


def network_now(ways: Ways, area: Area) -> wire.NetworkNow:
    """How large the network is, and what is closed and runs at the area's instant."""
    network, at = ways.network, area.at
    lons, lats = [node.lon for node in network.nodes], [node.lat for node in network.nodes]
    by_kind: dict[str, list[float]] = {}
    for edge in network.edges:
        by_kind.setdefault(edge.edge_class.value, []).append(edge.length_m)
    return wire.NetworkNow(
        version=ways.version_at(at),
        code=network.code,
        srid=network.srid,
        nodes=len(network.nodes),
        edges=len(network.edges),
        extent=(min(lons), min(lats), max(lons), max(lats)),
        length_m={kind: round(fsum(lengths), 1) for kind, lengths in sorted(by_kind.items())},
        closures=[each.id for each in ways.closures.closures],
        lifts=_lifts(ways, area, at),
    )


def _lifts(ways: Ways, area: Area, at: datetime) -> list[wire.LiftNow]:
    closed = in_force(ways.network, ways.profile, ways.closures.effect)
    hours = lift_hours(ways.network, area.zone, closed)
    return [
        wire.LiftNow(
            edge=edge.id,
            kind=edge.edge_class,
            name_zh=edge.name_zh or edge.id,
            name_en=edge.name_en or edge.name_zh or edge.id,
            opens=edge.lift.opens,
            runs_now=hours.runs(hours.number[edge.id], at),
            on_request=isfinite(hours.shut_delay_s(hours.number[edge.id])),
        )
        for edge in ways.network.edges
        if edge.lift is not None
    ]


async def in_thread(answer: Callable[[], Answer]) -> Answer:
    """Many pairs, many cells take a while: other requests go on meanwhile."""
    return await asyncio.to_thread(answer)
