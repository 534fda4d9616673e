"""Incidents whose clock is watched: how it stands, worked out again and again, told with the incident, warned of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from dispatch import outlook, selection
from dispatch.assignment import State as AssignmentState
from dispatch.chase import What
from dispatch.decision import Decision
from dispatch.incident import Priority
from dispatch.outlook import WATCHED, Could, Going, Outlook, State
from dispatch.preemption import may_take
from dispatch.selection import Why
from dispatch.server import choosing, wire
from dispatch.server.chasing import SERVICE, Chased, alarm_row, chased_of_incident, forget, is_watched
from dispatch.server.locks import Incident
from dispatch.server.store import chase_sql, unit_rows
from dispatch.server.work import Work, log
from dispatch.unit import PositionSource

FRESH = timedelta(minutes=3)
"""A crew's position that is older than this says less of when it arrives than the plan does."""

MOVED = timedelta(seconds=15)
"""An arrival that is foretold otherwise by less than this is not told anew."""

SLID = timedelta(seconds=60)
"""Nor is one of a crew that stands still, and so slides with the clock, before it has slid by this much."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The outlook, what it was worked out from, and by its units which incident has them and under which number."""

    outlook: Outlook
    decision: Decision
    holders: Mapping[UUID, int]


async def look(work: Work, incident: Incident) -> datetime | None:
    """How a locked incident stands: told where it is news, its alarm raised or ended; answers when to look again."""
    [row] = [each async for each in chase_sql.watched(work.connection, ids=[incident.id])]
    if not is_watched(row):
        await forget(work.connection, work.area, work.changed, incident.id)
        return None
    scene = await choosing.scene_of(work, incident.id, incident.type, incident.priority)
    if scene.point is None:
        return await _look_for_place(work, incident, row)
    rows = await unit_rows(work.connection, work.area)
    decision = choosing.weigh(work, incident, scene, rows, await work.ground.ways(work.connection, work.area))
    if incident.priority not in WATCHED or incident.target_s is None:
        return await _look_at_bereft(work, incident, row, decision, rows)
    before = None if row["outlook"] is None else msgspec.convert(row["outlook"], wire.Outlook)
    seen = Seen(
        outlook=outlook.outlook(
            deadline=incident.reported_at + timedelta(seconds=incident.target_s),
            going=await _going(work, incident, decision),
            could=_could(incident, decision, rows),
            was=None if before is None else before.state,
            at=work.at,
        ),
        decision=decision,
        holders=_holders(rows),
    )
    await _tell(work, incident, before, _told(seen, work.at))
    allowance = timedelta(seconds=work.area.allowance_s)
    warn_at = outlook.warn_at(seen.outlook, reported_at=incident.reported_at, allowance=allowance, at=work.at)
    await _warn(work, incident, seen, warn_at, row["standing"] or {})
    return min(each for each in (work.at + outlook.LOOK_EVERY, warn_at) if each is not None and each > work.at)


def _holders(rows: Sequence[Row]) -> Mapping[UUID, int]:
    return {each["incident"]: each["incident_number"] for each in rows if each["incident"] is not None}


async def _look_for_place(work: Work, incident: Incident, row: Row) -> datetime | None:
    """Its clock runs, and nobody can be sent before somebody has said where it is."""
    due_at = incident.reported_at + timedelta(seconds=work.area.allowance_s)
    what = What.NOT_LOCATED if due_at <= work.at else None
    await _without_outlook(work, incident, row)
    await _end_others(work, row["standing"] or {}, what)
    if what is None:
        return due_at
    if what not in (row["standing"] or {}):
        await _raise(work, incident, what, due_at, None, {})
    return None


