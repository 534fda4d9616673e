"""The desk: every change of incidents, assignments and units, each one transaction: lock, decide, save, tell."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

import asyncpg
import msgspec

from dispatch import assignment, clock, incident, refusal
from dispatch.decision import Decision, Demand, code_version, decide
from dispatch.run_card import Need
from dispatch.seat import Act, Role, Seat
from dispatch.selection import MEDICAL, Verdict
from dispatch.server import objects, wire
from dispatch.server.ground import Ground, Located, candidate
from dispatch.server.store import (
    Area,
    Changed,
    Connection,
    area_now,
    area_of,
    assignments,
    emit,
    incident_sql,
    incidents,
    orders,
    place_sql,
    transaction,
    unit_rows,
    unit_sql,
    units,
)
from geo.coordinates import Datum, to_wgs84
from sql.queries import listed

A = TypeVar("A", bound=msgspec.Struct)
Wake = Callable[[Sequence[str]], Awaitable[None]]

OLDEST_REPORT = timedelta(days=7)
"""A report entered later than this is history, not an incident; its time is taken for a slip."""

MOST_TRIES = 4

WITHOUT_A_TYPE = (Need(people=2, capabilities=frozenset({"FA"})),)
"""What is sent while nobody knows what happened: two first aiders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who asks, from where, in which language, and what their device's clock shows as they send."""

    seat: Seat
    address: str | None = None
    device_now: datetime | None = None
    language: str = "zh"


