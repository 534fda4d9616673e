"""The live service's way into the database: rows in, objects out, and what goes to the feed."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from dispatch.closure import Book
from dispatch.feed import GONE
from dispatch.seat import About, Act, Seat, cell_stream
from dispatch.server import objects, wire
from dispatch.shadow import Mode
from geo.conditions import BUILT_IN
from geo.profile import NORMAL_NAME
from grids.speeds import current_speeds
from sql.queries import listed, queries

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

incident_sql = queries("incident")
unit_sql = queries("unit")
place_sql = queries("place")
closure_sql = queries("closure")
conditions_sql = queries("conditions")
chase_sql = queries("chase")
evacuation_sql = queries("evacuation")
move_sql = queries("move_up")
notice_sql = queries("notice")
shadow_sql = queries("shadow")
departure_sql = queries("departure")

AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # said by a connection that was killed a moment before its use
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    ConnectionError,
    TimeoutError,
)
"""The database is away, restarting or overloaded: nobody knows whether it was done, so ask again with the same id."""

SHOWN_AFTER_CLOSE = timedelta(days=1)
"""How long a snapshot still holds what has ended, an incident, an assignment or a closure."""


def encode(body: Any) -> str:
    """JSON for a jsonb column; sets come out in one order, so that equal things are stored equal."""
    return msgspec.json.encode(body, order="deterministic").decode()


async def open_pool(dsn: str, *, size: int = 10) -> asyncpg.Pool:
    """Connections that speak JSON as Python values and never wait for ever."""
    return await asyncpg.create_pool(
        dsn,
        min_size=min(2, size),
        max_size=size,
        init=_prepare,
        reset=_nothing_to_undo,
        server_settings={
            "application_name": "rescue-circle",
            "lock_timeout": "5s",
            "statement_timeout": "15s",
            "idle_in_transaction_session_timeout": "15s",
        },
    )


async def _prepare(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb", encoder=encode, decoder=msgspec.json.decode, schema="pg_catalog", format="text"
    )


async def _nothing_to_undo(_: Connection) -> None:
    """A borrowed connection is never told to listen, set or lock beyond its transaction; asyncpg itself ends an open
    transaction. So its usual reset, one more round trip before every answer, has nothing to undo.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The area as the desk's locking query reads it, with the instant that all of the transaction goes by."""

    id: UUID
    code: str
    time_zone: str
    target_s: int
    allowance_s: int
    at: datetime
    network: UUID | None
    network_version: str | None
    closures: int
    conditions: str
    speeds: str | None
    mode: Mode = Mode.LIVE

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def day(self) -> date:
        """The calendar day in the area, by which posts, cells and owners are valid."""
        return self.at.astimezone(self.zone).date()


def area_of(row: Mapping[str, Any]) -> Area:
    return Area(
        id=row["id"],
        code=row["code"],
        time_zone=row["time_zone"],
        target_s=row["target_s"],
        allowance_s=row["allowance_s"],
        at=row["at"],
        network=row["network"],
        network_version=row["network_version"],
        closures=row["closures"] or 0,
        conditions=row["conditions"] or NORMAL_NAME,
        speeds=row["speeds"],
        mode=Mode(row["mode"] or Mode.LIVE),
    )


async def area_now(connection: Connection, area: UUID) -> Area:
    return area_of(await incident_sql.area_now(connection, area=area))


# --- objects ---


async def incidents(connection: Connection, ids: Iterable[UUID]) -> list[wire.Incident]:
    """The incidents of the ids, newest first."""
    return [objects.incident_object(row) async for row in incident_sql.incident_rows(connection, ids=list(ids))]


async def assignments(connection: Connection, ids: Iterable[UUID]) -> list[wire.Assignment]:
    return [objects.assignment_object(row) for row in await _assignment_rows(connection, ids)]


async def _assignments_of(connection: Connection, incidents: Iterable[UUID]) -> list[wire.Assignment]:
    """All assignments of these incidents, open and ended."""
    rows = unit_sql.assignments_of_incidents(connection, incidents=list(incidents))
    return await assignments(connection, [row["id"] async for row in rows])


async def orders(connection: Connection, ids: Iterable[UUID]) -> list[wire.Order]:
    """The assignments of the ids as their crews read them."""
    rows = await _assignment_rows(connection, ids)
    of = {each.id: each for each in await incidents(connection, {row["incident"] for row in rows})}
    return _orders(rows, of, await reports(connection, of))


