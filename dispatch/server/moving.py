"""Free units sent to stand by elsewhere, what becomes of that, and how an order to an incident ends it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from dispatch import clock, refusal
from dispatch.decision import origins
from dispatch.seat import About, Act
from dispatch.server import objects, standing, wire
from dispatch.server.store import move_sql, unit_rows, unit_sql
from dispatch.server.work import Answer, Work
from dispatch.shadow import Mode
from dispatch.unit import State, Unit, believed_position, state
from geo.coordinates import Datum, LonLat
from geo.table import table
from sql.queries import listed

_ENDS: Mapping[wire.MoveStepName, str] = MappingProxyType(
    {"decline": "declined", "call_off": "called_off", "back": "back"}
)
_TIMES: Mapping[wire.MoveStepName, str] = MappingProxyType(
    {"acknowledge": "acknowledged_at", "en_route": "en_route_at", "there": "there_at"}
)


async def order(work: Work, new: wire.NewMove, *, travel_s: float | None, mends: Collection[str]) -> Answer[wire.Move]:
    """Send a unit that is free; an earlier move of it is replaced. Raises ``UnitNotFree`` and ``UnknownCode``.

    The caller holds the area's lock, as does whoever sends a unit to an incident.
    """
    if work.area.mode is Mode.SHADOW:
        raise refusal.ShadowMode
    unit = await standing.unit_named(work.connection, work.sender.seat, new.unit, Act.ASSIGN)
    if unit.holder is not None:
        raise standing.held(unit.code, unit.holder, work.area)
    [row] = await unit_rows(work.connection, work.area, [unit.id])
    value = objects.unit_value(row)
    how = state(value, work.at)
    if how is not State.FREE:
        raise refusal.UnitNotFree(field="unit", unit=unit.code, detail={"state": how.value})
    post = await move_sql.post_named(work.connection, area=work.area.id, code=new.to, day=work.area.day)
    if post is None:
        raise refusal.UnknownCode(field="to", what_zh="驻点", what_en="post", value=new.to)
    if travel_s is None:
        travel_s = await _travel_s(work, value, LonLat(post["lon"], post["lat"]))
    await end_moves(work, [unit.id], "replaced")
    await move_sql.add_move(
        work.connection,
        id=new.id,
        area=work.area.id,
        unit=unit.id,
        post=post["id"],
        travel_s=travel_s,
        mends=sorted(mends),
        reason=new.reason,
        by=work.sender.seat.account,
        at=work.at,
    )
    await _log(work, new.id, "order", note=new.reason)
    _changed(work, new.id, unit.id)
    return lambda now: now.moves[new.id]


async def _travel_s(work: Work, unit: Unit, to: LonLat) -> float | None:
    """How long a unit that is free takes to the post by the ways open now; None where there is none."""
    fix = believed_position(unit, work.at)
    if fix is None:
        return None
    ways = await work.ground.ways(work.connection, work.area)
    [[told]] = table(
        ways.network,
        origins([(unit, fix)], ways.network),
        [to],
        at=work.at,
        zone=work.area.zone,
        profile=ways.profile,
        closures=ways.closures.effect,
    )
    return None if told.eta_s is None else round(told.eta_s, 1)


async def step(work: Work, move_id: UUID, taken: wire.MoveStep) -> Answer[wire.Move]:
    """A step by the crew itself, or by an operator who heard it. Raises ``NotFound``, ``Forbidden``, ``Stale``."""
    row = await move_sql.lock_move(work.connection, id=move_id, area=work.area.id)
    seat = work.sender.seat
    seat.must(Act.STEP_ASSIGNMENT, None if row is None else About(area=work.area.id, unit=row["unit"]))
    if row is None:
        raise refusal.NotFound(what_zh="补位", what_en="move", name=move_id)
    crew = not seat.may(Act.STEP_ASSIGNMENT)
    if crew and taken.step == "call_off":
        raise refusal.Forbidden(field="step", role=seat.role)
    if row["ended_at"] is not None and taken.step != "note":
        raise refusal.Stale(state="ended", step=taken.step, detail={"state": "ended", "step": taken.step})
    latest = max(each for each in (row["made_at"], row["acknowledged_at"], row["en_route_at"], row["there_at"]) if each)
    moment = clock.corrected(taken.device_at, device_now=work.sender.device_now, at=work.at, not_before=latest)
    times: dict[str, datetime | None] = dict.fromkeys(_TIMES.values())
    if taken.step in _TIMES:
        times[_TIMES[taken.step]] = moment
    because = _ENDS.get(taken.step)
    if taken.step != "note":
        ended_at = None if because is None else moment
        await move_sql.step_move(work.connection, id=move_id, **times, ended_at=ended_at, because=because)
    if because is not None and row["there_at"] is not None:
        await _sets_out_from(work, row, moment, "device" if crew else "radio")
    await _log(
        work,
        move_id,
        taken.step,
        note=taken.note,
        said_by=taken.by,
        channel=taken.channel or ("device" if crew else "radio"),
        device_at=taken.device_at,
    )
    _changed(work, move_id, row["unit"])
    return lambda now: now.moves[move_id]


async def set_availability(work: Work, unit: UUID, new: wire.NewAvailability) -> Answer[wire.Unit]:
    """A unit that is said to be back at its post stands by nowhere else."""
    if new.at_post:
        await end_moves(work, [unit], "back")
    return await standing.set_availability(work, unit, new)


async def end_moves(work: Work, units: Collection[UUID], because: str) -> None:
    """The open moves of these units end: an order to an incident goes before them."""
    for row in await listed(move_sql.end_moves_of(work.connection, units=list(units), at=work.at, because=because)):
        await _log(work, row["id"], because)
        _changed(work, row["id"], row["unit"])


async def _sets_out_from(work: Work, row: Mapping[str, Any], at: datetime, source: str) -> None:
    """It stood there until now and is on its way home: where that was is the last that is known of it."""
    place = {"lon": row["lon"], "lat": row["lat"], "original_lon": row["lon"], "original_lat": row["lat"]}
    known = {"unit": row["unit"], "accuracy_m": None, "source": source, "datum": Datum.WGS84.value}
    kept = {"device_at": at, "at": work.at, "by": work.sender.seat.account, "said_by": None, "channel": None}
    await unit_sql.add_positions(work.connection, [{**place, **known, **kept}])


async def _log(
    work: Work,
    move: UUID,
    step: str,
    *,
    note: str | None = None,
    said_by: str | None = None,
    channel: str = "console",
    device_at: datetime | None = None,
) -> None:
    row = {
        "move_up": move,
        "step": step,
        "at": work.at,
        "device_at": device_at,
        "note": note,
        "said_by": said_by,
        "channel": channel,
        "address": work.sender.address,
        "by": work.sender.seat.account,
    }
    await move_sql.log_step(work.connection, [row])


def _changed(work: Work, move: UUID, unit: UUID) -> None:
    work.changed.moves.add(move)
    work.changed.units.add(unit)
