"""The incidents that wait for somebody, in their order, each with the unit that suits all of them best."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from dispatch.matching import Match, Waiting, match, queue
from dispatch.selection import Why
from dispatch.server import choosing, wire
from dispatch.server.ground import Ways
from dispatch.server.locks import Incident, see_incident
from dispatch.server.store import chase_sql, unit_rows
from dispatch.server.work import Work
from sql.queries import listed

MOST = 40
"""So many of the most pressing are matched; what comes behind them is not looked at until they have been helped."""


async def waiting(work: Work) -> wire.Queue:
    """Who waits, matched with the free units together: real incidents, then each exercise among its own.

    Nothing is locked and nothing stored; who is sent is decided when it is.
    """
    listing = await listed(chase_sql.waiting_incidents(work.connection, area=work.area.id, most=MOST))
    incidents = [await see_incident(work, row["id"]) for row in listing]
    rows = await unit_rows(work.connection, work.area)
    ways = await work.ground.ways(work.connection, work.area)
    numbers = {row["id"]: row["number"] for row in listing}
    codes = {row["id"]: row["code"] for row in rows}
    items: list[wire.Queued] = []
    for exercise in sorted({each.exercise for each in incidents}, key=lambda each: (each is not None, str(each))):
        group = [each for each in incidents if each.exercise == exercise]
        cases = [await _case(work, each, numbers[each.id], rows, ways) for each in group]
        matches = {each.incident: each for each in match(cases)}
        items += [_queued(each, matches.get(each.id), codes, exercise) for each in queue(cases)]
    return wire.Queue(at=work.at, items=items)


async def _case(work: Work, of: Incident, number: int, rows: Sequence[Mapping[str, Any]], ways: Ways) -> Waiting:
    left_s = None
    if of.target_s is not None:
        left_s = (of.reported_at + timedelta(seconds=of.target_s) - work.at).total_seconds()
    scene = await choosing.scene_of(work, of.id, of.type, of.priority)
    etas: dict[UUID, float] = {}
    if scene.point is not None:
        choice = choosing.weigh(work, of, scene, rows, ways).choice
        etas = {
            each.id: each.eta_s
            for each in choice.verdicts
            if (each.chosen or each.why is Why.NOT_NEEDED) and each.eta_s is not None
        }
    return Waiting(id=of.id, number=number, priority=of.priority, left_s=left_s, eta_s=etas)


def _queued(of: Waiting, found: Match | None, codes: Mapping[UUID, str], exercise: UUID | None) -> wire.Queued:
    proposed, soonest = None, min(of.eta_s.values(), default=None)
    if found is not None:
        proposed = wire.Proposal(unit=found.unit, code=codes[found.unit], eta_s=round(found.eta_s, 1))
    return wire.Queued(
        incident=of.id,
        incident_number=of.number,
        priority=of.priority,
        exercise=exercise,
        left_s=None if of.left_s is None else round(of.left_s, 1),
        proposed=proposed,
        in_time=None if found is None else found.in_time,
        reason=_reason(found, soonest, of),
    )


def _reason(found: Match | None, soonest_s: float | None, of: Waiting) -> wire.QueueReason:
    """Why this unit, or none: the nearest, one that leaves the nearest to another, nobody left, nobody at all."""
    if found is not None:
        return "nearest" if found.eta_s == soonest_s else "leaves_the_nearest_to_another"
    return "others_go_first" if of.eta_s else "nobody_can_come"