async def _assignment_rows(connection: Connection, ids: Iterable[UUID]) -> Sequence[Mapping[str, Any]]:
    rows: Sequence[Mapping[str, Any]] = await listed(unit_sql.assignment_rows(connection, ids=list(ids)))
    return rows


def _orders(
    rows: Sequence[Mapping[str, Any]], of: Mapping[UUID, wire.Incident], told: Sequence[wire.Report]
) -> list[wire.Order]:
    return [
        objects.order_object(row, of[row["incident"]], [each for each in told if each.incident == row["incident"]])
        for row in rows
    ]


async def reports(connection: Connection, incident_ids: Iterable[UUID], by: UUID | None = None) -> list[wire.Report]:
    """The incidents' reports, oldest first; only those that an account took, where one is named."""
    rows = await listed(incident_sql.report_rows(connection, incidents=list(incident_ids), by=by))
    return [objects.report_object(row) for row in rows]


async def about_incident(connection: Connection, seat: Seat, act: Act, incident: UUID) -> About | None:
    """The incident as the thing that a seat asks to do the act to; a right to all of the area needs no look at it."""
    if seat.may(act):
        return About(area=seat.area)
    at: datetime = await connection.fetchval("SELECT server_now()")
    since = at - SHOWN_AFTER_CLOSE
    cell = await incident_sql.cell_of_incident(connection, id=incident, area=seat.area, since=since)
    return About(area=seat.area, cell=cell)


async def unit_rows(
    connection: Connection, area: Area, ids: Iterable[UUID] | None = None
) -> Sequence[Mapping[str, Any]]:
    """What decides whether units can be sent, at the area's instant."""
    chosen = None if ids is None else list(ids)
    rows: Sequence[Mapping[str, Any]] = await listed(
        unit_sql.unit_rows(connection, area=area.id, at=area.at, day=area.day, ids=chosen)
    )
    return rows


async def units(connection: Connection, area: Area, ids: Iterable[UUID] | None = None) -> list[wire.Unit]:
    return [objects.unit_object(row, area.at) for row in await unit_rows(connection, area, ids)]


async def alarms(connection: Connection, ids: Iterable[UUID]) -> list[wire.Alarm]:
    """The alarms of the ids, oldest first."""
    return [objects.alarm_object(row) async for row in chase_sql.alarm_rows(connection, ids=list(ids))]


async def moves(connection: Connection, ids: Iterable[UUID]) -> list[wire.Move]:
    """The move-ups of the ids, newest first."""
    return [objects.move_object(row) async for row in move_sql.move_rows(connection, ids=list(ids))]


async def notices(connection: Connection, ids: Iterable[UUID]) -> list[wire.Notice]:
    """The notices of the ids, newest first."""
    return [objects.notice_object(row) async for row in notice_sql.notice_rows(connection, ids=list(ids))]


async def timeline(connection: Connection, incident: UUID) -> list[wire.TimelineEntry]:
    return [objects.timeline_entry(row) async for row in incident_sql.timeline_rows(connection, incident=incident)]


async def closures(connection: Connection, ids: Iterable[UUID]) -> list[wire.Closure]:
    """The closures of the ids, the latest to begin first."""
    return [objects.closure_object(row) async for row in closure_sql.closure_rows(connection, ids=list(ids))]


async def conditions(connection: Connection, area: UUID, most: int = 1) -> list[wire.Conditions]:
    """The present conditions and those before them, as many as wanted and were switched to."""
    rows = await listed(conditions_sql.latest(connection, area=area, most=most))
    speeds = await current_speeds(connection, area) if rows else BUILT_IN
    return [objects.conditions_object(row, speeds) for row in rows]


async def present_conditions(connection: Connection, area: UUID) -> wire.Conditions:
    return next(iter(await conditions(connection, area)), objects.never_switched(area))


async def area_modes(connection: Connection, area: UUID, most: int = 1) -> list[wire.AreaMode]:
    """How the area is run and was run before, the present first; nothing where nobody ever switched it."""
    return [objects.area_mode_object(row) async for row in shadow_sql.latest(connection, area=area, most=most)]


async def present_mode(connection: Connection, area: UUID) -> wire.AreaMode:
    return next(iter(await area_modes(connection, area)), objects.always_live(area))


