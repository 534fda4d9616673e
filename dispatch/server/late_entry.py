"""An incident run by radio while the system was down, entered afterwards: closed history with its real times."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from dispatch import assignment, refusal, words
from dispatch.incident import AssignPolicy, Outcome, Status
from dispatch.late import BETWEEN, Problem, Taken, Went, problems
from dispatch.seat import Act
from dispatch.selection import MEDICAL
from dispatch.server import reporting, standing, wire
from dispatch.server.store import Present, incident_sql, unit_sql
from dispatch.server.work import Answer, Work, log, said_of
from sql.queries import listed

LATE = "late"
"""The channel of what was entered afterwards."""


async def enter(work: Work, new: wire.NewLateIncident) -> Answer[wire.IncidentAnswer]:
    """The incident, its report, units and steps, all over before they are written. Raises ``ImpossibleTimes``."""
    if new.outcome == "transferred" and not new.to:
        raise refusal.Missing(field="to", step="close", name="to")
    units = [await _unit_id(work, number, each.unit) for number, each in enumerate(new.units)]
    _must_be_possible(work, new, await _problems(work, new, units))
    made = await reporting.enter(work, _as_reported(new), reported_at=new.reported_at, channel=LATE, by=new.by)
    await incident_sql.mark_late(work.connection, id=new.id, at=work.at)
    await _add_units(work, new, units)
    closed = replace(
        made,
        status=Status.CLOSED,
        outcome=Outcome(new.outcome),
        closed_at=new.closed_at,
        transferred_to=new.to if new.outcome == "transferred" else None,
    )
    await incident_sql.change_incident(work.connection, **asdict(closed))
    said = {"outcome": new.outcome, "to": closed.transferred_to, **said_of(None, new.by)}
    _log(work, new.id, "close", said, at=new.closed_at)

    def answer(now: Present) -> wire.IncidentAnswer:
        sent = sorted(now.assignments.values(), key=lambda each: each.assigned_at)
        return wire.IncidentAnswer(**msgspec.structs.asdict(now.incidents[new.id]), assignments=sent)

    return answer


def _as_reported(new: wire.NewLateIncident) -> wire.NewIncident:
    return wire.NewIncident(
        id=new.id,
        type=new.type,
        priority=new.priority,
        location=new.location,
        caller=new.caller,
        note=new.note,
        channel=new.channel,
        assign=AssignPolicy.RECOMMEND,
    )


async def _unit_id(work: Work, number: int, name: str) -> UUID:
    try:
        return (await standing.unit_named(work.connection, work.sender.seat, name, Act.ASSIGN)).id
    except refusal.UnknownCode as error:
        raise refusal.UnknownCode(field=f"units.{number}.unit", what_zh="单元", what_en="unit", value=name) from error


async def _problems(work: Work, new: wire.NewLateIncident, units: Sequence[UUID]) -> list[Problem]:
    went = [_went(str(id), each) for id, each in zip(units, new.units, strict=True)]
    taken: list[Taken] = []
    if went:
        since, until = min(each.assigned_at for each in went), max(each.cleared_at for each in went)
        rows = await listed(unit_sql.taken_between(work.connection, units=list(units), since=since, until=until))
        taken = [_taken(row) for row in rows]
    return problems(reported_at=new.reported_at, closed_at=new.closed_at, went=went, taken=taken, at=work.at)


def _went(unit: str, of: wire.LateUnit) -> Went:
    between = {name: getattr(of, name) for name in BETWEEN}
    return Went(unit=unit, assigned_at=of.assigned_at, cleared_at=of.cleared_at, between=between)


def _taken(row: Mapping[str, Any]) -> Taken:
    return Taken(unit=str(row["unit"]), number=row["number"], since=row["assigned_at"], until=row["ended_at"])


def _must_be_possible(work: Work, new: wire.NewLateIncident, found: Sequence[Problem]) -> None:
    if not found:
        return
    said = {each.field: _sentence(each, new, work.sender.language) for each in reversed(found)}
    first = found[0].field
    raise refusal.ImpossibleTimes(field=first, fact=said[first], detail={"fields": said})


def _sentence(problem: Problem, new: wire.NewLateIncident, language: str) -> str:
    other = _named(problem.other, new, language)
    return words.said(words.LATE_FAULTS[problem.fault], language).format(
        field=_named(problem.field, new, language), other=other
    )


def _named(field: str, new: wire.NewLateIncident, language: str) -> str:
    """A field as people read it, a unit's with the unit's code; a number is an incident's."""
    if field.isdigit():
        return words.said((f"{field} 号警情", f"incident {field}"), language)
    if not field.startswith("units."):
        return words.said(words.TIMES[field], language) if field else ""
    _, number, *name = field.split(".")
    said = [words.said(words.TIMES[each], language) for each in name]
    return " ".join([new.units[int(number)].unit, *said])


async def _add_units(work: Work, new: wire.NewLateIncident, units: Sequence[UUID]) -> None:
    lines: list[tuple[datetime, str, UUID, UUID, str | None]] = []
    rows: list[dict[str, Any]] = []
    for unit, each in zip(units, new.units, strict=True):
        id = uuid4()
        on = await unit_sql.on_duty_at(work.connection, unit=unit, at=each.assigned_at, skill=MEDICAL)
        between = {name: getattr(each, name) for name in BETWEEN}
        rows.append(
            {
                "id": id,
                "area": work.area.id,
                "incident": new.id,
                "unit": unit,
                "medical": on["skilled"],
                "people": on["people"],
                "assigned_at": each.assigned_at,
                "ended_at": each.cleared_at,
                "by": work.sender.seat.account,
                **between,
            }
        )
        times = {"assigned": each.assigned_at, **_steps(between), "clear": each.cleared_at}
        by = each.by or new.by
        lines += [(at, step, id, unit, by) for step, at in times.items() if at is not None]
        work.changed.assignments.add(id)
        work.changed.units.add(unit)
        if each.back_at_post:
            await _back_at_post(work, unit, each.cleared_at + _AFTER)
    await unit_sql.add_late_assignments(work.connection, rows)
    for at, step, id, unit, said_by in sorted(lines, key=lambda line: line[0]):
        _log(work, new.id, step, said_of(None, said_by), at=at, assignment=id, unit=unit)


_STEP_OF = {name: step.value for step, name in assignment.TIME_OF.items()}


def _steps(between: Mapping[str, datetime | None]) -> dict[str, datetime | None]:
    return {_STEP_OF[name]: at for name, at in between.items()}


_AFTER = timedelta(milliseconds=1)
"""Of two things known at one instant the place where it was sent would count."""


async def _back_at_post(work: Work, unit: UUID, at: datetime) -> None:
    await unit_sql.add_availability(
        work.connection,
        id=uuid4(),
        unit=unit,
        available=True,
        in_contact=True,
        at_post=True,
        reason=None,
        at=at,
        by=work.sender.seat.account,
    )


def _log(
    work: Work,
    incident: UUID,
    step: str,
    body: dict[str, Any],
    *,
    at: datetime,
    assignment: UUID | None = None,
    unit: UUID | None = None,
) -> None:
    log(work, incident, step, body, assignment=assignment, unit=unit, device_at=at, corrected_at=at, channel=LATE)
