"""Who goes by word of mouth: units while the area is in shadow, committees' own squads at any time, and others."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dispatch import clock, refusal
from dispatch.incident import Status
from dispatch.seat import Act, Seat
from dispatch.server import objects, standing, wire
from dispatch.server.locks import Incident, lock_incident
from dispatch.server.store import Connection, about_incident, departure_sql, incident_sql
from dispatch.server.work import Answer, Work, log, said_of
from sql.queries import listed

EARLY_AT_MOST = timedelta(days=7)


async def log_departure(work: Work, incident_id: UUID, new: wire.NewDeparture) -> Answer[wire.Incident]:
    """Who went. A committee sends its own squads to what it has in hand; the desk logs those too, and, in an incident
    in shadow, units and others. Raises ``LiveIncident`` where units are sent by orders, ``NotOwner``,
    ``LoggedAlready``, ``UnitAlreadyAssigned``.
    """
    of = await lock_incident(work, incident_id)
    if sum(each is not None for each in (new.unit, new.squad, new.name)) != 1:
        raise refusal.BadRequest(field="unit", fact="exactly one of unit, squad, name")
    unit = squad = None
    if new.squad is not None:
        squad = await _sent(work, of, new.squad)
    elif not of.shadow:
        raise refusal.LiveIncident
    if new.unit is not None:
        unit = await standing.unit_named(work.connection, work.sender.seat, new.unit, Act.RUN_INCIDENT)
        if await departure_sql.gone_to(work.connection, incident=of.id, unit=unit.id) is not None:
            raise refusal.LoggedAlready(field="unit", unit=unit.code)
    who = unit.code if unit else squad["code"] if squad else new.name
    went_at = _moment(work, "went_at", new.went_at) or work.at
    at_patient_at = _moment(work, "at_patient_at", new.at_patient_at, not_before=went_at)
    handed_over_at = _moment(work, "handed_over_at", new.handed_over_at, not_before=at_patient_at or went_at)
    await departure_sql.add_departure(
        work.connection,
        id=new.id,
        area=work.area.id,
        incident=of.id,
        unit=None if unit is None else unit.id,
        squad=None if squad is None else squad["id"],
        name=new.name,
        went_at=went_at,
        at_patient_at=at_patient_at,
        handed_over_at=handed_over_at,
        channel=new.channel,
        said_by=new.by,
        by=work.sender.seat.account,
        at=work.at,
        address=work.sender.address,
    )
    times = {"went_at": went_at, "at_patient_at": at_patient_at, "handed_over_at": handed_over_at}
    body = {"departure": new.id, "unit": who, **times, **said_of(new.note, new.by)}
    _log(work, of.id, "departure", body, None if unit is None else unit.id, new.channel)
    return lambda now: now.incidents[of.id]


async def _sent(work: Work, of: Incident, code: str) -> Mapping[str, Any]:
    """The squad, free and at the seat's bidding, its row locked so that it is sent to one place at a time."""
    row: Mapping[str, Any] | None = await departure_sql.lock_squad(work.connection, area=work.area.id, code=code)
    if row is None:
        raise refusal.UnknownCode(field="squad", what_zh="中队", what_en="squad", value=code)
    await _must_be_its_own(work, row["committee"])
    seat = work.sender.seat
    seat.must(Act.SEND_SQUAD, await about_incident(work.connection, seat, Act.SEND_SQUAD, of.id))
    if of.status is not Status.OPEN:
        raise refusal.IllegalStep(state=of.status, step="departure")
    if not seat.may(Act.RUN_INCIDENT) and of.owner != row["committee"]:
        raise refusal.NotOwner
    out = await departure_sql.squad_is_out(work.connection, squad=row["id"])
    if out is not None:
        since = f"{out['went_at'].astimezone(work.area.zone):%H:%M:%S}"
        raise refusal.UnitAlreadyAssigned(field="squad", unit=row["code"], number=out["number"], since=since)
    return row


async def _must_be_its_own(work: Work, committee: UUID | None) -> None:
    """A committee sends no squad but its own, and speaks for no other. Raises ``Forbidden``."""
    seat = work.sender.seat
    if seat.may(Act.SEND_SQUAD) or committee in await committees(work.connection, work.area.id, seat.cells):
        return
    raise refusal.Forbidden(role=seat.role)


