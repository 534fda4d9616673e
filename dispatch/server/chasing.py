"""Timers and alarms of assignments: kept true by every change of an assignment, in the transaction of the change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from dispatch.assignment import State
from dispatch.chase import Followed, Ladder, Look, What, look
from dispatch.incident import Status
from dispatch.outlook import WATCHED
from dispatch.server import objects, wire
from dispatch.server.store import Area, Changed, Connection, chase_sql
from sql.queries import listed

ASSIGNMENT, INCIDENT = "assignment", "incident"
SERVICE = "service"
"""The channel of what the service itself notes down; it calls for no new look."""

SECOND_CHANNEL = "second_channel"

HEARD_BY = ("device", "radio", "phone", SECOND_CHANNEL)
"""The channels by which a crew speaks; a line of the timeline that came by one of them is a sign of its life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chased:
    """An assignment to be looked at: whose it is, how it stands, and what has been raised of it."""

    id: UUID
    incident: UUID
    unit: UUID
    unit_code: str
    phone: str | None
    exercise: UUID | None
    of: Followed
    ladder: Ladder
    raised: frozenset[What]
    paged: bool

    def look(self, at: datetime) -> Look:
        return look(self.of, self.ladder, raised=self.raised, at=at)


async def follow(connection: Connection, area: Area, changed: Changed) -> None:
    """After a change of locked incidents and their assignments: when to look again, and what stands no more."""
    if changed.assignments:
        await _follow_assignments(connection, area, changed)
    by_others = {line["incident"] for line in changed.timeline if line["channel"] != SERVICE}
    if by_others:
        await _follow_incidents(connection, area, changed, by_others)


async def _follow_incidents(connection: Connection, area: Area, changed: Changed, ids: Iterable[UUID]) -> None:
    """What somebody has changed is looked at at once, while its clock is watched."""
    times: dict[UUID, datetime | None] = {}
    for row in await listed(chase_sql.watched(connection, ids=list(ids))):
        if is_watched(row):
            times[row["id"]] = area.at
        elif row["timed"]:
            times[row["id"]] = None
            await forget(connection, area, changed, row["id"])
    if times:
        await set_incident_timers(connection, area, times)


def is_watched(row: Mapping[str, Any]) -> bool:
    """Whether anything can still be won: open and nobody at the patient yet; urgent, and its place or its target to be
    kept an eye on, or left by all who were sent. What is run by radio alone is not.
    """
    going_on = row["status"] == Status.OPEN and not row["shadow"] and not row["reached"]
    placed = row["located_at"] is not None
    urgent = row["priority"] in WATCHED and (not placed or row["target_s"] is not None)
    return going_on and (urgent or (placed and row["bereft_at"] is not None))


async def forget(connection: Connection, area: Area, changed: Changed, incident: UUID) -> None:
    """An incident that is watched no more has no outlook, and no alarm stands because of it."""
    by = next((line["step"] for line in reversed(changed.timeline) if line["incident"] == incident), "outlook")
    async for row in chase_sql.end_incident_alarms(connection, incident=incident, at=area.at, by=by):
        changed.alarms.add(row["id"])
    await chase_sql.set_outlook(connection, id=incident, outlook=None)
    changed.incidents.add(incident)


async def _follow_assignments(connection: Connection, area: Area, changed: Changed) -> None:
    heard = _heard(changed)
    times: dict[Chased, datetime | None] = {}
    for each in await chased(connection, changed.assignments):
        now = _with(each, heard.get(each.id))
        found = now.look(area.at)
        times[now] = found.timer_at
        await end(connection, area, changed, now, found.answered)
    await set_timers(connection, area, times)


async def chased(connection: Connection, ids: Iterable[UUID]) -> list[Chased]:
    """Those assignments, and the open ones of the same incidents."""
    return [_chased(row) async for row in chase_sql.followed(connection, ids=list(ids), heard_by=list(HEARD_BY))]


async def chased_of_incident(connection: Connection, incident: UUID) -> list[Chased]:
    """The open assignments of an incident."""
    ids = [row["id"] async for row in chase_sql.open_assignments(connection, incident=incident)]
    return await chased(connection, ids) if ids else []


async def end(connection: Connection, area: Area, changed: Changed, each: Chased, answered: frozenset[What]) -> None:
    """Alarms that stand no more; the last thing said of the assignment is what answered them."""
    if not answered:
        return
    by = next((line["step"] for line in reversed(changed.timeline) if line["assignment"] == each.id), "position")
    rows = chase_sql.end_alarms(connection, assignment=each.id, whats=sorted(answered), at=area.at, by=by)
    changed.alarms.update({row["id"] async for row in rows})


def alarm_row(
    area: Area,
    incident: UUID,
    what: What,
    *,
    exercise: UUID | None,
    due_at: datetime,
    assignment: UUID | None = None,
    unit: UUID | None = None,
    stale: bool = False,
    offer: wire.Offer | None = None,
) -> dict[str, Any]:
    """A new alarm, of an incident or of one of its assignments, as it is stored."""
    return {
        "id": uuid4(),
        "area": area.id,
        "incident": incident,
        "assignment": assignment,
        "unit": unit,
        "exercise": exercise,
        "what": what.value,
        "due_at": due_at,
        "raised_at": area.at,
        "stale": stale,
        "offer": offer,
    }


async def set_timers(connection: Connection, area: Area, times: Mapping[Chased, datetime | None]) -> None:
    await chase_sql.set_timers(
        connection,
        kind=ASSIGNMENT,
        area=area.id,
        things=[each.id for each in times],
        incidents=[each.incident for each in times],
        times=list(times.values()),
    )


async def set_incident_timers(connection: Connection, area: Area, times: Mapping[UUID, datetime | None]) -> None:
    await chase_sql.set_timers(
        connection,
        kind=INCIDENT,
        area=area.id,
        things=list(times),
        incidents=list(times),
        times=list(times.values()),
    )


def _heard(changed: Changed) -> dict[UUID, datetime]:
    """When the crews of assignments were heard in this transaction, whose lines are not written yet."""
    said = [line for line in changed.timeline if line["assignment"] is not None and line["channel"] in HEARD_BY]
    return {line["assignment"]: line["corrected_at"] or line["at"] for line in said}


def _with(each: Chased, heard_at: datetime | None) -> Chased:
    if heard_at is None:
        return each
    return replace(each, of=replace(each.of, heard_at=max(heard_at, each.of.heard_at or heard_at)))


def _chased(row: Mapping[str, Any]) -> Chased:
    return Chased(
        id=row["id"],
        incident=row["incident"],
        unit=row["unit"],
        unit_code=row["unit_code"],
        phone=row["phone"],
        exercise=row["exercise"],
        of=Followed(
            state=State(row["state"]),
            assigned_at=row["assigned_at"],
            latest_at=row["latest_at"],
            delivered_at=row["delivered_at"],
            alarmed_at=row["alarmed_at"],
            acknowledged_at=row["acknowledged_at"],
            en_route_at=row["en_route_at"],
            heard_at=row["heard_at"],
            eta_s=row["eta_s"],
            turnout_s=row["turnout_s"],
            alone=row["alone"],
        ),
        ladder=objects.ladder_of(row),
        raised=frozenset(What(each) for each in row["raised"]),
        paged=row["paged"],
    )
