"""Figures out of the rows of the database; nothing is worked out here."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch import refusal
from dispatch.figures import Record, figures, provenance
from dispatch.incident import Outcome, Priority, Status
from dispatch.server import wire
from dispatch.server.store import Area, Connection, incident_sql
from sql.queries import queries

figures_sql = queries("figures")

USUAL_DAYS = 30
LONGEST_DAYS = 3660


async def response(
    connection: Connection, area: Area, first: date | None, last: date | None, exercise: UUID | None
) -> wire.ResponseReport:
    """Of the days from ``first`` to ``last``; the last 30 where nothing is said. Raises ``BadRequest`` for a period
    that is none, and ``UnknownCode`` for an exercise that is none.
    """
    first, last = period(area, first, last, usual_days=USUAL_DAYS)
    since, until = between(area, first, last)
    if exercise and await incident_sql.exercise_of(connection, id=exercise, area=area.id) is None:
        raise refusal.UnknownCode(field="exercise", what_zh="演练", what_en="exercise", value=str(exercise))
    rows = figures_sql.records(
        connection,
        area=area.id,
        since=since,
        until=until,
        exercise=exercise,
    )
    records = [_record(row, area.zone) async for row in rows]
    told = figures(records, now=area.at, exercise=exercise is not None)
    return wire.ResponseReport(
        area=area.id,
        at=area.at,
        from_day=first,
        to_day=last,
        exercise=exercise,
        rows=told.rows,
        curve=told.curve,
        left=told.left,
    )


def period(area: Area, first: date | None, last: date | None, *, usual_days: int) -> tuple[date, date]:
    """The days that are meant, both included: the last so many where nothing is said. Raises ``BadRequest``."""
    last = last or area.day
    first = first or last - timedelta(days=usual_days - 1)
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise refusal.BadRequest(field="from", fact=f"from {first} to {last} is not a period of at most ten years")
    return first, last


def between(area: Area, first: date, last: date) -> tuple[datetime, datetime]:
    """From the first day's midnight to the one after the last, in the area."""
    return _midnight(first, area.zone), _midnight(last + timedelta(days=1), area.zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _record(row: Mapping[str, Any], zone: ZoneInfo) -> Record:
    known = row["at_patient_at"] is not None and row["channel"] is not None
    return Record(
        number=row["number"],
        reported_at=row["reported_at"],
        closed_at=row["closed_at"],
        hour=row["reported_at"].astimezone(zone).hour,
        status=Status(row["status"]),
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        priority=None if row["priority"] is None else Priority(row["priority"]),
        target_s=row["target_s"],
        type=row["type"],
        type_names=(row["type_zh"] or "", row["type_en"] or ""),
        cell=row["cell"],
        cell_names=(row["cell_zh"] or "", row["cell_en"] or ""),
        conditions=row["conditions"],
        assigned_at=row["assigned_at"],
        en_route_at=row["en_route_at"],
        on_scene_at=row["on_scene_at"],
        at_patient_at=row["at_patient_at"],
        provenance=provenance(row["channel"], corrected=row["corrected"]) if known else None,
        entered_late=row["entered_late"],
        exercise=row["exercise"],
        shadow=row["shadow"],
    )