@dataclass(slots=True, kw_only=True)
class Work:
    """One transaction of the desk: its connection, its instant, and what it has changed so far."""

    connection: Connection
    sender: Sender
    area: Area
    changed: Changed = field(default_factory=Changed)

    @property
    def at(self) -> datetime:
        return self.area.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Generic[A]):
    """A request that is to be carried out once, whatever the network does: its id, what it is about, its body."""

    sender: Sender
    id: UUID
    what: str
    body: msgspec.Struct
    kind: type[A]

    @property
    def body_hash(self) -> bytes:
        return hashlib.sha256(msgspec.json.encode(self.body)).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Generic[A]):
    """An answer, and whether the same request had been answered before."""

    answer: A
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The run card that counts for an incident, or what stands in for one."""

    exists: bool
    target_s: int | None
    needs: tuple[Need, ...]
    second_tier: tuple[Need, ...]
    responders: tuple[str, ...]
    auto_assign: bool


NO_CARD = Card(exists=False, target_s=None, needs=WITHOUT_A_TYPE, second_tier=(), responders=(), auto_assign=False)


class Desk:
    """All that the service changes; ``wake`` tells the feed which streams have new events, after the commit."""

    def __init__(self, pool: asyncpg.Pool, wake: Wake, ground: Ground) -> None:
        self._pool = pool
        self._wake = wake
        self._ground = ground

    # --- what may be asked ---

    async def report(self, sender: Sender, new: wire.NewIncident) -> Done[wire.IncidentAnswer]:
        """A new incident from its first report; located, weighed and assigned as far as is known and wished."""
        self._must(sender, Act.REPORT)
        ask = Ask(sender=sender, id=new.id, what="incident", body=new, kind=wire.IncidentAnswer)
        return await self._once(ask, lambda work: self._report(work, new))

    async def step_incident(
        self, sender: Sender, incident_id: UUID, step: wire.IncidentStep
    ) -> Done[wire.IncidentAnswer]:
        """Locate, retype, change the priority, note, close, cancel or reopen."""
        self._must(sender, Act.RUN_INCIDENT)
        what = f"incident/{incident_id}/{step.step}"
        ask = Ask(sender=sender, id=step.id, what=what, body=step, kind=wire.IncidentAnswer)
        return await self._once(ask, lambda work: self._step_incident(work, incident_id, step))

    async def recommendation(self, sender: Sender, incident_id: UUID) -> wire.Recommendation:
        """Who should go now; the decision is stored with its inputs, so that it can be followed and replayed."""
        self._must(sender, Act.ASSIGN)
        async with transaction(self._pool) as connection:
            work = Work(connection=connection, sender=sender, area=await self._lock_area(connection, sender))
            row = await self._lock_incident(work, incident_id)
            recommendation, _ = await self._decide(work, row)
            return recommendation

    async def assign(self, sender: Sender, incident_id: UUID, new: wire.NewAssignment) -> Done[wire.Order]:
        """Send a unit. Raises ``UnitAlreadyAssigned`` with who has it, ``ReasonRequired`` for another than advised."""
        self._must(sender, Act.ASSIGN)
        what = f"incident/{incident_id}/assign"
        ask = Ask(sender=sender, id=new.id, what=what, body=new, kind=wire.Order)
        try:
            return await self._once(ask, lambda work: self._assign(work, incident_id, new))
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name != "one_open_assignment_per_unit":
                raise
            raise await self._already_assigned(sender, new.unit) from error

    async def step_assignment(self, sender: Sender, assignment_id: UUID, step: wire.AssignmentStep) -> Done[wire.Order]:
        """A step by the crew itself, or by an operator who heard it on the radio."""
        own = sender.seat.role is Role.CREW
        self._must(sender, Act.STEP_OWN_ASSIGNMENT if own else Act.STEP_ANY_ASSIGNMENT)
        what = f"assignment/{assignment_id}/{step.step}"
        ask = Ask(sender=sender, id=step.id, what=what, body=step, kind=wire.Order)
        return await self._once(ask, lambda work: self._step_assignment(work, assignment_id, step), decides=False)

    async def delivered(self, seat: Seat, seq: int) -> None:
        """The crew's device has stored its unit's stream up to ``seq``: orders in it are delivered."""
        if seat.unit is None:
            return
        async with self._pool.acquire() as connection:
            if not await unit_sql.undelivered(connection, unit=seat.unit):
                return
        sender = Sender(seat=seat)
        async with transaction(self._pool) as connection:
            work = Work(connection=connection, sender=sender, area=await area_now(connection, seat.area))
            await listed(unit_sql.lock_incidents_of_unit(connection, unit=seat.unit))
            async for row in unit_sql.deliver(connection, unit=seat.unit, seq=seq, at=work.at):
                work.changed.assignments.add(row["id"])
                work.changed.incidents.add(row["incident"])
                await self._log(
                    work, row["incident"], "delivered", {}, assignment_id=row["id"], unit=seat.unit, channel="device"
                )
                await incident_sql.touch_incident(connection, id=row["incident"])
            streams = await emit(connection, work.area, work.changed)
        await self._wake(streams)

    async def add_positions(self, sender: Sender, unit: str, positions: Sequence[wire.NewPosition]) -> wire.Stored:
        """Positions from a phone or, through an operator, from the radio; kept with their datum."""
        async with transaction(self._pool) as connection:
            area = await area_now(connection, sender.seat.area)
            unit_id, _ = await self._unit(connection, sender, unit, Act.PLACE_OWN_UNIT, Act.PLACE_ANY_UNIT)
            for number, each in enumerate(positions):
                lon, lat = to_wgs84(each.lon, each.lat, Datum(each.datum))
                if each.source == "radio" and sender.seat.role is Role.CREW:
                    raise refusal.Forbidden(field=f"[{number}].source", role=sender.seat.role)
                await unit_sql.add_position(
                    connection,
                    unit=unit_id,
                    lon=lon,
                    lat=lat,
                    accuracy_m=each.accuracy_m,
                    source=each.source,
                    datum=each.datum,
                    original_lon=each.lon,
                    original_lat=each.lat,
                    device_at=clock.corrected(each.device_at, device_now=sender.device_now, at=area.at),
                    at=area.at,
                    by=sender.seat.account,
                )
        return wire.Stored(stored=len(positions))

    async def set_availability(self, sender: Sender, unit: str, new: wire.NewAvailability) -> Done[wire.Unit]:
        """Sign a unit on or off, in or out of contact, or back at its post."""
        async with self._pool.acquire() as connection:
            unit_id, _ = await self._unit(connection, sender, unit, Act.PLACE_OWN_UNIT, Act.PLACE_ANY_UNIT)

        async def act(work: Work) -> wire.Unit:
            await unit_sql.add_availability(
                work.connection,
                id=new.id,
                unit=unit_id,
                available=new.available,
                in_contact=new.in_contact,
                at_post=new.at_post,
                reason=new.reason,
                at=work.at,
                by=sender.seat.account,
            )
            await unit_sql.touch_unit(work.connection, id=unit_id)
            work.changed.units.add(unit_id)
            (now,) = await units(work.connection, work.area, [unit_id])
            return now

        what = f"unit/{unit_id}/availability"
        return await self._once(Ask(sender=sender, id=new.id, what=what, body=new, kind=wire.Unit), act, decides=False)

    async def begin_exercise(self, sender: Sender, new: wire.NewExercise) -> Done[wire.Exercise]:
        """A drill: what carries its id pages nobody real and counts in no statistic."""
        self._must(sender, Act.RUN_EXERCISE)

        async def act(work: Work) -> wire.Exercise:
            exercise = wire.Exercise(id=new.id, name=new.name, starts_at=new.starts_at or work.at, ends_at=new.ends_at)
            await incident_sql.add_exercise(
                work.connection,
                id=exercise.id,
                area=work.area.id,
                name=exercise.name,
                starts_at=exercise.starts_at,
                ends_at=exercise.ends_at,
                by=sender.seat.account,
            )
            return exercise

        ask = Ask(sender=sender, id=new.id, what="exercise", body=new, kind=wire.Exercise)
        return await self._once(ask, act, decides=False)

    async def turn_rosters(self, area_id: UUID, since: datetime) -> datetime:
        """Tell the feed of units whose duty began or ended since then; returns the instant now told."""
        async with transaction(self._pool) as connection:
            area = await area_now(connection, area_id)
            changed = Changed()
            async for row in unit_sql.units_turning(connection, area=area_id, since=since, at=area.at):
                await unit_sql.touch_unit(connection, id=row["unit"])
                changed.units.add(row["unit"])
            streams = await emit(connection, area, changed)
        await self._wake(streams)
        return area.at

    # --- one transaction, once per id ---

    async def _once(self, ask: Ask[A], act: Callable[[Work], Awaitable[A]], *, decides: bool = True) -> Done[A]:
        """Do it, or answer as before: the same id and body get the same answer, another body is refused.

        What ``decides`` who goes takes the area's lock; a step of one assignment locks only its incident. A deadlock
        or a serialisation failure is the database's word that nothing was done: the whole of it is tried again.
        """
        for _ in range(MOST_TRIES - 1):
            with suppress(asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
                return await self._try_once(ask, act, decides)
        return await self._try_once(ask, act, decides)

    async def _try_once(self, ask: Ask[A], act: Callable[[Work], Awaitable[A]], decides: bool) -> Done[A]:
        seat = ask.sender.seat
        async with transaction(self._pool) as connection:
            fresh = await incident_sql.begin_request(
                connection, id=ask.id, area=seat.area, by=seat.account, what=ask.what, body_hash=ask.body_hash
            )
            if fresh is None:
                return await self._answered(connection, ask)
            read = incident_sql.lock_area if decides else incident_sql.area_now
            work = Work(connection=connection, sender=ask.sender, area=area_of(await read(connection, area=seat.area)))
            answer = await act(work)
            await incident_sql.keep_answer(connection, id=ask.id, answer=answer)
            streams = await emit(connection, work.area, work.changed)
        await self._wake(streams)
        return Done(answer=answer, again=False)

    async def _answered(self, connection: Connection, ask: Ask[A]) -> Done[A]:
        before = await incident_sql.request_answer(connection, id=ask.id, area=ask.sender.seat.area)
        if before is None or before["what"] != ask.what or before["body_hash"] != ask.body_hash:
            raise refusal.IdReused(field="id", id=ask.id)
        return Done(answer=msgspec.convert(before["answer"], ask.kind), again=True)

    async def _lock_area(self, connection: Connection, sender: Sender) -> Area:
        return area_of(await incident_sql.lock_area(connection, area=sender.seat.area))

    def _must(self, sender: Sender, act: Act) -> None:
        if not sender.seat.may(act):
            raise refusal.Forbidden(role=sender.seat.role)

    # --- incidents ---

    async def _report(self, work: Work, new: wire.NewIncident) -> wire.IncidentAnswer:
        connection, area, seat = work.connection, work.area, work.sender.seat
        kind = await self._type(work, new.type)
        exercise = await self._exercise(work, new.exercise)
        found = await self._locate(work, new.location)
        priority = new.priority or (None if kind is None else kind["priority"])
        card = await self._card(work, kind, priority)
        assign = new.assign or (incident.AssignPolicy.AUTO if card.auto_assign else incident.AssignPolicy.RECOMMEND)
        target_s, target_source = _target(area, kind, card, found)
        reported_at = self._reported_at(work, new.reported_at)
        await incident_sql.add_incident(
            connection,
            id=new.id,
            area=area.id,
            number=await incident_sql.next_number(connection, area=area.id),
            type=None if kind is None else kind["id"],
            priority=priority,
            exercise=exercise,
            assign=assign.value,
            reported_at=reported_at,
            received_at=area.at,
            located_at=area.at if found is not None and found.point is not None else None,
            target_s=target_s,
            target_source=target_source,
            by=seat.account,
        )
        report_id = uuid4()
        caller = new.caller or wire.Caller()
        await incident_sql.add_report(
            connection,
            id=report_id,
            area=area.id,
            incident=new.id,
            exercise=exercise,
            channel=new.channel,
            caller_name=caller.name,
            caller_phone=caller.phone,
            caller_language=caller.language,
            note=new.note,
            location_given=None if found is None else found.given,
            device_at=new.reported_at,
            received_at=area.at,
            by=seat.account,
        )
        if found is not None:
            await self._put_place(work, new.id, report_id, found)
        await self._log(
            work,
            new.id,
            "received",
            {"type": new.type, "priority": priority, "location": None if found is None else found.given},
            device_at=new.reported_at,
            corrected_at=reported_at,
            channel=new.channel,
        )
        work.changed.incidents.add(new.id)
        work.changed.reports_of.add(new.id)
        return await self._incident_answer(work, new.id, found, decide_now=True)

    def _reported_at(self, work: Work, said: datetime | None) -> datetime:
        if said is not None and work.at - said > OLDEST_REPORT:
            raise refusal.BadRequest(
                field="reported_at", fact=f"{said.isoformat()} is more than {OLDEST_REPORT.days} days ago"
            )
        return clock.corrected(said, device_now=work.sender.device_now, at=work.at)

    async def _type(self, work: Work, code: str | None) -> asyncpg.Record | None:
        if code is None:
            return None
        row: asyncpg.Record | None = await place_sql.type_named(work.connection, area=work.area.id, code=code)
        if row is None:
            raise refusal.UnknownCode(field="type", what_zh="警情类型", what_en="incident type", value=code)
        return row

    async def _exercise(self, work: Work, exercise: UUID | None) -> UUID | None:
        if exercise is None:
            return None
        row = await incident_sql.exercise_of(work.connection, id=exercise, area=work.area.id)
        if row is None:
            raise refusal.UnknownCode(field="exercise", what_zh="演练", what_en="exercise", value=str(exercise))
        if work.at < row["starts_at"] or (row["ends_at"] is not None and work.at >= row["ends_at"]):
            raise refusal.ExerciseMismatch(field="exercise", name=row["name"])
        return exercise

    async def _locate(self, work: Work, location: wire.Location | None) -> Located | None:
        if location is None:
            return None
        return await self._ground.locate(work.connection, work.area, location, "location")

    async def _card(self, work: Work, kind: asyncpg.Record | None, priority: str | None) -> Card:
        if kind is None:
            return NO_CARD
        row = await place_sql.run_card_of(work.connection, type=kind["id"], priority=priority)
        if row is None:
            return NO_CARD
        return Card(
            exists=True,
            target_s=row["target_s"],
            needs=msgspec.convert(row["needs"], tuple[Need, ...]),
            second_tier=msgspec.convert(row["second_tier"], tuple[Need, ...]),
            responders=tuple(row["responders"]),
            auto_assign=row["auto_assign"],
        )

    async def _put_place(self, work: Work, incident_id: UUID, report: UUID | None, found: Located) -> None:
        """The new current place; the ones before it stay as what was once believed."""
        await incident_sql.retire_places(work.connection, incident=incident_id)
        lon, lat = found.point or (None, None)
        original_lon, original_lat = found.original or (None, None)
        snap = found.snap
        await incident_sql.add_place(
            work.connection,
            area=work.area.id,
            incident=incident_id,
            report=report,
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

    async def _incident_answer(
        self, work: Work, incident_id: UUID, found: Located | None, *, decide_now: bool
    ) -> wire.IncidentAnswer:
        """The incident as it is now; recommended for, or assigned to, where the location allows it."""
        recommendation: wire.Recommendation | None = None
        sent: list[UUID] = []
        row = await self._lock_incident(work, incident_id)
        if decide_now and row["located_at"] is not None and row["status"] == incident.Status.OPEN:
            recommendation, decision = await self._decide(work, row)
            outside = found is not None and found.outside_area
            if row["assign"] == incident.AssignPolicy.AUTO and not outside:
                sent = await self._assign_chosen(work, row, recommendation.decision, decision)
        (now,) = await incidents(work.connection, [incident_id])
        fields = {name: getattr(now, name) for name in wire.Incident.__struct_fields__}
        return wire.IncidentAnswer(
            **fields,
            place_candidates=[] if found is None else [candidate(each) for each in found.candidates],
            recommendation=recommendation,
            assignments=await assignments(work.connection, sent),
        )

    async def _step_incident(self, work: Work, incident_id: UUID, step: wire.IncidentStep) -> wire.IncidentAnswer:
        row = await self._lock_incident(work, incident_id)
        status = _after(incident.Status(row["status"]), step.step)
        now: dict[str, Any] = {name: row[name] for name in _CHANGEABLE} | {"status": status.value}
        found: Located | None = None
        body: dict[str, Any] = {"note": step.note} if step.note else {}
        match step.step:
            case incident.Step.LOCATE:
                found = await self._locate(work, _needed(step, "location", step.location))
                assert found is not None  # noqa: S101 - a location was given, so something was found
                await self._put_place(work, incident_id, None, found)
                if found.point is not None:
                    now["located_at"] = row["located_at"] or work.at
                body["location"] = found.given
            case incident.Step.RETYPE:
                kind = await self._type(work, _needed(step, "type", step.type))
                assert kind is not None  # noqa: S101 - a code was given and known
                now |= {"type": kind["id"], "priority": (step.priority or kind["priority"])}
                body |= {"type": kind["code"], "priority": now["priority"]}
            case incident.Step.PRIORITY:
                now["priority"] = _needed(step, "priority", step.priority)
                body["priority"] = now["priority"]
            case incident.Step.CLOSE | incident.Step.CANCEL:
                await self._end(work, row, step)
                outcome = incident.Outcome.CANCELLED if step.step is incident.Step.CANCEL else step.outcome
                now |= {"outcome": (outcome or incident.Outcome.DONE).value, "closed_at": work.at}
                now["duplicate_of"] = await self._duplicate_of(work, step)
                body |= {"outcome": now["outcome"], "duplicate_of": step.duplicate_of}
            case incident.Step.REOPEN:
                now |= {"outcome": None, "closed_at": None, "duplicate_of": None}
            case incident.Step.NOTE:
                body["note"] = _needed(step, "note", step.note)
        if step.step in (incident.Step.LOCATE, incident.Step.RETYPE, incident.Step.PRIORITY):
            now["target_s"], now["target_source"] = await self._target_now(work, incident_id, now)
        await incident_sql.change_incident(work.connection, id=incident_id, **now)
        await self._log(
            work,
            incident_id,
            step.step.value,
            body,
            device_at=step.device_at,
            corrected_at=clock.corrected(step.device_at, device_now=work.sender.device_now, at=work.at),
        )
        work.changed.incidents.add(incident_id)
        async for each in unit_sql.open_assignments(work.connection, incident=incident_id):
            await unit_sql.touch_assignment(work.connection, id=each["id"])
            work.changed.assignments.add(each["id"])
        again = step.step in (incident.Step.LOCATE, incident.Step.RETYPE, incident.Step.PRIORITY)
        return await self._incident_answer(work, incident_id, found, decide_now=again)

    async def _end(self, work: Work, row: asyncpg.Record, step: wire.IncidentStep) -> None:
        """Closing as done waits for the units; cancelling, and any other outcome, calls them off."""
        out = await listed(unit_sql.open_assignments(work.connection, incident=row["id"]))
        done = step.step is incident.Step.CLOSE and step.outcome in (None, incident.Outcome.DONE)
        if out and done:
            codes = sorted(each["unit_code"] for each in out)
            raise refusal.UnitsStillOut(units=", ".join(codes), detail={"units": codes})
        for each in out:
            reason = step.outcome.value if step.outcome else step.step.value
            await self._end_assignment(work, row["id"], each, assignment.Step.REVOKE, reason)

    async def _duplicate_of(self, work: Work, step: wire.IncidentStep) -> UUID | None:
        if step.outcome is not incident.Outcome.DUPLICATE_OF:
            return None
        other = _needed(step, "duplicate_of", step.duplicate_of)
        await self._incident_exists(work, other, "duplicate_of")
        return other

    async def _incident_exists(self, work: Work, incident_id: UUID, named: str) -> None:
        if not await incidents(work.connection, [incident_id]):
            raise refusal.UnknownCode(field=named, what_zh="警情", what_en="incident", value=str(incident_id))

    async def _target_now(self, work: Work, incident_id: UUID, now: dict[str, Any]) -> tuple[int | None, str]:
        row = await incident_sql.target_inputs(work.connection, incident=incident_id, type=now["type"])
        kind = None if now["type"] is None else row
        card = await self._card(work, kind, now["priority"])
        return _target_from(
            work.area, None if kind is None else row["code"], card, row["cell_target_s"], row["cell_source"]
        )

    async def _lock_incident(self, work: Work, incident_id: UUID) -> asyncpg.Record:
        row: asyncpg.Record | None = await incident_sql.lock_incident(
            work.connection, id=incident_id, area=work.area.id
        )
        if row is None:
            raise refusal.NotFound(what_zh="警情", what_en="incident", name=incident_id)
        return row

    # --- who goes ---

    async def _decide(self, work: Work, row: asyncpg.Record) -> tuple[wire.Recommendation, Decision]:
        """Weigh every unit, store the decision with all it rests on, and say it in the sender's language."""
        where = await incident_sql.current_point(work.connection, incident=row["id"])
        if where is None or where["lon"] is None:
            raise refusal.NotLocated
        kind = None if row["type"] is None else {"id": row["type"]}
        card = await self._card(work, kind, row["priority"])  # type: ignore[arg-type]
        out = {each["unit"] async for each in unit_sql.open_assignments(work.connection, incident=row["id"])}
        rows = await self._rows_for(work, exercise=row["exercise"])
        decision = decide(
            Demand(lon=where["lon"], lat=where["lat"], needs=card.needs, second_tier=card.second_tier),
            [objects.unit_value(each) for each in rows],
            here=frozenset(out),
            network=await self._ground.network(work.connection, work.area),
            at=work.at,
            zone=work.area.zone,
            closures=work.area.closures,
        )
        decision_id = uuid4()
        await incident_sql.add_decision(
            work.connection,
            id=decision_id,
            area=work.area.id,
            incident=row["id"],
            at=work.at,
            network_version=decision.inputs.network_version,
            code_version=code_version(),
            inputs=decision.inputs,
            result=decision.choice,
            by=work.sender.seat.account,
        )
        told = await listed(
            place_sql.responders_of_kinds(
                work.connection,
                area=work.area.id,
                kinds=list(card.responders),
                day=work.area.day,
                lon=where["lon"],
                lat=where["lat"],
            )
        )
        recommendation = objects.recommendation(
            decision_id,
            row["id"],
            decision,
            rows=rows,
            responders=[wire.ToTell(**dict(each)) for each in told],
            target_s=row["target_s"],
            allowance_s=work.area.allowance_s,
            elapsed_s=(work.at - row["reported_at"]).total_seconds(),
            code_version=code_version(),
            language=work.sender.language,
        )
        return recommendation, decision

    async def _rows_for(self, work: Work, *, exercise: UUID | None) -> Sequence[Mapping[str, Any]]:
        """The units' rows; for a real incident a unit busy in an exercise only is free."""
        rows = await unit_rows(work.connection, work.area)
        if exercise is not None:
            return rows
        return [_freed(row) if row["exercise"] is not None else row for row in rows]

    async def _assign_chosen(
        self, work: Work, row: asyncpg.Record, decision_id: UUID, decision: Decision
    ) -> list[UUID]:
        """Send every unit chosen, in one order, so that two decisions never wait for each other in a ring."""
        chosen = [each for each in decision.choice.verdicts if each.chosen]
        locked = await self._lock_units(work, [each.id for each in chosen], real=row["exercise"] is None)
        sent: list[UUID] = []
        for each in chosen:
            if locked[each.id]["assignment"] is None:
                sent.append(await self._send(work, row, uuid4(), each, decision_id, decision, reason=None))
        return sent

    async def _lock_units(self, work: Work, ids: Sequence[UUID], *, real: bool) -> dict[UUID, dict[str, Any]]:
        """Lock the units; what a drill has of them is called off when the incident is real."""
        locked = {row["id"]: dict(row) async for row in unit_sql.lock_units(work.connection, ids=list(ids))}
        for row in locked.values():
            if real and row["assignment"] is not None and row["exercise"] is not None:
                drill = {"id": row["assignment"], "unit": row["id"], "unit_code": row["code"], "state": row["state"]}
                await self._end_assignment(work, row["incident"], drill, assignment.Step.REVOKE, "real_incident")
                row["assignment"] = None
        return locked

    async def _assign(self, work: Work, incident_id: UUID, new: wire.NewAssignment) -> wire.Order:
        row = await self._lock_incident(work, incident_id)
        if row["status"] != incident.Status.OPEN:
            raise refusal.IllegalStep(state=row["status"], step="assign")
        unit_id, code = await self._unit(work.connection, work.sender, new.unit, Act.ASSIGN, Act.ASSIGN)
        locked = (await self._lock_units(work, [unit_id], real=row["exercise"] is None))[unit_id]
        if locked["assignment"] is not None:
            raise _held(code, locked, work.area)
        recommendation, decision = await self._decide(work, row)
        followed, advised = await self._followed(work, incident_id, new, recommendation)
        seen = decision.seen(unit_id)
        if not seen.weighed.people:
            raise refusal.NobodyOn(field="unit", unit=code)
        if unit_id not in advised and not new.reason:
            names = [each.code for each in decision.choice.verdicts if each.id in advised] or ["-"]
            raise refusal.ReasonRequired(
                field="reason", unit=code, recommended=", ".join(names), detail={"recommended": names}
            )
        verdict = next(each for each in decision.choice.verdicts if each.id == unit_id)
        await self._send(work, row, new.id, verdict, followed, decision, reason=new.reason, device_at=new.device_at)
        (order,) = await orders(work.connection, [new.id])
        return order

    async def _followed(
        self, work: Work, incident_id: UUID, new: wire.NewAssignment, fresh: wire.Recommendation
    ) -> tuple[UUID, set[UUID]]:
        """The decision that the assignment follows, and the units it advised: the named one, else the one just made."""
        now = {each.unit for each in fresh.first}
        if new.decision is None:
            return fresh.decision, now
        named = await incident_sql.decision_of(work.connection, id=new.decision, area=work.area.id)
        if named is None:
            raise refusal.UnknownCode(field="decision", what_zh="决策", what_en="decision", value=str(new.decision))
        if named["incident"] != incident_id:
            raise refusal.OtherDecision(field="decision")
        return new.decision, {UUID(each) for each in named["result"]["chosen"]}

    async def _send(
        self,
        work: Work,
        row: asyncpg.Record,
        assignment_id: UUID,
        verdict: Verdict,
        decision_id: UUID,
        decision: Decision,
        *,
        reason: str | None,
        device_at: datetime | None = None,
    ) -> UUID:
        seen = decision.seen(verdict.id)
        await unit_sql.add_assignment(
            work.connection,
            id=assignment_id,
            area=work.area.id,
            incident=row["id"],
            unit=verdict.id,
            kind="incident",
            exercise=row["exercise"],
            decision=decision_id,
            reason=reason,
            medical=any(MEDICAL in person for person in seen.weighed.people),
            people=len(seen.weighed.people),
            eta_s=None if verdict.eta_s is None else round(verdict.eta_s, 1),
            legs=[msgspec.to_builtins(objects.leg_object(leg)) for leg in seen.legs],
            assigned_at=work.at,
            by=work.sender.seat.account,
        )
        await self._changed_assignment(work, row["id"], assignment_id, verdict.id)
        await self._log(
            work,
            row["id"],
            "assigned",
            {"unit": verdict.code, "eta_s": verdict.eta_s, "decision": decision_id, "reason": reason},
            assignment_id=assignment_id,
            unit=verdict.id,
            device_at=device_at,
        )
        return assignment_id

    # --- assignments ---

    async def _step_assignment(self, work: Work, assignment_id: UUID, step: wire.AssignmentStep) -> wire.Order:
        incident_id = await unit_sql.incident_of_assignment(work.connection, id=assignment_id, area=work.area.id)
        if incident_id is None:
            raise refusal.NotFound(what_zh="派警", what_en="assignment", name=assignment_id)
        await self._lock_incident(work, incident_id)
        row = await unit_sql.lock_assignment(work.connection, id=assignment_id, area=work.area.id)
        seat = work.sender.seat
        if seat.role is Role.CREW and row["unit"] != seat.unit:
            raise refusal.Forbidden(role=seat.role)
        allowed = assignment.CREW_STEPS if seat.role is Role.CREW else assignment.DESK_STEPS
        if step.step not in allowed:
            raise refusal.Forbidden(field="step", role=seat.role)
        await self._end_or_move(work, incident_id, row, step)
        (order,) = await orders(work.connection, [assignment_id])
        return order

    async def _end_or_move(self, work: Work, incident_id: UUID, row: asyncpg.Record, step: wire.AssignmentStep) -> None:
        before = assignment.State(row["state"])
        state = _after_step(before, step.step)
        moment = clock.corrected(
            step.device_at, device_now=work.sender.device_now, at=work.at, not_before=row["assigned_at"]
        )
        times: dict[str, Any] = dict.fromkeys((*assignment.TIME_OF.values(), "ended_at", "ended_reason"))
        if step.step in assignment.TIME_OF:
            times[assignment.TIME_OF[step.step]] = moment
        if state in assignment.ENDED and before not in assignment.ENDED:
            times |= {"ended_at": moment, "ended_reason": step.note or step.step.value}
        await unit_sql.step_assignment(work.connection, id=row["id"], state=state.value, **times)
        await self._changed_assignment(work, incident_id, row["id"], row["unit"])
        await self._log(
            work,
            incident_id,
            step.step.value,
            {"note": step.note} if step.note else {},
            assignment_id=row["id"],
            unit=row["unit"],
            device_at=step.device_at,
            corrected_at=moment,
            channel=step.channel or ("device" if work.sender.seat.role is Role.CREW else "radio"),
        )

    async def _end_assignment(
        self, work: Work, incident_id: UUID, row: Any, step: assignment.Step, reason: str
    ) -> None:
        state = _after_step(assignment.State(row["state"]), step)
        times: dict[str, Any] = dict.fromkeys(assignment.TIME_OF.values())
        await unit_sql.step_assignment(
            work.connection, id=row["id"], state=state.value, ended_at=work.at, ended_reason=reason, **times
        )
        await self._changed_assignment(work, incident_id, row["id"], row["unit"])
        await self._log(work, incident_id, step.value, {"reason": reason}, assignment_id=row["id"], unit=row["unit"])

    async def _changed_assignment(self, work: Work, incident_id: UUID, assignment_id: UUID, unit: UUID) -> None:
        await incident_sql.touch_incident(work.connection, id=incident_id)
        await unit_sql.touch_unit(work.connection, id=unit)
        work.changed.incidents.add(incident_id)
        work.changed.assignments.add(assignment_id)
        work.changed.units.add(unit)

    async def _already_assigned(self, sender: Sender, unit: str) -> refusal.Refusal:
        """Who has the unit, said after the transaction that lost the race is gone."""
        async with self._pool.acquire() as connection:
            unit_id, code = await self._unit(connection, sender, unit, Act.ASSIGN, Act.ASSIGN)
            holder = await unit_sql.holder_of(connection, unit=unit_id)
            area = await area_now(connection, sender.seat.area)
            return refusal.Busy() if holder is None else _held(code, holder, area)

    async def _unit(
        self, connection: Connection, sender: Sender, name: str, own: Act, any_unit: Act
    ) -> tuple[UUID, str]:
        """The unit of that id or code, if the seat may act on it."""
        row = await unit_sql.unit_named(connection, area=sender.seat.area, name=name)
        mine = row is not None and row["id"] == sender.seat.unit and sender.seat.may(own)
        if not mine and not sender.seat.may(any_unit):
            raise refusal.Forbidden(role=sender.seat.role)
        if row is None:
            raise refusal.UnknownCode(field="unit", what_zh="单元", what_en="unit", value=name)
        return row["id"], row["code"]

    async def _log(
        self,
        work: Work,
        incident_id: UUID,
        step: str,
        body: dict[str, Any],
        *,
        assignment_id: UUID | None = None,
        unit: UUID | None = None,
        device_at: datetime | None = None,
        corrected_at: datetime | None = None,
        channel: str = "console",
    ) -> None:
        await incident_sql.log(
            work.connection,
            area=work.area.id,
            incident=incident_id,
            assignment=assignment_id,
            unit=unit,
            step=step,
            at=work.at,
            device_at=device_at,
            corrected_at=corrected_at if device_at is not None else None,
            by=work.sender.seat.account,
            channel=channel,
            address=work.sender.address,
            body=body,
        )


