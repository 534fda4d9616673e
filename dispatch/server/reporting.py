"""Reports become incidents: located, weighed and assigned as far as is known; later moved, retyped, ended, reopened."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec

from dispatch import clock, incident, refusal
from dispatch.incident import AssignPolicy, Outcome, Priority, Status, Step
from dispatch.run_card import RunCard
from dispatch.seat import About, Act, Seat
from dispatch.server import assigning, choosing, departing, duplicates, evacuating, wire
from dispatch.server.choosing import Scene
from dispatch.server.ground import Located, candidate, known_to_m
from dispatch.server.locks import Incident, lock_incident, lock_open_assignments
from dispatch.server.stages import stage
from dispatch.server.store import Present, about_incident, incident_sql, place_sql
from dispatch.server.work import Answer, Work, changes_orders, log, said_of
from dispatch.shadow import Mode
from sql.queries import listed

T = TypeVar("T")

OLDEST_REPORT = timedelta(days=7)
"""A report entered later than this is history, not an incident; its time is taken for a slip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A type of incident, at the priority that was said or else at its own, with the run card for it."""

    id: UUID
    code: str
    priority: Priority
    card: RunCard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a step makes of an incident, what the timeline says of it, and where the incident was found to be."""

    to: Incident
    said: Mapping[str, Any] = field(default_factory=dict)
    found: Located | None = None


# --- a report ---


async def report(
    work: Work,
    new: wire.NewIncident,
    *,
    report_id: UUID | None = None,
    moved: UUID | None = None,
    shadow: bool = False,
) -> Answer[wire.IncidentAnswer]:
    """A new incident from its first report, kept under the id given, or else from one that is ``moved`` to it.

    A seat bound to cells reports what is in them, and sends nobody. In an area that is in ``shadow``, as well as where
    it is asked for, nobody is commanded to it, now or later; an exercise is run as ever.
    """
    if new.assign is not None:
        work.sender.seat.must(Act.ASSIGN, field="assign")
    with stage("report"):
        shadow = new.exercise is None and (shadow or work.area.mode is Mode.SHADOW)
        made, scene, found = await _stored(work, new, report_id=report_id, moved=moved, shadow=shadow)
    phone = None if new.caller is None else new.caller.phone
    similar = await duplicates.possible(
        work,
        point=scene.patient,
        accuracy_m=None if found is None else found.accuracy_m,
        type_code=new.type,
        phone=phone,
        at=made.reported_at,
        exercise=made.exercise,
        but=made.id,
    )
    answer = await _weighed(work, made, scene, found)
    return lambda now: msgspec.structs.replace(answer(now), possible_duplicates=similar)


async def enter(work: Work, new: wire.NewIncident, *, reported_at: datetime, channel: str, by: str) -> Incident:
    """What is over already, with the time it was reported at; nobody is weighed for it, and when its place became known
    is not.
    """
    made, _, _ = await _stored(work, new, reported_at=reported_at, channel=channel, by=by)
    return made


async def _stored(
    work: Work,
    new: wire.NewIncident,
    *,
    report_id: UUID | None = None,
    moved: UUID | None = None,
    reported_at: datetime | None = None,
    channel: str | None = None,
    by: str | None = None,
    shadow: bool = False,
) -> tuple[Incident, Scene, Located | None]:
    """The incident with its first report and place, written down."""
    kind = None if new.type is None else await _kind(work, new.type, new.priority)
    exercise = None if new.exercise is None else await _exercise(work, new.exercise)
    found = None if new.location is None else await located(work, new.location)
    _must_be_in_reach(work.sender.seat, found)
    owner = await _kept_by(work, found) if new.keep else None
    scene = _first_scene(kind, found)
    made = replace(_made(work, new, kind, exercise, scene), owner=owner)
    if reported_at is not None:
        made = replace(made, reported_at=reported_at, located_at=None)
    if shadow:
        made = replace(made, shadow=True, assign=AssignPolicy.RECOMMEND)
    await incident_sql.add_incident(
        work.connection, area=work.area.id, received_at=work.at, by=work.sender.seat.account, **asdict(made)
    )
    if moved is None:
        first = await add_report(work, new, made.id, found, report_id=report_id or uuid4(), exercise=exercise)
    else:
        first = moved
        await incident_sql.move_report(work.connection, id=moved, incident=made.id)
        work.changed.reports_of.add(made.id)
    if found is not None:
        await _add_place(work, new.id, first, found)
    log(
        work,
        new.id,
        "received",
        {
            "type": new.type,
            "priority": made.priority,
            "location": None if found is None else found.given,
            **said_of(None, by),
        },
        device_at=new.reported_at or reported_at,
        corrected_at=made.reported_at,
        channel=channel or new.channel,
    )
    return made, scene, found