async def _look_at_bereft(
    work: Work, incident: Incident, row: Row, decision: Decision, rows: Sequence[Row]
) -> datetime | None:
    """All who were sent have been called off or have declined, and nobody has been sent since."""
    due_at: datetime = row["bereft_at"] + timedelta(seconds=work.area.allowance_s)
    what = What.NOT_SENT if due_at <= work.at else None
    standing = row["standing"] or {}
    await _without_outlook(work, incident, row)
    await _end_others(work, standing, what)
    if what is None:
        return due_at
    could = min(_could(incident, decision, rows), key=lambda each: (each.eta_s, each.code), default=None)
    proposal = None if could is None else _proposal(could, _holders(rows))
    if what not in standing:
        offer = None if proposal is None else await _offer(work, incident, decision, proposal)
        await _raise(work, incident, what, due_at, offer, {})
    elif proposal is not None and standing[what]["unit"] != str(proposal.unit):
        await _offer_instead(work, standing[what], await _offer(work, incident, decision, proposal))
    return work.at + outlook.LOOK_EVERY


async def _without_outlook(work: Work, incident: Incident, row: Row) -> None:
    if row["outlook"] is not None:
        await chase_sql.set_outlook(work.connection, id=incident.id, outlook=None)
        work.changed.incidents.add(incident.id)


async def _going(work: Work, incident: Incident, decision: Decision) -> list[Going]:
    return [
        Going(
            unit=each.unit,
            code=each.unit_code,
            state=each.of.state,
            assigned_at=each.of.assigned_at,
            en_route_at=each.of.en_route_at,
            eta_s=each.of.eta_s,
            turnout_s=each.of.turnout_s,
            remaining_s=_remaining_s(each, decision, work.at),
        )
        for each in await chased_of_incident(work.connection, incident.id)
    ]


def _remaining_s(each: Chased, decision: Decision, at: datetime) -> float | None:
    """The rest of the way of a crew that is under way, where a fresh position tells of it."""
    seen = decision.seen(each.unit)
    fix = seen.position
    if each.of.state is not AssignmentState.EN_ROUTE or each.of.en_route_at is None or fix is None:
        return None
    told = fix.source in (PositionSource.DEVICE, PositionSource.RADIO)
    return seen.travel_s if told and fix.at >= each.of.en_route_at and at - fix.at <= FRESH else None


def _could(incident: Incident, decision: Decision, rows: Sequence[Row]) -> list[Could]:
    """The free units that would help, and those that a less urgent incident has and may be asked to give."""
    free = [
        Could(unit=each.id, code=each.code, eta_s=each.eta_s)
        for each in decision.choice.verdicts
        if (each.chosen or each.why is Why.NOT_NEEDED) and each.eta_s is not None
    ]
    return [*free, *(each for row in rows if (each := _taken(incident, decision, row)) is not None)]


def _taken(incident: Incident, decision: Decision, row: Row) -> Could | None:
    weighed = decision.seen(row["id"]).weighed
    if row["incident"] in (None, incident.id) or weighed.eta_s is None or row["exercise"] != incident.exercise:
        return None
    if row["assignment_state"] is None:  # gone by radio: nobody can call it off by an order
        return None
    theirs = None if row["incident_priority"] is None else Priority(row["incident_priority"])
    if not may_take(incident.priority, theirs, AssignmentState(row["assignment_state"])):
        return None
    if not selection.helps(decision.inputs.needs, weighed.people):
        return None
    return Could(unit=row["id"], code=row["code"], eta_s=weighed.eta_s, taken_from=row["incident"])


# --- telling ---


def _told(seen: Seen, at: datetime) -> wire.Outlook:
    of = seen.outlook
    return wire.Outlook(
        state=of.state,
        at=at,
        deadline=of.deadline,
        expected_at=None if of.first is None else of.first.at,
        expected_unit=None if of.first is None else of.first.code,
        source=None if of.first is None else of.first.source,
        best_at=of.best_at,
        proposed=None if of.proposed is None else _proposal(of.proposed, seen.holders),
    )


def _proposal(could: Could, holders: Mapping[UUID, int]) -> wire.Proposal:
    number = None if could.taken_from is None else holders[could.taken_from]
    return wire.Proposal(
        unit=could.unit,
        code=could.code,
        eta_s=round(could.eta_s, 1),
        taken_from=could.taken_from,
        taken_from_number=number,
    )


