"""Shadow mode: an area switched between orders and looking on, who really went logged, and the two compared."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import convert

from dispatch import clock, refusal
from dispatch.decision import Inputs
from dispatch.incident import Priority
from dispatch.seat import Act
from dispatch.selection import Choice
from dispatch.server import figures, objects, standing, wire
from dispatch.server.locks import Incident, lock_incident
from dispatch.server.store import Area, Connection, area_modes, shadow_sql
from dispatch.server.work import Answer, Work, log, said_of
from dispatch.shadow import Went, compare, totals
from sql.queries import listed

# --- the mode ---


async def switch(work: Work, new: wire.NewAreaMode) -> Answer[wire.AreaMode]:
    """What is reported from now on is run so; what is open stays as it was taken. The caller holds the area's lock."""
    await shadow_sql.switch(
        work.connection,
        id=new.id,
        area=work.area.id,
        mode=new.mode,
        reason=new.reason,
        by=work.sender.seat.account,
        at=work.at,
        address=work.sender.address,
    )
    work.changed.mode = True
    return lambda now: now.mode[work.area.id]


async def mode_now(connection: Connection, area: UUID, most: int) -> wire.AreaModeNow:
    history = await area_modes(connection, area, most)
    still = await shadow_sql.open_incidents(connection, area=area)
    now = history[0] if history else objects.always_live(area)
    return wire.AreaModeNow(now=now, open_shadow=still["shadow"], open_live=still["live"], history=history)


# --- who went ---


EARLY_AT_MOST = timedelta(days=7)


async def log_departure(work: Work, incident_id: UUID, new: wire.NewDeparture) -> Answer[wire.Incident]:
    """Who went, by word of the radio. Raises ``LiveIncident`` where units are sent by orders, ``LoggedAlready``."""
    of = await lock_incident(work, incident_id)
    if not of.shadow:
        raise refusal.LiveIncident
    if (new.unit is None) is (new.name is None):
        raise refusal.BadRequest(field="unit", fact="exactly one of unit, name")
    unit = None
    if new.unit is not None:
        unit = await standing.unit_named(work.connection, work.sender.seat, new.unit, Act.RUN_INCIDENT)
        if await shadow_sql.gone_to(work.connection, incident=of.id, unit=unit.id) is not None:
            raise refusal.LoggedAlready(field="unit", unit=unit.code)
    went_at = _moment(work, "went_at", new.went_at) or work.at
    at_patient_at = _moment(work, "at_patient_at", new.at_patient_at, not_before=went_at)
    handed_over_at = _moment(work, "handed_over_at", new.handed_over_at, not_before=at_patient_at or went_at)
    await shadow_sql.add_departure(
        work.connection,
        id=new.id,
        area=work.area.id,
        incident=of.id,
        unit=None if unit is None else unit.id,
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
    body = {"departure": new.id, "unit": unit.code if unit else new.name, **times, **said_of(new.note, new.by)}
    _log(work, of.id, "departure", body, None if unit is None else unit.id, new.channel)
    return lambda now: now.incidents[of.id]


async def step(work: Work, departure_id: UUID, taken: wire.DepartureStep) -> Answer[wire.Incident]:
    """A later time of who went, or that they did not go after all; a time said again is said right, and what was said
    before stays in the timeline.
    """
    row = await _departure(work, departure_id)
    of = await lock_incident(work, row["incident"])
    row = await _departure(work, departure_id)
    if row["withdrawn_at"] is not None:
        raise refusal.Stale(state="withdrawn", step=taken.step, detail={"state": "withdrawn", "step": taken.step})
    said: dict[str, Any] = {}
    if taken.step == "withdraw":
        await shadow_sql.withdraw_departure(work.connection, id=departure_id, at=work.at, by=work.sender.seat.account)
    else:
        said = await _set_time(work, row, taken)
    body = {"departure": departure_id, "unit": row["code"] or row["name"], **said, **said_of(taken.note, taken.by)}
    _log(work, of.id, f"departure_{taken.step}", body, row["unit"], taken.channel)
    return lambda now: now.incidents[of.id]


async def _set_time(work: Work, row: Mapping[str, Any], taken: wire.DepartureStep) -> dict[str, Any]:
    name = f"{taken.step}_at"
    at = _moment(work, "happened_at", taken.happened_at, not_before=row["went_at"]) or max(work.at, row["went_at"])
    times = {each: row[each] for each in ("at_patient_at", "handed_over_at")} | {name: at}
    if times["at_patient_at"] and times["handed_over_at"] and times["handed_over_at"] < times["at_patient_at"]:
        raise refusal.BadRequest(field="happened_at", fact="handed over before anybody was at the patient")
    await shadow_sql.change_departure(work.connection, id=row["id"], **times)
    return {"was": row[name], "now": at}


async def _departure(work: Work, id: UUID) -> Mapping[str, Any]:
    row: Mapping[str, Any] | None = await shadow_sql.departure_of(work.connection, id=id, area=work.area.id)
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
        rows = await listed(shadow_sql.units_gone_to(work.connection, incident=of.id))
        work.changed.units.update(row["unit"] for row in rows)


# --- compared ---

USUAL_DAYS = 7


async def report(connection: Connection, area: Area, first: date | None, last: date | None) -> wire.ShadowReport:
    """Of the days from ``first`` to ``last``; the last seven where nothing is said. Raises ``BadRequest``."""
    first, last = figures.period(area, first, last, usual_days=USUAL_DAYS)
    since, until = figures.between(area, first, last)
    rows = [_row(row) async for row in shadow_sql.cases(connection, area=area.id, since=since, until=until)]
    return wire.ShadowReport(
        area=area.id,
        at=area.at,
        from_day=first,
        to_day=last,
        rows=rows,
        totals=totals([each.compared for each in rows]),
    )


def _row(row: Mapping[str, Any]) -> wire.ShadowRow:
    went = convert(row["went"], list[Went])
    decided = row["decision"] is not None
    return wire.ShadowRow(
        incident=row["id"],
        number=row["number"],
        reported_at=row["reported_at"],
        type=objects.named(row, "type"),
        priority=None if row["priority"] is None else Priority(row["priority"]),
        place_zh=row["place_zh"] or row["words"],
        place_en=row["place_en"] or row["words"],
        target_s=row["target_s"],
        decision=row["decision"],
        decided_at=row["decided_at"],
        went=went,
        compared=compare(
            went,
            convert(row["inputs"], Inputs) if decided else None,
            convert(row["result"], Choice) if decided else None,
        ),
    )