async def _kept_by(work: Work, found: Located | None) -> UUID:
    """The committee of the cell, for a seat of it. Raises ``Forbidden`` for any other seat."""
    code = None if found is None else found.cell_code
    rows = incident_sql.committees_of_cells(work.connection, area=work.area.id, cells=[] if code is None else [code])
    own = await _committees(work)
    for row in await listed(rows):
        if row["committee"] in own:
            kept: UUID = row["committee"]
            return kept
    raise refusal.Forbidden(field="keep", role=work.sender.seat.role)


def _must_be_in_reach(seat: Seat, found: Located | None) -> None:
    """Raises ``OutsideOwnCells`` and ``CellNotKnown``."""
    cell = None if found is None else found.cell_code
    if seat.may(Act.REPORT, About(area=seat.area, cell=cell)):
        return
    if found is None or cell is None:
        raise refusal.CellNotKnown(field="location")
    raise refusal.OutsideOwnCells(field="location", place=found.name_zh or found.words or cell, detail={"cell": cell})


def _first_scene(kind: Kind | None, found: Located | None) -> Scene:
    return Scene(
        card=None if kind is None else kind.card,
        point=None if found is None else found.point,
        accuracy_m=None if found is None else known_to_m(found.source, found.accuracy_m),
        way=None if found is None else found.way,
        on_way=None if found is None or found.snap is None else (found.snap.lon, found.snap.lat),
        outside_area=found is not None and found.outside_area,
        cell_target_s=None if found is None else found.cell_target_s,
        cell_target_source=None if found is None else found.cell_target_source,
    )


def _made(work: Work, new: wire.NewIncident, kind: Kind | None, exercise: UUID | None, scene: Scene) -> Incident:
    target = choosing.target_of(work.area, scene)
    return Incident(
        id=new.id,
        type=None if kind is None else kind.id,
        priority=new.priority if kind is None else kind.priority,
        status=Status.OPEN,
        outcome=None,
        duplicate_of=None,
        assign=incident.policy(new.assign, auto_assign=scene.card is not None and scene.card.auto_assign),
        exercise=exercise,
        reported_at=reported_at(work, new.reported_at),
        located_at=None if scene.point is None else work.at,
        closed_at=None,
        target_s=target.target_s,
        target_source=target.source,
    )


def reported_at(work: Work, said: datetime | None) -> datetime:
    """When a report was made, by a clock that may be wrong. Raises ``BadRequest`` for one of long ago."""
    moment = clock.corrected(said, device_now=work.sender.device_now, at=work.at)
    if said is not None and work.at - moment > OLDEST_REPORT:
        raise refusal.BadRequest(
            field="reported_at", fact=f"{said.isoformat()} is more than {OLDEST_REPORT.days} days ago"
        )
    return moment


async def _kind(work: Work, code: str, priority: Priority | None) -> Kind:
    row = await place_sql.type_with_card(work.connection, area=work.area.id, code=code, priority=priority)
    if row is None:
        raise refusal.UnknownCode(field="type", what_zh="警情类型", what_en="incident type", value=code)
    return Kind(id=row["id"], code=code, priority=Priority(row["priority"]), card=choosing.card_of(row))


async def _exercise(work: Work, exercise: UUID) -> UUID:
    row = await incident_sql.exercise_of(work.connection, id=exercise, area=work.area.id)
    if row is None:
        raise refusal.UnknownCode(field="exercise", what_zh="演练", what_en="exercise", value=str(exercise))
    if work.at < row["starts_at"] or (row["ends_at"] is not None and work.at >= row["ends_at"]):
        raise refusal.ExerciseMismatch(field="exercise", name=row["name"])
    return exercise


async def located(work: Work, location: wire.Location) -> Located:
    return await work.ground.locate(work.connection, work.area, location, "location")


async def add_report(
    work: Work, new: wire.NewIncident, of: UUID, found: Located | None, *, report_id: UUID, exercise: UUID | None
) -> UUID:
    """Who told what of the incident, when and how; returns the id it is kept under."""
    caller = new.caller or wire.Caller()
    await incident_sql.add_report(
        work.connection,
        id=report_id,
        area=work.area.id,
        incident=of,
        exercise=exercise,
        channel=new.channel,
        caller_name=caller.name,
        caller_phone=caller.phone,
        caller_language=caller.language,
        note=new.note,
        location_given=None if found is None else found.given,
        device_at=new.reported_at,
        received_at=work.at,
        by=work.sender.seat.account,
    )
    work.changed.reports_of.add(of)
    return report_id