async def _tell(work: Work, incident: Incident, before: wire.Outlook | None, now: wire.Outlook) -> None:
    if before is not None and not _is_news(before, now):
        return
    await chase_sql.set_outlook(work.connection, id=incident.id, outlook=now)
    work.changed.incidents.add(incident.id)


def _is_news(before: wire.Outlook, now: wire.Outlook) -> bool:
    def gist(of: wire.Outlook) -> object:
        return (of.state, of.deadline, of.expected_unit, of.proposed and (of.proposed.unit, of.proposed.taken_from))

    if gist(before) != gist(now):
        return True
    passed = now.at - before.at
    expected = _moved(before.expected_at, now.expected_at, passed=passed, slid=SLID)
    return expected or _moved(before.best_at, now.best_at, passed=passed, slid=None)


def _moved(before: datetime | None, now: datetime | None, *, passed: timedelta, slid: timedelta | None) -> bool:
    """Whether an arrival is other than it was foretold, and by more than time alone has made of it.

    The arrival of who has not set out yet is always as long from now, and slides with the clock: that is no news, or,
    where the hour is told and not how long it takes, only once it has slid by ``slid``.
    """
    if before is None or now is None:
        return before is not now
    by = abs(now - before)
    return (by >= MOVED and abs(now - before - passed) >= MOVED) or (slid is not None and by >= slid)


# --- warning ---


async def _warn(
    work: Work, incident: Incident, seen: Seen, warn_at: datetime | None, standing: Mapping[str, Mapping[str, str]]
) -> None:
    """One alarm at most stands, and it names the unit that would mend it now."""
    of = seen.outlook
    what = None
    if warn_at is not None and warn_at <= work.at:
        what = What.LATE if of.state is State.LATE else What.NOT_SENT
    await _end_others(work, standing, what)
    if what is None or warn_at is None or of.proposed is None:
        return
    proposal = _proposal(of.proposed, seen.holders)
    if what not in standing:
        facts = {"deadline": of.deadline, "expected_at": None if of.first is None else of.first.at}
        await _raise(work, incident, what, warn_at, await _offer(work, incident, seen.decision, proposal), facts)
    elif standing[what]["unit"] != str(proposal.unit):
        await _offer_instead(work, standing[what], await _offer(work, incident, seen.decision, proposal))


async def _end_others(work: Work, standing: Mapping[str, Mapping[str, str]], what: What | None) -> None:
    for each, stands in standing.items():
        if each != what:
            await chase_sql.end_alarm(work.connection, id=UUID(stands["id"]), at=work.at, by="outlook")
            work.changed.alarms.add(UUID(stands["id"]))


async def _offer_instead(work: Work, stands: Mapping[str, str], offer: wire.Offer) -> None:
    await chase_sql.set_offer(work.connection, id=UUID(stands["id"]), offer=offer)
    work.changed.alarms.add(UUID(stands["id"]))


async def _offer(work: Work, incident: Incident, decision: Decision, proposal: wire.Proposal) -> wire.Offer:
    verdict = next(each for each in decision.choice.verdicts if each.id == proposal.unit)
    return wire.Offer(
        **msgspec.structs.asdict(proposal),
        decision=await choosing.keep(work, incident, decision),
        reason_code=verdict.why.value,
    )


async def _raise(
    work: Work, incident: Incident, what: What, due_at: datetime, offer: wire.Offer | None, facts: Mapping[str, Any]
) -> None:
    alarm = alarm_row(work.area, incident.id, what, exercise=incident.exercise, due_at=due_at, offer=offer)
    await chase_sql.raise_alarms(work.connection, [alarm])
    work.changed.alarms.add(alarm["id"])
    body = {"what": what, "due_at": due_at, **facts, "offer": None if offer is None else offer.code}
    log(work, incident.id, "chased", body, channel=SERVICE)
