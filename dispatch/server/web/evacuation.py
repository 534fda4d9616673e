"""The way out of an incident over HTTP: the plan, the lifts asked, and where patients may be handed on."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.params import Body, FromPath

from dispatch.seat import Act
from dispatch.server import store, wire
from dispatch.server.desk import Desk
from dispatch.server.web.border import Call, again, errors, seat_of, sender_of
from sql.queries import listed

EVACUATION = ["evacuation"]


def _desk(request: Call) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


@get("/api/responders", summary="Outside responders and their numbers", responses=errors(), tags=EVACUATION)
async def list_responders(request: Call) -> wire.Responders:
    """Hospitals, lift operators and others, who are told and asked, never commanded."""
    seat = await seat_of(request)
    seat.must(Act.RUN_INCIDENT)
    async with request.app.state.pool.acquire() as connection:
        area = await store.area_now(connection, seat.area)
        rows = await listed(store.place_sql.responder_rows(connection, area=area.id, day=area.day))
    return wire.Responders(items=[wire.ToTell(**dict(row)) for row in rows])


@get(
    "/api/incidents/{incident_id:uuid}/rendezvous",
    summary="Where a patient may be handed on, by how long the carry is",
    responses=errors(404, 409),
    tags=EVACUATION,
)
async def rendezvous(request: Call, incident_id: FromPath[UUID]) -> wire.RendezvousPoints:
    """Named places at a road, timed with a stretcher by the ways as they are open now."""
    return await _desk(request).rendezvous(await sender_of(request), incident_id)


@post(
    "/api/incidents/{incident_id:uuid}/evacuation",
    summary="Plan the way out: patients, rendezvous, hospital",
    responses={**errors(404, 409, 422), **again(wire.Incident)},
    tags=EVACUATION,
)
async def plan(
    request: Call, incident_id: FromPath[UUID], data: Annotated[wire.NewEvacuation, Body()]
) -> Response[wire.Incident]:
    """What is not said stays as it was. A rendezvous brings the way there with a stretcher, and how many must carry."""
    done = await _desk(request).plan_evacuation(await sender_of(request), incident_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


@post(
    "/api/incidents/{incident_id:uuid}/lifts",
    summary="Note that a lift or cableway was asked to hold or to open",
    responses={**errors(404, 409, 422), **again(wire.Incident)},
    tags=EVACUATION,
)
async def ask_lift(
    request: Call, incident_id: FromPath[UUID], data: Annotated[wire.NewLiftRequest, Body()]
) -> Response[wire.Incident]:
    done = await _desk(request).ask_lift(await sender_of(request), incident_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


@post(
    "/api/incidents/{incident_id:uuid}/lifts/{lift_id:uuid}/answer",
    summary="Note what the lift's people said",
    responses={**errors(404, 409, 422), **again(wire.Incident)},
    tags=EVACUATION,
)
async def answer_lift(
    request: Call, incident_id: FromPath[UUID], lift_id: FromPath[UUID], data: Annotated[wire.LiftAnswer, Body()]
) -> Response[wire.Incident]:
    done = await _desk(request).answer_lift(await sender_of(request), incident_id, lift_id, data)
    return Response(done.answer, status_code=200 if done.again else 201)


routes = [list_responders, rendezvous, plan, ask_lift, answer_lift]