async def closures_standing(connection: Connection, area: Area) -> Book:
    """All closures that apply or may yet, with the counter at which that is so: at least the area's own."""
    since = area.at - SHOWN_AFTER_CLOSE  # a drill may set its clock back
    rows = await listed(closure_sql.standing(connection, network=area.network, since=since))
    standing = [objects.closure_value(row) for row in rows if row["id"] is not None]
    return Book(counter=max((row["counter"] for row in rows), default=area.closures), closures=tuple(standing))


# --- the feed's side ---


@dataclass(slots=True)
class Changed:
    """What a transaction has changed, to be written down and told once at its end; an incident changes by a line of
    its timeline, so ``timeline`` has at least one for each of ``incidents``. ``moved`` has the incidents located anew,
    with the code of the cell in which each was until then, None if in none; ``notices`` the units that are told of
    each.
    """

    incidents: set[UUID] = field(default_factory=set)
    assignments: set[UUID] = field(default_factory=set)
    units: set[UUID] = field(default_factory=set)
    alarms: set[UUID] = field(default_factory=set)
    reports_of: set[UUID] = field(default_factory=set)
    closures: set[UUID] = field(default_factory=set)
    moves: set[UUID] = field(default_factory=set)
    notices: dict[UUID, set[UUID]] = field(default_factory=dict)
    conditions: bool = False
    mode: bool = False
    timeline: list[dict[str, Any]] = field(default_factory=list)
    moved: dict[UUID, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The present state of all that a transaction has changed; an assignment is read by its crew as an order.

    ``left`` are incidents that are in another cell now, with the code of the one they left; ``carried`` the assignments
    that go with those, changed or not.
    """

    incidents: Mapping[UUID, wire.Incident]
    assignments: Mapping[UUID, wire.Assignment]
    orders: Mapping[UUID, wire.Order]
    units: Mapping[UUID, wire.Unit]
    alarms: Sequence[wire.Alarm]
    reports: Sequence[wire.Report]
    left: Mapping[UUID, str | None]
    carried: Mapping[UUID, wire.Assignment]
    closures: Mapping[UUID, wire.Closure]
    moves: Mapping[UUID, wire.Move]
    notices: Sequence[wire.Notice]
    told: Sequence[wire.UnitNotice]
    conditions: Mapping[UUID, wire.Conditions]
    mode: Mapping[UUID, wire.AreaMode]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """The present state of one thing for one stream."""

    stream: str
    kind: str
    id: UUID
    version: int
    body: bytes


_Body: TypeAlias = (
    wire.Incident
    | wire.Assignment
    | wire.Unit
    | wire.Report
    | wire.Alarm
    | wire.Closure
    | wire.Conditions
    | wire.AreaMode
    | wire.Move
    | wire.Notice
    | wire.UnitNotice
)


def _thing(stream: str, kind: str, body: _Body) -> Thing:
    return Thing(stream=stream, kind=kind, id=body.id, version=body.version, body=msgspec.json.encode(body))


async def settle(connection: Connection, area: Area, changed: Changed) -> Present:
    """Write the timeline and the new versions; returns what is there now. No change may follow in the transaction."""
    if changed.timeline:
        await incident_sql.log(connection, changed.timeline)
    if changed.units:
        await unit_sql.touch_units(connection, ids=list(changed.units))
    return await _present(connection, area, changed)


async def _present(connection: Connection, area: Area, changed: Changed) -> Present:
    """Only what has changed is asked for."""
    sent = await _assignment_rows(connection, changed.assignments) if changed.assignments else []
    now = await incidents(connection, changed.incidents) if changed.incidents else []
    asked = changed.reports_of | {row["incident"] for row in sent}
    told = await reports(connection, asked) if asked else []
    standing = await units(connection, area, changed.units) if changed.units else []
    closed = await closures(connection, changed.closures) if changed.closures else []
    moved_up = await moves(connection, changed.moves) if changed.moves else []
    of = {each.id: each for each in now}
    left = {id: code for id, code in changed.moved.items() if code != _cell(of[id])}
    return Present(
        incidents=of,
        assignments={row["id"]: objects.assignment_object(row) for row in sent},
        orders={each.id: each for each in _orders(sent, of, told)},
        units={each.id: each for each in standing},
        alarms=await alarms(connection, changed.alarms) if changed.alarms else [],
        reports=[each for each in told if each.incident in changed.reports_of],
        left=left,
        carried={each.id: each for each in await _assignments_of(connection, left)} if left else {},
        closures={each.id: each for each in closed},
        moves={each.id: each for each in moved_up},
        notices=await notices(connection, changed.notices) if changed.notices else [],
        told=await _told(connection, changed.notices),
        conditions={area.id: await present_conditions(connection, area.id)} if changed.conditions else {},
        mode={area.id: await present_mode(connection, area.id)} if changed.mode else {},
    )


async def _told(connection: Connection, changed: Mapping[UUID, set[UUID]]) -> list[wire.UnitNotice]:
    """Each changed notice as the crews read it that are told of the change."""
    units = sorted({unit for each in changed.values() for unit in each})
    if not units:
        return []
    rows = notice_sql.notices_of_unit(connection, units=units, ids=list(changed), since=None)
    return [objects.unit_notice(row) async for row in rows if row["unit"] in changed[row["id"]]]


def _cell(incident: wire.Incident) -> str | None:
    return None if incident.cell is None else incident.cell.code


async def emit(connection: Connection, area: Area, now: Present) -> list[str]:
    """Write the events of a transaction, last of all it does, streams in name order; returns the streams to wake."""
    things = sorted(_things(area, now), key=lambda each: each.stream)
    if things:
        await connection.execute(
            """SELECT feed.emit(e.stream, e.kind, e.id, e.version, e.body::jsonb, $6)
               FROM unnest($1::text[], $2::text[], $3::uuid[], $4::bigint[], $5::text[])
                 AS e (stream, kind, id, version, body)""",
            [each.stream for each in things],
            [each.kind for each in things],
            [each.id for each in things],
            [each.version for each in things],
            [each.body.decode() for each in things],
            area.at,
        )
    return sorted({each.stream for each in things})


def _things(area: Area, now: Present) -> list[Thing]:
    stream = f"area/{area.id}"
    return [
        *(_thing(stream, "incident", each) for each in now.incidents.values()),
        *(_thing(stream, "unit", each) for each in now.units.values()),
        *(_thing(stream, "assignment", each) for each in now.assignments.values()),
        *(_thing(stream, "alarm", each) for each in now.alarms),
        *(_thing(stream, "move", each) for each in now.moves.values()),
        *(_thing(f"unit/{each.unit}", "assignment", each) for each in now.orders.values()),
        *(_thing(f"unit/{each.unit}", "move", each) for each in now.moves.values()),
        *(_thing(stream, "notice", each) for each in now.notices),
        *(_thing(f"unit/{each.unit}", "notice", each) for each in now.told),
        *(_thing(f"callers/{area.id}", "report", each) for each in now.reports),
        *_leaving(area, now),
        *_in_cells(area, now),
        *(_thing(f"ground/{area.id}", "closure", each) for each in now.closures.values()),
        *(_thing(f"ground/{area.id}", "conditions", each) for each in now.conditions.values()),
        *(_thing(f"ground/{area.id}", "mode", each) for each in now.mode.values()),
    ]


def _leaving(area: Area, now: Present) -> Iterator[Thing]:
    """Incidents that are in another cell now leave the stream of the one they were in, with their assignments."""
    for id, cell in now.left.items():
        if cell is not None:
            stream = cell_stream(area.id, cell)
            for each in now.carried.values():
                if each.incident == id:
                    yield Thing(stream=stream, kind="assignment", id=each.id, version=each.version, body=GONE)
            yield Thing(stream=stream, kind="incident", id=id, version=now.incidents[id].version, body=GONE)


def _in_cells(area: Area, now: Present) -> Iterator[Thing]:
    """What a cell's stream tells of incidents in it and of who goes to them; of what is long over it tells no more."""
    streams = {
        each.id: cell_stream(area.id, each.cell.code)
        for each in now.incidents.values()
        if each.cell is not None and _is_shown(each, area.at)
    }
    for id, stream in streams.items():
        yield _thing(stream, "incident", now.incidents[id])
    for each in {**now.carried, **now.assignments}.values():
        if each.incident in streams:
            yield _thing(streams[each.incident], "assignment", each)


def _is_shown(incident: wire.Incident, at: datetime) -> bool:
    closed_at = incident.clock.closed_at
    return closed_at is None or closed_at > at - SHOWN_AFTER_CLOSE


async def snapshot(connection: Connection, stream: str) -> list[Thing]:
    """The whole present state of a stream; the caller holds one REPEATABLE READ transaction with the stream's head."""
    kind, _, name = stream.partition("/")
    if kind == "cell":
        return await _cell_snapshot(connection, stream, name)
    try:
        of = UUID(name)
    except ValueError:
        return []
    of_kind = _SNAPSHOTS.get(kind)
    return [] if of_kind is None else await of_kind(connection, stream, of)


async def _shown(connection: Connection, area: Area) -> list[UUID]:
    rows = await listed(incident_sql.shown_incident_ids(connection, area=area.id, since=area.at - SHOWN_AFTER_CLOSE))
    return [row["id"] for row in rows]


async def _area_snapshot(connection: Connection, stream: str, of: UUID) -> list[Thing]:
    area = await area_now(connection, of)
    shown = await _shown(connection, area)
    raised = [row["id"] async for row in chase_sql.alarms_of_incidents(connection, incidents=shown)]
    since = area.at - SHOWN_AFTER_CLOSE
    sent = [row["id"] async for row in move_sql.shown_ids(connection, area=of, unit=None, since=since)]
    said = [row["id"] async for row in notice_sql.shown_ids(connection, area=of, since=since)]
    return [
        *(_thing(stream, "incident", each) for each in await incidents(connection, shown)),
        *(_thing(stream, "notice", each) for each in await notices(connection, said)),
        *(_thing(stream, "move", each) for each in await moves(connection, sent)),
        *(_thing(stream, "unit", each) for each in await units(connection, area)),
        *(_thing(stream, "assignment", each) for each in await _assignments_of(connection, shown)),
        *(_thing(stream, "alarm", each) for each in await alarms(connection, raised)),
    ]


async def _cell_snapshot(connection: Connection, stream: str, name: str) -> list[Thing]:
    area_id, _, cell = name.partition("/")
    area = await area_now(connection, UUID(area_id))
    rows = incident_sql.shown_incident_ids_of_cell(
        connection, area=area.id, cell=unquote(cell), since=area.at - SHOWN_AFTER_CLOSE
    )
    shown = [row["id"] async for row in rows]
    return [
        *(_thing(stream, "incident", each) for each in await incidents(connection, shown)),
        *(_thing(stream, "assignment", each) for each in await _assignments_of(connection, shown)),
    ]


async def _callers_snapshot(connection: Connection, stream: str, of: UUID) -> list[Thing]:
    shown = await _shown(connection, await area_now(connection, of))
    return [_thing(stream, "report", each) for each in await reports(connection, shown)]


async def _ground_snapshot(connection: Connection, stream: str, of: UUID) -> list[Thing]:
    area = await area_now(connection, of)
    rows = await listed(closure_sql.not_over_ids(connection, area=of, since=area.at - SHOWN_AFTER_CLOSE))
    return [
        _thing(stream, "conditions", await present_conditions(connection, of)),
        _thing(stream, "mode", await present_mode(connection, of)),
        *(_thing(stream, "closure", each) for each in await closures(connection, [row["id"] for row in rows])),
    ]


async def _unit_snapshot(connection: Connection, stream: str, of: UUID) -> list[Thing]:
    at: datetime = await connection.fetchval("SELECT server_now()")
    rows = await listed(unit_sql.shown_assignments_of_unit(connection, unit=of, since=at - SHOWN_AFTER_CLOSE))
    since = at - SHOWN_AFTER_CLOSE
    sent = [row["id"] async for row in move_sql.shown_ids_of_unit(connection, unit=of, since=since)]
    said = notice_sql.notices_of_unit(connection, units=[of], ids=None, since=since)
    return [
        *(_thing(stream, "assignment", each) for each in await orders(connection, [row["id"] for row in rows])),
        *(_thing(stream, "move", each) for each in await moves(connection, sent)),
        *[_thing(stream, "notice", objects.unit_notice(row)) async for row in said],
    ]


_SNAPSHOTS: Mapping[str, Callable[[Connection, str, UUID], Awaitable[list[Thing]]]] = {
    "area": _area_snapshot,
    "callers": _callers_snapshot,
    "ground": _ground_snapshot,
    "unit": _unit_snapshot,
}


# --- transactions ---


@asynccontextmanager
async def transaction(pool: asyncpg.Pool) -> AsyncIterator[Connection]:
    """One connection, one transaction."""
    async with pool.acquire() as connection, connection.transaction():
        yield connection
