"""Stored decisions over HTTP."""

from uuid import UUID

from litestar import get
from litestar.params import FromPath

from dispatch.seat import Act
from dispatch.server import store, wire
from dispatch.server.replaying import replayed
from dispatch.server.web.border import Call, errors, seat_of


@get(
    "/api/decisions/{decision_id:uuid}/replay",
    summary="A stored decision made again from its own inputs, and what comes out otherwise",
    responses=errors(404, 409),
    tags=["assignments"],
)
async def replay(request: Call, decision_id: FromPath[UUID]) -> wire.Replay:
    """On the network, closures, conditions and speeds of then, by today's code: every way is timed again and the choice
    made again. What was taken as given stays so: where units were believed to be, in which state, with whom.
    409 `ground_gone` where the network or the speeds of then are no longer kept.
    """
    seat = await seat_of(request)
    seat.must(Act.READ_DECISIONS)
    async with request.app.state.pool.acquire() as connection:
        return await replayed(connection, await store.area_now(connection, seat.area), decision_id)


routes = [replay]