async def _add_place(work: Work, incident_id: UUID, report_id: UUID | None, found: Located) -> None:
    """The incident's current place; it must have no other."""
    lon, lat = found.point or (None, None)
    original_lon, original_lat = found.original or (None, None)
    snap = found.snap
    await incident_sql.add_place(
        work.connection,
        area=work.area.id,
        incident=incident_id,
        report=report_id,
        source=found.source,
        given=found.given,
        datum=found.datum,
        original_lon=original_lon,
        original_lat=original_lat,
        lon=lon,
        lat=lat,
        accuracy_m=found.accuracy_m,
        words=found.words,
        name_zh=found.name_zh,
        name_en=found.name_en,
        cell=found.cell,
        outside_area=found.outside_area,
        edge=None if snap is None else snap.edge,
        offset_m=None if snap is None else snap.offset_m,
        snapped_lon=None if snap is None else snap.lon,
        snapped_lat=None if snap is None else snap.lat,
        snap_distance_m=None if snap is None else snap.distance_m,
        alternatives=[msgspec.to_builtins(each) for each in found.alternatives],
        at=work.at,
        by=work.sender.seat.account,
    )


# --- steps ---


def act_of(step: Step, seat: Seat) -> Act:
    """What a step of an incident asks leave for; of a seat that runs none but its own, the leave to do that."""
    if step is Step.NOTE:
        return Act.NOTE
    own = step in incident.OWNERS_STEPS and seat.scope(Act.RUN_INCIDENT) is None
    return Act.RUN_OWN_INCIDENT if own else Act.RUN_INCIDENT


async def step(work: Work, incident_id: UUID, taken: wire.IncidentStep) -> Answer[wire.IncidentAnswer]:
    """Locate, retype, change the priority, note, confirm, close, cancel or reopen."""
    seat = work.sender.seat
    act = act_of(taken.step, seat)
    before = await lock_incident(work, incident_id)
    seat.must(act, await about_incident(work.connection, seat, act, incident_id))
    if act is Act.RUN_OWN_INCIDENT and before.owner not in await _committees(work):
        raise refusal.NotOwner
    change = await _change(work, replace(before, status=_after(before.status, taken.step)), taken)
    to, scene = change.to, None
    if taken.step in incident.WEIGHED_AGAIN:
        scene = await choosing.scene_of(work, to.id, to.type, to.priority)
        target = choosing.target_of(work.area, scene)
        to = replace(to, target_s=target.target_s, target_source=target.source)
    await incident_sql.change_incident(work.connection, **asdict(to))
    if taken.step is Step.LOCATE and to.located_at is not None:
        await evacuating.replan(work, to)
    if to.status is not before.status:
        await departing.touch_gone(work, to)
    await changes_orders(work, to.id)
    log(
        work,
        to.id,
        taken.step.value,
        {**said_of(taken.note, taken.by), **change.said},
        device_at=taken.device_at,
        corrected_at=clock.corrected(taken.device_at, device_now=work.sender.device_now, at=work.at),
        channel=taken.channel or "console",
    )
    return await _weighed(work, to, scene, change.found)


async def _change(work: Work, to: Incident, taken: wire.IncidentStep) -> Change:
    """The step's own doing; ``to`` has the status after it."""
    match taken.step:
        case Step.LOCATE:
            return await _locate(work, to, _needed(taken, "location", taken.location))
        case Step.RETYPE:
            kind = await _kind(work, _needed(taken, "type", taken.type), taken.priority)
            retyped = replace(to, type=kind.id, priority=kind.priority)
            return Change(to=retyped, said={"type": kind.code, "priority": kind.priority})
        case Step.TRANSFER:
            return await _transfer(work, to, _needed(taken, "owner", taken.owner))
        case Step.CLOSE | Step.CANCEL:
            return await _end(work, to, taken)
        case Step.REOPEN:
            return Change(to=replace(to, outcome=None, closed_at=None, duplicate_of=None, transferred_to=None))
        case Step.PRIORITY | Step.CONFIRM | Step.NOTE:
            return _noted(work, to, taken)


def _noted(work: Work, to: Incident, taken: wire.IncidentStep) -> Change:
    """Something more is known of it now."""
    if taken.step is Step.PRIORITY:
        priority = _needed(taken, "priority", taken.priority)
        return Change(to=replace(to, priority=priority), said={"priority": priority})
    if taken.step is Step.CONFIRM:
        return Change(to=replace(to, confirmed_at=to.confirmed_at or work.at))
    return Change(to=to, said={"note": _needed(taken, "note", taken.note)})


async def _locate(work: Work, to: Incident, location: wire.Location) -> Change:
    """The new current place; the ones before it stay as what was once believed."""
    found = await located(work, location)
    before = await incident_sql.retire_place(work.connection, incident=to.id)
    work.changed.moved[to.id] = None if before is None else before["cell"]
    await _add_place(work, to.id, None, found)
    located_at = to.located_at or (None if found.point is None else work.at)
    return Change(to=replace(to, located_at=located_at), said={"location": found.given}, found=found)


