"""What has not happened in time, and what crews answer through the second channel, over HTTP."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.openapi.spec import SecurityRequirement
from litestar.params import Body, FromQuery, QueryParameter

from dispatch import refusal, webhook
from dispatch.seat import Act
from dispatch.server import store, wire
from dispatch.server.config import SecondChannel
from dispatch.server.desk import Desk
from dispatch.server.web.border import Call, again, errors, seat_of, sender_of
from sql.queries import listed

ALARMS = ["alarms"]
SIGNED: list[SecurityRequirement] = [{}]


@get("/api/alarms", summary="What has not happened in time, newest first", responses=errors(), tags=ALARMS)
async def list_alarms(
    request: Call,
    incident: FromQuery[UUID | None] = None,
    standing: FromQuery[bool] = True,
    limit: Annotated[int, QueryParameter(ge=1, le=500, description="at most so many")] = 200,
) -> wire.Alarms:
    """Those that stand; with `standing=false` those that were answered too, with when and by what."""
    seat = await seat_of(request)
    seat.must(Act.READ_ALARMS)
    async with request.app.state.pool.acquire() as connection:
        rows = await listed(
            store.chase_sql.alarm_ids(connection, area=seat.area, incident=incident, standing=standing, limit=limit)
        )
        found = {each.id: each for each in await store.alarms(connection, [row["id"] for row in rows])}
    return wire.Alarms(items=[found[row["id"]] for row in rows])


@get("/api/queue", summary="Who waits for somebody, and who could go to whom", responses=errors(), tags=ALARMS)
async def waiting(request: Call) -> wire.Queue:
    """Open incidents nobody is on the way to, by priority and age, matched with the free units together: of each
    priority as many as can be get a unit, then as many as can be are reached in time, then the least time in all.
    """
    desk: Desk = request.app.state.desk
    return await desk.waiting(await sender_of(request))


@post(
    "/api/replies",
    summary="What a crew answered through the second channel",
    security=SIGNED,
    responses={**errors(409, 422), **again(wire.Replied)},
    tags=ALARMS,
)
async def reply(request: Call, data: Annotated[wire.Reply, Body()]) -> Response[wire.Replied]:
    """Signed as Standard Webhooks has it (`webhook-id`, `webhook-timestamp`, `webhook-signature`) with the second
    channel's secret; no session. A message that comes again gets the answer it got before.
    """
    channel: SecondChannel | None = request.app.state.second_channel
    if channel is None:
        raise refusal.NotSigned(fact="no second channel is set up here")
    try:
        id = webhook.verified(channel.secret, request.headers, await request.body(), now=datetime.now(UTC))
    except webhook.BadMessage as error:
        raise refusal.NotSigned(fact=str(error)) from None
    if (data.page is None) == (data.phone is None):
        raise refusal.BadRequest(field="page", fact="exactly one of page and phone says which order is answered")
    desk: Desk = request.app.state.desk
    done = await desk.replied(id, data, None if request.client is None else request.client.host)
    return Response(done.answer, status_code=200 if done.again else 201)


routes = [list_alarms, waiting, reply]
