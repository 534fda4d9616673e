"""Who should go to an incident: what it asks for, the decision stored with its inputs, and the advice made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import msgspec

from dispatch import refusal
from dispatch.decision import Decision, code_version, decide, demand
from dispatch.incident import Priority
from dispatch.run_card import Need, RunCard, Target, target
from dispatch.selection import Why
from dispatch.server import objects, wire
from dispatch.server.ground import Ways, known_to_m
from dispatch.server.locks import Incident
from dispatch.server.stages import stage
from dispatch.server.store import Area, incident_sql, place_sql, unit_rows
from dispatch.server.work import Work
from dispatch.unit import as_seen_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the decision must know of an incident: its run card, its place, and the units that are on it already or
    declined it, each with the reason it gave.

    The place is within ``accuracy_m`` of ``point`` (None: it is known), on the ``way`` of that code if one was named.
    """

    card: RunCard | None
    point: tuple[float, float] | None
    accuracy_m: float | None
    way: str | None
    outside_area: bool
    cell_target_s: int | None
    cell_target_source: str | None
    on_way: tuple[float, float] | None = None
    here: frozenset[UUID] = frozenset()
    declined: Mapping[UUID, str] = field(default_factory=dict)

    @property
    def patient(self) -> tuple[float, float] | None:
        """Where the patient is: on the way that was named, else at the point."""
        return self.on_way if self.way is not None and self.on_way is not None else self.point


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A stored decision, and the rows of the units that it weighed."""

    id: UUID
    decision: Decision
    rows: Sequence[Mapping[str, Any]]

    @property
    def chosen(self) -> tuple[UUID, ...]:
        return self.decision.choice.chosen


async def scene_of(work: Work, incident: UUID, type_id: UUID | None, priority: Priority | None) -> Scene:
    """The incident's scene, were it of that type and priority."""
    row = await incident_sql.scene(work.connection, incident=incident, type=type_id, priority=priority)
    return Scene(
        card=card_of(row),
        point=None if row["lon"] is None else (row["lon"], row["lat"]),
        accuracy_m=known_to_m(row["source"], row["accuracy_m"]),
        way=row["way"],
        on_way=None if row["way_lon"] is None else (row["way_lon"], row["way_lat"]),
        outside_area=bool(row["outside_area"]),
        cell_target_s=row["cell_target_s"],
        cell_target_source=row["cell_target_source"],
        here=frozenset(row["here"]),
        declined={UUID(unit): reason for unit, reason in row["declined"].items()},
    )


def card_of(row: Mapping[str, Any]) -> RunCard | None:
    """The run card in a row of a type and its card; None where the type has none."""
    if row["card"] is None:
        return None
    return RunCard(
        incident_type=row["type_code"],
        priority=None if row["card_priority"] is None else Priority(row["card_priority"]),
        target_s=row["target_s"],
        needs=msgspec.convert(row["needs"], type=tuple[Need, ...]),
        second_tier=msgspec.convert(row["second_tier"], type=tuple[Need, ...]),
        responders=tuple(row["responders"]),
        auto_assign=row["auto_assign"],
    )


def target_of(area: Area, scene: Scene) -> Target:
    return target(
        scene.card,
        cell_s=scene.cell_target_s,
        cell_source=scene.cell_target_source,
        area_s=area.target_s,
        area_code=area.code,
    )


async def advise(work: Work, incident: Incident, scene: Scene) -> Advice:
    """Weigh every unit and store the decision with all it rests on. Raises ``NotLocated``."""
    if scene.point is None:
        raise refusal.NotLocated
    with stage("units"):
        rows = await unit_rows(work.connection, work.area)
        ways = await work.ground.ways(work.connection, work.area)
    with stage("decide"):
        decision = weigh(work, incident, scene, rows, ways, here=scene.here)
    with stage("keep"):
        return Advice(id=await keep(work, incident, decision), decision=decision, rows=rows)