async def _transfer(work: Work, to: Incident, owner: str) -> Change:
    """It goes to a committee, or back to the command centre; one has it in hand, and everybody sees who."""
    new = (
        None
        if owner == incident.CENTRE
        else await incident_sql.committee_named(work.connection, area=work.area.id, code=owner)
    )
    if new is None and owner != incident.CENTRE:
        raise refusal.UnknownCode(field="owner", what_zh="管委会", what_en="committee", value=owner)
    if new == to.owner:
        raise refusal.OwnedAlready(field="owner", owner=owner)
    return Change(to=replace(to, owner=new), said={"owner": owner})


async def _committees(work: Work) -> set[UUID]:
    """The committees whose cells the seat is bound to."""
    return await departing.committees(work.connection, work.area.id, work.sender.seat.cells)


async def _end(work: Work, to: Incident, taken: wire.IncidentStep) -> Change:
    out = await lock_open_assignments(work, to.id)
    if out and not work.sender.seat.may(Act.RUN_INCIDENT):  # a committee calls nobody off
        raise refusal.UnitsStillOut(units=", ".join(each.unit_code for each in out))
    try:
        reason = incident.call_off(taken.step, taken.outcome, [each.unit_code for each in out])
    except incident.UnitsStillOut as error:
        raise refusal.UnitsStillOut(units=", ".join(error.units), detail={"units": error.units}) from error
    await assigning.call_off(work, out, reason)
    outcome = incident.outcome(taken.step, taken.outcome)
    other = await _repeated(work, to, taken) if taken.outcome is Outcome.DUPLICATE_OF else None
    given_to = _needed(taken, "to", taken.to) if taken.outcome is Outcome.TRANSFERRED else None
    return Change(
        to=replace(to, outcome=outcome, closed_at=work.at, duplicate_of=other, transferred_to=given_to),
        said={"outcome": outcome, "duplicate_of": other, "to": given_to},
    )


async def _repeated(work: Work, to: Incident, taken: wire.IncidentStep) -> UUID:
    """The incident that a duplicate repeats: another, and none that is itself a repeat, so that nothing is lost in a
    ring. Its clock runs from the first word of either. For who holds the area's lock.
    """
    other = _needed(taken, "duplicate_of", taken.duplicate_of)
    if other == to.id:
        raise refusal.SameIncident(field="duplicate_of")
    known = await incident_sql.repeat_in_area(work.connection, id=other, area=work.area.id)
    if known is None:
        raise refusal.UnknownCode(field="duplicate_of", what_zh="警情", what_en="incident", value=str(other))
    if known["repeats"] is not None:
        raise refusal.RepeatsAnother(field="duplicate_of", number=known["repeats"])
    if await incident_sql.began_earlier(work.connection, id=other, reported_at=to.reported_at) is not None:
        number = await incident_sql.number_of(work.connection, id=to.id)
        log(work, other, "began_earlier", {"number": number, "reported_at": to.reported_at})
        await changes_orders(work, other)
    return other


def _needed(taken: wire.IncidentStep, name: str, value: T | None) -> T:
    if value is None:
        raise refusal.Missing(field=name, step=taken.step.value, name=name)
    return value


def _after(status: Status, by: Step) -> Status:
    try:
        return incident.after(status, by)
    except incident.IllegalStep as error:
        raise refusal.IllegalStep(
            state=status.value, step=by.value, detail={"state": status.value, "step": by.value}
        ) from error


# --- the answer ---


async def _weighed(work: Work, to: Incident, scene: Scene | None, found: Located | None) -> Answer[wire.IncidentAnswer]:
    """The incident's answer: recommended for, or assigned to, where there is a scene to weigh."""
    recommendation: wire.Recommendation | None = None
    sent: frozenset[UUID] = frozenset()
    chooses, sends = work.sender.seat.may(Act.ASSIGN), to.assign is AssignPolicy.AUTO and not to.shadow
    if scene is not None and to.located_at is not None and (chooses or sends or to.shadow):
        advice = await choosing.advise(work, to, scene)
        if chooses:
            with stage("explain"):
                recommendation = await choosing.recommendation(work, to, scene, advice)
        if sends and not scene.outside_area:
            with stage("assign"):
                sent = await assigning.send_chosen(work, to, advice)

    def answer(now: Present) -> wire.IncidentAnswer:
        return wire.IncidentAnswer(
            **msgspec.structs.asdict(now.incidents[to.id]),
            place_candidates=[] if found is None else [candidate(each) for each in found.candidates],
            recommendation=recommendation,
            assignments=[each for each in now.assignments.values() if each.id in sent],
        )

    return answer
