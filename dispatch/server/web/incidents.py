"""Incidents and assignments over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.params import Body, FromPath, FromQuery, QueryParameter

from dispatch import refusal
from dispatch.incident import Status
from dispatch.seat import About, Act, Scope
from dispatch.server import store, wire
from dispatch.server.desk import Desk
from dispatch.server.web.border import Call, again, errors, seat_of, sender_of
from sql.queries import listed

INCIDENTS = ["incidents"]
ASSIGNMENTS = ["assignments"]

Limit = Annotated[int, QueryParameter(ge=1, le=500, description="at most so many")]


def _desk(request: Call) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


@post(
    "/api/incidents",
    summary="Report an incident",
    responses={**errors(409, 422), **again(wire.IncidentAnswer)},
    tags=INCIDENTS,
)
async def report(request: Call, data: Annotated[wire.NewIncident, Body()]) -> Response[wire.IncidentAnswer]:
    """Takes what is known; type and location may be missing. The same id and body again answer 200 as before."""
    done = await _desk(request).report(await sender_of(request), data)
    return Response(done.answer, status_code=200 if done.again else 201)


@post(
    "/api/incidents/late",
    summary="Enter an incident that was run while the system was down",
    responses={**errors(409, 422), **again(wire.IncidentAnswer)},
    tags=INCIDENTS,
)
async def enter_late(request: Call, data: Annotated[wire.NewLateIncident, Body()]) -> Response[wire.IncidentAnswer]:
    """It is over already and stays marked as entered late. 422 `impossible_times` names each field that contradicts
    another time or another incident of the unit, in `detail.fields`.
    """
    done = await _desk(request).enter_late(await sender_of(request), data)
    return Response(done.answer, status_code=200 if done.again else 201)


@get("/api/incidents", summary="Incidents, newest first", responses=errors(), tags=INCIDENTS)
async def list_incidents(
    request: Call,
    status: FromQuery[Status | None] = None,
    late: Annotated[
        bool | None, QueryParameter(description="only those entered after their end, or only the others")
    ] = None,
    limit: Limit = 100,
    before: Annotated[int, QueryParameter(description="only numbers below this; `next` of the page before")] = 2**31
    - 1,
) -> wire.Incidents:
    """A committee is told of those in its cells that are open or were closed within the last day."""
    seat = await seat_of(request)
    asked = {
        "area": seat.area,
        "status": None if status is None else status.value,
        "late": late,
        "before": before,
        "limit": limit,
    }
    async with request.app.state.pool.acquire() as connection:
        if seat.scope(Act.READ_INCIDENTS) is Scope.OWN_CELLS:
            at = (await store.area_now(connection, seat.area)).at
            listing = store.incident_sql.incident_ids_in_cells(
                connection, cells=list(seat.cells), since=at - store.SHOWN_AFTER_CLOSE, **asked
            )
        else:
            seat.must(Act.READ_INCIDENTS)
            listing = store.incident_sql.incident_ids(connection, **asked)
        rows = await listed(listing)
        items = await store.incidents(connection, [row["id"] for row in rows])
    if len(items) == limit:
        return wire.Incidents(items=items, next=str(items[-1].number))
    return wire.Incidents(items=items)


@get("/api/incidents/{incident_id:uuid}", summary="One incident", responses=errors(404), tags=INCIDENTS)
async def one_incident(request: Call, incident_id: FromPath[UUID]) -> wire.Incident:
    return await _incident(request, incident_id)


@get(
    "/api/incidents/{incident_id:uuid}/reports",
    summary="What was reported of an incident, with the callers",
    responses=errors(404),
    tags=INCIDENTS,
)
async def incident_reports(request: Call, incident_id: FromPath[UUID]) -> wire.Reports:
    """A committee is told of those that it took itself."""
    await _incident(request, incident_id)
    seat = await seat_of(request)
    by = None if seat.may(Act.READ_CALLERS) else seat.account
    async with request.app.state.pool.acquire() as connection:
        return wire.Reports(items=await store.reports(connection, [incident_id], by))


@get(
    "/api/incidents/{incident_id:uuid}/timeline",
    summary="All that happened in an incident: who, what, when, from where",
    responses=errors(404),
    tags=INCIDENTS,
)
async def incident_timeline(request: Call, incident_id: FromPath[UUID]) -> wire.Timeline:
    await _incident(request, incident_id)
    async with request.app.state.pool.acquire() as connection:
        return wire.Timeline(items=await store.timeline(connection, incident_id))


@get(
    "/api/incidents/{incident_id:uuid}/recommendation",
    summary="Who should go now, and why",
    responses=errors(404, 409),
    tags=INCIDENTS,
)
async def recommendation(request: Call, incident_id: FromPath[UUID]) -> wire.Recommendation:
    """A new decision, stored with its inputs; an assignment may name it."""
    return await _desk(request).recommendation(await sender_of(request), incident_id)


@get(
    "/api/incidents/{incident_id:uuid}/route",
    summary="The way of a unit to the incident, leg by leg, with its line on the map",
    responses=errors(404, 409, 422),
    tags=INCIDENTS,
)
async def route(
    request: Call,
    incident_id: FromPath[UUID],
    unit: Annotated[str, QueryParameter(min_length=1, max_length=100, description="id or code of a unit")],
) -> wire.Route:
    """From where the unit is now, whether it is free, weighed or under way; the times are a recommendation's."""
    return await _desk(request).route(await sender_of(request), incident_id, unit)


