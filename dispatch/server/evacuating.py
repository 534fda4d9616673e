"""The way out of an incident: the plan, the lifts asked for it, and where a patient may be handed on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from dispatch import refusal
from dispatch.evacuation import Carry, carry
from dispatch.incident import Status
from dispatch.server import choosing, objects, wire
from dispatch.server.locks import Incident, lock_incident, see_incident
from dispatch.server.store import evacuation_sql
from dispatch.server.work import Answer, Work, changes_orders, log, said_of
from geo.coordinates import LonLat
from geo.journey import Journey
from geo.profile import Movement
from geo.travel_time import Leg, Origin, travel_times
from sql.queries import listed

LOOKED_AT, TIMED, TOLD = 60, 8, 5
"""How many named places around an incident are looked at for a road, timed with a stretcher, and told."""

AT_THE_ROAD_M = 60.0
"""No further from where a vehicle can stand is a patient handed on."""


async def plan(work: Work, incident_id: UUID, new: wire.NewEvacuation) -> Answer[wire.Incident]:
    """What is new in the plan; a new rendezvous is a new way there. Raises ``NotLocated``."""
    of = await _open(work, incident_id)
    before = await evacuation_sql.plan(work.connection, incident=of.id)
    row = dict(before) if before is not None else dict(_NOTHING)
    if new.patients is not None:
        row["patients"] = new.patients
    if new.rendezvous is not None:
        row |= await _to(work, of, new.rendezvous)
    if new.hospital is not None:
        row |= {"hospital": await _hospital(work, new.hospital), "told_at": None, "told_who": None}
    if new.told_who is not None:
        if row["hospital"] is None:
            raise refusal.BadRequest(field="hospital", fact="no hospital has been named that could have been told")
        row |= {"told_at": work.at, "told_who": new.told_who}
    account = work.sender.seat.account
    await evacuation_sql.put(work.connection, incident=of.id, area=work.area.id, by=account, at=work.at, **row)
    said: dict[str, Any] = {
        "patients": new.patients,
        "rendezvous": row["rendezvous_zh"] if new.rendezvous is not None else None,
        "stairs_m": row["stairs_m"] if new.rendezvous is not None else None,
        "hospital": new.hospital,
        "told_who": new.told_who,
    }
    known = {name: value for name, value in said.items() if value is not None}
    return await _said(work, of.id, "evacuation", {**known, **said_of(new.note, None)})


_NOTHING: Mapping[str, Any] = {
    "patients": 1,
    "lon": None,
    "lat": None,
    "rendezvous_zh": None,
    "rendezvous_en": None,
    "legs": [],
    "travel_s": None,
    "on_foot_m": 0.0,
    "stairs_m": 0.0,
    "lifts": [],
    "hospital": None,
    "told_at": None,
    "told_who": None,
}


async def replan(work: Work, of: Incident) -> None:
    """The incident, which is locked, has another place: the way to its rendezvous is another one, if it has any."""
    row = await evacuation_sql.plan(work.connection, incident=of.id)
    if row is None or row["lon"] is None:
        return
    try:
        way = await _way(work, of, (row["lon"], row["lat"]))
    except refusal.NotLocated:
        way = {name: _NOTHING[name] for name in ("legs", "travel_s", "on_foot_m", "stairs_m", "lifts")}
    account = work.sender.seat.account
    await evacuation_sql.put(
        work.connection, incident=of.id, area=work.area.id, by=account, at=work.at, **{**row, **way}
    )
    said = {"rendezvous": row["rendezvous_zh"], "stairs_m": way["stairs_m"], "was_s": row["travel_s"]}
    log(work, of.id, "evacuation", said)


async def _to(work: Work, of: Incident, rendezvous: wire.Location) -> dict[str, Any]:
    """The columns of the rendezvous and the way there with a stretcher."""
    found = await work.ground.locate(work.connection, work.area, rendezvous, "rendezvous")
    if found.point is None:
        raise refusal.UnknownCode(field="rendezvous", what_zh="地点", what_en="place", value=found.words or "")
    lon, lat = found.point
    named = f"{lon:.5f}, {lat:.5f}"
    return {
        "lon": lon,
        "lat": lat,
        "rendezvous_zh": found.name_zh or found.words or named,
        "rendezvous_en": found.name_en or found.words or named,
        **await _way(work, of, found.point),
    }


async def _way(work: Work, of: Incident, to: tuple[float, float]) -> dict[str, Any]:
    legs, carried = await _carried(work, await _point_of(work, of), to)
    return {
        "legs": [] if legs is None else [msgspec.to_builtins(objects.leg_object(leg)) for leg in legs],
        "travel_s": None if legs is None else round(sum(leg.time_s for leg in legs), 1),
        "on_foot_m": round(carried.on_foot_m, 1),
        "stairs_m": round(carried.stairs_m, 1),
        "lifts": list(carried.lifts),
    }


async def _point_of(work: Work, of: Incident) -> tuple[float, float]:
    scene = await choosing.scene_of(work, of.id, of.type, of.priority)
    if scene.patient is None:
        raise refusal.NotLocated
    return scene.patient


async def _carried(
    work: Work, start: tuple[float, float], end: tuple[float, float]
) -> tuple[tuple[Leg, ...] | None, Carry]:
    """The legs with a stretcher, None where there is no way, and what they ask of who carries."""
    ways = await work.ground.ways(work.connection, work.area)
    [journey] = travel_times(
        ways.network,
        [Origin(id="", lon=start[0], lat=start[1], movement=Movement.STRETCHER)],
        LonLat(*end),
        at=work.at,
        zone=work.area.zone,
        profile=ways.profile,
        closures=ways.closures.effect,
    )
    legs = journey.legs if isinstance(journey, Journey) else None
    return legs, carry(legs or (), ways.network.edge)


async def _hospital(work: Work, code: str) -> UUID:
    named = await evacuation_sql.hospital_named(work.connection, area=work.area.id, code=code, day=work.area.day)
    if named is None:
        raise refusal.UnknownCode(field="hospital", what_zh="医疗单位", what_en="hospital", value=code)
    found: UUID = named
    return found


async def rendezvous(work: Work, incident_id: UUID) -> wire.RendezvousPoints:
    """Named places at a road around the incident, by how long it takes to carry somebody there."""
    lon, lat = await _point_of(work, await see_incident(work, incident_id))
    listing = evacuation_sql.named_near(
        work.connection, area=work.area.id, day=work.area.day, lon=lon, lat=lat, most=LOOKED_AT
    )
    rows = await listed(listing)
    ways = await work.ground.ways(work.connection, work.area)
    lons, lats = (np.array([row[name] for row in rows], dtype=np.float64) for name in ("lon", "lat"))
    roads = ways.network.snap_index.nearest_on_road(lons, lats)
    near = [row for row, road in zip(rows, roads, strict=True) if road is not None and road.distance_m <= AT_THE_ROAD_M]
    found = [await _timed(work, (lon, lat), row) for row in near[:TIMED]]
    items = sorted((each for each in found if each is not None), key=lambda each: (each.travel_s, each.code))
    return wire.RendezvousPoints(items=items[:TOLD])


async def _timed(work: Work, start: tuple[float, float], row: Mapping[str, Any]) -> wire.Rendezvous | None:
    legs, carried = await _carried(work, start, (row["lon"], row["lat"]))
    if not legs:
        return None
    return wire.Rendezvous(
        kind=row["kind"],
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        point=wire.Point(lon=row["lon"], lat=row["lat"]),
        travel_s=round(sum(leg.time_s for leg in legs), 1),
        stairs_m=round(carried.stairs_m, 1),
    )


# --- lifts ---


async def ask_lift(work: Work, incident_id: UUID, new: wire.NewLiftRequest) -> Answer[wire.Incident]:
    """A lift or cableway was asked to hold or to open; what it says comes as an answer."""
    of = await _open(work, incident_id)
    network = await work.ground.network(work.connection, work.area)
    if new.edge not in network.edge_index or network.edge(new.edge).lift is None:
        raise refusal.UnknownCode(field="edge", what_zh="索道或电梯", what_en="lift or cableway", value=new.edge)
    edge = network.edge(new.edge)
    await evacuation_sql.add_lift_request(
        work.connection,
        id=new.id,
        area=work.area.id,
        incident=of.id,
        edge=edge.id,
        name_zh=edge.name_zh or edge.id,
        name_en=edge.name_en or edge.id,
        wish=new.wish,
        asked_of=new.asked_of,
        note=new.note,
        at=work.at,
        by=work.sender.seat.account,
    )
    body = {
        "lift": new.id,
        "edge": edge.id,
        "name": edge.name_zh or edge.id,
        "wish": new.wish,
        "asked_of": new.asked_of,
    }
    return await _said(work, of.id, "lift_asked", {**body, **said_of(new.note, None)})


async def answer_lift(work: Work, incident_id: UUID, lift_id: UUID, answer: wire.LiftAnswer) -> Answer[wire.Incident]:
    """What the lift's people said; a later answer takes the place of an earlier one, which stays in the timeline."""
    of = await lock_incident(work, incident_id)
    row = await evacuation_sql.lift_request(work.connection, id=lift_id, incident=of.id)
    if row is None:
        raise refusal.NotFound(what_zh="索道请求", what_en="request of a lift", name=lift_id)
    at: datetime = work.at
    await evacuation_sql.answer_lift_request(
        work.connection,
        id=lift_id,
        granted=answer.granted,
        at=at,
        who=answer.by,
        note=answer.note,
        by=work.sender.seat.account,
    )
    step = "lift_granted" if answer.granted else "lift_refused"
    body = {"lift": lift_id, "edge": row["edge"], "name": row["name_zh"], "wish": row["wish"]}
    return await _said(work, of.id, step, {**body, **said_of(answer.note, answer.by)})


async def _open(work: Work, incident_id: UUID) -> Incident:
    of = await lock_incident(work, incident_id)
    if of.status is not Status.OPEN:
        raise refusal.IllegalStep(state=of.status.value, step="evacuate")
    return of


async def _said(work: Work, incident: UUID, step: str, body: dict[str, Any]) -> Answer[wire.Incident]:
    """In the timeline, and in the orders of the crews that are out."""
    log(work, incident, step, body)
    await changes_orders(work, incident)
    return lambda now: now.incidents[incident]
