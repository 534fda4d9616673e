"""The desk: every change of incidents, assignments, units and closures. May he? Once only? Do it, and answer."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

import asyncpg
import msgspec

from dispatch import incident, refusal
from dispatch.seat import Act, Seat
from dispatch.server import (
    assigning,
    choosing,
    closing,
    conditions,
    departing,
    duplicates,
    evacuating,
    late_entry,
    late_steps,
    linking,
    locks,
    moving,
    noticing,
    queueing,
    reporting,
    routing,
    second_channel,
    shadowing,
    standing,
    travel,
    wire,
)
from dispatch.server.ground import Ground
from dispatch.server.store import area_now, emit, incident_sql, settle, transaction, unit_sql
from dispatch.server.work import Answer, Ask, Done, Means, Sender, Wake, Work, once, working


class Desk:
    """All that the service changes; ``wake`` tells the feed which streams have new events, after the commit."""

    def __init__(self, pool: asyncpg.Pool, wake: Wake, ground: Ground) -> None:
        self._means = Means(pool=pool, wake=wake, ground=ground)
        self._pool = pool

    @property
    def means(self) -> Means:
        """For work that no request asks for."""
        return self._means

    # --- incidents ---

    async def report(self, sender: Sender, new: wire.NewIncident) -> Done[wire.IncidentAnswer]:
        """A new incident from its first report; located, weighed and assigned as far as is known and wished."""
        sender.seat.must_somewhere(Act.REPORT)
        ask = Ask(sender=sender, id=new.id, what="incident", body=new, kind=wire.IncidentAnswer)
        return await once(self._means, ask, partial(reporting.report, new=new), decides=True)

    async def add_report(self, sender: Sender, new: wire.NewReport) -> Done[wire.ReportAnswer]:
        """A report of an incident that is known already, or of a new one, with the incidents that it may repeat."""
        sender.seat.must_somewhere(Act.REPORT)
        ask = Ask(sender=sender, id=new.id, what="report", body=new, kind=wire.ReportAnswer)
        return await once(self._means, ask, partial(linking.report, new=new), decides=True)

    async def enter_late(self, sender: Sender, new: wire.NewLateIncident) -> Done[wire.IncidentAnswer]:
        """An incident that is over, run while the system was down, with its real times."""
        sender.seat.must(Act.RUN_INCIDENT)
        ask = Ask(sender=sender, id=new.id, what="incident/late", body=new, kind=wire.IncidentAnswer)
        return await once(self._means, ask, partial(late_entry.enter, new=new), decides=True)

    async def split(self, sender: Sender, report_id: UUID, into: wire.Split) -> Done[wire.ReportAnswer]:
        """A report becomes an incident of its own."""
        sender.seat.must(Act.RUN_INCIDENT)
        ask = Ask(sender=sender, id=into.id, what=f"report/{report_id}/split", body=into, kind=wire.ReportAnswer)
        return await once(self._means, ask, partial(linking.split, report_id=report_id, into=into), decides=True)

    async def similar(
        self, sender: Sender, location: wire.Location | None, type_code: str | None, phone: str | None
    ) -> wire.Duplicates:
        """The incidents that a report being typed may tell of."""
        sender.seat.must_somewhere(Act.REPORT)
        async with working(self._means, sender) as work:
            found = None if location is None else await reporting.located(work, location)
            items = await duplicates.possible(
                work,
                point=None if found is None else found.point,
                accuracy_m=None if found is None else found.accuracy_m,
                type_code=type_code,
                phone=phone,
                at=work.at,
                exercise=None,
            )
        return wire.Duplicates(items=items)

    async def similar_to(self, sender: Sender, incident_id: UUID) -> wire.Duplicates:
        """The other incidents that one may repeat."""
        sender.seat.must(Act.RUN_INCIDENT)
        async with working(self._means, sender) as work:
            return wire.Duplicates(items=await duplicates.of_incident(work, incident_id))

    async def rendezvous(self, sender: Sender, incident_id: UUID) -> wire.RendezvousPoints:
        """Where a patient may be handed on, by how long it takes to carry one there."""
        sender.seat.must(Act.RUN_INCIDENT)
        async with working(self._means, sender) as work:
            return await evacuating.rendezvous(work, incident_id)

    async def plan_evacuation(self, sender: Sender, incident_id: UUID, new: wire.NewEvacuation) -> Done[wire.Incident]:
        """How an incident's patients get out."""
        sender.seat.must(Act.RUN_INCIDENT)
        ask = Ask(sender=sender, id=new.id, what=f"incident/{incident_id}/evacuation", body=new, kind=wire.Incident)
        return await once(self._means, ask, partial(evacuating.plan, incident_id=incident_id, new=new))

    async def ask_lift(self, sender: Sender, incident_id: UUID, new: wire.NewLiftRequest) -> Done[wire.Incident]:
        """A lift or cableway is asked to hold or to open."""
        sender.seat.must(Act.RUN_INCIDENT)
        ask = Ask(sender=sender, id=new.id, what=f"incident/{incident_id}/lift", body=new, kind=wire.Incident)
        return await once(self._means, ask, partial(evacuating.ask_lift, incident_id=incident_id, new=new))

    async def answer_lift(
        self, sender: Sender, incident_id: UUID, lift_id: UUID, answer: wire.LiftAnswer
    ) -> Done[wire.Incident]:
        """What it said."""
        sender.seat.must(Act.RUN_INCIDENT)
        ask = Ask(sender=sender, id=answer.id, what=f"lift/{lift_id}/answer", body=answer, kind=wire.Incident)
        act = partial(evacuating.answer_lift, incident_id=incident_id, lift_id=lift_id, answer=answer)
        return await once(self._means, ask, act)

    async def link(self, sender: Sender, incident_id: UUID, new: wire.NewLink) -> Done[wire.Incident]:
        """Two incidents are one event; both stay as they are."""
        sender.seat.must(Act.RUN_INCIDENT)
        ask = Ask(sender=sender, id=new.id, what=f"incident/{incident_id}/link", body=new, kind=wire.Incident)
        return await once(self._means, ask, partial(linking.link, incident_id=incident_id, new=new), decides=True)

    async def unlink(
        self, sender: Sender, incident_id: UUID, link_id: UUID, end: wire.EndOfLink
    ) -> Done[wire.Incident]:
        """They were two events after all."""
        sender.seat.must(Act.RUN_INCIDENT)
        ask = Ask(sender=sender, id=end.id, what=f"link/{link_id}/end", body=end, kind=wire.Incident)
        act = partial(linking.unlink, incident_id=incident_id, link_id=link_id, end=end)
        return await once(self._means, ask, act, decides=True)

    async def step_incident(
        self, sender: Sender, incident_id: UUID, step: wire.IncidentStep
    ) -> Done[wire.IncidentAnswer]:
        """Locate, retype, change the priority, note, close, cancel or reopen."""
        sender.seat.must_somewhere(reporting.act_of(step.step, sender.seat))
        what = f"incident/{incident_id}/{step.step}"
        ask = Ask(sender=sender, id=step.id, what=what, body=step, kind=wire.IncidentAnswer)
        act = partial(reporting.step, incident_id=incident_id, taken=step)
        decides = step.step in incident.WEIGHED_AGAIN or step.duplicate_of is not None
        return await once(self._means, ask, act, decides=decides)

    async def recommendation(self, sender: Sender, incident_id: UUID) -> wire.Recommendation:
        """Who should go now; the decision is stored with its inputs, so that it can be followed and replayed."""
        sender.seat.must(Act.ASSIGN)
        async with working(self._means, sender) as work:
            return await choosing.recommend(work, await locks.see_incident(work, incident_id))

    async def route(self, sender: Sender, incident_id: UUID, unit: str) -> wire.Route:
        """The way of a unit to the incident from where it is now, as a line on the map."""
        async with working(self._means, sender) as work:
            return await routing.route(work, incident_id, unit)

    async def travel_times(self, sender: Sender, asked: wire.AskTravelTimes) -> Callable[[], wire.TravelTimes]:
        """How long from anywhere to anywhere; the answer is worked out where the caller wants."""
        sender.seat.must(Act.READ_ROUTES)
        async with working(self._means, sender) as work:
            return await travel.times(work, asked)

    async def reach(self, sender: Sender, asked: wire.AskReach) -> Callable[[], wire.Reach]:
        """Where somebody can be within some minutes; the answer is worked out where the caller wants."""
        sender.seat.must(Act.READ_ROUTES)
        async with working(self._means, sender) as work:
            return await travel.reach(work, asked)

    # --- assignments ---

    async def assign(self, sender: Sender, incident_id: UUID, new: wire.NewAssignment) -> Done[wire.Order]:
        """Send a unit. Raises ``UnitAlreadyAssigned`` with who has it, ``ReasonRequired`` for another than advised."""
        sender.seat.must(Act.ASSIGN)
        ask = Ask(sender=sender, id=new.id, what=f"incident/{incident_id}/assign", body=new, kind=wire.Order)
        act = partial(assigning.assign, incident_id=incident_id, new=new)
        try:
            return await once(self._means, ask, act, decides=True)
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name != "one_open_assignment_per_unit":
                raise
            raise await self._already_assigned(sender, new.unit) from error

    async def step_assignment(self, sender: Sender, assignment_id: UUID, step: wire.AssignmentStep) -> Done[wire.Order]:
        """A step by the crew itself, or by an operator who heard it on the radio."""
        what = f"assignment/{assignment_id}/{step.step}"
        ask = Ask(sender=sender, id=step.id, what=what, body=step, kind=wire.Order)
        try:
            return await once(self._means, ask, partial(assigning.step, assignment_id=assignment_id, taken=step))
        except (refusal.Stale, refusal.IllegalStep):
            async with working(self._means, sender) as work:
                await late_steps.keep(work, assignment_id, step)
            raise

    async def delivered(self, seat: Seat, seq: int) -> None:
        """The crew's device has stored its unit's stream up to ``seq``: orders in it are delivered."""
        if seat.unit is None:
            return
        async with self._pool.acquire() as connection:
            if not await unit_sql.undelivered(connection, unit=seat.unit):
                return
        async with working(self._means, Sender(seat=seat)) as work:
            await assigning.deliver(work, seat.unit, seq)
            await noticing.deliver(work, seat.unit, seq)

    async def waiting(self, sender: Sender) -> wire.Queue:
        """Who waits for somebody, and who could go to whom."""
        sender.seat.must(Act.ASSIGN)
        async with working(self._means, sender) as work:
            return await queueing.waiting(work)

    async def replied(self, id: str, said: wire.Reply, address: str | None) -> Done[wire.Replied]:
        """What a crew answered through the second channel, whose signature was verified; ``id`` is the message's."""
        return await second_channel.replied(self._means, id, said, address)

    async def _already_assigned(self, sender: Sender, unit: str) -> refusal.Refusal:
        """Who has the unit, said after the transaction that lost the race is gone."""
        async with self._pool.acquire() as connection:
            named = await standing.unit_named(connection, sender.seat, unit, Act.ASSIGN)
            area = await area_now(connection, sender.seat.area)
        return refusal.Busy() if named.holder is None else standing.held(named.code, named.holder, area)

    # --- move-up ---

    async def move(
        self, sender: Sender, new: wire.NewMove, *, travel_s: float | None = None, mends: Sequence[str] = ()
    ) -> Done[wire.Move]:
        """Send a free unit to stand by at another post; it stays free."""
        sender.seat.must(Act.ASSIGN)
        ask = Ask(sender=sender, id=new.id, what="move", body=new, kind=wire.Move)
        act = partial(moving.order, new=new, travel_s=travel_s, mends=mends)
        return await once(self._means, ask, act, decides=True)

    async def step_move(self, sender: Sender, move_id: UUID, step: wire.MoveStep) -> Done[wire.Move]:
        """A step of a move by the crew itself, or by an operator who heard it."""
        ask = Ask(sender=sender, id=step.id, what=f"move/{move_id}/{step.step}", body=step, kind=wire.Move)
        return await once(self._means, ask, partial(moving.step, move_id=move_id, taken=step))

    # --- notices ---

    async def notice(self, sender: Sender, new: wire.NewNotice) -> Done[wire.Notice]:
        """Tell crews; their devices store it as they do orders."""
        sender.seat.must(Act.SEND_NOTICE)
        ask = Ask(sender=sender, id=new.id, what="notice", body=new, kind=wire.Notice)
        return await once(self._means, ask, partial(noticing.send, new=new))

    async def see_notice(self, sender: Sender, notice_id: UUID, seen: wire.OnNotice) -> Done[wire.Notice]:
        """The crew of the seat's own unit has seen it."""
        sender.seat.must_somewhere(Act.SAY_SEEN)
        if sender.seat.unit is None:
            raise refusal.Forbidden(role=sender.seat.role)
        ask = Ask(sender=sender, id=seen.id, what=f"notice/{notice_id}/seen", body=seen, kind=wire.Notice)
        return await once(self._means, ask, partial(noticing.see, notice_id=notice_id, unit=sender.seat.unit))

    async def end_notice(self, sender: Sender, notice_id: UUID, end: wire.OnNotice) -> Done[wire.Notice]:
        """It holds no longer."""
        sender.seat.must(Act.SEND_NOTICE)
        ask = Ask(sender=sender, id=end.id, what=f"notice/{notice_id}/end", body=end, kind=wire.Notice)
        return await once(self._means, ask, partial(noticing.end, notice_id=notice_id))

    # --- units ---

    async def add_positions(self, sender: Sender, unit: str, positions: Sequence[wire.NewPosition]) -> wire.Stored:
        """Positions from a phone or, through an operator, from the radio; kept with their datum. What was said of a
        unit on an incident stands in its timeline.
        """
        if any(each.source == "radio" for each in positions):
            async with working(self._means, sender) as work:
                return await standing.heard_of(work, unit, positions)
        async with transaction(self._pool) as connection:
            named = await standing.unit_named(connection, sender.seat, unit, Act.PLACE_UNIT)
            area = await area_now(connection, sender.seat.area)
            near = await standing.add_positions(connection, sender, area, named.id, positions)
        if near is not None:
            async with working(self._means, sender) as work:
                await assigning.near_patient(work, near.assignment, near.at)
        return wire.Stored(stored=len(positions))

    async def set_availability(self, sender: Sender, unit: str, new: wire.NewAvailability) -> Done[wire.Unit]:
        """Sign a unit on or off, in or out of contact, or back at its post."""
        async with self._pool.acquire() as connection:
            named = await standing.unit_named(connection, sender.seat, unit, Act.PLACE_UNIT)
        ask = Ask(sender=sender, id=new.id, what=f"unit/{named.id}/availability", body=new, kind=wire.Unit)
        return await once(self._means, ask, partial(moving.set_availability, unit=named.id, new=new))

    async def turn_rosters(self, area_id: UUID, since: datetime) -> datetime:
        """Tell the feed of units whose duty began or ended since then; returns the instant now told."""
        async with transaction(self._pool) as connection:
            area = await area_now(connection, area_id)
            now = await settle(connection, area, await standing.turned(connection, area, since))
            streams = await emit(connection, area, now)
        await self._means.wake(streams)
        return area.at

    # --- closures ---

    async def close(self, sender: Sender, new: wire.NewClosure) -> Done[wire.Closure]:
        """Close ways; every decision from the commit on goes by it."""
        sender.seat.must(Act.CLOSE_WAYS)
        ask = Ask(sender=sender, id=new.id, what="closure", body=new, kind=wire.Closure)
        return await once(self._means, ask, partial(closing.close, new=new))

    async def end_closure(self, sender: Sender, closure_id: UUID, end: wire.EndOfClosure) -> Done[wire.Closure]:
        """Open again what was closed."""
        sender.seat.must(Act.CLOSE_WAYS)
        ask = Ask(sender=sender, id=end.id, what=f"closure/{closure_id}/end", body=end, kind=wire.Closure)
        return await once(self._means, ask, partial(closing.end, closure_id=closure_id, end=end))

    # --- conditions ---

    async def switch_conditions(self, sender: Sender, new: wire.NewConditions) -> Done[wire.Conditions]:
        """Take all times from now on under these conditions; in turn with decisions, so that each knows its own."""
        sender.seat.must(Act.SWITCH_CONDITIONS)
        ask = Ask(sender=sender, id=new.id, what="conditions", body=new, kind=wire.Conditions)
        return await once(self._means, ask, partial(conditions.switch, new=new), decides=True)

    # --- shadow mode ---

    async def switch_mode(self, sender: Sender, new: wire.NewAreaMode) -> Done[wire.AreaMode]:
        """Orders, or looking on; in turn with reports, so that each knows how it is run."""
        sender.seat.must(Act.SWITCH_MODE)
        ask = Ask(sender=sender, id=new.id, what="mode", body=new, kind=wire.AreaMode)
        return await once(self._means, ask, partial(shadowing.switch, new=new), decides=True)

    async def log_departure(self, sender: Sender, incident_id: UUID, new: wire.NewDeparture) -> Done[wire.Incident]:
        """Who went by word of mouth: a committee's own squad, or anybody in an incident in shadow."""
        sender.seat.must_somewhere(Act.SEND_SQUAD)
        if new.squad is None:
            sender.seat.must(Act.RUN_INCIDENT)
        ask = Ask(sender=sender, id=new.id, what=f"incident/{incident_id}/departure", body=new, kind=wire.Incident)
        return await once(self._means, ask, partial(departing.log_departure, incident_id=incident_id, new=new))

    async def step_departure(
        self, sender: Sender, departure_id: UUID, taken: wire.DepartureStep
    ) -> Done[wire.Incident]:
        """A later time of who went, or that they did not."""
        sender.seat.must_somewhere(Act.SEND_SQUAD)
        what = f"departure/{departure_id}/{taken.step}"
        ask = Ask(sender=sender, id=taken.id, what=what, body=taken, kind=wire.Incident)
        return await once(self._means, ask, partial(departing.step, departure_id=departure_id, taken=taken))

    # --- exercises ---

    async def begin_exercise(self, sender: Sender, new: wire.NewExercise) -> Done[wire.Exercise]:
        """A drill: what carries its id pages nobody real and counts in no statistic."""
        sender.seat.must(Act.RUN_EXERCISE)
        ask = Ask(sender=sender, id=new.id, what="exercise", body=new, kind=wire.Exercise)
        return await once(self._means, ask, partial(_begin_exercise, new=new))

    async def end_exercise(self, sender: Sender, exercise: UUID, end: wire.ExerciseEnd) -> Done[wire.Exercise]:
        """No report enters it from now on; what is open in it goes on to its close. Ended before: stays as it was."""
        sender.seat.must(Act.RUN_EXERCISE)
        ask = Ask(sender=sender, id=end.id, what=f"exercise/{exercise}/end", body=end, kind=wire.Exercise)
        return await once(self._means, ask, partial(_end_exercise, exercise=exercise))


async def _begin_exercise(work: Work, new: wire.NewExercise) -> Answer[wire.Exercise]:
    exercise = wire.Exercise(
        id=new.id, area=work.area.id, name=new.name, starts_at=new.starts_at or work.at, ends_at=new.ends_at
    )
    await incident_sql.add_exercise(work.connection, by=work.sender.seat.account, **msgspec.structs.asdict(exercise))
    return lambda _: exercise


async def _end_exercise(work: Work, exercise: UUID) -> Answer[wire.Exercise]:
    row = await incident_sql.end_exercise(work.connection, id=exercise, area=work.area.id, at=work.at)
    if row is None:
        raise refusal.NotFound(what_zh="演练", what_en="exercise", name=exercise)
    return lambda _: wire.Exercise(**dict(row))
