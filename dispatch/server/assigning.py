"""Units sent to incidents: by advice or by hand, their steps, their delivery, and their calling off."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from dispatch import assignment, clock, incident, refusal
from dispatch.decision import by_hand
from dispatch.preemption import may_take
from dispatch.seat import About, Act
from dispatch.selection import MEDICAL, Verdict
from dispatch.server import choosing, late_steps, moving, objects, standing, wire
from dispatch.server.choosing import Advice
from dispatch.server.locks import Assignment, Incident, lock_assignment, lock_assignments, lock_incident, see_incident
from dispatch.server.store import unit_sql
from dispatch.server.work import Answer, Work, log, said_of
from dispatch.unit import gives_way
from sql.queries import listed

# --- sending ---


async def assign(work: Work, incident_id: UUID, new: wire.NewAssignment) -> Answer[wire.Order]:
    """Send the unit an operator names; another than the advised one needs a reason."""
    to = await lock_incident(work, incident_id)
    if to.status is not incident.Status.OPEN:
        raise refusal.IllegalStep(state=to.status, step="assign")
    if to.shadow:
        raise refusal.ShadowMode
    unit = await standing.unit_named(work.connection, work.sender.seat, new.unit, Act.ASSIGN)
    if unit.holder is not None and not _gives_way(unit.holder.exercise, to):
        if new.take_from != unit.holder.incident:
            raise standing.held(unit.code, unit.holder, work.area)
        await _take(work, to, unit.holder)
    advice = await choosing.advise(work, to, await choosing.scene_of(work, to.id, to.type, to.priority))
    decision, advised = await choosing.followed(work, to.id, new.decision, advice)
    by_hand(advice.decision, unit.id, advised=advised, reason=new.reason)
    await _call_off_drills(work, to, advice, [unit.id])
    await _add(work, to, advice, {new.id: unit.id}, decision=decision, reason=new.reason, device_at=new.device_at)
    return lambda now: now.orders[new.id]


async def _take(work: Work, to: Incident, holder: standing.Holder) -> None:
    """A unit is taken from the less urgent incident that has it. Raises ``MayNotTake`` where the table says no."""
    [held] = await lock_assignments(work, [holder.assignment])
    giver = await see_incident(work, held.incident)
    if not may_take(to.priority, giver.priority, held.state) or to.exercise != giver.exercise:
        raise refusal.MayNotTake(field="take_from", unit=held.unit_code, number=holder.number, state=held.state.value)
    await _end(work, held, assignment.Step.REVOKE, "preempted")


async def send_chosen(work: Work, to: Incident, advice: Advice) -> frozenset[UUID]:
    """Send every unit that the decision chose; returns the assignments."""
    units = {uuid4(): unit for unit in advice.chosen}
    await _call_off_drills(work, to, advice, list(units.values()))
    await _add(work, to, advice, units, decision=advice.id)
    return frozenset(units)


def _gives_way(exercise: UUID | None, to: Incident) -> bool:
    return gives_way(in_exercise=exercise is not None, to_exercise=to.exercise is not None)


async def _call_off_drills(work: Work, to: Incident, advice: Advice, units: Sequence[UUID]) -> None:
    """A real incident takes its units out of exercises."""
    drills = [row["assignment"] for row in advice.rows if row["id"] in units and _gives_way(row["exercise"], to)]
    if not drills:
        return
    for each in await lock_assignments(work, drills):
        if each.state in assignment.OPEN:
            await _end(work, each, assignment.Step.REVOKE, "real_incident")


async def _add(
    work: Work,
    to: Incident,
    advice: Advice,
    units: dict[UUID, UUID],
    *,
    decision: UUID,
    reason: str | None = None,
    device_at: datetime | None = None,
) -> None:
    """Write one assignment for each unit, under the ids given."""
    verdicts = {each.id: each for each in advice.decision.choice.verdicts}
    of = {new: verdicts[unit] for new, unit in units.items()}
    await unit_sql.add_assignments(
        work.connection,
        [
            {"id": new, "decision": decision, "reason": reason, **_row(work, to, advice, verdict)}
            for new, verdict in of.items()
        ],
    )
    if to.exercise is None:  # a drill ends nothing that is in earnest
        await moving.end_moves(work, [verdict.id for verdict in of.values()], "assigned")
    for new, verdict in of.items():
        _changed(work, new, verdict.id)
        body = {"unit": verdict.code, "eta_s": verdict.eta_s, "decision": decision, "reason": reason}
        log(work, to.id, "assigned", body, assignment=new, unit=verdict.id, device_at=device_at)


def _row(work: Work, to: Incident, advice: Advice, verdict: Verdict) -> dict[str, Any]:
    seen = advice.decision.seen(verdict.id)
    return {
        "area": work.area.id,
        "incident": to.id,
        "unit": verdict.id,
        "kind": "incident",
        "exercise": to.exercise,
        "medical": any(MEDICAL in person for person in seen.weighed.people),
        "people": len(seen.weighed.people),
        "eta_s": None if verdict.eta_s is None else round(verdict.eta_s, 1),
        "legs": [msgspec.to_builtins(objects.leg_object(leg)) for leg in seen.legs],
        "assigned_at": work.at,
        "by": work.sender.seat.account,
    }


def _changed(work: Work, assignment_id: UUID, unit: UUID) -> None:
    work.changed.assignments.add(assignment_id)
    work.changed.units.add(unit)


# --- steps ---


async def step(
    work: Work, assignment_id: UUID, taken: wire.AssignmentStep, *, channel: str | None = None
) -> Answer[wire.Order]:
    """A step by the crew itself, by an operator who heard it on the radio, or by the ``channel`` it came through."""
    locked = await lock_assignment(work, assignment_id)
    seat = work.sender.seat
    seat.must(Act.STEP_ASSIGNMENT, About(area=work.area.id, unit=locked.unit))
    crew = not seat.may(Act.STEP_ASSIGNMENT)
    if taken.step not in (assignment.CREW_STEPS if crew else assignment.DESK_STEPS):
        raise refusal.Forbidden(field="step", role=seat.role)
    if taken.step is assignment.Step.CORRECT:
        return await _correct(work, locked, taken)
    moment = clock.corrected(
        taken.device_at, device_now=work.sender.device_now, at=work.at, not_before=locked.latest_at
    )
    if taken.happened_at is not None:
        moment = _happened(taken.happened_at, locked.latest_at, work.at)
    await _move(work, locked, taken.step, at=moment, reason=taken.note or taken.step.value)
    if locked.state in assignment.ENDED and not crew:
        await late_steps.answered(work, locked, taken.step.value)
    log(
        work,
        locked.incident,
        taken.step.value,
        said_of(taken.note, taken.by) | ({} if taken.happened_at is None else {"happened_at": taken.happened_at}),
        assignment=locked.id,
        unit=locked.unit,
        device_at=taken.device_at,
        corrected_at=moment,
        channel=channel or taken.channel or ("device" if crew else "radio"),
    )
    return lambda now: now.orders[assignment_id]


def _happened(said: datetime, latest_at: datetime, at: datetime) -> datetime:
    """When a step was taken that is told later: not before the step before it. Raises ``BadRequest`` for what lies
    ahead.
    """
    if said > at:
        raise refusal.BadRequest(field="happened_at", fact=f"{said.isoformat()} has not come yet")
    return max(said, latest_at)


async def near_patient(work: Work, assignment_id: UUID, at: datetime) -> None:
    """By its own positions the unit was near the patient first then: proposed as T5, for somebody to confirm."""
    locked = await lock_assignment(work, assignment_id)
    if await unit_sql.propose_at_patient(work.connection, id=locked.id, at=at) is None:
        return
    _changed(work, locked.id, locked.unit)
    body = {"near_patient_at": at}
    log(work, locked.incident, "near_patient", body, assignment=locked.id, unit=locked.unit, channel="position")


async def _correct(work: Work, locked: Assignment, taken: wire.AssignmentStep) -> Answer[wire.Order]:
    """A time said wrongly is said right; what was said before stays in the timeline, with who corrected it and why."""
    of, note = taken.of, taken.note
    if of is None or (taken.happened_at is None) is not taken.never:
        raise refusal.Missing(field="happened_at", step=taken.step.value, name="of, happened_at | never")
    if not note:
        raise refusal.Missing(field="note", step=taken.step.value, name="note")
    times = dict(await unit_sql.times_of_assignment(work.connection, id=locked.id))
    now = {"ended_at": times["ended_at"] or work.at}
    try:
        state, way = assignment.corrected(locked.state, times | now, of, taken.happened_at)
    except assignment.OutOfOrder as error:
        raise refusal.OutOfOrder(field="happened_at", other=error.other) from error
    except assignment.IllegalStep as error:
        raise refusal.BadRequest(field="of", fact=f"{of.value} has no time that could be corrected") from error
    await unit_sql.correct_assignment(work.connection, id=locked.id, state=state.value, **way)
    _changed(work, locked.id, locked.unit)
    name = assignment.TIME_OF[of]
    body = {**said_of(note, taken.by), "of": of, "was": times[name], "now": taken.happened_at}
    channel = taken.channel or "console"
    log(work, locked.incident, taken.step.value, body, assignment=locked.id, unit=locked.unit, channel=channel)
    return lambda now: now.orders[locked.id]


async def call_off(work: Work, out: Iterable[Assignment], reason: str) -> None:
    """Revoke open assignments of an incident that is locked."""
    for each in out:
        await _end(work, each, assignment.Step.REVOKE, reason)


async def _end(work: Work, locked: Assignment, by: assignment.Step, reason: str) -> None:
    await _move(work, locked, by, at=work.at, reason=reason)
    log(work, locked.incident, by.value, {"reason": reason}, assignment=locked.id, unit=locked.unit)


async def _move(work: Work, locked: Assignment, by: assignment.Step, *, at: datetime, reason: str) -> None:
    """Take the step; ``reason`` is kept where it ends the assignment."""
    state = _after(locked.state, by)
    times = assignment.times(by, before=locked.state, after=state, at=at)
    await unit_sql.step_assignment(
        work.connection,
        id=locked.id,
        state=state.value,
        ended_reason=reason if "ended_at" in times else None,
        **(_NO_TIMES | times),
    )
    _changed(work, locked.id, locked.unit)


_NO_TIMES = dict.fromkeys((*assignment.TIME_OF.values(), "ended_at"))


def _after(state: assignment.State, by: assignment.Step) -> assignment.State:
    try:
        return assignment.after(state, by)
    except assignment.IllegalStep as error:
        kind = refusal.Stale if state in assignment.ENDED else refusal.IllegalStep
        raise kind(state=state.value, step=by.value, detail={"state": state.value, "step": by.value}) from error


# --- delivery ---


async def deliver(work: Work, unit: UUID, seq: int) -> None:
    """The unit's device has stored its stream up to ``seq``: the orders in it are delivered."""
    await listed(unit_sql.lock_incidents_of_unit(work.connection, unit=unit))
    async for row in unit_sql.deliver(work.connection, unit=unit, seq=seq, at=work.at):
        work.changed.assignments.add(row["id"])
        log(work, row["incident"], "delivered", {}, assignment=row["id"], unit=unit, channel="device")
