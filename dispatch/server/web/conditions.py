"""The conditions of the hour over HTTP."""

from typing import Annotated

from litestar import Response, get, post
from litestar.params import Body

from dispatch.server import objects, store, wire
from dispatch.server.desk import Desk
from dispatch.server.web.border import Call, again, errors, seat_of, sender_of
from grids.speeds import current_speeds

CONDITIONS = ["conditions"]
MOST_TOLD = 50


@post(
    "/api/conditions",
    summary="Switch the conditions that travel times are taken under",
    responses={**errors(409, 422), **again(wire.Conditions)},
    tags=CONDITIONS,
)
async def switch_conditions(request: Call, data: Annotated[wire.NewConditions, Body()]) -> Response[wire.Conditions]:
    """`normal`, or a name that `GET /api/conditions` tells, or several together as in `night+rain`. The very next
    decision of every process goes by it.
    """
    desk: Desk = request.app.state.desk
    done = await desk.switch_conditions(await sender_of(request), data)
    return Response(done.answer, status_code=200 if done.again else 201)


@get(
    "/api/conditions",
    summary="The present conditions, those there are, and the history",
    responses=errors(),
    tags=CONDITIONS,
)
async def conditions_now(request: Call) -> wire.ConditionsNow:
    """The latest 50 switches, the present first."""
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        history = await store.conditions(connection, seat.area, most=MOST_TOLD)
        speeds = await current_speeds(connection, seat.area)
    known = [
        wire.KnownConditions(
            name=each.name, kind=each.kind, name_zh=each.name_zh, name_en=each.name_en, closes=sorted(each.closes)
        )
        for each in speeds.conditions
    ]
    now = history[0] if history else objects.never_switched(seat.area)
    return wire.ConditionsNow(now=now, known=known, history=history)


routes = [switch_conditions, conditions_now]
