"""What belongs together: a further report of an incident, one split off again, two incidents that are linked."""

from uuid import UUID, uuid4

import msgspec

from dispatch import refusal
from dispatch.incident import Status
from dispatch.seat import Act
from dispatch.server import reporting, wire
from dispatch.server.locks import Incident, lock_incident
from dispatch.server.store import Present, about_incident, incident_sql
from dispatch.server.work import Answer, Work, changes_orders, log, said_of

# --- further reports ---


async def report(work: Work, new: wire.NewReport) -> Answer[wire.ReportAnswer]:
    """A report of an incident that is known already, or else of a new one; also when the known one is over."""
    if new.incident is None:
        made = await reporting.report(work, _first(new), report_id=new.id)
        return lambda now: wire.ReportAnswer(report=_report(now, new.id), incident=made(now))
    seat = work.sender.seat
    of = await lock_incident(work, new.incident)
    seat.must(Act.REPORT, await about_incident(work.connection, seat, Act.REPORT, of.id), field="incident")
    if of.status is Status.CLOSED:
        return await _anew(work, new, of)
    found = None if new.location is None else await reporting.located(work, new.location)
    await reporting.add_report(work, new, of.id, found, report_id=new.id, exercise=of.exercise)
    said: dict[str, object] = {"report": new.id, "location": None if found is None else found.given}
    first = reporting.reported_at(work, new.reported_at)
    if await incident_sql.began_earlier(work.connection, id=of.id, reported_at=first) is not None:
        said["reported_at"] = first
    log(work, of.id, "report", said, device_at=new.reported_at, channel=new.channel)
    await changes_orders(work, of.id)
    return lambda now: wire.ReportAnswer(report=_report(now, new.id), incident=_answer(now, of.id))


def _first(new: wire.NewReport) -> wire.NewIncident:
    return wire.NewIncident(**{name: getattr(new, name) for name in wire.NewIncident.__struct_fields__})


async def _anew(work: Work, new: wire.NewReport, over: Incident) -> Answer[wire.ReportAnswer]:
    """Whoever tells of an incident that is over tells that something goes on: a new incident, linked with that one,
    of its kind and at its place unless the report says otherwise. Who sends to it decides anew.
    """
    told = await incident_sql.told_of(work.connection, id=over.id)
    given = told["given"]
    location = new.location if new.location is not None or given is None else msgspec.convert(given, wire.Location)
    first = msgspec.structs.replace(
        _first(new), type=new.type or told["type"], location=location, exercise=over.exercise
    )
    made = await reporting.report(work, first, report_id=new.id, shadow=over.shadow)
    await _add_link(work, new.id, wire.NewLink(id=uuid4(), same_as=over.id))
    return lambda now: wire.ReportAnswer(report=_report(now, new.id), incident=made(now))


async def split(work: Work, report_id: UUID, into: wire.Split) -> Answer[wire.ReportAnswer]:
    """A report that told of something else becomes an incident of its own, whose clock runs from its first word."""
    known = await incident_sql.report_of(work.connection, id=report_id, area=work.area.id)
    if known is None:
        raise refusal.NotFound(what_zh="接报", what_en="report", name=report_id)
    of = await lock_incident(work, known["incident"])
    row = await incident_sql.report_of(work.connection, id=report_id, area=work.area.id)
    if row["incident"] != of.id or row["of_so_many"] < 2:
        number = await incident_sql.number_of(work.connection, id=row["incident"])
        raise refusal.OnlyReport(number=number)
    given = row["location_given"]
    new = wire.NewIncident(
        id=into.id,
        location=None if given is None else msgspec.convert(given, wire.Location),
        reported_at=row["device_at"] or row["received_at"],
        exercise=of.exercise,
        channel=row["channel"],
    )
    made = await reporting.report(work, new, moved=report_id, shadow=of.shadow)
    log(work, of.id, "split", {"report": report_id, "into": into.id, **said_of(into.note, None)})
    work.changed.reports_of.add(of.id)
    await changes_orders(work, of.id)
    return lambda now: wire.ReportAnswer(report=_report(now, report_id), incident=made(now))


def _report(now: Present, id: UUID) -> wire.Report:
    return next(each for each in now.reports if each.id == id)


def _answer(now: Present, incident: UUID) -> wire.IncidentAnswer:
    return wire.IncidentAnswer(**msgspec.structs.asdict(now.incidents[incident]))


# --- links ---


async def link(work: Work, incident_id: UUID, new: wire.NewLink) -> Answer[wire.Incident]:
    """Two incidents are one event: said of both, and nothing else is done to either."""
    if new.same_as == incident_id:
        raise refusal.SameIncident(field="same_as")
    known = await incident_sql.incident_in_area(work.connection, id=new.same_as, area=work.area.id)
    if known is None:
        raise refusal.UnknownCode(field="same_as", what_zh="警情", what_en="incident", value=str(new.same_as))
    await _lock_both(work, incident_id, new.same_as)
    standing = await incident_sql.standing_link_of_two(work.connection, one=incident_id, other=new.same_as)
    if standing is not None:
        raise refusal.LinkedAlready(field="same_as", detail={"link": standing})
    await _add_link(work, incident_id, new)
    return lambda now: now.incidents[incident_id]


async def _add_link(work: Work, incident_id: UUID, new: wire.NewLink) -> None:
    await incident_sql.add_link(
        work.connection,
        id=new.id,
        area=work.area.id,
        incident=incident_id,
        same_as=new.same_as,
        note=new.note,
        said_by=new.by,
        by=work.sender.seat.account,
        at=work.at,
    )
    await _log_both(work, "link", incident_id, new.same_as, {"link": new.id, **said_of(new.note, new.by)})


async def unlink(work: Work, incident_id: UUID, link_id: UUID, end: wire.EndOfLink) -> Answer[wire.Incident]:
    """They were two events after all; that they were once linked stays in both timelines."""
    named = {"id": link_id, "area": work.area.id, "incident": incident_id}
    row = await incident_sql.link_of(work.connection, **named)
    if row is None:
        raise refusal.NotFound(what_zh="关联", what_en="link", name=link_id)
    await _lock_both(work, row["incident"], row["same_as"])
    row = await incident_sql.link_of(work.connection, **named)
    if row["ended_at"] is not None:
        raise refusal.LinkOver
    by = work.sender.seat.account
    await incident_sql.end_link(work.connection, id=link_id, at=work.at, by=by, reason=end.reason)
    await _log_both(work, "unlink", row["incident"], row["same_as"], {"link": link_id, **said_of(end.reason, None)})
    return lambda now: now.incidents[incident_id]


async def _lock_both(work: Work, *ids: UUID) -> list[Incident]:
    """By id, for who holds the area's lock."""
    return [await lock_incident(work, each) for each in sorted(ids)]


async def _log_both(work: Work, step: str, incident: UUID, same_as: UUID, body: dict[str, object]) -> None:
    for of, other, name in ((incident, same_as, "same_as"), (same_as, incident, "repeated_by")):
        number = await incident_sql.number_of(work.connection, id=other)
        log(work, of, step, {**body, name: other, "number": number})
