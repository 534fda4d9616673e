"""What the desk locks, in which order, and why nobody ever waits in a ring.

The order is: area, incident, squad, assignments, network, moves, notices, units, streams.

- The *area* only by what decides who goes, as the first thing of its transaction: decisions are made one after the
  other, and no unit is promised twice. Nobody who holds another lock ever asks for it.
- The *incident* before anything of it is read to be changed. Only who holds the area's lock ever holds two: a real
  incident takes units out of an exercise, an urgent one takes a unit from a less urgent one: it locks theirs, by id,
  after its own.
- A *squad* of a committee by who sends it, whose incident it holds; it asks only for units and streams after that.
- *Assignments* only by who holds their incident; its timers, alarms and pages likewise, without locks of their own.
- The *network* by what changes closures, whose counter it holds: they come one after the other, in the counter's order.
  Whoever decides reads the counter without a lock, and goes by all that was committed by then.
- *Moves* to stand by elsewhere and *notices* by what changes one of them, several notices by id; nobody who holds one
  asks for anything but units and streams, and those who send units end moves after all that comes before.
- *Units* in one statement, by id, when their new versions are written (``store.settle``).
- *Streams* in one statement, by name, when the events are written (``store.emit``), last of all.

So everybody asks only for what comes later in the order than all that they hold, and there is no ring. Locks are
``NO KEY``: a row that merely points at a locked one (a decision, a line of the timeline) can be written meanwhile. A
locking query reads nothing that may change but the locked table: PostgreSQL reads only that afresh after a wait.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch import refusal
from dispatch.assignment import State
from dispatch.incident import AssignPolicy, Outcome, Priority, Status
from dispatch.server.store import incident_sql, unit_sql
from dispatch.server.work import Work
from sql.queries import listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident's own row."""

    id: UUID
    type: UUID | None
    priority: Priority | None
    status: Status
    outcome: Outcome | None
    duplicate_of: UUID | None
    assign: AssignPolicy
    exercise: UUID | None
    reported_at: datetime
    located_at: datetime | None
    closed_at: datetime | None
    target_s: int | None
    target_source: str | None
    confirmed_at: datetime | None = None
    transferred_to: str | None = None
    owner: UUID | None = None
    """A committee; None: the command centre."""
    shadow: bool = False
    """Taken while the area was in shadow: nobody is commanded to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """An assignment's own row, as far as its next step depends on it; no step lies before its latest one."""

    id: UUID
    incident: UUID
    unit: UUID
    unit_code: str
    state: State
    latest_at: datetime


async def lock_incident(work: Work, incident: UUID) -> Incident:
    """The incident, which nobody else changes before the end of the transaction. Raises ``NotFound``."""
    return _incident(await incident_sql.lock_incident(work.connection, id=incident, area=work.area.id), incident)


async def see_incident(work: Work, incident: UUID) -> Incident:
    """The incident as it is at this moment, without a lock. Raises ``NotFound``."""
    return _incident(await incident_sql.see_incident(work.connection, id=incident, area=work.area.id), incident)


async def lock_assignment(work: Work, assignment: UUID) -> Assignment:
    """The assignment, its incident locked before it. Raises ``NotFound``."""
    if await unit_sql.lock_incident_of(work.connection, id=assignment, area=work.area.id) is None:
        raise refusal.NotFound(what_zh="派警", what_en="assignment", name=assignment)
    (locked,) = [_assignment(row) async for row in unit_sql.lock_assignments(work.connection, ids=[assignment])]
    return locked


async def lock_assignments(work: Work, ids: Iterable[UUID]) -> list[Assignment]:
    """Assignments of several incidents, for who holds the area's lock."""
    chosen = list(ids)
    await listed(unit_sql.lock_incidents_of(work.connection, ids=chosen))
    return [_assignment(row) async for row in unit_sql.lock_assignments(work.connection, ids=chosen)]


async def lock_open_assignments(work: Work, incident: UUID) -> list[Assignment]:
    """The open assignments of an incident that is locked."""
    return [_assignment(row) async for row in unit_sql.lock_open_assignments(work.connection, incident=incident)]


def _assignment(row: Mapping[str, Any]) -> Assignment:
    return Assignment(
        id=row["id"],
        incident=row["incident"],
        unit=row["unit"],
        unit_code=row["unit_code"],
        state=State(row["state"]),
        latest_at=row["latest_at"],
    )


def _incident(row: Mapping[str, Any] | None, incident: UUID) -> Incident:
    if row is None:
        raise refusal.NotFound(what_zh="警情", what_en="incident", name=incident)
    return Incident(
        id=row["id"],
        type=row["type"],
        priority=None if row["priority"] is None else Priority(row["priority"]),
        status=Status(row["status"]),
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        duplicate_of=row["duplicate_of"],
        assign=AssignPolicy(row["assign"]),
        exercise=row["exercise"],
        reported_at=row["reported_at"],
        located_at=row["located_at"],
        closed_at=row["closed_at"],
        target_s=row["target_s"],
        target_source=row["target_source"],
        confirmed_at=row["confirmed_at"],
        transferred_to=row["transferred_to"],
        owner=row["owner"],
        shadow=row["shadow"],
    )
