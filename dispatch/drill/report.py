"""What a played script has met: counted from what the service itself answers, for one exercise."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import convert

from dispatch.drill.script import Expectation, Measure, Script
from dispatch.drill.stage import insist
from dispatch.figures import Population, Row
from dispatch.incident import Outcome, Priority
from dispatch.server import wire
from dispatch.terminal import Terminal
from geo.journey import LIFT_MODES

MOST_REPLAYS = 20


class Met(msgspec.Struct, frozen=True, kw_only=True):
    """An expectation and what came out; nothing that could be measured is not met."""

    measure: Measure
    value: float | None
    at_least: float | None
    at_most: float | None
    met: bool


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """``hours`` of the drill's own time from its beginning to when the last incident was closed, or it was broken off;
    ``pace`` how many times as fast it was played. ``alarms`` are counted by what was missing, the sounding ones again
    in ``sounding``.
    """

    name_zh: str
    name_en: str
    exercise: UUID
    pace: float
    desks: int
    hours: float
    calls: int
    refused: int
    incidents: int
    orders: int
    alarms: dict[str, int]
    sounding: int
    provenance: dict[str, int]
    measures: dict[str, float | None]
    met: list[Met]

    @property
    def all_met(self) -> bool:
        return all(each.met for each in self.met)


def expectation_met(expected: Expectation, value: float | None) -> Met:
    met = value is not None
    if value is not None and expected.at_least is not None:
        met = met and value >= expected.at_least
    if value is not None and expected.at_most is not None:
        met = met and value <= expected.at_most
    return Met(measure=expected.measure, value=value, at_least=expected.at_least, at_most=expected.at_most, met=met)


def measures(
    incidents: Sequence[wire.Incident],
    orders: Sequence[wire.Assignment],
    alarms: Sequence[wire.Alarm],
    circle: Row | None,
    replays: Sequence[bool],
    *,
    operator_hours: float,
) -> dict[Measure, float | None]:
    """Shares are of all incidents that were not called off; of none there is no share."""
    asked = [each for each in incidents if each.outcome not in (Outcome.CANCELLED, Outcome.TRANSFERRED)]
    urgent = [each for each in asked if each.priority in (Priority.P1, Priority.P2)]
    known = sum(each.clock.at_patient_at is not None for each in urgent)
    sounding = sum(each.sounds for each in alarms)
    lifts = {mode.value for mode in LIFT_MODES}
    return {
        Measure.ASSIGNED: _share(sum(each.clock.assigned_at is not None for each in asked), len(asked)),
        Measure.WITHIN_TARGET: None if circle is None else circle.share.value,
        Measure.RESPONSE_P50: None if circle is None else circle.response.p50.value,
        Measure.RESPONSE_P90: None if circle is None else circle.response.p90.value,
        Measure.T5_PRESENT: _share(known, len(urgent)),
        Measure.SOUNDING: sounding / operator_hours if operator_hours else None,
        Measure.LEFT_OPEN: float(sum(each.clock.closed_at is None for each in incidents)),
        Measure.LIFT_WAYS: float(sum(any(leg.mode in lifts for leg in order.legs) for order in orders)),
        Measure.REPLAYED_SAME: _share(sum(replays), len(replays)),
    }


def _share(of: int, n: int) -> float | None:
    return of / n if n else None


async def report(
    desk: Terminal,
    script: Script,
    exercise: UUID,
    *,
    pace: float,
    since: datetime,
    now: datetime,
    calls: int,
    refused: int,
) -> Report:
    """Asked from the seat of a supervisor, while the exercise has not been wound up."""
    incidents = [each for each in await _incidents(desk) if each.exercise == exercise]
    orders = [order for each in incidents for order in await _orders(desk, each)]
    alarms = [alarm for each in incidents for alarm in await _alarms(desk, each)]
    days = f"from={since.date() - timedelta(days=1)}&to={since.date() + timedelta(days=2)}"
    _, told = await insist(desk, "GET", f"/api/reports/response?exercise={exercise}&{days}")
    rows = convert(told["rows"], list[Row])
    circle = next((each for each in rows if (each.by, each.population) == ("all", Population.CIRCLE)), None)
    replays = await _replays(desk, orders)
    hours = (now - since).total_seconds() / 3600
    found = measures(incidents, orders, alarms, circle, replays, operator_hours=hours * script.desks)
    return Report(
        name_zh=script.name_zh,
        name_en=script.name_en,
        exercise=exercise,
        pace=pace,
        desks=script.desks,
        hours=round(hours, 2),
        calls=calls,
        refused=refused,
        incidents=len(incidents),
        orders=len(orders),
        alarms=dict(Counter(each.what.value for each in alarms).most_common()),
        sounding=sum(each.sounds for each in alarms),
        provenance={} if circle is None else circle.provenance,
        measures={each.value: None if value is None else round(value, 4) for each, value in found.items()},
        met=[expectation_met(each, found[each.measure]) for each in script.expect],
    )


async def _incidents(desk: Terminal) -> list[wire.Incident]:
    found: list[wire.Incident] = []
    before: str | None = None
    while True:
        page = "" if before is None else f"&before={before}"
        _, told = await insist(desk, "GET", f"/api/incidents?limit=200{page}")
        answer = convert(told, wire.Incidents)
        found += answer.items
        if answer.next is msgspec.UNSET:
            return found
        before = answer.next


async def _orders(desk: Terminal, of: wire.Incident) -> list[wire.Order]:
    """Those that the incident's timeline tells of."""
    _, told = await insist(desk, "GET", f"/api/incidents/{of.id}/timeline")
    sent = [each.assignment for each in convert(told, wire.Timeline).items if each.step == "assigned"]
    return [
        convert((await insist(desk, "GET", f"/api/assignments/{each}"))[1], wire.Order)
        for each in sent
        if each is not None
    ]


