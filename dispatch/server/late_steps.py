"""A crew's steps that were overtaken: heard when their order had ended, or after a later step. None of them is lost.

The rule: what was decided meanwhile holds, and the crew is answered so (``stale``, ``illegal_step``). The timeline
says what it did and when, once however often it is sent, and every console hears of it. A step that was taken while its
order still stood counts with its own time, so that who was at the patient unheard was there. A crew that may still be
out for an order that was called off raises an alarm until somebody has spoken to it.
"""

from datetime import datetime
from uuid import UUID

from dispatch import assignment, clock
from dispatch.assignment import Step
from dispatch.chase import What
from dispatch.seat import About, Act
from dispatch.server import wire
from dispatch.server.chasing import SECOND_CHANNEL, alarm_row
from dispatch.server.locks import Assignment, lock_assignment, see_incident
from dispatch.server.store import chase_sql, unit_sql
from dispatch.server.work import Work, log, said_of

TOO_LATE = "too_late"
"""The step of the timeline, ``of`` another."""


async def keep(work: Work, assignment_id: UUID, taken: wire.AssignmentStep, *, channel: str = "device") -> None:
    """Keep a step that was refused, where it is a crew's; an operator who is refused knows what to write instead."""
    locked = await lock_assignment(work, assignment_id)
    seat = work.sender.seat
    seat.must(Act.STEP_ASSIGNMENT, About(area=work.area.id, unit=locked.unit))
    by_crew = channel == SECOND_CHANNEL or not seat.may(Act.STEP_ASSIGNMENT)
    if not by_crew or taken.step not in assignment.LATE_STEPS:
        return
    if await unit_sql.is_kept_late(work.connection, incident=locked.incident, request=str(taken.id)):
        return
    moment = _moment(work, taken)
    counts = await _count(work, locked, taken.step, moment)
    log(
        work,
        locked.incident,
        TOO_LATE,
        {
            **said_of(taken.note, taken.by),
            "of": taken.step,
            "state": locked.state,
            "counts": counts,
            "request": taken.id,
        },
        assignment=locked.id,
        unit=locked.unit,
        device_at=taken.device_at,
        corrected_at=moment,
        channel=channel,
    )
    if assignment.goes_on(locked.state, taken.step):
        await _raise(work, locked)
    elif locked.state in assignment.ENDED:
        await answered(work, locked, TOO_LATE)


def _moment(work: Work, taken: wire.AssignmentStep) -> datetime:
    """When it was taken, by the service's clock; a device's nonsense ends at now."""
    if taken.happened_at is not None:
        return min(taken.happened_at, work.at)
    return clock.corrected(taken.device_at, device_now=work.sender.device_now, at=work.at)


async def _count(work: Work, locked: Assignment, step: Step, moment: datetime) -> bool:
    """Whether the step was taken in its place, so that its time is the assignment's; the state stays what it is."""
    times = dict(await unit_sql.times_of_assignment(work.connection, id=locked.id))
    ends = {"ended_at": times["ended_at"] or work.at}
    way = assignment.overtaken(locked.state, times | ends, step, moment)
    if way is None:
        return False
    await unit_sql.correct_assignment(work.connection, id=locked.id, state=locked.state.value, **way)
    work.changed.assignments.add(locked.id)
    work.changed.units.add(locked.unit)
    return True


async def _raise(work: Work, locked: Assignment) -> None:
    if await chase_sql.stands(work.connection, assignment=locked.id, what=What.TOO_LATE):
        return
    incident = await see_incident(work, locked.incident)
    alarm = alarm_row(
        work.area,
        locked.incident,
        What.TOO_LATE,
        exercise=incident.exercise,
        due_at=work.at,
        assignment=locked.id,
        unit=locked.unit,
    )
    await chase_sql.raise_alarms(work.connection, [alarm])
    work.changed.alarms.add(alarm["id"])


async def answered(work: Work, locked: Assignment, by: str) -> None:
    """Somebody has spoken to the crew, or it has come back by itself."""
    rows = chase_sql.end_alarms(work.connection, assignment=locked.id, whats=[What.TOO_LATE.value], at=work.at, by=by)
    work.changed.alarms.update({row["id"] async for row in rows})