async def committees(connection: Connection, area: UUID, cells: Sequence[str]) -> set[UUID]:
    """Whose cells these are."""
    rows = await listed(incident_sql.committees_of_cells(connection, area=area, cells=list(cells)))
    return {row["committee"] for row in rows}


async def squads(connection: Connection, seat: Seat) -> wire.Squads:
    """The squads that the seat may send, and where each is."""
    own = None if seat.may(Act.SEND_SQUAD) else list(await committees(connection, seat.area, seat.cells))
    rows = departure_sql.squad_rows(connection, area=seat.area, committees=own)
    return wire.Squads(items=[objects.squad_object(row) async for row in rows])


async def step(work: Work, departure_id: UUID, taken: wire.DepartureStep) -> Answer[wire.Incident]:
    """A later time of who went, or that they did not go after all; a time said again is said right, and what was said
    before stays in the timeline.
    """
    row = await _departure(work, departure_id)
    await _must_be_its_own(work, row["committee"])
    of = await lock_incident(work, row["incident"])
    row = await _departure(work, departure_id)
    if row["withdrawn_at"] is not None:
        raise refusal.Stale(state="withdrawn", step=taken.step, detail={"state": "withdrawn", "step": taken.step})
    said: dict[str, Any] = {}
    if taken.step == "withdraw":
        await departure_sql.withdraw_departure(
            work.connection, id=departure_id, at=work.at, by=work.sender.seat.account
        )
    else:
        said = await _set_time(work, row, taken)
    body = {"departure": departure_id, "unit": row["who"], **said, **said_of(taken.note, taken.by)}
    _log(work, of.id, f"departure_{taken.step}", body, row["unit"], taken.channel)
    return lambda now: now.incidents[of.id]


async def _set_time(work: Work, row: Mapping[str, Any], taken: wire.DepartureStep) -> dict[str, Any]:
    name = f"{taken.step}_at"
    at = _moment(work, "happened_at", taken.happened_at, not_before=row["went_at"]) or max(work.at, row["went_at"])
    times = {each: row[each] for each in ("at_patient_at", "handed_over_at")} | {name: at}
    if times["at_patient_at"] and times["handed_over_at"] and times["handed_over_at"] < times["at_patient_at"]:
        raise refusal.BadRequest(field="happened_at", fact="handed over before anybody was at the patient")
    await departure_sql.change_departure(work.connection, id=row["id"], **times)
    return {"was": row[name], "now": at}


async def _departure(work: Work, id: UUID) -> Mapping[str, Any]:
    row: Mapping[str, Any] | None = await departure_sql.departure_of(work.connection, id=id, area=work.area.id)
    if row is None:
        raise refusal.NotFound(what_zh="出动记录", what_en="departure", name=id)
    return row


def _moment(work: Work, field: str, said: datetime | None, not_before: datetime | None = None) -> datetime | None:
    """By the server's clock. Raises ``BadRequest`` for what lies ahead, is too long ago, or before what came first."""
    if said is None:
        return None
    moment = clock.corrected(said, device_now=work.sender.device_now, at=work.at)
    if work.at - moment > EARLY_AT_MOST:
        raise refusal.BadRequest(field=field, fact=f"{said.isoformat()} is more than {EARLY_AT_MOST.days} days ago")
    if not_before is not None and moment < not_before:
        raise refusal.BadRequest(field=field, fact=f"{said.isoformat()} is before {not_before.isoformat()}")
    return moment


def _log(work: Work, incident: UUID, step: str, body: dict[str, Any], unit: UUID | None, channel: str) -> None:
    log(work, incident, step, body, unit=unit, channel=channel)
    if unit is not None:
        work.changed.units.add(unit)


async def touch_gone(work: Work, of: Incident) -> None:
    """The units that went to an incident in shadow are free again with its end, and not when it is opened again."""
    if of.shadow:
        rows = await listed(departure_sql.units_gone_to(work.connection, incident=of.id))
        work.changed.units.update(row["unit"] for row in rows)