async def _alarms(desk: Terminal, of: wire.Incident) -> list[wire.Alarm]:
    _, told = await insist(desk, "GET", f"/api/alarms?standing=false&incident={of.id}&limit=500")
    return convert(told, wire.Alarms).items


async def _replays(desk: Terminal, orders: Sequence[wire.Order]) -> list[bool]:
    """Of as many decisions as there is patience for, spread over the drill: whether each is made again the same."""
    decisions = list(dict.fromkeys(each.decision for each in orders if each.decision is not None))
    chosen = decisions[:: max(1, len(decisions) // MOST_REPLAYS)]
    found: list[bool] = []
    for each in chosen:
        status, told = await insist(desk, "GET", f"/api/decisions/{each}/replay")
        found.append(status == 200 and bool(told["same"]))
    return found


def lines(told: Report) -> list[str]:
    """The report for a shell, in both languages."""

    def number(value: float | None) -> str:
        return "—" if value is None else f"{value:g}"

    def bounds(each: Met) -> str:
        parts = [f"≥ {each.at_least:g}"] if each.at_least is not None else []
        return ", ".join(parts + ([f"≤ {each.at_most:g}"] if each.at_most is not None else []))

    facts: dict[str, Any] = {
        "演练时长 hours": told.hours,
        "来电 calls": told.calls,
        "警情 incidents": told.incidents,
        "派警 orders": told.orders,
        "响铃告警 sounding alarms": told.sounding,
        "告警 alarms": ", ".join(f"{what} {count}" for what, count in told.alarms.items()) or "0",
        "T5 依据 how T5 is known": ", ".join(f"{how} {count}" for how, count in told.provenance.items()) or "—",
    }
    return [
        f"{told.name_zh} · {told.name_en} (×{told.pace:g}, {told.desks} 席 desks)",
        *(f"  {name}: {value}" for name, value in facts.items()),
        *(f"  {name}: {number(value)}" for name, value in told.measures.items()),
        *(
            f"  {'✓' if each.met else '✕'} {each.measure.value} {bounds(each)}: {number(each.value)}"
            for each in told.met
        ),
    ]