@post(
    "/api/incidents/{incident_id:uuid}/steps",
    summary="Locate, retype, change the priority, note, close, cancel, reopen",
    responses={**errors(404, 409, 422), **again(wire.IncidentAnswer)},
    tags=INCIDENTS,
)
async def step_incident(
    request: Call, incident_id: FromPath[UUID], data: Annotated[wire.IncidentStep, Body()]
) -> Response[wire.IncidentAnswer]:
    done = await _desk(request).step_incident(await sender_of(request), incident_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


@post(
    "/api/incidents/{incident_id:uuid}/assignments",
    summary="Send a unit",
    responses={**errors(404, 409, 422), **again(wire.Order)},
    tags=ASSIGNMENTS,
)
async def assign(
    request: Call, incident_id: FromPath[UUID], data: Annotated[wire.NewAssignment, Body()]
) -> Response[wire.Order]:
    """409 `unit_already_assigned` says who has the unit and since when; 422 `reason_required` for another unit."""
    done = await _desk(request).assign(await sender_of(request), incident_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


@get("/api/assignments/{assignment_id:uuid}", summary="One assignment", responses=errors(404), tags=ASSIGNMENTS)
async def one_assignment(request: Call, assignment_id: FromPath[UUID]) -> wire.Order:
    """As its crew reads it; only for that crew and for those who may read callers."""
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        known = await store.unit_sql.incident_of_assignment(connection, id=assignment_id, area=seat.area)
        found = [] if known is None else await store.orders(connection, [assignment_id])
    seat.must(Act.READ_ORDERS, About(area=seat.area, unit=found[0].unit) if found else None)
    if not found:
        raise refusal.NotFound(what_zh="派警", what_en="assignment", name=assignment_id)
    return found[0]


@post(
    "/api/assignments/{assignment_id:uuid}/steps",
    summary="A step of an assignment, by the crew or by radio",
    responses={**errors(404, 409), **again(wire.Order)},
    tags=ASSIGNMENTS,
)
async def step_assignment(
    request: Call, assignment_id: FromPath[UUID], data: Annotated[wire.AssignmentStep, Body()]
) -> Response[wire.Order]:
    """409 `stale` when the assignment has been ended meanwhile, 409 `illegal_step` when its state does not allow it. A
    crew's step that is refused because it was overtaken is kept in the timeline all the same (`too_late`).
    """
    done = await _desk(request).step_assignment(await sender_of(request), assignment_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


async def _incident(request: Call, incident_id: UUID) -> wire.Incident:
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        seat.must(Act.READ_INCIDENTS, await store.about_incident(connection, seat, Act.READ_INCIDENTS, incident_id))
        row = await store.incident_sql.incident_in_area(connection, id=incident_id, area=seat.area)
        found = [] if row is None else await store.incidents(connection, [incident_id])
    if not found:
        raise refusal.NotFound(what_zh="警情", what_en="incident", name=incident_id)
    return found[0]


routes = [
    report,
    enter_late,
    list_incidents,
    one_incident,
    incident_reports,
    incident_timeline,
    recommendation,
    route,
    step_incident,
    assign,
    one_assignment,
    step_assignment,
]