_CHANGEABLE = (
    "type",
    "priority",
    "status",
    "outcome",
    "duplicate_of",
    "located_at",
    "closed_at",
    "target_s",
    "target_source",
)

T = TypeVar("T")


def _needed(step: wire.IncidentStep, name: str, value: T | None) -> T:
    if value is None:
        raise refusal.Missing(field=name, step=step.step.value, name=name)
    return value


def _after(status: incident.Status, step: incident.Step) -> incident.Status:
    try:
        return incident.after(status, step)
    except incident.IllegalStep as error:
        raise refusal.IllegalStep(
            state=status.value, step=step.value, detail={"state": status.value, "step": step.value}
        ) from error


def _after_step(state: assignment.State, step: assignment.Step) -> assignment.State:
    try:
        return assignment.after(state, step)
    except assignment.IllegalStep as error:
        kind = refusal.Stale if state in assignment.ENDED else refusal.IllegalStep
        raise kind(state=state.value, step=step.value, detail={"state": state.value, "step": step.value}) from error


def _target(area: Area, kind: asyncpg.Record | None, card: Card, found: Located | None) -> tuple[int | None, str]:
    return _target_from(
        area,
        None if kind is None else kind["code"],
        card,
        None if found is None else found.cell_target_s,
        None if found is None else found.cell_target_source,
    )


