"""Reports over HTTP: of what is new or known already, which incidents they may repeat, and what is linked."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.params import Body, FromPath, FromQuery, QueryParameter

from dispatch import refusal
from dispatch.server import wire
from dispatch.server.desk import Desk
from dispatch.server.web.border import Call, again, errors, sender_of

REPORTS = ["reports"]

Words = Annotated[str | None, QueryParameter(min_length=1, max_length=200)]


def _desk(request: Call) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


@post(
    "/api/reports",
    summary="Report something new, or more of an incident that is known",
    responses={**errors(404, 409, 422), **again(wire.ReportAnswer)},
    tags=REPORTS,
)
async def add_report(request: Call, data: Annotated[wire.NewReport, Body()]) -> Response[wire.ReportAnswer]:
    """With `incident` the report is kept with that one, or, where that is over, makes a new one of its kind at its
    place, linked with it: the answer's `incident` says which. Without, it makes a new incident, and
    `possible_duplicates` says which known ones it may repeat; nothing else is linked or closed by itself.
    """
    done = await _desk(request).add_report(await sender_of(request), data)
    return Response(done.answer, status_code=200 if done.again else 201)


@get(
    "/api/reports/similar",
    summary="Incidents that a report being taken may tell of",
    responses=errors(422),
    tags=REPORTS,
)
async def similar(
    request: Call,
    type: Annotated[str | None, QueryParameter(max_length=100, description="code of an incident type")] = None,
    place: Words = None,
    call_point: Words = None,
    cell: Words = None,
    lon: Annotated[float | None, QueryParameter(ge=-180, le=180)] = None,
    lat: Annotated[float | None, QueryParameter(ge=-90, le=90)] = None,
    datum: FromQuery[wire.DatumName | None] = None,
    phone: Annotated[str | None, QueryParameter(max_length=200, description="the caller's")] = None,
) -> wire.Duplicates:
    """Near in space (on foot, by the ways as they are open now), time and type. The place is given as in a report; a
    point is `lon`, `lat` and `datum` together.
    """
    given = {name: value for name, value in (("place", place), ("call_point", call_point), ("cell", cell)) if value}
    point = None
    if lon is not None or lat is not None:
        if lon is None or lat is None or datum is None:
            raise refusal.BadRequest(field="datum", fact="a point is lon, lat and datum together")
        point = wire.GivenPoint(lon=lon, lat=lat, datum=datum)
    location = wire.Location(point=point, **given) if given or point is not None else None
    return await _desk(request).similar(await sender_of(request), location, type, phone)


@post(
    "/api/reports/{report_id:uuid}/split",
    summary="Make a report an incident of its own",
    responses={**errors(404, 409, 422), **again(wire.ReportAnswer)},
    tags=REPORTS,
)
async def split(
    request: Call, report_id: FromPath[UUID], data: Annotated[wire.Split, Body()]
) -> Response[wire.ReportAnswer]:
    """For a report that was kept with the wrong incident; 409 `only_report` where the incident has no other."""
    done = await _desk(request).split(await sender_of(request), report_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


@get(
    "/api/incidents/{incident_id:uuid}/similar",
    summary="Other incidents that this one may repeat",
    responses=errors(404),
    tags=REPORTS,
)
async def similar_to(request: Call, incident_id: FromPath[UUID]) -> wire.Duplicates:
    return await _desk(request).similar_to(await sender_of(request), incident_id)


@post(
    "/api/incidents/{incident_id:uuid}/links",
    summary="Say that two incidents are one event",
    responses={**errors(404, 409, 422), **again(wire.Incident)},
    tags=REPORTS,
)
async def link(
    request: Call, incident_id: FromPath[UUID], data: Annotated[wire.NewLink, Body()]
) -> Response[wire.Incident]:
    """Both keep their reports, callers, units and status; whoever wants one closed closes it."""
    done = await _desk(request).link(await sender_of(request), incident_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


@post(
    "/api/incidents/{incident_id:uuid}/links/{link_id:uuid}/end",
    summary="Say that two linked incidents are not one event",
    responses={**errors(404, 409, 422), **again(wire.Incident)},
    tags=REPORTS,
)
async def unlink(
    request: Call, incident_id: FromPath[UUID], link_id: FromPath[UUID], data: Annotated[wire.EndOfLink, Body()]
) -> Response[wire.Incident]:
    done = await _desk(request).unlink(await sender_of(request), incident_id, link_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


routes = [add_report, similar, similar_to, split, link, unlink]
