"""Travel times and the network over HTTP."""

from typing import Annotated

from litestar import get, post
from litestar.params import Body

from dispatch.server import store, travel, wire
from dispatch.server.desk import Desk
from dispatch.server.web.border import Call, errors, seat_of, sender_of

TRAVEL = ["travel"]


@post(
    "/api/travel-times",
    summary="How long from each of several places to each of others, and what leaves no way",
    status_code=200,
    responses=errors(404, 422),
    tags=TRAVEL,
)
async def travel_times(request: Call, data: Annotated[wire.AskTravelTimes, Body()]) -> wire.TravelTimes:
    """The times of a recommendation: vehicle, then foot, lifts in their hours, closures and conditions as they will be
    at `at`. Many to one, one to many, many to many up to 20,000 pairs (500 with legs). Nothing is stored; asking again
    does no harm.
    """
    desk: Desk = request.app.state.desk
    return await travel.in_thread(await desk.travel_times(await sender_of(request), data))


@post(
    "/api/reach",
    summary="Where the first of several units or places can be within 5, 10 and 15 minutes",
    status_code=200,
    responses=errors(404, 422),
    tags=TRAVEL,
)
async def reach(request: Call, data: Annotated[wire.AskReach, Body()]) -> wire.Reach:
    """Honest cells with their holes, and an outline of them for drawing. The times are those of a recommendation.
    Nothing is stored; asking again does no harm.
    """
    desk: Desk = request.app.state.desk
    return await travel.in_thread(await desk.reach(await sender_of(request), data))


@get(
    "/api/network", summary="The ways that all times are taken on, as they are now", responses=errors(404), tags=TRAVEL
)
async def network(request: Call) -> wire.NetworkNow:
    """`version` changes with the network, a closure and the conditions; equal versions and instants, equal times."""
    seat = await seat_of(request)
    async with request.app.state.pool.acquire() as connection:
        area = await store.area_now(connection, seat.area)
        ways = await request.app.state.ground.ways(connection, area)
    return travel.network_now(ways, area)


routes = [travel_times, reach, network]