async def keep(work: Work, incident: Incident, decision: Decision) -> UUID:
    """Store the decision with all it rests on, under the id answered."""
    id = uuid4()
    await incident_sql.add_decision(
        work.connection,
        id=id,
        area=work.area.id,
        incident=incident.id,
        at=work.at,
        network_version=decision.inputs.network_version,
        code_version=code_version(),
        inputs=decision.inputs,
        result=decision.choice,
        by=work.sender.seat.account,
    )
    return id


def weigh(
    work: Work,
    incident: Incident,
    scene: Scene,
    rows: Sequence[Mapping[str, Any]],
    ways: Ways,
    *,
    here: frozenset[UUID] = frozenset(),
) -> Decision:
    """Who of the units in these rows should go, all times taken now; nothing is stored. Raises ``NotLocated``.

    The units ``here`` count as on the incident already; the others of it are timed like any.
    """
    if scene.point is None:
        raise refusal.NotLocated
    return decide(
        demand(scene.card, *scene.point, accuracy_m=scene.accuracy_m, way=scene.way),
        [as_seen_by(objects.unit_value(row), exercise=incident.exercise is not None) for row in rows],
        here=here,
        declined=scene.declined,
        network=ways.network,
        at=work.at,
        zone=work.area.zone,
        profile=ways.profile,
        closures=ways.closures,
    )


async def recommendation(work: Work, incident: Incident, scene: Scene, advice: Advice) -> wire.Recommendation:
    """The advice in the sender's language, with whom else to tell."""
    return objects.recommendation(
        advice.id,
        incident.id,
        advice.decision,
        rows=advice.rows,
        responders=await _to_tell(work, scene),
        target_s=incident.target_s,
        allowance_s=work.area.allowance_s,
        elapsed_s=(work.at - incident.reported_at).total_seconds(),
        code_version=code_version(),
        zone=work.area.zone,
        language=work.sender.language,
    )


async def _to_tell(work: Work, scene: Scene) -> list[wire.ToTell]:
    if scene.card is None or scene.point is None:
        return []
    lon, lat = scene.point
    rows = place_sql.responders_of_kinds(
        work.connection, area=work.area.id, kinds=list(scene.card.responders), day=work.area.day, lon=lon, lat=lat
    )
    return [wire.ToTell(**dict(row)) async for row in rows]


async def recommend(work: Work, incident: Incident) -> wire.Recommendation:
    """Who should go now: advice, for which nothing is locked and nobody has to wait."""
    scene = await scene_of(work, incident.id, incident.type, incident.priority)
    return await recommendation(work, incident, scene, await advise(work, incident, scene))


async def next_best(work: Work, incident: Incident, instead_of: UUID) -> wire.Offer | None:
    """Who would be sent were that unit not on the incident; None when nobody can be, or the place is not known."""
    scene = await scene_of(work, incident.id, incident.type, incident.priority)
    if scene.point is None:
        return None
    advice = await advise(work, incident, replace(scene, here=scene.here - {instead_of}))
    could = (each for each in advice.decision.choice.verdicts if each.chosen or each.why is Why.NOT_NEEDED)
    best = next(could, None)
    if best is None:
        return None
    eta_s = None if best.eta_s is None else round(best.eta_s, 1)
    return wire.Offer(unit=best.id, code=best.code, eta_s=eta_s, decision=advice.id, reason_code=best.why.value)


async def followed(work: Work, incident: UUID, named: UUID | None, fresh: Advice) -> tuple[UUID, frozenset[UUID]]:
    """The decision that an assignment follows, and the units it chose: the named one, else the one just made."""
    if named is None:
        return fresh.id, frozenset(fresh.chosen)
    row = await incident_sql.decision_of(work.connection, id=named, area=work.area.id)
    if row is None:
        raise refusal.UnknownCode(field="decision", what_zh="决策", what_en="decision", value=str(named))
    if row["incident"] != incident:
        raise refusal.OtherDecision(field="decision")
    return named, frozenset(UUID(each) for each in row["result"]["chosen"])
