"""Which incidents a report may tell of: what is open or just closed, with how far it is on foot."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import cos, radians
from typing import Any
from uuid import UUID

from dispatch.duplicate import AFTER_CLOSE, WITHIN, Known, Told, candidates
from dispatch.seat import About, Act
from dispatch.server import locks, objects, wire
from dispatch.server.stages import stage
from dispatch.server.store import incident_sql
from dispatch.server.work import Work
from geo.coordinates import LonLat
from geo.travel_time import Journey, Origin, travel_times
from sql.queries import listed

FARTHEST_M = 2_500.0
"""Through the air: nobody walks further in the time that still counts as near."""

MOST_COMPARED, MOST_TIMED = 40, 12
"""Of those near by the nearest are compared, and timed: a report waits for neither."""

DEGREE_M = 111_200.0


async def of_incident(work: Work, incident_id: UUID) -> list[wire.Duplicate]:
    """The other incidents that one may repeat. Raises ``NotFound``."""
    of = await locks.see_incident(work, incident_id)
    row = await incident_sql.scene(work.connection, incident=of.id, type=of.type, priority=of.priority)
    at = "way_" if row["way"] is not None and row["way_lon"] is not None else ""
    return await possible(
        work,
        point=None if row["lon"] is None else (row[f"{at}lon"], row[f"{at}lat"]),
        accuracy_m=row["accuracy_m"],
        type_code=row["type_code"],
        phone=None,
        at=of.reported_at,
        exercise=of.exercise,
        but=of.id,
    )


async def possible(
    work: Work,
    *,
    point: tuple[float, float] | None,
    accuracy_m: float | None,
    type_code: str | None,
    phone: str | None,
    at: datetime,
    exercise: UUID | None,
    but: UUID | None = None,
) -> list[wire.Duplicate]:
    """The incidents that the report may tell of, the likeliest first, as far as its sender may read them."""
    with stage("duplicates"):
        lon, lat = point or (None, None)
        since = work.at - AFTER_CLOSE
        reach_lat = FARTHEST_M / DEGREE_M
        listing = incident_sql.comparable_incidents(
            work.connection,
            area=work.area.id,
            since=since,
            told_since=min(at, work.at) - WITHIN,
            exercise=exercise,
            but=but,
            type=type_code,
            phone=phone,
            lon=lon,
            lat=lat,
            reach_lon=reach_lat / cos(radians(lat or 0.0)),
            reach_lat=reach_lat,
            most=MOST_COMPARED,
        )
        rows = {row["id"]: row for row in await listed(listing) if _may_read(work, row)}
        away_s = {} if point is None else await _on_foot(work, point, list(rows.values()))
        told = Told(type=type_code, located=point is not None, at=at, exercise=exercise)
        likely = candidates(told, [_known(row, accuracy_m or 0.0, away_s.get(id)) for id, row in rows.items()])
        return [objects.duplicate_object(rows[each.known.id], each) for each in likely]


def _may_read(work: Work, row: Mapping[str, Any]) -> bool:
    return work.sender.seat.may(Act.READ_INCIDENTS, About(area=work.area.id, cell=row["cell_code"]))


def _known(row: Mapping[str, Any], accuracy_m: float, travel_s: float | None) -> Known:
    known_to_m = (row["accuracy_m"] or 0.0) + accuracy_m
    return Known(
        id=row["id"],
        type=row["type_code"],
        last_report_at=row["last_report_at"],
        closed_at=row["closed_at"],
        exercise=row["exercise"],
        travel_s=travel_s,
        distance_m=row["distance_m"],
        within_accuracy=row["distance_m"] is not None and row["distance_m"] <= known_to_m,
        same_caller=row["same_caller"],
    )


async def _on_foot(work: Work, point: tuple[float, float], rows: Sequence[Mapping[str, Any]]) -> dict[UUID, float]:
    """Seconds from the places of incidents to that of the report, of those that can be near."""
    near = [row for row in rows if row["distance_m"] is not None and row["distance_m"] <= FARTHEST_M][:MOST_TIMED]
    if not near:
        return {}
    ways = await work.ground.ways(work.connection, work.area)
    journeys = travel_times(
        ways.network,
        [Origin(id=str(row["id"]), lon=row["lon"], lat=row["lat"]) for row in near],
        LonLat(*point),
        at=work.at,
        zone=work.area.zone,
        profile=ways.profile,
        closures=ways.closures.effect,
    )
    return {UUID(each.origin): each.travel_s for each in journeys if isinstance(each, Journey)}