def _target_from(
    area: Area, kind: str | None, card: Card, cell_s: int | None, cell_source: str | None
) -> tuple[int | None, str]:
    """The target in seconds and where it comes from."""
    target_s = clock.target_s(card_s=card.target_s, has_card=card.exists, cell_s=cell_s, area_s=area.target_s)
    if target_s is None:
        return None, f"run_card {kind}: no time target"
    if cell_s is not None and target_s == cell_s and cell_s != (card.target_s or area.target_s):
        return target_s, f"cell: {cell_source or ''}".strip()
    if card.exists:
        return target_s, f"run_card {kind}"
    return target_s, f"area {area.code}"


def _held(code: str, row: Any, area: Area) -> refusal.UnitAlreadyAssigned:
    since: datetime = row["assigned_at"]
    return refusal.UnitAlreadyAssigned(
        field="unit",
        unit=code,
        number=row["number"],
        since=f"{since.astimezone(area.zone):%H:%M:%S}",
        detail={
            "unit": code,
            "incident": row["incident"],
            "incident_number": row["number"],
            "assignment": row["assignment"],
            "since": since,
        },
    )


def _freed(row: Any) -> Any:
    """A unit's row as a real incident sees it: what a drill has assigned does not count."""
    return {**dict(row), "assignment": None, "assignment_state": None, "incident": None, "incident_number": None}
